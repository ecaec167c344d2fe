"""A text and its labels: the mean of the text's rows predicts them.

Source: Joulin, Grave, Bojanowski, Mikolov 2016, Bag of Tricks for Efficient Text Classification (arXiv
1607.01759).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from omnivec.config import Between
from omnivec.errors import OptionError
from omnivec.learners.learner import plural
from omnivec.learners.text import TextLearner, check_lengths, countable, job_over
from omnivec.learners.weights import class_weights, given_weights
from omnivec.store.processors import in_turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus, Reading
    from omnivec.data.features import Bag
    from omnivec.data.labelled import Labelling
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.engine.job import Job
    from omnivec.engine.plan import Work
    from omnivec.engine.schedule import Shard

TOGETHER, MANY = 8, 60
"""Lines that meet all labels together, so that the table of outputs streams past once for them, and from how
many labels on; threads take the table from each other.
"""


@dataclass(frozen=True, kw_only=True)
class Classifier(TextLearner):
    """Labels of texts, learned from texts with labels."""

    name: ClassVar[str] = "classifier"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "fasttext": {
            "hash": "fasttext", "line_end": "</s>", "loss": "softmax", "lr": 0.1, "lr_floor": 0.0, "dim": 100,
            "epochs": 5, "min_count": 1, "label_min_count": 0, "word_ngrams": 1, "minn": 0, "maxn": 0,
            "buckets": 2_000_000, "negatives": 5, "power": 0.5, "label_prefix": "__label__",
        },
    }  # fmt: skip
    needs: ClassVar[Mapping[str, tuple[str, object]]] = {"negatives": ("loss", "ns"), "power": ("loss", "ns")}
    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "epoch": "epochs", "thread": "threads", "neg": "negatives", "bucket": "buckets",
        "minCount": "min_count", "minCountLabel": "label_min_count", "wordNgrams": "word_ngrams",
        "label": "label_prefix",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        "lrUpdateRate": "the rate follows every token", "ws": "a text is one bag, there is no window",
        "t": "no word of a text is left out", "input": "the text goes to fit",
        "pretrainedVectors": "pass start to fit",
    }  # fmt: skip

    loss: Literal["softmax", "hs", "ns", "ova"] = "softmax"
    """Output layer: softmax, a Huffman tree, negative sampling, or one yes-or-no for each label (ova)."""
    word_ngrams: Annotated[int, Between(1, 100)] = 1
    """Words of the longest word n-grams; 1 for words alone."""
    minn: Annotated[int, Between(0, 1000)] = 0
    """Letters of the shortest character n-grams."""
    maxn: Annotated[int, Between(0, 1000)] = 0
    """Letters of the longest character n-grams; 0 for none."""
    buckets: Annotated[int, Between(1, 2**31 - 1)] = 2_000_000
    """Rows that n-grams share by their hash: character n-grams so many, word n-grams as many more."""
    jamo: Literal["none", "simple", "unicode"] = "none"
    """Cut Hangul at its letters: as typed (simple, ㅗㅏ for ㅘ), or Unicode's own; or whole syllables."""
    hash: Literal["omnivec", "fasttext"] = "omnivec"
    """Of word n-grams: without structured collisions; or fastText's, in one table with character n-grams."""
    negatives: Annotated[int, Between(1, 1000)] = 5
    """Labels drawn as wrong answers for each text."""
    power: Annotated[float, Between(-2, 2)] = 0.5
    """Negatives are drawn in proportion to count^power."""
    labels: Literal["all", "one"] | None = None
    """What a text with several labels teaches each time: all of them, or one that is drawn. When not given,
    what has served better: one with softmax and hs, all with ns and ova."""
    class_weights: str | None = None
    """What multiplies the rate of a label: balanced, or label=weight for some, parted by spaces."""
    label_prefix: str = "__label__"
    """What a word begins with that is a label."""
    label_min_count: Annotated[int, Between(0, 2**62)] = 0
    """Labels that occur less often are left out."""
    min_count: Annotated[int, Between(1, 2**62)] = 1
    """Words that occur less often have no row of their own."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words have a row of their own, the most frequent ones."""
    line_end: str | None = "</s>"
    """A token at the end of every text; none where it is empty."""
    lr: Annotated[float, Between(1e-9, 100)] = 0.1
    """Learning rate at the start."""

    spread: ClassVar[bool] = True  # texts often come sorted by label
    inputs: ClassVar[str] = "inputs"
    remedies: ClassVar[str] = "lower dim or buckets, raise min_count or set max_size"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.line_end == "":
            object.__setattr__(self, "line_end", None)
        if not self.label_prefix or len(self.label_prefix.split()) != 1:
            raise OptionError(f"label_prefix must be a word without white space, got {self.label_prefix!r}")
        check_lengths(self.minn, self.maxn)
        given_weights(self.class_weights)

    @property
    def rate(self) -> float:
        """Learning rate at the start."""
        return self.lr

    def derived(self) -> Self:
        """The same learner with threads and labels filled in."""
        usual = "one" if self.loss in ("softmax", "hs") else "all"
        return super().derived().replaced(labels=self.labels or usual)

    def summary(self) -> str:
        """The options in one line."""
        words = [f"word n-grams to {self.word_ngrams}"] if self.word_ngrams > 1 else []
        jamo = "" if self.jamo == "none" else f", jamo {self.jamo}"
        letters = [f"n-grams {self.minn} to {self.maxn}{jamo}"] if self.maxn else []
        negatives = [f"{self.negatives} negatives"] if self.loss == "ns" else []
        parts = [
            "bag of words", *words, *letters, self.loss, f"dim {self.dim}", *negatives, f"lr {self.lr:g}",
            plural(self.epochs, "epoch"), plural(self.workers, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def described(self) -> dict[str, Any]:
        """What a text is made of."""
        sizes = {"minn": self.minn, "maxn": self.maxn, "buckets": self.buckets}
        return {
            "kind": "bag", "hash": self.hash, **sizes, "word_ngrams": self.word_ngrams,
            "shared": self.hash == "fasttext", "line_end": self.line_end, "whitespace": self.whitespace,
            **self.asked("jamo", "normalize", "tokenizer"),
        }  # fmt: skip

    def head(self) -> dict[str, Any]:
        """What is predicted, and by which output layer."""
        return {"kind": "labels", "loss": self.loss, "prefix": self.label_prefix}

    def bag(self) -> Bag:
        """What a text is the mean of."""
        from omnivec.data.features import Bag

        return Bag.of(self.described())

    def reading(self) -> Reading:
        """How the text is read: every type counts, see `labelling`."""
        return replace(super().reading(), min_count=1, max_size=None)

    def labelling(self) -> Labelling:
        """How words and labels are told apart."""
        from omnivec.data.labelled import Labelling

        return Labelling(
            prefix=self.label_prefix, min_count=self.min_count, label_min_count=self.label_min_count,
            max_size=self.max_size,
        )  # fmt: skip

    def work(self, corpus: Corpus) -> Work:
        """Lines and their labels."""
        import numpy as np

        from omnivec.data.labelled import WORD
        from omnivec.data.parts import parts_of
        from omnivec.engine import tree
        from omnivec.engine.plan import lines

        types, labels = corpus.types, corpus.vocabulary.labels
        assert types is not None and labels is not None
        spans, _ = parts_of(self.bag(), types.keys, types.rows, len(corpus.vocabulary))
        features = np.where(types.labels == WORD, np.diff(spans), 0)
        common, outputs = float(len(labels)), np.zeros(len(labels))  # softmax and ova move all for each line
        if self.loss == "ns":
            common, outputs = float(self.negatives), np.ones(len(labels))
        elif self.loss == "hs":
            common, outputs = 0.0, np.diff(tree.paths(tree.grown(labels.counts))[0]).astype(np.float64)
        return lines(corpus, features, self.word_ngrams, outputs, common, self.labels == "one")

    def rows(self, words: int) -> int:
        """A row for each word, then those that n-grams share."""
        return countable(self.bag().size(words))

    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for so many words and labels, by what for."""
        from omnivec.store.tables import padded_width

        row = padded_width(self.dim) * 4
        rest = {"sampler": labels * 16} if self.loss == "ns" else {}
        return {
            "inputs": self.rows(words) * row,
            "vectors": words * row,
            "output": labels * row,
            **rest,
        }

    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """Inputs and outputs before training, and the tree of hs."""
        from omnivec.engine import start, tree
        from omnivec.store.tables import empty_table

        labels = vocabulary.labels
        assert labels is not None
        inputs = empty_table(self.rows(len(vocabulary)), self.dim)  # n-grams begin when a text has them
        inputs[: len(vocabulary)] = start.initial_table(len(vocabulary), self.dim, self.seed, "wide")
        tables = {"inputs": inputs}
        if self.loss == "hs":
            nodes = start.initial_outputs(len(labels) - 1, self.dim, self.seed)
            return {**tables, "nodes": nodes, "tree": tree.grown(labels.counts)}
        return {**tables, "output": start.initial_outputs(len(labels), self.dim, self.seed)}

    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model: those that learned, words as the means of their rows, and the labels."""
        from omnivec.store.keys import Keys

        labels, words = vocabulary.labels, vocabulary.keys
        assert labels is not None and isinstance(labels.keys, Keys) and isinstance(words, Keys)
        named = {name.replace("keys.", "labels.", 1): array for name, array in labels.keys.tables().items()}
        return {"vectors": self._composed(words, tables), **tables, **named}

    def _composed(self, words: Any, tables: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        from omnivec.data.features import composed
        from omnivec.data.parts import parts_of
        from omnivec.store.tables import Table

        inputs = Table(tables["inputs"], self.dim)
        return composed(inputs, *parts_of(self.bag(), words, None, len(words)))

    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs: the kernel over the lines of a text."""
        import numpy as np

        from omnivec.data.parts import hashes_of, parts_of
        from omnivec.engine import start, tree
        from omnivec.engine.schedule import HELD_OUT
        from omnivec.kernels import bag as kernel
        from omnivec.kernels import lines as text

        words, types, labels, bag = corpus.vocabulary, corpus.types, corpus.vocabulary.labels, self.bag()
        assert types is not None and labels is not None
        spans, parts = parts_of(bag, types.keys, types.rows, len(words))
        hashes, most = hashes_of(bag, types.keys), np.ones(4, np.int64)
        most[3] = 0
        inputs, outputs = tables["inputs"], tables["nodes" if self.loss == "hs" else "output"]
        alias = starts = paths = apart = None
        rivals, chance = float(len(labels)), math.log(len(labels))
        if self.loss == "ns":
            alias, rivals = start.alias_table(labels.counts, self.power), self.negatives + 1.0
        elif self.loss == "hs":
            starts, paths, most[3] = tree.paths(tables["tree"])
            rivals = tree.mean_path(starts, labels.counts.astype(np.float64))
        elif self.loss == "ova":
            apart = 1
        if self.loss != "softmax":
            chance = rivals * math.log(2)
        together = TOGETHER if self.loss in ("softmax", "ova") and len(labels) >= MANY else 1
        weights = class_weights(self.class_weights, labels, self.label_prefix)
        lines = max(len(corpus.units) - 1, 1)
        row = len(parts) / len(types.rows) + self.word_ngrams - 1
        work = int(inputs.shape[1] * (row + rivals * lines / max(len(corpus.tokens), 1))) + 1

        def passed(
            tokens: NDArray[np.int32], units: NDArray[np.int64], shard: Shard, rate: float | None,
            sums: NDArray[np.float64],
        ) -> None:  # fmt: skip
            if rate is None and not shard.first and len(tokens):
                text.largest(lines_of(tokens, units), most)
            kernel.train(
                lines_of(tokens, units), shard.first, shard.last, int(self.labels == "one"), most, weights,
                alias, self.negatives, starts, paths, apart, together, inputs, outputs, frozen, rate,
                shard.decay, start.base(self.seed, shard.epoch), sums,
            )  # fmt: skip

        def lines_of(tokens: NDArray[np.int32], units: NDArray[np.int64]) -> text.Lines:
            return text.Lines(
                tokens, units, types.labels, spans, parts, hashes, self.word_ngrams, bag.base(len(words)),
                self.buckets, int(bag.plain),
            )  # fmt: skip

        def look() -> NDArray[np.float32]:
            return self._composed(words.keys, tables)

        text.largest(lines_of(corpus.tokens, corpus.units), most)
        if len(inputs) > len(words):

            def begin(units: NDArray[np.int64]) -> None:
                text.begin(
                    lines_of(corpus.tokens, units), most, len(words), self.dim,
                    start.base(self.seed, HELD_OUT), inputs,
                )  # fmt: skip

            each = -(-lines // self.workers)
            pieces = (corpus.units[at : at + each + 1] for at in range(0, lines, each))
            for _, begun in in_turn(begin, pieces):
                begun()
        return job_over(corpus, tables, passed, look, work, chance)
