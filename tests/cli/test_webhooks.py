"""Webhooks and the outbox on the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cli.conftest import TEAM, People

URL = "https://hooks.example.com/cli"


@pytest.fixture
def webhook(people: People) -> Iterator[str]:
    """A webhook that is off: nothing is sent."""
    made = people.admin("webhooks", "create", URL, "--type", "team.deleted", "--json").json
    people.admin("webhooks", "update", made["webhook_id"], "--off")
    yield made["webhook_id"]
    people.admin("webhooks", "delete", made["webhook_id"], "--yes")


def test_a_webhook_is_made_and_its_secret_shown_once(people: People) -> None:
    made = people.admin("webhooks", "create", URL, "--type", "ticket.*", "--team", TEAM, "-d", "Ours")
    assert made.out.count("whsec_") == 1
    assert "shown only this once" in made.err
    (found,) = [row for row in people.admin("webhooks", "list", "--json").json if row["description"] == "Ours"]
    assert (found["event_types"], found["audience"], found["is_active"]) == (["ticket.*"], "staff", True)
    shown = people.admin("webhooks", "show", found["webhook_id"]).out
    assert URL in shown
    assert TEAM in shown
    assert "whsec_" not in shown + people.admin("webhooks", "list").out
    assert "Confirm it with --yes." in people.admin("webhooks", "delete", found["webhook_id"], code=2).err
    said = people.admin("webhooks", "delete", found["webhook_id"], "--yes").out
    assert said == f"Deleted the webhook to {URL}.\n"
    assert people.admin("webhooks", "show", found["webhook_id"], code=3).err.startswith("Error: There is no such")


def test_a_secret_is_rotated(people: People, webhook: str) -> None:
    rotated = people.admin("webhooks", "rotate", webhook, "--keep", 60, "--json").json
    assert rotated["secret"].startswith("whsec_")
    assert rotated["old_secret_expires_at"]


def test_a_webhook_is_changed_and_switched(people: People, webhook: str) -> None:
    assert "switched off" in people.admin("webhooks", "list").out
    on = people.admin("webhooks", "update", webhook, "--on", "--type", "team.created", "--url", f"{URL}/2")
    assert on.out == f"Changed the webhook to {URL}/2; it is on.\n"
    assert f"helpdesk webhooks replay {webhook} --since" in on.err
    people.admin("webhooks", "update", webhook, "--off")
    done = people.admin("webhooks", "update", webhook, "--team", TEAM, "--json").json
    assert done["team_id"]
    assert people.admin("webhooks", "update", webhook, "--all-teams", "--json").json["team_id"] is None
    people.admin("webhooks", "update", webhook, "--all-teams", "--team", TEAM, code=2)
    refused = people.admin("webhooks", "update", webhook, "--url", "https://10.0.0.1/", code=2)
    assert refused.err.startswith("Error: url must not lead to a private or reserved address")


def test_tests_deliveries_and_replays(people: People, webhook: str) -> None:
    assert people.admin("webhooks", "deliveries", webhook).out == "No deliveries.\n"
    queued = people.admin("webhooks", "test", webhook, "--json").json
    (listed,) = people.admin("webhooks", "deliveries", webhook, "--json").json
    assert listed["delivery_id"] == queued["delivery_id"]
    assert str(queued["event_id"]) in people.admin("outbox", "list", "--kind", "webhook").out
    states = ("--state", "queued", "--state", "leased", "--state", "done", "--state", "failed")
    assert str(queued["event_id"]) in people.admin("webhooks", "deliveries", webhook, *states, "--limit", 0).out
    assert people.admin("webhooks", "deliveries", webhook, "--state", "dead").out == "No deliveries.\n"
    people.admin("outbox", "list", "--state", "lost", code=2)
    people.admin("webhooks", "replay", webhook, code=2)
    assert people.admin("webhooks", "replay", webhook, "--dead").out == "Queued: 0.\n"
    assert people.admin("webhooks", "replay", webhook, "--since", "2026-01-01", "--json").json["queued"] >= 0
    people.admin("outbox", "replay", code=2)
    people.admin("outbox", "replay", webhook, code=3)
    # Other tests may have left some on this stack.
    dead = people.admin("outbox", "list", "--state", "dead", "--limit", 0, "--json").json
    assert people.admin("outbox", "replay", "--dead", "--json").json == {"queued": len(dead)}


def test_the_health_of_the_outbox(people: People) -> None:
    found = people.admin("outbox", "health", "--json").json
    assert {"waiting", "oldest_seconds", "dead", "failed", "unknown", "by_kind"} <= set(found)
    assert people.admin("outbox", "health").out.startswith("Outbox\n")


def test_agents_see_nothing_and_may_nothing(people: People, webhook: str) -> None:
    assert people.agent("webhooks", "list").out == "No webhooks.\n"
    assert people.agent("outbox", "list").out == "No deliveries.\n"
    for command in (("webhooks", "create", URL), ("webhooks", "test", webhook), ("outbox", "health")):
        assert people.agent(*command, "--json", code=5).error["reason"] == "forbidden"


def test_the_local_stack_schedules_nothing(people: People) -> None:
    said = people.system("outbox", "schedule").out
    assert said.startswith("Not scheduled: the project lacks pg_cron and pg_net.")
    assert people.system("outbox", "schedule", "--off").out == "The database wakes nobody any more.\n"
    assert "HELPDESK_KEY" in people.admin("outbox", "schedule", code=5).err
