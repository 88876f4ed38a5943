"""Templates of mails: placeholders are checked, values are escaped, languages fall back, and nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.people import ADMIN, Db, as_person, be, refused, value
from tests.db.world import World

_SET = "select helpdesk.set_email_template(%s, %s, %s, %s, %s)"
_HOSTILE = "<img src=x onerror=alert(1)> & \"'{{ticket.number}}"


def _set(db: Db, subject: str, text: str, html: str | None = None, kind: str = "assigned", locale: str = "en") -> None:
    with be(db, ADMIN):
        db.execute(_SET, (kind, locale, subject, text, html))


def _preview(db: Db, kind: str = "assigned", locale: str | None = None, ticket: Any = None) -> dict[str, str]:
    with be(db, ADMIN):
        return dict(value(db, "select helpdesk.preview_email_template(%s, %s, %s)", kind, locale, ticket))


def _titled(db: Db, world: World, title: str) -> str:
    db.execute("update helpdesk.tickets set title = %s where ticket_id = %s", (title, world["mine"]))
    return world["mine"]


@pytest.mark.parametrize(
    ("subject", "text", "html", "named"),
    [
        ("x", "{{ticket.password}}", None, "text has the unknown placeholder {{ticket.password}}"),
        ("{{message.text}}", "x", None, "subject has the unknown placeholder {{message.text}}"),
        ("x", "{{#if ticket}}", None, "unknown placeholder"),
        ("x", "{{ ticket.number", None, "not closed"),
        ("x", "{{ticket.number}} {{", None, "unknown placeholder"),
        ("x", "x", '<a href="{{message.text}}">x</a>', "inside a tag"),
        ("x", "x", '<a href="{{ticket.url}}" title="{{ticket.subject}}">x</a>', "inside a tag"),
        ("x", "x", "<b>{{nothing}}</b>", "html has the unknown placeholder"),
        ("x", "x", "<script>x</script>", "must not run anything"),
        ("x", "x", "<img src=x onerror=y>", "must not run anything"),
        ("x", "x", '<a href="JavaScript:x">x</a>', "must not run anything"),
        ("x", "x", "<form action=x>", "must not run anything"),
        (" ", "x", None, "subject"),
        ("x" * 301, "x", None, "subject must be 1 to 300"),
        ("x", "x" * 20_001, None, "text must be 1 to 20000"),
        ("x", "x", "x" * 50_001, "html must be 1 to 50000"),
    ],
)
def test_what_is_wrong_with_a_template_is_named(db: Db, subject: str, text: str, html: str | None, named: str) -> None:
    with refused("invalid_value", named), as_person(db, ADMIN):
        db.execute(_SET, ("assigned", "en", subject, text, html))


def test_kind_and_language_are_checked(db: Db) -> None:
    for kind, locale in (("spam", "en"), ("assigned", "English")):
        with refused("invalid_value"), as_person(db, ADMIN):
            db.execute(_SET, (kind, locale, "x", "x", None))


def test_what_people_wrote_is_escaped_in_html_and_never_read_as_a_placeholder(db: Db, world: World) -> None:
    ticket = _titled(db, world, _HOSTILE)
    _set(db, "S {{ticket.subject}}", "T {{ticket.subject}}", "<b>{{ticket.subject}}</b>")
    shown = _preview(db, ticket=ticket)
    assert shown["subject"] == f"S {_HOSTILE}"
    assert shown["text"] == f"T {_HOSTILE}"
    assert shown["html"] == ("<b>&lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#39;{{ticket.number}}</b>")
    _set(db, "S", "T <i> {{ticket.subject}}")
    made = _preview(db, ticket=ticket)["html"]
    assert made.startswith("<p>\nT &lt;i&gt; &lt;img src=x"), "HTML that is made from a text is escaped as a whole"
    assert "<img" not in made


def test_a_subject_stays_one_line(db: Db) -> None:
    _set(db, "A {{ticket.subject}} B", "x")
    filled = value(
        db,
        "select helpdesk_private.fill_email(helpdesk_private.email_template('assigned', 'en'), %s::jsonb)",
        '{"ticket.subject": "one\\r\\nBcc: evil@example.com"}',
    )
    assert filled["subject"] == "A one Bcc: evil@example.com B"


def test_a_line_of_empty_values_is_left_out_and_the_link_only_with_an_address(db: Db, world: World) -> None:
    _set(db, "x", "Hello\n\n{{ticket.url}}\n\nfrom {{ticket.number}} {{problem}}")
    number = value(db, "select number from helpdesk.tickets where ticket_id = %s", world["mine"])
    without = _preview(db, ticket=world["mine"])
    assert without["text"].startswith(f"Hello\n\nfrom {number} ")
    assert "<a " not in without["html"]
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set console_url = 'https://help.example.com/desk/'")
    link = f"https://help.example.com/desk/tickets/{world['mine']}"
    shown = _preview(db, ticket=world["mine"])
    assert shown["text"].startswith(f"Hello\n\n{link}\n\nfrom")
    assert f'<a href="{link}">{link}</a>' in shown["html"]


def test_nothing_at_all_is_still_a_mail_with_a_number(db: Db) -> None:
    filled = value(
        db,
        "select helpdesk_private.fill_email(('assigned', 'en', '{{ticket.subject}}', '{{message.text}}', null, null, "
        "null)::helpdesk_private.email_templates, '{\"ticket.number\": 7}')",
    )
    assert (filled["subject"], filled["text"]) == ("#7", "#7")


def test_the_language_falls_back(db: Db) -> None:
    assert _preview(db, locale="de-AT")["subject"].startswith("Ihnen zugewiesen")
    assert _preview(db, locale="fr")["subject"].startswith("Assigned to you")
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set email_locale = 'de'")
    assert _preview(db, locale="fr")["subject"].startswith("Ihnen zugewiesen")
    _set(db, "Attribué", "x", locale="fr")
    assert _preview(db, locale="fr-CA")["subject"] == "Attribué"
    _set(db, "For Austria", "x", locale="de-AT")
    assert _preview(db, locale="de-AT")["subject"] == "For Austria"
    _set(db, "In English", "x", locale="en")
    assert _preview(db, locale="de")["subject"].startswith("Ihnen zugewiesen"), "the language before who wrote it"


def test_what_an_admin_writes_comes_first_until_it_is_reset(db: Db) -> None:
    _set(db, "Mine", "x")
    assert _preview(db)["subject"] == "Mine"
    with be(db, ADMIN):
        listed = db.execute("select * from helpdesk.email_templates() where kind = 'assigned'").fetchall()
        assert [(row["locale"], row["is_custom"], row["html"]) for row in listed] == [
            ("de", False, None),
            ("en", True, None),
        ]
        assert value(db, "select helpdesk.reset_email_template('assigned', 'en')") is True
        assert value(db, "select helpdesk.reset_email_template('assigned', 'en')") is False
    assert _preview(db)["subject"].startswith("Assigned to you")
    with refused("email_template_not_found"), as_person(db, ADMIN):
        db.execute("select helpdesk.reset_email_template('assigned', 'fr')")


def test_every_built_in_text_would_be_accepted_from_an_admin(db: Db) -> None:
    built_in = db.execute("select * from helpdesk_private.builtin_email_templates").fetchall()
    assert {row["locale"] for row in built_in} == {"en", "de"}
    assert len(built_in) == 12
    for row in built_in:
        _set(db, row["subject"], row["body"], kind=row["kind"], locale=row["locale"])
        for part in _preview(db, row["kind"], row["locale"]).values():
            assert part
            assert "{{" not in part


def test_a_draft_is_previewed_and_checked_and_not_kept(db: Db) -> None:
    query = "select helpdesk.preview_email_template('assigned', 'en', null, %s, %s, %s)"
    with be(db, ADMIN):
        shown = value(db, query, "Draft {{ticket.number}}", "{{message.text}}", None)
    assert shown["subject"] == "Draft 1042"
    assert "&lt;b&gt;blinks&lt;/b&gt; &amp; beeps." in shown["html"]
    with refused("invalid_value", "unknown placeholder"), as_person(db, ADMIN):
        value(db, query, "x", "{{secret}}", None)
    assert _preview(db)["subject"].startswith("Assigned to you")


def test_writing_the_same_again_is_no_event(db: Db) -> None:
    for _ in range(2):
        _set(db, "Mine", "x")
    assert value(db, "select count(*) from helpdesk.events where type = 'email_template.changed'") == 1


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://help.example.com", True),
        ("https://help.example.com:8443/desk/", True),
        ("http://localhost:5173", True),
        ("http://127.0.0.1:5173/", True),
        ("http://help.example.com", False),
        ("https://anna:secret@help.example.com", False),
        ("https://help.example.com/?a=b", False),
        ("https://help.example.com/#x", False),
        ('https://help.example.com/"onclick=x', False),
        ("javascript:alert(1)", False),
        ("https://help.example.com\n.evil.example", False),
    ],
)
def test_links_lead_to_a_plain_https_address(db: Db, url: str, accepted: bool) -> None:
    if accepted:
        with be(db, ADMIN):
            db.execute("update helpdesk.settings set console_url = %s", (url,))
    else:
        with refused("invalid_value", "console_url"), as_person(db, ADMIN):
            db.execute("update helpdesk.settings set console_url = %s", (url,))
