"""Texts with labels: a file whose labels are words with a prefix, or pairs of a text and its labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from omnivec.data.columns import Rows
from omnivec.data.corpus import Corpus, Reading, Report, Types
from omnivec.data.heldout import Text
from omnivec.data.phrases import named, unwrapped
from omnivec.data.sources import Source, describe
from omnivec.data.tokenize import Tokenizer
from omnivec.data.vocabulary import Rule, Vocabulary, nothing_left, select, times
from omnivec.errors import InputError
from omnivec.store.keys import Keys

RARE, NONE = -1, -2  # of a type's row: no row of its own, no word at all
WORD, DROPPED = -1, -2  # of a type's label: none, one that is too rare

Labels = str | Iterable[str]
"""One label, or several."""


@dataclass(frozen=True, kw_only=True)
class Labelling:
    """How words and labels are told apart; the learner's options of the same names."""

    prefix: str
    min_count: int = 1
    label_min_count: int = 0
    max_size: int | None = None
    least: int = 2
    """Labels that there must be."""

    def corpus(
        self,
        reading: Reading,
        source: Source | Iterable[tuple[str, Labels]],
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        report: Report | None = None,
    ) -> Corpus:
        """Read a source once; the reading keeps every type.

        Raises: InputError as `Reading.corpus`; when there is no label, too few, or no text that has a label
        and a word; for a pair that is none.
        """
        split = tokenizer or reading.splitting(self.prefix)
        if reading.tokenizer != "whitespace":
            tokenizer = split
        source, steps = unwrapped(source)
        given = pairs_as_tokens(source, self.prefix, split)
        for phrases in steps:
            given = phrases.apply(given)
        every = reading.corpus(given, tokenizer=tokenizer, report=report)
        name = source.name if isinstance(source, Rows) else describe(cast(Source, source))
        every = replace(every, name=named(name, steps))
        keys = every.vocabulary.keys
        assert isinstance(keys, Keys)
        names, counts, is_label = list(keys), every.vocabulary.counts, begin_with(keys, self.prefix)
        words, rows = self._words(names, np.where(is_label, 0, counts), every.name, vocabulary, rule)
        labels, numbers = self._labels(names, np.where(is_label, counts, 0), every.name)
        types = Types(keys, np.where(is_label, NONE, rows), np.where(is_label, numbers, WORD))
        corpus = replace(every, vocabulary=replace(words, labels=labels), types=types)
        if not taught(corpus.tokens, corpus.units, types):
            raise InputError(
                f"{every.name}: no line has both a label and a word of the vocabulary: nothing to learn"
            )
        return corpus

    def _words(
        self,
        names: list[str],
        counts: NDArray[np.int64],
        name: str,
        vocabulary: Vocabulary | None,
        rule: Rule | None,
    ) -> tuple[Vocabulary, NDArray[np.int32]]:
        """The words, and the row of each type among them."""
        if vocabulary is not None:
            keys = vocabulary.keys if isinstance(vocabulary.keys, Keys) else Keys.build(vocabulary.keys)
            rows = np.fromiter((keys.exact(word) for word in names), np.int32, len(names))
            return replace(vocabulary, keys=keys), np.where(rows < 0, np.int32(RARE), rows)
        there = np.flatnonzero(counts)
        some = [names[k] for k in there.tolist()]
        if not some:
            raise InputError(f"{name}: it holds labels and no words")
        chosen = select(some, counts[there], min_count=self.min_count, max_size=self.max_size, rule=rule)
        if not len(chosen):
            raise nothing_left(some, counts[there], self.min_count, name)
        return numbered(names, counts, there[chosen], RARE)

    def _labels(
        self, names: list[str], counts: NDArray[np.int64], name: str
    ) -> tuple[Vocabulary, NDArray[np.int32]]:
        """The labels, and the number of each type among them."""
        there = np.flatnonzero(counts)
        some = [names[k] for k in there.tolist()]
        if not some:
            raise InputError(
                f"{name}: no word begins with {self.prefix!r}, so there is no label; set label_prefix, or "
                "give pairs of a text and its label"
            )
        chosen = select(some, counts[there], min_count=self.label_min_count)
        if len(chosen) < self.least:
            top, most = some[int(counts[there].argmax())], int(counts[there].max())
            what = f"only one label ({top[len(self.prefix) :]!r}), and there is nothing to choose from"
            if len(some) > 1:
                what = (
                    f"{len(some):,} labels, of which {'one occurs' if len(chosen) else 'none occurs'} "
                    f"{times(self.label_min_count)} or more (the most frequent, {top[len(self.prefix) :]!r}, "
                    f"occurs {times(most)}); lower label_min_count"
                )
            raise InputError(f"{name}: it has {what}")
        return numbered(names, counts, there[chosen], DROPPED)


def numbered(
    names: list[str], counts: NDArray[np.int64], chosen: NDArray[np.int64], missing: int
) -> tuple[Vocabulary, NDArray[np.int32]]:
    """A vocabulary of the chosen types, in their order, and the place of each type in it, or `missing`."""
    kept, places = counts[chosen], np.full(len(names), missing, np.int32)
    places[chosen] = np.arange(len(chosen), dtype=np.int32)
    keys = Keys.build([names[k] for k in chosen.tolist()], kept)
    return Vocabulary(keys, kept, int(counts.sum()), int(np.count_nonzero(counts))), places


def begin_with(keys: Keys, prefix: str) -> NDArray[np.bool_]:
    """Whether each key begins so, (keys,)."""
    arrays, wanted = keys.tables(), np.frombuffer(prefix.encode("utf-8", "surrogatepass"), np.uint8)
    text, offsets = arrays["keys.bytes"], arrays["keys.offsets"]
    found = np.diff(offsets) >= len(wanted)
    rows = np.flatnonzero(found)
    found[rows] = (text[offsets[rows, None] + np.arange(len(wanted))] == wanted).all(axis=1)
    return found


def taught(tokens: NDArray[np.int32], units: NDArray[np.int64], types: Types) -> int:
    """Lines that have a label and a word; looked at in pieces."""
    count, piece = 0, 1 << 16
    for first in range(0, len(units) - 1, piece):
        borders = units[first : first + piece + 1]
        here = tokens[borders[0] : borders[-1]]
        starts = borders[:-1] - borders[0]
        has_label = np.logical_or.reduceat(types.labels[here] >= 0, starts)
        has_word = np.logical_or.reduceat(types.rows[here] > NONE, starts)
        count += int((has_label & has_word).sum())
    return count


def appended(corpus: Corpus, other: Corpus) -> tuple[Corpus, Text]:
    """(the corpus, whose types now hold the other's behind its own, the other's text in their numbers).

    Words and labels are those of the corpus; the other's that it lacks are rare words and dropped labels.
    """
    types, more = corpus.types, other.types
    words, labels = corpus.vocabulary.keys, corpus.vocabulary.labels
    assert types is not None and more is not None and labels is not None
    assert isinstance(words, Keys) and isinstance(labels.keys, Keys)
    rows = np.array([words.exact(name) for name in more.keys], np.int32)
    rows[more.rows == NONE] = NONE
    numbers = np.array([labels.keys.exact(name) for name in more.keys], np.int32)
    numbers[(more.labels != WORD) & (numbers < 0)] = DROPPED
    numbers[more.labels == WORD] = WORD
    offset = len(types.keys)
    both = Types(
        joined(types.keys, more.keys),
        np.concatenate([types.rows, rows]),
        np.concatenate([types.labels, numbers]),
    )
    return replace(corpus, types=both), Text(other.tokens + np.int32(offset), other.units)


def joined(first: Keys, second: Keys) -> Any:
    """Keys of two texts one behind the other; a word of both stands twice: nothing is looked up in them."""
    one, two = first.tables(), second.tables()
    text = np.concatenate([one["keys.bytes"], two["keys.bytes"]])
    offsets = np.concatenate([one["keys.offsets"], two["keys.offsets"][1:] + one["keys.offsets"][-1]])
    return Raw(text, offsets)


@dataclass(frozen=True)
class Raw:
    """Words as bytes alone: text (b,) uint8, word i from offsets[i] to offsets[i + 1]."""

    text: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def tables(self) -> dict[str, NDArray[Any]]:
        """As `Keys.tables`."""
        return {"keys.bytes": self.text, "keys.offsets": self.offsets}


def pairs_as_tokens(source: Source | Iterable[tuple[str, Labels]], prefix: str, split: Tokenizer) -> Source:
    """A source whose pairs of a text and its labels have become lists of tokens; any other as it is.

    In the text of a pair no word is a label: those that look like one are left out. A label may be given with
    its prefix or without.
    """
    if not isinstance(source, Iterable) or isinstance(source, (str, bytes, dict)) or hasattr(source, "read"):
        return cast(Source, source)
    items = iter(source)
    first = next(items, None)
    if first is None:
        if isinstance(source, Rows):
            raise InputError(f"{source.name}: a table without a row of text")
        return []
    whole = chain([first], items)
    return _tokens(whole, prefix, split) if isinstance(first, tuple) else cast(Source, whole)


def _tokens(items: Iterable[Any], prefix: str, split: Tokenizer) -> Iterator[list[str]]:
    for item in items:
        text, labels = pair(item)
        tokens = text if isinstance(text, list) else split(text)
        words = (token for token in tokens if not token.startswith(prefix))
        yield [*(prefix + label.removeprefix(prefix) for label in labels), *words]


def pair(item: object) -> tuple[str | list[str], Sequence[str]]:
    """A text (or its tokens) and its labels. InputError for what is no such pair."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], (str, list)):
        labels = [item[1]] if isinstance(item[1], str) else item[1]
        if isinstance(labels, Iterable):
            some = [str(label) for label in labels]
            if all(some):
                return item[0], some
    raise InputError(f"expected pairs of a text and its label or labels, got {str(item)[:60]!r}")
