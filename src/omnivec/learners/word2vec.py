"""Word2Vec: a word is known by the words around it, and is one row.

Sources: Mikolov, Chen, Corrado, Dean 2013 (arXiv 1301.3781); Mikolov, Sutskever, Chen, Corrado, Dean 2013
(arXiv 1310.4546).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from omnivec.learners.windowed import Windowed

if TYPE_CHECKING:
    from omnivec.data.vocabulary import Vocabulary

LR = {
    "ns": {"skipgram": 0.05, "cbow": 0.06},
    "hs": {"skipgram": 0.025, "cbow": 0.025},
    "softmax": {"skipgram": 0.05, "cbow": 0.06},
}
"""Learning rates by loss and model; docs/benchmarks.md has the sweeps behind those of ns and hs."""

_WORD2VEC: Mapping[str, object] = {
    "model": "cbow", "loss": "ns", "reduction": "mean", "gradient": "undivided", "dim": 100,
    "window": 5, "window_kind": "dynamic", "unit": "line",
    "negatives": 5, "power": 0.75, "exclude_target": "skip", "distinct_negatives": False,
    "sample": 1e-3, "sample_formula": "word2vec", "sample_total": "kept", "init": "uniform",
    "min_count": 5, "epochs": 5, "lr": {"skipgram": 0.025, "cbow": 0.05}, "lr_floor": 1e-4,
}  # fmt: skip
"""The conventions of word2vec.c, which gensim's start from."""

_NO_PARTS = "a word has no parts in this learner"


@dataclass(frozen=True, kw_only=True)
class Word2Vec(Windowed):
    """Vectors of words, learned from the words around them."""

    name: ClassVar[str] = "word2vec"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "word2vec": _WORD2VEC,
        "gensim": {**_WORD2VEC, "init": "wide", "lr": 0.025, "lr_floor": 0.004},
        "book": {
            "model": "cbow", "loss": "ns", "reduction": "mean", "gradient": "true", "dim": 100,
            "window": 5, "window_kind": "fixed", "unit": "document", "line_end": "<eos>",
            "negatives": 5, "power": 0.75, "exclude_target": "redraw", "distinct_negatives": True,
            "sample": 0.0, "init": "normal", "min_count": 1, "epochs": 10,
            # The book's own .001 is Adam's: of .05 … .4 and .0125 … .1 these have the least loss on PTB's
            # validation text after 10 epochs.
            "lr": {"skipgram": 0.0125, "cbow": 0.15},
        },
        "cs224n": {
            "model": "skipgram", "loss": "ns", "dim": 10, "window": 5, "window_kind": "dynamic",
            "unit": "line", "negatives": 10, "power": 0.75, "exclude_target": "redraw",
            "distinct_negatives": False, "sample": 1e-5, "sample_formula": "paper", "sample_total": "all",
            "init": "uniform", "min_count": 1,
            "lr": 0.3 / 50,  # the course steps by .3 times the mean over a batch of 50 windows
            "lr_floor": 1.0,
        },
    }  # fmt: skip
    refuses: ClassVar[Mapping[str, Mapping[str, tuple[object, ...]]]] = {
        "word2vec": {"loss": ("softmax",)},
        "gensim": {"loss": ("softmax",)},
        "book": {"loss": ("hs",)},
        "cs224n": {"loss": ("hs",), "model": ("cbow",)},
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        **Windowed.elsewhere, **dict.fromkeys(["minn", "maxn", "bucket", "wordNgrams"], _NO_PARTS),
    }  # fmt: skip

    rates: ClassVar[Mapping[str, Mapping[str, float]]] = LR
    inputs: ClassVar[str] = "vectors"
    remedies: ClassVar[str] = "lower dim, raise min_count or set max_size"

    def features(self) -> list[str]:
        """A word is one row."""
        return []

    def parts(self, vocabulary: Vocabulary) -> None:
        """A word is one row."""

    def described(self) -> None:
        """A word is one row."""

    def rows(self, words: int) -> int:
        """A row for each word."""
        return words

    def beside(self, words: int) -> dict[str, int]:
        """Nothing: a word has no parts."""
        return {}
