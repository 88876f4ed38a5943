"""A language model for tests and demos: an OpenAI-shaped server on loopback that plays a script.

It needs no network, no key and no package beyond this one. Without a script it gives a good answer to each prompt of
the assistant; with a script it misbehaves in every way that real endpoints do:

    from helpdesk_sdk.scripted_provider import ScriptedProvider

    with ScriptedProvider() as provider:
        provider.play("rate_limited", "good")   # the next two calls
        provider.always("server_error")         # each call after them
        ...                                     # OPENAI_BASE_URL=provider.url
        assert provider.calls == 3
        assert "canary" not in provider.prompts[0]
"""

from ._behaviours import BEHAVIOURS, Behaviour, Play
from ._prompt import CapturedRequest
from ._server import ScriptedProvider

__all__ = ["BEHAVIOURS", "Behaviour", "CapturedRequest", "Play", "ScriptedProvider"]
