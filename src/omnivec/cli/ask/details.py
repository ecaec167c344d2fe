"""What stands beside neighbours with --details, and what `omnivec info --diagnostics` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from omnivec.cli.report import Report, table_lines

if TYPE_CHECKING:
    from omnivec.evaluate.details import Detail
    from omnivec.evaluate.diagnostics import Diagnostics
    from omnivec.model import Model
    from omnivec.vectors import Vectors


@dataclass(frozen=True)
class Beside:
    """Count, length and number of lists of words and their neighbours."""

    vectors: Vectors

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Of all rows, read once."""
        from omnivec.evaluate import diagnose

        return diagnose(self.vectors)

    def lines(self, word: str, found: Sequence[tuple[str, float]]) -> list[str]:
        """A table of the word itself and its neighbours."""
        from omnivec.results import ResultTable

        own, *others = self._of(word, found)
        cosines = [None, *(score for _, score in found)]
        rows = [
            (each.word, cosine, each.count, each.length, each.occurrences)
            for each, cosine in zip([own, *others], cosines, strict=True)
        ]
        table = ResultTable("Word", ("word", "cosine", "count", "length", "lists"), rows, {"cosine": ".4f"})
        return table_lines(table)

    def note(self) -> list[str]:
        """What the numbers are to be read by."""
        hubs, mean = self.diagnostics.hubs, self.diagnostics.cosine
        said = [] if mean is None else [f"Mean cosine of two words: {mean:.3f}."]
        return [
            *said,
            f"Lists: how many of the first {hubs.words:,} words have it among their {hubs.k} nearest, or",
            f"would; {hubs.k} is the mean.",
        ]

    def as_json(self, word: str, found: Sequence[tuple[str, float]]) -> dict[str, Any]:
        """The word itself and its neighbours."""
        own, *others = self._of(word, found)
        neighbors = [
            {"cosine": score, **each.as_json()} for each, (_, score) in zip(others, found, strict=True)
        ]
        return {**own.as_json(), "mean_cosine": self.diagnostics.cosine, "neighbors": neighbors}

    def _of(self, word: str, found: Sequence[tuple[str, float]]) -> list[Detail]:
        from omnivec.evaluate.details import details

        return details(self.vectors, [word, *(key for key, _ in found)], self.diagnostics.hubs)


def show_diagnostics(model: Model, path: str, report: Report, json: bool) -> None:
    """Print what a model's vectors look like, and which rows training never moved."""
    from omnivec.evaluate import diagnose
    from omnivec.learners.untouched import untouched

    found = diagnose(model.vectors, untouched=untouched(model))
    report.show(f"Diagnostics of {path}", found.tables(), found.as_json(), json=json)
