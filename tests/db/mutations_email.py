"""Rules of e-mail in that refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

_EMAIL = "helpdesk.inbound_emails"
_PLACED = f"{_EMAIL},jsonb"

EMAIL: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("authentication_results(text)", "email_verdicts"): {
        "comments do not nest": ("case v_token when '(' then 1 when ')' then -1", "case v_token when ')' then -1"),
        "what a sender quotes is said": ("when v_quoted ~ '^[a-z0-9._@+-]+$' then", "when true then"),
        "an open comment ends with its header": ("if v_depth = 0 and not v_is_quoted and", "if"),
        "headers of any length are read": ("char_length(p_line) > c_most or", ""),
    },
    ("trusted_results(jsonb,text[])", "email_verdicts"): {
        "a header that cannot be read is passed over": ("if v_server is null then", "if false then"),
        "any server is trusted": ("v_server = any(p_authserv_ids)", "true"),
        "the search has no end": ("c_most constant integer := 10", "c_most constant integer := 1000"),
    },
    ("mail_verdict(jsonb,text[],text)", "email_verdicts"): {
        "a value of a property is a result": ("~ '^dmarc(/[0-9]+)?='", "~ 'dmarc(/[0-9]+)?='"),
        "a verdict about another author counts": ("v_dmarc[1] !~ ' header\\.from='", "true"),
        "of two verdicts the better counts": ("if cardinality(v_dmarc) > 1 then", "if false then"),
        "anybody's signature vouches": ("where s.signer = v_domain or", "where s.signer is not null or"),
        "the owner of a part of the name signs": (
            "s.signer like '%.%' and v_domain like '%.' ||",
            "v_domain like '%' ||",
        ),
    },
    ("names_others(uuid,uuid,text)", "email_strangers"): {
        "who came by a Cc brings others": ("and p.source = 'staff' and p.receives_copies", ""),
    },
    ("was_named(uuid,uuid,text)", "email_strangers"): {
        "a mail that nobody vouches for names people": ("and i.verdict = 'pass'", ""),
        "a stranger's mail names people": (
            "or helpdesk_private.names_others(p_ticket_id, i.author_id, i.from_address)",
            "or true",
        ),
        "who was removed comes back": ("not helpdesk_private.was_removed(p_ticket_id, p_user_id, p_address) and", ""),
    },
    ("takes_part(uuid,uuid,text)", "email_strangers"): {
        "who wrote once has a part": ("(p.source <> 'wrote' or p.receives_copies)", "true"),
        "who was removed has a part": ("and not helpdesk_private.was_removed(p_ticket_id, p_user_id, p_address)", ""),
    },
    (f"add_copied({_EMAIL},helpdesk.tickets,jsonb)", "email_strangers"): {
        "a Cc brings back who was removed": (
            "and not helpdesk_private.was_removed(",
            "and null is distinct from helpdesk_private.was_removed(",
        ),
    },
    ("remember_removal()", "email_strangers"): {
        "staff bring nobody back": ("elsif new.receives_copies", "elsif false and new.receives_copies"),
    },
    (f"add_copied({_EMAIL},helpdesk.tickets,jsonb)", "email_in"): {
        "an unverified Cc copies": ("p_email.verdict <> 'pass'\n    or not", "not"),
        "a stranger's Cc copies": (
            "or not helpdesk_private.names_others",
            "or false and not helpdesk_private.names_others",
        ),
    },
    (f"email_hits({_EMAIL},jsonb,jsonb,boolean)", "email_in"): {
        "a revoked reply address leads on": ("where k.revoked_at is null", "where true"),
        "the id of a mail of others leads on": (
            "when e.kind = 'received' then 'not_a_participant'",
            "when true then null",
        ),
        "another team's address leads on": ("then 'other_mailbox'", "then null"),
        "whoever says that they are of staff goes on from a mail of others": (
            "when p_email.verdict = 'pass' and exists (",
            "when exists (",
        ),
    },
    ("channels_of_mail(jsonb,jsonb)", "email_known_cases"): {
        "what a server noted comes before the envelope": (
            "where not exists (select from matched)",
            "where true",
        ),
    },
    (f"read_email({_PLACED},jsonb)", "email_forwarded"): {
        "a server speaks for mails that did not come by it": (
            "elsif not exists (select from helpdesk_private.channels_named(v_received)) then",
            "elsif false then",
        ),
    },
    ("servers_of_replies(text[])", "email_forwarded"): {
        "a server of one address speaks for all of its domain": (
            "where not exists (select from lists as o where s.server <> all(o.servers))",
            "where true",
        ),
        "a domain of its own is believed as the address is": (
            "on d.domain = split_part(c.address, '@', 2)",
            "on d.domain = coalesce(c.reply_domain, split_part(c.address, '@', 2))",
        ),
    },
    ("quoted_from(text,uuid)", "email_quotes"): {
        "answers within a quote are hidden": (r"where l.line ~ '^\s*>' or (", "where false and ("),
        "words between two quotes are hidden": (
            "exit when v_first is null or helpdesk_private.line_above(v_lines, v_first, v_names) > v_line;",
            "exit when v_first is null;",
        ),
        "what is made to be slow is compared to its end": (
            "v_work + least(v_at, 60 * v_above) * v_said_length > c_work",
            "false",
        ),
        "a line of ours as an answer is hidden": ("(v_seen >= c_strong and (v_is_half or v_above < v_first))", "true"),
    },
    ("reply_line(helpdesk.outbound_emails)", "email_quotes"): {
        "the line cannot be switched off": ("where s.email_reply_line and", "where"),
    },
    (f"place_staff({_PLACED},helpdesk.tickets,helpdesk_private.email_hit)", "email_in"): {
        "an unverified mail of staff acts": ("and p_email.verdict = 'pass'", ""),
        "staff act on tickets of others": ("helpdesk_private.works_ticket(v_author, p_ticket) and", ""),
        "anybody's reply address will do": ("p_hit.token_user_id = v_author.user_id", "true"),
    },
    (f"place_in_ticket({_PLACED},helpdesk_private.email_hit)", "email_in"): {
        "staff write as customers": ("v_author.role in ('agent', 'admin') and not v_is_requester", "false"),
        "a reply address of staff is anybody's": (
            "and p_hit.token_user_id <> v_ticket.created_by then",
            "and false then",
        ),
        "what is over is opened": ("if helpdesk_private.is_over(v_ticket)", "if false"),
        "strangers have no badge": ("if not v_takes_part then", "if false then"),
    },
    (f"place_new({_PLACED},helpdesk.tickets)", "email_in"): {
        "an unverified mail of staff opens a ticket": (
            "in ('agent', 'admin') and p_email.verdict <> 'pass'",
            "is null",
        ),
        "customers open tickets for others": (
            "if v_author.role in ('agent', 'admin') and v_claimed is not null",
            "if v_claimed is not null",
        ),
    },
    (f"place_new({_PLACED},helpdesk.tickets)", "email_limits"): {
        "anybody opens any number of tickets": ("p_email := helpdesk_private.judge_amount(p_email, v_author);", ""),
    },
    (f"judge_amount({_EMAIL},helpdesk.users)", "email_limits"): {
        "an address opens any number": ("p_email.reason := 'sender_per_hour';", "null;"),
        "a domain opens any number": ("p_email.reason := 'domain_per_hour';", "null;"),
        "an address of ours takes any number": ("p_email.reason := 'channel_per_hour';", "null;"),
        "a shared provider is one domain": (
            "if not helpdesk_private.is_shared_provider(v_domain) then",
            "if true then",
        ),
        "who forges a customer has no limit": ("v_is_known and v_is_verified", "v_is_known"),
        "who is known waits with strangers": ("elsif not v_is_known then", "else"),
        "a tag is another sender": ("helpdesk_private.without_tag(p_email.from_address)", "p_email.from_address"),
        "known people fill the limits of all": (
            "v_channel_id, v_is_known, v_is_verified",
            "v_channel_id, false, v_is_verified",
        ),
        "what is counted stays": ("interval '2 days'", "interval '20 days'"),
        "staff wait": ("if p_author.role in ('agent', 'admin') then", "if false then"),
        "who is known waits as a stranger": (
            "then v_settings.email_tickets_per_known_sender",
            "then v_settings.email_tickets_per_sender",
        ),
    },
    ("opened_near(timestamp with time zone,text,text,uuid,boolean)", "email_limits"): {
        "forged mails fill the limits of verified ones": ("and (o.is_verified = p_is_verified or (", "and (true or ("),
        "what is verified does not count": ("or (o.is_verified and not o.is_known)", ""),
        "known people have two limits in one": ("and not o.is_known))", "))"),
        "all time counts": ("- interval '1 hour' and", "- interval '100 years' and"),
        "late mails count for ever": ("p_moment + interval '1 hour'", "p_moment + interval '100 years'"),
        "what came later is not counted": ("p_moment + interval '1 hour'", "p_moment"),
    },
    ("is_known_sender(helpdesk.users,text)", "email_limits"): {
        "who wrote once is known": ("and t.first_response_at is not null", ""),
        "who was answered is a stranger": ("t.created_by = p_author.user_id", "false"),
        "an address that an admin gave is a stranger's": ("where e.email = p_address", "where false"),
        "a login is no proof": ("p_author.auth_user_id is not null\n    or", ""),
    },
    ("quarantine_to_ticket(uuid,uuid)", "email_limits"): {
        "a verified sender is shown as not verified": (
            "if v_email.verdict is distinct from 'pass' then",
            "if true then",
        ),
        "a forged sender is shown as verified": ("if v_email.verdict is distinct from 'pass' then", "if false then"),
    },
    (f"read_email({_PLACED},jsonb)", "email_kinds"): {
        "what is no list is read": ("jsonb_typeof(p_mail -> 'flags') = 'array' and", ""),
        "what the parser says is forgotten": ("and p_mail -> 'flags' ? k.flag", "and false"),
        "any list names the author": ("= any(v_channel.trusted_rewriters)", "<> ''"),
        "any Reply-To is the author": ("p_email.from_address = any(v_channel.trusted_forms)", "p_mail ? 'reply_to'"),
        "of several authors the first": ("jsonb_array_length(v_from) = 1", "jsonb_array_length(v_from) > 0"),
        "a list vouches for the author": (
            "p_email.verdict := 'none';\n    p_email.flags := p_email.flags || 'original",
            "p_email.flags := p_email.flags || 'original",
        ),
    },
    (f"read_email({_PLACED},jsonb)", "email_verdicts"): {
        "the sender chooses whose verdict is believed": (
            "if cardinality(v_received) = 0 then",
            "if false then",
        ),
    },
    (f"judge_report({_PLACED})", "email_kinds"): {
        "a bounce about a mail of others is believed": (
            "where e.message_id = any(v_ids) and e.kind in ('minted', 'stamped')",
            "where true",
        ),
    },
    (f"judge_copy({_PLACED})", "email_kinds"): {
        "a reused id is a copy": ("and r.content_sha256 is not distinct from v_content", ""),
        "a second delivery is another mail": ("p_email.outcome := 'duplicate';", ""),
    },
    (f"judge_copy({_PLACED})", "email_strangers"): {
        "a forged copy keeps the mail out": ("and not (i.verdict = 'fail' and p_email.verdict <> 'fail')", ""),
        "a copy as a report keeps the mail out": (
            "and i.outcome not in ('bounce', 'receipt', 'complaint', 'own_copy')",
            "",
        ),
        "a copy as an automatic reply keeps the mail out": (
            "and (i.outcome <> 'automatic' or p_email.flags && '{automatic_reply,calendar_reply}')",
            "",
        ),
    },
    (f"judge_author({_EMAIL},helpdesk.users,helpdesk_private.email_hit[])", "email_in"): {
        "a refused sender is heard": ("when p_email.verdict = 'fail' then", "when false then"),
        "a deactivated person is heard": ("when not p_author.is_active then", "when false then"),
        "mails of others are followed": ("when p_hits[1].refused = 'not_a_participant' then", "when false then"),
        "a blocked sender is heard": ("if helpdesk_private.is_blocked(p_email.from_address) then", "if false then"),
        "our own address writes": ("then 'our_own_address'", "then null"),
    },
    ("person_for_address(text,text)", "email_in"): {
        "a stranger is called like staff": ("when helpdesk_private.is_suspicious_name(v_name) then", "when false then"),
    },
    (f"mute_loops({_EMAIL})", "email_loops"): {
        "one address mutes its domain": ("and v_addresses >= c_addresses", ""),
        "a provider is muted": ("and not helpdesk_private.is_shared_provider(v_domain)", ""),
        "a loop goes on": ("or v_of_address > c_mails", ""),
        "forged mails mute": ("and i.outcome in ('appended', 'created', 'automatic')", ""),
        "new tickets without end": (") > c_tickets then", ") > 1000000 then"),
    },
    ("may_mail_automatically(text)", "email_loops"): {
        "muted for ever": ("and m.muted_until > clock_timestamp()", ""),
    },
    ("redact_emails(uuid[])", "email_redaction"): {
        "the parsed mail keeps its text": ("set mail = null", "set mail = r.mail"),
        "the subject stays": ("subject = '[redacted]',", ""),
        "later deliveries keep the text": ("and i.outcome = 'duplicate'", "and false"),
    },
    (f"decide_email({_PLACED})", "email_kinds"): {
        "an absence of staff is a reply": ("p_email.flags && '{automatic}' and v_hit.refused is null", "false"),
    },
    (f"decide_email({_PLACED})", "email_verdicts"): {
        "what the provider said is forgotten": (
            "if jsonb_typeof(v_envelope -> 'verdict') = 'object' then",
            "if false then",
        ),
    },
    (f"decide_email({_PLACED})", "email_redaction"): {
        "a redacted text comes back": ("if p_email.outcome = 'duplicate' and exists", "if false and exists"),
    },
    ("raw_emails_to_delete(integer)", "email_redaction"): {
        "bytes that nobody redacted go": ("i.redacted_at is not null and", ""),
    },
    ("raw_emails_deleted(text[])", "email_redaction"): {
        "bytes that nobody redacted are gone": ("and i.redacted_at is not null", ""),
    },
    ("accept_quarantined(uuid)", "email_quarantine"): {
        "an accepted mail of staff is a reply": ("or coalesce(v_author.role, 'customer') <> 'customer'", ""),
        "who is accepted receives copies": (
            "add_writer(v_email, v_ticket, false)",
            "add_writer(v_email, v_ticket, true)",
        ),
    },
}
