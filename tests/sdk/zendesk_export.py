"""A small Zendesk account, made up in the shapes of the real thing, with its troubles."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

TIME = "2020-01-02T03:04:05Z"
CUSTOMER, AGENT, CC, GONE = 7282640316815, 7282640316816, 7282640316817, 7282640316999


def user(id: int, **values: Any) -> dict[str, Any]:
    """A verified customer."""
    return {
        "id": id,
        "name": f"Person {id % 1000}",
        "email": f"zd{id % 1000}@example.org",
        "role": "end-user",
        "active": True,
        "verified": True,
        "suspended": False,
        "created_at": "2019-05-05T05:05:05Z",
        "updated_at": TIME,
    } | values


def ticket(id: int, **values: Any) -> dict[str, Any]:
    """A solved ticket that came by mail."""
    return {
        "id": id,
        "created_at": TIME,
        "updated_at": "2020-02-02T02:02:02Z",
        "generated_timestamp": 1580608922,
        "type": "question",
        "subject": f"Ticket {id}",
        "raw_subject": f"Ticket {id}",
        "description": f"First words of {id}",
        "priority": None,
        "status": "solved",
        "custom_status_id": 42,
        "requester_id": CUSTOMER,
        "submitter_id": CUSTOMER,
        "assignee_id": AGENT,
        "group_id": 11,
        "email_cc_ids": [CC],
        "collaborator_ids": [],
        "is_public": True,
        "tags": ["vip", "zd_gold"],
        "custom_fields": [{"id": 501, "value": "zd_gold"}, {"id": 502, "value": None}],
        "fields": [{"id": 501, "value": "zd_gold"}],
        "satisfaction_rating": "unoffered",
        "via": {"channel": "mail", "source": {"from": {"address": "zd815@example.org", "name": "P"}, "to": {}}},
    } | values


def comment(id: int, ticket_id: int | None, **values: Any) -> dict[str, Any]:
    """A public comment of the customer."""
    found = {
        "id": id,
        "type": "Comment",
        "author_id": CUSTOMER,
        "body": f"Comment {id}",
        "html_body": f"<p>Comment {id}</p>",
        "plain_body": f"Comment&nbsp;{id}",
        "public": True,
        "attachments": [],
        "created_at": TIME,
        "metadata": {"system": {"ip_address": "192.0.2.7", "location": "Somewhere"}},
    }
    return found | ({} if ticket_id is None else {"ticket_id": ticket_id}) | values


IMAGE = (
    '<p>Look:</p><img src="https://acme.zendesk.com/attachments/token/abc/?name=shot.png" alt="x"><p>Bad&nbsp;thing</p>'
)
PEOPLE = [
    user(CUSTOMER),
    user(AGENT, role="agent", name="Agent Smith"),
    user(CC, email=None, name=None),
]
GROUPS = [{"id": 11, "name": "Zendesk returns", "deleted": False}, {"id": 12, "name": "Old", "deleted": True}]
FIELDS = [
    {"id": 500, "type": "subject", "title": "Subject", "raw_title": "Subject"},
    {
        "id": 501,
        "type": "tagger",
        "title": "Zendesk tier",
        "raw_title": "Zendesk tier",
        "visible_in_portal": True,
        "editable_in_portal": False,
        "custom_field_options": [{"id": 1, "name": "Gold", "raw_name": "Gold", "value": "zd_gold"}],
    },
    {"id": 502, "type": "text", "title": "Zendesk order", "raw_title": "Zendesk order"},
]
TICKETS = [
    ticket(1),
    ticket(2, status="deleted", subject="SCRUBBED", description="X", tags=[]),
    ticket(3, status="hold", priority="urgent", type="incident", group_id=12),
    ticket(4, requester_id=AGENT, submitter_id=AGENT, status="closed"),
    ticket(5, status="deleted"),
    ticket(6, requester_id=GONE, assignee_id=None, status="new", custom_fields=[{"id": 501, "value": "zd_retired"}]),
]
COMMENTS = [
    comment(101, 1, body="First words of 1, in full"),
    comment(102, 1, author_id=AGENT, html_body=IMAGE, created_at="2020-01-03T00:00:00Z"),
    comment(103, 1, author_id=CC, public=False, created_at="2020-01-03T00:00:01Z"),
    comment(104, 1, author_id=-1, body="Merged", public=False, created_at="2020-01-03T00:00:01Z"),
    comment(301, 3, author_id=AGENT, public=False, body="Called in by phone"),
    comment(302, 3, body="nul\x00 and \ud800 half", created_at="2020-01-05T00:00:00Z"),
    comment(
        401,
        4,
        author_id=AGENT,
        body="",
        html_body="",
        plain_body="",
        attachments=[{"id": 9, "file_name": "a.pdf", "size": 1, "content_url": "https://acme.zendesk.com/a.pdf"}],
    ),
]


def lines(*objects: dict[str, Any]) -> str:
    """One object a line."""
    return "".join(json.dumps(one) + "\n" for one in objects)


def write_export(folder: Path) -> Path:
    """Every envelope at once."""
    folder.mkdir()
    (folder / "tickets.jsonl").write_text(lines(*TICKETS[:3]))
    page = {"tickets": TICKETS[3:], "after_cursor": "x", "after_url": None, "end_of_stream": True}
    # The last of the first page once more, as shifted pages have it.
    page["tickets"] = [TICKETS[2], *TICKETS[3:]]
    (folder / "tickets-2.json.gz").write_bytes(gzip.compress(json.dumps(page).encode()))
    (folder / "search.json").write_text(
        json.dumps({"results": [{**one, "result_type": "user"} for one in PEOPLE[:2]], "facets": None, "meta": {}})
    )
    (folder / "cc.json").write_text(json.dumps({"user": PEOPLE[2]}, indent=2))
    (folder / "groups.json").write_text(json.dumps({"groups": GROUPS, "next_page": None, "count": 2}, indent=1))
    (folder / "ticket_fields.json").write_text(json.dumps(FIELDS))
    (folder / "tickets").mkdir()
    (folder / "tickets" / "1").mkdir()
    without = [{name: value for name, value in one.items() if name != "ticket_id"} for one in COMMENTS[:4]]
    (folder / "tickets" / "1" / "comments.json").write_text(json.dumps({"comments": without, "count": 4}))
    audit = {
        "id": 1,
        "ticket_id": 3,
        "created_at": TIME,
        "author_id": AGENT,
        "events": [COMMENTS[4], {"type": "Create"}],
    }
    (folder / "audits.json").write_text(json.dumps({"audits": [audit]}))
    (folder / "rest.jsonl").write_text(lines(*COMMENTS[5:]))
    (folder / "suspended_tickets.json").write_text(json.dumps({"suspended_tickets": [{"id": 1, "subject": "Spam"}]}))
    (folder / "README.txt").write_text("No JSON.")
    return folder
