"""Any megabyte is read by both parsers in a time in proportion to its length."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.functions.mail_parsers import run_script
from tests.functions.worst_mails import worst_mail

from helpdesk_sdk.delivery.mail.parsing import parse_mail

_SEEDS = range(28)
_TEXT_MAX = 500_000
# What grows with the square of the size takes minutes.
_SECONDS_MAX = 20


def test_python_reads_them_in_time() -> None:
    for seed in _SEEDS:
        about, raw = worst_mail(seed)
        begun = time.process_time()
        found = parse_mail(raw).json
        assert time.process_time() - begun < _SECONDS_MAX, about
        assert len(found["text"]) <= _TEXT_MAX, about
        assert found["trimmed_from"] is None or 0 < found["trimmed_from"] < len(found["text"]), about
        assert len(json.dumps(found)) < 10_000_000, about


@pytest.mark.night
def test_the_function_reads_them_in_time(tmp_path: Path) -> None:
    abouts = {}
    for seed in _SEEDS:
        about, raw = worst_mail(seed)
        path = tmp_path / f"{seed}.eml"
        path.write_bytes(raw)
        path.with_suffix(".json").write_text("{}")
        abouts[str(path)] = about
    for name, found in run_script("parse.ts", list(abouts), seconds=_SECONDS_MAX * len(_SEEDS)).items():
        assert len(found["text"]) <= _TEXT_MAX, abouts[name]
        assert found["trimmed_from"] is None or 0 < found["trimmed_from"] < len(found["text"]), abouts[name]
        assert len(json.dumps(found, ensure_ascii=False).encode()) < 10_000_000, abouts[name]
