"""The functions suggest-reply and triage-ticket, with the scripted provider as their model."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.functions.desk import Desk

from helpdesk_sdk.testing import Play, ScriptedProvider


def test_a_reply_cites_the_very_sentence_of_the_article(desk: Desk, provider: ScriptedProvider) -> None:
    article = desk.publish(
        "Zithers by post", "# Zithers\n\nA zither travels in a crate of its own. The crate is not returned.\n"
    )
    ticket = desk.new_ticket(title="My zither", description="How does a zither travel? Is the crate returned?")
    found = desk.suggest(ticket, "reply")
    assert (found["run"]["state"], found["run"]["mode"]) == ("done", "model"), found
    assert (found["proposal"]["kind"], provider.calls) == ("reply", 1)
    citation = found["proposal"]["citations"][0]
    assert citation["quote"] == "A zither travels in a crate of its own."
    (chunk,) = desk.sql(
        "select article_id, body from helpdesk.article_chunks where chunk_id = %s", citation["chunk_id"]
    )
    assert str(chunk["article_id"]) == article
    assert chunk["body"][citation["start_at"] : citation["end_at"]] == citation["quote"]
    assert citation["quote"] in found["proposal"]["payload"]["body"]


def test_an_agent_receives_next_steps(desk: Desk, ticket: str, provider: ScriptedProvider) -> None:
    found = desk.suggest(ticket, "next_steps")
    assert (found["run"]["state"], found["run"]["mode"]) == ("done", "model"), found
    assert found["proposal"]["kind"] == "next_steps"
    assert provider.calls == 1


def test_three_at_once_make_one_call(desk: Desk, ticket: str, provider: ScriptedProvider) -> None:
    provider.delay = 0.3
    try:
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda _: desk.suggest(ticket), range(3)))
    finally:
        provider.delay = 0
    assert {each["run"]["state"] for each in found} == {"done"}
    assert len({each["run"]["run_id"] for each in found}) == 1
    assert len({each["proposal"]["proposal_id"] for each in found}) == 1
    assert provider.calls == 1


@pytest.mark.parametrize("function", ["suggest-reply", "triage-ticket"])
def test_who_does_not_work_the_ticket_is_refused(desk: Desk, provider: ScriptedProvider, function: str) -> None:
    customer, stranger = desk.sign_in("customer"), desk.sign_in("customer")
    ticket = desk.new_ticket(customer)
    assert desk.rpc("whoami", customer)["role"] == "customer"

    def refusal(token: str, ticket_id: str = ticket) -> tuple[int, Any]:
        answer = desk.post(f"functions/v1/{function}", token, {"ticket_id": ticket_id})
        return answer.status_code, answer.json().get("details")

    # The customer's own ticket, which they can read.
    assert refusal(customer) == (403, "helpdesk.forbidden")
    assert refusal(stranger) == (404, "helpdesk.ticket_not_found")
    assert refusal(desk.sign_in("agent", team=False)) == (404, "helpdesk.ticket_not_found")
    assert refusal(desk.agent, "00000000-0000-0000-0000-000000000000") == (404, "helpdesk.ticket_not_found")
    assert refusal(desk.info.publishable_key)[0] == 401
    assert (provider.calls, desk.sql("select from helpdesk.ai_runs where ticket_id = %s", ticket)) == (0, [])


def test_a_body_that_is_no_object_is_refused(desk: Desk) -> None:
    assert desk.post("functions/v1/suggest-reply", desk.agent, []).status_code == 400


def test_the_text_of_a_draft_arrives_before_the_result(desk: Desk, ticket: str) -> None:
    events = desk.stream(ticket)
    names = [name for name, _ in events]
    assert (names[0], names[-1]) == ("run", "result")
    assert "discard" not in names
    text = "".join(data["text"] for name, data in events if name == "text")
    assert text == "The customer described the problem."
    assert events[-1][1]["proposal"]["payload"]["statements"][0]["text"] == text


def test_text_that_the_database_refuses_is_taken_back(desk: Desk, ticket: str, provider: ScriptedProvider) -> None:
    provider.play(Play('{"statements":[{"text":"An invention.","messages":[1]}],"status":"closed"}'))
    events = desk.stream(ticket)
    names = [name for name, _ in events]
    before = "".join(data["text"] for name, data in events[: names.index("discard")] if name == "text")
    after = "".join(data["text"] for name, data in events[names.index("discard") :] if name == "text")
    assert (before, after) == ("An invention.", "The customer described the problem.")
    assert (events[-1][1]["run"]["state"], provider.calls) == ("done", 2)
    provider.reset()
    provider.always("endless")
    events = desk.stream(desk.new_ticket())
    assert events[-2][0] == "discard"
    assert (events[-1][1]["run"]["reason"], provider.calls) == ("answer_invalid", 1)


def test_text_of_a_draft_that_the_conversation_overtook_is_taken_back(desk: Desk, provider: ScriptedProvider) -> None:
    customer = desk.sign_in("customer")
    ticket = desk.new_ticket(customer)
    provider.play(Play('{"text":"One two three four."}', pause=1))
    seen: list[str] = []
    url = f"{desk.info.api_url}/functions/v1/suggest-reply"
    headers = desk.headers(desk.agent) | {"accept": "text/event-stream"}
    with httpx.stream(
        "POST", url, headers=headers, json={"ticket_id": ticket, "kind": "summary"}, timeout=60
    ) as answer:
        for line in answer.iter_lines():
            if line == "event: text" and "event: text" not in seen:
                desk.rpc("send_reply", customer, ticket_id=ticket, body="It came.")
            if line:
                seen.append(line)
    result = json.loads(seen[-1].removeprefix("data: "))
    assert (result["run"]["state"], result["run"]["reason"]) == ("cancelled", "conversation_moved")
    assert result["proposal"] is None
    assert seen[-4:-1] == ["event: discard", "data: {}", "event: result"]


def test_a_prompt_holds_nothing_that_is_not_of_the_ticket(desk: Desk, provider: ScriptedProvider) -> None:
    customer, other = desk.sign_in("customer"), desk.sign_in("customer")
    about = "The brass gong rings by itself at night."
    desk.publish("Gongs", f"{about} Felt under the brass gong helps: canaryPublic.")
    desk.publish("Gongs, for us", f"{about} Blame the brass gong maker: canaryInternal.", audience="internal")
    draft = {"slug": "gong-draft", "title": "Gong draft", "body": f"{about} The brass gong is cursed: canaryDraft."}
    desk.rpc("save_article", desk.info.secret_key, **draft)
    withdrawn = desk.publish("Old gongs", f"{about} Return the brass gong: canaryWithdrawn.")
    desk.rpc("archive_article", desk.info.secret_key, article_id=withdrawn)
    desk.new_ticket(other, title="Brass gong canaryOther", description=f"{about} canaryOther")
    ticket = desk.new_ticket(customer, title="Brass gong", description=f"{about} Why? canaryOwn")
    desk.rpc("send_reply", customer, ticket_id=ticket, body="Does felt under the brass gong help?")
    desk.rpc("add_note", desk.agent, ticket_id=ticket, body="canaryNote: the brass gong again")
    for kind in ("reply", "summary", "next_steps", "article"):
        assert desk.suggest(ticket, kind)["run"]["mode"] == "model"
    desk.triage(ticket)
    assert provider.calls == 5
    for request in provider.requests:
        found = {
            name for name in ("Internal", "Draft", "Withdrawn", "Other", "Note") if f"canary{name}" in request.text
        }
        assert found == set()
        assert "canaryOwn" in request.text
        assert customer not in request.text
        assert desk.info.secret_key not in request.text
    assert ["canaryPublic" in request.text for request in provider.requests] == [True, False, True, False, False]


def test_triage_of_what_no_past_ticket_is_like_asks_the_model(
    desk: Desk, ticket: str, provider: ScriptedProvider
) -> None:
    run = desk.triage(ticket)
    assert (run["kind"], run["state"], run["mode"], provider.calls) == ("classification", "done", "model", 1), run


def test_a_customer_may_start_what_waits_and_learns_nothing_about_it(desk: Desk, provider: ScriptedProvider) -> None:
    run = desk.rpc("request_run", desk.agent, ticket_id=desk.new_ticket(), kind="summary")

    def state() -> Any:
        return desk.sql("select state from helpdesk.ai_runs where run_id = %s", run["run_id"])[0]["state"]

    assert desk.post("functions/v1/triage-ticket", desk.info.publishable_key, {}).status_code == 401
    assert (state(), provider.calls) == ("queued", 0)
    answer = desk.post("functions/v1/triage-ticket", desk.sign_in("customer"), {})
    assert (answer.status_code, answer.json()) == (200, {"runs": []})
    assert (state(), provider.calls) == ("done", 1)
