"""Association tests in a row, and the same on counts: does a bias lie in the text, or come of learning?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from omnivec.errors import InputError
from omnivec.evaluate.bias.lists import BiasTest
from omnivec.evaluate.bias.weat import WeatScore, weat
from omnivec.evaluate.bias.words import Lookup, many_lost
from omnivec.results import Cell, ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Battery(Tabular):
    """Scores by the name of the test."""

    tests: Mapping[str, BiasTest]
    scores: Mapping[str, WeatScore]
    failed: Mapping[str, str]
    """Why a test could not be made, or not on the counts (`_of_counts` of its name)."""
    data: Mapping[str, WeatScore] = field(default_factory=dict)
    """The same tests on the counts of a text, where they were asked for."""

    def as_json(self) -> dict[str, object]:
        """A score for each test, or why there is none; with `data`, that of the counts and the difference."""
        told = {name: {**score.as_json(), **self._beside(name)} for name, score in self.scores.items()}
        lost = {name: {"not_measured": why} for name, why in self.failed.items() if name in self.tests}
        return {**told, **lost}

    def tables(self) -> list[ResultTable]:
        """A row for each test."""
        columns = ["test", "effect size", "95 % interval", "p", "known", "of words"]
        columns += ["of the counts", "difference"] if self.data else []
        rows: list[list[Cell]] = []
        for name, score in self.scores.items():
            known, asked = (sum(count) for count in zip(*(g.counts for g in score.groups), strict=True))
            row: list[Cell] = [name, score.effect_size, str(score.interval), score.p_value, known, asked]
            if self.data:
                other = self.data.get(name)
                row += (
                    [None, None]
                    if other is None
                    else [other.effect_size, score.effect_size - other.effect_size]
                )
            rows.append(row)
        return [ResultTable("WEAT", columns, rows, {"p": ".2g", "difference": "+.3f"}, self._notes())]

    def _notes(self) -> list[str]:
        """What was tested, coverage, what p is, and what could not be measured."""
        notes = [self.tests[name].words() for name in self.scores] if len(self.scores) == 1 else []
        if len(self.scores) == 1:
            notes += next(iter(self.scores.values())).notes()
        else:
            notes += [
                f"{name}: {note}" for name, score in self.scores.items() for note in many_lost(score.groups)
            ]
            sides = {score.two_sided for score in self.scores.values()}
            notes.append(f"p: {'two' if True in sides else 'one'}-sided, of each test alone.")
        notes += [f"{name}: not measured: {why}." for name, why in self.failed.items()]
        if self.data:
            notes.append(
                "Of the counts: the same test on positive pointwise mutual information, which has learned "
                "nothing; the difference is what learning added."
            )
        return notes

    def _beside(self, name: str) -> dict[str, object]:
        if name not in self.data:
            why = self.failed.get(_of_counts(name))
            return {} if why is None else {"data": {"not_measured": why}}
        other = self.data[name]
        difference = self.scores[name].effect_size - other.effect_size
        return {"data": other.as_json(), "difference": difference}


def _of_counts(test: str) -> str:
    return f"{test}, of the counts"


def battery(
    vectors: Vectors | Lookup,
    tests: Iterable[BiasTest],
    *,
    counts: Lookup | None = None,
    permutations: int = 10_000,
    seed: int = 1,
    two_sided: bool = False,
) -> Battery:
    """Make each test as `weat` does; one that cannot be made says why, and the others are made.

    counts: vectors of the counts of a text (see `counted`), for the same tests.
    Raises: InputError when no test can be made.
    """
    lookup = Lookup.of(vectors)
    scores, failed, data = dict[str, WeatScore](), dict[str, str](), dict[str, WeatScore]()
    asked = {test.name: test for test in tests}
    for test in asked.values():
        for found, where, name in ((scores, lookup, test.name), (data, counts, _of_counts(test.name))):
            try:
                if where is not None and test.name not in failed:
                    found[test.name] = weat(
                        where, test.targets, test.attributes,
                        permutations=permutations, seed=seed, two_sided=two_sided,
                    )  # fmt: skip
            except InputError as error:
                failed[name] = str(error)
    if not scores:
        raise InputError(next(iter(failed.values()), "no test was named; name one, as WEAT6"))
    return Battery(asked, scores, failed, data)
