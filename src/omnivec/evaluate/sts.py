"""Do texts that are close mean what people call similar? Correlation of cosines with their scores.

NumPy alone; takes whatever embeds texts. Protocol: SemEval 2012–2017 (Agirre et al., Cer et al. 2017),
Pearson as they ranked by, and Spearman beside it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Protocol, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.intervals import RESAMPLES, Interval, interval_notes, interval_of
from omnivec.evaluate.questions import PathOrName
from omnivec.evaluate.sentence_pairs import PairFile
from omnivec.evaluate.statistics import pearson, spearman
from omnivec.results import ResultTable, Tabular

Scores: TypeAlias = dict[str, float | int | list[float] | None]


class Embeds(Protocol):
    """What gives vectors to texts: a `Model`."""

    def embed(self, texts: list[str], recipe: str | None = None) -> NDArray[np.float32]:
        """A vector for each text, (texts, dim); zeros for one of which nothing is known."""


@final
@dataclass(frozen=True)
class STSScore(Tabular):
    """Agreement with one file of scored sentence pairs."""

    name: str
    """The file's name without its ending."""
    pearson: float | None
    """Linear correlation over all pairs; None when there is none (fewer than two, or all alike)."""
    spearman: float | None
    """Rank correlation over all pairs, or None."""
    pairs: int
    """Pairs with a score."""
    unknown: int
    """Texts, two a pair, of which nothing is known; the cosine of their pairs counts as 0."""
    ci: Interval = Interval.unknown()
    """Of the rank correlation, by drawing the pairs anew."""

    def as_json(self) -> Scores:
        """All but the name, as ``omnivec evaluate --json`` prints it."""
        scores = {"pearson": self.pearson, "spearman": self.spearman}
        return {**scores, "pairs": self.pairs, "unknown": self.unknown, "ci": self.ci.as_json()}

    def tables(self) -> list[ResultTable]:
        """One row."""
        return [sts_table({self.name: self})]


@final
@dataclass(frozen=True)
class STSAverage(Tabular):
    """Averages over the sets of a year, or of whatever lies in one folder."""

    name: str
    """The folder's name."""
    pearson: float | None
    """Mean of the sets; None where one of them has none."""
    spearman: float | None
    """The same of rank correlations."""
    weighted_pearson: float | None
    """Mean of the sets, each as often as it has pairs: what SemEval ranked by."""
    weighted_spearman: float | None
    """The same of rank correlations."""
    sets: int
    """How many there are."""
    pairs: int
    """Pairs of all of them."""

    def as_json(self) -> Scores:
        """All but the name."""
        return {
            "pearson": self.pearson, "spearman": self.spearman, "weighted_pearson": self.weighted_pearson,
            "weighted_spearman": self.weighted_spearman, "sets": self.sets, "pairs": self.pairs,
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """One row."""
        return [average_table([self])]


def sts_table(scores: Mapping[str, STSScore]) -> ResultTable:
    """A row for each set, by its name."""
    rows = [(name, s.pearson, s.spearman, *s.ci.cells(), s.pairs, s.unknown) for name, s in scores.items()]
    columns = ("set", "Pearson", "Spearman", "low", "high", "pairs", "unknown texts")
    notes = interval_notes((s.ci for s in scores.values()), "Spearman")
    return ResultTable("Sentences", columns, rows, notes=notes)


def average_table(averages: Sequence[STSAverage]) -> ResultTable:
    """A row for each folder."""
    rows = [
        (one.name, one.pearson, one.spearman, one.weighted_pearson, one.weighted_spearman, one.sets)
        for one in averages
    ]
    columns = ("folder", "Pearson", "Spearman", "weighted", "weighted Spearman", "sets")
    return ResultTable("Mean of", columns, rows)


def sts(
    model: Embeds,
    path: PathOrName | PairFile,
    recipe: str | None = None,
    *,
    gold: PathOrName | None = None,
    fold_case: bool = True,
    punctuation: bool = False,
    resamples: int = RESAMPLES,
) -> STSScore:
    """Correlate the cosines of sentence pairs with the scores that people gave them.

    path: a file of pairs, in a layout of `evaluate.sentence_pairs`, which its content tells; recipe: of
    `Model.embed`, None is the model's own; gold: the file of scores where it is not named as SemEval's are;
    fold_case: texts are taken in lower case; punctuation: marks and symbols stay, in place of being spaces;
    resamples: of the interval, 0 for none.

    Every pair counts: one with a text of which nothing is known has the cosine 0, since a model is not to
    gain by knowing few words. `sif` takes the component out that all texts of the file share.

    Raises: InputError for a file that is missing, damaged or has no pair; OptionError as `Model.embed`.
    """
    file = path if isinstance(path, PairFile) else PairFile(Path(path), None if gold is None else Path(gold))
    pairs = file.pairs()
    texts = [prepared(pair.left, fold_case, punctuation) for pair in pairs]
    texts += [prepared(pair.right, fold_case, punctuation) for pair in pairs]
    rows = model.embed(texts, recipe)
    computed = cosines(rows[: len(pairs)], rows[len(pairs) :])
    judged = [pair.judgement for pair in pairs]
    linear, rank = pearson(judged, computed).statistic, spearman(judged, computed).statistic
    return STSScore(
        name=file.name,
        pearson=None if isnan(linear) else linear,
        spearman=None if isnan(rank) else rank,
        pairs=len(pairs),
        unknown=int(np.count_nonzero(~rows.any(axis=1))),
        ci=interval_of("spearman", judged, computed, resamples=resamples),
    )


def average(name: str, scores: Sequence[STSScore]) -> STSAverage:
    """The averages of several sets, as SemEval and its successors publish them."""
    sizes = [score.pairs for score in scores]
    alike = [1] * len(scores)
    linear, rank = [score.pearson for score in scores], [score.spearman for score in scores]
    return STSAverage(
        name, _mean(linear, alike), _mean(rank, alike), _mean(linear, sizes), _mean(rank, sizes),
        len(scores), sum(sizes),
    )  # fmt: skip


def _mean(values: list[float | None], weights: list[int]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.average(known, weights=weights)) if len(known) == len(weights) else None


def cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cosine of each row with that of the other, (n,) float64; 0 where one of the two is zeros."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    found: NDArray[np.float64] = np.einsum("ij,ij->i", a, b) / np.where(lengths > 0, lengths, 1)
    return found


class _Marks(dict[int, str]):
    """A table for `str.translate` that makes a space of what Unicode calls punctuation or a symbol."""

    def __missing__(self, letter: int) -> str:
        self[letter] = " " if unicodedata.category(chr(letter))[0] in "PS" else chr(letter)
        return self[letter]


_MARKS = _Marks()


def prepared(text: str, fold_case: bool, punctuation: bool) -> str:
    """A text as running text mostly is when vectors are learned from it."""
    text = text.lower() if fold_case else text
    return text if punctuation else text.translate(_MARKS)
