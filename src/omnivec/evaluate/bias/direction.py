"""A direction in which pairs of words differ, by PCA, and how far other words lie along it.

Source: Bolukbasi, Chang, Zou, Saligrama, Kalai 2016, Man is to Computer Programmer as Woman is to Homemaker?;
sets of more than two words as in Manzini and others 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.bias.words import Found, Group, Lookup, coverage_notes, some, unit
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from omnivec.vectors import Vectors


@final
@dataclass(frozen=True)
class Direction:
    """Where pairs of words differ. `axes` (components, dim) float64, of length one and orthogonal."""

    axes: NDArray[np.float64]
    explained: tuple[float, ...]
    """Share of the squared differences within pairs that lies along each axis."""
    pairs: tuple[tuple[str, ...], ...]
    """Those used, both words known."""
    unknown: tuple[str, ...]
    name: str

    def along(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosine with the first axis, (n,), above 0 on the side of the first words of the pairs."""
        cosines: NDArray[np.float64] = unit(vectors) @ self.axes[0]
        return cosines

    def as_json(self) -> dict[str, object]:
        """What it is made of; the axes apart."""
        return {
            "name": self.name, "pairs": len(self.pairs), "explained": list(self.explained),
            "unknown": list(self.unknown),
        }  # fmt: skip

    def note(self) -> str:
        """A sentence: pairs and how well one axis fits them."""
        lost = f"; unknown: {some(self.unknown)}" if self.unknown else ""
        shares = ", ".join(f"{share:.1%}".replace("%", " %") for share in self.explained)
        holds = f"{len(self.pairs)} pairs, of whose differences it holds {shares}"
        return f"Direction of {self.name}: {holds}{lost}."


@final
@dataclass(frozen=True)
class ProjectionScore(Tabular):
    """How far each of many words lies along a direction."""

    words: tuple[tuple[str, float], ...]
    """Word and cosine with the direction, the largest first."""
    direct_bias: float
    """Mean of their absolute values, 0 to 1: DirectBias with c = 1."""
    direction: Direction
    group: Found

    def as_json(self) -> dict[str, object]:
        """Words in their order, with coverage."""
        return {
            "direct_bias": self.direct_bias, "words": dict(self.words),
            "unknown": list(self.group.unknown), "direction": self.direction.as_json(),
        }  # fmt: skip

    def tables(self) -> list[ResultTable]:
        """A row for each word."""
        first, *_, last = self.direction.pairs[0]
        notes = [
            f"Mean absolute value: {self.direct_bias:.4f}. Above 0: on the side of {first}, below of {last}.",
            self.direction.note(), *coverage_notes([self.group]),
        ]  # fmt: skip
        return [ResultTable("Projection", ("word", "cosine"), self.words, {"cosine": "+.4f"}, notes)]


def direction(
    vectors: Vectors | Lookup, pairs: Sequence[Sequence[str]], *, name: str = "the pairs", components: int = 1
) -> Direction:
    """The principal directions in which words of pairs, at length one, differ from the mean of their pair.

    pairs: of two words, or sets of more; a pair with an unknown word is left out. The sign is such that the
    first words of the pairs lie above 0.
    Raises: InputError for pairs of which none is known, or that do not differ; OptionError for components
    that are fewer than 1, more than dim, or more than the pairs have.
    """
    lookup = Lookup.of(vectors)
    dim = lookup.vectors.vector_size
    if not 1 <= components <= dim:
        raise OptionError(f"components must lie between 1 and dim, {dim}, got {components}")
    whole, unknown = lookup.sets(pairs, name)
    sets = [unit(each.vectors) for each in whole]
    centred = np.concatenate([rows - rows.mean(axis=0) for rows in sets])
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    there = int((spread > 1e-9 * np.sqrt(len(centred))).sum())
    if not there:
        raise InputError(f"{name}: the words of its pairs have the same vectors; they give no direction")
    if components > there:
        raise OptionError(
            f"components must be {there} or fewer, as the pairs differ in no more, got {components}"
        )
    toward = np.mean([rows[0] - rows[-1] for rows in sets], axis=0)
    chosen = axes[:components] * np.where(axes[:components] @ toward < 0, -1.0, 1.0)[:, None]
    shares = (spread**2 / (spread**2).sum())[:components]
    return Direction(chosen, tuple(shares.tolist()), tuple(each.words for each in whole), unknown, name)


def projection(vectors: Vectors | Lookup, axis: Direction, words: Group) -> ProjectionScore:
    """How far each word lies along a direction, and the mean of the absolute values.

    Raises: InputError for a list without a known word.
    Source: Bolukbasi and others 2016, DirectBias with c = 1.
    """
    found = Lookup.of(vectors).found(words)
    cosines = axis.along(found.vectors)
    order = np.argsort(-cosines, kind="stable")
    rows = tuple((found.words[place], float(cosines[place])) for place in order)
    return ProjectionScore(rows, float(np.abs(cosines).mean()), axis, found)
