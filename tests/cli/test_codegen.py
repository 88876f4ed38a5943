"""`helpdesk codegen`: type checkers accept the modules and find wrong options; hostile text stays data."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.cli.conftest import People

from helpdesk_cli._codegen.python import python_module
from helpdesk_cli._codegen.typescript import typescript_module
from helpdesk_sdk import CustomField
from helpdesk_sdk.local import _gateway

pytestmark = pytest.mark.sample(2)

PROGRAMS = Path(__file__).with_name("codegen")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVIL = '"""\n\'\'\'; import os; os.system("touch hacked") #\\ */ \u2028 `${x}` \u202e {x} </script> \\'


def field(key: str, type: str = "text", options: Sequence[str] = (), **more: Any) -> CustomField:
    """A field; the options that begin with "old" are retired."""
    rows = [
        {"value": one, "label": EVIL, "position": n, "retired_at": NOW if one.startswith("old") else None}
        for n, one in enumerate(options)
    ]
    row = {"label": EVIL, "help_text": EVIL, "audience": "customer_editable", "required_for": "none", "position": 1}
    row |= {"created_at": NOW, "updated_at": NOW, "options": rows, "key": key, "type": type, **more}
    return CustomField.model_validate(row)


# Keys that mean something to Python, to pydantic, to the module itself, or to JavaScript.
HOSTILE = (
    *("str", "int", "bool", "list", "tuple", "date", "object", "print", "property", "classmethod", "type", "none"),
    *("class", "class_", "from", "async", "match", "lambda", "copy", "json", "dict", "schema", "of", "cls", "ticket"),
    *("model_config", "model_fields", "pydantic", "typing", "constructor", "prototype", "export", "interface"),
)
FIELDS = [
    field("plan", "select", ["free", "pro", "old"]),
    field("langs", "multi_select", ["de", "en"]),
    field("seats", "integer"),
    field("amount", "decimal"),
    field("due", "date"),
    field("vip", "boolean", audience="staff_only"),
    field("story", "long_text"),
    field("gone", retired_at=NOW),
    field("evil", "select", [EVIL, "__proto__", "$&", "\\1", "a\nb"]),
    field("a_b", "select", ["1"]),
    field("a__b", "select", ["2"]),
    field("over", "select", ["old"]),
    *map(field, HOSTILE),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules, and programs that use them."""
    found = tmp_path_factory.mktemp("codegen")
    (found / "fields_made.py").write_text(python_module(FIELDS), "utf-8")
    (found / "fields_made.ts").write_text(typescript_module(FIELDS), "utf-8")
    for name in ("good", "bad"):
        shutil.copy(PROGRAMS / f"{name}.txt", found / f"{name}.py")
    return found


@pytest.fixture
def made(directory: Path) -> Iterator[ModuleType]:
    """The Python module, imported."""
    spec = importlib.util.spec_from_file_location("fields_made", directory / "fields_made.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fields_made"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fields_made"]


def lines_of(output: str, name: str) -> set[int]:
    return {int(line) for line in re.findall(rf"{name}\.py:(\d+)[:-].*error", output)}


def run(directory: Path, *command: str) -> str:
    env = os.environ | {"NO_COLOR": "1"}
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, env=env, timeout=240)
    return done.stdout + done.stderr


WRONG = {number for number, line in enumerate((PROGRAMS / "bad.txt").read_text().splitlines(), 1) if "(" in line}


def test_mypy_accepts_the_module_and_finds_each_wrong_line(directory: Path) -> None:
    (directory / "mypy.ini").write_text("[mypy]\nstrict = True\n")
    mypy = (sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(directory / ".mypy_cache"))
    output = run(directory, *mypy, "fields_made.py", "good.py", "bad.py")
    assert lines_of(output, "bad") == WRONG, output
    assert not lines_of(output, "good") | lines_of(output, "fields_made"), output


def test_pyright_accepts_the_module_and_finds_each_wrong_line(directory: Path) -> None:
    settings = {"typeCheckingMode": "strict", "include": ["fields_made.py", "good.py", "bad.py"]}
    (directory / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = (str(_gateway.deno_program()), "run", "--allow-all", "--frozen", "--config", str(PROGRAMS / "deno.json"))
    output = run(directory, *pyright, "npm:pyright@1.1.407", "--pythonpath", sys.executable, "-p", ".")
    assert lines_of(output, "bad") == WRONG, output
    assert not lines_of(output, "good") | lines_of(output, "fields_made"), output


def test_deno_accepts_the_module_and_finds_a_wrong_option(directory: Path) -> None:
    deno = (str(_gateway.deno_program()), "check")
    assert "error" not in run(directory, *deno, "fields_made.ts")
    use = 'import type { FieldChanges, TicketFields } from "./fields_made.ts";\n'
    (directory / "good.ts").write_text(
        f'{use}export const a: FieldChanges = {{ plan: "pro", seats: null, langs: ["de"], amount: "1.5" }};\n'
        'export const b = (fields: TicketFields): "free" | "pro" | "old" | undefined => fields.plan;\n'
    )
    assert "error" not in run(directory, *deno, "good.ts")
    for wrong in ('plan: "prro"', 'plan: "old"', 'seats: "5"', 'langs: ["xx"]', "nothing: 1", 'gone: "x"'):
        (directory / "bad.ts").write_text(f"{use}export const a: FieldChanges = {{ {wrong} }};\n")
        assert "TS2" in run(directory, *deno, "bad.ts"), wrong


def test_labels_and_options_are_the_same_texts_in_both_languages(directory: Path, made: ModuleType) -> None:
    import typing

    assert typing.get_args(made.EvilOption) == (EVIL, "__proto__", "$&", "\\1", "a\nb")
    program = 'import * as made from "./fields_made.ts";\n'
    program += "console.log(JSON.stringify([made.fieldLabels, made.optionLabels]));"
    (directory / "show.ts").write_text(program)
    labels, options = json.loads(run(directory, str(_gateway.deno_program()), "run", "--quiet", "show.ts"))
    assert labels["plan"] == f"{EVIL}. {EVIL}"
    assert list(options["evil"]) == [EVIL, "__proto__", "$&", "\\1", "a\nb"]
    assert set(labels) == {one.key for one in FIELDS}
    assert not (directory / "hacked").exists()


def test_values_are_read_by_type_and_newer_options_do_not_break_a_program(made: ModuleType) -> None:
    values: dict[str, Any] = {
        "plan": "newer",
        "langs": ["de"],
        "seats": 5,
        "amount": "12.5",
        "due": "2026-12-24",
        "class": "a",
    }
    ticket = type(
        "Ticket", (), {"custom_fields": {**values, "class_": "b", "copy": "c"}, "staff_fields": {"vip": True}}
    )
    fields = made.TicketFields.of(ticket)
    assert (fields.plan, fields.langs, fields.seats, str(fields.amount)) == ("newer", ("de",), 5, "12.5")
    assert (fields.due.isoformat(), fields.class__, fields.class_, fields.copy_) == ("2026-12-24", "a", "b", "c")
    assert made.StaffFields.of(ticket).vip is True
    with pytest.raises(ValueError, match="plan"):
        made.TicketFields(plan="newer")


def test_the_text_depends_on_nothing_but_the_fields(made: ModuleType) -> None:
    assert python_module(FIELDS[::-1]) == python_module(FIELDS)
    assert typescript_module(FIELDS[::-1]) == typescript_module(FIELDS)
    # ASCII in TypeScript; in Python nothing that hides or turns text.
    assert typescript_module(FIELDS).isascii()
    assert "\u202e" not in python_module(FIELDS)
    for empty in (python_module([]), typescript_module([])):
        assert "FieldChanges" in empty
    compile(python_module([]), "fields.py", "exec")


def test_the_command_writes_checks_and_never_replaces_a_file_of_yours(people: People, tmp_path: Path) -> None:
    out, script = tmp_path / "fields.py", tmp_path / "fields.ts"
    paths = ("--out", out, "--typescript", script)
    done = people.agent("codegen", *paths, "--json").json
    assert done["written"] == [str(out), str(script)]
    assert done["fields"] >= 6
    assert "PlanOption" in out.read_text()
    assert '"pro"' in script.read_text()
    assert people.agent("codegen", *paths, "--check").out
    assert people.agent("codegen", *paths, "--json").json["written"] == []
    script.write_text(script.read_text().replace('"pro"', '"prro"'))
    assert str(script) in people.agent("codegen", *paths, "--check", code=1).err
    assert "prro" in script.read_text()
    people.agent("codegen", *paths)
    assert "prro" not in script.read_text()
    # A customer's module has no fields of staff.
    people.customer("codegen", "--out", tmp_path / "own.py")
    assert "vip" not in (tmp_path / "own.py").read_text()
    mine = tmp_path / "mine.py"
    mine.write_text("precious = 1\n")
    assert "was not written by" in people.agent("codegen", "--out", mine, code=2).err
    assert mine.read_text() == "precious = 1\n"
    assert people.agent("codegen", code=2).err
    assert people.agent("codegen", "--out", tmp_path / "no" / "fields.py", code=2).err
