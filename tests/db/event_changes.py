"""Changes that are logged: who makes each, how, and the events that it writes."""

from __future__ import annotations

from tests.db.event_changes_outside import OUTSIDE, Changes
from tests.db.people import ADMIN, AGENT, CUSTOMER

CHANGES: Changes = OUTSIDE | {
    "a title": (
        CUSTOMER,
        "update helpdesk.tickets set title = 'x' where ticket_id = {mine}",
        [("ticket.updated", "customer")],
    ),
    "a status": (
        AGENT,
        "update helpdesk.tickets set status = 'resolved' where ticket_id = {mine}",
        [("ticket.status_changed", "customer")],
    ),
    "custom fields": (
        AGENT,
        "update helpdesk.tickets set custom_fields = '{{\"seats\": 1}}' where ticket_id = {mine}",
        [("ticket.updated", "customer")],
    ),
    "staff fields": (
        AGENT,
        'update helpdesk.tickets set custom_fields = \'{{"risk": "high"}}\' where ticket_id = {mine}',
        [("ticket.updated", "staff")],
    ),
    "title and snooze": (
        AGENT,
        "update helpdesk.tickets set title = 'x', snoozed_until = '2100-01-01' where ticket_id = {mine}",
        [("ticket.updated", "customer"), ("ticket.updated", "staff")],
    ),
    "nothing": (AGENT, "update helpdesk.tickets set title = title where ticket_id = {mine}", []),
    "a tag": (
        AGENT,
        "insert into helpdesk.ticket_tags (ticket_id, tag) values ({mine}, 'x')",
        [("ticket.tagged", "staff")],
    ),
    "no tag": (AGENT, "delete from helpdesk.ticket_tags where ticket_id = {mine}", [("ticket.untagged", "staff")]),
    "a note": (AGENT, "select helpdesk.add_note({mine}, 'x')", [("note.created", "staff")]),
    "a proposal": (
        AGENT,
        "select helpdesk.reject_proposal((helpdesk.suggest_without_model({mine}) #>> "
        "'{{proposal, proposal_id}}')::uuid, 'wrong')",
        [("proposal.created", "staff"), ("proposal.decided", "staff")],
    ),
    "a file of a message deleted": (
        AGENT,
        "select helpdesk.delete_attachment({answer file})",
        [("attachment.deleted", "customer")],
    ),
    "a file of a note deleted": (
        AGENT,
        "select helpdesk.delete_attachment({note file})",
        [("attachment.deleted", "staff")],
    ),
    "a file that nobody else sees": (CUSTOMER, "select helpdesk.delete_attachment({draft file})", []),
    "a setting": (
        ADMIN,
        "update helpdesk.settings set attachment_max_bytes = 7",
        [("settings.changed", "staff")],
    ),
    "a reply": (
        AGENT,
        "select helpdesk.send_reply({mine}, 'x')",
        [("message.created", "customer"), ("ticket.status_changed", "customer")],
    ),
    "a redaction": (AGENT, "select helpdesk.redact_message({question})", [("message.redacted", "customer")]),
    "an assignment": (AGENT, "select helpdesk.claim_ticket({mine})", [("ticket.assigned", "staff")]),
    "an unassignment": (AGENT, "select helpdesk.unassign_ticket({answered})", [("ticket.unassigned", "staff")]),
    "a transfer": (
        AGENT,
        "select helpdesk.transfer_ticket({answered}, {vault})",
        [("ticket.transferred", "staff"), ("ticket.unassigned", "staff")],
    ),
    "an article": (
        ADMIN,
        "select helpdesk.publish_article((helpdesk.save_article('x', 'X', 'Text')).article_id)",
        [("article.created", "staff"), ("article.published", "staff")],
    ),
    "no article": (
        ADMIN,
        "with a as (select (helpdesk.save_article('x', 'X', 'Text')).article_id as id), "
        "b as (select (helpdesk.save_article('x', 'Y', a.id::text)).article_id as id from a) "
        "select helpdesk.archive_article(b.id) from b",
        [("article.created", "staff"), ("article.updated", "staff"), ("article.archived", "staff")],
    ),
    "a setting of the assistant": (
        ADMIN,
        "update helpdesk.ai_settings set daily_tokens_team = 7",
        [("assistant.settings_changed", "staff")],
    ),
    "a prompt": (
        ADMIN,
        "select helpdesk.activate_prompt((helpdesk.create_prompt('reply', 'Be kind.')).prompt_id)",
        [("assistant.prompt_created", "staff"), ("assistant.prompt_activated", "staff")],
    ),
    "a customer with the assistant again": (
        CUSTOMER,
        "insert into helpdesk.ai_exclusions (scope, target_id) values ('customer', {customer}); "
        "delete from helpdesk.ai_exclusions",
        [("assistant.exclusion_added", "staff"), ("assistant.exclusion_removed", "staff")],
    ),
    "an embedding model": (
        ADMIN,
        "select helpdesk.use_embedding_model('m')",
        [("embedding_model.added", "staff")],
    ),
    "an import": (
        ADMIN,
        "with a as (select helpdesk.start_import({nothing}, 'x') as run), "
        "b as (select helpdesk.import_batch({nothing}, 'person', "
        """'[{{"external_id": "1", "hash": "1"}}]') as done from a where a.run is not null), """
        "c as (select helpdesk.import_batch({nothing}, 'ticket', "
        """'[{{"external_id": "1", "hash": "1", "requester": "1", "title": "x", "description": "", "status": "open", """
        """"priority": "low", "created_at": "2020-01-01T00:00:00Z"}}]') as done from b where b.done is not null) """
        "select helpdesk.finish_import({nothing}) from c where c.done is not null",
        [("import.started", "staff"), ("ticket.imported", "staff"), ("import.finished", "staff")],
    ),
    "a merge": (
        ADMIN,
        "select helpdesk.merge_tickets({mine}, {theirs}, other_requester => true)",
        [
            ("ticket.tagged", "staff"),
            ("ticket.updated", "staff"),
            ("ticket.status_changed", "customer"),
            ("ticket.merged", "staff"),
            ("ticket.merged", "staff"),
        ],
    ),
    "no merge": (
        ADMIN,
        "with m as (select helpdesk.merge_tickets({mine}, {answered}) as merged) "
        "select helpdesk.unmerge_ticket((m.merged).source_id) from m",
        [
            ("ticket.tagged", "staff"),
            ("ticket.updated", "staff"),
            ("ticket.status_changed", "customer"),
            ("ticket.merged", "staff"),
            ("ticket.merged", "staff"),
            ("ticket.untagged", "staff"),
            ("ticket.updated", "staff"),
            ("ticket.status_changed", "customer"),
            ("ticket.unmerged", "staff"),
            ("ticket.unmerged", "staff"),
        ],
    ),
    "a link": (
        AGENT,
        "select helpdesk.link_tickets({mine}, 'blocks', {answered})",
        [("ticket.linked", "staff"), ("ticket.linked", "staff")],
    ),
    "no link": (
        AGENT,
        "with l as (select helpdesk.link_tickets({mine}, 'blocks', {answered}) as link) "
        "select helpdesk.unlink_tickets((l.link).source_id, 'blocks', (l.link).target_id) from l",
        [
            ("ticket.linked", "staff"),
            ("ticket.linked", "staff"),
            ("ticket.unlinked", "staff"),
            ("ticket.unlinked", "staff"),
        ],
    ),
    "a creation": (CUSTOMER, "select helpdesk.create_ticket('x')", [("ticket.created", "customer")]),
    "a name": (CUSTOMER, "update helpdesk.users set name = 'x'", [("user.updated", "staff")]),
    "a role": (ADMIN, "select helpdesk.set_user_role({other}, 'agent')", [("user.role_changed", "staff")]),
    "a deactivation": (ADMIN, "select helpdesk.deactivate_user({other})", [("user.deactivated", "staff")]),
    "a reactivation": (ADMIN, "select helpdesk.reactivate_user({gone})", [("user.reactivated", "staff")]),
    "an invitation": (
        ADMIN,
        "select helpdesk.invite_user('a@example.com')",
        [("user.created", "staff"), ("user.invited", "staff")],
    ),
    "no invitation": (
        ADMIN,
        "select helpdesk.revoke_invitation({invitation})",
        [("user.invitation_revoked", "staff")],
    ),
    "a customer": (AGENT, "select helpdesk.create_customer('a@example.com')", [("user.created", "staff")]),
    "a team": (ADMIN, "insert into helpdesk.teams (name) values ('x')", [("team.created", "staff")]),
    "a team's name": (
        ADMIN,
        "update helpdesk.teams set name = 'x' where team_id = {empty}",
        [("team.updated", "staff")],
    ),
    "no team": (
        ADMIN,
        "delete from helpdesk.teams where team_id = {empty}",
        [("slack.channel_removed", "staff"), ("team.deleted", "staff")],
    ),
    "a field": (
        ADMIN,
        "select helpdesk.create_field('x', 'select', 'X', '[\"a\"]', team_ids => array[{empty}]::uuid[])",
        [("field.created", "staff"), ("field.option_added", "staff"), ("field.team_added", "staff")],
    ),
    "a field's teams": (
        ADMIN,
        "select helpdesk.set_field_teams('plan', array[{empty}]::uuid[])",
        [("field.updated", "staff"), ("field.team_added", "staff")],
    ),
    "an option": (
        ADMIN,
        "insert into helpdesk.field_options (field_key, value) values ('plan', 'x')",
        [("field.option_added", "staff")],
    ),
    "a member": (
        ADMIN,
        "insert into helpdesk.team_members (team_id, user_id) values ({empty}, {agent})",
        [("team.member_added", "staff")],
    ),
    "no member": (
        ADMIN,
        "delete from helpdesk.team_members where user_id = {stranger}",
        [("team.member_removed", "staff")],
    ),
    "a view for all": (
        ADMIN,
        "insert into helpdesk.views (name, tree, audience) values ('x', '{{\"all\": []}}', 'all')",
        [("view.created", "staff")],
    ),
    "a private view": (AGENT, "insert into helpdesk.views (name, tree) values ('x', '{{\"all\": []}}')", []),
    "a private view that is shared, changed and made private": (
        AGENT,
        "insert into helpdesk.views (name, tree) values ('x', '{{\"all\": []}}'); "
        "update helpdesk.views set name = 'y' where name = 'x'; "
        "update helpdesk.views set audience = 'team', team_id = {desk} where name = 'y'; "
        "update helpdesk.views set name = name where name = 'y'; "
        "update helpdesk.views set name = 'z' where name = 'y'; "
        "update helpdesk.views set audience = 'private', team_id = null where name = 'z'; "
        "delete from helpdesk.views where name = 'z'",
        [("view.created", "staff"), ("view.updated", "staff"), ("view.deleted", "staff")],
    ),
    "no view": (
        AGENT,
        "insert into helpdesk.views (name, tree, audience, team_id) values ('x', '{{\"all\": []}}', 'team', {desk}); "
        "delete from helpdesk.views where name = 'x'",
        [("view.created", "staff"), ("view.deleted", "staff")],
    ),
}
