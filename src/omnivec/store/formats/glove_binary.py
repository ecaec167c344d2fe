"""GloVe's binary files: its parameters, which need the vocabulary beside them, and its co-occurrences.

Parameters are float64: a row of dim + 1 for each word, its vector and its bias, then as many rows of
contexts. Nothing in the file tells what it is; its length and the vocabulary's give dim.
Co-occurrences are records of two ranks, int32 from 1, and a float64 value.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from omnivec.errors import FormatError, OptionError
from omnivec.store.formats import wordlist
from omnivec.store.formats.contents import Contents, Outline, Request
from omnivec.store.formats.rows import Rows
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import Source, opened

_NUMBER = 8  # bytes
_BLOCK = 1 << 21  # bytes read at once
_RECORD = np.dtype([("word", "<i4"), ("context", "<i4"), ("value", "<f8")])
_MOST_RANK = 1 << 27


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Keys, the sums of word and context vectors, as in GloVe's text, without `<unk>`, and counts.

    Raises: OptionError without a vocabulary; FormatError when the file's length is not that of so many words,
    or a line of the vocabulary has no count; NotEnoughMemory before the matrix is allocated.
    """
    vocabulary = _vocabulary(path, request)
    words, counts = wordlist.words_and_counts(vocabulary)
    with opened(path, request.told) as source:
        dim = _dim(path, source, len(words), vocabulary)
        wanted = len(words) if request.limit is None else min(len(words), request.limit)
        rows = Rows(path, dim, wanted, request)
        size = _NUMBER * (dim + 1)
        step = max(1, _BLOCK // size)
        for start in range(0, wanted, step):
            stop = min(start + step, wanted)
            both = []
            for first in (start, len(words) + start):
                source.file.seek(first * size)
                data = source.file.read((stop - start) * size)
                both.append(np.frombuffer(data, "<f8").reshape(stop - start, dim + 1)[:, :dim])
            rows.add(words[start:stop], both[0] + both[1])
    return rows.finish(counts[:wanted])


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim by the vocabulary, which is read. Raises: as `read` does."""
    vocabulary = _vocabulary(path, request)
    words, _ = wordlist.words_and_counts(vocabulary)
    with opened(path) as source:
        return Outline(len(words), _dim(path, source, len(words), vocabulary))


def _vocabulary(path: Path, request: Request) -> Path:
    if request.vocabulary is None:
        raise OptionError(f"{path}: GloVe's parameters hold no words; name its vocabulary file (vocabulary)")
    return Path(request.vocabulary)


def _dim(path: Path, source: Source, words: int, vocabulary: Path) -> int:
    if source.size is None:
        raise FormatError(f"{path}: its length tells dim, so it cannot be read packed; decompress it first")
    dim, rest = divmod(source.size, 2 * _NUMBER * words) if words else (0, source.size)
    if rest or dim < 2:
        expected = f"a multiple of {2 * _NUMBER * words:,} bytes for the {words:,} words of {vocabulary}"
        raise FormatError(f"{path}: {expected} was expected, got {source.size:,}")
    return dim - 1


def sniff_cooccurrences(sample: Sample) -> bool:
    """Whether a file is GloVe's co-occurrences: whole records of small ranks and positive values.

    The first may be all zeros, which GloVe writes for small texts.
    """
    if not sample.size or sample.size % _RECORD.itemsize:
        return False
    records = np.frombuffer(sample.head[: len(sample.head) // _RECORD.itemsize * _RECORD.itemsize], _RECORD)
    if not records[0].tobytes().strip(b"\0"):
        records = records[1:]
    ranks = np.concatenate([records["word"], records["context"]])
    values = records["value"]
    small = ((ranks > 0) & (ranks < _MOST_RANK)).all()
    return bool(len(records) and small and (np.isfinite(values) & (values > 0)).all())
