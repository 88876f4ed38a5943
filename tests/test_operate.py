"""The alerts to copy: readable, over numbers that exist, with the limits of `doctor`, each with its card."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk_cli._connect import health_check
from helpdesk_sdk.models.metrics import METRICS

ROOT = Path(__file__).parents[1]
ALERTS = yaml.safe_load((ROOT / "examples/monitoring/alerts.yml").read_text("utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PAGE = (ROOT / "docs/operate.md").read_text("utf-8")
_DURATION = re.compile(r"\d+[smhd]")


def _cards() -> set[str]:
    _, _, cards = PAGE.partition("## Incident cards")
    titles = re.findall(r"^### (.+)$", cards, re.MULTILINE)
    return {"-".join(title.lower().split()) for title in titles}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_is_complete(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Helpdesk[A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert _DURATION.fullmatch(rule.get("for", "0s"))
    expression = rule["expr"]
    names = set(re.findall(r"helpdesk_(\w+)", expression))
    assert names
    assert names <= set(METRICS)
    assert expression.count("(") == expression.count(")")
    assert expression.count("{") == expression.count("}")
    page, _, card = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operate.md"
    assert card in _cards()


def test_every_card_has_an_alert() -> None:
    assert {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES} == _cards()


def test_the_limits_are_those_of_doctor() -> None:
    limits = {rule["alert"]: re.findall(r"> ([\d.]+)", rule["expr"]) for rule in RULES}
    assert limits["HelpdeskQueueStuck"] == [str(health_check.QUEUE_MAX)]
    assert limits["HelpdeskRunsStuck"] == [str(health_check.RUN_MAX)]
    assert limits["HelpdeskFilesUnchecked"] == [str(health_check.FILE_MAX)]
    assert limits["HelpdeskOutboxStuck"] == [str(health_check.DELIVERY_MAX)]
    assert limits["HelpdeskConnectionsNearlyUsed"] == [str(health_check.CONNECTIONS_MAX)]


def test_every_number_is_on_the_page() -> None:
    _, _, part = PAGE.partition("## Numbers and alerts")
    assert set(re.findall(r"`helpdesk_(\w+)`", part.partition("\n## ")[0])) == set(METRICS)
