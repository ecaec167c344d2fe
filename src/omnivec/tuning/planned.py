"""The trainings of a sweep before they begin: what tells them apart, and what each will cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from omnivec.data.sources import Source
from omnivec.engine.progress import Listener
from omnivec.errors import OmnivecError
from omnivec.learners.learner import Learner, plural
from omnivec.learners.trained import Trained
from omnivec.results import Cell, ResultTable
from omnivec.store import replace as places
from omnivec.tuning import share
from omnivec.tuning.cost import Cost, planned, probed
from omnivec.tuning.grid import varied
from omnivec.tuning.record import Record, name_of_model
from omnivec.tuning.speed import Run, Speed
from omnivec.tuning.swept import spoken

_PROBE_BYTES = 3_000_000
"""Of a text, by which the speed of a learner is found out: about 500,000 words."""


@dataclass(frozen=True)
class Planned:
    """A training that is asked for. setting: what tells it from the others, by name, as `Swept` has it."""

    name: str
    learner: Learner
    share: float
    setting: Mapping[str, Any]
    cost: Cost | None = None
    """None where the text is too small to be learned from, or the model is there already."""
    done: bool = False
    """Whether the folder has it already."""


def trainings(
    learners: Sequence[Learner], shares: Sequence[float], found: Mapping[str, Record]
) -> list[Planned]:
    """Every learner with every share, each once. What failed before is to be tried once more."""
    options, kinds = varied(learners), len({learner.name for learner in learners}) > 1
    trials: dict[str, Planned] = {}
    for learner in learners:
        values = learner.as_dict()
        for part in shares:
            setting = {
                **({"learner": learner.name} if kinds else {}),
                **{name: values.get(name) for name in options},
                **({"share": part} if len(shares) > 1 else {}),
            }
            name = name_of_model(learner, part)
            done = name in found and found[name].reason is None
            trials[name] = Planned(name, learner, part, setting, done=done)
    return list(trials.values())


@dataclass(frozen=True)
class Parts:
    """The shares of a text, those below 1 as files in a folder beside the sweep's that goes with `stack`."""

    source: Source
    bytes: int
    """Of the text."""
    shares: Sequence[float]
    seed: int
    stack: ExitStack
    target: Path
    made: dict[tuple[str, tuple[float, ...]], Mapping[float, Source]] = field(default_factory=dict)

    def of(self, learner: Learner, wanted: float) -> Source:
        """A share of the units of a learner. Raises: as `share.parts`."""
        return self.source if wanted == 1 else self._drawn(learner, tuple(self.shares))[wanted]

    def little(self, learner: Learner) -> Source:
        """So much of the text as a short training takes. Raises: as `share.parts`."""
        wanted = min(1.0, _PROBE_BYTES / self.bytes)
        return self.source if wanted == 1 else self._drawn(learner, (wanted,))[wanted]

    def _drawn(self, learner: Learner, shares: tuple[float, ...]) -> Mapping[float, Source]:
        unit = str(learner.as_dict().get("unit", "line"))
        if (unit, shares) not in self.made:
            found = share.parts(self.source, shares, self._folder(), unit=unit, seed=self.seed)
            self.made[unit, shares] = found
        return self.made[unit, shares]

    def _folder(self) -> Path:
        """A new folder on the disk of the sweep; one that a killed process left there is removed."""
        target = places.target_of(self.target)
        places.sweep(target)
        place = self.stack.enter_context(places.temporary(target))
        with places.reporting(self.target):
            place.mkdir()
        self.stack.enter_context(places.locked(place))
        return place


def costed(
    trials: Sequence[Planned], parts: Parts, found: Mapping[str, Record], listener: Listener
) -> list[Planned]:
    """The trainings that are to come with their costs.

    Raises: what planning raised, when that is said of all there are.
    """
    coming = [trial for trial in trials if not trial.done]
    costs, failures = _costs(coming, parts, listener)
    if len(coming) == len(trials) and not costs and failures:
        raise failures[0]
    kinds = dict.fromkeys(trial.learner.name for trial in coming)
    known = {name: _speed(name, costs, parts, found, listener) for name in kinds}
    return [_with_cost(trial, costs.get((_short(trial.learner), trial.share)), known) for trial in trials]


def _costs(
    coming: Sequence[Planned], parts: Parts, listener: Listener
) -> tuple[dict[tuple[Learner, float], Cost], list[OmnivecError]]:
    """What an epoch costs, by learner and share of the text; and why some have no cost."""
    costs: dict[tuple[Learner, float], Cost] = {}
    failures: list[OmnivecError] = []
    warm: set[str] = set()
    for trial in coming:
        short = _short(trial.learner)
        if (short, trial.share) in costs:
            continue
        if short.name not in warm:
            warm.add(short.name)
            with suppress(OmnivecError):  # two words may be too few; loading what reads them is no part of
                planned(short, ["a b"])  # the time that the text takes
        try:
            costs[short, trial.share] = planned(short, parts.of(short, trial.share), listener)
        except OmnivecError as failure:  # too little text, as a rule; training says so again in its turn
            failures.append(failure)
    return costs, failures


def _speed(
    name: str,
    costs: Mapping[tuple[Learner, float], Cost],
    parts: Parts,
    found: Mapping[str, Record],
    listener: Listener,
) -> Speed | None:
    """The speed of a learner; None where a moment's training was not possible.

    Of what is to come, those options that move the fewest floats for a token and the most train for a moment
    on a little text, unless the folder has a training that tells as much.
    """
    runs = [
        Run(record.read, record.floats, record.training)
        for record in found.values()
        if record.name.rpartition("-")[0] == name and record.read and record.floats and record.training
    ]
    of_each = {short: cost.floats / cost.tokens for (short, _), cost in costs.items() if short.name == name}
    for short in dict.fromkeys(choose(of_each, key=of_each.__getitem__) for choose in (min, max) if of_each):
        if not any(run.tells(of_each[short]) for run in runs):
            try:
                runs.append(probed(short, parts.little(short), listener))
            except OmnivecError:  # the estimate lacks it, and training says why in its turn
                continue
    return Speed.of(runs)


def _with_cost(trial: Planned, cost: Cost | None, known: Mapping[str, Speed | None]) -> Planned:
    if trial.done or cost is None:
        return trial
    return replace(trial, cost=cost.of(epochs_of(trial.learner), known[trial.learner.name]))


def epochs_of(learner: Learner) -> int:
    """Passes over the text; one of a learner that has none."""
    return learner.epochs if isinstance(learner, Trained) else 1


def _short(learner: Learner) -> Learner:
    """The learner with what costs nothing, or a known number of times as much, left as for all others."""
    return learner.replaced(seed=1, epochs=1) if isinstance(learner, Trained) else learner.replaced(seed=1)


def costs_table(trials: Sequence[Planned]) -> ResultTable:
    """What is to come and what it costs, a row for each; what is there already is counted below."""
    axes = list(trials[0].setting) if trials else []
    columns = ["model", *axes, "tokens", "words", "G floats", "memory MB", "disk MB", "seconds"]
    rows: list[list[Cell]] = []
    for number, trial in enumerate(trials, 1):
        if trial.done:
            continue
        cost = trial.cost
        numbers: list[Cell] = [None] * 6
        if cost is not None:
            sizes = [cost.memory / 1e6, cost.disk / 1e6]
            numbers = [cost.tokens, cost.words, cost.floats / 1e9, *sizes, cost.seconds]
        rows.append([str(number), *trial.setting.values(), *numbers])
    specs = {**dict.fromkeys(axes, "g"), **dict.fromkeys(columns[-4:], ",.1f")}
    return ResultTable("To train", columns, rows, specs, costs_said(trials))


def costs_said(trials: Sequence[Planned]) -> list[str]:
    """The sum of all costs, and what does not fit."""
    coming = [trial for trial in trials if not trial.done]
    known = [trial.cost.seconds for trial in coming if trial.cost and trial.cost.seconds is not None]
    there = f", {len(trials) - len(coming):,} there already" if len(coming) < len(trials) else ""
    time = f", {sum(known):,.0f} s expected" if known and len(known) == len(coming) else ""
    large = [trial for trial in coming if trial.cost and not trial.cost.fits]
    too_small = sum(trial.cost is None for trial in coming)
    said = [f"{plural(len(coming), 'model')} to train{there}{time}."]
    said += [f"Does not fit into memory: {spoken(trial.setting)}." for trial in large]
    return [*said, *([f"{too_small:,} of them cannot be planned: too little text."] if too_small else [])]
