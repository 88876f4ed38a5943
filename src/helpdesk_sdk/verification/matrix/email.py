"""Who may do what: e-mail."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1"
_ADMINS_ROWS = "deny 0 0 0 | 0 0 | 0 0 | 1 | 1"
_SYSTEM = "deny deny deny deny | deny deny | deny deny | deny"
_WORKERS = f"{NOT_IN} | forbidden forbidden | 1 email_not_found | 1 | 1"
_NO_TICKET = "deny ticket_not_found ticket_not_found ticket_not_found"
_NO_MESSAGE = f"{NOT_IN} | {' | '.join(('message_not_found message_not_found',) * 2 + ('message_not_found',) * 2)}"
_WITHOUT_MAIL = f"{NOT_IN} | {'email_not_found ticket_not_found | ' * 2}email_not_found | email_not_found"
_CHANNEL = {"channel_id": "{channel}"}
_PART = {"ticket_id": "{mine}"}
_BESIDE = {"inbound_id": "{mail to mine}"}
_OF_TEAM = {"inbound_id": "{mail to desk}"}
_ARRIVED = {"source": "raw", "raw_sha256": "a" * 64, "size": 1}

CHANNELS = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("read e-mail channels", Read("email_channels"), "deny 0 0 0 | 0 0 | 1 1 | 1 | 1", says="See the addresses"),
    Case(
        "add an e-mail channel",
        Insert("email_channels", {"address": "New@Desk.example"}),
        _ADMINS,
        gives={"address": "new@desk.example"},
        says="Add an address",
    ),
    Case(
        "A21 whether an address is taken",
        Insert("email_channels", {"address": "help@desk.example"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | email_taken | email_taken",
    ),
    *(
        Case(
            f"a channel with {name} {text!r:.40}",
            Insert("email_channels", {"address": "n@desk.example", name: text}),
            {ADMIN: reason, AGENT: "forbidden"},
        )
        for name, text, reason in (
            ("address", "two@a.example, b@b.example", "invalid_value"),
            ("address", "no address", "invalid_value"),
            ("provider", "pigeon", "invalid_value"),
            ("reply_domain", "not a domain", "invalid_value"),
            ("trusted_authserv_ids", ["*"], "invalid_value"),
            ("trusted_rewriters", ["x"] * 51, "invalid_value"),
            ("trusted_forms", ["nobody"], "invalid_value"),
            ("team_id", "{nothing}", "team_not_found"),
        )
    ),
    Case(
        "change an e-mail channel",
        Update("email_channels", _CHANNEL, {"is_active": False}),
        _ADMINS_ROWS,
        gives={"is_active": False},
        says="Change an address",
    ),
    Case("delete an e-mail channel", Delete("email_channels", _CHANNEL), _ADMINS_ROWS, says="Remove an address"),
    Case("read people's addresses", Read("user_emails"), "deny 0 0 0 | 1 0 | 1 1 | 1 | 1"),
    Case(
        "read the addresses of a person",
        Read("user_emails", {"user_id": "{customer}"}),
        "deny 0 0 0 | 1 0 | 1 1 | 1 | 1",
        says="See the further addresses of a person",
    ),
    Case(
        "add an address of a person",
        Insert("user_emails", {"email": "new@example.com", "user_id": "{customer}"}),
        _ADMINS,
        says="Add an address of a person",
    ),
    Case(
        "A21 take somebody's address",
        Insert("user_emails", {"email": "admin@example.com", "user_id": "{customer}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | email_taken | email_taken",
    ),
    Case(
        "an address of nobody",
        Insert("user_emails", {"email": "new@example.com", "user_id": "{nothing}"}),
        {ADMIN: "user_not_found", CUSTOMER: "forbidden"},
    ),
    Case("change an address", Update("user_emails", {"email": "alias@example.com"}, {"user_id": "{other}"}), DENY),
    Case(
        "remove an address of a person",
        Delete("user_emails", {"email": "alias@example.com"}),
        _ADMINS_ROWS,
        says="Remove an address of a person",
    ),
    Case("read blocks", Read("email_blocks"), "deny 0 0 0 | 0 0 | 1 1 | 1 | 1", says="See which senders are blocked"),
    Case(
        "block a sender",
        Insert("email_blocks", {"pattern": "Evil.example"}),
        _ADMINS,
        gives={"pattern": "evil.example"},
        says="Block a sender or a domain",
    ),
    Case("block nothing", Insert("email_blocks", {"pattern": "*"}), {ADMIN: "invalid_value", AGENT: "forbidden"}),
    Case("change a block", Update("email_blocks", {"pattern": "blocked.example"}, {"note": "x"}), DENY),
    Case("unblock a sender", Delete("email_blocks", {"pattern": "blocked.example"}), _ADMINS_ROWS, says="Unblock"),
]

PARTICIPANTS = [
    Case(
        "read participants",
        Read("ticket_participants", _PART),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See who takes part by mail",
    ),
    Case(
        "add a participant",
        Insert("ticket_participants", {"ticket_id": "{mine}", "address": "New@Part.example"}),
        f"{_NO_TICKET} | deny ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"address": "new@part.example", "source": "staff"},
        says="Add somebody who takes part by mail",
    ),
    Case(
        "add a participant to no ticket",
        Insert("ticket_participants", {"ticket_id": "{nothing}", "address": "new@part.example"}),
        dict.fromkeys((CUSTOMER, AGENT, STRANGER, ADMIN, SERVICE), "ticket_not_found"),
    ),
    Case(
        "add no participant",
        Insert("ticket_participants", {"ticket_id": "{mine}", "address": "x"}),
        {AGENT: "invalid_value"},
    ),
    Case(
        "change a participant",
        Update("ticket_participants", _PART, {"receives_copies": False}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Say whether they receive copies",
    ),
    Case("forge a participant", Update("ticket_participants", _PART, {"address": "x@y.example"}), DENY),
    Case(
        "remove a participant",
        Delete("ticket_participants", _PART),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Remove somebody who takes part by mail",
    ),
]

INBOUND = [
    Case("read mails that arrived", Read("inbound_emails"), "deny 0 0 0 | 0 0 | 2 1 | 3 | 3"),
    Case(
        "read the mails beside a ticket",
        Read("inbound_emails", _BESIDE),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See the mails of a ticket",
    ),
    Case(
        "read a mail without a ticket",
        Read("inbound_emails", _OF_TEAM),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See the mails of a team without a ticket",
    ),
    Case("A34 write a mail", Insert("inbound_emails", {"source": "raw", "raw_key": "x", "size": 1}), DENY),
    Case("A34 change a mail", Update("inbound_emails", _BESIDE, {"outcome": "spam"}), DENY),
    Case("A34 remove a mail", Delete("inbound_emails", _BESIDE), DENY),
    Case("explain a mail", Call("explain_email", _BESIDE), _WORKERS, says="Learn why a mail went where it did"),
    Case(
        "see a mail as it came",
        Call("original_email", _BESIDE),
        _WORKERS,
        says="See the HTML of a mail",
    ),
    Case("a mail whose text was redacted", Call("original_email", _OF_TEAM), {ADMIN: "email_removed"}),
    Case("the mail of no message", Call("original_email", {"message_id": "{nothing}"}), _NO_MESSAGE),
    Case("the mail of a ticket without one", Call("original_email", {"ticket_id": "{mine}"}), _WITHOUT_MAIL),
    Case("two mails at once", Call("original_email", _BESIDE | {"ticket_id": "{mine}"}), {ADMIN: "invalid_value"}),
    Case("redact a mail", Call("redact_email", _BESIDE), _WORKERS, says="Remove the text of a mail for good"),
    Case("redact the mail of a ticket without one", Call("redact_email", {"ticket_id": "{mine}"}), _WITHOUT_MAIL),
    Case("accept a mail", Call("accept_quarantined", _BESIDE), _WORKERS, says="Accept a mail in quarantine"),
    Case("accept a mail of no ticket", Call("accept_quarantined", _OF_TEAM), {AGENT: "invalid_value"}),
    Case(
        "open a ticket from a mail",
        Call("quarantine_to_ticket", _OF_TEAM),
        _WORKERS,
        says="Open a ticket from a mail in quarantine",
    ),
    Case(
        "open a ticket for nobody",
        Call("quarantine_to_ticket", _OF_TEAM | {"requester_id": "{nothing}"}),
        {AGENT: "user_not_found", STRANGER: "email_not_found"},
    ),
    Case("mark a mail as spam", Call("mark_spam", _OF_TEAM), _WORKERS, says="Mark a mail in quarantine as spam"),
    Case(
        "decide on many mails in no way that there is",
        Call("decide_quarantined", {"inbound_ids": [], "decision": "drop"}),
        "deny invalid_value invalid_value invalid_value | invalid_value invalid_value | invalid_value invalid_value | "
        "invalid_value | invalid_value",
        says="Decide on many mails: each as one mail",
    ),
    *(
        Case(
            f"{name} of no mail",
            Call(name, {"inbound_id": "{nothing}"}),
            f"{NOT_IN} | forbidden forbidden | email_not_found email_not_found | email_not_found | email_not_found",
        )
        for name in ("explain_email", "redact_email", "accept_quarantined", "quarantine_to_ticket", "mark_spam")
    ),
    Case("A55 receive a mail", Call("receive_email", _ARRIVED), f"{_SYSTEM} | 1", says="Hand in a mail that arrived"),
    Case(
        "receive a mail without a hash",
        Call("receive_email", _ARRIVED | {"raw_sha256": "x"}),
        {SERVICE: "invalid_value"},
    ),
    Case("receive a mail of no size", Call("receive_email", _ARRIVED | {"size": -1}), {SERVICE: "invalid_value"}),
    Case(
        "A55 decide on a mail",
        Call("ingest_email", {"inbound_id": "{mail to desk}", "mail": {}}),
        f"{_SYSTEM} | 1",
        says="Hand in a parsed mail, for the decision",
    ),
    Case(
        "A55 list the bytes of redacted mails",
        Call("raw_emails_to_delete"),
        f"{_SYSTEM} | 1",
        says="List the bytes of redacted mails that have to go",
    ),
    Case("list too many bytes", Call("raw_emails_to_delete", {"max_rows": 0}), {SERVICE: "invalid_value"}),
    Case(
        "A55 say that bytes are gone",
        Call("raw_emails_deleted", {"raw_keys": ["x"]}),
        f"{_SYSTEM} | 1",
        says="Say that they are gone",
    ),
    Case("say that too many are gone", Call("raw_emails_deleted", {"raw_keys": ["x"] * 1001}), {SERVICE: "too_many"}),
    Case(
        "decide on no mail", Call("ingest_email", {"inbound_id": "{nothing}", "mail": {}}), {SERVICE: "email_not_found"}
    ),
]

_FOLDER = {"mailbox": "m", "folder": "f"}
_NO_MAIL = {"inbound_id": "{nothing}"}
_TOKEN = {"source": "mailgun", "token": "t", "content_sha256": "a" * 64}
RECEIVING = [
    Case(
        "A55 lease the mails with work left",
        Call("lease_emails", {"max_rows": 1}),
        f"{_SYSTEM} | 0",
        says="Receive the mails with work left",
    ),
    Case(
        "A55 place the files of a mail",
        Call("place_email_files", _OF_TEAM),
        f"{_SYSTEM} | 0",
        says="Make the files of a mail attachments",
    ),
    Case("files that are none", Call("place_email_files", _OF_TEAM | {"files": {}}), {SERVICE: "invalid_value"}),
    Case(
        "A55 finish the files of a mail",
        Call("finish_email_files", _OF_TEAM),
        f"{_SYSTEM} | 1",
        says="Say that nothing is left to do for a mail",
    ),
    Case(
        "A55 postpone a mail",
        Call("postpone_email", _OF_TEAM | {"problem": "x"}),
        f"{_SYSTEM} | 1",
        says="Say that the work on a mail failed",
    ),
    *(
        Case(f"{name} of no mail", Call(name, _NO_MAIL | more), {SERVICE: "email_not_found"})
        for name, more in (("place_email_files", {}), ("finish_email_files", {}), ("postpone_email", {"problem": "x"}))
    ),
    Case(
        "A55 use the token of a mail",
        Call("use_email_token", _TOKEN),
        f"{_SYSTEM} | 1",
        says="Say with which mail a provider's token came",
    ),
    Case("a hash that is none", Call("use_email_token", _TOKEN | {"content_sha256": "a"}), {SERVICE: "invalid_value"}),
    Case(
        "A55 read how far a mailbox was read",
        Call("mailbox_position", _FOLDER),
        f"{_SYSTEM} | 1",
        says="See how far a mailbox was read",
    ),
    Case(
        "A55 advance a mailbox",
        Call("advance_mailbox", _FOLDER | {"uidvalidity": 1, "uid": 1}),
        f"{_SYSTEM} | 1",
        says="Say how far a mailbox was read",
    ),
    Case(
        "a number that is none",
        Call("advance_mailbox", _FOLDER | {"uidvalidity": 1, "uid": -1}),
        {SERVICE: "invalid_value"},
    ),
    Case(
        "A55 report a mailbox",
        Call("report_mailbox", _FOLDER),
        f"{_SYSTEM} | 1",
        says="Say whether a mailbox could be read",
    ),
]

CASES = [*CHANNELS, *PARTICIPANTS, *INBOUND, *RECEIVING]
