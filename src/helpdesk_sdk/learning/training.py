"""Training of the linear models that join the vote of the nearest examples, and of the thresholds of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidValueError
from .opinions import Examples, Heads, fit
from .routing import Routing, evaluate_routing

_LEAST_WEIGHT = 0.02


def examples_of(rows: Sequence[Mapping[str, Any]], model: str | None) -> tuple[Examples, str | None]:
    """Examples from the rows of training_examples(), and the model of their vectors.

    Without a model, or while fewer than nine in ten have a vector, they have none.

    Args:
        rows: The rows of all pages.
        model: The active embedding model, if there is one.
    """
    import numpy as np

    embedded = [row for row in rows if row["embedding"] is not None]
    with_vectors = bool(model) and len(embedded) >= 0.9 * len(rows) > 0
    kept = embedded if with_vectors else rows
    found = Examples(
        [str(row["label"]) for row in kept],
        [list(row["features"]) for row in kept],
        np.array([row["embedding"] for row in kept], dtype=float) if with_vectors else None,
        [str(row["requester_id"]) for row in kept],
    )
    return found, model if with_vectors else None


def learn(
    kind: str, examples: Examples, model: str | None, *, target_precision: float = 0.95, min_similarity: float = 0.6
) -> tuple[Routing, dict[str, Any]]:
    """Train the models of a kind and choose their thresholds.

    Args:
        kind: The kind of label.
        examples: Labelled tickets.
        model: The model of their vectors, or None.
        target_precision: How often proposed labels are to be right, .5 to .999.
        min_similarity: How similar the nearest example must be, as in ai_thresholds.

    Returns:
        What was measured on examples that the models did not see, and what store_label_head() takes.

    Raises:
        InvalidValueError: There are fewer than two labels with three examples each.
    """
    routing = evaluate_routing(kind, examples, target_precision=target_precision, min_similarity=min_similarity)
    heads = fit(examples.without_rare_labels()).sharpened(*routing.sharpness)
    return routing, head_of(heads, routing, model)


def labelled(
    pairs: Sequence[tuple[str, str]], features: list[list[str]], vectors: Sequence[Sequence[float]] | None
) -> Examples:
    """Examples from texts and labels of a file, each as if another person had written it.

    Args:
        pairs: Each text with its label.
        features: The words of each text, as text_features() returns them.
        vectors: The vector of each text; None to measure by words alone.

    Raises:
        InvalidValueError: There are no texts.
    """
    import numpy as np

    if not pairs:
        raise InvalidValueError("There are no labelled texts.")
    units = None
    if vectors is not None:
        units = np.array(vectors, dtype=float)
        units /= np.linalg.norm(units, axis=1, keepdims=True)
    return Examples([label for _, label in pairs], features, units, [str(n) for n in range(len(pairs))])


def head_of(heads: Heads, routing: Routing, model: str | None) -> dict[str, Any]:
    """The models as store_label_head() takes them.

    Args:
        heads: The trained models.
        routing: What was measured, with the mix and the thresholds.
        model: The embedding model of their vectors, or None.
    """
    weights, biases, idf = heads.words
    words = [
        {"feature": feature, "idf": round(idf[feature], 5), "weights": [round(float(w), 4) for w in weights[:, place]]}
        for place, feature in enumerate(heads.order)
        if abs(weights[:, place]).max() >= _LEAST_WEIGHT
    ]
    labels = [
        {
            "label": label,
            "threshold": routing.thresholds.get(label, 0.99),
            "words_bias": float(biases[place]),
            "vector_bias": float(heads.vector[1][place]) if heads.vector else 0.0,
            "weights": [float(w) for w in heads.vector[0][place]] if heads.vector else None,
        }
        for place, label in enumerate(heads.labels)
    ]
    report = {
        name: value for name, value in routing.as_json().items() if name not in ("thresholds", "mix", "sharpness")
    }
    return {
        "model": model,
        "examples": routing.examples,
        "mix": list(routing.mix),
        "labels": labels,
        "words": words,
        "report": report,
    }
