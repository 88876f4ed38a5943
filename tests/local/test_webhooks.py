"""A local stack sends webhooks by itself, with no command."""

from __future__ import annotations

from tests.sdk.webhook_receiver import receiver

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.local import Stack
from helpdesk_sdk.webhooks import verify_webhook


def test_an_event_arrives_with_no_command(helpdesk_stack: Stack) -> None:
    info = helpdesk_stack.info
    with receiver() as target, Helpdesk(info.api_url, info.secret_key) as system:
        made = system.webhooks.create(target.url, event_types=["team.created"])
        try:
            system.webhooks.test(made)
            (request,) = target.wait(1)
            assert verify_webhook(request.headers, request.body, made.secret.get_secret_value()).type == "webhook.test"
        finally:
            system.webhooks.delete(made)
