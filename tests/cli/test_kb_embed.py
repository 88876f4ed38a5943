"""`helpdesk kb embed`: what is missing is made, another model is filled and used, and search compares vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.cli.support import Cli

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk_sdk.testing import Project

_ARTICLES = {"late": "Ask the carrier first.", "refund": "Refunds take five days."}


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider(model="words") as made:
        yield made


@pytest.fixture
def system(helpdesk_project: Project, provider: ScriptedProvider, tmp_path: Path) -> Cli:
    """The shell of a program with the secret key and an endpoint, on a helpdesk with two articles."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as hd:
        for slug, text in _ARTICLES.items():
            hd.knowledge.save(slug, slug.title(), text)
            hd.knowledge.publish(slug)
    env = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
    return Cli(tmp_path, env | {"EMBEDDINGS_BASE_URL": provider.url, "EMBEDDINGS_MODEL": "words"})


@pytest.fixture
def admin(helpdesk_project: Project, tmp_path: Path) -> Cli:
    """The shell of an admin, who has no endpoint."""
    session = helpdesk_project.sign_in(helpdesk_project.add_person("admin")).auth.session
    assert session is not None
    token = session.access_token.get_secret_value()
    key = helpdesk_project.publishable_key
    env = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": key, "HELPDESK_ACCESS_TOKEN": token}
    return Cli(tmp_path, env | {"EMBEDDINGS_BASE_URL": ""})


def test_what_is_missing_is_made_and_search_compares_vectors(system: Cli) -> None:
    assert "mode text" in system("kb", "search", "late carrier").out
    assert system("kb", "embed").out == "2 texts have a vector of words now, 0 could not be embedded.\n"
    again = system("kb", "embed", "--json").json
    assert again == {"stored": 0, "postponed": 0, "waiting": 0, "model": "words", "problem": None, "is_used": True}
    found = system("kb", "search", "late carrier").out
    assert "Late" in found.splitlines()[0]
    assert "mode hybrid" in found


def test_another_model_is_filled_and_then_used(system: Cli) -> None:
    system("kb", "embed")
    refused = system("kb", "embed", code=4, EMBEDDINGS_MODEL="other")
    assert "does not use the model other, but words" in refused.err
    assert "helpdesk kb embed --model NAME" in refused.err
    plain = system("kb", "search", "late", EMBEDDINGS_MODEL="other")
    assert "mode text" in plain.out
    assert "Vectors are of words, and other is set: only words are compared." in plain.err
    assert system("kb", "embed", "--model", "other").out.endswith(" Search uses other now.\n")
    (row,) = system("kb", "progress", "--json").json
    assert (row["model"], row["is_active"], row["embedded"]) == ("other", True, 2)


def test_an_endpoint_that_fails_is_named_and_the_texts_wait(system: Cli, provider: ScriptedProvider) -> None:
    provider.close()
    failed = system("kb", "embed", code=1)
    assert "2 wait for another attempt or program" in failed.out
    assert "The embeddings' endpoint gave no answer" in failed.err
    assert "helpdesk kb progress" in failed.err
    (row,) = system("kb", "progress", "--json").json
    assert (row["waiting"], row["dead"]) == (2, 0)
    assert "EMBEDDINGS_MODEL" in system("kb", "embed", code=2, EMBEDDINGS_MODEL="").err


def test_an_admin_has_the_edge_function_make_them(system: Cli, admin: Cli) -> None:
    done = admin("kb", "embed", "--json").json
    assert (done["stored"], done["waiting"], done["model"]) == (2, 0, "all-MiniLM-L6-v2-int8")
    refused = admin("kb", "embed", "--model", "other", code=1).err
    assert "The function embed-articles has the model all-MiniLM-L6-v2-int8, not other" in refused
