"""What examples say about labels: the vote and the linear models, as the database computes them, over many examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

NEIGHBOURS = 20
"""How many examples vote."""
OF_ONE_REQUESTER = 5
"""How many of them at most are one requester's."""
_SCALE = 0.05
"""How fast a vote weighs less with distance."""
_VECTOR_C = 30.0
_WORDS_C = 100.0
_FOLDS = 5
_LEAST_OF_A_LABEL = 3


@dataclass(frozen=True)
class Examples:
    """Tickets with a label that a person decided.

    Attributes:
        labels: the label of each.
        features: the words and pairs of words of each.
        vectors: one row of length 1 for each, or None without an embedding model.
        requesters: whose ticket each is.
    """

    labels: list[str]
    features: list[list[str]]
    vectors: Numbers | None
    requesters: list[str]

    def kept(self, places: Any) -> Examples:
        """Those at these places."""
        return Examples(
            [self.labels[n] for n in places],
            [self.features[n] for n in places],
            None if self.vectors is None else self.vectors[places],
            [self.requesters[n] for n in places],
        )

    def without_rare_labels(self) -> Examples:
        """Those whose label has at least three of them: others are never proposed."""
        counts = Counter(self.labels)
        return self.kept([n for n, label in enumerate(self.labels) if counts[label] >= _LEAST_OF_A_LABEL])


@dataclass
class Heads:
    """Two linear models. Labels are in the order of their names.

    Attributes:
        labels: what they choose among.
        vector: weights and biases of the model of vectors, if there are vectors.
        words: weights, biases and the idf of each feature.
    """

    labels: list[str]
    vector: tuple[Numbers, Numbers] | None
    words: tuple[Numbers, Numbers, dict[str, float]]
    order: list[str] = field(default_factory=list)

    def sharpened(self, by_vector: float, by_words: float) -> Heads:
        """The models with their logits multiplied, so that what they give a label is how often it is right."""
        weights, biases, idf = self.words
        vector = None if self.vector is None else (self.vector[0] * by_vector, self.vector[1] * by_vector)
        return Heads(self.labels, vector, (weights * by_words, biases * by_words, idf), self.order)


def classes(examples: Examples) -> list[str]:
    """The labels, in the order of their names as the database sorts them."""
    return sorted(set(examples.labels), key=lambda label: label.encode())


def columns(labels: list[str], examples: Examples) -> NDArray[np.int64]:
    """The place of each example's label among these labels."""
    import numpy as np

    places = {label: place for place, label in enumerate(labels)}
    return np.array([places[label] for label in examples.labels])


def votes(examples: Examples) -> tuple[Numbers, Numbers]:
    """For each example, the vote of the others, and how similar the nearest of them is."""
    import numpy as np

    assert examples.vectors is not None
    labels = classes(examples)
    column = columns(labels, examples)
    frequency = np.bincount(column, minlength=len(labels))
    shares = np.zeros((len(column), len(labels)))
    best = np.zeros(len(column))
    for start in range(0, len(column), 500):
        similarity = examples.vectors[start : start + 500] @ examples.vectors.T
        for row, values in enumerate(similarity):
            place = start + row
            near = _nearest(values, place, examples.requesters)
            best[place] = values[near[0]] if near else 0.0
            weights = np.exp((values[near] - best[place]) / _SCALE) / frequency[column[near]]
            np.add.at(shares[place], column[near], weights)
    total = shares.sum(axis=1, keepdims=True)
    return np.divide(shares, total, out=np.zeros_like(shares), where=total > 0), best


def _nearest(similarity: Numbers, itself: int, requesters: list[str]) -> list[int]:
    import numpy as np

    depth = min(len(similarity), 201)
    candidates = np.argpartition(-similarity, depth - 1)[:depth]
    near: list[int] = []
    of_requester: dict[str, int] = {}
    for place in candidates[np.argsort(-similarity[candidates], kind="stable")]:
        requester = requesters[place]
        if place != itself and of_requester.get(requester, 0) < OF_ONE_REQUESTER:
            of_requester[requester] = of_requester.get(requester, 0) + 1
            near.append(int(place))
            if len(near) == NEIGHBOURS:
                break
    return near


def fit(examples: Examples) -> Heads:
    """Train both models."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = classes(examples)
    target = columns(labels, examples)
    words = TfidfVectorizer(analyzer=_as_they_are, min_df=2 if len(target) > 20 else 1, max_features=30_000)
    matrix = words.fit_transform(examples.features)
    by_words = LogisticRegression(C=_WORDS_C, max_iter=300, class_weight="balanced").fit(matrix, target)
    idf = dict(zip(words.get_feature_names_out(), map(float, words.idf_), strict=True))
    heads = Heads(labels, None, (*_rows(by_words, len(labels)), idf), list(words.get_feature_names_out()))
    if examples.vectors is not None:
        by_vector = LogisticRegression(C=_VECTOR_C, max_iter=300, class_weight="balanced")
        heads.vector = _rows(by_vector.fit(examples.vectors, target), len(labels))
    return heads


def _as_they_are(features: list[str]) -> list[str]:
    return features


def _rows(model: Any, labels: int) -> tuple[Numbers, Numbers]:
    """Weights and biases with one row for each label, also for two labels, of which the library stores one row."""
    import numpy as np

    weights, biases = model.coef_, model.intercept_
    if labels == 2:
        weights, biases = np.vstack([-weights / 2, weights / 2]), np.array([-biases[0] / 2, biases[0] / 2])
    return weights, biases


def shares_of_heads(heads: Heads, examples: Examples) -> tuple[Numbers | None, Numbers]:
    """What the models give each label of each example; a row of zeros where no word is known."""
    import numpy as np
    from scipy.sparse import csr_matrix

    weights, biases, idf = heads.words
    place = {feature: n for n, feature in enumerate(heads.order)}
    rows, columns, values = [], [], []
    for row, features in enumerate(examples.features):
        known = [feature for feature in set(features) if feature in place]
        length = sum(idf[feature] ** 2 for feature in known) ** 0.5
        rows += [row] * len(known)
        columns += [place[feature] for feature in known]
        values += [idf[feature] / length for feature in known]
    matrix = csr_matrix((values, (rows, columns)), shape=(len(examples.features), len(place)))
    by_words = _softmax(matrix @ weights.T + biases)
    by_words[np.asarray(matrix.getnnz(axis=1)) == 0] = 0
    if heads.vector is None or examples.vectors is None:
        return None, by_words
    return _softmax(examples.vectors @ heads.vector[0].T + heads.vector[1]), by_words


def _softmax(logits: Any) -> Numbers:
    import numpy as np

    values = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    return np.asarray(values / values.sum(axis=1, keepdims=True))


def out_of_fold(examples: Examples) -> tuple[Numbers | None, Numbers]:
    """What models that did not see an example give its labels: by vector, and by words."""
    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    labels = classes(examples)
    smallest = min(Counter(examples.labels).values())
    folds = StratifiedKFold(max(2, min(_FOLDS, smallest)), shuffle=True, random_state=0)
    by_vector = None if examples.vectors is None else np.zeros((len(examples.labels), len(labels)))
    by_words = np.zeros((len(examples.labels), len(labels)))
    for seen, unseen in folds.split(np.zeros(len(examples.labels)), examples.labels):
        vector, words = shares_of_heads(fit(examples.kept(seen)), examples.kept(unseen))
        by_words[unseen] = words
        if by_vector is not None:
            by_vector[unseen] = vector
    return by_vector, by_words


def mixed(mix: tuple[float, float, float], opinions: tuple[Numbers | None, Numbers | None, Numbers]) -> Numbers:
    """The weighted mean of the opinions; an opinion without anything to say does not count."""
    import numpy as np

    total: Any = 0.0
    weight: Any = 0.0
    for part, opinion in zip(mix, opinions, strict=True):
        if opinion is not None and part:
            total = total + part * opinion
            weight = weight + part * (opinion.sum(axis=1, keepdims=True) > 0)
    return np.asarray(np.divide(total, weight, out=np.zeros_like(total), where=weight > 0))


def sharpness(shares: Numbers, column: Any) -> float:
    """The power of the shares that makes the right labels the most probable."""
    import numpy as np

    found, least = 1.0, float("inf")
    for power in (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0):
        right = sharper(shares, power)[np.arange(len(column)), column]
        loss = float(-np.log(np.maximum(right, 1e-6)).mean())
        if loss < least - 1e-9:
            found, least = power, loss
    return found


def sharper(shares: Numbers, power: float) -> Numbers:
    """The shares raised to a power, with the sum 1 again."""
    import numpy as np

    values = shares**power
    total = values.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros_like(values), where=total > 0))


def best_mix(opinions: tuple[Numbers | None, Numbers | None, Numbers], column: Any) -> tuple[float, float, float]:
    """The weights, in tenths, with which the right labels are probable, and most often the first."""
    import numpy as np

    found, least = (0.0, 0.0, 1.0), float("inf")
    for vote in range(11):
        for vector in range(11 - vote):
            mix = (vote / 10, vector / 10, (10 - vote - vector) / 10)
            if (vote and opinions[0] is None) or (vector and opinions[1] is None):
                continue
            shares = mixed(mix, opinions)
            right = shares[np.arange(len(column)), column]
            wrong = float((shares.argmax(axis=1) != column).mean())
            loss = float(-np.log(np.maximum(right, 1e-6)).mean()) + 2 * wrong
            if loss < least - 1e-9:
                found, least = mix, loss
    return found
