"""A learner whose rows move in passes over its source: what `fit` does, and what the engine must be told."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from omnivec.config import Between
from omnivec.data.wanted import NOTHING, Wanted
from omnivec.errors import OptionError
from omnivec.learners.learner import Learner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.cells import Cells
    from omnivec.data.corpus import Corpus
    from omnivec.data.heldout import Text
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.beside import Beside
    from omnivec.engine.job import Job
    from omnivec.engine.outcome import Outcome
    from omnivec.engine.plan import Plan, Work
    from omnivec.engine.progress import Listener
    from omnivec.engine.validation import Evaluate
    from omnivec.engine.warm import Start
    from omnivec.model import Model


@dataclass(frozen=True, kw_only=True)
class Trained(Learner):
    """Abstract. A learner whose rows move, a little for every example, in passes over its source."""

    epochs: Annotated[int, Between(1, 100_000)] = 5
    """Passes over the text."""
    deterministic: bool = False
    """The same bytes at any number of threads, at the price of speed."""
    heldout: Annotated[float, Between(0, 0.5)] = 0.0
    """Share of the units that train nothing; their loss is measured after each epoch."""
    patience: Annotated[int, Between(1, 100_000)] | None = None
    """Stop after so many epochs in a row without a new least held-out loss."""

    def fit(
        self,
        source: Source | Cells,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        start: Start | None = None,
        frozen: bool = False,
        heldout_text: Source | None = None,
        evaluate: Evaluate | None = None,
        every: float = 60.0,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_minutes: float = 10.0,
        resume: Model | str | os.PathLike[str] | None = None,
        progress: Listener | None = None,
    ) -> Model:
        """Learn a vector for every word of a text.

        Args:
            source: a path (str or path-like) of a file or folder; or an iterable of texts (str), files (Path)
                and token lists. It is read once, so a generator will do; .gz and .xz are unpacked. For GloVe
                also cells that were counted before, as such or as the path of their file.
            tokenizer: a function from a line to its tokens, in place of splitting at white space.
            vocabulary: words and counts to use instead of those of the source.
            rule: a function of (word, count): True keeps a word, False drops it, None leaves it to min_count.
            start: vectors, a model or a path of one: the words it has begin with its vectors. Its other words
                are not added; `omnivec.extend` is for that.
            frozen: those words keep the vectors of `start` as they are; the others move.
            heldout_text: a source whose loss is measured after each epoch, in place of a share of the text;
                the phrases of the text are joined in it.
            evaluate: a function of `Vectors`, the read-only vectors as they stand, called every so many
                seconds and at the end while training rests. What it returns, names and numbers or one number,
                becomes a row of `history`; what it raises ends training.
            every: seconds between two calls of `evaluate`.
            checkpoint: a path at which the model so far is saved while training goes on, and on Ctrl-C.
            checkpoint_minutes: minutes between two checkpoints.
            resume: an interrupted model or its path, such as a checkpoint, of the same text and options:
                training goes on where it stood. With one thread the result has the same bits as if it had
                never stopped.
            progress: receives an `omnivec.engine.progress.Progress` for every finished phase and every 0.2 s
                of training.

        Ctrl-C ends training at the next shard; the model so far is returned and its record says so.

        Raises: InputError for a source that is missing, not text, empty, or of fewer than two words after
        min_count, or other than the text that `resume` was begun with; OptionError when `start` has another
        dim or no word of the text, or `resume` other options; OutputError for a `checkpoint` that cannot be
        written; NotEnoughMemory before tables are allocated; NotFinite when training diverges, or for a
        vector of `start`.

        """
        from omnivec.data.phrases import joined_alike
        from omnivec.engine import checkpoint as checkpoints
        from omnivec.engine import phases, warm
        from omnivec.engine.beside import Beside
        from omnivec.engine.progress import Progress, silent

        listener, asked = progress or silent, self.suited(source)
        chosen = asked.derived()
        chosen.check_wishes(heldout_text, frozen, start is not None or resume is not None)
        before = None if resume is None else checkpoints.resumable(resume, chosen, self.name)
        beside = Beside(
            evaluate=evaluate, every=every, checkpoint=checkpoint, checkpoint_minutes=checkpoint_minutes,
            resume=before,
        )  # fmt: skip
        given = warm.opened(start, chosen.dim, frozen)
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        corpus = chosen.corpus(source, listener, Wanted(tokenizer, vocabulary, rule))
        words, text = corpus.vocabulary, None
        if heldout_text is not None:
            alike = joined_alike(heldout_text, corpus.phrases)
            corpus, text = self.text_held_out(corpus, alike, tokenizer, listener)
        record: dict[str, Any] = {"fingerprint": self.fingerprint(corpus, text)}
        if before is not None:
            checkpoints.check_text(before, record["fingerprint"], corpus.name)
        labels = 0 if words.labels is None else len(words.labels)
        phases.require(chosen.memory(len(words), labels), self.remedies, listener)
        tables, still = chosen.initial(words), None
        if given is not None:
            rows = given.into(tables[self.inputs][: len(words)], words.keys, listener)
            still = padded(rows, len(tables[self.inputs])) if frozen else None
            chosen.begun(tables, rows)
            record |= given.record(rows)
        del given  # it may be larger than the tables
        changed = asked.changed()
        if before is not None:
            still = checkpoints.restored(before, tables, record)
            changed = before.config.get("changed", changed)  # as first given, before any was derived
        beside = replace(beside, heldout=text, record=record)
        return chosen.trained(corpus, tables, listener, changed, still, beside)

    def trained(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[Any]],
        listener: Listener,
        changed: dict[str, object],
        frozen: NDArray[np.uint8] | None = None,
        beside: Beside | None = None,
    ) -> Model:
        """Train tables on a corpus and make them a model; self is derived.

        The tables change in place; of the corpus a share is held out if the option says so.
        """
        from omnivec.engine import phases
        from omnivec.engine.beside import Beside
        from omnivec.engine.checkpoint import FROZEN
        from omnivec.engine.hogwild import Hogwild
        from omnivec.engine.schedule import Schedule
        from omnivec.engine.validation import out_of_patience

        beside = beside or Beside()
        if self.heldout:
            corpus, text = phases.share_held_out(corpus, self.heldout, self.seed, listener)
            beside = replace(beside, heldout=text)
        job = self.job(corpus, tables, frozen)
        phases.compiled(job, listener, beside.heldout)
        schedule = Schedule(
            len(corpus.tokens), self.epochs, self.rate, self.floor, job.work, corpus.total, self.spread
        )

        def model_of(outcome: Outcome, tables: Mapping[str, NDArray[Any]]) -> Model:
            if outcome.interrupted and frozen is not None:
                tables = {**tables, FROZEN: frozen}
            return self.model_of(corpus, tables, outcome, changed, beside.told(outcome, schedule))

        saving = beside.saving(job, model_of)
        pauses = beside.pauses(job, corpus.vocabulary.keys, self.dim, self.name, saving)
        run = Hogwild(
            schedule, job.step, self.workers, listener,
            pauses=pauses, enough=None if self.patience is None else out_of_patience(self.patience),
            before=beside.before(schedule),
        )  # fmt: skip
        with saving or nullcontext():
            outcome = run.train()
            if saving is not None and outcome.interrupted:
                saving.last(outcome)
        if not outcome.interrupted:
            phases.report_idle(corpus, outcome.pairs)
            phases.report_ruined(corpus, outcome, job.chance, self.rate)
        if outcome.stopped_early:
            phases.report_stopped(outcome, self.epochs, listener)
        return model_of(outcome, job.tables)

    @property
    def workers(self) -> int:
        """Threads that train; of a derived learner."""
        assert self.threads is not None
        return 1 if self.deterministic else self.threads

    def begun(self, tables: Mapping[str, NDArray[Any]], rows: NDArray[np.uint8]) -> None:
        """Take note of the words that began with given vectors, (words,) 1 for each; most need none."""

    def check_wishes(self, heldout_text: object, frozen: bool, given: bool) -> None:
        """Raise OptionError for what `fit` was asked and the options do not allow.

        given: whether there is something to begin with, vectors or an interrupted model.
        """
        if self.heldout and heldout_text is not None:
            raise OptionError("heldout and heldout_text exclude each other; give one of them")
        if self.patience is not None and not self.heldout and heldout_text is None:
            raise OptionError(
                f"patience {self.patience} waits for a better held-out loss, and no text is held out; set "
                "heldout to a share of the units, or give heldout_text"
            )

    def fingerprint(self, corpus: Corpus, heldout: Text | None) -> dict[str, Any]:
        """What tells a text from others, so that a training goes on with its own alone."""
        from omnivec.data.fingerprint import fingerprint

        return fingerprint(corpus, heldout)

    spread: ClassVar[bool] = False
    """Whether an epoch goes to and fro over the text, in place of from its beginning to its end."""

    inputs: ClassVar[str]
    """The table that learns: its first rows are the words'."""

    @property
    @abstractmethod
    def rate(self) -> float:
        """Learning rate at the start; of a derived learner."""

    @property
    @abstractmethod
    def floor(self) -> float:
        """Share of the rate that is left at the end."""

    @abstractmethod
    def corpus(self, source: Source | Cells, listener: Listener, wanted: Wanted = NOTHING) -> Corpus:
        """Read a source and say what was found."""

    @abstractmethod
    def text_held_out(
        self, corpus: Corpus, source: Source, tokenizer: Tokenizer | None, listener: Listener
    ) -> tuple[Corpus, Text]:
        """Read a text that is only measured: (the corpus, which may know more types then, that text)."""

    def plan(self, source: Source | Cells, *, progress: Listener | None = None) -> Plan:
        """What training on a text would do and need. The text is read and counted, nothing is trained.

        Raises: InputError as `fit`; memory that does not suffice is said in the plan and not raised.
        """
        from omnivec.engine import phases
        from omnivec.engine.plan import Plan, tables_bytes
        from omnivec.engine.progress import Progress, silent
        from omnivec.store import memory
        from omnivec.store.tables import padded_width

        listener, chosen = progress or silent, self.suited(source).derived()
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        corpus = chosen.corpus(source, listener)
        words = corpus.vocabulary
        labels = None if words.labels is None else len(words.labels)
        if chosen.heldout:
            corpus, _ = phases.share_held_out(corpus, chosen.heldout, chosen.seed, listener)
        work, (free, limit) = chosen.work(corpus), memory.available()
        return Plan(
            options=chosen.as_dict(),
            words=len(words),
            labels=labels,
            tokens=corpus.total,
            tokens_in_vocabulary=corpus.known,
            tokens_kept=work.tokens_kept,
            epochs=chosen.epochs,
            predictions=work.predictions,
            rows_moved=work.rows_moved,
            floats_moved=work.rows_moved * padded_width(chosen.dim),
            memory=chosen.memory(len(words), labels or 0),
            memory_free=free,
            memory_limit=limit,
            disk=tables_bytes(words, chosen.shapes(len(words), len(words) if labels is None else labels)),
        )

    @abstractmethod
    def work(self, corpus: Corpus) -> Work:
        """What an epoch over a corpus does, for `plan`; of a derived learner."""

    @abstractmethod
    def rows(self, words: int) -> int:
        """Rows of the table that learns. Raises: OptionError for more than can be numbered."""

    def shapes(self, words: int, predicted: int) -> dict[str, tuple[int, ...]]:
        """The tables of a model, by name; predicted: what its other side has a row for."""
        from omnivec.store.tables import padded_width

        width = padded_width(self.dim)
        shapes: dict[str, tuple[int, ...]] = {"vectors": (words, width), "output": (predicted, width)}
        if self.as_dict().get("loss") == "hs":
            shapes = {"vectors": (words, width), "nodes": (predicted - 1, width), "tree": (predicted - 1, 2)}
        if self.inputs != "vectors":
            shapes[self.inputs] = (self.rows(words), width)
        return shapes

    @abstractmethod
    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""

    @abstractmethod
    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """The tables of a model that has not been trained, by name."""

    @abstractmethod
    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs, on a derived learner: the tables are trained in place.

        frozen: (rows,) 1 for a row of `vectors` that does not move.
        """

    @abstractmethod
    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model, by name: those that learned, and `vectors` if that is none of them."""

    def model_of(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[Any]],
        outcome: Outcome,
        changed: dict[str, object],
        more: Mapping[str, Any] | None = None,
    ) -> Model:
        """The trained tables as a model, with the record of their training; self has no option left open.

        more: what the record says besides.
        """
        words, record = corpus.vocabulary, {**outcome.record(corpus, self.workers), **(more or {})}
        return self.made(words, corpus.phrases, self.kept(words, tables), record, changed)


def padded(marks: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """Marks of the first rows, and 0 for the others up to `rows`."""
    import numpy as np

    return np.concatenate([marks, np.zeros(rows - len(marks), np.uint8)])
