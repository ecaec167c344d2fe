"""Models that differ in what is swept, trained one after the other and judged alike: `omnivec.sweep`.

A folder holds what has been found, a file a model, so that a sweep that was stopped goes on, and one that is
asked for more trains what is new alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, TypeAlias

from omnivec.compress.report import size_of
from omnivec.data.phrases import name_of
from omnivec.data.sources import Source
from omnivec.engine.progress import Listener, Progress, silent
from omnivec.errors import OmnivecError, OptionError
from omnivec.learners.classifier import Classifier
from omnivec.learners.learner import Learner
from omnivec.model import Model
from omnivec.tuning import share
from omnivec.tuning.cost import Fitted, fitted
from omnivec.tuning.judging import Evaluate, Judge, Score, common_items, plain_scores, told_numbers
from omnivec.tuning.planned import Parts, Planned, costed, epochs_of, trainings
from omnivec.tuning.record import Record, Room
from omnivec.tuning.swept import Sweep, Swept, spoken

Keep: TypeAlias = Literal["best", "all", "none"]
"""Models that are saved in the folder: the one that is best so far, each, or none."""

Before: TypeAlias = Callable[[Sequence[Planned]], bool | None]
"""Hears all trainings with what they cost; they begin unless it returns False."""


def sweep(
    source: Source,
    folder: str | PathLike[str],
    learners: Iterable[Learner],
    *,
    evaluate: Judge | Evaluate,
    shares: Iterable[float] = (1.0,),
    keep: Keep = "best",
    seed: int = 1,
    before: Before | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Train every learner on every share of a text, the cheapest first, and judge all models alike.

    Args:
        source: a file, a folder, or a list as in `fit`; it is read once for every model.
        folder: where the sweep is kept. The same call goes on with one that was stopped; with more learners
            or shares it trains what is new. Another text, or another evaluation, is refused.
        learners: as `omnivec.tuning.grid.grid` makes them.
        evaluate: a `Judge`, which keeps every answer, so that models are compared on the items that all of
            them know; or a function of `Vectors` that gives a number, or names and numbers, larger being
            better. The first of them says which model is best.
        shares: of the text, above 0 to 1: units are drawn, and a larger share holds the smaller ones. Several
            are a learning curve.
        seed: of what is drawn of a text.
        keep: the models that are saved: `best` (as best.omnivec), `all` (in models/), or `none`.
        before: hears all trainings with their costs before the first one; if it returns False, that is all,
            and nothing is written.
        progress: receives an `omnivec.engine.progress.Progress` while a text is read and a model trained, and
            with phase "model" and its line as text for every model that is over.

    A training that fails (it diverges, memory does not suffice, no word is left) counts for nothing and says
    why. Ctrl-C ends the sweep; what was found is kept, and returned.

    Raises: InputError for a text that is missing, empty or can be read only once; OptionError for no learner,
    a classifier, shares out of range, and a folder with a sweep of something else; OutputError for a folder
    that cannot be written.

    """
    given, listener = _checked(learners, keep), progress or silent
    chosen, room = share.checked_shares(shares), Room(Path(fspath(folder)))
    judge = {"seed": seed, **(evaluate.record if isinstance(evaluate, Judge) else {"function": True})}
    text = share.known(source, lambda read: listener(Progress(phase="read")))
    found = room.opened(text, judge)
    with ExitStack() as stack:
        parts = Parts(source, text.bytes, chosen, seed, stack, room.path)
        trials = costed(trainings(given, chosen, found), parts, found, listener)
        run = _Run(room, evaluate, keep, parts, listener, found)
        stopped = False
        if before is None or before(trials) is not False:
            room.begin(text, judge)
            stopped = run.all(trials)
    return run.result(trials, name_of(source), stopped)


def _checked(learners: Any, keep: str) -> list[Learner]:
    given: list[Learner] = [learners] if isinstance(learners, Learner) else list(learners)
    if not given:
        raise OptionError("a sweep needs a learner, got none")
    for learner in given:
        if not isinstance(learner, Learner):
            raise OptionError(f"a sweep takes learners, such as Word2Vec(dim=50), got {learner!r}")
        if isinstance(learner, Classifier):
            raise OptionError("a classifier is judged by labels of other texts: autotune does that")
    if keep not in ("best", "all", "none"):
        raise OptionError(f"keep must be 'best', 'all' or 'none', got {keep!r}")
    return given


@dataclass(frozen=True)
class _Run:
    """What all trainings of a sweep share. found: records by name, which grow."""

    room: Room
    evaluate: Judge | Evaluate
    keep: Keep
    parts: Parts
    listener: Listener
    found: dict[str, Record]

    def all(self, trials: Sequence[Planned]) -> bool:
        """Training after training, the cheapest first; whether Ctrl-C ended them."""
        coming = [trial for trial in trials if not trial.done]
        coming.sort(key=lambda trial: trial.cost.floats if trial.cost else 0.0)
        for number, trial in enumerate(coming, 1):
            try:
                record = self.one(trial)
                self.room.write(record)
                self.found[trial.name] = record
                line = f"{number} of {len(coming)}  {spoken(trial.setting)}: {self.told(record)}"
                if left := sum(later.cost.seconds or 0.0 for later in coming[number:] if later.cost):
                    line += f"; about {left:,.0f} s left"
                self.listener(Progress(phase="model", done=1, text=line))
            except KeyboardInterrupt:
                return True
        return False

    def one(self, trial: Planned) -> Record:
        """Train, judge and save one model. Raises: KeyboardInterrupt, also for one that Ctrl-C cut short."""
        cost = _stated(trial)
        try:
            run = fitted(trial.learner, self.parts.of(trial.learner, trial.share), self.listener)
        except (OmnivecError, MemoryError) as failure:  # what was found in hours is not lost by one of many
            return Record(name=trial.name, cost=cost, reason=str(failure) or type(failure).__name__)
        if run.model.record.get("interrupted"):  # by Ctrl-C; the engine makes a model of what there is
            raise KeyboardInterrupt
        record = self._judged(trial, run, cost)
        self._save(run.model, record)
        return record

    def _judged(self, trial: Planned, run: Fitted, cost: dict[str, Any] | None) -> Record:
        judge, model = self.evaluate, run.model
        losses = model.record.get("loss") or [None]
        by_item = judge.answers(model.vectors) if isinstance(judge, Judge) else None
        return Record(
            name=trial.name,
            cost=cost,
            tokens=model.record.get("tokens"),
            words=len(model.keys),
            seconds=run.seconds,
            training=run.training,
            floats=None if trial.cost is None else trial.cost.floats,
            read=None if trial.cost is None else trial.cost.tokens * epochs_of(trial.learner),
            bytes=size_of(model),
            loss=losses[-1],
            answers=by_item,
            told=None if isinstance(judge, Judge) else told_numbers(judge(model.vectors)),
        )

    def _save(self, model: Model, record: Record) -> None:
        if self.keep == "all":
            self.room.save(model, record.name)
        if self.keep == "none":
            return
        worth = self._worth(record)
        others = [value for one in self.found.values() if (value := self._worth(one)) is not None]
        if worth is not None and worth > max(others, default=-math.inf):
            self.room.save(model)

    def _worth(self, record: Record) -> float | None:
        """By what the best model is chosen."""
        if isinstance(self.evaluate, Judge):
            return None if record.answers is None else self.evaluate.worth(record.answers)
        return None if record.told is None else next(iter(record.told.values()))

    def told(self, record: Record) -> str:
        """What a finished training is worth, in a line."""
        if record.reason is not None:
            return record.reason
        scores = self._scores([record])[0]
        said = [
            f"{name} {score.known.value:.3f}"
            for name, score in scores.items()
            if score.known.value is not None
        ]
        return ", ".join([*said, f"{record.words:,} words", f"{record.seconds:.1f} s"])

    def _scores(self, records: Sequence[Record]) -> list[Mapping[str, Score]]:
        """Scores of each record that is no failure, and nothing for one that is."""
        judge = self.evaluate
        if not isinstance(judge, Judge):
            return [plain_scores(record.told or {}) for record in records]
        common = common_items([record.answers for record in records if record.answers is not None])
        return [{} if record.answers is None else judge.scores(record.answers, common) for record in records]

    def result(self, trials: Sequence[Planned], text: str, interrupted: bool) -> Sweep:
        """All that is known of the models asked for."""
        waiting = "not trained yet"
        records = [self.found.get(t.name) or Record(name=t.name, reason=waiting) for t in trials]
        scores = self._scores(records)
        models = [
            Swept(
                name=trial.name, learner=trial.learner.name, options=trial.learner.as_dict(),
                share=trial.share, setting=trial.setting, cost=record.cost or _stated(trial),
                tokens=record.tokens, words=record.words, seconds=record.seconds, bytes=record.bytes,
                loss=record.loss, scores=score, reason=record.reason,
            )
            for trial, record, score in zip(trials, records, scores, strict=True)
        ]  # fmt: skip
        names = {name: "" for score in scores for name in score}
        return Sweep(
            folder=str(self.room.path),
            text=text,
            models=models,
            measures=self.evaluate.measures if isinstance(self.evaluate, Judge) else names,
            kept=self.room.kept([model.name for model in models], self._best()),
            interrupted=interrupted,
        )

    def _best(self) -> str | None:
        """The name of the best of all models that the folder knows."""
        worth = {name: value for name, one in self.found.items() if (value := self._worth(one)) is not None}
        return max(worth, key=lambda name: worth[name]) if worth else None


def _stated(trial: Planned) -> dict[str, Any] | None:
    return None if trial.cost is None else trial.cost.as_json()
