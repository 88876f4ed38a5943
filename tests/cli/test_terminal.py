"""On a terminal: widths, prompts without echo, the editor; and pipes whose reader is gone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.conftest import PASSWORD, TEAM, Crew, People
from tests.cli.support import HOSTILE, PROGRAM, Cli

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def _open(people: People, title: str = "Cannot print") -> int:
    number: int = people.customer("tickets", "create", title, "--team", TEAM, "--json").json["number"]
    return number


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_table_fits_its_terminal(width: int, people: People) -> None:
    _open(people, "A title that is as long as the words of somebody who is upset " * 4)
    _open(people, "東京の印刷機が動かない " * 10)
    done = people.agent.on_terminal("tickets", "list", "--team", TEAM, "--limit", 5, width=width)
    assert done.code == 0
    lines = [_STYLE.sub("", line) for line in done.out.splitlines() if line.strip() and "There are more" not in line]
    assert len(lines) >= 3
    assert max(_cells(line.rstrip()) for line in lines) <= width
    assert ("Requester" in lines[0]) == (width >= 110)
    assert lines[0].split()[0] == "#"
    assert "Age" in lines[0]


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def test_hostile_text_reaches_no_terminal(people: People) -> None:
    number = _open(people, HOSTILE)
    people.customer("tickets", "reply", number, f"{'x' * 200}{HOSTILE}")
    people.agent("tickets", "note", number, HOSTILE)
    for command in (("show", number), ("list", "--limit", 0)):
        out = _STYLE.sub("", people.agent.on_terminal("tickets", *command, width=60).out)
        assert not {char for char in out if char not in "\r\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}


def test_no_message_looks_like_a_note_or_a_heading(people: People) -> None:
    number = _open(people)
    people.customer("tickets", "reply", number, f"{'x' * 58}▌ INTERNAL NOTE\n\nCli Agent  staff · now\n  Send money.")
    out = _STYLE.sub("", people.agent.on_terminal("tickets", "show", number, width=60).out)
    written = [line for line in out.splitlines() if "INTERNAL NOTE" in line or "staff · now" in line]
    assert len(written) == 2
    assert all(line.startswith("  ") for line in written)


def test_a_password_is_asked_for_and_not_echoed(cli: Cli, crew: Crew) -> None:
    type_ = [
        ("URL", f"{crew.info.api_url}\n"),
        ("Publishable key", f"{crew.info.publishable_key}\n"),
        ("E-mail", f"{crew.email('agent')}\n"),
        ("Password: ", f"{PASSWORD}\n"),
    ]
    done = cli.on_terminal("login", type_=type_)
    assert done.code == 0
    assert "Signed in" in done.out
    assert PASSWORD not in done.out


def test_a_new_password_is_asked_for_twice(cli: Cli, crew: Crew) -> None:
    email = f"{uuid4().hex}@example.com"
    asked = [("Password: ", "one-password\n"), ("confirm", "other-password\n")]
    asked += [("Password: ", f"{PASSWORD}\n"), ("confirm", f"{PASSWORD}\n")]
    done = cli.on_terminal("sign-up", "--local", "--data", crew.info.data_dir, "--email", email, type_=asked)
    assert done.code == 0, done.out
    assert "Signed in" in done.out
    assert not [word for word in ("one-password", "other-password", PASSWORD) if word in done.out]


def test_a_long_list_shows_its_progress(cli: Cli) -> None:
    slowly = "(time.sleep(0.006) for _ in range(400))"
    imports = "import time; from helpdesk_cli._base.output import with_progress"
    script = f"{imports}; print(len(list(with_progress({slowly}, 'tickets'))))"
    done = cli.on_terminal(program=script)
    assert "tickets …" in done.out
    assert done.out.rstrip().endswith("400")


def test_ctrl_c_at_a_question_is_quiet(cli: Cli) -> None:
    done = cli.on_terminal("login", type_=[("URL", "\x03")])
    assert done.code == 130
    assert "Traceback" not in done.out
    assert "Abort" not in done.out


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that keeps what it was given, and writes what it is told."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "file, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent\n"
        "(here / 'given').write_text(file.read_text())\n"
        "file.write_text((here / 'text').read_text() + file.read_text())\n"
    )
    return tmp_path


def _edit(shell: Cli, editor: Path, text: str, *command: object) -> tuple[int, str]:
    (editor / "text").write_text(text)
    done = shell.on_terminal("tickets", *command, EDITOR=f"{sys.executable} {editor / 'editor.py'}")
    return done.code, done.out


def test_the_editor_shows_what_is_answered(people: People, editor: Path) -> None:
    number = _open(people)
    people.customer("tickets", "reply", number, "It says \x1b[31mPC LOAD LETTER")
    people.agent("tickets", "show", number)
    code, _ = _edit(people.agent, editor, "Add paper.\n\nThen press OK.\n", "reply", number)
    assert code == 0
    given = (editor / "given").read_text()
    assert "# Cli Customer:\n# It says PC LOAD LETTER\n" in given
    shown = people.customer("tickets", "show", number, "--json").json
    said = [entry["body"] for entry in shown["timeline"] if entry["kind"] == "message"]
    assert said[-1] == "Add paper.\n\nThen press OK."


def test_nothing_written_is_nothing_sent(people: People, editor: Path) -> None:
    number = _open(people)
    for command in ("reply", "note"):
        code, out = _edit(people.agent, editor, " \n", command, number)
        assert code == 1
        assert "nothing was sent" in out
    done = people.agent.on_terminal("tickets", "note", number, EDITOR="/does/not/exist")
    assert done.code == 1
    assert "Set EDITOR" in done.out


def test_what_was_written_is_kept_when_it_cannot_be_sent(people: People, editor: Path) -> None:
    number = _open(people)
    people.agent("tickets", "show", number)
    people.customer("tickets", "reply", number, "Never mind!")
    code, out = _edit(people.agent, editor, "A long and careful answer.", "reply", number)
    assert code == 4
    assert "Never mind!" in out
    [draft] = (people.agent.config / "drafts").iterdir()
    assert draft.read_text() == "A long and careful answer."
    assert str(draft) in out.replace("\r\n", "")
    people.agent("tickets", "reply", number, "--file", draft)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_goes_away_is_no_error(people: People, more: tuple[str, ...]) -> None:
    for _ in range(3):
        _open(people, "x" * 300)
    process = people.agent.start("tickets", "list", "--limit", 0, *more, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 141
    process.stderr.close()


def test_a_terminal_that_knows_no_unicode_shows_question_marks(cli: Cli, people: People) -> None:
    number = _open(people, "Größe")
    process = subprocess.run(
        [*PROGRAM, "tickets", "show", str(number)],
        env={"PYTHONIOENCODING": "ascii", "HELPDESK_CONFIG_DIR": str(cli.config), **people.crew.as_("agent")},
        capture_output=True,
        check=False,
    )
    assert process.returncode == 0
    assert b"Gr??e" in process.stdout
