"""Do vectors that are close belong to words that people call similar? Correlation with their judgements.

Takes keys and a matrix, imports NumPy alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from omnivec.evaluate.intervals import RESAMPLES, Interval, interval_notes, interval_of
from omnivec.evaluate.questions import Pair, PathOrName, read_pairs
from omnivec.evaluate.statistics import pearson, spearman
from omnivec.evaluate.words import Words
from omnivec.index.cosine import cosine
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.index.questions import Questions


@final
@dataclass(frozen=True)
class SimilarityScore(Tabular):
    """Agreement with one file of judgements, and how much of the file it is based on."""

    name: str
    """The file's name without its ending."""
    spearman: float | None
    """Rank correlation over the covered pairs; None when there is none (fewer than two, or all alike)."""
    pearson: float | None
    """Linear correlation over the covered pairs, or None."""
    pairs: int
    """Pairs asked."""
    covered: int
    """Pairs of which both words are known."""
    ci: Interval = Interval.unknown()
    """Of the rank correlation, by drawing the covered pairs anew."""

    def as_json(self) -> dict[str, Any]:
        """All but the name, as ``omnivec evaluate --json`` prints it."""
        scores = {"spearman": self.spearman, "pearson": self.pearson}
        return {**scores, "pairs": self.pairs, "covered": self.covered, "ci": self.ci.as_json()}

    def tables(self) -> list[ResultTable]:
        """One row."""
        return [similarity_table({self.name: self})]


def similarity_table(scores: Mapping[str, SimilarityScore]) -> ResultTable:
    """A row for each set, by its name."""
    rows = [(name, s.spearman, *s.ci.cells(), s.pearson, s.covered, s.pairs) for name, s in scores.items()]
    columns = ("set", "Spearman", "low", "high", "Pearson", "found", "of pairs")
    notes = interval_notes((s.ci for s in scores.values()), "Spearman")
    return ResultTable("Similarity", columns, rows, notes=notes)


def similarity(
    vectors: Questions,
    path: PathOrName,
    *,
    restrict: int | None = 300_000,
    fold_case: bool = True,
    delimiter: str | None = None,
    unseen: bool = False,
    resamples: int = RESAMPLES,
) -> SimilarityScore:
    """Correlate the cosines of word pairs with the judgements in a file of word, word, number.

    Args: `restrict`: only the first keys count as known (None: all); `fold_case`: 'King' in the file finds
    'king', of several spellings the first; `delimiter` as in `read_pairs`; `unseen`: words that are no keys
    count, too, by the vectors that their parts give them, where words have parts; `resamples` for the
    interval, 0 for none.
    Raises: InputError for a file that is missing, empty, binary or has no pair.
    """
    words = Words(vectors, restrict=restrict, fold_case=fold_case, unseen=unseen)
    return agreement(words, read_pairs(path, delimiter), Path(path).stem, resamples)


def agreement(words: Words, pairs: list[Pair], name: str, resamples: int = RESAMPLES) -> SimilarityScore:
    """`similarity` of pairs that are read already."""
    cosines = pair_cosines(words, pairs)
    known = [(pair.judgement, value) for pair, value in zip(pairs, cosines, strict=True) if value is not None]
    judged, computed = zip(*known, strict=True) if known else ((), ())
    rank, linear = spearman(judged, computed).statistic, pearson(judged, computed).statistic
    return SimilarityScore(
        name=name,
        spearman=None if isnan(rank) else rank,
        pearson=None if isnan(linear) else linear,
        pairs=len(pairs),
        covered=len(known),
        ci=interval_of("spearman", judged, computed, resamples=resamples),
    )


def pair_cosines(words: Words, pairs: list[Pair]) -> list[float | None]:
    """The cosine of each pair; None where one of its words is unknown."""
    found = [(words.vector(pair.left), words.vector(pair.right)) for pair in pairs]
    return [None if a is None or b is None else cosine(a, b) for a, b in found]
