"""Who may do what: examples for labels, the thresholds of classification, and classifying a ticket."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

SYSTEM = "deny deny deny deny | deny deny | deny deny | deny |"
TEAM = {"kind": "team"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read the examples of a ticket",
        Read("label_examples", {"ticket_id": "{mine}"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Read which labels a ticket is an example of",
    ),
    Case(
        "A12 the examples of another team",
        Read("label_examples", {"ticket_id": "{theirs}"}),
        {AGENT: "0", STRANGER: "1", ADMIN: "1"},
    ),
    Case(
        "add an example",
        Insert("label_examples", {"kind": "tag", "label": "x", "ticket_id": "{mine}", "source": "agent"}),
        DENY,
        says="Add an example",
    ),
    Case("change an example", Update("label_examples", {"ticket_id": "{mine}"}, {"label": "low"}), DENY),
    Case(
        "delete an example",
        Delete("label_examples", {"ticket_id": "{mine}"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Delete an example",
    ),
    Case(
        "make examples of tickets from before",
        Call("collect_label_examples"),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1",
        says="Make examples of tickets from before",
    ),
    Case(
        "read the thresholds",
        Read("ai_thresholds", TEAM),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="Read the thresholds",
    ),
    Case(
        "change the thresholds",
        Update("ai_thresholds", TEAM, {"suggest_share": 0.8, "min_similarity": 0.5, "apply_share": 0.95}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Change the thresholds, and from which share the assistant applies a label itself",
    ),
    Case("thresholds of another kind", Insert("ai_thresholds", {"kind": "tag"}), DENY),
    Case("no thresholds", Delete("ai_thresholds", TEAM), DENY),
    Case("another kind", Update("ai_thresholds", TEAM, {"kind": "tag"}), DENY),
    *(
        Case(f"{name} = {value}", Update("ai_thresholds", TEAM, {name: value}), {ADMIN: "invalid_value"})
        for name, value in {"suggest_share": 1.5, "min_similarity": -1, "apply_share": 0, "target_precision": 1}.items()
    ),
    Case(
        "classify a ticket",
        Call("classify_ticket", {"ticket_id": "{mine}"}),
        "deny no_profile inactive_user inactive_user | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Learn which labels tickets like this one have",
    ),
    Case(
        "A11 classify a ticket that is not there",
        Call("classify_ticket", {"ticket_id": "{nothing}"}),
        {CUSTOMER: "ticket_not_found", AGENT: "ticket_not_found", ADMIN: "ticket_not_found"},
    ),
    Case(
        "delete what training made",
        Call("forget_label_head", {"kind": "team"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | ok | ok",
        says="Delete what training made",
    ),
    Case(
        "read what training measured",
        Call("label_head_report", {"kind": "team"}),
        f"{NOT_IN} | forbidden forbidden | ok ok | ok | ok",
        says="Read what training measured",
    ),
    Case(
        "read the texts of examples",
        Call("training_examples", {"kind": "team"}),
        f"{SYSTEM} 0",
        says="Read the words of examples, to train",
    ),
    Case(
        "try the vote on examples",
        Call("label_trials", {"kind": "team"}),
        f"{SYSTEM} 0",
        says="Read what the vote says about examples, to calibrate",
    ),
    Case(
        "try the vote on an unknown kind",
        Call("label_trials", {"kind": "mood"}),
        f"{SYSTEM} invalid_value",
    ),
    Case(
        "the words of texts",
        Call("text_features", {"texts": ["a"]}),
        f"{SYSTEM} ok",
        says="Read the words of other texts",
    ),
    Case(
        "store what training made",
        Call("store_label_head", {"kind": "tag", "head": {}}),
        f"{SYSTEM} invalid_value",
        says="Store what training made",
    ),
    Case(
        "classify a leased run",
        Call("classify_run"),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | forbidden | deny",
        says="Classify the ticket of a leased run (only the assistant)",
    ),
]
