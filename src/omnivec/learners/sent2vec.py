"""Sent2Vec: vectors of sentences as the means of the rows of their words and word n-grams.

A word is predicted by the mean of all other words of its unit and the n-grams without it; the comparator is a
dot product, the loss negative sampling from counts^power. Definition: reference/sent2vec.py.

Source: Pagliardini, Gupta, Jaggi 2018, Unsupervised Learning of Sentence Embeddings using Compositional
n-Gram Features (arXiv 1703.02507).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from omnivec.config import Between
from omnivec.errors import InputError
from omnivec.learners.learner import plural
from omnivec.learners.text import TextLearner, countable, job_over

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus
    from omnivec.data.features import Bag
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.engine.job import Job
    from omnivec.engine.plan import Work
    from omnivec.engine.schedule import Shard


@dataclass(frozen=True, kw_only=True)
class Sent2Vec(TextLearner):
    """Vectors of sentences, learned from sentences."""

    name: ClassVar[str] = "sent2vec"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "sent2vec": {
            "dim": 100, "epochs": 5, "lr": 0.05, "lr_floor": 0.0, "word_ngrams": 1, "ngram_dropout": 2,
            "buckets": 2_000_000, "negatives": 10, "power": 0.5, "sample": 1e-4, "min_count": 5,
            "target_min_count": 1,
        },
    }  # fmt: skip
    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "epoch": "epochs", "thread": "threads", "neg": "negatives", "bucket": "buckets", "t": "sample",
        "minCount": "min_count", "minCountLabel": "target_min_count", "wordNgrams": "word_ngrams",
        "dropoutK": "ngram_dropout", "maxVocabSize": "max_size",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        "lrUpdateRate": "the rate follows every token", "ws": "the window is the whole unit",
        "loss": "negative sampling is the only one", "input": "the text goes to fit",
        "numCheckPoints": "pass checkpoint to fit", "pretrainedVectors": "pass start to fit",
    }  # fmt: skip

    epochs: Annotated[int, Between(1, 100_000)] = 20
    """Passes over the text."""
    word_ngrams: Annotated[int, Between(1, 100)] = 1
    """Words of the longest word n-grams; 1 for words alone."""
    buckets: Annotated[int, Between(1, 2**31 - 1)] = 2_000_000
    """Rows that word n-grams share by their hash."""
    ngram_dropout: Annotated[int, Between(0, 1000)] = 4
    """Words of a unit that no n-gram contains, drawn anew in every epoch; 0 for none."""
    negatives: Annotated[int, Between(1, 1000)] = 10
    """Words drawn as wrong answers for each target."""
    power: Annotated[float, Between(-2, 2)] = 0.5
    """Negatives are drawn in proportion to count^power; the smaller, the more often rare words."""
    sample: Annotated[float, Between(0, 1)] = 1e-4
    """Words more frequent than this share of the text are targets less often; 0 makes all of them targets."""
    min_count: Annotated[int, Between(1, 2**62)] = 5
    """Words that occur less often are left out, before n-grams are formed."""
    target_min_count: Annotated[int, Between(1, 2**62)] = 1
    """Words that occur less often stand in units, but are never targets."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words, the most frequent ones."""
    unit: Literal["line", "paragraph", "document"] = "line"
    """What a word is predicted from; a paragraph ends at an empty line."""
    lr: Annotated[float, Between(1e-9, 100)] = 0.4
    """Learning rate at the start."""

    inputs: ClassVar[str] = "inputs"
    remedies: ClassVar[str] = "lower dim or buckets, raise min_count or set max_size"

    @property
    def rate(self) -> float:
        """Learning rate at the start."""
        return self.lr

    def summary(self) -> str:
        """The options in one line."""
        words = [f"word n-grams to {self.word_ngrams}", f"dropout {self.ngram_dropout}"]
        parts = [
            f"rest of the {self.unit}", *(words if self.word_ngrams > 1 else []), f"dim {self.dim}",
            f"{self.negatives} negatives", f"sample {self.sample:g}", f"lr {self.lr:g}",
            plural(self.epochs, "epoch"), plural(self.workers, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def described(self) -> dict[str, Any]:
        """What a text is made of."""
        from omnivec.data.features import LEFT_OUT

        return {
            "kind": "bag", "hash": "omnivec", "minn": 0, "maxn": 0, "buckets": self.buckets,
            "word_ngrams": self.word_ngrams, "shared": False, "line_end": None, "unknown": LEFT_OUT,
            "whitespace": self.whitespace, **self.asked("normalize", "tokenizer"),
        }  # fmt: skip

    def head(self) -> None:
        """Words alone are predicted."""

    def bag(self) -> Bag:
        """What a text is the mean of."""
        from omnivec.data.features import Bag

        return Bag.of(self.described())

    def work(self, corpus: Corpus) -> Work:
        """Units of two words or more: the rows of each move once, and the outputs once for each target."""
        import numpy as np

        from omnivec.data.vocabulary import keep_chance
        from omnivec.engine.plan import Work, whole_ngrams

        rows, lengths = len(corpus.vocabulary), np.diff(corpus.units)
        alone = corpus.tokens[corpus.units[:-1][lengths == 1]]
        counts = np.bincount(corpus.tokens, minlength=rows) - np.bincount(alone, minlength=rows)
        targets = float(keep_chance(self.thresholds(corpus.vocabulary)) @ counts)
        moved = whole_ngrams(lengths[lengths > 1], self.word_ngrams, self.ngram_dropout)
        moved += targets * (self.negatives + 1)
        words = int(counts.sum())
        return Work(tokens_kept=words, predictions=targets, rows_moved=words + moved)

    def rows(self, words: int) -> int:
        """A row for each word, then those that n-grams share."""
        return countable(self.bag().size(words))

    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""
        from omnivec.store.tables import padded_width

        row = padded_width(self.dim) * 4
        return {
            "inputs": self.rows(words) * row, "output": words * row, "sampler": words * 28,
        }  # fmt: skip

    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """Inputs and outputs before training; n-grams begin with zeros.

        So an n-gram that training never met says nothing, and its row costs no memory.
        """
        from omnivec.data.vocabulary import check_negatives
        from omnivec.engine import start
        from omnivec.store.tables import empty_table

        words = len(vocabulary)
        check_negatives(words, self.negatives, "redraw", False)
        inputs = empty_table(self.rows(words), self.dim)
        inputs[:words] = start.initial_table(words, self.dim, self.seed, "wide")
        return {"inputs": inputs, "output": start.initial_outputs(words, self.dim, self.seed)}

    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model: those that learned, and the words' rows as they are."""
        return {"vectors": tables["inputs"][: len(vocabulary)], **tables}

    def thresholds(self, words: Vocabulary) -> NDArray[np.uint32]:
        """Thresholds for being a target, (words,) uint32, as the kernel takes them.

        Raises: InputError where no word may be one.
        """
        from omnivec.data.vocabulary import keep_thresholds, times

        if (most := int(words.counts.max())) < self.target_min_count:
            raise InputError(
                f"no word can be a target: the most frequent occurs {times(most)}, and target_min_count is "
                f"{self.target_min_count:,}; lower target_min_count"
            )
        keep = keep_thresholds(words.counts, self.sample, int(words.counts.sum()))
        keep[words.counts < self.target_min_count] = 0
        return keep

    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs: the kernel over the units of a text."""
        from omnivec.data.parts import hashes_of
        from omnivec.data.vocabulary import keep_chance
        from omnivec.engine import start
        from omnivec.kernels import unit as kernel

        words, inputs, outputs = corpus.vocabulary, tables["inputs"], tables["output"]
        keep, alias = self.thresholds(words), start.alias_table(words.counts, self.power)
        hashes, rivals = hashes_of(self.bag(), words.keys), self.negatives + 1
        share = float(words.counts @ keep_chance(keep) / words.counts.sum())
        work = int(inputs.shape[1] * (2 * self.word_ngrams + rivals * share)) + 1

        def passed(
            tokens: NDArray[np.int32], units: NDArray[np.int64], shard: Shard, rate: float | None,
            sums: NDArray[np.float64],
        ) -> None:  # fmt: skip
            kernel.train(
                tokens, units, shard.first, shard.last, keep, alias, self.negatives, hashes, self.word_ngrams,
                self.buckets, self.ngram_dropout if self.word_ngrams > 1 else 0, inputs, outputs, frozen,
                rate, shard.decay, start.base(self.seed, shard.epoch), sums,
            )  # fmt: skip

        def look() -> NDArray[np.float32]:
            return inputs[: len(words)]

        return job_over(corpus, tables, passed, look, work, rivals * math.log(2))
