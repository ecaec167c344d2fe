"""fastText's binary files and those of its descendants, told apart by their layout; nothing is allocated.

fastText, sent2vec and floret share magic number and version, and differ in a few numbers of the header and in
how many rows the input matrix has. Only one of the layouts ends where the file ends.

    i32 magic, version | i32 dim … bucket [bucketChar] minn maxn [mode hashCount] lrUpdateRate, f64 t
    i32 size, nwords, nlabels, i64 ntokens, pruned | size × (word 00 i64 count u8 type) | pruned × (i32, i32)
    u8 quantised, input matrix | u8 quantised, output matrix
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import NamedTuple

from omnivec.store.formats.fasttext_entries import ENTRY, entries, trouble
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import mapped, opened

MAGIC = (793712314).to_bytes(4, "little")
HEADER_LIMIT = 112
"""Bytes; the longest header, floret's, has 100."""

_LARGEST_DIM = 1 << 16
_CENTROIDS = 256

_ARGUMENTS = (
    "dim window epoch min_count negatives word_ngrams loss model bucket minn maxn rate_update".split()
)
_MODELS = {1: "CBOW", 2: "skip-gram", 3: "supervised", 4: "sent2vec", 5: "CBOW with character n-grams"}


class _Kind(NamedTuple):
    """A program that writes such files; `more` are the arguments it adds, and before which one they stand."""

    title: str
    versions: tuple[int, ...]
    models: tuple[int, ...]
    more: tuple[str, ...] = ()
    before: str = "dim"
    advice: str = ""


_UNIGRAMS = (
    "write its word vectors by get_unigram_embeddings of its Python package"  # print-… mixes n-grams in
)
FASTTEXT = _Kind("fastText", (11, 12), (1, 2, 3))
SENT2VEC = _Kind("sent2vec", (11,), (4,), advice="it is read where nothing of it is missing")
_KINDS = (
    FASTTEXT,
    SENT2VEC,
    _Kind(
        "sent2vec", (11,), (5,), ("bucket_char",), "minn",
        _UNIGRAMS,
    ),
    _Kind("floret", (12,), (1, 2, 3), ("mode", "hashes"), "rate_update", "let floret write its .vec"),
)  # fmt: skip


def sniff(sample: Sample) -> bool:
    """Whether a file is fastText's: its header fits, or has the magic number and fits none of the others."""
    if sample.head.startswith(MAGIC):
        return not sniff_others(sample)
    return sample.size is not None and not isinstance(header(sample.head, 0, FASTTEXT, sample.size), str)


def sniff_others(sample: Sample) -> bool:
    """Whether a file has the magic number, and the header of sent2vec or floret."""
    if not sample.head.startswith(MAGIC) or sample.size is None:
        return False
    version = int.from_bytes(sample.head[4:8], "little", signed=True)
    for kind in _KINDS:
        found = header(sample.head, 8, kind, sample.size) if version in kind.versions else "version"
        if not isinstance(found, str):
            return kind is not FASTTEXT
    return False


def explained(path: Path) -> str:
    """What a file with the magic number is, and what to do with it."""
    with opened(path) as source:
        if source.size is None:
            return "decompress it first"
        if source.size < 8:
            return "it is truncated: it ends in its header"
        with mapped(source) as data:
            return explained_as(data)


def explained_as(data: mmap.mmap | bytes) -> str:
    """What a file is by all of its bytes, which begin with the magic number, and what to do with it."""
    (version,) = struct.unpack_from("<i", data, 4)
    if version > 12:
        return f"it has version {version}, written by a newer fastText; 11 and 12 are known"
    troubles: list[str] = []
    for kind in _KINDS:
        found = header(data[:HEADER_LIMIT], 8, kind, len(data)) if version in kind.versions else "version"
        trouble = found if isinstance(found, str) else _body(data, found)
        if not trouble and not isinstance(found, str):
            model, words = _MODELS[int(found["model"])], f"{found['nwords']:,} words × {found['dim']}"
            return f"it is {kind.title} {version}, {model}, {words}: {kind.advice}"
        # What is wrong behind a header that fits says more than what is wrong with another's header.
        troubles.insert(len(troubles) if isinstance(found, str) else 0, trouble)
    return f"it is damaged: {troubles[0]}; take another copy"


def header(head: bytes, at: int, kind: _Kind, size: int) -> dict[str, float] | str:
    """The header's numbers by name, with the byte where it ends, or what is wrong with it.

    `at` is where the arguments begin: 8, or 0 before the magic number, when nothing was pruned yet.
    """
    names = list(_ARGUMENTS)
    place = names.index(kind.before)
    names[place:place] = kind.more
    codes = f"{'i' * len(names)}diiiq{'q' if at else ''}"
    layout = struct.Struct(f"<{codes}")
    if len(head) < at + layout.size:
        return f"byte {len(head)}: it ends in its header"
    names += ["sample", "size", "nwords", "nlabels", "tokens", *(["pruned"] if at else [])]
    found: dict[str, float] = dict(zip(names, layout.unpack_from(head, at), strict=True))
    found.setdefault("pruned", -1)  # nothing was, then
    found["end"] = at + layout.size
    checks = {
        "dim": 1 <= found["dim"] <= _LARGEST_DIM,
        "window": 0 <= found["window"] <= 1000 or at > 0,
        "loss": 1 <= found["loss"] <= 4,
        "model": found["model"] in kind.models,
        "bucket": 0 <= found["bucket"],
        "bucket_char": 0 <= found.get("bucket_char", 0),
        "minn": 0 <= found["minn"] <= 1000,
        "maxn": 0 <= found["maxn"] <= 1000,
        "mode": found.get("mode", 1) in (1, 2),
        "hashes": 1 <= found.get("hashes", 1) <= 4,
        "sample": 0 <= found["sample"] < float("inf"),
        "nwords": 0 <= found["nwords"],
        "nlabels": 0 <= found["nlabels"],
        "size": found["nwords"] + found["nlabels"] == found["size"] <= (size - found["end"]) / ENTRY,
        "tokens": 0 <= found["tokens"],
        "pruned": -1 <= found["pruned"] <= min(found["bucket"], size / 8),
    }
    bad = next((name for name, right in checks.items() if not right), None)
    if bad is None:
        return found
    byte = at + struct.calcsize("<" + codes[: names.index(bad)])
    return f"byte {byte}: {bad} is {found[bad]:.12g} in its header"


def _body(data: mmap.mmap | bytes, header: dict[str, float]) -> str:
    """What is wrong behind the header; empty when just what was announced follows it, to the last byte."""
    try:
        at = _dictionary(data, int(header["end"]), int(header["size"]))
        pruned, words = int(header["pruned"]), int(header["nwords"])
        at += 8 * max(pruned, 0)
        hashed = [pruned if pruned >= 0 else int(header["bucket"] + header.get("bucket_char", 0))]
        if header["model"] == 4:
            hashed.append(hashed[0] + 1)  # sent2vec's one row of bucketChar, which is not in the header
        small = _flag(data, at)
        at = _matrix(data, at + 1, small, [words + rows for rows in hashed], int(header["dim"]))
        outputs = int(header["nlabels"] if header["model"] == 3 else words)
        at = _matrix(data, at + 1, small and _flag(data, at), [outputs], int(header["dim"]))
    except (_Wrong, struct.error, IndexError) as error:
        return str(error) if isinstance(error, _Wrong) else f"byte {len(data):,}: it is truncated"
    return "" if at == len(data) else f"byte {at:,}: it should end here, and has {len(data):,} bytes"


class _Wrong(Exception):
    """A layout that does not fit."""


def _dictionary(data: mmap.mmap | bytes, at: int, size: int) -> int:
    """Where the dictionary ends."""
    found = entries(data, at, size)
    if (damage := trouble(found, size)) is not None:
        raise _Wrong(f"byte {damage[0]:,}: {damage[1]}")
    return found.end


def _flag(data: mmap.mmap | bytes, at: int) -> bool:
    if data[at] > 1:
        raise _Wrong(f"byte {at:,}: 0 or 1 was expected, got {data[at]}")
    return data[at] == 1


def _matrix(data: mmap.mmap | bytes, at: int, small: bool, rows: list[int], dim: int) -> int:
    """Where a matrix ends whose rows are one of `rows`."""
    norms = small and _flag(data, at)
    found, columns = struct.unpack_from("<qq", data, at + small)
    if found not in rows or columns != dim:
        raise _Wrong(
            f"byte {at + small:,}: a matrix of {rows[0]:,} × {dim} was expected, got {found} × {columns}"
        )
    at += small + 16
    if not small:
        return at + 4 * dim * int(found)
    codes: int = struct.unpack_from("<i", data, at)[0]
    parts = struct.unpack_from("<4i", data, at + 4 + max(codes, 0))
    if parts[0] != dim or codes != found * parts[1]:
        raise _Wrong(f"byte {at:,}: {codes:,} codes for {found:,} rows in {parts[1]} parts")
    at += 4 + codes + 16 + 4 * dim * _CENTROIDS
    return at + (int(found) + 16 + 4 * _CENTROIDS if norms else 0)
