"""The measurements of a residual report: the same questions to the vectors before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray

from omnivec.compress.report import words_compared
from omnivec.data.datasets import word_sets
from omnivec.evaluate.analogy import analogies
from omnivec.evaluate.bias import BiasTest, Direction, Lookup, Recovered, WeatScore, battery, recovered
from omnivec.evaluate.bias.lists import PathOrName
from omnivec.evaluate.bias.recovered import LEAST
from omnivec.evaluate.questions import read_analogies, read_pairs
from omnivec.evaluate.similarity import similarity
from omnivec.explore.debias.residual import Residual
from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Asked:
    """What is measured besides what can be recovered."""

    tests: tuple[BiasTest, ...]
    similarity: Sequence[PathOrName] | None
    analogies: PathOrName | None
    seed: int

    def check(self, lookup: Lookup) -> None:
        """Read the files of questions and look words up before the work.

        Raises: InputError for a file that holds no question, or where no test can be made.
        """
        if self.tests:
            battery(lookup, self.tests, permutations=1, seed=self.seed)
        for path in self.similarity or ():
            read_pairs(path)
        if self.analogies is not None:
            read_analogies(self.analogies)


def residual(
    before: Lookup,
    vectors: Vectors,
    axis: Direction,
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
    asked: Asked,
    notes: Sequence[str],
) -> Residual:
    """The report. `vectors` are those after, of the words of `before`; `sides` the rows to tell apart."""
    after = before.alike(vectors)
    told, kept, rows = list(notes), words_compared(before.vectors, vectors), np.concatenate(sides)
    if min(map(len, sides)) < LEAST:
        told.append(
            f"Too few words to ask what can be recovered: {len(sides[0])} and {len(sides[1])}, {LEAST} on "
            "each side are needed."
        )
    old, new = (each.table.take(rows).astype(np.float64) for each in (before.vectors, vectors))
    first = np.repeat([True, False], [len(side) for side in sides])
    found: tuple[Recovered, Recovered] | None = None
    if min(map(len, sides)) >= LEAST:
        found = recovered(old, first, seed=asked.seed), recovered(new, first, seed=asked.seed)
    tests: dict[str, tuple[WeatScore, WeatScore]] = {}
    if asked.tests:
        was, now = (battery(each, asked.tests, seed=asked.seed) for each in (before, after))
        tests = {name: (was.scores[name], now.scores[name]) for name in was.scores}
        told += [f"{name}: not measured: {why}." for name, why in was.failed.items()]
    quality = _quality(before, vectors, asked)
    if not quality:
        told.append("Quality lost on sets of word pairs or analogies: not measured, none was given or found.")
    along = None
    if len(rows):
        along = float(np.abs(axis.along(old)).mean()), float(np.abs(axis.along(new)).mean())
    return Residual(
        recovered=found, direct_bias=along, weat=tests,
        neighbours_kept=kept["neighbours_kept"], cosine_mean=kept["cosine_mean"], quality=quality,
        notes=tuple(told),
    )  # fmt: skip


def _quality(before: Lookup, after: Vectors, asked: Asked) -> dict[str, tuple[float | None, float | None]]:
    files = word_sets() if asked.similarity is None else [Path(path) for path in asked.similarity]
    found: dict[str, tuple[float | None, float | None]] = {}
    for path in files:
        was, now = (similarity(each, path, fold_case=before.fold_case) for each in (before.vectors, after))
        found[f"{was.name}, Spearman of {was.covered} of {was.pairs} pairs"] = was.spearman, now.spearman
    if asked.analogies is not None:
        one, other = (
            analogies(each, asked.analogies, fold_case=before.fold_case).total
            for each in (before.vectors, after)
        )
        found[f"analogies, accuracy of {one.seen:,} of {one.asked:,}"] = one.accuracy, other.accuracy
    return found
