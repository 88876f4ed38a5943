"""E-mail: addresses of the helpdesk, mails that arrived, quarantine, blocked senders, people's addresses."""

from __future__ import annotations

from ..._http.flow import Flow
from ..._http.resource import Driver, Resource, call
from ...models.mail_out import MailHealth
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
