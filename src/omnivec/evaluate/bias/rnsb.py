"""RNSB: would a classifier of sentiment treat groups of people unlike by their names alone?

Source: Sweeney and Najafian 2019, A Transparent Framework for Evaluating Unintended Demographic Bias in Word
Embeddings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from omnivec.errors import InputError
from omnivec.evaluate.bias.logistic import fitted, probabilities, widened
from omnivec.evaluate.bias.words import Found, Group, Lookup, coverage_notes, two
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class RnsbScore(Tabular):
    """Relative negative sentiment bias."""

    divergence: float
    """Kullback-Leibler divergence, in nats, of the words' shares of negative probability from equal shares: 0
    when the classifier finds all alike."""
    negative: Mapping[str, float]
    """The probability of being negative by word, the largest first."""
    groups: tuple[Found, ...]
    """The targets, then the positive and the negative attributes."""

    def as_json(self) -> dict[str, object]:
        """All of it, with coverage."""
        return {
            "divergence": self.divergence, "negative": dict(self.negative),
            "unknown": list(dict.fromkeys(word for group in self.groups for word in group.unknown)),
            "targets": [group.as_json() for group in self.groups[:-2]],
            "attributes": [group.as_json() for group in self.groups[-2:]],
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """A row for each list of targets, then one for each word."""
        notes = [
            f"Divergence from equal shares: {self.divergence:.4g} nats; 0 is none.",
            *coverage_notes(self.groups),
        ]
        lists = [
            (group.name, float(np.mean([self.negative[word] for word in group.words])), len(group.words))
            for group in self.groups[:-2]
        ]
        told = f"probability of {self.groups[-1].name}"
        columns = ("list", f"mean {told}", "words")
        words = ResultTable("RNSB by word", ("word", told), [*self.negative.items()])
        return [ResultTable("RNSB", columns, lists, notes=notes), words]


def rnsb(vectors: Vectors | Lookup, targets: Sequence[Group], attributes: Sequence[Group]) -> RnsbScore:
    """How unequally a logistic regression that tells two lists of attributes judges the targets.

    targets: one list or more; attributes: positive words, negative words. The classifier is trained on all
    known attributes; vectors are taken as they are, not at length one.
    Raises: InputError for a list without a known word, or fewer than two targets; OptionError unless there
    are two lists of attributes.
    """
    two(attributes, "attributes")
    lookup = Lookup.of(vectors)
    groups = tuple(lookup.found(group) for group in (*targets, *attributes))
    *judged, good, bad = groups
    words = list(dict.fromkeys(word for group in judged for word in group.words))
    if len(words) < 2:
        raise InputError(f"{judged[0].name}: RNSB compares words, and only {words[0]!r} is known; give two")
    rows = {word: row for group in judged for word, row in zip(group.words, group.vectors, strict=True)}
    labels = np.repeat([1.0, -1.0], [len(good.words), len(bad.words)])
    weights = fitted(np.concatenate([good.vectors, bad.vectors]), labels)
    negative = probabilities(widened(np.stack([rows[word] for word in words])), -weights)
    shares = negative / negative.sum()
    there = shares > 0
    divergence = float((shares[there] * np.log(shares[there] * len(words))).sum())
    order = np.argsort(-negative, kind="stable")
    return RnsbScore(max(divergence, 0.0), {words[place]: float(negative[place]) for place in order}, groups)
