"""What all learners share: options, and a `fit` that turns a source into a model."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from omnivec.config import Between, Options, options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus, Reading
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.hogwild import Outcome
    from omnivec.engine.job import Job
    from omnivec.engine.progress import Progress
    from omnivec.engine.warm import Start
    from omnivec.model import Model


@dataclass(frozen=True, kw_only=True)
class Learner(Options, ABC):
    """Abstract. A learner is its options, frozen and checked, and `fit`; no constructor trains."""

    name: ClassVar[str]
    """What `config.json` and the command line call it."""

    dim: Annotated[int, Between(1, 4096)] = 100
    """Floats in a vector; time and memory grow in proportion."""
    epochs: Annotated[int, Between(1, 100_000)] = 5
    """Passes over the text."""
    threads: Annotated[int, Between(1, 1024)] | None = None
    """As many as the process has processors when not given; one gives the same bits for a seed."""
    seed: Annotated[int, Between(0, 2**63 - 1)] = 1
    """Start of every random number."""

    def fit(
        self,
        source: Source,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        start: Start | None = None,
        frozen: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> Model:
        """Learn a vector for every word of a text.

        Args:
            source: a path (str or path-like) of a file or folder; or an iterable of texts (str), files (Path)
                and token lists. It is read once, so a generator will do; .gz and .xz are unpacked.
            tokenizer: a function from a line to its tokens, in place of splitting at white space.
            vocabulary: words and counts to use instead of those of the source.
            rule: a function of (word, count): True keeps a word, False drops it, None leaves it to min_count.
            start: vectors, a model or a path of one: the words it has begin with its vectors. Its other words
                are not added; `omnivec.extend` is for that.
            frozen: those words keep the vectors of `start` as they are; the others move.
            progress: receives an `omnivec.engine.progress.Progress` for every finished phase and every 0.2 s
                of training.

        Ctrl-C ends training at the next shard; the model so far is returned and its record says so.

        Raises: InputError for a source that is missing, not text, empty, or of fewer than two words after
        min_count; OptionError when `start` has another dim or no word of the text; NotEnoughMemory before
        tables are allocated; NotFinite when training diverges, or for a vector of `start`.

        """
        from omnivec.engine import phases, warm
        from omnivec.engine.progress import Progress, silent

        listener, chosen = progress or silent, self.derived()
        given = warm.opened(start, chosen.dim, frozen)
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        corpus = phases.read(
            self.reading(), source, listener, tokenizer=tokenizer, vocabulary=vocabulary, rule=rule
        )
        phases.require(chosen.memory(len(corpus.vocabulary)), self.remedies, listener)
        tables = chosen.initial(corpus.vocabulary)
        rows = given.into(tables["vectors"], corpus.vocabulary.keys, listener) if given else None
        record = given.record(rows) if given and rows is not None else {}
        del given  # it may be larger than the tables
        model = chosen.trained(corpus, tables, listener, self.changed(), rows if frozen else None)
        model.config["training"] |= record
        return model

    def trained(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[Any]],
        listener: Callable[[Progress], None],
        changed: dict[str, object],
        frozen: NDArray[np.uint8] | None = None,
    ) -> Model:
        """Train tables on a corpus and make them a model; self is derived, the tables change in place."""
        from omnivec.engine import phases
        from omnivec.engine.hogwild import Hogwild
        from omnivec.engine.schedule import Schedule

        job = self.job(corpus, tables, frozen)
        phases.compiled(job, listener)
        schedule = Schedule(
            len(corpus.tokens), self.epochs, self.rate, self.floor, job.work, text=corpus.total
        )
        assert self.threads is not None
        outcome = Hogwild(schedule, job.step, self.threads, listener).train()
        if not outcome.interrupted:
            phases.report_idle(corpus, outcome.pairs)
        return self.model_of(corpus, job.tables, outcome, changed)

    remedies: ClassVar[str]
    """What makes training smaller, for the message when memory does not suffice."""

    @property
    @abstractmethod
    def rate(self) -> float:
        """Learning rate at the start; of a derived learner."""

    @property
    @abstractmethod
    def floor(self) -> float:
        """Share of the rate that is left at the end."""

    @abstractmethod
    def derived(self) -> Self:
        """The same learner with the options filled in that follow from others or from the machine."""

    @abstractmethod
    def summary(self) -> str:
        """The options in one line."""

    @abstractmethod
    def reading(self) -> Reading:
        """How the text is read."""

    @abstractmethod
    def memory(self, words: int) -> dict[str, int]:
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

    def model_of(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[Any]],
        outcome: Outcome,
        changed: dict[str, object],
    ) -> Model:
        """The trained tables as a model, with the record of their training; self has no option left open."""
        from omnivec.model import Model
        from omnivec.store.keys import Keys

        words, epochs = corpus.vocabulary, outcome.tokens / len(corpus.tokens)
        record = {
            "source": corpus.name,
            "tokens": corpus.total,
            "tokens_in_vocabulary": len(corpus.tokens),
            "types": words.types,
            "units": len(corpus.units) - 1,
            "invalid_tokens": corpus.invalid,
            "epochs": int(epochs) if epochs == int(epochs) else epochs,
            "pairs": outcome.pairs,
            "seconds": outcome.seconds,
            "tokens_per_second": corpus.total * epochs / outcome.seconds,
            "loss": outcome.losses,
            "threads": self.threads,
            "deterministic": self.threads == 1,
            "interrupted": outcome.interrupted,
        }
        config = {
            "learner": self.name,
            "options": self.as_dict(),
            "preset": self.preset_name,
            "changed": changed,
            "head": None,
            "dim": self.dim,
            "rows": len(words),
            "training": record,
        }
        keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
        return Model(config, keys, dict(tables))

    def changed(self) -> dict[str, object]:
        """The options whose value is not the default."""
        given = self.as_dict()
        return {
            name: given[name] for name, option in options(type(self)).items() if given[name] != option.default
        }


def plural(count: int | None, noun: str) -> str:
    """`1 epoch`, `5 epochs`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
