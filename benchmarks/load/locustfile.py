"""The scenario for Locust. `python -m benchmarks.load` starts it with people who are signed in; it is no use alone.

Each person keeps a schedule of their own, and a time is counted from the scheduled start (open model): a gateway that
stalls does not hide its stall by receiving fewer requests.
"""

from __future__ import annotations

import json
import os
import random
import time
from typing import Any

from locust import User, events, task

from benchmarks.load.acts import Somebody, reason_of
from benchmarks.load.besides import Besides
from benchmarks.load.model import Load, next_start
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.errors import HelpdeskError

PLAN: dict[str, Any] = json.loads(os.environ["HELPDESK_LOAD_PLAN"])
LOAD = Load(**PLAN["load"])
LOAD.check(PLAN["url"])
_waiting = iter(PLAN["people"])
_besides = Besides(time.monotonic())


class Person(User):  # type: ignore[misc,unused-ignore]
    """Somebody who is signed in."""

    def on_start(self) -> None:
        """Take the next person's token."""
        given = next(_waiting)
        hd = Helpdesk(PLAN["url"], PLAN["key"], access_token=given["token"], max_retries=0)
        self.somebody = Somebody(hd, given["is_agent"], random.Random(given["seed"]), given["email"], PLAN["password"])
        self.interval = None if LOAD.rate is None else LOAD.people / LOAD.rate
        self.scheduled = time.perf_counter() + self.somebody.random.random() * (self.interval or 0.0)

    def wait_time(self) -> float:
        """Nothing: the act itself waits for its scheduled start."""
        return 0.0

    @task  # type: ignore[untyped-decorator,unused-ignore]
    def act(self) -> None:
        """Do something, and count from the scheduled start."""
        rare = _besides.due(time.monotonic(), is_agent=self.somebody.is_agent)
        name, error = self.somebody.choose(rare), None
        time.sleep(max(0.0, self.scheduled - time.perf_counter()))
        try:
            self.somebody.do(name)
        except HelpdeskError as caught:
            error = caught
        now = time.perf_counter()
        took = (now - self.scheduled) * 1000
        failure = None if error is None else RuntimeError(reason_of(error))
        events.request.fire(  # type: ignore[no-untyped-call,unused-ignore]
            request_type="sdk", name=name, response_time=took, response_length=0, exception=failure, context={}
        )
        with open(PLAN["results"], "a", encoding="utf-8") as out:
            out.write(json.dumps([name, took, None if failure is None else str(failure)]) + "\n")
        self.scheduled = next_start(self.scheduled, now, self.interval)

    def on_stop(self) -> None:
        """Close the connections."""
        self.somebody.hd.close()
