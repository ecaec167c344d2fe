"""Where the next trial looks: around the best one so far, in steps that shrink.

Source: what fastText's `-autotune-validation` draws (Joulin, Grave, Bojanowski, Mikolov; version 0.9.3).
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Values = dict[str, float]
"""Values of options by name; of whole numbers ints."""


@dataclass(frozen=True)
class Range:
    """Where a value may lie, and how it is drawn: value · 2^step, or value + step where `adds`.

    step: Gaussian, its deviation falls from `wide` to `narrow`; whole: the value is rounded.
    """

    low: float
    high: float
    wide: float
    narrow: float
    adds: bool = False
    whole: bool = True

    def drawn(self, value: float, done: float, draw: random.Random) -> float:
        """A value near another one. done: the share of the search that is over."""
        step = draw.gauss(0.0, deviation(self.wide, self.narrow, done))
        moved = min(max(value + step if self.adds else value * 2.0**step, self.low), self.high)
        return round(moved) if self.whole else moved


RANGES = {
    "epochs": Range(1, 100, 2.8, 2.5),
    "lr": Range(0.01, 5.0, 1.9, 1.0, whole=False),
    "dim": Range(1, 1000, 1.4, 0.3),
    "word_ngrams": Range(1, 5, 4.3, 2.4, adds=True),
    "buckets": Range(10_000, 10_000_000, 2.0, 1.5),
}
LETTERS = (0, 2, 3)
"""What minn may be; maxn is three more, and 0 beside 0."""
_LETTERS = Range(0, len(LETTERS) - 1, 4.0, 1.4, adds=True)  # of the place in it
_DSUB = Range(1, 4, 2.0, 1.0, adds=True)  # of the exponent of two


def deviation(wide: float, narrow: float, done: float) -> float:
    """Of a step: wide in the first quarter of a search, narrow in the last, and on a line in between."""
    return wide - (wide - narrow) * min(max((done - 0.25) / 0.5, 0.0), 1.0)


class Search:
    """Draws values. best: the values to look around, at first those that were given.

    fixed: names that keep their value.
    """

    def __init__(self, given: Mapping[str, float], fixed: Collection[str], seed: int) -> None:
        self.best: Values = dict(given)
        self._draw, self._fixed = random.Random(seed), frozenset(fixed)

    def free(self) -> list[str]:
        """Names of the values that are searched."""
        return [name for name in self.best if name not in self._fixed]

    def near(self, done: float) -> Values:
        """Values near the best. done: the share of the search that is over, 0 to 1."""
        values, free = dict(self.best), set(self.free())
        for name, wide in RANGES.items():
            if name in free:
                values[name] = wide.drawn(values[name], done, self._draw)
        if "minn" in free:
            place = LETTERS.index(int(values["minn"])) if values["minn"] in LETTERS else 0
            values["minn"] = LETTERS[int(_LETTERS.drawn(place, done, self._draw))]
            if "maxn" not in free:
                values["minn"] = min(values["minn"], values["maxn"])
        if "maxn" in free:
            values["maxn"] = values["minn"] + 3 if values["minn"] else 0
        if "dsub" in free:
            exponent = values["dsub"].bit_length() - 1 if isinstance(values["dsub"], int) else 1
            values["dsub"] = 2 ** int(_DSUB.drawn(exponent, done, self._draw))
        return values
