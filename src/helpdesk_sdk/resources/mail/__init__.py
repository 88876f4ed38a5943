"""E-mail: addresses of the helpdesk, mails that arrived, quarantine, blocked senders, people's addresses."""

from __future__ import annotations

from ..._http.resource import Driver, Resource
from .addresses import Addresses
from .blocks import Blocks
from .channels import Channels
from .inbound import Inbound
from .notifications import Notifications
from .quarantine import Quarantine
from .receiving import Receiving
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
