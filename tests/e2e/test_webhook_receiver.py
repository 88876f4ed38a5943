"""examples/webhook_receiver, and `helpdesk webhooks listen`: a program of the reader's really receives."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.cli.support import Cli
from tests.e2e.programs import environment, python, read_until, running

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.webhooks import sign

if TYPE_CHECKING:
    from helpdesk_sdk.testing import MakeClient, Project

OLD = "whsec_" + "A" * 43 + "="


@contextmanager
def program(project: Project, folder: Path, secrets: str) -> Iterator[str]:
    """The example, in a process of its own; its URL."""
    env = environment(project) | {"HELPDESK_WEBHOOK_SECRET": secrets, "RECEIVER_DATABASE": str(folder / "r.db")}
    with running(python("webhook_receiver/receiver.py", "--port", "0"), env) as process:
        yield read_until(process.stdout, r"running on (http://127\.0\.0\.1:\d+)")[1]


def counts(url: str) -> dict[str, int]:
    found: dict[str, int] = httpx.get(f"{url}/counts", trust_env=False).json()
    return found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        yield made


def test_the_example_handles_each_event_once(
    helpdesk_project: Project, system: Helpdesk, as_customer: MakeClient, tmp_path: Path
) -> None:
    made = system.webhooks.create("http://127.0.0.1:9/hooks", event_types=["ticket.created"])
    with program(helpdesk_project, tmp_path, f"{OLD} {made.secret.get_secret_value()}") as url:
        system.webhooks.update(made, url=f"{url}/hooks")
        as_customer().tickets.create("Parcel is lost", "The neighbours have not seen it.")
        system.webhooks.test(made)
        helpdesk_project.send_webhooks()
        deadline = time.monotonic() + 30
        while {one.state for one in system.webhooks.deliveries(made)} != {"done"}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert counts(url) == {"ticket.created": 1, "webhook.test": 1}
        # Again, by hand, and from somebody who does not know the secret.
        body = json.dumps({"type": "x.y", "timestamp": "2026-11-29T10:15:02Z", "data": {}}).encode()
        for secret, status in ((OLD, 204), (OLD, 204), ("whsec_" + "B" * 43 + "=", 400)):
            headers = sign("msg_0", int(time.time()), body, [secret])
            answer = httpx.post(f"{url}/hooks", content=body, headers=headers, trust_env=False)
            assert answer.status_code == status
        assert counts(url) == {"ticket.created": 1, "webhook.test": 1, "x.y": 1}
        assert httpx.post(f"{url}/hooks", content=b"x" * 99_999, trust_env=False).status_code == 413


def test_listen_sends_what_happens_to_a_program_here(
    helpdesk_project: Project, system: Helpdesk, as_customer: MakeClient, tmp_path: Path
) -> None:
    customer = as_customer()
    env = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
    shell = Cli(tmp_path, env | {"HELPDESK_WEBHOOK_SECRET": OLD})
    with program(helpdesk_project, tmp_path, OLD) as url:
        words = ("webhooks", "listen", "--forward", f"{url}/hooks", "--type", "ticket.*", "--limit", "2")
        listening = shell.start(*words, stdout=PIPE, stderr=PIPE)
        try:
            read_until(listening.stderr, "Events go to")
            ticket = customer.tickets.create("Parcel is lost", "The neighbours have not seen it.")
            system.teams.create("Repairs")
            system.tickets.update(ticket, priority="high")
            out, err = listening.communicate(timeout=60)
        finally:
            listening.kill()
        assert listening.returncode == 0, err
        assert [line.split()[1:3] for line in out.splitlines()] == [
            ["ticket.created", "204"],
            ["ticket.updated", "204"],
        ]
        assert counts(url) == {"ticket.created": 1, "ticket.updated": 1}
    # No webhook is left behind.
    assert list(system.webhooks.list()) == []


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://example.com/", "http://10.0.0.1/", "ftp://x", "http://u@localhost/"]
)
def test_listen_sends_to_this_computer_only(helpdesk_project: Project, tmp_path: Path, url: str) -> None:
    env = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
    done = Cli(tmp_path, env)("webhooks", "listen", "--forward", url, code=2)
    assert "--forward" in done.err
