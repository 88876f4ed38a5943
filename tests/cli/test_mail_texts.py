"""`helpdesk mail templates` and `helpdesk mail notifications`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import People


def test_a_template_is_written_shown_previewed_and_reset(people: People, tmp_path: Path) -> None:
    admin, words = people.admin, ("bounced", "nl")
    text = tmp_path / "text.txt"
    text.write_text("Nummer {{ticket.number}}\n\n{{problem}}\n", encoding="utf-8")
    made = admin(
        "mail", "templates", "set", *words, "--subject", "Niet bezorgd: {{ticket.number}}", "--file", str(text)
    )
    assert made.out == "Wrote the template of bounced in nl.\n"
    shown = admin("mail", "templates", "show", *words).out
    assert "{{ticket.number}}" in shown
    listed = admin("mail", "templates", "list", "--json").json
    assert [(one["kind"], one["locale"]) for one in listed if one["is_custom"]] == [words]
    assert "built in" in admin("mail", "templates", "list").out
    seen = admin("mail", "templates", "preview", "bounced", "--locale", "nl", "--json").json
    assert seen["subject"] == "Niet bezorgd: 1042"
    assert seen["text"].startswith("Nummer 1042\n\n550")
    assert "<p>" in admin("mail", "templates", "preview", "bounced", "--html").out
    assert admin("mail", "templates", "reset", *words).out == "The template of bounced in nl is built in again.\n"
    admin("mail", "templates", "show", *words, code=3)
    admin("mail", "templates", "reset", *words, code=3)
    assert admin("mail", "templates", "reset", "bounced", "en").out == "There was nothing to remove.\n"


def test_an_unknown_placeholder_is_named_and_agents_write_no_templates(people: People) -> None:
    refused = people.admin("mail", "templates", "set", "assigned", "en", "{{nothing}}", "-s", "x", code=2)
    assert "unknown placeholder {{nothing}}" in refused.err
    assert "{{ticket.number}}" in refused.err
    people.agent("mail", "templates", "list", code=5)


def test_switches_of_notifications(people: People) -> None:
    agent = people.agent
    assert "on (default)" in agent("mail", "notifications", "show").out
    changed = agent(
        *("mail", "notifications", "set", "--assigned", "off", "--team-customer-replied", "on", "--locale", "de"),
        "--json",
    ).json
    assert (changed["assigned"], changed["team_customer_replied"], changed["locale"]) == (False, True, "de")
    back = agent(
        *("mail", "notifications", "set", "--assigned", "default", "--team-customer-replied", "default"),
        *("--locale", "default", "--json"),
    ).json
    assert (back["assigned"], back["locale"], back["chosen"]) == (True, "en", [])
    agent("mail", "notifications", "set", code=2)


def test_the_settings_of_mails(people: People) -> None:
    changed = people.admin(
        *("settings", "set", "--console-url", "https://help.example.com", "--email-notification", "none"),
        *("--no-email-reply-line", "--json"),
    ).json
    assert (changed["console_url"], changed["email_notifications"]) == ("https://help.example.com", [])
    assert changed["email_reply_line"] is False
    kinds = ("assigned", "customer_replied", "mentioned", "bounced")
    back = people.admin(
        *("settings", "set", "--console-url", "", "--email-reply-line", "--json"),
        *(word for kind in kinds for word in ("--email-notification", kind)),
    ).json
    assert (back["console_url"], back["email_notifications"]) == (None, list(kinds))
    assert back["email_reply_line"] is True
