"""Analogies asked both ways: what is to a woman as 'boss' is to a man, and the reverse.

Source: Bolukbasi and others 2016; the questions are 3CosAdd of Mikolov, Yih, Zweig 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.bias.words import Lookup
from omnivec.index.neighbors import Neighbors
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Probe(Tabular):
    """One word, moved from each pole to the other."""

    word: str
    poles: tuple[str, str]
    toward_first: Neighbors
    """Nearest to first pole + word - second pole, those three apart."""
    toward_second: Neighbors
    """Nearest to second pole + word - first pole."""

    def as_json(self) -> dict[str, object]:
        """Both questions and their answers."""
        return {
            "word": self.word,
            "answers": [
                {"positive": [pole, self.word], "negative": [other], "neighbors": [[*each] for each in near]}
                for pole, other, near in self._questions()
            ],
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """A table for each way."""
        return [
            ResultTable(f"{self.word} + {pole} - {other}", ("word", "cosine"), near, {"cosine": ".4f"})
            for pole, other, near in self._questions()
        ]

    def _questions(self) -> list[tuple[str, str, Neighbors]]:
        first, second = self.poles
        return [(first, second, self.toward_first), (second, first, self.toward_second)]


def probe(vectors: Vectors | Lookup, word: str, poles: Sequence[str], *, topn: int = 10) -> Probe:
    """The nearest words to `word` moved from the second pole to the first, and the other way.

    Raises: UnknownKey; InputError unless the words are three; OptionError unless there are two poles, and
    for topn < 1.
    """
    if len(poles) != 2:
        raise OptionError(f"a probe has two poles, as woman man, got {len(poles)}")
    if topn < 1:
        raise OptionError(f"topn must be 1 or more, got {topn}")
    lookup = Lookup.of(vectors)
    rows = {each: lookup.row(each) for each in (word, *poles)}
    keys = lookup.vectors.keys
    for each, row in rows.items():
        if row < 0:
            keys.row(each)  # raises, with near spellings
    if len(set(rows.values())) < 3:
        raise InputError(f"a probe needs three different words, got {word}, {poles[0]} and {poles[1]}")
    asked, first, second = (keys[row] for row in rows.values())
    there, back = (
        lookup.vectors.analogy(away, pole, asked, topn=topn)
        for pole, away in ((first, second), (second, first))
    )
    return Probe(asked, (first, second), there, back)
