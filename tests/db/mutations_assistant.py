"""Rules of the assistant that refuse nothing: see mutations_rules."""

from __future__ import annotations

from typing import LiteralString

ASSISTANT: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("find_passages(helpdesk.ai_runs,text,real[],text)", "answers_without_model"): {
        "anything is an answer": ("o.cosine >= v_floor", "true"),
        "an article without a vector is never found": ("or f.cosine is null", ""),
    },
    ("prompt_passages(jsonb,integer)", "assistant_prompts"): {
        "titles of passages do not count": (
            "case s.key when '1' then octet_length((e.passage - 'sentences')::text) + 20 else 0 end",
            "0",
        ),
    },
    ("is_assistant_off(helpdesk.tickets)", "assistant_runs"): {
        "the project's switch": ("not (select s.is_enabled from helpdesk.ai_settings as s)", "false"),
        "a team's switch": ("('team', (p_ticket).team_id),", ""),
        "a ticket's switch": ("('ticket', (p_ticket).ticket_id),", ""),
        "a customer's switch": (", ('customer', (p_ticket).created_by)", ""),
    },
    ("leased_run()", "assistant_runs"): {
        "another login uses the secret": ("and l.lessee = v_me", ""),
        "a secret never ends": ("and l.leased_until > clock_timestamp()", ""),
        "odd headers are an error of the database": ("when data_exception", "when division_by_zero"),
    },
    ("run_conversation(helpdesk.tickets)", "assistant_runs"): {
        "a model sees another requester's messages": ("and m.requester_id = p_ticket.created_by", ""),
    },
    ("read_run(uuid)", "assistant_runs"): {
        "notes are read for a reply": ("and v_run.kind in ('summary', 'next_steps')", ""),
        "notes are read unasked": ("v_settings.notes_in_context and", ""),
    },
    ("begin_model_call(integer)", "assistant_budgets"): {
        "a budget has no end": ("v_taken + v_tokens > v_scope.token_limit", "false"),
        "calls have no end": ("v_lease.model_calls >= 3", "false"),
        "a program reserves as little as it likes": ("when v_lease.call_tokens > 0 then", "when false then"),
        "the team that the ticket is in now pays": (
            "when v_lease.reserved_tokens > 0 then v_lease.team_id",
            "when false then v_lease.team_id",
        ),
    },
    ("finish_run(uuid,text,text,text,text,jsonb,jsonb)", "assistant_budgets"): {
        "what a run used is not counted": ("perform helpdesk_private.settle_usage(", "perform concat("),
    },
    ("release_run(text)", "assistant_budgets"): {
        "what an attempt reserved is lost": ("perform helpdesk_private.count_lost_attempt(v_run);", ""),
    },
    ("lease_runs(integer,integer,uuid,text)", "assistant_budgets"): {
        "what an attempt reserved that did not come back is lost": (
            "perform helpdesk_private.count_lost_attempt(v_run);",
            "",
        ),
    },
    ("run_inputs(helpdesk.tickets,text)", "assistant_cache"): {
        "notes are no part of the question": ("s.notes_in_context and p_kind in", "false and p_kind in"),
        "teams are no part of the question": ("when p_kind = 'classification' then", "when false then"),
        "merges are no part of the question": ("where g.conversation_id = p_ticket.ticket_id", "where false"),
    },
    (
        "queue_run(uuid,helpdesk.tickets,text,text,uuid,boolean,uuid)",
        "assistant_cache",
    ): {
        "a decided answer is given again": ("and p.state = 'open' and p.expires_at > clock_timestamp()", ""),
        "the ticket is no part of the question": ("p_kind, p_ticket.ticket_id, p_wish,", "p_kind, p_wish,"),
        "the wish is no part of the question": ("p_ticket.ticket_id, p_wish,", "p_ticket.ticket_id,"),
    },
    ("is_repetition(helpdesk.proposals,text,text,uuid)", "proposals"): {
        "anybody has accepted it": ("and p_proposal.decided_by is not distinct from p_by", ""),
        "another text was accepted": (
            "p_proposal.final ->> 'body' is not distinct from coalesce(\n      p_body,",
            "true or 'x' = coalesce(\n      p_body,",
        ),
        "another status was accepted": ("and p_proposal.final ->> 'status' is not distinct from p_status", ""),
    },
    ("lock_proposal(uuid,boolean)", "proposals_changes"): {
        "whoever rejects a merge must work both tickets": ("and p_to_accept", ""),
    },
    ("accept_proposal(uuid,text,text,boolean)", "proposals_changes"): {
        "whoever moved the ticket away has no repetition": ("if v_me is not null and", "if false and"),
        "whoever is no longer staff has one": ("helpdesk_private.me_if_staff()", "helpdesk_private.me()"),
    },
    ("end_if_moved(helpdesk.ai_runs,jsonb)", "proposal_ends"): {
        "a merged ticket is answered": ("v_ticket.merged_into is not null", "false"),
        "what was redacted comes back": (
            "helpdesk_private.has_redacted_since(p_run.ticket_id, p_run.started_at)",
            "false",
        ),
    },
    ("end_proposals_of_merge()", "proposal_ends"): {
        "a merged ticket keeps its proposals": ("p.ticket_id = new.source_id", "false"),
        "a draft outlives a merge": ("p.ticket_id in (new.target_id,", "false and p.ticket_id in (new.target_id,"),
    },
    ("redact_proposals()", "proposal_ends"): {
        "a draft that was sent stays": ("or p.final ->> 'message_id' = new.message_id::text)", ")"),
        "a run keeps its answer": ("set answer = null", "set answer = r.answer"),
    },
    ("sweep_proposals(integer)", "proposal_ends"): {
        "nothing expires": ("p.expires_at <= clock_timestamp() order by", "false order by"),
    },
    ("propose_merge()", "duplicates"): {
        "a ticket of another requester": ("t.created_by = v_ticket.created_by and", ""),
        "a ticket of another team": ("and t.team_id = v_ticket.team_id", ""),
    },
    ("role_on_ticket(helpdesk.tickets)", "proposal_kinds"): {
        "the assistant works each ticket that anybody decides": (
            "and a.as_assistant and a.xid = pg_current_xact_id_if_assigned()",
            "",
        ),
    },
    ("check_reserved_login()", "addresses"): {
        "a stranger takes the assistant's address": (
            "<> 'assistant'",
            "<> coalesce(l.raw_app_meta_data ->> 'helpdesk', '')",
        ),
    },
}
