"""E-mail: addresses of the helpdesk, mails that arrived, quarantine, blocked senders, people's addresses."""

from __future__ import annotations

from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Reply, Request
from ..._http.resource import Driver, Resource, call
from ...errors import ConfigurationError, NotFoundError, UnexpectedResponseError
from ...models.mail import EmailHtml
from ...models.mail_out import MailHealth
from ...models.messages import Message
from .._references import TicketRef, find_ticket_id
from ._references import InboundEmailRef, email_key
from .addresses import Addresses
from .automatic import Automatic
from .blocks import Blocks
from .channels import Channels
from .inbound import Inbound
from .notifications import Notifications
from .outbound import Outbound
from .quarantine import Quarantine
from .receiving import Receiving
from .suppressions import Suppressions
from .templates import Templates


class Mail(Resource[Driver]):
    """``hd.mail``: e-mail. Staff read it, as far as they work the tickets; admins configure it."""

    @property
    def channels(self) -> Channels[Driver]:
        """The addresses at which the helpdesk receives mail."""
        return Channels(self._driver)

    @property
    def inbound(self) -> Inbound[Driver]:
        """Mails that arrived, with what became of each."""
        return Inbound(self._driver)

    @property
    def quarantine(self) -> Quarantine[Driver]:
        """Mails that wait for a person."""
        return Quarantine(self._driver)

    @property
    def blocks(self) -> Blocks[Driver]:
        """Senders whose mail opens no ticket."""
        return Blocks(self._driver)

    @property
    def addresses(self) -> Addresses[Driver]:
        """Further addresses of people."""
        return Addresses(self._driver)

    @property
    def outbound(self) -> Outbound[Driver]:
        """Mails that are sent, one for each recipient."""
        return Outbound(self._driver)

    @property
    def automatic(self) -> Automatic[Driver]:
        """Mails that the helpdesk writes by itself, or does not write, with the reason."""
        return Automatic(self._driver)

    @property
    def suppressions(self) -> Suppressions[Driver]:
        """Addresses to which nothing is sent."""
        return Suppressions(self._driver)

    @call
    def health(self) -> Flow[MailHealth]:
        """Admins: the last mail of each address, what waits, and to how many addresses nothing is sent.

        Raises:
            ForbiddenError: You are not an admin.
        """
        return (yield from self._call_one(self._rpc_read("email_health"), MailHealth))

    @call
    def html(
        self,
        message: Message | UUID | str | None = None,
        *,
        ticket: TicketRef | None = None,
        email: InboundEmailRef | None = None,
        remote_images: bool = False,
    ) -> Flow[EmailHtml]:
        """The HTML of the mail that a message came as, cleaned, as a document that runs and loads nothing.

        Whoever may read what the mail became may read its HTML; requesters that of mails of customers, not of staff.
        Name one of message, ticket and email.

        Args:
            message: The message: its id, or a Message.
            ticket: The ticket that the mail opened: its number, its id, or a Ticket.
            email: Staff: any mail, e.g. one in quarantine: its id, or an InboundEmail.
            remote_images: Whether the document loads pictures from the sender's servers. The sender learns then that,
                when and where the mail is read.

        Raises:
            EmailNotFoundError: The message or the ticket came another way, or the mail is not yours to see.
            EmailRemovedError: Its text was redacted.
            MessageNotFoundError: There is no such message, or you may not see its ticket; both look the same.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: Only staff name a mail by ``email``.
            ConfigurationError: The edge function ``email-in`` is not deployed.
            UnexpectedResponseError: It answered something that cannot be read.
        """
        if sum(one is not None for one in (message, ticket, email)) != 1:
            raise check.invalid("message", "or ticket or email: name one of them")
        if message is not None:
            id = message.message_id if isinstance(message, Message) else message
            named = f"message={check.identifier('message', id)}"
        elif ticket is not None:
            named = f"ticket={(yield from find_ticket_id(self, ticket))}"
        else:
            named = f"email={email_key(email)}"  # type: ignore[arg-type]
        images = int(check.boolean("remote_images", remote_images))
        http = self._platform("GET", f"/functions/v1/email-in/html?{named}&images={images}")
        reply: Reply = yield Request(
            http, repeatable=True, write=False, accepts=(NotFoundError, UnexpectedResponseError)
        )
        if reply.error is not None:
            if reply.error.status == 404 and reply.error.reason is None:
                hint = "Deploy it: helpdesk deploy, or supabase functions deploy email-in"
                raise ConfigurationError("The function email-in is not deployed", hint=hint)
            reply.raise_error()
        return reply.value(EmailHtml)

    @property
    def templates(self) -> Templates[Driver]:
        """The texts of mails that the helpdesk writes by itself."""
        return Templates(self._driver)

    @property
    def notifications(self) -> Notifications[Driver]:
        """Which notifications you receive by mail."""
        return Notifications(self._driver)

    @property
    def receiving(self) -> Receiving[Driver]:
        """For programs with the secret key that receive mail."""
        return Receiving(self._driver)
