"""Training of the linear models that join the vote of the nearest examples, and of the thresholds of labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from ..errors import InvalidValueError
from .evaluate import Routing, evaluate_routing
from .learning import Examples, Heads, fit

Rpc = Callable[[str, dict[str, Any]], Any]
"""Calls a function of the database with the secret key, and returns its JSON."""

_PAGE = 500
_LEAST_WEIGHT = 0.02


def read_examples(rpc: Rpc, kind: Literal["team", "priority"]) -> tuple[Examples, str | None]:
    """All examples of a kind, and the model of their vectors.

    Without a model, or while fewer than nine in ten have a vector, they have none.

    Args:
        rpc: Calls a function of the database with the secret key.
        kind: The kind of label.
    """
    import numpy as np

    rows: list[dict[str, Any]] = []
    after = None
    while page := rpc("training_examples", {"kind": kind, "after": after, "max_rows": _PAGE}):
        rows += page
        after = page[-1]["ticket_id"]
    embedded = [row for row in rows if row["embedding"] is not None]
    model = rpc("active_embedding_model", {})
    with_vectors = bool(model) and len(embedded) >= 0.9 * len(rows) > 0
    kept = embedded if with_vectors else rows
    found = Examples(
        [str(row["label"]) for row in kept],
        [list(row["features"]) for row in kept],
        np.array([row["embedding"] for row in kept], dtype=float) if with_vectors else None,
        [str(row["requester_id"]) for row in kept],
    )
    return found, str(model) if with_vectors else None


def train(
    rpc: Rpc, kind: Literal["team", "priority"], *, target_precision: float = 0.95, min_similarity: float = 0.6
) -> Routing:
    """Train the models of a kind from this helpdesk's examples, choose their thresholds, and store all of it.

    Args:
        rpc: Calls a function of the database with the secret key.
        kind: The kind of label.
        target_precision: How often proposed labels are to be right, .5 to .999.
        min_similarity: How similar the nearest example must be, as in ai_thresholds.

    Returns:
        What was measured on the way, on examples that the models did not see.

    Raises:
        InvalidValueError: There are fewer than two labels with three examples each.
    """
    examples, model = read_examples(rpc, kind)
    routing = evaluate_routing(kind, examples, target_precision=target_precision, min_similarity=min_similarity)
    heads = fit(examples.without_rare_labels()).sharpened(*routing.sharpness)
    rpc("store_label_head", {"kind": kind, "head": head_of(heads, routing, model)})
    return routing


def evaluate(
    rpc: Rpc, kind: Literal["team", "priority"], *, target_precision: float = 0.95, min_similarity: float = 0.6
) -> Routing:
    """Measure what training would bring, on this helpdesk's examples, and store nothing.

    Args:
        rpc: Calls a function of the database with the secret key.
        kind: The kind of label.
        target_precision: How often proposed labels are to be right, .5 to .999.
        min_similarity: How similar the nearest example must be, as in ai_thresholds.

    Raises:
        InvalidValueError: There are fewer than two labels with three examples each.
    """
    examples, _ = read_examples(rpc, kind)
    return evaluate_routing(kind, examples, target_precision=target_precision, min_similarity=min_similarity)


def labelled(
    rpc: Rpc, pairs: list[tuple[str, str]], embed: Callable[[list[str]], list[list[float]]] | None = None
) -> Examples:
    """Examples from texts and labels of a file, each as if another person had written it.

    Args:
        rpc: Calls a function of the database with the secret key.
        pairs: Each text with its label.
        embed: Returns the vectors of texts; None to measure by words alone.

    Raises:
        InvalidValueError: There are no texts.
    """
    import numpy as np

    if not pairs:
        raise InvalidValueError("There are no labelled texts.")
    texts = [text for text, _ in pairs]
    features: list[list[str]] = []
    vectors: list[list[float]] = []
    for start in range(0, len(texts), 200):
        part = texts[start : start + 200]
        features += rpc("text_features", {"texts": part})
        if embed is not None:
            vectors += embed(part)
    units = None
    if embed is not None:
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
