"""CollobertWeston: a word is known by the windows it stands in, told from the same with another centre.

The rows of a window's words, one behind the other, pass a hidden layer and become a score; the loss is
max(0, 1 − score + score of the window whose centre was replaced). Definition: reference/collobert_weston.py.

Sources: Collobert, Weston 2008, A Unified Architecture for Natural Language Processing; Collobert, Weston,
Bottou, Karlen, Kavukcuoglu, Kuksa 2011, Natural Language Processing (Almost) from Scratch, sections 3 and 4.
"""

from __future__ import annotations

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

SHARE = 0.3
"""The hidden layer's rate times the words of a window, over that of the rows."""

SPREAD = 0.3
"""Standard deviation of hidden units before training; at .08 a text of few words is never learned."""


@dataclass(frozen=True, kw_only=True)
class CollobertWeston(TextLearner):
    """Vectors of words, learned by telling windows of text from spoilt ones."""

    name: ClassVar[str] = "collobert-weston"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "senna": {
            # Where all words spoil alike, frequency tells most windows apart (docs/collobert-weston.md).
            "dim": 50, "window": 5, "hidden": 100, "activation": "hardtanh", "power": 0.0, "sample": 0.0,
        },
    }  # fmt: skip
    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "vector_size": "dim", "size": "dim", "iter": "epochs", "epoch": "epochs", "workers": "threads",
        "thread": "threads", "minCount": "min_count", "alpha": "lr", "ns_exponent": "power",
        "hidden_size": "hidden",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        "negatives": "each window is spoilt by one word", "loss": "the hinge is the only one",
        "margin": "the margin is 1", "input": "the text goes to fit",
    }  # fmt: skip

    dim: Annotated[int, Between(1, 4096)] = 50
    """Floats in a vector; time and memory grow in proportion."""
    window: Annotated[int, Between(1, 100)] = 2
    """Words on each side of the centre; time grows in proportion."""
    hidden: Annotated[int, Between(1, 100_000)] = 100
    """Units of the hidden layer; time grows in proportion."""
    activation: Literal["hardtanh", "tanh"] = "hardtanh"
    """What bends the hidden layer: a cut at −1 and 1, or tanh."""
    power: Annotated[float, Between(-2, 2)] = 0.75
    """Words that spoil a centre are drawn in proportion to count^power; 0: all alike."""
    sample: Annotated[float, Between(0, 1)] = 1e-4
    """Words more frequent than this share of the text are thinned out; 0 keeps every word."""
    min_count: Annotated[int, Between(1, 2**62)] = 5
    """Words that occur less often are left out."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words, the most frequent ones."""
    unit: Literal["line", "paragraph", "document"] = "line"
    """What a window never crosses the border of; a paragraph ends at an empty line."""
    line_end: str | None = None
    """A token to put at the end of every line, such as <eos>."""
    lr: Annotated[float, Between(1e-9, 100)] = 0.1
    """Learning rate of the words' vectors at the start."""
    hidden_lr: Annotated[float, Between(1e-9, 100)] | None = None
    """That of the hidden layer; derived from lr and the words of a window when not given."""

    inputs: ClassVar[str] = "vectors"
    remedies: ClassVar[str] = "lower dim or hidden, raise min_count or set max_size"

    @property
    def rate(self) -> float:
        """Learning rate at the start."""
        return self.lr

    @property
    def places(self) -> int:
        """Words of a window, its centre among them."""
        return 2 * self.window + 1

    def derived(self) -> Self:
        """The same learner with hidden_lr and threads filled in."""
        hidden_lr = self.hidden_lr or max(SHARE * self.lr / self.places, 1e-9)
        return super().derived().replaced(hidden_lr=hidden_lr)

    def summary(self) -> str:
        """The options in one line."""
        parts = [
            f"window {self.window} ({self.places} words)", f"dim {self.dim}",
            f"hidden {self.hidden} ({self.activation})", f"centres spoilt by count^{self.power:g}",
            f"sample {self.sample:g}", f"lr {self.lr:g}, hidden {self.hidden_lr:.3g}",
            plural(self.epochs, "epoch"), plural(self.workers, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def described(self) -> None:
        """A word is one row."""

    def head(self) -> None:
        """Windows are scored; nothing is predicted."""

    def rows(self, words: int) -> int:
        """A row for each word."""
        return words

    def shapes(self, words: int, predicted: int) -> dict[str, tuple[int, ...]]:
        """The tables of a model, by name."""
        from omnivec.store.tables import padded_width

        width, inner = padded_width(self.dim), self.hidden
        return {
            "vectors": (words, width), "padding": (1, width), "hidden": (self.places * inner, width),
            "bias": (inner,), "score": (inner,),
        }  # fmt: skip

    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""
        from omnivec.kernels.scorer import BATCH, TILE
        from omnivec.store.tables import padded_width

        row = padded_width(self.dim) * 4
        layer = (self.places * row + 8) * self.hidden
        values = 3 * (BATCH + TILE) * 4 * (self.hidden + TILE)
        return {  # each thread has two copies of the layer, and its values in a batch
            "vectors": (words + 1) * row,
            "hidden layer": layer + self.workers * (2 * layer + values),
            "sampler": words * 28,
        }

    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """Rows in ±1/√dim, one length for every dim, and weights by which hidden units spread by SPREAD.

        Units that are never cut leave the score a straight line, from which contexts learn nothing.
        """
        import numpy as np

        from omnivec.engine import start

        draw = np.random.default_rng([self.seed, 2])
        tables = {
            "vectors": start.initial_table(len(vocabulary), self.dim, self.seed, "wide"),
            "padding": start.initial_table(1, self.dim, self.seed + 1, "wide"),
            "hidden": start.initial_outputs(self.places * self.hidden, self.dim, self.seed, "normal"),
        }
        for name in ("vectors", "padding"):
            tables[name] *= np.float32(self.dim**0.5)
        # A row is about √⅓ long; the normal numbers come with σ .01.
        tables["hidden"] *= np.float32(100 * SPREAD * (3 / self.places) ** 0.5)
        score = draw.normal(0, self.hidden**-0.5, self.hidden).astype(np.float32)
        return {**tables, "bias": np.zeros(self.hidden, np.float32), "score": score}

    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model: those that learned."""
        return dict(tables)

    def thresholds(self, words: Vocabulary) -> NDArray[np.uint32]:
        """Thresholds of subsampling, (words,) uint32, as the kernel takes them."""
        from omnivec.data.vocabulary import keep_thresholds

        return keep_thresholds(words.counts, self.sample, int(words.counts.sum()))

    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs: the kernel over the windows of a text."""
        import numpy as np

        from omnivec.engine import start
        from omnivec.kernels import scorer

        assert self.hidden_lr is not None
        words, ratio = corpus.vocabulary, self.hidden_lr / self.lr
        keep, alias = self.thresholds(words), start.alias_table(words.counts, self.power)
        still = np.zeros(0, np.uint8) if frozen is None else frozen
        kind = scorer.ACTIVATION[self.activation]

        def passed(
            tokens: NDArray[np.int32], units: NDArray[np.int64], shard: Shard, rate: float | None,
            sums: NDArray[np.float64],
        ) -> None:  # fmt: skip
            scorer.train(
                tokens, units, shard.first, shard.last, keep, alias, tables["vectors"], tables["padding"],
                tables["hidden"], tables["bias"], tables["score"], still, self.dim, kind,
                int(rate is not None), rate or 0.0, ratio, shard.decay, start.base(self.seed, shard.epoch),
                sums,
            )  # fmt: skip

        def look() -> NDArray[np.float32]:
            return tables["vectors"]

        work = tables["vectors"].shape[1] * self.places * self.hidden
        return job_over(corpus, tables, passed, look, work, 1.0)

    def work(self, corpus: Corpus) -> Work:
        """Windows of the words that are kept, as if each violated the margin."""
        from omnivec.data.vocabulary import keep_chance
        from omnivec.engine.plan import Work
        from omnivec.kernels.scorer import BATCH

        counts = corpus.vocabulary.counts
        share = float(keep_chance(self.thresholds(corpus.vocabulary)) @ counts / counts.sum())
        windows = len(corpus.tokens) * share
        rows = self.places + 1 + self.places * self.hidden / BATCH
        return Work(tokens_kept=windows, predictions=windows, rows_moved=windows * rows)
