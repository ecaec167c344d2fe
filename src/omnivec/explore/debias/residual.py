"""What remains of a bias after it was removed, and what the removal has cost: told with every removal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from omnivec.evaluate.bias import Recovered, WeatScore
from omnivec.evaluate.bias.recovered import MEASURES
from omnivec.results import Cell, ResultTable, Tabular


@final
@dataclass(frozen=True)
class Residual(Tabular):
    """Before and after. What could not be measured is None, and `notes` say why."""

    recovered: tuple[Recovered, Recovered] | None
    """How well the sides can be told apart, before and after."""
    direct_bias: tuple[float, float] | None
    """Mean absolute cosine of those words with the direction, which is what was removed."""
    weat: Mapping[str, tuple[WeatScore, WeatScore]]
    """Tests of association by name."""
    neighbours_kept: float
    """Share of the ten nearest that frequent words have kept."""
    cosine_mean: float
    """Of words' vectors before with those after."""
    quality: Mapping[str, tuple[float | None, float | None]]
    """Agreement with people on similar words (Spearman) by file, accuracy on analogies, before and after."""
    notes: tuple[str, ...]

    @property
    def still_told(self) -> bool:
        """Whether a classifier tells the sides of unseen words better than chance, by its interval."""
        if self.recovered is None:
            return False
        after = self.recovered[1]
        return max(after.linear_interval.low, after.kernel_interval.low) > after.chance

    def verdict(self) -> str:
        """One sentence: what can still be recovered."""
        if self.recovered is None:
            return "What a classifier still recovers could not be measured."
        after = self.recovered[1]
        best = f"{max(after.linear, after.kernel):.1%}".replace("%", " %")
        chance = f"{after.chance:.1%}".replace("%", " %")
        if self.still_told:
            return (
                f"The bias is hidden, not gone: a classifier still tells the sides of {best} of the words it "
                f"has not seen (chance: {chance})."
            )
        return (
            f"The classifiers tried here tell {best} of the words they have not seen (chance: {chance}), no "
            "more than by chance; others may."
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, as ``omnivec bias remove --json`` prints it."""
        sides = None if self.recovered is None else _both(each.as_json() for each in self.recovered)
        along = None if self.direct_bias is None else _both(self.direct_bias)
        return {
            "recovered": sides, "still_told": self.still_told, "direct_bias": along,
            "weat": {name: _both(each.as_json() for each in pair) for name, pair in self.weat.items()},
            "neighbours_kept": self.neighbours_kept, "cosine_mean": self.cosine_mean,
            "quality": {name: _both(pair) for name, pair in self.quality.items()},
            "verdict": self.verdict(), "notes": list(self.notes),
        }  # fmt: skip

    def record(self) -> dict[str, Any]:
        """What a model's config keeps, and its card tells: pairs of before and after."""
        told: dict[str, Any] = {"verdict": self.verdict()}
        if self.direct_bias is not None:
            told["direct_bias"] = list(self.direct_bias)
        if self.recovered is not None:
            before, after = self.recovered
            told |= {name: [getattr(before, name), getattr(after, name)] for name in MEASURES}
            told["chance"] = after.chance
        told["weat"] = {
            name: [one.effect_size, other.effect_size] for name, (one, other) in self.weat.items()
        }
        told |= {"neighbours_kept": self.neighbours_kept, "cosine_mean": self.cosine_mean}
        return told | {"quality": {name: list(pair) for name, pair in self.quality.items()}}

    def tables(self) -> list[ResultTable]:
        """What remains, then what it has cost."""
        rows: list[tuple[Cell, ...]] = []
        if self.direct_bias is not None:
            rows.append(("mean absolute cosine with the direction", *self.direct_bias, None))
        if self.recovered is not None:
            before, after = self.recovered
            rows += [
                (title, getattr(before, name), getattr(after, name), before.by_chance(name))
                for name, title in MEASURES.items()
            ]
        rows += [
            (f"{name}, effect size", before.effect_size, after.effect_size, 0.0)
            for name, (before, after) in self.weat.items()
        ]
        told = [self.verdict()]
        if self.recovered is not None:
            after = self.recovered[1]
            told.append(
                f"Asked were {after.words[0]:,} and {after.words[1]:,} words; 95 % intervals after: linear "
                f"{after.linear_interval}, kernels {after.kernel_interval}."
            )
        cost: list[tuple[Cell, ...]] = [
            ("nearest 10 kept", 1.0, self.neighbours_kept),
            ("cosine with the vector before", 1.0, self.cosine_mean),
            *((name, *pair) for name, pair in self.quality.items()),
        ]  # fmt: skip
        return [
            ResultTable("What remains", ("", "before", "after", "by chance"), rows, notes=told),
            ResultTable("What it cost", ("", "before", "after"), cost, notes=self.notes),
        ]


def _both(pair: Any) -> dict[str, Any]:
    before, after = pair
    return {"before": before, "after": after}
