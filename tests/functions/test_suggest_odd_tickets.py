"""Tickets that say nothing, or nothing that anybody can search: each run ends with a proposal or with a reason."""

from __future__ import annotations

import pytest
from tests.functions.desk import Desk

from helpdesk_sdk.testing import ScriptedProvider

pytestmark = pytest.mark.sample(3)

KINDS = ("reply", "summary", "next_steps", "article")
ODD = {
    "a title of one mark": ("?", ""),
    "an emoji": ("\U0001f62d", "\U0001f62d\U0001f62d\U0001f62d"),
    "only numbers": ("0000", "1 2 3 4 5"),
    "cuneiform": ("\U00012000\U00012001", "\U00012000\U00012001 \U00012002\U00012003. " * 20),
    "Amharic": ("\u12a5\u122d\u12f3\u1273", "\u1325\u1245\u120d \u12a0\u120d\u1260\u1228\u121d\u1362 " * 30),
    "Thai, which has no blanks": ("\u0e1e\u0e31\u0e2a", "\u0e1e\u0e31\u0e2a\u0e14\u0e38\u0e25\u0e48\u0e32" * 200),
    "Arabic and Hebrew": ("\u0634\u062d\u0646\u0629", "\u05d4\u05d7\u05d1\u05d9\u05dc\u05d4 \u05d0\u05d9. " * 60),
    "a word of nine thousand letters": ("long", "x" * 9000),
    "marks of text search": ("& | ! ( ) : * <->", "'a':* & !(b | 'c') <-> \\ \" % _ " * 50),
    "only line breaks and rules": ("---", "-- \n\n----\n" * 200 + "x"),
    "only quoted lines": ("Re: Re:", "> a\n> b\n>> c\n" * 100),
    "combining marks": ("e\u0301" * 20, "a" + "\u0301" * 4000),
}  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_an_odd_ticket_has_an_outcome_of_each_kind(desk: Desk, provider: ScriptedProvider, text: str) -> None:
    title, description = ODD[text]
    ticket = desk.new_ticket(title=title, description=description)
    before = desk.state(ticket)
    for kind in KINDS:
        found = desk.suggest(ticket, kind)
        run, proposal = found["run"], found["proposal"]
        assert run["state"] in ("done", "fallback"), run
        assert run["reason"] is None or (kind, run["reason"]) == ("reply", "nothing_found")
        assert proposal["kind"] == ("escalation" if run["reason"] else kind)
    run = desk.triage(ticket)
    assert (run["state"], run["reason"]) in (
        ("done", None),
        ("done", "no_change"),
        ("needs_human", "answer_invalid"),
    ), run
    assert all(len(request.text) < 40_000 for request in provider.requests)
    assert desk.state(ticket) == before


def test_an_agent_asks_for_a_draft_of_a_ticket_whose_text_was_redacted(desk: Desk, provider: ScriptedProvider) -> None:
    customer = desk.sign_in("customer")
    ticket = desk.new_ticket(customer, title="Zeppelin", description="")
    message = desk.rpc("send_reply", customer, ticket_id=ticket, body="My card is 4111 canaryRedacted.")
    desk.rpc("redact_message", desk.info.secret_key, message_id=message["message_id"])
    for kind in KINDS:
        assert desk.suggest(ticket, kind)["run"]["state"] in ("done", "fallback")
    desk.triage(ticket)
    assert "canaryRedacted" not in str(provider.requests)
    assert "canaryRedacted" not in "".join(provider.prompts)
