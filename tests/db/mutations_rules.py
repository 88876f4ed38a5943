"""Rules that refuse nothing, and so have no `fail()` to take away: parts of functions replaced, barriers removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

from psycopg import sql
from tests.db.mutations import Mutation
from tests.db.mutations_assistant import ASSISTANT
from tests.db.mutations_automatic_mail import AUTOMATIC_MAIL
from tests.db.mutations_email import EMAIL
from tests.db.mutations_email_originals import EMAIL_ORIGINALS
from tests.db.mutations_email_out import EMAIL_OUT
from tests.db.mutations_email_removal import EMAIL_REMOVAL
from tests.db.mutations_email_work import EMAIL_WORK
from tests.db.mutations_outbox import OUTBOX
from tests.db.mutations_slack import SLACK
from tests.db.people import Db, value

_RULES: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("own_email(text)", "addresses"): {
        "an address that looks the same is theirs": ('c.email = lower(p_verified collate "C") and', ""),
        "capitals make another address": ('lower(p_verified collate "C")', "p_verified"),
        "any text is an address": ("and helpdesk_private.is_email(c.email)", ""),
    },
    ("canonical_email(text)", "addresses"): {
        "marks in parts make another address": ("normalize(p_email, nfc)", "p_email"),
    },
    ("is_email(text)", "addresses"): {
        "addresses that are not canonical are stored": ("p_value = helpdesk_private.canonical_email(p_value)", "true"),
    },
    ("link_login(jsonb)", "addresses"): {
        "a change keeps the former address": (
            "then v_email\n          end",
            "then v_email else u.email\n          end",
        ),
        "an address that nobody verified counts": ("p_login ->> 'email' is not null and p_login", "false and p_login"),
    },
    ("guard_ticket_update()", "leaving"): {
        "a reopened ticket keeps an assignee who has left": ("if old.status = 'closed' and not", "if false and not"),
        "nobody but those who work a ticket release it": ("if new is not distinct from v_released and", "if false and"),
    },
    ("remove_throwaways(text[])", "throwaways"): {
        "real people are removed": ("u.email like '%@throwaway.helpdesk.invalid'", "true"),
        "everybody is removed, not who is named": ("and (p_emails is null or u.email = any(p_emails))", ""),
        "people with a real reply stay active": ("set is_active = false", "set is_active = true"),
    },
    ("supersede_proposals()", "proposals"): {
        "a draft outlives the next message": ("where p.ticket_id = new.ticket_id", "where false"),
    },
    ("expire_proposals()", "proposals"): {
        "a draft outlives the article that it quotes": (
            "where k.article_id = new.article_id and p.state",
            "where false and p.state",
        ),
    },
    ("run_audiences(text)", "answers"): {
        "customers receive drafts from internal articles": ("p_kind in ('reply', 'article') or", ""),
    },
    ("record_gap(helpdesk.ai_runs,text)", "knowledge_gaps"): {
        "a resolved gap hides that nothing is found again": ("and g.state = 'resolved'", "and false"),
        "a redacted question is kept": ("and m.redacted_at is null", ""),
    },
    ("decide_gap(uuid,text,uuid)", "knowledge_gaps"): {
        "a gap of another team is decided": ("where w.ticket_id = q.ticket_id", ""),
    },
    ("gap_like(uuid,integer[])", "knowledge_gaps"): {
        "questions of other teams are the same gap": ("where g.team_id = p_team_id and", "where"),
    },
    ("reported_runs(timestamptz,timestamptz,text[])", "assistant_reports"): {
        "agents count every team's runs": ("or r.ticket_id in (select", "or r.ticket_id not in (select"),
        "test runs count": ("and not r.is_test", ""),
    },
    ("quote_stands(uuid,text)", "stale_citations"): {
        "a quote stands in what nobody reads any more": ("and c.is_current", ""),
    },
    ("is_quotable(text)", "citations"): {
        "two letters are a quote": ("char_length(p_quote) between 12 and 400", "true"),
    },
    ("lock_for_reply(uuid)", "merging"): {
        "replies to a merged ticket go to another requester's": (
            "v_living.created_by <> v_addressed.created_by",
            "false",
        ),
    },
    ("last_message_to(uuid)", "merging"): {
        "a reply follows another requester's messages": ("t.created_by = v_ticket.created_by", "true"),
    },
    ("newest_message_id(uuid)", "merging"): {
        "other requesters' messages move the conversation on": ("and s.created_by = t.created_by", ""),
    },
    ("unmerge_ticket(uuid)", "merging"): {
        "an undo removes tags that somebody has set anew": ("and g.created_at <= v_merge.merged_at", ""),
    },
    ("add_link(helpdesk.tickets,text,helpdesk.tickets,uuid,timestamptz)", "links"): {
        "links form circles": ("if v_is_circle then", "if false then"),
        "a circle is looked for without end": ("v_reached > c_reached_max", "false"),
        "links of other kinds close a circle": ("where l.kind = p_kind and l.unlinked_at is null", "where true"),
        "a ticket links to any number of others": (">= 50", ">= 5000"),
        "a follow-up for another requester": (
            "case when p_source.created_by = p_target.created_by then p_source.created_by end",
            "p_source.created_by",
        ),
    },
    ("suggest_duplicates(uuid,integer)", "suggested_duplicates"): {
        "duplicates are found in queues of others": (
            "and (v_all or t.team_id = any(v_teams) or t.assigned_to = v_me)\n        and not",
            "and not",
        ),
        "requesters ask for duplicates": ("v_found.role = 'customer'", "false"),
    },
    ("guard_ticket_update()", "merging"): {
        "a merged ticket can be changed": ("elsif old.merged_into is not null then", "elsif false then"),
        "a message of another requester does not open the ticket": (
            "v_role is null and helpdesk_private.asks_in(old)",
            "false",
        ),
    },
    ("ticket_timeline(uuid,bigint,integer)", "merging"): {
        "the timeline has tickets that the reader does not see": (
            "(helpdesk_private.role_on_ticket(t) = 'customer') = (v_role = 'customer')",
            "true",
        ),
    },
    ("import_person(helpdesk_private.import_runs,jsonb)", "imports"): {
        "an address that nobody verified joins a login": (
            "and (v_owner.auth_user_id is not null",
            "and false and (true",
        ),
        "an import renames who signs in": ("if v_user.auth_user_id is null and v_user.role", "if true or v_user.role"),
    },
    ("read_imported_ticket(helpdesk_private.import_runs,jsonb)", "imports"): {
        "the dead are imported again": ("if not found then", "if false then"),
        "what the source deleted is imported": ("if v_known.is_dead or", "if false and"),
        "the same content is written again": (
            "elsif v_known.content_hash = p_item ->> 'hash' then",
            "elsif false then",
        ),
        "a ticket that was merged here is written": (
            "elsif v_old.merged_into is not null and not",
            "elsif false and not",
        ),
    },
    ("write_imported_tags(helpdesk_private.imported_ticket[])", "imports"): {
        "an import removes tags that somebody has set": ("and g.created_at = (i.ticket).created_at", ""),
    },
    ("import_file(helpdesk_private.import_runs,jsonb)", "import_files"): {
        "files are imported by people": ("if not helpdesk_private.is_service() then", "if false then"),
    },
    ("file_of_item(helpdesk_private.import_runs,jsonb)", "import_files"): {
        "a file is given to another ticket's message": (
            "where m.message_id = v_comment.own_id and m.ticket_id = v_file.ticket_id",
            "where m.message_id = v_comment.own_id",
        ),
    },
    ("forget_relations(helpdesk_private.import_runs,uuid[])", "import_relations"): {
        "an import removes links that somebody has made": (
            "and o.own_id = l.link_id and o.kind = 'link' and o.source_id = (p_run).source_id\n    returning",
            "\n    returning",
        ),
    },
    ("import_link(helpdesk_private.import_runs,jsonb)", "import_relations"): {
        "a link that was removed here comes back": ("and l.unlinked_at is null", ""),
    },
    ("import_merge(helpdesk_private.import_runs,jsonb)", "import_relations"): {
        "imported merges form circles": (
            "elsif helpdesk_private.living_ticket_id(v_target.ticket_id) = v_source.ticket_id then",
            "elsif false then",
        ),
        "a merge that was undone here comes back": (
            "where m.merge_id = v_known.own_id and m.unmerged_at is null",
            "where m.merge_id = v_known.own_id",
        ),
    },
    ("import_time(text,text,timestamp with time zone)", "imports_refused"): {
        "an import writes rows that are not silent": ("if v_value >= now() then", "if false then"),
    },
    ("import_items(helpdesk_private.import_runs,text,jsonb)", "imports_refused"): {
        "one bad item refuses its batch": ("v_state like 'PT%' or", "false or"),
    },
    ("me_if_staff()", "attacks_values"): {"the deactivated are staff": ("u.is_active", "true")},
    ("my_team_ids()", "attacks_values"): {"the deactivated work in teams": ("u.is_active", "true")},
    ("matching_tickets(helpdesk_private.query_plan,text,helpdesk_private.list_place,integer)", "search"): {
        "customers list everybody's tickets": ("t.created_by = v_me)", "v_me is not null)"),
        "agents list every team's tickets": ("t.team_id = any(v_my_teams)", "v_me is not null"),
        "customers list tickets by words of notes": ("where not v_own and n.words", "where n.words"),
    },
    ("ranked_tickets(helpdesk_private.query_plan,timestamptz,numeric,uuid,integer)", "search"): {
        "customers find everybody's tickets": (".created_by = v_me)", ".created_by is not null)"),
        "agents find every team's tickets": (".team_id = any(v_my_teams)", ".team_id is not null"),
        "agents find every assigned ticket": (".assigned_to = v_me", ".assigned_to is not null"),
        "customers find tickets by words of notes": ("where not v_own and n.words", "where n.words"),
    },
    ("exact_tickets(text,helpdesk_private.query_plan)", "search_answers"): {
        "customers find everybody's tickets by number": ("t.created_by = v_me)", "v_me is not null)"),
        "agents find every team's tickets by number": ("t.team_id = any(v_my_teams)", "v_me is not null"),
    },
    ("exact_tickets(text,helpdesk_private.query_plan)", "search_fields"): {
        "customers find their tickets by staff-only values": ("and not v.staff_only", ""),
        "customers find tickets by values for staff": ("where not v_own and v.field_key", "where v.field_key"),
    },
    ("warn_of_no_field(text,text,integer,boolean)", "search_fields"): {
        "warnings have the keys of staff-only fields": ("(p_as_staff or d.audience <> 'staff_only')", "true"),
    },
    ("has_words(uuid,tsquery,text)", "search"): {
        "customers leave tickets out by words of notes": ("if p_reader <> 'own' then", "if true then"),
    },
    ("shown_hit(helpdesk.tickets,numeric,tsquery,text,integer)", "search_answers"): {
        "customers are shown notes": ("where p_reader <> 'own' and n.ticket_id", "where n.ticket_id"),
    },
    ("shown_ticket(helpdesk.tickets,text)", "search_answers"): {
        "customers are shown tags": ("when p_reader = 'own' then '[]'", "when false then '[]'"),
    },
    ("votes(helpdesk_private.neighbour[],double precision)", "classification"): {
        "a requester fills the vote": ("where p.place <= 5", ""),
        "behind a requester's sixty nobody votes": ("having count(*) = 60", "having count(*) = 0"),
        "a rare label is outvoted": ("case when l.kind = 'tag' then 1 else coalesce(n.examples, 1) end", "1"),
    },
    ("label_shares(text,real[],text,uuid,text[])", "classification"): {
        "two examples are enough": ("and x.examples >= 3", ""),
        "one known label is enough": (
            "limit 2\n          ) as known\n        ) = 2",
            "limit 2\n          ) as known\n        ) > 0",
        ),
    },
    ("seen_numbers(jsonb)", "classification"): {
        "numbers of tickets that the reader does not work": (
            "where helpdesk_private.role_on_ticket(t) in ('agent', 'admin', 'system')",
            "",
        ),
    },
    ("example_of_ticket()", "label_examples"): {
        "requesters decide": ("or helpdesk_private.role_on_ticket(old) = 'customer'", ""),
        "any step confirms": ("and new.status in ('resolved', 'closed')", ""),
    },
    ("can_be_assigned(uuid,uuid)", "assignees"): {
        "people who have left": ("and u.is_active", ""),
        "people of other teams": ("and m.team_id = p_team_id", ""),
    },
    ("example_source(uuid)", "examples_learnt"): {
        "what is undone is learnt": ("case when p.state = 'open' then", "case when true then"),
    },
    ("propose_assignee(uuid,uuid,jsonb,text[])", "assignees"): {
        "before the team is decided": ("and p.payload ? 'team_id'", "and false"),
        "hidden text assigns": ("if p_flags = '{}' and", "if"),
    },
    ("may_be_example(helpdesk.tickets)", "classification_runs"): {
        "what is excluded is learnt": ("return not exists", "return true or not exists"),
    },
    ("release_work()", "leaving"): {
        "who is no longer staff stays in their teams": ("if new.role not in", "if false and new.role not in"),
        "who has left loses closed tickets, too": ("and t.status <> 'closed'", ""),
    },
}


def all_of_them(db: Db) -> Iterator[Mutation]:
    """Every rule of the list."""
    mail = AUTOMATIC_MAIL | EMAIL | EMAIL_ORIGINALS | EMAIL_OUT | EMAIL_REMOVAL | EMAIL_WORK
    for (function, about), changes in (_RULES | ASSISTANT | OUTBOX | mail | SLACK).items():
        source = str(value(db, "select pg_get_functiondef(%s::regprocedure)", f"helpdesk_private.{function}"))
        for name, (old, new) in changes.items():
            if old not in source:
                raise ValueError(f"{function} no longer says {old!r}: change this list with it")
            yield Mutation(
                f"{function.partition('(')[0]}: {name}", (about,), sql.Composed([sql.SQL(source.replace(old, new))])
            )
    views = db.execute(
        "select relname from pg_class where relnamespace = 'helpdesk_private'::regnamespace "
        "and reloptions @> '{security_barrier=true}' order by 1"
    )
    for row in views.fetchall():
        statement = sql.SQL("alter view {} reset (security_barrier)").format(
            sql.Identifier("helpdesk_private", row["relname"])
        )
        yield Mutation(f"view {row['relname']} is no barrier", ("attacks_values",), statement)
