"""Templates of mails that the helpdesk writes by itself."""

from __future__ import annotations

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...models.email_templates import EmailPreview, EmailTemplate, EmailTemplateKind, EmailTemplateKindName
from .._references import TicketRef, find_ticket_id

_Kind = EmailTemplateKind | EmailTemplateKindName


class Templates(Resource[Driver]):
    """``hd.mail.templates``: for admins: the texts of mails that the helpdesk writes by itself."""

    @call
    def list(self) -> Flow[list[EmailTemplate]]:
        """The templates, one for each kind and language: what admins wrote, and what is built in.

        Raises:
            ForbiddenError: You are not an admin.
        """
        reply: Reply = yield self._rpc_read("email_templates")
        return reply.rows(EmailTemplate)

    @call
    def set(self, kind: _Kind, locale: str, *, subject: str, text: str, html: str | None = None) -> Flow[EmailTemplate]:
        """Write a template. It is used from the next mail on.

        Placeholders are ``{{ticket.number}}``, ``{{ticket.subject}}``, ``{{ticket.url}}``, ``{{team.name}}``,
        ``{{requester.name}}``, ``{{recipient.name}}``, ``{{actor.name}}``, ``{{message.author}}``, ``{{message.text}}``
        (not in a subject) and ``{{problem}}``. A line whose placeholders are all empty is left out.

        Args:
            kind: ``acknowledgement``, ``assigned``, ``customer_replied``, ``mentioned`` or ``bounced``.
            locale: The language, like ``en``, ``de`` or ``pt-BR``.
            subject: The subject, up to 300 characters.
            text: The plain text, up to 20,000 characters.
            html: The HTML, up to 50,000 characters; None makes it from the text.

        Raises:
            InvalidValueError: A placeholder is unknown, a value is too long, or the HTML could run something.
            TooManyError: There are 500 templates of admins.
            ForbiddenError: You are not an admin.
        """
        given = _draft(subject, text, html) | {"kind": _kind(kind), "locale": _locale(locale)}
        return (yield from self._call_one(self._rpc_write("set_email_template", given), EmailTemplate))

    @call
    def reset(self, kind: _Kind, locale: str) -> Flow[bool]:
        """Remove what an admin wrote: mails have the text that is built in again. False if there was nothing.

        Args:
            kind: ``acknowledgement``, ``assigned``, ``customer_replied``, ``mentioned`` or ``bounced``.
            locale: The language, like ``en`` or ``de``.

        Raises:
            EmailTemplateNotFoundError: There is no such template.
            ForbiddenError: You are not an admin.
        """
        request = self._rpc_write("reset_email_template", {"kind": _kind(kind), "locale": _locale(locale)})
        return (yield from self._call_one(request, bool))

    @call
    def preview(
        self,
        kind: _Kind,
        *,
        locale: str | None = None,
        ticket: TicketRef | None = None,
        subject: str | None = None,
        text: str | None = None,
        html: str | None = None,
    ) -> Flow[EmailPreview]:
        """What a recipient would receive. Nothing is sent.

        Args:
            kind: ``acknowledgement``, ``assigned``, ``customer_replied``, ``mentioned`` or ``bounced``.
            locale: The recipient's language; None for that of the settings.
            ticket: The ticket that the mail is about; None for one that is made up.
            subject: A subject to try, instead of the template's.
            text: A text to try, instead of the template's.
            html: HTML to try; None makes it from the text, if a subject or a text is given.

        Raises:
            InvalidValueError: What is tried could not be written as a template.
            TicketNotFoundError: There is no such ticket.
            ForbiddenError: You are not an admin.
        """
        given = _draft(subject, text, html) | {"kind": _kind(kind)}
        if locale is not None:
            given["locale"] = _locale(locale)
        if ticket is not None:
            given["ticket_id"] = str((yield from find_ticket_id(self, ticket)))
        # A draft may be too long for an address.
        return (yield from self._call_one(self._rpc_write("preview_email_template", given), EmailPreview))


def _kind(kind: object) -> str:
    return check.choice("kind", kind, EmailTemplateKind)


def _locale(locale: object) -> str:
    return check.text("locale", locale, 1, limits.LOCALE_MAX)


def _draft(subject: str | None, text: str | None, html: str | None) -> dict[str, str]:
    given = (
        ("subject", subject, limits.TEMPLATE_SUBJECT_MAX),
        ("text", text, limits.TEMPLATE_TEXT_MAX),
        ("html", html, limits.TEMPLATE_HTML_MAX),
    )
    return {name: check.text(name, value, 1, most) for name, value, most in given if value is not None}
