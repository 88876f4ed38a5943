"""What past tickets teach: training, thresholds, and how good it is. ``hd.assistant.evaluate()`` measures with it."""

from .calibration import Calibration
from .evaluation import Answers, Cost, Evaluation
from .files import Retrieval, read_labelled, read_questions
from .routing import Routing

__all__ = [
    "Answers",
    "Calibration",
    "Cost",
    "Evaluation",
    "Retrieval",
    "Routing",
    "read_labelled",
    "read_questions",
]
