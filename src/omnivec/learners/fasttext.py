"""FastText: a word is the mean of its own row and those of its character n-grams, so that unseen words have
vectors, and words that are written alike begin alike.

Source: Bojanowski, Grave, Joulin, Mikolov 2017, Enriching Word Vectors with Subword Information (arXiv
1607.04606).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from omnivec.config import Between
from omnivec.learners.text import check_lengths, countable
from omnivec.learners.windowed import Parts, Windowed

if TYPE_CHECKING:
    from omnivec.data.vocabulary import Vocabulary

_NO_LABELS = "only a classifier has labels"


@dataclass(frozen=True, kw_only=True)
class FastText(Windowed):
    """Vectors of words and of their parts, learned from the words around them."""

    name: ClassVar[str] = "fasttext"

    power: Annotated[float, Between(-2, 2)] = 0.5
    """Negatives are drawn in proportion to count^power; the smaller, the more often rare words."""
    minn: Annotated[int, Between(0, 1000)] = 3
    """Letters of the shortest n-grams."""
    maxn: Annotated[int, Between(0, 1000)] = 6
    """Letters of the longest n-grams; 0 for words without parts."""
    buckets: Annotated[int, Between(1, 2**31 - 1)] = 2_000_000
    """Rows that n-grams share by their hash."""
    jamo: Literal["none", "simple", "unicode"] = "none"
    """Cut Hangul at its letters: as typed (simple, ㅗㅏ for ㅘ), or Unicode's own; or whole syllables."""

    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        **Windowed.former, "bucket": "buckets",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        **Windowed.elsewhere, "wordNgrams": "only a classifier has n-grams of words",
        "label": _NO_LABELS, "minCountLabel": _NO_LABELS,
    }  # fmt: skip

    rates: ClassVar[Mapping[str, Mapping[str, float]]] = {
        "ns": {"skipgram": 0.05, "cbow": 0.05},
        "hs": {"skipgram": 0.05, "cbow": 0.05},
        "softmax": {"skipgram": 0.05, "cbow": 0.05},
    }
    last: ClassVar[tuple[str, ...]] = (*Windowed.last, "minn", "maxn", "buckets", "jamo")
    inputs: ClassVar[str] = "inputs"
    remedies: ClassVar[str] = "lower dim or buckets, raise min_count or set max_size"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_lengths(self.minn, self.maxn)

    def features(self) -> list[str]:
        """Lengths and rows of the n-grams."""
        letters = "" if self.jamo == "none" else f", jamo {self.jamo}"
        return [f"n-grams {self.minn} to {self.maxn} in {self.buckets:,} rows{letters}"] if self.maxn else []

    def described(self) -> dict[str, Any]:
        """Lengths and rows of the n-grams, and how they are hashed."""
        sizes = {"minn": self.minn, "maxn": self.maxn, "buckets": self.buckets}
        return {"kind": "subwords", "hash": "fasttext", **sizes, **self.asked("jamo", "normalize")}

    def rows(self, words: int) -> int:
        """A row for each word, then the n-grams'."""
        return countable(words + (self.buckets if self.maxn else 0))

    def beside(self, words: int) -> dict[str, int]:
        """Some thirty rows a word."""
        return {"subwords": words * 4 * 30}

    def parts(self, vocabulary: Vocabulary) -> Parts:
        """The rows of each word: its own, then its n-grams'."""
        import numpy as np

        from omnivec.data.ngrams import written
        from omnivec.kernels.hashing import subwords
        from omnivec.store.keys import Keys

        keys = vocabulary.keys if isinstance(vocabulary.keys, Keys) else Keys.build(vocabulary.keys)
        arrays = keys.tables()
        text, offsets = written(arrays["keys.bytes"], arrays["keys.offsets"], self.jamo)
        text.flags.writeable = offsets.flags.writeable = False  # one compiled kernel for keys and letters
        spans = np.zeros(len(keys) + 1, np.int64)
        given = text, offsets, self.minn, self.maxn, self.buckets, spans
        subwords(*given, None)
        parts = np.empty(spans[-1], np.int32)
        subwords(*given, parts)
        return spans, parts
