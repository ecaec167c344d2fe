"""What a sweep found: a table of models, a table for each measure, points for pictures."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from omnivec.results import Cell, ResultTable, Tabular
from omnivec.tuning.judging import Score

SEED = "seed"


@final
@dataclass(frozen=True, kw_only=True)
class Swept:
    """One model of a sweep.

    setting: what tells it from the others, by name: learner, options, share of the text; an option that its
    learner lacks is None.
    """

    name: str
    learner: str
    options: Mapping[str, Any]
    share: float
    setting: Mapping[str, Cell]
    cost: Mapping[str, Any] | None = None
    """As it was stated beforehand."""
    tokens: int | None = None
    words: int | None = None
    seconds: float | None = None
    """Reading, counting and training; compiling is left out."""
    bytes: int | None = None
    """Of its tables and words."""
    loss: float | None = None
    """Of the last epoch."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    reason: str | None = None
    """Why there are no scores: what training raised, or that it has not begun."""

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "name": self.name, "setting": dict(self.setting), "options": dict(self.options),
            "cost": None if self.cost is None else dict(self.cost),
            "tokens": self.tokens, "words": self.words, "seconds": self.seconds, "bytes": self.bytes,
            "loss": self.loss, "scores": {name: score.as_json() for name, score in self.scores.items()},
            "reason": self.reason,
        }  # fmt: skip


@final
@dataclass(frozen=True, kw_only=True)
class Sweep(Tabular):
    """All models that were asked for, in their order."""

    folder: str
    text: str
    """What the text is called."""
    models: Sequence[Swept]
    measures: Mapping[str, str]
    """By name: spearman, accuracy, or what somebody's function is called."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Models that were saved: path by name."""
    interrupted: bool = False

    @property
    def axes(self) -> list[str]:
        """Names of what differs between the models."""
        return list(self.models[0].setting) if self.models else []

    @property
    def done(self) -> list[Swept]:
        """The models that have scores."""
        return [model for model in self.models if model.scores]

    @property
    def best(self) -> Swept | None:
        """The best by the first measure, unknown items being wrong; the first of several."""
        name = next(iter(self.measures), "")
        worth = {
            place: whole
            for place, model in enumerate(self.models)
            if name in model.scores and (whole := model.scores[name].whole) is not None
        }
        return self.models[max(worth, key=lambda place: worth[place])] if worth else None

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "folder": self.folder,
            "text": self.text,
            "axes": self.axes,
            "measures": dict(self.measures),
            "models": [model.as_json() for model in self.models],
            "best": None if self.best is None else self.best.name,
            "kept": dict(self.kept),
            "interrupted": self.interrupted,
        }

    def tables(self) -> list[ResultTable]:
        """Models beside what they cost and are worth; each measure with its intervals; means over seeds."""
        seeds = [self._over_seeds()] if SEED in self.axes else []
        return [self._models(), *(self._measure(name) for name in self.measures), *seeds]

    def points(self) -> list[dict[str, Any]]:
        """One for each setting, a mean where several seeds were tried: what a picture of the sweep draws.

        The setting, its tokens, seconds and bytes, and by measure the value on the items that all know, with
        `NAME low` and `NAME high` where one seed was tried.
        """
        found = []
        for setting, models in self._by_setting().items():
            point: dict[str, Any] = dict(setting)
            for what in ("tokens", "seconds", "bytes"):
                point[what] = _mean([getattr(model, what) for model in models])
            for name in self.measures:
                parts = [model.scores[name].common for model in models if name in model.scores]
                point[name] = _mean([part.value for part in parts])
                interval = parts[0].interval if len(parts) == 1 else None
                point[f"{name} low"] = interval.low if interval else None
                point[f"{name} high"] = interval.high if interval else None
            found.append(point)
        return found

    def _models(self) -> ResultTable:
        columns = ["model", *self.axes, "tokens", "seconds", "MB", *self.measures]
        rows: list[list[Cell]] = []
        for number, model in enumerate(self.models, 1):
            size = None if model.bytes is None else model.bytes / 1e6
            worth = [model.scores[m].common.value if m in model.scores else None for m in self.measures]
            cost = [model.tokens, model.seconds, size]
            rows.append([str(number), *model.setting.values(), *cost, *worth])
        specs = {"seconds": ".1f", "MB": ".1f", **_of_axes(self.axes)}
        notes = [self._common()] if self.done else []
        if self.best is not None:
            first = next(iter(self.measures))
            notes.append(f"Best by {first}, unknown items being wrong: {spoken(self.best.setting)}.")
        notes += [f"{spoken(m.setting)}: {m.reason}" for m in self.models if m.reason is not None]
        return ResultTable("Sweep", columns, rows, specs, notes)

    def _common(self) -> str:
        """How many items the figures of the first table are of."""
        first = {name: self._having(name)[0].scores[name] for name in self.measures if self._having(name)}
        said = [
            f"{score.common.items:,} of {score.asked:,} of {name}"
            for name, score in first.items()
            if score.asked is not None
        ]
        many = len(self.done) > 1
        what = f"On the items that all {len(self.done):,} models know" if many else "On known items"
        return f"{what}: {', '.join(said)}." if said else "By a function that was given."

    def _having(self, name: str) -> list[Swept]:
        """The models that have a measure, which a function need not give every time."""
        return [model for model in self.models if name in model.scores]

    def _measure(self, name: str) -> ResultTable:
        columns = ["model", *self.axes, "known", "score", "common", "low", "high", "whole"]
        rows: list[list[Cell]] = []
        for number, model in enumerate(self.models, 1):
            if name not in model.scores:
                continue
            score = model.scores[name]
            ends = score.common.interval
            rows.append(
                [
                    str(number),
                    *model.setting.values(),
                    score.known.items,
                    score.known.value,
                    score.common.value,
                ]
                + [*((None, None) if ends is None else (ends.low, ends.high)), score.whole]
            )
        asked = next((model.scores[name].asked for model in self._having(name)), None)
        notes = () if asked is None else (
            f"Of {asked:,} items. Score: on those it knows; common: on those that all models know, with the",
            "ends of a 95 % interval by bootstrap; whole: on all, unknown ones being wrong, or of cosine 0.",
        )  # fmt: skip
        what = f"{name}, {self.measures[name]}" if self.measures[name] else name
        return ResultTable(what, columns, rows, _of_axes(self.axes), notes)

    def _over_seeds(self) -> ResultTable:
        axes = [axis for axis in self.axes if axis != SEED]
        columns = ["setting", *axes, "seeds", *(part for m in self.measures for part in (m, f"± {m}"))]
        rows: list[list[Cell]] = []
        for number, (setting, models) in enumerate(self._by_setting().items(), 1):
            row: list[Cell] = [str(number), *dict(setting).values(), len(models)]
            for name in self.measures:
                values = [s.common.value for m in models if (s := m.scores.get(name)) is not None]
                known = [value for value in values if value is not None]
                row += [_mean(known), statistics.stdev(known) if len(known) > 1 else None]
            rows.append(row)
        notes = ("Mean and standard deviation, on the items that all models know.",)
        return ResultTable("Over seeds", columns, rows, _of_axes(axes), notes)

    def _by_setting(self) -> dict[tuple[tuple[str, Cell], ...], list[Swept]]:
        """Models that have scores, those together that differ in their seed alone."""
        found: dict[tuple[tuple[str, Cell], ...], list[Swept]] = {}
        for model in self.done:
            key = tuple((name, value) for name, value in model.setting.items() if name != SEED)
            found.setdefault(key, []).append(model)
        return found


def spoken(setting: Mapping[str, Cell]) -> str:
    """`dim 100 · window 5`; what a learner lacks is left out."""
    parts = [
        str(value)
        if name == "learner"
        else f"{name} {value:g}"
        if isinstance(value, float)
        else f"{name} {value}"
        for name, value in setting.items()
        if value is not None
    ]
    return " · ".join(parts) or "the only model"


def _of_axes(axes: Sequence[str]) -> dict[str, str]:
    """How the numbers of settings are written: as they were given."""
    return dict.fromkeys(axes, "g")


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
