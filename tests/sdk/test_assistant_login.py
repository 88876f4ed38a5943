"""The login of the runner: made once, mended when it was changed, and never somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.sdk.runner_support import Desk

from helpdesk_sdk import ConfigurationError, ForbiddenError, Helpdesk
from helpdesk_sdk.assistant import Runner
from helpdesk_sdk.assistant.leases import Runs
from helpdesk_sdk.assistant.login import AssistantLogin
from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as made:
        yield made


@pytest.fixture
def desk(helpdesk_project: Project, provider: ScriptedProvider) -> Iterator[Desk]:
    made = Desk(helpdesk_project, provider)
    yield made
    made.system.close()


def test_the_runner_acts_as_the_assistant_and_never_as_the_system(desk: Desk) -> None:
    run_id = desk.ask("next_steps")
    with AssistantLogin(desk.system) as login:
        client = login.client()
        assert client.users.me().role == "assistant"
        assert list(client.tickets.list()) == []
        (lease,) = Runs(client._driver).lease(max_rows=1, lease_seconds=60)
        assert str(lease.run_id) == run_id
        with pytest.raises(ForbiddenError):
            Runs(desk.system._driver).call(lease, "read_run")


def test_a_login_that_an_admin_changed_is_prepared_again(desk: Desk) -> None:
    with desk.runner() as runner:
        assert runner.work_waiting() == []
        desk.sql("update helpdesk.users set role = 'customer' where email = 'assistant@helpdesk.invalid'")
        desk.ask("next_steps")
        assert runner.work_waiting()[0].outcome == "answered"


def test_a_login_with_another_password_gets_its_own_again(desk: Desk) -> None:
    with AssistantLogin(desk.system) as login:
        login.client()
    desk.sql("update auth.users set encrypted_password = 'x' where email = 'assistant@helpdesk.invalid'")
    with AssistantLogin(desk.system) as login:
        assert login.client().users.me().role == "assistant"


def test_a_login_that_somebody_else_made_is_refused(desk: Desk) -> None:
    desk.project.add_person("customer", email="robot@example.com")
    with (
        AssistantLogin(desk.system, email="Robot@example.com") as login,
        pytest.raises(ConfigurationError, match="not made by the helpdesk"),
    ):
        login.client()
    with AssistantLogin(desk.system, email="Other-Assistant@helpdesk.invalid") as login:
        assert login.client().users.me().role == "assistant"


def test_a_deactivated_login_is_named(desk: Desk) -> None:
    with AssistantLogin(desk.system) as login:
        login.client()
    desk.sql("update helpdesk.users set is_active = false where role = 'assistant'")
    with desk.runner() as runner, pytest.raises(ConfigurationError, match="deactivated the assistant's account"):
        runner.work_waiting()


def test_without_the_secret_key_there_is_no_login(desk: Desk) -> None:
    with (
        Helpdesk(desk.project.url, desk.project.publishable_key) as public,
        Runner(public) as runner,
        pytest.raises(ForbiddenError, match="needs the secret key"),
    ):
        runner.work_waiting()
