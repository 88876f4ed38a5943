"""hd.mail.templates and hd.mail.notifications, and the settings beside them, on a real helpdesk."""

from __future__ import annotations

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import Staffed, World

from helpdesk_sdk import EmailTemplateNotFoundError, ForbiddenError, InvalidValueError, TicketNotFoundError, new_id


@both
def test_a_life_of_a_template(world: World, staffed: Staffed) -> Scenario:
    templates = world.admin.mail.templates
    built_in = yield templates.list()
    assert [(one.kind, one.locale) for one in built_in][:2] == [("acknowledgement", "de"), ("acknowledgement", "en")]
    made = yield templates.set("assigned", "fr", subject="Pour vous : {{ticket.number}}", text="{{message.text}}")
    try:
        assert (made.kind, made.locale, made.is_custom, made.html) == ("assigned", "fr", True, None)
        assert made in (yield templates.list())
        ticket = yield world.customer.tickets.create("<b>Broken</b>", "It <i>burns</i>", team="Billing")
        seen = yield templates.preview("assigned", locale="fr-CA", ticket=ticket.number)
        assert seen.subject == f"Pour vous : {ticket.number}"
        assert seen.text == "It <i>burns</i>"
        assert "It &lt;i&gt;burns&lt;/i&gt;" in seen.html
        draft = yield templates.preview("assigned", ticket=ticket, subject="{{ticket.subject}}!", text="y")
        assert (draft.subject, draft.text) == ("<b>Broken</b>!", "y")
        with pytest.raises(TicketNotFoundError):
            yield templates.preview("assigned", ticket=new_id())
    finally:
        assert (yield templates.reset("assigned", "fr")) is True
    assert (yield templates.list()) == built_in
    with pytest.raises(EmailTemplateNotFoundError):
        yield templates.reset("assigned", "fr")


@both
def test_a_refused_template_names_the_value(world: World, staffed: Staffed) -> Scenario:
    templates = world.admin.mail.templates
    for values, named in (
        ({"text": "{{user.password}}"}, r"text has the unknown placeholder \{\{user.password\}\}"),
        ({"subject": "x" * 301}, "subject must be 1 to 300"),
        ({"html": "<script>x</script>"}, "html must not run"),
    ):
        with pytest.raises(InvalidValueError, match=named):
            yield templates.set("assigned", "en", **({"subject": "x", "text": "x"} | values))
        with pytest.raises(InvalidValueError, match=named):
            yield templates.preview("assigned", **values)
    with pytest.raises(InvalidValueError, match="kind"):
        yield templates.set("spam", "en", subject="x", text="x")
    with pytest.raises(ForbiddenError):
        yield world.agent.mail.templates.list()


@both
def test_everybody_of_staff_has_their_own_switches(world: World, staffed: Staffed) -> Scenario:
    mine = world.agent.mail.notifications
    before = yield mine.get()
    assert (before.assigned, before.team_customer_replied, before.locale, before.chosen) == (True, False, "en", ())
    changed = yield mine.update(assigned=False, locale="de")
    assert (changed.assigned, changed.mentioned, changed.locale) == (False, True, "de")
    assert changed.chosen == ("assigned", "locale")
    assert (yield world.colleague.mail.notifications.get()) == before
    assert (yield mine.update(assigned=None, locale=None)) == before
    with pytest.raises(InvalidValueError, match="nothing to change"):
        yield mine.update()
    with pytest.raises(InvalidValueError, match="locale"):
        yield mine.update(locale="German")
    with pytest.raises(ForbiddenError):
        yield world.customer.mail.notifications.get()


@both
def test_the_settings_of_mails(world: World, staffed: Staffed) -> Scenario:
    settings = world.admin.settings
    before = yield settings.get()
    assert (before.console_url, before.email_locale, before.email_acknowledgements) == (None, "en", "email")
    try:
        changed = yield settings.update(
            console_url="https://help.example.com",
            email_locale="de",
            email_acknowledgements="all",
            email_notifications=["mentioned"],
            email_batch_minutes=0,
            email_max_per_minute=10,
            email_tickets_per_sender=1,
            email_tickets_per_known_sender=4,
            email_tickets_per_domain=2,
            email_tickets_per_channel=3,
            email_reply_line=False,
        )
        assert changed.email_reply_line is False
        assert (changed.console_url, changed.email_locale) == ("https://help.example.com", "de")
        assert (changed.email_acknowledgements, changed.email_notifications) == ("all", ("mentioned",))
        assert (changed.email_batch_minutes, changed.email_max_per_minute) == (0, 10)
        limits = (
            changed.email_tickets_per_sender,
            changed.email_tickets_per_known_sender,
            changed.email_tickets_per_domain,
            changed.email_tickets_per_channel,
        )
        assert limits == (1, 4, 2, 3)
        assert (yield world.agent.mail.notifications.get()).assigned is False
        assert (yield settings.update(console_url=None)).console_url is None
        with pytest.raises(InvalidValueError, match="console_url must be a plain address"):
            yield settings.update(console_url="http://help.example.com")
        with pytest.raises(InvalidValueError, match="email_notifications"):
            yield settings.update(email_notifications=["pigeon"])
    finally:
        yield settings.update(
            console_url=None,
            email_locale="en",
            email_acknowledgements="email",
            email_notifications=list(before.email_notifications),
            email_batch_minutes=before.email_batch_minutes,
            email_max_per_minute=before.email_max_per_minute,
            email_tickets_per_sender=before.email_tickets_per_sender,
            email_tickets_per_known_sender=before.email_tickets_per_known_sender,
            email_tickets_per_domain=before.email_tickets_per_domain,
            email_tickets_per_channel=before.email_tickets_per_channel,
            email_reply_line=True,
        )
