"""What the learners of windows share: who meets whom in running text, and what that costs.

Positive examples are a centre and its context words: each of them (skip-gram) or all together (CBOW) are the
left side, the comparator is a dot product, the loss negative sampling from counts^power, a walk down a
Huffman tree, or the full softmax.

Sources: Mikolov, Chen, Corrado, Dean 2013 (arXiv 1301.3781); Mikolov, Sutskever, Chen, Corrado, Dean 2013
(arXiv 1310.4546).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from omnivec.config import Between
from omnivec.learners.learner import plural
from omnivec.learners.text import TextLearner, job_over

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.engine.job import Job
    from omnivec.engine.plan import Work
    from omnivec.engine.schedule import Shard

Parts = tuple["NDArray[np.int64]", "NDArray[np.int32]"]
"""The rows of each word: word w is the mean of rows[spans[w]:spans[w + 1]]."""


@dataclass(frozen=True, kw_only=True)
class Windowed(TextLearner):
    """Abstract. Vectors of words, learned from the words around them."""

    needs: ClassVar[Mapping[str, tuple[str, object]]] = {
        "negatives": ("loss", "ns"), "power": ("loss", "ns"), "exclude_target": ("loss", "ns"),
        "distinct_negatives": ("loss", "ns"), "reduction": ("model", "cbow"), "gradient": ("model", "cbow"),
    }  # fmt: skip
    model: Literal["skipgram", "cbow"] = "skipgram"
    """Skipgram: each context word predicts the centre of its window; cbow: all of them together do."""
    loss: Literal["ns", "hs", "softmax"] = "ns"
    """Output layer: negative sampling, hierarchical softmax over a Huffman tree, or full softmax."""
    reduction: Literal["mean", "sum"] = "mean"
    """How cbow joins the context words."""
    gradient: Literal["true", "undivided"] = "undivided"
    """What each context word of a cbow mean receives: the gradient, or that times the number of words."""
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
    distinct_negatives: bool = False
    """Draw the negatives of a centre without replacement, so that all of them differ."""
    sample: Annotated[float, Between(0, 1)] = 1e-4
    """Words more frequent than this share of the text are thinned out; 0 keeps every word."""
    sample_total: Literal["kept", "all"] = "kept"
    """The text that shares are taken of: tokens in the vocabulary, or all."""
    sample_formula: Literal["word2vec", "paper"] = "word2vec"
    """Share of a word that is kept, s = sample, f = its share of the text: √(s/f) + s/f, or √(s/f)."""
    init: Literal["uniform", "wide", "normal"] = "uniform"
    """Start: inputs in ±1/(2 dim), outputs 0; inputs in ±1/dim, outputs 0; or both normal with σ .01."""
    min_count: Annotated[int, Between(1, 2**62)] = 5
    """Words that occur less often are left out."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words, the most frequent ones."""
    unit: Literal["line", "paragraph", "document"] = "line"
    """What a window never crosses the border of; a paragraph ends at an empty line."""
    line_end: str | None = None
    """A token to put at the end of every line, such as <eos>."""
    lr: Annotated[float, Between(1e-9, 100)] | None = None
    """Learning rate at the start; derived from model and loss when not given."""

    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "sg": {1: ("model", "skipgram"), 0: ("model", "cbow")},
        "cbow": {1: ("model", "cbow"), 0: ("model", "skipgram")},
        "hs": {1: ("loss", "hs"), 0: ("loss", "ns")},
        "cbow_mean": {1: ("reduction", "mean"), 0: ("reduction", "sum")},
        "shrink_windows": {1: ("window_kind", "dynamic"), 0: ("window_kind", "fixed")},
        "vector_size": "dim", "size": "dim", "alpha": "lr", "min_alpha": "lr_floor", "iter": "epochs",
        "epoch": "epochs", "workers": "threads", "thread": "threads", "negative": "negatives",
        "neg": "negatives", "ns_exponent": "power", "ws": "window", "minCount": "min_count",
        "max_final_vocab": "max_size", "t": "sample",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        "sentences": "the text goes to fit", "corpus_file": "the text goes to fit",
        "input": "the text goes to fit", "trim_rule": "pass rule to fit",
        "callbacks": "pass progress or evaluate to fit", "pretrainedVectors": "pass start to fit",
        "compute_loss": "the loss is always there, in model.history",
        "lrUpdateRate": "the rate follows every token", "batch_words": "the engine divides the text itself",
        "max_vocab_size": "words are counted exactly; max_size keeps the most frequent",
        "sorted_vocab": "words are always in the order of their counts",
    }  # fmt: skip

    rates: ClassVar[Mapping[str, Mapping[str, float]]]
    """The learning rate where none is given, by loss and model."""

    @property
    def rate(self) -> float:
        """Learning rate at the start; of a derived learner."""
        assert self.lr is not None
        return self.lr

    def derived(self) -> Self:
        """The same learner with the options filled in that follow from others or from the machine."""
        lr = self.lr or self.rates[self.loss][self.model]
        return super().derived().replaced(lr=lr)

    def summary(self) -> str:
        """The options in one line."""
        model = (
            "skip-gram" if self.model == "skipgram" else f"cbow {self.reduction}, {self.gradient} gradient"
        )
        negatives = [f"{self.negatives} negatives"] if self.loss == "ns" else []
        parts = [
            model, *self.features(), self.loss, f"dim {self.dim}", f"window {self.window}", *negatives,
            f"sample {self.sample:g}", f"lr {self.rate:g}", plural(self.epochs, "epoch"),
            plural(self.workers, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    @abstractmethod
    def features(self) -> list[str]:
        """What a word is made of, for the summary; nothing where it is one row."""

    @abstractmethod
    def parts(self, vocabulary: Vocabulary) -> Parts | None:
        """The rows that each word is the mean of; None where it is one row of its own."""

    def head(self) -> None:
        """Words alone are predicted."""

    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""
        from omnivec.store.tables import padded_width

        row = padded_width(self.dim) * 4
        inputs = {self.inputs: self.rows(words) * row, **self.beside(words)}
        table = words * row
        if self.loss == "hs":  # a path is about as long as the tree is deep, and a few steps more
            return {**inputs, "nodes": table, "tree": words * (8 + 4 * (words.bit_length() + 4))}
        if self.loss == "softmax":  # scores for each input of a window, six in eight places of four bytes
            together = 2 * self.window + 2 if self.model == "skipgram" else 2
            scores = (words // 6 + 1) * 32 * together + words * 8
            return {**inputs, "output": table, "scores": scores * self.workers}
        return {**inputs, "output": table, "sampler": words * 28}

    @abstractmethod
    def beside(self, words: int) -> dict[str, int]:
        """Bytes that a word's parts take, by what for."""

    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """Inputs and outputs before training, and the tree of hs."""
        from omnivec.data.vocabulary import check_negatives
        from omnivec.engine import start, tree

        rows = len(vocabulary)
        if self.loss == "ns":
            check_negatives(rows, self.negatives, self.exclude_target, self.distinct_negatives)
        tables = {self.inputs: start.initial_table(self.rows(rows), self.dim, self.seed, self.init)}
        if self.loss == "hs":
            nodes = start.initial_outputs(rows - 1, self.dim, self.seed, self.init)
            return {**tables, "nodes": nodes, "tree": tree.grown(vocabulary.counts)}
        return {**tables, "output": start.initial_outputs(rows, self.dim, self.seed, self.init)}

    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model: those that learned, and words as the means of their parts."""
        parts = self.parts(vocabulary)
        if parts is None:
            return dict(tables)
        from omnivec.data.features import composed
        from omnivec.store.tables import Table

        return {"vectors": composed(Table(tables[self.inputs], self.dim), *parts), **tables}

    def thresholds(self, words: Vocabulary) -> NDArray[np.uint32]:
        """Thresholds of subsampling, (words,) uint32, as the kernel takes them."""
        from omnivec.data.vocabulary import keep_thresholds

        total = words.total if self.sample_total == "all" else int(words.counts.sum())
        return keep_thresholds(words.counts, self.sample, total, self.sample_formula)

    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs: the kernel over the windows of a text."""
        from omnivec.data.features import composed
        from omnivec.data.vocabulary import keep_chance
        from omnivec.engine import start, tree
        from omnivec.kernels import window
        from omnivec.store.tables import Table

        words = corpus.vocabulary
        keep = self.thresholds(words)
        alias = starts = steps = bag = None
        count, rivals, length = 1, len(words), 0.0  # full softmax names the centre alone
        if self.loss == "ns":
            alias, count = start.alias_table(words.counts, self.power), self.negatives + 1
            rivals = count
        elif self.loss == "hs":
            starts, steps, count = tree.paths(tables["tree"])
            length = tree.mean_path(starts, words.counts * keep_chance(keep))
            rivals = int(length) + 1
        if self.model == "cbow":
            mean = self.reduction == "mean"
            bag = window.MEAN * mean | window.DIVIDE * (mean and self.gradient == "true")
        inputs, outputs = tables[self.inputs], tables["nodes" if self.loss == "hs" else "output"]
        known = self.parts(words)
        spans, parts = known or (None, None)
        work = inputs.shape[1] * rivals
        # Scores of 0: each output of ns and each step of a path is a coin, all words are equally likely.
        chance = {"ns": count * math.log(2), "hs": length * math.log(2), "softmax": math.log(len(words))}

        def passed(
            tokens: NDArray[np.int32], units: NDArray[np.int64], shard: Shard, rate: float | None,
            sums: NDArray[np.float64],
        ) -> None:  # fmt: skip
            window.train(
                tokens, units, shard.first, shard.last, keep,
                alias, window.EXCLUDE[self.exclude_target], int(self.distinct_negatives), starts, steps,
                count, inputs, spans, parts, outputs, frozen, bag, self.window,
                window.RADIUS[self.window_kind], rate, shard.decay, start.base(self.seed, shard.epoch), sums,
            )  # fmt: skip

        def look() -> NDArray[np.float32]:
            return inputs if known is None else composed(Table(inputs, self.dim), *known)

        return job_over(corpus, tables, passed, look, work, chance[self.loss])

    def work(self, corpus: Corpus) -> Work:
        """Centres and the words around them, thinned out."""
        from omnivec.data.vocabulary import keep_chance
        from omnivec.engine.plan import Work, windows

        words = corpus.vocabulary
        kept = keep_chance(self.thresholds(words)) * words.counts
        share = float(kept.sum()) / int(words.counts.sum())
        dynamic = self.window_kind == "dynamic"
        centres, contexts = windows(corpus.units, share, self.window, dynamic=dynamic)
        return Work(
            tokens_kept=len(corpus.tokens) * share,
            predictions=contexts if self.model == "skipgram" else centres,
            rows_moved=contexts + centres * self._targets(words, kept),
        )

    def _targets(self, words: Vocabulary, kept: NDArray[np.float64]) -> float:
        """Mean number of output rows that a window moves: all its context words share them.

        kept (words,): tokens of each word that subsampling is expected to keep.
        """
        if self.loss == "ns":
            return self.negatives + 1
        if self.loss == "softmax":
            return len(words)
        from omnivec.engine import tree

        starts, _, _ = tree.paths(tree.grown(words.counts))
        return tree.mean_path(starts, kept)
