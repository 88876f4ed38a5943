"""Rules of webhooks and the outbox that refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

OUTBOX: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("wants_event(helpdesk.webhooks,helpdesk.events)", "webhooks"): {
        "customers' webhooks receive notes": ("p_event.audience = 'customer'", "true"),
        "webhooks of a team receive the events of all": ("p_event.team_id = p_webhook.team_id", "true"),
        "imports are delivered": ("'ticket.imported', 'webhook.test'", "'webhook.test'"),
        "a webhook hears of itself": ("is distinct from p_webhook.webhook_id::text", "is not null"),
        "tests go to all webhooks": ("'ticket.imported', 'webhook.test'", "'ticket.imported'"),
    },
    ("webhook_payload(helpdesk.outbox)", "webhooks"): {
        "a secret that has ended signs": ("and coalesce(s.expires_at > clock_timestamp(), true)", ""),
        "bodies of any size": ("> c_most_bytes", "> 100000000"),
        "who was narrowed receives what waited": (
            "and not helpdesk_private.wants_event(v_webhook, v_event)",
            "and false",
        ),
    },
    ("rotate_webhook_secret(uuid,integer)", "webhooks"): {
        "three secrets sign": ("and s.expires_at is not null", "and false"),
        "a stolen secret signs on": ("set expires_at = v_until", "set expires_at = null"),
    },
    ("follow_webhook()", "webhooks"): {
        "the log has the URL": ("if v_changes ? 'url' then", "if false then"),
        "a webhook that was deleted leaves deliveries": ("and o.target_id = old.webhook_id", "and false"),
    },
    ("note_webhook_outcome(helpdesk.outbox,text)", "webhook_health"): {
        "a target that is gone is asked again": ("elsif p_outcome = 'gone' then", "elsif false then"),
        "five days of failures change nothing": ("interval '5 days'", "interval '50 days'"),
        "a success forgives nothing": ("if p_outcome = 'done' then", "if false then"),
        "a lost sender is the target's failure": ("in ('retry', 'refused')", "in ('retry', 'refused', 'lost')"),
    },
    ("due_deliveries(text,integer)", "webhook_health"): {
        "a failing target takes all senders": ("then c_abreast_when_failing", "then c_abreast"),
    },
    ("due_of_target(text,uuid,integer)", "outbox"): {
        "what waits for its turn is looked at again and again": ("set next_at = v_until", "set next_at = o.next_at"),
    },
    ("held_until(helpdesk.outbox)", "outbox"): {
        "events of a ticket overtake each other": ("and e.sequence < p_delivery.sequence", "and false"),
        "nobody ever overtakes": ("when 'queued' then 3", "when 'queued' then 300"),
    },
    ("release_next(helpdesk.outbox)", "outbox"): {
        "who waited is not let go": ("and o.attempts = 0", "and false"),
    },
    ("lock_leased(uuid,uuid)", "outbox"): {
        "any lease settles": ("and l.lease = p_lease", ""),
    },
    ("end_lost_attempt(helpdesk.outbox)", "outbox"): {
        "a mail is sent twice": ("and l.began_sending_at is not null", "and false"),
    },
    ("end_attempt(helpdesk.outbox,text,integer,text,text,integer,integer,jsonb)", "outbox"): {
        "attempts without end": ("p_delivery.attempts > cardinality(c_schedule)", "false"),
        "deliveries come back together": ("(0.9 + 0.2 * random())", "1"),
        "an answer with control characters": ("helpdesk_private.one_line(left(p_answer, 4000))", "p_answer"),
        "a target decides to wait for ever": ("least(greatest(p_retry_after, 0), 86400)", "p_retry_after"),
        "a sender that dies is replaced at once, for ever": ("and p_delivery.attempts < 3", ""),
    },
    ("lease_deliveries(text,integer,integer)", "outbox"): {
        "one payload stops all": ("exception when others then", "exception when division_by_zero then"),
    },
    ("prune_outbox(integer)", "replays"): {
        "what is done stays": ("interval '30 days'", "interval '300 days'"),
        "what is dead goes with what is done": ("interval '90 days'", "interval '30 days'"),
    },
    ("prune_outbox(integer)", "mail_bounds"): {
        "notes about automatic mails stay": (
            "delete from helpdesk.automatic_emails as a where",
            "delete from helpdesk.automatic_emails as a where false and",
        ),
    },
    (
        "replay_deliveries(uuid[],uuid,timestamp with time zone,timestamp with time zone,boolean)",
        "replays",
    ): {
        "what is being sent is sent once more": ("and o.state <> 'leased'", ""),
        "a replay goes by the time of the delivery": (
            "(select e.created_at from helpdesk.events as e where e.event_id = o.event_id)",
            "null::timestamptz",
        ),
        "a replay has no end": ("h.moment < coalesce(p_until, 'infinity')", "true"),
        "all dead are those of all": ("(p_webhook_id is null or (o.target_id = p_webhook_id and", "(true or (true and"),
    },
    ("accept_wake(text)", "delivery_clock"): {
        "a word is good for ever": ("and w.expires_at >= clock_timestamp()", ""),
    },
    ("wake_senders()", "delivery_clock"): {
        "words are kept as they are": ("encode(sha256(convert_to(v_word, 'UTF8')), 'hex')", "v_word"),
    },
}
