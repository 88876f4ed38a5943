"""Every command has help and --json, is in the docs, and loads nothing heavy before it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from tests.cli.conftest import People
from tests.cli.support import PROGRAM, Cli

import helpdesk_sdk
from helpdesk_cli._base import choices
from helpdesk_cli._show import deliveries
from helpdesk_cli.mail import channels, templates
from helpdesk_cli.main import MODULES, app, build, needed_modules

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
PROMISED = """
login sign-up logout whoami doctor up status down demo uninstall version
profiles:list,use,remove,show
tickets:list,show,create,reply,note,claim,assign,unassign,transfer,status,tag,untag
users:list,invite,role,deactivate,reactivate,show,bootstrap-admin
teams:list,create,update,delete,members,add-member,remove-member,set-default
events:tail
"""


def _walk(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _walk(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(_walk(typer.main.get_command(app)))


def test_what_was_promised_is_there() -> None:
    for word in PROMISED.split():
        noun, _, verbs = word.partition(":")
        wanted = {(noun, verb) for verb in verbs.split(",")} if verbs else {(noun,)}
        assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_has_help_and_json_and_a_place_in_the_docs(path: tuple[str, ...], cli: Cli) -> None:
    command = COMMANDS[path]
    flags = {flag for parameter in command.params for flag in parameter.opts}
    assert "--json" in flags
    assert f"\n#### `helpdesk {' '.join(path)}`\n" in PAGE
    shown = cli(*path, "--help").out
    assert command.help.split("\n")[0].strip()[:40] in " ".join(shown.split())
    for parameter in command.params:
        assert parameter.help, f"{parameter.name} has no help"


def test_every_command_that_asks_a_helpdesk_takes_a_profile() -> None:
    """The others start a stack, or work on files here. uninstall, plan, deploy and rollback connect by URL."""
    without = {path for path, command in COMMANDS.items() if not any("--profile" in one.opts for one in command.params)}
    assert without == {
        ("mail", "check"),
        ("mail", "test"),
        *(
            ("up",),
            ("status",),
            ("down",),
            ("demo",),
            ("init",),
            ("upgrade",),
            ("plan",),
            ("deploy",),
            ("rollback",),
            ("uninstall",),
            ("project-dir",),
            ("version",),
        ),
        *(("profiles", "list"), ("profiles", "use"), ("profiles", "remove")),
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_first_sentence_fits_into_the_list_of_commands(path: tuple[str, ...]) -> None:
    """On a terminal of 80 columns, whose help leaves 72 to a name and its sentence."""
    siblings = [other[-1] for other in COMMANDS if other[:-1] == path[:-1]]
    assert not COMMANDS[path].get_short_help_str(72 - max(map(len, siblings))).endswith("...")


def test_no_option_takes_a_secret_as_its_value() -> None:
    for path, command in COMMANDS.items():
        for parameter in command.params:
            takes_value = not getattr(parameter, "is_flag", False)
            words = {word for flag in parameter.opts for word in flag.strip("-").split("-")}
            if takes_value and "file" not in words:
                assert not words & {"password", "token", "secret"}, path


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "cli_docs.py"), "--check"], check=False)
    assert done.returncode == 0, "Run: python scripts/cli_docs.py"


def test_commands_on_the_pages_are_there_with_their_options() -> None:
    """In blocks of shell, and in the text, as far as a command begins with the program's name."""
    pages = [page for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for page in ROOT.glob(pattern)]
    root: Any = typer.main.get_command(app)
    seen = 0
    for page in pages:
        if "node_modules" in page.parts:
            continue
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        code = re.findall(r"^(helpdesk .*)$|`(helpdesk [^`\n]*)`", text, flags=re.MULTILINE)
        for line in filter(None, (word for found in code for word in found)):
            words = re.split(r"\s*(?:[|>;#]|&&)", line)[0].split()[1:]
            command, known = root, {"--help"}
            for word in words:
                known |= {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
                if not hasattr(command, "commands"):
                    break
                if not word.startswith("-"):
                    assert word in command.commands or not re.fullmatch(r"[a-z-]+", word), f"{page.name}: {line}"
                    command = command.commands.get(word, command)
            used = {word.split("=")[0] for word in words if word.startswith("--")}
            assert used <= known, f"{page.name}: {line}"
            seen += 1
    assert seen > 200


def test_exit_codes_are_in_the_help_and_the_docs(cli: Cli) -> None:
    shown = cli("--help").out
    for code in ("0", "1", "2", "3", "4", "5", "6", "130"):
        assert f"\n    {code}  " in shown
        assert f"| {code} |" in PAGE


def test_a_group_alone_shows_its_help(cli: Cli) -> None:
    for group in ((), ("tickets",), ("users",), ("teams",), ("events",), ("profiles",)):
        done = cli(*group, code=2)
        assert done.err == cli(*group, "--help").out
        assert done.out == ""


def test_the_usual_flags_work_too(cli: Cli) -> None:
    assert cli("--version").out == cli("version").out
    assert cli("tickets", "list", "-h").out == cli("tickets", "list", "--help").out


@pytest.mark.parametrize("arguments", [["--help"], ["tickets", "list", "--help"], ["version"], ["nonsense"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """Measured by what is loaded, not by the clock: help and completion stay as fast as Typer itself."""
    heavy = "{'supabase', 'postgrest', 'httpx', 'rich.table', 'tomlkit', 'helpdesk_sdk', 'asyncio'}"
    script = f"""
import sys, atexit
atexit.register(lambda: print("LOADED", sorted({heavy} & set(sys.modules)), file=sys.stderr))
sys.argv = ["helpdesk", *{arguments!r}]
from helpdesk_cli.main import run
run()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1] == "LOADED []"


def test_completion_knows_commands_and_values(cli: Cli) -> None:
    def complete(words: str) -> str:
        env = {
            "_HELPDESK_COMPLETE": "complete_zsh",
            "_TYPER_COMPLETE_ARGS": words,
            "HELPDESK_CONFIG_DIR": str(cli.config),
        }
        script = "import sys; sys.argv[0] = 'helpdesk'; " + PROGRAM[-1]
        return subprocess.run(
            [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
        ).stdout

    assert "tickets" in complete("helpdesk t")
    assert "transfer" in complete("helpdesk tickets tr")
    assert "pending" in complete("helpdesk tickets list --status p")


def test_the_words_are_those_of_the_sdk() -> None:
    ours = {name[1:]: list(found) for name, found in vars(choices).items() if re.match("_[A-Z]", name)}
    suggested = ours.pop("SuggestKind")
    assert ours == {name: list(get_args(getattr(helpdesk_sdk, f"{name}Name"))) for name in ours}
    # Of the tasks of the assistant, those that somebody asks for.
    assert set(suggested) < set(ours["RunKind"])
    for words, kind in (
        (channels.ProviderName, helpdesk_sdk.MailProviderName),
        (templates.KindName, helpdesk_sdk.EmailTemplateKindName),
        (deliveries.KindName, helpdesk_sdk.DeliveryKindName),
    ):
        assert get_args(words) == get_args(kind)


def test_a_run_imports_only_the_module_of_its_command() -> None:
    """The table of modules in main.py, against what the modules register."""
    for module, names in MODULES.items():
        built = typer.main.get_command(build([module]))
        assert set(built.commands) == {*names, "project-dir", "version"}  # type: ignore[attr-defined]
        for name in names:
            assert needed_modules(["--profile", "work", name, "--json"]) == (module,)
    assert needed_modules(["version"]) == ()
    for unknown in ([], ["--help"], ["tickts"], ["--profile"]):
        assert needed_modules(unknown) == tuple(MODULES)


def test_a_short_command_imports_no_library_for_requests() -> None:
    imported = _imported_by("version")
    assert not {"httpx._client", "postgrest", "rich.console", "helpdesk_cli.tickets"} & imported


def test_a_command_that_talks_to_the_helpdesk_imports_no_more_than_it_needs(people: People) -> None:
    imported = _imported_by("tickets", "list", shell=people.agent)
    assert {"httpx", "helpdesk_sdk.models.tickets"} <= imported
    unused = {"h2", "pygments", "click", "rich.progress", "supabase", "realtime", "supabase_auth", "websockets"}
    assert not (unused | {"helpdesk_cli.users", "helpdesk_sdk._live.hub", "helpdesk_sdk.resources.events"}) & imported


def _imported_by(*arguments: str, shell: Cli | None = None) -> set[str]:
    """The modules that a run of the program imports."""
    script = f"""
import sys, atexit
atexit.register(lambda: print("LOADED", *(name for name, one in sys.modules.items() if one), file=sys.stderr))
sys.argv = ["helpdesk", *{arguments!r}]
from helpdesk_cli.main import run
run()
"""
    environment = {} if shell is None else {name: value for name, value in shell._environment({}).items() if value}
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return set(done.stderr.partition("LOADED")[2].split())
