"""`helpdesk worker --deliver`: sends webhooks, once and until it is stopped."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from subprocess import PIPE
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.cli.support import Cli
from tests.sdk.slack_double import BOT, CHANNEL, SECRET, TOKEN, WORKSPACE
from tests.sdk.webhook_receiver import Answer, Received, Receiver, receiver

from helpdesk_sdk import Helpdesk

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk_sdk.testing import Project


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        yield made


@pytest.fixture
def shell(helpdesk_project: Project, tmp_path: Path) -> Cli:
    """The shell of a program with the secret key."""
    return Cli(tmp_path, {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key})


def test_once_sends_what_waits_and_counts_it(system: Helpdesk, shell: Cli, target: Receiver) -> None:
    made = system.webhooks.create(target.url, event_types=["team.created"])
    system.webhooks.test(made)
    done = shell("worker", "--deliver", "--once")
    assert done.out.splitlines() == [
        "Webhooks: 1 delivered, 0 failed, 0 refused, 0 gone, 0 not ours any more",
        "Slack: 0 delivered, 0 failed, 0 refused, 0 gone, 0 not ours any more",
    ]
    again = [json.loads(line) for line in shell("worker", "--deliver", "--once", "--json").out.splitlines()]
    nothing = {"done": 0, "retry": 0, "refused": 0, "gone": 0, "lost": 0}
    assert again == [{"kind": "webhook", **nothing}, {"kind": "slack", **nothing}]
    assert len(target.received) == 1


def test_it_sends_within_seconds_until_it_is_stopped(system: Helpdesk, shell: Cli, target: Receiver) -> None:
    made = system.webhooks.create(target.url, event_types=["team.created"])
    worker = shell.start("worker", "--deliver", "--interval", 60, "--log-json", stdout=PIPE, stderr=PIPE)
    for count in (1, 2):
        system.webhooks.test(made)
        # Though its other work would look once a minute.
        target.wait(count)
    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, err) == (0, "")
    assert sum(json.loads(line)["done"] for line in out.splitlines()) == 2
    assert "whsec_" not in out


def test_webhooks_do_not_wait_for_slack(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, target: Receiver
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slow(_: Received) -> Answer:
        arrived.set()
        go_on.wait(60)
        return 503, {}, b""

    with receiver() as slack:
        slack.answer = slow
        with psycopg.connect(helpdesk_project.db_url) as db:
            url = f"http://127.0.0.1:{slack.port}/api"
            db.execute("update helpdesk_private.delivery_settings set slack_api_url = %s", (url,))
        connection = system.slack.connect(TOKEN, SECRET, workspace_id=WORKSPACE, bot_user_id=BOT)
        waiting = system.slack.test(system.slack.add_channel(connection, CHANNEL))
        made = system.webhooks.create(target.url, event_types=["team.created"])
        worker = shell.start("worker", "--deliver", stdout=PIPE, stderr=PIPE)
        try:
            assert arrived.wait(60)
            system.webhooks.test(made)
            target.wait(1)
            assert system.outbox.get(waiting).state == "leased"
        finally:
            go_on.set()
            worker.terminate()
            worker.communicate(timeout=60)
