"""Who may do what: files on tickets, their check, and the settings."""

from __future__ import annotations

from typing import Any

from ..people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER
from .conversation import ABSENT
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

NO_FILE = "attachment_not_found"
NOBODYS = f"{NOT_IN} | {NO_FILE} {NO_FILE} | {NO_FILE} {NO_FILE} | {NO_FILE} | {NO_FILE}"
SYSTEM = "deny deny deny deny | deny deny | deny deny | deny |"
"""Only with the secret key."""
HASH = "0" * 64


def reserve(ticket: str, **more: Any) -> Call:
    """Announce a small picture, but for what is said."""
    picture = {"file_name": "a.png", "content_type": "image/png", "size": 5}
    return Call("reserve_attachment", {"ticket_id": ticket, **picture, **more})


def settle(file: str, **more: Any) -> Call:
    """Find a file of five bytes clean, but for what is said."""
    return Call("settle_attachment", {"attachment_id": file, "state": "clean", "sha256": HASH, "size": 5, **more})


READING = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("read attachments", Read("attachments"), "deny 0 0 0 | 3 1 | 3 3 | 5 | 7"),
    Case(
        "A10 the files of somebody's message",
        Read("attachments", {"attachment_id": "{their file}"}),
        "deny 0 0 0 | 0 1 | 0 1 | 1 | 1",
        says="See the files of its messages",
    ),
    Case(
        "A21 the files of a note",
        Read("attachments", {"attachment_id": "{note file}"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See the files of its notes",
    ),
    Case(
        "A21 the files of a note on one's own ticket, which others work",
        Read("attachments", {"attachment_id": "{agents file}"}),
        {AGENT: "0", STRANGER: "1", ADMIN: "1"},
        says="See the files of its notes",
    ),
    Case(
        "a file that was not sent yet",
        Read("attachments", {"attachment_id": "{draft file}"}),
        "deny 0 0 0 | 1 0 | 0 0 | 0 | 1",
    ),
    Case(
        "a file that has not arrived",
        Read("attachments", {"attachment_id": "{reserved file}"}),
        "deny 0 0 0 | 1 0 | 0 0 | 0 | 1",
    ),
    Case("a file by POST", Insert("attachments", {"ticket_id": "{mine}", "placement": "ticket"}), DENY),
    Case("change a file", Update("attachments", {"attachment_id": "{draft file}"}, {"state": "clean"}), DENY),
    Case("A33 remove a file's row", Delete("attachments", {"attachment_id": "{draft file}"}), DENY),
]

UPLOADING = [
    Case(
        "announce a file",
        reserve("{mine}"),
        "deny no_profile inactive_user inactive_user | 1 ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"ticket_id": "{mine}", "state": "reserved", "file_name": "a.png", "placement": "ticket"},
        says="Upload a file to it",
    ),
    Case("A11 for a ticket that does not exist", reserve("{nothing}"), f"{NOT_IN} | {ABSENT}"),
    Case(
        "A22 for a note",
        reserve("{mine}", placement="note"),
        "deny no_profile inactive_user inactive_user | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Upload a file for a note",
    ),
    Case(
        "A22 for a note on one's own ticket, which others work",
        reserve("{agents}", placement="note"),
        {AGENT: "forbidden", STRANGER: "1"},
        says="Upload a file for a note",
    ),
    Case("for nothing that exists", reserve("{mine}", placement="title"), {CUSTOMER: "invalid_value"}),
    Case(
        "on a closed ticket",
        reserve("{closed}"),
        dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), "ticket_closed"),
    ),
    Case("for a message that reopens it", reserve("{closed}", placement="message"), {CUSTOMER: "1"}),
    Case("of a type that nobody may send", reserve("{mine}", content_type="text/html"), {CUSTOMER: "invalid_value"}),
    Case("of no type", reserve("{mine}", content_type=None), {CUSTOMER: "invalid_value"}),
    Case(
        "of ten gigabytes",
        reserve("{mine}", size=10_000_000_000),
        {CUSTOMER: "invalid_value", SERVICE: "invalid_value"},
    ),
    Case("of nothing", reserve("{mine}", size=0), {CUSTOMER: "invalid_value"}),
    Case("of no size", reserve("{mine}", size=None), {CUSTOMER: "invalid_value"}),
    Case("without a name", reserve("{mine}", file_name=None), {CUSTOMER: "invalid_value"}),
    Case("with a name without end", reserve("{mine}", file_name="x" * 1001), {CUSTOMER: "invalid_value"}),
    Case(
        "the id of somebody's file",
        reserve("{mine}", attachment_id="{their file}"),
        {CUSTOMER: "id_conflict", AGENT: "id_conflict"},
    ),
    Case(
        "the same again",
        reserve("{mine}", file_name="screen.png", attachment_id="{reserved file}"),
        {CUSTOMER: "1", AGENT: "id_conflict"},
        gives={"attachment_id": "{reserved file}"},
    ),
    Case(
        "A11 finish a file that is not one's own",
        Call("finish_attachment", {"attachment_id": "{draft file}"}),
        f"{NOT_IN} | 1 {NO_FILE} | {NO_FILE} {NO_FILE} | {NO_FILE} | 1",
        gives={"state": "uploaded"},
        says="Finish the upload of a file that the requester announced",
    ),
    Case("A11 finish nothing", Call("finish_attachment", {"attachment_id": "{nothing}"}), NOBODYS),
    Case(
        "finish what has not arrived",
        Call("finish_attachment", {"attachment_id": "{reserved file}"}),
        {CUSTOMER: "attachment_not_ready", OTHER: NO_FILE, AGENT: NO_FILE, SERVICE: "attachment_not_ready"},
    ),
    Case("A11 delete nothing", Call("delete_attachment", {"attachment_id": "{nothing}"}), NOBODYS),
    Case(
        "take back what was not sent",
        Call("delete_attachment", {"attachment_id": "{draft file}"}),
        f"{NOT_IN} | 1 {NO_FILE} | {NO_FILE} {NO_FILE} | {NO_FILE} | 1",
        gives={"state": "deleted", "file_name": "deleted"},
    ),
    Case(
        "delete a file of a message",
        Call("delete_attachment", {"attachment_id": "{answer file}"}),
        f"{NOT_IN} | forbidden {NO_FILE} | 1 {NO_FILE} | 1 | 1",
        gives={"state": "deleted", "file_name": "deleted"},
        says="Delete a file of a message",
    ),
    Case(
        "delete what one has sent oneself",
        Call("delete_attachment", {"attachment_id": "{their file}"}),
        {OTHER: "forbidden", STRANGER: "1"},
        says="Delete a file of a message",
    ),
]


def reply(*files: str) -> Call:
    """Send files to the customer's ticket."""
    return Call("send_reply", {"ticket_id": "{mine}", "body": "See", "attachments": list(files)})


SENDING = [
    Case("send one's file", reply("{draft file}"), {CUSTOMER: "1", AGENT: NO_FILE, ADMIN: NO_FILE, SERVICE: NO_FILE}),
    Case("send a file of another ticket", reply("{answer file}"), {CUSTOMER: NO_FILE, AGENT: NO_FILE}),
    Case("send a file that does not exist", reply("{nothing}"), {CUSTOMER: NO_FILE, SERVICE: NO_FILE}),
    Case("send a file that has not arrived", reply("{reserved file}"), {CUSTOMER: NO_FILE}),
    Case("send a file twice at once", reply("{draft file}", "{draft file}"), {CUSTOMER: NO_FILE}),
    Case("send too many", reply(*["{new}"] * 11), {CUSTOMER: "too_many", AGENT: "too_many"}),
    Case(
        "a note with a file of a message",
        Call("add_note", {"ticket_id": "{mine}", "body": "x", "attachments": ["{draft file}"]}),
        {AGENT: NO_FILE, ADMIN: NO_FILE},
    ),
]

CHECKING = [
    Case("lease files", Call("lease_attachments"), f"{SYSTEM} 2", says="Lease files for their check"),
    Case("lease one file", Call("lease_attachments", {"attachment_id": "{draft file}"}), f"{SYSTEM} 1"),
    Case("lease what is clean", Call("lease_attachments", {"attachment_id": "{answer file}"}), f"{SYSTEM} 0"),
    Case(
        "settle a file",
        settle("{draft file}"),
        f"{SYSTEM} 1",
        gives={"state": "clean", "sha256": HASH},
        says="End the check of a file",
    ),
    Case("settle a file of another size", settle("{draft file}", size=6), {SERVICE: "1"}, gives={"state": "rejected"}),
    Case("settle nothing", settle("{nothing}"), {SERVICE: NO_FILE}),
    Case("settle as something else", settle("{draft file}", state="uploaded"), {SERVICE: "invalid_value"}),
    Case("clean without a hash", settle("{draft file}", sha256=None), {SERVICE: "invalid_value"}),
    Case("settle what has not arrived", settle("{reserved file}"), {SERVICE: "attachment_not_ready"}),
    Case(
        "reject what was clean",
        settle("{answer file}", state="rejected", reason="infected"),
        {SERVICE: "1"},
        gives={"state": "rejected", "reason": "infected"},
    ),
    Case(
        "postpone a file",
        Call("postpone_attachment", {"attachment_id": "{draft file}"}),
        f"{SYSTEM} ok",
        says="Postpone the check of a file",
    ),
    Case("sweep", Call("sweep_attachments"), f"{SYSTEM} 0", says="Find what is left over"),
]

SETTINGS = [
    Case("read the settings", Read("settings"), "deny 0 0 0 | 1 1 | 1 1 | 1 | 1", says="Read the settings"),
    Case(
        "change a setting",
        Update("settings", {"singleton": True}, {"attachment_max_bytes": 1000, "attachment_require_check": False}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        gives={"attachment_max_bytes": 1000},
        says="Change the settings",
    ),
    Case("settings by POST", Insert("settings", {"singleton": False}), DENY),
    Case("no settings", Delete("settings", {"singleton": True}), DENY),
    Case("that they are one row", Update("settings", {"singleton": True}, {"singleton": True}), DENY),
    Case("when they were changed", Update("settings", {"singleton": True}, {"updated_at": "2000-01-01"}), DENY),
    *(
        Case(f"{name} = {value}", Update("settings", {"singleton": True}, {name: value}), {ADMIN: "invalid_value"})
        for name, value in (
            ("attachment_max_bytes", 0),
            ("attachment_max_bytes", 2**40),
            ("attachment_max_per_message", 101),
            ("attachment_max_per_ticket", -1),
            ("attachment_max_bytes_per_ticket", 2**50),
            ("email_reopen_days", -1),
            ("email_reopen_days", 3651),
        )
    ),
    Case(
        "a type that no check knows",
        Update("settings", {"singleton": True}, {"attachment_types": ["text/html"]}),
        {ADMIN: "invalid_value"},
    ),
]

CASES = [*READING, *UPLOADING, *SENDING, *CHECKING, *SETTINGS]
