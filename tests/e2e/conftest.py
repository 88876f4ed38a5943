"""Fixtures of the end-to-end tests: a fresh helpdesk for each, and a furnished one with everybody signed in."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from tests.db.matrix.over_http import Api
from tests.db.people import NOBODY, WITH_LOGIN, Person
from tests.db.world import furnish

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import Project

_PASSWORD = "correct horse battery staple"


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    """A client with the secret key."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as client:
        yield client


@pytest.fixture(scope="module")
def api(helpdesk_project_module: Project) -> Iterator[Api]:
    """The world of the matrix, in a fresh project."""
    project = helpdesk_project_module
    with (
        httpx.Client(base_url=project.url, timeout=60) as http,
        psycopg.connect(project.db_url, row_factory=dict_row) as db,
    ):
        made = Api(db, http, (project.publishable_key, project.secret_key), {}, {})
        for person in WITH_LOGIN:
            made.tokens[person] = sign_up(made, person)
        # A login whose address was never verified, as a project with confirmations has many.
        db.execute("set local session_replication_role = replica")
        db.execute("update auth.users set email_confirmed_at = null where email = %s", (NOBODY.email,))
        db.execute("delete from helpdesk.users where email = %s", (NOBODY.email,))
        db.execute(
            "delete from helpdesk.events as e where e.type = 'user.created' "
            "and not exists (select from helpdesk.users as u where u.user_id::text = e.data ->> 'user_id')"
        )
        db.execute("set local session_replication_role = origin")
        made.world = furnish(db)
        db.commit()
        made.keep()
        yield made


def sign_up(api: Api, person: Person) -> str:
    """Make the person's login through Auth, and sign in; their access token."""
    credentials = {"email": person.email, "password": _PASSWORD}
    answer = api.http.post(
        "/auth/v1/signup",
        headers={"apikey": api.keys[0]},
        json=credentials | {"data": {"name": person.name.title(), "role": "admin"}},
    )
    answer.raise_for_status()
    answer = api.http.post(
        "/auth/v1/token", params={"grant_type": "password"}, headers={"apikey": api.keys[0]}, json=credentials
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])
