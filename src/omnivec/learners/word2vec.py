"""Word2Vec: a word is known by the words around it.

Positive examples are (context word, centre) pairs within a window of running text; the left row is the
context word's, the operator none, the comparator a dot product, the loss negative sampling from counts^power.

Sources: Mikolov, Chen, Corrado, Dean 2013 (arXiv 1301.3781); Mikolov, Sutskever, Chen, Corrado, Dean 2013
(arXiv 1310.4546).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from omnivec.config import Between
from omnivec.learners.learner import Learner, plural, processors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.hogwild import Outcome
    from omnivec.engine.progress import Listener, Progress
    from omnivec.model import Model

LR = {"skipgram": 0.05}
"""Learning rates by model."""


@dataclass(frozen=True, kw_only=True)
class Word2Vec(Learner):
    """Vectors of words, learned from the words around them."""

    name: ClassVar[str] = "word2vec"
    former: ClassVar[Mapping[str, str]] = {
        "vector_size": "dim", "size": "dim", "alpha": "lr", "min_alpha": "lr_floor", "iter": "epochs",
        "epoch": "epochs", "workers": "threads", "thread": "threads", "negative": "negatives",
        "neg": "negatives", "ns_exponent": "power", "sg": "model", "cbow": "model", "hs": "loss",
        "ws": "window", "shrink_windows": "window_kind", "minCount": "min_count",
        "max_final_vocab": "max_size", "t": "sample",
    }  # fmt: skip

    model: Literal["skipgram"] = "skipgram"
    """Each context word predicts the centre of its window."""
    loss: Literal["ns"] = "ns"
    """Output layer: negative sampling."""
    window: Annotated[int, Between(1, 1000)] = 5
    """Words on each side of the centre that count as its context."""
    window_kind: Literal["dynamic", "fixed"] = "dynamic"
    """Dynamic: a radius from 1 to window is drawn for every centre, so that near words count more."""
    negatives: Annotated[int, Between(1, 1000)] = 5
    """Words drawn as wrong answers for each centre; its whole window shares them."""
    power: Annotated[float, Between(-2, 2)] = 0.75
    """Negatives are drawn in proportion to count^power; the smaller, the more often rare words."""
    exclude_target: Literal["redraw", "skip", "keep"] = "redraw"
    """What happens to a negative that is the centre itself."""
    sample: Annotated[float, Between(0, 1)] = 1e-4
    """Words more frequent than this share of the text are thinned out; 0 keeps every word."""
    sample_total: Literal["kept", "all"] = "kept"
    """The text that shares are taken of: tokens in the vocabulary, or all."""
    min_count: Annotated[int, Between(1, 2**62)] = 5
    """Words that occur less often are left out."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words, the most frequent ones."""
    unit: Literal["line", "paragraph", "document"] = "line"
    """What a window never crosses the border of; a paragraph ends at an empty line."""
    whitespace: Literal["ascii", "unicode"] = "ascii"
    """What separates words: space, tab, VT, FF, CR, LF; or whatever Unicode calls white space."""
    encoding_errors: Literal["replace", "strict", "ignore"] = "replace"
    """Invalid UTF-8: replace it and report the count, stop, or drop the bytes."""
    lr: Annotated[float, Between(1e-9, 100)] | None = None
    """Learning rate at the start; derived from the model when not given."""
    lr_floor: Annotated[float, Between(0, 1)] = 1e-4
    """Share of lr that is left at the end; in between it falls with the position in the text."""

    def fit(
        self,
        source: Source,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Model:
        """Learn a vector for every word of a text.

        Args:
            source: a path (str or path-like) of a file or folder; or an iterable of texts (str), files (Path)
                and token lists. It is read once, so a generator will do; .gz and .xz are unpacked.
            tokenizer: a function from a line to its tokens, in place of splitting at white space.
            vocabulary: words and counts to use instead of those of the source.
            rule: a function of (word, count): True keeps a word, False drops it, None leaves it to min_count.
            progress: receives an `omnivec.engine.progress.Progress` for every finished phase and every 0.2 s
                of training.

        Ctrl-C ends training at the next shard; the model so far is returned and its record says so.

        Raises: InputError for a source that is missing, not text, empty, or of fewer than two words after
        min_count; NotEnoughMemory before tables are allocated; NotFinite when training diverges.

        """
        from omnivec.data.corpus import Reading
        from omnivec.engine import phases
        from omnivec.engine.progress import Progress, silent

        listener, chosen = progress or silent, self.derived()
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        reading = Reading(
            unit=self.unit, whitespace=self.whitespace, encoding_errors=self.encoding_errors,
            min_count=self.min_count, max_size=self.max_size,
        )  # fmt: skip
        corpus = phases.read(reading, source, listener, tokenizer=tokenizer, vocabulary=vocabulary, rule=rule)
        need = chosen.memory(len(corpus.vocabulary))
        phases.require(need, "lower dim, raise min_count or set max_size", listener)
        tables, outcome = chosen._train(corpus, listener)
        if not outcome.interrupted:
            phases.report_idle(corpus, outcome.pairs)
        return chosen.model_of(corpus, tables, outcome, self.changed())

    def derived(self) -> Word2Vec:
        """The same learner with the options filled in that follow from others or from the machine."""
        return replace(self, lr=self.lr or LR[self.model], threads=self.threads or processors())

    def summary(self) -> str:
        """The options in one line."""
        parts = [
            "skip-gram", self.loss, f"dim {self.dim}", f"window {self.window}", f"{self.negatives} negatives",
            f"sample {self.sample:g}", f"lr {self.lr:g}", plural(self.epochs, "epoch"),
            plural(self.threads, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def memory(self, words: int) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""
        from omnivec.store.tables import padded_width

        table = words * padded_width(self.dim) * 4
        return {"vectors": table, "output": table, "sampler": words * 28}

    def _train(self, corpus: Corpus, listener: Listener) -> tuple[dict[str, NDArray[np.float32]], Outcome]:
        from omnivec.data.vocabulary import keep_thresholds
        from omnivec.engine import phases, start
        from omnivec.engine.hogwild import Hogwild
        from omnivec.engine.schedule import Schedule, Shard
        from omnivec.kernels import window
        from omnivec.store.tables import empty_table

        assert self.lr is not None and self.threads is not None
        words = corpus.vocabulary
        inputs = start.initial_table(len(words), self.dim, self.seed)
        outputs = empty_table(len(words), self.dim)
        total = words.total if self.sample_total == "all" else int(words.counts.sum())
        keep = keep_thresholds(words.counts, self.sample, total)
        alias = start.alias_table(words.counts, self.power)
        kind, exclude = window.RADIUS[self.window_kind], window.EXCLUDE[self.exclude_target]

        def step(shard: Shard, sums: NDArray[np.float64]) -> None:
            window.skipgram(
                corpus.tokens, corpus.units, shard.first, shard.last, keep, alias, inputs, outputs,
                self.window, kind, self.negatives, exclude, shard.rate, shard.decay,
                start.base(self.seed, shard.epoch), sums,
            )  # fmt: skip

        phases.compiled(lambda sums: step(Shard(0, 0, 0, 0.0, 0.0), sums), listener)
        work = inputs.shape[1] * (self.negatives + 1)
        schedule = Schedule(len(corpus.tokens), self.epochs, self.lr, self.lr_floor, work, text=corpus.total)
        outcome = Hogwild(schedule, step, self.threads, listener).train()
        return {"vectors": inputs, "output": outputs}, outcome
