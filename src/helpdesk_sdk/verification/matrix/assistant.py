"""Who may do what: the assistant's settings, prompts, exclusions and runs."""

from __future__ import annotations

from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ALL = {"singleton": "true"}
_NOBODYS = {"target_id": "{nothing}"}
_PROMPT = {"task": "reply", "body": "Obey."}
# These are the assistant's: a person is refused, and so is the secret key, which has no lease.
_ASSISTANTS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | forbidden | deny"

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read the assistant's settings", Read("ai_settings"), "deny 0 0 0 | 0 0 | 1 1 | 1 | 1", says="Read the settings"
    ),
    Case(
        "change the assistant's settings",
        Update("ai_settings", _ALL, {"tone": "Friendly."}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Change the settings",
    ),
    Case("A33 switch the assistant's memory", Update("ai_settings", _ALL, {"capability": {}}), DENY),
    Case(
        "read prompts",
        Read("ai_prompts", {"is_active": "true"}),
        "deny 0 0 0 | 0 0 | 5 5 | 5 | 5",
        says="Read the prompts",
    ),
    Case(
        "add a prompt",
        Call("create_prompt", _PROMPT),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1",
        says="Add a prompt",
    ),
    Case(
        "activate a prompt",
        Call("activate_prompt", {"prompt_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | prompt_not_found | prompt_not_found",
        says="Activate a prompt",
    ),
    Case("read usage", Read("ai_usage"), "deny 0 0 0 | 0 0 | 0 0 | 0 | 0", says="Read what was used (admins)"),
    Case("read runs", Read("ai_runs"), "deny 0 0 0 | 0 0 | 0 0 | 0 | 0", says="Read runs of tickets that you work"),
    Case(
        "exclude a ticket from the assistant",
        Insert("ai_exclusions", {"scope": "ticket", "target_id": "{mine}"}),
        "deny deny deny deny | deny deny | 1 deny | 1 | 1",
        says="Exclude a ticket that you work",
    ),
    Case(
        "exclude a team from the assistant",
        Insert("ai_exclusions", {"scope": "team", "target_id": "{empty}"}),
        "deny deny deny deny | deny deny | deny deny | 1 | 1",
        says="Exclude a team",
    ),
    Case(
        "exclude a customer from the assistant",
        Insert("ai_exclusions", {"scope": "customer", "target_id": "{customer}"}),
        "deny deny deny deny | 1 deny | deny deny | 1 | 1",
        says="Exclude a customer; yourself",
    ),
    Case(
        "ask the assistant",
        Call("request_run", {"ticket_id": "{mine}"}),
        f"{NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Ask for a run",
    ),
    Case("lease a run", Call("lease_runs"), _ASSISTANTS, says="Lease a run (only the assistant)"),
    Case("read a leased run", Call("read_run"), _ASSISTANTS, says="Read a leased run (only the assistant)"),
    Case("read a leased run's prompt", Call("run_prompt"), _ASSISTANTS, says="Read its prompt (only the assistant)"),
    Case(
        "reserve tokens",
        Call("begin_model_call", {"estimated_tokens": 1}),
        _ASSISTANTS,
        says="Reserve tokens (only the assistant)",
    ),
    Case("give a run back", Call("release_run"), _ASSISTANTS, says="Give a run back (only the assistant)"),
    Case(
        "remember an endpoint",
        Call("remember_capability", {"endpoint_key": "x", "capability": {}}),
        _ASSISTANTS,
        says="Remember an endpoint (only the assistant)",
    ),
    Case(
        "read exclusions",
        Read("ai_exclusions"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read exclusions that you decide",
    ),
    Case(
        "end an exclusion that is not there",
        Delete("ai_exclusions", _NOBODYS),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="End an exclusion that you decide",
    ),
    Case("A34 update ai_exclusions", Update("ai_exclusions", _NOBODYS, {"scope": "team"}), DENY),
    Case("A34 insert ai_settings", Insert("ai_settings", {"tone": "Rude."}), DENY),
    Case("A34 delete ai_settings", Delete("ai_settings", _ALL), DENY),
    *(
        Case(f"A34 {tries.verb} {table}", tries, DENY)
        for table, row, where in (
            ("ai_prompts", _PROMPT, {"prompt_id": "{nothing}"}),
            ("ai_usage", {"cost": 1}, {"scope_id": "{nothing}"}),
            ("ai_runs", {"is_test": True}, {"run_id": "{nothing}"}),
        )
        for tries in (Insert(table, row), Update(table, where, row), Delete(table, where))
    ),
]
