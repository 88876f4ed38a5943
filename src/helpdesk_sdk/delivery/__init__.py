"""Send the outbox: webhooks, signed, to addresses that were looked at; and (in ``mail``) e-mail.

from helpdesk_sdk.delivery import send_waiting

report = send_waiting(system)                                   # with the secret key
"""

from .mailing import MailReport, send_waiting_mails
from .sending import Attempt, Sender
from .slack import SlackSender, SlackWorkspace, slack_workspace
from .targets import Target, TargetError
from .worker import DeliveryReport, send_waiting

__all__ = [
    "Attempt",
    "DeliveryReport",
    "MailReport",
    "Sender",
    "SlackSender",
    "SlackWorkspace",
    "Target",
    "TargetError",
    "send_waiting",
    "send_waiting_mails",
    "slack_workspace",
]
