"""Answers for people: a list of keys and scores that notebooks and data frames understand."""

from __future__ import annotations

from typing import final

from omnivec.results import ResultTable, Tabular


@final
class Neighbors(list[tuple[str, float]], Tabular):
    """A plain list of (key, score), best first."""

    def tables(self) -> list[ResultTable]:
        """One table with the columns key and score."""
        return [ResultTable("Neighbours", ("key", "score"), self, {"score": ".4f"})]
