"""What all learners of text share: how characters are read, and passes over the shards of a text.

The learning rate falls with the position in the text; a text held out is measured in the same shards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from omnivec.config import Between
from omnivec.data.wanted import NOTHING, Wanted
from omnivec.errors import InputError, OptionError
from omnivec.learners.learner import Learner
from omnivec.learners.trained import Trained

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.cells import Cells
    from omnivec.data.corpus import Corpus, Reading
    from omnivec.data.heldout import Text
    from omnivec.data.labelled import Labelling
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.engine.job import Job
    from omnivec.engine.progress import Listener
    from omnivec.engine.schedule import Shard

    Pass = Callable[[NDArray[np.int32], NDArray[np.int64], Shard, float | None, NDArray[np.float64]], None]


READ = (
    "unit", "line_end", "whitespace", "normalize", "tokenizer", "encoding_errors", "min_count", "max_size",
)  # fmt: skip
"""The options that say how a text is read; a learner has most of them."""


@dataclass(frozen=True, kw_only=True)
class Reader(Learner):
    """Abstract. A learner whose source is text: how its characters become words."""

    last: ClassVar[tuple[str, ...]] = (
        "min_count", "max_size", "unit", "line_end", "whitespace", "normalize", "tokenizer",
        "encoding_errors", "lr", "lr_floor",
    )  # fmt: skip

    whitespace: Literal["ascii", "unicode"] = "ascii"
    """What separates words: space, tab, VT, FF, CR, LF; or whatever Unicode calls white space."""
    normalize: Literal["none", "nfc"] = "none"
    """Unicode's composed form, NFC, for texts and for words that are asked for; or texts as they are."""
    tokenizer: Literal["whitespace", "kiwi"] = "whitespace"
    """What makes words of a line: its white space, or Kiwi, into Korean morphemes (extra korean)."""
    encoding_errors: Literal["replace", "strict", "ignore"] = "replace"
    """Invalid UTF-8: replace it and report the count, stop, or drop the bytes."""

    def reading(self) -> Reading:
        """How the text is read."""
        from omnivec.data.corpus import Reading

        given: dict[str, Any] = self.as_dict()
        return Reading(**{name: given[name] for name in READ if name in given})

    def asked(self, *names: str) -> dict[str, str]:
        """Those of its options that ask for more than text as it is, for `features`."""
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value not in ("none", "whitespace")}


@dataclass(frozen=True, kw_only=True)
class TextLearner(Reader, Trained):
    """Abstract. A learner of passes over text."""

    lr_floor: Annotated[float, Between(0, 1)] = 1e-4
    """Share of lr that is left at the end; in between it falls with the position in the text."""

    @property
    def floor(self) -> float:
        """Share of the rate that is left at the end."""
        return self.lr_floor

    def labelling(self) -> Labelling | None:
        """How labels are told from words; None where a text has none."""
        return None

    def corpus(self, source: Source | Cells, listener: Listener, wanted: Wanted = NOTHING) -> Corpus:
        """Read running text, or texts with labels. Raises: InputError for what was counted before."""
        from omnivec.data.cells import Cells
        from omnivec.engine import phases

        if isinstance(source, Cells):
            raise InputError(f"{self.name} learns from text, got cells; glove and ppmi-svd learn from those")
        if (labelling := self.labelling()) is None:
            return phases.read(self.reading(), source, listener, wanted)
        return phases.read_labelled(self.reading(), labelling, source, listener, wanted)

    def text_held_out(
        self, corpus: Corpus, source: Source, tokenizer: Tokenizer | None, listener: Listener
    ) -> tuple[Corpus, Text]:
        """Read a text that is only measured."""
        from omnivec.engine import phases

        if (labelling := self.labelling()) is None:
            words = corpus.vocabulary
            return corpus, phases.text_held_out(self.reading(), source, words, tokenizer, listener)
        return phases.labelled_held_out(self.reading(), labelling, corpus, source, tokenizer, listener)


def job_over(
    corpus: Corpus,
    tables: Mapping[str, NDArray[Any]],
    passed: Pass,
    look: Callable[[], NDArray[np.float32]],
    work: int,
    chance: float,
) -> Job:
    """What the engine runs, made of passes over shards; the rest as in `Job`.

    passed: receives (tokens, units, shard, rate, sums) and trains the shard from that rate on, or only
    measures it where the rate is None.
    """
    from omnivec.engine.job import Job
    from omnivec.engine.schedule import HELD_OUT, Schedule, Shard

    def step(shard: Shard, sums: NDArray[np.float64]) -> None:
        passed(corpus.tokens, corpus.units, shard, shard.rate, sums)

    def measure(tokens: NDArray[np.int32], units: NDArray[np.int64], sums: NDArray[np.float64]) -> None:
        piece = Schedule(max(len(tokens), 1), 1, 0.0, 0.0, work).shard_size  # so that Ctrl-C is heard
        for first in range(0, max(len(tokens), 1), piece):
            last = min(first + piece, len(tokens))
            passed(tokens, units, Shard(HELD_OUT, first, last, 0.0, 0.0), None, sums)

    return Job(tables, step, measure, look, work, chance)


def countable(rows: int) -> int:
    """The rows of words and n-grams, which kernels count in int32. Raises: OptionError for more."""
    if rows >= 2**31:
        raise OptionError(f"words and n-grams have at most {2**31 - 1:,} rows, got {rows:,}; lower buckets")
    return rows


def check_lengths(minn: int, maxn: int) -> None:
    """Raise OptionError where the shortest character n-grams are longer than the longest."""
    if 0 < maxn < minn:
        raise OptionError(f"minn must not exceed maxn, got {minn} and {maxn}; maxn 0 is for no n-grams")
