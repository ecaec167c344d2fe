"""`find_phrases`: which words of a text stand together oftener than their counts let expect.

Definition: reference/phrases.py. Counting is exact unless `max_size` is given.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Reading, Report
from omnivec.data.joining import Numbered
from omnivec.data.phrase import Phrase, check_delimiter
from omnivec.data.phrases import ENGLISH, THRESHOLDS, Phrases, name_of
from omnivec.data.sources import Source
from omnivec.data.spool import Spool
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import times
from omnivec.errors import InputError, OptionError
from omnivec.kernels import phrases as kernel
from omnivec.store import memory

_SMALLEST = 1 << 16  # entries to begin with
_ALL = np.iinfo(np.int64).max

log = logging.getLogger("omnivec")


def find_phrases(
    source: Source,
    *,
    score: str = "word2vec",
    threshold: float | None = None,
    min_count: int = 5,
    discount: float | None = None,
    connectors: Iterable[str] | str = (),
    passes: int = 1,
    delimiter: str = "_",
    max_size: int | None = None,
    label_prefix: str | None = "__label__",
    unit: Literal["line", "paragraph", "document"] = "line",
    whitespace: Literal["ascii", "unicode"] = "ascii",
    normalize: Literal["none", "nfc"] = "none",
    encoding_errors: Literal["replace", "strict", "ignore"] = "replace",
    tokenizer: Tokenizer | str | None = None,
    report: Report | None = None,
) -> Phrases:
    """Find the words of a text that are a phrase: they stand together oftener than by chance.

    Args:
        source: as in `fit`; also what `Phrases.apply` gives. It is read once.
        score: word2vec, gensim or npmi (reference/phrases.py has the formulas). Scores of word2vec and gensim
            grow with the text, and those of two texts do not compare; npmi lies between −1 and 1.
        threshold: a phrase scores above it; 100 for word2vec, 10 for gensim, 0.5 for npmi when not given.
        min_count: a phrase occurs so often at least; its words then do, too.
        discount: what word2vec and gensim subtract from a pair's count; min_count when not given. npmi has
            none.
        connectors: words that neither begin nor end a phrase and may stand inside, as `of` in
            `bank_of_america`; or "english" for `omnivec.data.phrases.ENGLISH`.
        passes: the second finds phrases of phrases (three and four words), the third up to eight; with none
            left to find, it ends earlier.
        delimiter: what joins words. One that words hold, too, does no harm while phrases are found; two
            phrases may become the same token.
        max_size: at most so many different pairs are kept while counting: rare ones are dropped when there
            are more, and counts are then too low, as in word2phrase. Without it all are counted.
        label_prefix: words that begin so are labels and stand in no phrase; None where there are none.
        unit: no phrase crosses the border of a line, a paragraph or a document.
        whitespace: what separates words, as in learners.
        normalize: as in learners.
        encoding_errors: as in learners.
        tokenizer: as in learners, by name; or a function from a line to its tokens, as in `fit`.
        report: receives (tokens, bytes) read so far.

    Returns: the phrases of each pass by falling score, equal ones by falling count, then by their words.

    Raises: InputError for a source as `fit` refuses it, or one in which no unit has two words, no pair occurs
    min_count times, or none scores above the threshold; OptionError; NotEnoughMemory when the pairs do not
    fit.

    """
    inside = _checked_connectors(connectors)
    threshold = THRESHOLDS.get(score, 0.0) if threshold is None else threshold
    _check(score, threshold, min_count, discount, passes, max_size)
    check_delimiter(delimiter)
    rules = _Rules(
        score, float(threshold), min_count, float(min_count if discount is None else discount),
        inside, delimiter, max_size, label_prefix,
    )  # fmt: skip
    named = tokenizer if isinstance(tokenizer, str) else "whitespace"
    reading = Reading(
        unit=unit, whitespace=whitespace, normalize=normalize, tokenizer=named,
        encoding_errors=encoding_errors, min_count=1,
    )  # fmt: skip
    splitting = reading.splitting()
    name, found, dropped = name_of(source), list[Phrase](), 0
    with closing(Spool()) as spool:
        text, _, _ = reading.numbered(
            source, spool, tokenizer=None if isinstance(tokenizer, str) else tokenizer, report=report
        )
        tokens = int(text.counts.sum())
        for turn in range(1, passes + 1):
            more, least = _pass(text, rules, turn, name)
            if not more:
                break
            found += more
            dropped = max(dropped, least)
            if turn < passes:
                text.join({each.words: delimiter.join(each.words) for each in more}, inside)
    record: dict[str, Any] = {
        "score": score, "threshold": rules.threshold, "min_count": min_count, "passes": passes,
        "source": name, "tokens": tokens, **splitting.unusual,
    }  # fmt: skip
    if score != "npmi":
        record["discount"] = rules.discount
    if dropped:
        record["dropped_below"] = dropped + 1
        log.warning(
            "%s: pairs that had come less than %s were dropped while counting, so counts may be too low",
            name, times(dropped + 1),
        )  # fmt: skip
    return Phrases(tuple(found), delimiter, inside, record)


@dataclass(frozen=True)
class _Rules:
    """What makes a pair a phrase."""

    score: str
    threshold: float
    min_count: int
    discount: float
    connectors: tuple[str, ...]
    delimiter: str
    max_size: int | None
    label_prefix: str | None


def _pass(text: Numbered, rules: _Rules, turn: int, name: str) -> tuple[list[Phrase], int]:
    """The phrases of one pass, and the greatest count that was dropped.

    Raises: InputError in the first pass when there are none.
    """
    inside = text.connectors(rules.connectors)
    table = _Table(len(inside), rules.max_size)
    table.count(text.numbers, inside)
    keys, counts = table.keys(), table.counts()
    words = len(inside)
    last = (keys & kernel.EMPTY).astype(np.int64)
    pairs = inside[last] == 0
    types = int(np.count_nonzero(text.counts[inside == 0])) + int(np.count_nonzero(pairs))
    first = _first(keys, np.flatnonzero(pairs), words)
    labels = _labels(text.words, rules.label_prefix)
    pairs[pairs] = ~(labels[first] | labels[last[pairs]])
    often = np.flatnonzero(pairs & (counts >= rules.min_count))
    if not len(often) and turn == 1:
        raise _none_often(rules.min_count, counts[pairs], name, text)
    first = _first(keys, often, words)
    scores = _scores(rules, counts[often], text.counts, first, last[often], types)
    if not (scores > rules.threshold).any() and turn == 1:
        best = int(scores.argmax())
        raise InputError(
            f"{name}: no phrase scores above {rules.threshold:g} by {rules.score} (the highest, "
            f"{' '.join(_way(keys, int(often[best]), text.words))!r:.60}, scores {scores[best]:.4g}); "
            "lower threshold"
        )
    made = [
        Phrase(_way(keys, int(often[k]), text.words), int(counts[often[k]]), float(scores[k]), turn)
        for k in np.flatnonzero(scores > rules.threshold).tolist()
    ]
    made.sort(key=lambda each: (-each.score, -each.count, each.words))
    return made, table.dropped


def _none_often(min_count: int, counts: NDArray[np.int64], name: str, text: Numbered) -> InputError:
    if not len(counts):
        units = int(np.count_nonzero(text.numbers == kernel.UNIT_END))
        return InputError(
            f"{name}: no phrase to find: none of its {units:,} units holds two words (connectors and "
            "labels aside); give texts instead of words, or set unit to document"
        )
    return InputError(
        f"{name}: no two words stand together {times(min_count)} (the most frequent pair: "
        f"{times(int(counts.max()))}); lower min_count"
    )


def _scores(
    rules: _Rules,
    pair: NDArray[np.int64],
    counts: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    types: int,
) -> NDArray[np.float64]:
    ab, a, b = pair.astype(np.float64), counts[first].astype(np.float64), counts[last].astype(np.float64)
    tokens = float(counts.sum())
    if rules.score == "npmi":
        npmi: NDArray[np.float64] = np.log(ab * tokens / (a * b)) / -np.log(ab / tokens)
        return npmi
    scores: NDArray[np.float64] = (
        (ab - rules.discount) / (a * b) * (tokens if rules.score == "word2vec" else types)
    )
    return scores


def _first(keys: NDArray[np.uint64], entries: NDArray[np.int64], words: int) -> NDArray[np.int64]:
    """The first word of each candidate, back along its way."""
    node = (keys[entries] >> np.uint64(32)).astype(np.int64)
    while (inner := np.flatnonzero(node >= words)).size:
        node[inner] = (keys[node[inner] - words] >> np.uint64(32)).astype(np.int64)
    return node


def _way(keys: NDArray[np.uint64], entry: int, words: list[str]) -> tuple[str, ...]:
    """The words of a candidate, from first to last."""
    way, node = list[str](), len(words) + entry
    while node >= len(words):
        key = int(keys[node - len(words)])
        way.append(words[key & 0xFFFFFFFF])
        node = key >> 32
    return words[node], *reversed(way)


def _labels(words: list[str], prefix: str | None) -> NDArray[np.bool_]:
    """Whether each word is a label, (words,)."""
    ends = () if not prefix else (prefix,)
    return np.fromiter((word.startswith(ends) for word in words), np.bool_, len(words))


class _Table:
    """The candidates so far and their counts: the hash table of kernels/phrases.py, and how it grows."""

    def __init__(self, words: int, most: int | None) -> None:
        self._words, self._most = words, _ALL if most is None else most
        self._slots = np.full(2 * _SMALLEST, kernel.EMPTY, np.uint64)
        self._entries = np.empty((_SMALLEST, 2), np.uint64)
        self._state = np.array([0, 0, -1], np.int64)
        self.dropped = 0

    def keys(self) -> NDArray[np.uint64]:
        """(entries,): a node above, a word below."""
        return self._entries[: self._state[kernel.ENTRIES], kernel.KEY]

    def counts(self) -> NDArray[np.int64]:
        """(entries,) int64."""
        return self._entries[: self._state[kernel.ENTRIES], kernel.COUNT].astype(np.int64)

    def count(self, numbers: NDArray[np.int32], connectors: NDArray[np.uint8]) -> None:
        """Count the candidates of a stream. Raises: NotEnoughMemory before the table grows beyond it."""
        position = 0
        while True:
            position = kernel.count(
                numbers, position, connectors, self._slots, self._entries, self._most, self._state
            )
            if position == len(numbers):
                return
            if self._state[kernel.PAIRS] >= self._most:
                self._prune(connectors)
            else:
                self._grow()

    def _grow(self) -> None:
        rows = len(self._entries)
        memory.require(
            {"pairs": 16 * rows + 16 * len(self._slots)},
            "set max_size to keep fewer pairs of words (rare ones are dropped), or give less text",
        )
        self._entries.resize((2 * rows, 2), refcheck=False)
        self._refill(2 * len(self._slots))

    def _refill(self, slots: int) -> None:
        self._slots = np.full(slots, kernel.EMPTY, np.uint64)
        kernel.refill(self._slots, self._entries, int(self._state[kernel.ENTRIES]))

    def _prune(self, connectors: NDArray[np.uint8]) -> None:
        """Drop the rarest pairs until a tenth of the room is free; what ends in a connector stays."""
        keys, counts = self.keys().copy(), self.counts()
        pairs = connectors[(keys & kernel.EMPTY).astype(np.int64)] == 0
        room = max(self._most - max(self._most // 10, 1), 0)
        order = np.sort(counts[pairs])
        least = int(order[len(order) - room - 1])  # of those that are more than there is room for
        self.dropped = max(self.dropped, least)
        stays = ~pairs | (counts > least)
        place = np.cumsum(stays) - 1
        node = (keys >> np.uint64(32)).astype(np.int64)
        inner = node >= self._words
        node[inner] = self._words + place[node[inner] - self._words]
        keys = (node.astype(np.uint64) << np.uint64(32)) | (keys & kernel.EMPTY)
        kept = int(np.count_nonzero(stays))
        self._entries[:kept, kernel.KEY] = keys[stays]
        self._entries[:kept, kernel.COUNT] = counts[stays]
        held = int(self._state[kernel.NODE])
        if held >= self._words:
            held = int(self._words + place[held - self._words])
        self._state[:] = kept, int(np.count_nonzero(stays & pairs)), held
        self._refill(len(self._slots))


def _checked_connectors(connectors: object) -> tuple[str, ...]:
    if connectors == "english":
        return ENGLISH
    if isinstance(connectors, str) or not isinstance(connectors, Iterable):
        raise OptionError(f"connectors must be a list of words, or 'english', got {connectors!r}")
    words = list(connectors)
    if wrong := [word for word in words if not isinstance(word, str) or not word]:
        raise OptionError(f"connectors must be words, got {wrong[0]!r}")
    return tuple(dict.fromkeys(words))


def _check(
    score: object, threshold: object, min_count: object, discount: object, passes: object, max_size: object
) -> None:
    if score not in THRESHOLDS:
        raise OptionError(f"score must be one of {', '.join(THRESHOLDS)}, got {score!r}")
    low, high = (-1.0, 1.0) if score == "npmi" else (0.0, math.inf)
    if not _is(threshold, float) or not low <= threshold <= high or math.isinf(threshold):  # type: ignore[operator, arg-type]
        said = "must lie between -1 and 1" if score == "npmi" else "must be 0 or more"
        raise OptionError(f"threshold of {score} {said}, got {threshold!r}")
    if discount is not None and (not _is(discount, float) or not 0 <= discount < math.inf):  # type: ignore[operator]
        raise OptionError(f"discount must be 0 or more, got {discount!r}")
    if discount is not None and score == "npmi":
        raise OptionError("npmi subtracts nothing from a count; leave discount out, or choose another score")
    for name, value, least, most in (
        ("min_count", min_count, 1, 2**62), ("passes", passes, 1, 100), ("max_size", max_size, 1, 2**62),
    ):  # fmt: skip
        if not (name == "max_size" and value is None) and (
            not _is(value, int) or not least <= value <= most  # type: ignore[operator]
        ):
            raise OptionError(f"{name} must lie between {least} and {most:,}, got {value!r}")


def _is(value: object, kind: type) -> bool:
    kinds = (int, np.integer) if kind is int else (int, float, np.integer, np.floating)
    return isinstance(value, kinds) and not isinstance(value, bool)
