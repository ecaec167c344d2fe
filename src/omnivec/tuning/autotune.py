"""A classifier whose options are found by trying them on a text whose labels are known."""

from __future__ import annotations

import difflib
import math
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from omnivec.compress.report import size_of
from omnivec.config import options
from omnivec.data.corpus import Corpus
from omnivec.data.predicting import checked
from omnivec.data.sources import Source, describe
from omnivec.engine import phases
from omnivec.engine.progress import Listener, Progress, silent
from omnivec.errors import InputError, OptionError
from omnivec.evaluate.examples import Example, Examples, examples
from omnivec.evaluate.metric import Metric
from omnivec.learners.classifier import Classifier
from omnivec.model import Model
from omnivec.store.memory import bytes_of
from omnivec.tuning.search import RANGES, Search, Values
from omnivec.tuning.size import fitted
from omnivec.tuning.trial import Trial

SECONDS = 300.0
"""How long a search lasts when nothing says so."""


class Tuned(NamedTuple):
    """The best model, and every trial in its order."""

    model: Model
    trials: list[Trial]


def autotune(
    source: Source,
    validation: Examples,
    *,
    learner: Classifier | None = None,
    fixed: Collection[str] | None = None,
    metric: str = "f1",
    k: int = 1,
    seconds: float | None = None,
    trials: int | None = None,
    size: int | str | None = None,
    seed: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Tuned:
    """Search the options with which a classifier tells the labels of another text best.

    The first trial has the given options. Each further one draws epochs, lr, dim, word_ngrams, minn, maxn and
    buckets around those of the best so far, in steps that shrink, trains, and is judged by the validation
    text; the model that scored best is the one returned. The text is read once.

    Args:
        source: texts with labels to learn from, as in `Classifier.fit`.
        validation: texts with labels to judge by, which training must not have.
        learner: all other options, and the first trial; `Classifier()` when not given.
        fixed: names of options that stay as the learner has them; when not given, those in which it differs
            from `Classifier()`.
        metric: f1, f1:LABEL, precision_at_recall:X[:LABEL] or recall_at_precision:X[:LABEL] with X from 0 to
            1; fastText's precisionAtRecall and recallAtPrecision mean the same.
        k: labels that are predicted for each text.
        seconds: how long the search lasts, 300 when neither this nor trials is given. A training that is not
            over by then is stopped and counts for nothing.
        trials: how many there are, in place of a time or beside it. With this alone, and one thread, a seed
            gives the same trials and the same model again.
        size: bytes that the model may have, 2_000_000 or "2M": each trial is quantised and pruned to them.
        seed: of the search; the learner's when not given, and every trial trains with that.
        progress: receives an `omnivec.engine.progress.Progress` while the text is read, while a trial trains,
            and with phase "trial" and its line as text for every trial that is over.

    Ctrl-C ends the search; the best model so far is returned and its record says so. What else a trial raises
    becomes its `reason`, and the next one begins.

    Raises: InputError as `Classifier.fit`, and for a validation text without labels; OptionError for options
    out of range, when nothing is left to search, and when no trial came to its end; KeyboardInterrupt when no
    trial was over yet.

    """
    limits = Limits.of(seconds, trials)
    given = learner or Classifier()
    chosen, asked = given.derived(), Metric.parse(metric, given.label_prefix)
    budget = None if size is None else bytes_of(size, "size")
    search = _search(chosen, given.changed() if fixed is None else fixed, seed, budget)
    listener = progress or silent
    checked([], k, 0.0)
    judge = list(examples(validation, chosen.label_prefix, chosen.whitespace))
    texts = source if budget is None else _again(source, chosen)  # for rows trained again
    corpus = chosen.corpus(texts, listener)
    _check(asked, judge, describe(validation), corpus, chosen)
    run = _Run(chosen, corpus, texts, judge, asked, k, budget, limits, listener)
    return run.all(search)


@dataclass(frozen=True)
class Limits:
    """When a search ends: after so many seconds since it began, or so many trials, whichever comes first."""

    began: float
    seconds: float | None
    trials: int | None

    @classmethod
    def of(cls, seconds: float | None, trials: int | None) -> Limits:
        """From now on. Raises: OptionError for what is no time, or no number of trials."""
        if seconds is None and trials is None:
            seconds = SECONDS
        if seconds is not None and not (isinstance(seconds, (int, float)) and 0 < seconds < math.inf):
            raise OptionError(f"seconds must be a number above 0, got {seconds!r}")
        if trials is not None and (type(trials) is not int or trials < 1):
            raise OptionError(f"trials must be a whole number from 1 on, got {trials!r}")
        return cls(time.perf_counter(), seconds, trials)

    def late(self) -> bool:
        """Whether the time is over."""
        return self.seconds is not None and time.perf_counter() - self.began >= self.seconds

    def done(self, trials: int) -> float:
        """The share of the search that is over after so many trials: of a number of them, if there is one."""
        if self.trials is not None:
            return trials / self.trials
        return min((time.perf_counter() - self.began) / (self.seconds or SECONDS), 1.0)


class _Late(Exception):
    """A trial would last longer than the search."""


@dataclass(frozen=True)
class _Run:
    """What all trials of a search share."""

    learner: Classifier
    corpus: Corpus
    texts: Examples
    judge: list[Example]
    metric: Metric
    k: int
    budget: int | None
    limits: Limits
    listener: Listener

    def all(self, search: Search) -> Tuned:
        """Trial after trial, until the search is over or Ctrl-C comes."""
        best: Model | None = None
        trials: list[Trial] = []
        interrupted = False
        try:
            while not (self.limits.late() or len(trials) == self.limits.trials):
                values = search.near(self.limits.done(len(trials))) if trials else dict(search.best)
                trial, model = self.one(len(trials) + 1, values)
                score = max((one.score for one in trials if one.score is not None), default=-1.0)
                if model is not None and trial.score is not None and trial.score > score:
                    trial, best, search.best = replace(trial, best=True), model, values
                trials.append(trial)
                del model
                self.listener(Progress(phase="trial", done=1, text=trial.line(str(self.metric))))
        except KeyboardInterrupt:
            if best is None:
                raise
            interrupted = True
        if best is None:
            raise OptionError(_nothing(trials, self.limits))
        told = {"metric": str(self.metric), "k": self.k, "size": self.budget, "interrupted": interrupted}
        record = {**told, "trials": [trial.as_json() for trial in trials]}
        best.config["training"] = {**best.record, "autotune": record}
        return Tuned(best, trials)

    def one(self, number: int, values: Values) -> tuple[Trial, Model | None]:
        """One trial, and its model if it came to its end."""
        began, model, score, reason = time.perf_counter(), None, None, None
        try:
            model = self._model(values)
            score = self.metric.of(model.evaluate(self.judge, self.k))
        except _Late:
            reason = f"not over {self.limits.seconds:g} seconds after the search began"
        except Exception as failure:  # whatever it is, what was found in hours is not lost by it
            reason = str(failure) or type(failure).__name__
        trial = Trial(
            number=number, options=values, score=score, size=None if model is None else size_of(model),
            seconds=time.perf_counter() - began, reason=reason,
        )  # fmt: skip
        return trial, model

    def _model(self, values: Values) -> Model:
        learner = self.learner.replaced(**{name: value for name, value in values.items() if name != "dsub"})
        words, labels = self.corpus.vocabulary, self.corpus.vocabulary.labels
        assert labels is not None
        phases.require(learner.memory(len(words), len(labels)), learner.remedies, silent)
        model = learner.trained(self.corpus, learner.initial(words), self._while_training, learner.changed())
        if model.record["interrupted"]:  # by Ctrl-C, which the engine turns into a model of what there is
            raise KeyboardInterrupt
        if self.budget is None:
            return model
        return fitted(model, self.budget, int(values["dsub"]), self.texts, self._while_training)

    def _while_training(self, record: Progress) -> None:
        """Of a trial only where it stands is told, since its line follows; the last second ends it."""
        if self.limits.late():
            raise _Late
        if record.phase in ("compile", "train"):
            self.listener(record)


def _search(learner: Classifier, fixed: Collection[str], seed: int | None, budget: int | None) -> Search:
    """Raises: OptionError for what is fixed and no option, and when everything is."""
    searched = (*RANGES, "minn", "maxn")
    for name in fixed:
        if name != "dsub" and name not in options(type(learner)):
            raise OptionError(learner.unknown(name)[0])
    given: Values = {name: getattr(learner, name) for name in searched}
    if budget is not None:
        given["dsub"] = 2
    search = Search(given, fixed, learner.seed if seed is None else seed)
    if not search.free():
        raise OptionError(f"nothing is left to search: {', '.join(given)} are all fixed")
    return search


def _again(source: Any, learner: Classifier) -> Any:
    """A source that can be read more than once."""
    if isinstance(source, (str, os.PathLike)):
        return source
    if hasattr(source, "read"):
        return list(examples(source, learner.label_prefix, learner.whitespace))
    return list(source)


def _check(metric: Metric, judge: list[Example], name: str, corpus: Corpus, learner: Classifier) -> None:
    """Refuse before the first trial what no trial could be judged by."""
    if learner.heldout or learner.patience is not None:
        raise OptionError(
            "heldout and patience are for one training; a search is judged by its validation text"
        )
    assert corpus.vocabulary.labels is not None
    labels = [label.removeprefix(learner.label_prefix) for label in corpus.vocabulary.labels.keys]
    if not any(there for _, there in judge):
        raise InputError(f"{name}: no text has a label, and trials are judged by them")
    if metric.label is not None and metric.label not in labels:
        near = difflib.get_close_matches(metric.label, labels, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise OptionError(f"metric {metric}: {corpus.name} has no label {metric.label!r}{hint}")


def _nothing(trials: list[Trial], limits: Limits) -> str:
    """Why there is no model."""
    if not trials:
        return (
            f"no trial began within {limits.seconds:g} seconds, reading the text took longer; raise seconds"
        )
    last = trials[-1]
    remedy = "; raise seconds" if limits.late() else ""
    count = "the only trial" if len(trials) == 1 else f"each of {len(trials):,} trials"
    return f"{count} failed: number {last.number}: {last.reason}{remedy}"
