"""Attacks that only HTTP has: counts, embedding, other schemas, forged tokens, headers, metadata, error bodies."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.db.matrix.in_sql import fingerprint
from tests.db.matrix.over_http import Api
from tests.db.people import ADMIN, AGENT, ANONYMOUS, CUSTOMER, GONE, NOBODY, OTHER, SERVICE, STRANGER, Person
from tests.e2e.conftest import sign_up

from helpdesk_sdk._names import clean_name

TICKETS = "/tickets"


def total(answer: httpx.Response) -> str:
    """The number of rows that Content-Range tells."""
    return answer.headers["content-range"].partition("/")[2]


def code_of(answer: httpx.Response) -> Any:
    """The code of an error's body."""
    return answer.json()["code"]


def test_a1_a2_anonymous_gets_nothing_from_any_path(api: Api) -> None:
    for path in ("/tickets", "/users", "/my_tickets", "/events", "/teams", "/status_transitions"):
        answer = api.request(ANONYMOUS, "GET", path)
        assert (answer.status_code, code_of(answer)) == (401, "42501"), path
    for name in ("whoami", "schema_version", "events_since", "events_page", "create_ticket"):
        answer = api.request(ANONYMOUS, "POST", f"/rpc/{name}", json={"title": "x"} if "create" in name else {})
        assert answer.status_code == 401, name


def test_without_a_key_nothing_is_answered(api: Api) -> None:
    assert api.http.get("/rest/v1/tickets").status_code == 401


def test_a5_a4_a_role_in_the_metadata_is_worth_nothing(api: Api) -> None:
    mallory = Person("mallory")
    token = sign_up(api, mallory)
    headers = {"apikey": api.keys[0], "Authorization": f"Bearer {token}"}
    mine = api.http.post("/rest/v1/rpc/whoami", headers=headers, json={}).json()
    assert mine["role"] == "customer"
    changed = api.http.put(
        "/auth/v1/user", headers=headers, json={"data": {"role": "admin"}, "app_metadata": {"role": "admin"}}
    )
    assert changed.status_code in (200, 400, 422)
    assert api.http.post("/rest/v1/rpc/whoami", headers=headers, json={}).json()["role"] == "customer"
    promoted = api.http.post(
        "/rest/v1/rpc/set_user_role", headers=headers, json={"user_id": mine["user_id"], "role": "admin"}
    )
    assert (promoted.status_code, promoted.json()["details"]) == (403, "helpdesk.forbidden")


def test_a15_embedding_shows_a_customer_no_notes_tags_or_staff(api: Api) -> None:
    answer = api.request(CUSTOMER, "GET", TICKETS, params={"select": "*,messages(*),notes(*),ticket_tags(*)"})
    assert answer.status_code == 200
    tickets = answer.json()
    assert len(tickets) == 3
    assert sum(len(ticket["messages"]) for ticket in tickets) == 2
    assert [ticket["notes"] for ticket in tickets] == [[], [], []]
    assert [ticket["ticket_tags"] for ticket in tickets] == [[], [], []]
    assert "between us" not in answer.text
    assert AGENT.email not in answer.text


def test_a15_embedding_people_shows_only_oneself(api: Api) -> None:
    answer = api.request(
        CUSTOMER, "GET", TICKETS, params={"select": "number,assignee:users!tickets_assigned_to_fkey(email)"}
    )
    if answer.status_code == 200:
        assert {json.dumps(ticket["assignee"]) for ticket in answer.json()} == {"null"}
    assert AGENT.email not in answer.text


@pytest.mark.parametrize(
    "params",
    [
        {"select": "ticket_id,notes!inner(body)", "notes.body": "like.*between*"},
        {"select": "ticket_id,ticket_tags!inner(tag)", "ticket_tags.tag": "eq.tag-mine"},
        {"select": "ticket_id,events!inner(type)", "events.type": "eq.note.created"},
        {"select": "ticket_id,notes(body)", "order": "notes(body)"},
    ],
)
def test_a16_filters_through_an_embedding_find_nothing_hidden(api: Api, params: dict[str, str]) -> None:
    answer = api.request(CUSTOMER, "GET", TICKETS, params=params)
    assert "between us" not in answer.text
    assert "tag-mine" not in answer.text
    if answer.is_success and "inner" in params["select"]:
        assert answer.json() == []


@pytest.mark.parametrize("kind", ["exact", "planned", "estimated"])
def test_a17_no_count_tells_of_what_others_have(api: Api, kind: str) -> None:
    api.db.execute("analyze helpdesk.tickets")
    api.db.commit()
    told = {}
    for title in ("theirs ticket", "no such ticket at all"):
        answer = api.request(
            CUSTOMER,
            "GET",
            TICKETS,
            params={"title": f"eq.{title}", "select": "number"},
            headers={"Prefer": f"count={kind}"},
        )
        assert answer.json() == []
        told[title] = total(answer)
    assert told["theirs ticket"] == told["no such ticket at all"]


def test_a17_an_exact_count_is_of_ones_own(api: Api) -> None:
    for person, number in ((CUSTOMER, "3"), (OTHER, "2"), (STRANGER, "4"), (GONE, "0"), (NOBODY, "0"), (ADMIN, "7")):
        answer = api.request(person, "GET", TICKETS, params={"limit": "1"}, headers={"Prefer": "count=exact"})
        assert total(answer) == number, person


def test_a18_searching_finds_only_ones_own(api: Api) -> None:
    for operator in ("ilike.*ticket*", "match.ticket", "fts.ticket", "like.*"):
        answer = api.request(CUSTOMER, "GET", TICKETS, params={"title": operator, "select": "title"})
        assert answer.is_success, answer.text
        assert {row["title"] for row in answer.json()} <= {"mine ticket", "answered ticket", "closed ticket"}


def test_a19_no_query_plans(api: Api) -> None:
    answer = api.request(CUSTOMER, "GET", TICKETS, headers={"Accept": "application/vnd.pgrst.plan+json"})
    assert "Plan" not in answer.text
    assert "cost" not in answer.text.lower()


@pytest.mark.parametrize(
    "schema", ["helpdesk_private", "auth", "storage", "public", "pg_catalog", "information_schema"]
)
def test_a20_no_other_schema_is_exposed(api: Api, schema: str) -> None:
    for person in (CUSTOMER, ADMIN, SERVICE):
        reading = api.request(person, "GET", "/users", headers={"Accept-Profile": schema})
        assert (reading.status_code, code_of(reading)) == (406, "PGRST106"), reading.text
        calling = api.request(person, "POST", "/rpc/me", headers={"Content-Profile": schema}, json={})
        assert (calling.status_code, code_of(calling)) == (406, "PGRST106"), calling.text


def test_a23_a24_a_note_leaves_no_trace_that_the_customer_can_see(api: Api) -> None:
    def seen() -> list[Any]:
        paths = [TICKETS, "/my_tickets", "/messages", "/events", "/notes", "/ticket_tags"]
        shown = [api.request(CUSTOMER, "GET", path, headers={"Prefer": "count=exact"}) for path in paths]
        shown += [api.request(CUSTOMER, "POST", "/rpc/events_since", json={})]
        shown += [api.request(CUSTOMER, "POST", "/rpc/ticket_timeline", json={"ticket_id": api.world["answered"]})]
        page = api.request(CUSTOMER, "POST", "/rpc/events_page", json={}).json()
        return [page["items"], *((answer.json(), answer.headers.get("content-range")) for answer in shown)]

    before = seen()
    note = {"ticket_id": api.world["answered"], "body": "He is rude."}
    assert api.request(AGENT, "POST", "/rpc/add_note", json=note).is_success
    tag = {"ticket_id": api.world["answered"], "tag": "rude"}
    assert api.request(AGENT, "POST", "/ticket_tags", json=tag).is_success
    after = seen()
    api.put_back()
    assert after == before


def test_a38_the_same_id_for_other_content_is_a_conflict(api: Api) -> None:
    body = {"ticket_id": str(uuid4()), "title": "Once"}
    first = api.request(CUSTOMER, "POST", "/rpc/create_ticket", json=body)
    again = api.request(CUSTOMER, "POST", "/rpc/create_ticket", json=body)
    other = api.request(CUSTOMER, "POST", "/rpc/create_ticket", json=body | {"title": "Twice"})
    api.put_back()
    assert first.json() == again.json()
    assert (other.status_code, other.json()["details"]) == (409, "helpdesk.id_conflict")


NASTY = [
    "'); drop table helpdesk.tickets; --",
    "%_\\",
    "a & & b",
    "\"'`$$",
    "(select 1)",
    "*",
    "null",
    "eq.1",
    "a,b.c",
    "\u202e",
]


@pytest.mark.parametrize("text", NASTY)
def test_a40_metacharacters_are_text(api: Api, text: str) -> None:
    for operator in ("eq", "like", "ilike", "fts", "plfts", "wfts", "in", "cs"):
        for column in ("title", "tag"):
            path = "/tagged_tickets" if column == "tag" else TICKETS
            answer = api.request(CUSTOMER, "GET", path, params={column: f"{operator}.{text}"})
            assert answer.status_code in (200, 400, 404), (operator, answer.text)
            assert "helpdesk_private" not in answer.text
    made = api.request(CUSTOMER, "POST", "/rpc/create_ticket", json={"title": f"{text} x", "description": text})
    found = api.request(CUSTOMER, "GET", TICKETS, params={"ticket_id": f"eq.{made.json()['ticket_id']}"})
    api.put_back()
    assert (found.json()[0]["title"], found.json()[0]["description"]) == (clean_name(f"{text} x"), text)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-role": "service_role"},
        {"role": "service_role"},
        {"x-hasura-role": "admin"},
        {"Prefer": "role=service_role"},
        {"X-Forwarded-User": "admin@example.com"},
        {"request.jwt.claims": '{"role": "service_role"}'},
    ],
)
def test_a41_headers_make_nobody_anybody(api: Api, headers: dict[str, str]) -> None:
    assert len(api.request(CUSTOMER, "GET", TICKETS, headers=headers).json()) == 3
    who = api.request(CUSTOMER, "POST", "/rpc/whoami", headers=headers, json={})
    assert who.json()["user_id"] == api.world["customer"]


def test_a41_the_token_counts_and_not_the_key_beside_it(api: Api) -> None:
    token = api.tokens[CUSTOMER]
    headers = {"apikey": api.keys[1], "Authorization": f"Bearer {token}"}
    assert len(api.http.get("/rest/v1/tickets", headers=headers).json()) == 3


def _jwt(header: dict[str, str], payload: dict[str, Any], signature: str) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(payload)}.{signature}"


def _forged(api: Api) -> dict[str, str]:
    header, payload, signature = api.tokens[CUSTOMER].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    admin = claims | {"role": "service_role"}
    return {
        "no algorithm": _jwt({"alg": "none", "typ": "JWT"}, admin, ""),
        "no signature": f"{header}.{payload}.",
        "another signature": f"{header}.{payload}.{signature[::-1]}",
        "another payload": _jwt({"alg": "HS256", "typ": "JWT"}, admin, signature),
        "expired and unsigned": _jwt({"alg": "none"}, claims | {"exp": 1}, ""),
        "no token at all": "abc",
        "empty parts": "..",
        "signed with the public key": _jwt({"alg": "HS256", "kid": api.keys[0]}, admin, "AAAA"),
    }


@pytest.mark.parametrize(
    "how",
    [
        "no algorithm",
        "no signature",
        "another signature",
        "another payload",
        "expired and unsigned",
        "no token at all",
        "empty parts",
        "signed with the public key",
    ],
)
def test_a42_forged_tokens_are_refused(api: Api, how: str) -> None:
    headers = {"apikey": api.keys[0], "Authorization": f"Bearer {_forged(api)[how]}"}
    for answer in (
        api.http.get("/rest/v1/tickets", headers=headers),
        api.http.post("/rest/v1/rpc/whoami", headers=headers, json={}),
    ):
        assert answer.status_code == 401, answer.text


BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "a uuid that is none": ("send_reply", {"ticket_id": "x", "body": "b"}),
    "a number that is none": ("events_since", {"max_rows": "many"}),
    "an object for a text": ("create_ticket", {"title": {"a": 1}, "tags": {"a": 1}}),
    "a list for an object": ("create_ticket", {"title": "t", "custom_fields": [1]}),
    "a NUL": ("create_ticket", {"title": "a\u0000b"}),
    "a NUL in JSON": ("create_ticket", {"title": "t", "custom_fields": {"a": "\u0000"}}),
    "a place that is none": ("ticket_timeline", {"ticket_id": "{mine}", "after_sequence": "soon"}),
    "too large a number": ("events_since", {"max_rows": 10**30}),
    "a cursor that is none": ("events_page", {"after": "1; select 1"}),
    "an unknown argument": ("create_ticket", {"title": "t", "created_by": "x"}),
    "an unknown function": ("drop_everything", {}),
    "a title of a megabyte": ("create_ticket", {"title": "t" * 1_000_000}),
    "ten thousand tags": ("create_ticket", {"title": "t", "tags": ["t"] * 10_000}),
    "a wrong e-mail address": ("invite_user", {"email": "x", "role": "agent"}),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("person", [CUSTOMER, ADMIN], ids=str)
def test_a43_bad_input_is_a_clear_4xx_that_leaks_nothing_and_changes_nothing(
    api: Api, person: Person, what: str
) -> None:
    before = fingerprint(api.db)
    api.db.rollback()
    name, arguments = BAD[what]
    arguments = {key: api.world["mine"] if value == "{mine}" else value for key, value in arguments.items()}
    answer = api.request(person, "POST", f"/rpc/{name}", json=arguments)
    assert 400 <= answer.status_code < 500, answer.text
    body = answer.json()
    assert set(body) >= {"code", "message", "details", "hint"}, body
    for secret in ("Failing row", "pg_", "plpgsql", "CONTEXT", "constraint"):
        assert secret not in answer.text
    assert fingerprint(api.db) == before
    api.db.rollback()


def test_f25_f26_what_no_database_can_hold_is_a_4xx(api: Api) -> None:
    deep = '{"title": "t", "custom_fields": {"a": ' + "[" * 10_000 + "]" * 10_000 + "}}"
    surrogate = '{"title": "a\\ud800b"}'
    nul = b'{"title": "a\x00b"}'
    broken = b'{"title": "\xff\xfe"}'
    for body in (deep.encode(), surrogate.encode(), nul, broken, b"{", b"[]", b'"x"', b""):
        answer = api.request(
            CUSTOMER, "POST", "/rpc/create_ticket", content=body, headers={"Content-Type": "application/json"}
        )
        assert 400 <= answer.status_code < 500, (body[:40], answer.status_code, answer.text)


def test_a44_there_is_no_graphql(api: Api) -> None:
    for person in (ANONYMOUS, CUSTOMER):
        answer = api.http.post(
            "/graphql/v1", headers=api.headers(person), json={"query": "{ __schema { types { name } } }"}
        )
        assert answer.status_code in (401, 404), answer.text


def test_a11_absent_and_not_yours_are_one_answer_byte_for_byte(api: Api) -> None:
    calls: dict[str, dict[str, Any]] = {
        "send_reply": {"body": "b"},
        "add_note": {"body": "b"},
        "ticket_timeline": {},
        "claim_ticket": {},
        "assign_ticket": {"assignee_id": api.world["agent"]},
        "unassign_ticket": {},
        "transfer_ticket": {"team_id": api.world["desk"]},
    }
    for person in (CUSTOMER, AGENT):
        for name, arguments in calls.items():
            bodies = {
                api.request(person, "POST", f"/rpc/{name}", json=arguments | {"ticket_id": ticket}).content
                for ticket in (api.world["theirs"], api.world["nothing"])
            }
            assert len(bodies) == 1, (person, name, bodies)
        for table in ("tickets", "messages", "notes", "ticket_tags", "events"):
            found = [
                api.request(
                    person, "GET", f"/{table}", params={"ticket_id": f"eq.{ticket}"}, headers={"Prefer": "count=exact"}
                )
                for ticket in (api.world["theirs"], api.world["nothing"])
            ]
            assert found[0].content == found[1].content == b"[]"
            assert total(found[0]) == total(found[1])
        tags = {
            api.request(person, "POST", "/ticket_tags", json={"ticket_id": ticket, "tag": "x"}).content
            for ticket in (api.world["theirs"], api.world["nothing"])
        }
        assert len(tags) == 1, (person, tags)
