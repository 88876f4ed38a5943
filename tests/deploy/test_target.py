"""Where a deployment goes: variables, URLs, links; what is wrong is said before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.deploy.platform import REF, TOKEN

from helpdesk_sdk.deploy import Target
from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.install import environments

OTHER = "z" * 20
DB = f"postgresql://postgres.{REF}:pa%40ss@aws-0-eu-central-1.pooler.supabase.com:5432/postgres"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Mein Prójekt (ä)" / "supabase"
    made.mkdir(parents=True)
    (made / "config.toml").write_text('project_id = "host"\n')
    text = "".join(f'[environments.{name}]\nproject_ref = "{REF}"\n' for name in ("staging", "production"))
    (made / environments.FILE).write_text(f'id = "0d5e7a52-3c1f-4a3e-9a55-2f7f3c2b7a11"\n{text}')
    return made


def find(folder: Path, name: str = "staging", **variables: str) -> Target:
    return Target.find(name, folder.parent, variables={"PATH": "", "HELPDESK_DB_URL": DB} | variables)


def test_everything_is_found(folder: Path) -> None:
    found = find(folder, SUPABASE_ACCESS_TOKEN=TOKEN)
    assert found.db_url == DB
    assert found.database == "aws-0-eu-central-1.pooler.supabase.com/postgres"
    assert found.platform is not None
    assert (found.platform.ref, found.platform.url) == (REF, "https://api.supabase.com")
    assert found.cli is None
    for secret in (DB, "pa%40ss", TOKEN):
        assert secret not in repr(found)


def test_without_a_token_there_is_no_platform(folder: Path) -> None:
    assert find(folder).platform is None


def test_a_given_url_wins(folder: Path) -> None:
    given = "postgresql://postgres@127.0.0.1:1/other"
    assert Target.find("staging", folder.parent, db_url=given, variables={"HELPDESK_DB_URL": DB}).db_url == given


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "HELPDESK_DB_URL is not set"),
        ("db.example.com", "is not a PostgreSQL URL"),
        ("https://abc.supabase.co", "is not a PostgreSQL URL"),
        (r"C:\projects\db", "is not a PostgreSQL URL"),
        ("postgresql://postgres:p%zz@host/db", "is not a valid PostgreSQL URL"),
        ("postgresql://postgres:pass@word@host:x/db", "is not a valid PostgreSQL URL"),
        ("postgresql://postgres:[YOUR-PASSWORD]@db.example.com/postgres", "has no password"),
        (f"postgresql://postgres:secret-pw@db.{OTHER}.supabase.co/postgres", f"is the database of the project {OTHER}"),
        (f"postgresql://postgres.{OTHER}:secret-pw@eu.pooler.supabase.com/postgres", f"of the project {OTHER}"),
        (f"postgresql://postgres.{REF}:secret-pw@eu.pooler.supabase.com:6543/postgres", "is the transaction pooler"),
    ],
)
def test_a_url_that_cannot_be_right_is_refused_and_never_repeated(folder: Path, url: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find(folder, HELPDESK_DB_URL=url)
    assert message in str(caught.value)
    assert caught.value.hint
    assert "secret-pw" not in str(caught.value)
    assert "pass@word" not in str(caught.value)


@pytest.mark.parametrize("url", [f"postgresql://postgres:x@db.{REF}.supabase.co:5432/postgres", "postgres://u@h/d"])
def test_a_url_that_may_be_right_is_taken(folder: Path, url: str) -> None:
    assert find(folder, HELPDESK_DB_URL=url).db_url == url


def test_a_directory_that_is_linked_to_another_project_is_refused(folder: Path) -> None:
    (folder / ".temp").mkdir()
    (folder / ".temp" / "project-ref").write_text(OTHER)
    with pytest.raises(ConfigurationError, match=f"linked to the project {OTHER}") as caught:
        find(folder)
    assert caught.value.hint == f"Link it to the right one: supabase link --project-ref {REF}"
    (folder / ".temp" / "project-ref").write_text(f"{REF}\n")
    find(folder)


@pytest.mark.parametrize("token", ["sbp_ä" + "0" * 30, "sbp_0 0"])
def test_a_token_that_cannot_be_one_is_refused(folder: Path, token: str) -> None:
    with pytest.raises(ConfigurationError, match="access token") as caught:
        find(folder, SUPABASE_ACCESS_TOKEN=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("url", ["http://proxy.example.com", "ftp://127.0.0.1", "api.supabase.com"])
def test_a_token_is_never_sent_without_encryption(folder: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="HELPDESK_PLATFORM_URL is not an https URL"):
        find(folder, SUPABASE_ACCESS_TOKEN=TOKEN, HELPDESK_PLATFORM_URL=url)


def test_a_supabase_cli_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="HELPDESK_SUPABASE_CLI names no program"):
        find(folder, HELPDESK_SUPABASE_CLI=r"C:\Program Files\supabase.exe")


def test_without_a_project_init_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No Supabase project"):
        Target.find("staging", tmp_path / "no where", variables={})
