"""A model out of a file of another program: words composed of their rows, rows padded as kernels want them.

NumPy alone, so that opening a file loads no compiler.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.features import LINE_END, Subwords, composed, mean_of
from omnivec.store import memory
from omnivec.store.formats.contents import Contents, Request
from omnivec.store.formats.fasttext import FILE
from omnivec.store.formats.fasttext_names import WORDS, bytes_of
from omnivec.store.keys import Keys
from omnivec.store.tables import Builder, DType, table_bytes

_log = logging.getLogger("omnivec")

_BASIS, _PRIME, _SIGN = np.uint64(2166136261), np.uint64(16777619), np.uint64(0xFFFFFF00)
_LOW = np.uint64(0xFFFFFFFF)
_PIECE = 1 << 12  # words composed at once
_ROWS = 1 << 14  # copied at once
_WORD = 250  # bytes of a usual word in lists, keys and their tables
_REMEDY = (
    "take the first rows only (limit), or convert it where there is more memory: a model folder is mapped"
)


def cut(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], subwords: Subwords
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n-grams of many words: how many each has, (words,), and h mod buckets of each, in their order.

    All words are cut at once, an n-gram a letter longer in each step. Definition: reference/fasttext.py.
    """
    lengths, end = np.diff(offsets), np.frombuffer(LINE_END.encode(), np.uint8)
    same = np.flatnonzero(lengths == len(end))
    lone_end = np.zeros(len(lengths), np.bool_)  # has no n-grams
    lone_end[same] = (text[offsets[same, None] + np.arange(len(end))] == end).all(axis=1)
    # <word> for each, in one row of bytes, and 0 behind the last
    begins = offsets[:-1] - offsets[0] + 2 * np.arange(len(lengths))
    ends = begins + lengths + 2
    data = np.zeros(int(ends[-1]) + 1, np.uint8)
    inside = np.ones(len(data), np.bool_)
    inside[begins] = inside[ends - 1] = inside[-1] = False
    data[inside] = text[offsets[0] : offsets[-1]]
    data[begins], data[ends - 1] = ord("<"), ord(">")
    word_of = np.repeat(np.arange(len(lengths)), lengths + 2)
    starts = np.flatnonzero((data[:-1] & 0xC0) != 0x80)
    owner = word_of[starts]
    last, first = ends[owner], begins[owner]
    signed = data.astype(np.uint64)
    signed[data > 127] |= _SIGN
    hashes, stop = np.full(len(starts), _BASIS), starts.copy()
    columns: list[NDArray[np.uint64]] = []
    valid: list[NDArray[np.bool_]] = []
    for n in range(1, subwords.maxn + 1):
        going = np.flatnonzero(stop < last)
        if not len(going):
            break
        reached = np.zeros(len(starts), np.bool_)
        reached[going] = True
        while len(going):  # a letter, byte by byte
            at = stop[going]
            hashes[going] = ((hashes[going] ^ signed[at]) * _PRIME) & _LOW
            stop[going] = at = at + 1
            going = going[(at < last[going]) & ((data[at] & 0xC0) == 0x80)]
        if n >= subwords.minn:
            if n == 1:  # no n-gram: a lone bracket
                reached &= (starts != first) & (stop != last)
            columns.append(hashes.copy())
            valid.append(reached)
    if not columns:
        return np.zeros(len(lengths), np.int64), np.empty(0, np.int64)
    there = np.stack(valid, axis=1)
    there[lone_end[owner]] = False
    counts = np.bincount(owner, there.sum(axis=1), len(lengths)).astype(np.int64)
    return counts, (np.stack(columns, axis=1)[there] % np.uint64(subwords.buckets)).astype(np.int64)


class Composer:
    """Vectors of words out of the rows of a model: their own, and those of their n-grams.

    Args: `inputs` (words, then n-grams; dim or more) float32, at any byte; `words`, how many are words;
    `pruned` (n, 2), hash and row of the n-grams that are left, where not all are.
    """

    def __init__(
        self,
        inputs: NDArray[np.float32],
        dim: int,
        words: int,
        subwords: Subwords,
        pruned: NDArray[np.int32] | None = None,
    ) -> None:
        self._inputs, self._dim, self._words, self._subwords = inputs, dim, words, subwords
        self._left = None
        if pruned is not None:
            self._left = pruned[np.argsort(pruned[:, 0])].astype(np.int64)

    def unseen(self, word: str) -> NDArray[np.float32]:
        """The vector of a word without a row of its own, (dim,); zeros where it has no n-gram."""
        if self._subwords.maxn < 1:
            return np.zeros(self._dim, np.float32)
        rows = self._rows(self._subwords.rows(word, 0))
        return mean_of(self._inputs[rows[rows >= 0], : self._dim])

    def words(self, text: NDArray[np.uint8], offsets: NDArray[np.int64], first: int) -> NDArray[np.float32]:
        """The vectors of the words from row `first` on, (words, padded width); word i is
        text[offsets[i] : offsets[i + 1]].
        """
        counts, hashes = cut(text, offsets, self._subwords)
        rows = self._rows(hashes)
        if self._left is not None:
            owners = np.repeat(np.arange(len(counts)), counts)[rows >= 0]
            counts, rows = np.bincount(owners, minlength=len(counts)), rows[rows >= 0]
        spans = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts + 1, out=spans[1:])
        parts = np.empty(spans[-1], np.int64)
        is_own = np.zeros(len(parts), np.bool_)
        is_own[spans[:-1]] = True
        parts[is_own], parts[~is_own] = np.arange(first, first + len(counts)), rows
        return composed(self._inputs, spans, parts, self._dim)

    def _rows(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each n-gram, -1 where it has none."""
        if self._left is None:
            return self._words + hashes
        if not len(self._left):
            return np.full(len(hashes), -1)
        at = np.minimum(np.searchsorted(self._left[:, 0], hashes), len(self._left) - 1)
        return np.where(self._left[at, 0] == hashes, self._words + self._left[at, 1], -1)


def composer(config: Mapping[str, Any], tables: Mapping[str, NDArray[Any]], words: int) -> Composer:
    """That of a model with `features` and `inputs`."""
    return Composer(
        tables["inputs"], config["dim"], words, Subwords.of(config["features"]), tables.get("pruned")
    )


def opened_model(
    path: Path, contents: Contents, request: Request
) -> tuple[dict[str, Any], Keys, dict[str, NDArray[Any]]]:
    """Config, keys and tables of a model, in memory, from what the reader of its format gives.

    Where keys are the first words alone, so are the rows that are kept; `request.dtype` is of vectors and
    what predicts.

    Raises: NotEnoughMemory before anything is allocated; NotFinite for what float16 cannot hold.
    """
    assert contents.whole is not None
    keys, config, given = contents.keys, dict(contents.whole.config), contents.whole.tables
    assert isinstance(keys, Keys)
    dim, words, first = config["dim"], config["rows"], len(keys)
    cut_off = first < words
    large = {name: given[name] for name in ("inputs", "output", "nodes") if name in given}
    if cut_off:  # a row for each word is left of its first ones
        large = {"output": large["output"][:first]} if "output" in large and not config["head"] else {}
    need = {name: table_bytes(len(rows), dim, _kept(name, request)) for name, rows in large.items()}
    need |= {"vectors": table_bytes(first, dim, request.dtype), "words": words * _WORD}
    memory.require(need, f"{_REMEDY}: {path}")
    done, total = 0, sum(map(len, large.values())) + first

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if request.told is not None:
            request.told(done / total)

    tables = {} if cut_off else {name: table for name, table in given.items() if name not in large}
    for name, rows in large.items():
        tables |= _stored(name, rows, dim, _kept(name, request), told)
    builder = Builder(dim, request.dtype)
    builder.resize(first)
    spelled = bytes_of(given, WORDS) or tuple(keys.tables()[f"keys.{name}"] for name in ("bytes", "offsets"))
    source, odd = composer(config, {**given, **tables}, words), 0
    for start in range(0, first, _PIECE):
        stop = min(start + _PIECE, first)
        ends = spelled[1][start : stop + 1]
        with np.errstate(over="ignore", invalid="ignore"):
            rows = source.words(spelled[0][ends[0] : ends[-1]], ends - ends[0], start)[:, :dim]
        odd += int(np.count_nonzero(~np.isfinite(rows).all(axis=1)))
        builder.put(start, rows)
        told(stop - start)
    if odd:
        _log.warning("%s: %s words have vectors with values that are NaN or infinite", path, f"{odd:,}")
    tables |= builder.table().arrays("vectors")
    if request.dtype != "float32":
        config["rounding"] = builder.rounding._asdict()
    if cut_off:
        config["rows"] = first
        del config[FILE]
    return config, keys, tables


def _kept(name: str, request: Request) -> DType:
    """How the numbers of a table are stored: rows that words are made of stay as they are."""
    return "float32" if name == "inputs" else request.dtype


def _stored(
    name: str, rows: NDArray[np.float32], dim: int, dtype: DType, told: Callable[[int], None]
) -> dict[str, NDArray[Any]]:
    builder = Builder(dim, dtype)
    builder.resize(len(rows))
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        builder.put(start, part)
        told(len(part))
    return builder.table().arrays(name)
