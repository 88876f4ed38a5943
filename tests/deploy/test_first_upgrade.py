"""The first real upgrade: a helpdesk of release 0.2.0, with data and people at work, becomes one of this release."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.platform import Platform
from tests.deploy.support import REPOSITORY, THIS, Host, release
from tests.deploy.traffic import Traffic

from helpdesk_sdk import Helpdesk, deploy
from helpdesk_sdk.install import releases
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

_SUPABASE = REPOSITORY / "supabase"
_FIRST = set(releases.released(_SUPABASE)["0.2.0"])
_LATER = [path.name for path in sorted((_SUPABASE / "migrations").glob("*.sql")) if path.name not in _FIRST]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A running helpdesk whose database has the migrations of 0.2.0."""
    folder = tmp_path / "first"
    shutil.copytree(_SUPABASE, folder, ignore=lambda _, names: [name for name in names if name in _LATER])
    with Stack.start(ephemeral=True, project=folder, embeddings="off") as stack:
        info = stack.info
        made = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        yield made
        made.close()


@pytest.fixture
def host(project: Project, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Its repository, after `helpdesk init` and `helpdesk deploy` of 0.2.0."""
    supabase = tmp_path / "app" / "supabase"
    supabase.mkdir(parents=True)
    (supabase / "config.toml").write_text('project_id = "concerts"\n')
    made = Host(supabase.parent, project.db_url, platform, None, {"SUPABASE_ACCESS_TOKEN": ""})
    made.configure("functions = false\n")
    release(made, monkeypatch, "0.2.0", {f"migrations/{name}": None for name in _LATER})
    done = deploy.run(made.target(), adopt=True)
    assert done.plan.release == "0.2.0"
    assert made.value("select helpdesk.schema_version()") == max(_FIRST)[:14]
    return made


def test_a_helpdesk_of_the_first_release_is_deployed_to_while_people_work(
    host: Host, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = project.client("agent")
    with Traffic(project) as traffic:
        traffic.wait_for(12)
        before = _rows(agent)
        release(host, monkeypatch, THIS, {})
        planned = deploy.plan(host.target())
        assert (planned.from_release, planned.release, planned.problems) == ("0.2.0", THIS, ())
        assert [item.name for item in planned.items if item.part == "migrations"] == _LATER
        done = deploy.run(host.target())
        traffic.wait_for(12)
    assert traffic.failures == []
    assert [step.name for step in done.steps][-2:] == ["smoke", "contract"]
    assert host.value("select helpdesk.schema_version()") == _LATER[-1][:14]
    assert before.items() <= _rows(agent).items()
    assert deploy.plan(host.target()).pending == ()


def test_what_is_new_serves_the_tickets_from_before(
    host: Host, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = project.add_person("customer")
    ticket = project.sign_in(customer).tickets.create("It broke", "Before the upgrade.")
    release(host, monkeypatch, THIS, {})
    deploy.run(host.target())
    admin = project.client("admin")
    admin.mail.channels.create("support@example.com")
    webhook = admin.webhooks.create("https://example.com/hook")
    admin.messages.reply(ticket, "After it.")
    (mail,) = admin.mail.outbound.list(ticket=ticket)
    assert (mail.recipient, mail.state) == (customer.email, "queued")
    assert {one.ticket_id for one in admin.webhooks.deliveries(webhook)} == {ticket.ticket_id}


def _rows(hd: Helpdesk) -> dict[str, str]:
    """The texts that are there, by the id of their message."""
    return {str(one.message_id): one.body for ticket in hd.tickets.list() for one in hd.messages.list(ticket)}
