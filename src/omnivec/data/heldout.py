"""A share of a text's units set aside: they train nothing and tell how well the rest was learned."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Corpus

_BLOCK = 1 << 16  # units looked at together


class Text(NamedTuple):
    """Running text that is only measured. tokens: (n,) int32; units: (u + 1,) int64, from 0 to n."""

    tokens: NDArray[np.int32]
    units: NDArray[np.int64]

    @property
    def speaks(self) -> bool:
        """Whether a unit has two words: fewer predict nothing."""
        return bool((np.diff(self.units) > 1).any())


def held_out(first: int, last: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Which of the units first … last − 1 are held out: a function of the seed and the unit's number alone.

    Source of the mixing: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
    """
    z = np.arange(first, last, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z += np.uint64((seed + 1) * 0xDA942042E4DD58B5 % 2**64)  # another multiplier than those of training
    for shift, multiplier in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        z ^= z >> np.uint64(shift)
        z *= np.uint64(multiplier)
    return z < np.uint64(int(share * 2**64))


def split(corpus: Corpus, share: float, seed: int) -> tuple[Corpus, Text]:
    """(the corpus without the units held out, those units), in their order.

    The first lies in the memory of the corpus, which is used up; its `total` shrinks as its tokens do.
    """
    tokens, units = corpus.tokens, corpus.units
    kept, aside = 0, [np.empty(0, np.int32)]
    lengths_kept, lengths_aside = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for first in range(0, len(units) - 1, _BLOCK):
        borders = units[first : first + _BLOCK + 1]
        lengths, out = np.diff(borders), held_out(first, first + len(borders) - 1, share, seed)
        part, mask = tokens[borders[0] : borders[-1]], np.repeat(out, lengths)
        aside.append(part[mask])
        stays = part[~mask]
        tokens[kept : kept + len(stays)] = stays
        kept += len(stays)
        lengths_kept.append(lengths[~out])
        lengths_aside.append(lengths[out])
    rest = replace(
        corpus,
        tokens=tokens[:kept],
        units=np.concatenate(lengths_kept).cumsum(),
        total=round(corpus.total * kept / max(len(tokens), 1)),
    )
    return rest, Text(np.concatenate(aside), np.concatenate(lengths_aside).cumsum())
