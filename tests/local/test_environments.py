"""`supabase/helpdesk.toml`: what is read, what is refused and how."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.install import environments
from helpdesk_sdk.install.environments import Environment

ID = "8c1c7b1e-95a2-4f4e-9d5b-8f7b9a3f0c11"
REF = "abcdefghijklmnopqrst"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a blank and an umlaut in its name."""
    made = tmp_path / "Höst app" / "supabase"
    made.mkdir(parents=True)
    return made


def write(folder: Path, text: str) -> None:
    (folder / environments.FILE).write_text(f'id = "{ID}"\n{text}', "utf-8")


def test_a_new_file_is_valid_and_has_both_environments(folder: Path) -> None:
    assert environments.create(folder)
    found = environments.read(folder)
    assert sorted(found.environments) == ["production", "staging"]
    assert found.get("staging") == Environment("staging")
    assert len(found.id) == 36


def test_a_new_file_names_every_setting(folder: Path) -> None:
    environments.create(folder)
    text = (folder / environments.FILE).read_text("utf-8")
    for setting in fields(Environment):
        assert setting.name == "name" or f"{setting.name} = " in text


def test_two_new_files_have_different_ids(folder: Path, tmp_path: Path) -> None:
    environments.create(folder)
    environments.create(tmp_path)
    assert environments.read(folder).id != environments.read(tmp_path).id


def test_a_file_that_is_there_stays(folder: Path) -> None:
    write(folder, "# mine")
    assert not environments.create(folder)
    assert (folder / environments.FILE).read_text().endswith("# mine")


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    assert environments.create(folder, dry_run=True)
    assert list(folder.iterdir()) == []


def test_every_setting_is_read(folder: Path) -> None:
    write(
        folder,
        f"""
        [environments.staging]
        project_ref = "{REF}"
        url = "https://desk.example.com/"
        database_url_env = "STAGING_DB"
        access_token_env = "STAGING_TOKEN"
        functions = false
        project_settings = true
        secrets_env = ["OPENAI_API_KEY"]
        """,
    )
    found = environments.read(folder).get("staging")
    assert found == Environment(
        "staging", REF, "https://desk.example.com", "STAGING_DB", "STAGING_TOKEN", False, True, ("OPENAI_API_KEY",)
    )
    assert Environment("x", REF).api_url == f"https://{REF}.supabase.co"
    assert Environment("x").api_url is None
    assert found.variable("A", {"A": " v\n"}) == "v"
    assert found.variable("A", {"A": " "}) is None


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    text = f'id = "{ID}"\r\n[environments.staging]\r\nproject_ref = "{REF}"\r\n'
    (folder / environments.FILE).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert environments.read(folder).get("staging").project_ref == REF


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[environments.staging", "is not readable: Expected ']'"),
        ("[environments.staging]\nurl =\n[a]", "line 3"),
        ("[environments.staging]\nproject_ref = ", "is not readable"),
        ("[environment.staging]", "environment is not a setting of this file"),
        ("environments = 1", "environments must have one table"),
        ("[environments]\nstaging = 1", "environments.staging must be a table"),
        ("[environments.Staging]", "must be named by lower-case letters"),
        ("[environments.staging]\nref = 'x'", "environments.staging.ref is not a setting; there are access_token_env"),
        ("[environments.staging]\nname = 'x'", "environments.staging.name is not a setting"),
        ("[environments.staging]\nproject_ref = 'https://abc.supabase.co'", "must be the 20 lower-case letters"),
        ("[environments.staging]\nproject_ref = 7", "must be the 20 lower-case letters"),
        ("[environments.staging]\ndatabase_url_env = 'postgresql://postgres:pw@x/y'", "looks like a secret"),
        ("[environments.staging]\naccess_token_env = 'sbp_0123'", "looks like a secret"),
        ("[environments.staging]\nsecrets_env = ['sb_secret_abc']", "looks like a secret"),
        ("[environments.staging]\nsecrets_env = 'A'", "must be a list of names"),
        ("[environments.staging]\nsecrets_env = ['A B']", "must be a list of names"),
        ("[environments.staging]\nfunctions = 'no'", "must be true or false"),
        ("[environments.staging]\ndatabase_url_env = 'A B'", "must be the name of a variable"),
        ("[environments.staging]\nurl = 'https://user:pw@example.com'", "must be a URL without user"),
        ("[environments.staging]\nurl = 'desk'", "must be a URL without user"),
    ],
)
def test_a_half_written_or_wrong_file_is_refused_with_its_place(folder: Path, text: str, message: str) -> None:
    write(folder, text)
    with pytest.raises(ConfigurationError) as caught:
        environments.read(folder)
    assert message in str(caught.value)
    assert str(folder / environments.FILE) in str(caught.value)
    assert caught.value.hint
    for secret in ("pw@", "sbp_0123", "sb_secret_abc"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize("text", ["", "id = 1", "id = 'x'", "id = ''"])
def test_without_an_id_it_is_refused(folder: Path, text: str) -> None:
    (folder / environments.FILE).write_text(text)
    with pytest.raises(ConfigurationError, match="id must be the UUID"):
        environments.read(folder)


def test_no_text_is_refused(folder: Path) -> None:
    (folder / environments.FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="is not readable"):
        environments.read(folder)


def test_without_the_file_init_is_named(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        environments.read(folder)
    assert "helpdesk init" in (caught.value.hint or "")


def test_an_unknown_environment_is_refused_with_those_there_are(folder: Path) -> None:
    environments.create(folder)
    with pytest.raises(ConfigurationError, match="no environment 'prod'; it has: production, staging"):
        environments.read(folder).get("prod")
