"""A table of cells, seen as what the engine passes over: a token for each cell, a unit for each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from omnivec.data.cells import Cells
from omnivec.data.corpus import Corpus


@dataclass(frozen=True)
class CountedText(Corpus):
    """What is left of a text that was counted: tokens are the columns of its cells, units begin its rows."""

    cells: Cells = field(kw_only=True)

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """The cells, under the names that a text has; total and invalid are those of the text."""
        return cls(
            cells.vocabulary, cells.columns, cells.starts, int(cells.fingerprint["tokens"]), cells.invalid,
            cells.name, phrases=cells.phrases, cells=cells,
        )  # fmt: skip

    @property
    def known(self) -> int:
        """Tokens of the text that was counted, as far as the vocabulary has their words."""
        return int(self.cells.fingerprint["tokens_in_vocabulary"])
