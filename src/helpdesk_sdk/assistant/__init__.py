"""The assistant's runner: carries runs out with a language model. ``helpdesk worker --assistant`` is such a program.

from helpdesk_sdk.assistant import ModelSettings, Runner

with Runner(system, model=ModelSettings.from_env()) as runner:    # system: a client with the secret key
    for report in runner.work_waiting():
        print(report.run_id, report.kind, report.outcome, report.reason)
"""

from .chat import Chat
from .endpoints import Capability, Endpoint, ModelSettings, Prompt
from .problems import InterruptionError, ModelError
from .runner import Runner, RunReport

__all__ = [
    "Capability",
    "Chat",
    "Endpoint",
    "InterruptionError",
    "ModelError",
    "ModelSettings",
    "Prompt",
    "RunReport",
    "Runner",
]
