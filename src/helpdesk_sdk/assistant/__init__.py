"""The assistant's runner: carries runs out with a language model. ``helpdesk worker --assistant`` is such a program."""

from .chat import Chat
from .endpoints import Capability, Endpoint, Prompt
from .problems import ModelError

__all__ = ["Capability", "Chat", "Endpoint", "ModelError", "Prompt"]
