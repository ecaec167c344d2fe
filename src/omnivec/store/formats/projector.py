"""TensorFlow's Embedding Projector: vectors, metadata, and a configuration that names both.

Vectors are lines of numbers between tabs, or raw float32 with the shape in the configuration. Metadata are a
line of text for each vector; a first line with the names of columns stands there if there are several.
"""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError
from omnivec.store import replace
from omnivec.store.formats import headless, wordlist
from omnivec.store.formats.contents import DIM_LIMIT, Contents, Outline, Request, Told
from omnivec.store.formats.folders import created_folder
from omnivec.store.formats.lines import read_lines
from omnivec.store.formats.rows import Rows, at_first
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created, opened
from omnivec.store.formats.writing import encoded, write_numbers

CONFIG, VECTORS, METADATA = "projector_config.json", "vectors.tsv", "metadata.tsv"

_CONFIG_LIMIT = 1 << 20  # bytes
_BESIDE = ("tensors", "tensor", "vectors", "embeddings")  # what `metadata` stands for in the name beside
_WORDS, _COUNTS = (b"word", b"label", b"name", b"token"), b"count"  # names of columns
_BLOCK = 1 << 22  # bytes of raw vectors read at once
_TO_SPACES = bytes.maketrans(b"\t", b" ")


class _Place(NamedTuple):
    """Where vectors and words are."""

    vectors: Path
    metadata: Path
    shape: tuple[int, int] | None
    """Rows and dim as the configuration tells them."""


def sniff(sample: Sample) -> bool:
    """Whether it is a folder with a configuration, a configuration, or lines of numbers alone between tabs.

    Where every line begins with a whole number, which may be a node's id, metadata must lie beside.
    """
    if sample.is_folder:
        return CONFIG in sample.names
    if sample.head.lstrip().startswith(b"{"):
        return b'"embeddings"' in sample.head and b'"tensorPath"' in sample.head
    seen = headless.look(sample.head, sample.whole, b"\t")
    return seen is not None and seen.bare and (seen.fraction or _metadata_beside(sample.path) is not None)


def read(path: Path, request: Request = Request()) -> Contents:  # noqa: B008  (frozen)
    """Words, vectors and, where metadata have a column `count`, counts.

    `path` is the folder, the configuration, or the vectors with metadata beside them or in
    `request.vocabulary`.

    Raises: FormatError for what is missing or damaged, naming the line, and when vectors and words differ in
    number; NotEnoughMemory before the matrix is allocated.
    """
    place = _place(path, request)
    words, counts = _read_metadata(place.metadata)
    rows = (_read_raw if _is_raw(place) else _read_text)(place, len(words), request)
    if request.limit is None or len(rows) < request.limit:
        words = wordlist.fitted(place.metadata, words, len(rows))
    elif len(words) < len(rows):
        raise FormatError(f"{place.metadata}: {len(words):,} words, but more rows of vectors")
    rows.name(words[: len(rows)])
    return rows.finish(None if counts is None else counts[: len(rows)])


def outline(path: Path, request: Request) -> Outline:
    """Rows and dim as the configuration tells them, else estimated unless the file is small."""
    place = _place(path, request)
    if place.shape is not None:
        return Outline(*place.shape)
    found = headless.outline(place.vectors, b"\t", headless.byte_order_mark)
    return found._replace(dim=found.dim + 1)  # there the first number is taken for a word


def _is_raw(place: _Place) -> bool:
    return place.shape is not None and place.vectors.suffix == ".bytes"


def _place(path: Path, request: Request) -> _Place:
    config = path / CONFIG if path.is_dir() else path
    with opened(config) as source:
        text = source.file.read(_CONFIG_LIMIT)
    named = None if request.vocabulary is None else Path(request.vocabulary)
    if config != path or text.lstrip().startswith(b"{"):
        return _configured(config, text, named)
    metadata = named or _metadata_beside(path)
    if metadata is None:
        raise FormatError(f"{path}: numbers alone, and no metadata beside them; name their file (vocabulary)")
    return _Place(path, metadata, None)


def _metadata_beside(path: Path) -> Path | None:
    part = next((part for part in _BESIDE if part in path.name), None)
    name = METADATA if part is None else path.name.replace(part, "metadata")
    return next(
        (beside for beside in (path.with_name(name), path.with_name(METADATA)) if beside.is_file()), None
    )


def _configured(config: Path, text: bytes, named: Path | None) -> _Place:
    try:
        embeddings = json.loads(text)["embeddings"]
        if len(embeddings) != 1:
            names = [str(each["tensorName"]) for each in embeddings]
            raise FormatError(
                f"{config}: names {len(names)} embeddings ({', '.join(names[:4])}); open the file of one"
            )
        vectors = _inside(config, embeddings[0]["tensorPath"])
        metadata = named or _inside(config, embeddings[0]["metadataPath"])
        shape = embeddings[0].get("tensorShape")
        if shape is not None:
            rows, dim = map(operator.index, shape)
            if rows < 0 or not 1 <= dim <= DIM_LIMIT:
                raise FormatError(
                    f"{config}: tensorShape is {[rows, dim]}, rows and dim were expected; damaged"
                )
            shape = rows, dim
    except FormatError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = "embeddings with tensorPath and metadataPath were expected"
        raise FormatError(f"{config}: {what}; damaged ({type(error).__name__}: {error})") from None
    return _Place(vectors, metadata, shape)


def _inside(config: Path, name: str) -> Path:
    """The file of this name, which must lie in the folder of the configuration."""
    path = config.parent / name
    if "://" in name or not path.resolve().is_relative_to(config.parent.resolve()):
        raise FormatError(
            f"{config}: {name!r} lies elsewhere; bring it into the folder, or open it with its words"
        )
    return path


def _read_metadata(path: Path) -> tuple[list[bytes], NDArray[np.int64] | None]:
    """Words, and counts where there is such a column."""
    lines = wordlist.lines_of(path)
    names = lines[0].lower().split(b"\t") if lines else []
    if len(names) < 2:
        return lines, None
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    rows = [line.split(b"\t") for line in lines[1:]]
    for number, row in enumerate(rows, 2):
        if len(row) != len(names):
            what = f"{len(names)} columns were expected, as in line 1, got {len(row)}"
            raise FormatError(f"{path}: line {number:,}: {what}")
    column = next((names.index(name) for name in _WORDS if name in names), 0)
    counts = [row[names.index(_COUNTS)] for row in rows] if _COUNTS in names else []
    whole = _COUNTS in names and all(count.isdigit() and len(count) < 19 for count in counts)
    return [row[column] for row in rows], np.array(counts, np.int64) if whole else None


def _read_text(place: _Place, words: int, request: Request) -> Rows:
    path = place.vectors
    with opened(path, request.told) as source:
        start = source.file.readline(headless.HEAD)
        dim = _dim(place, start)
        if source.size is None:
            expected = min(words, at_first(dim))
        else:
            expected = min(words, source.size // (2 * dim) + 1)
        rows = Rows(path, dim, expected if request.limit is None else min(expected, request.limit), request)
        source.file.seek(headless.byte_order_mark(start))
        read_lines(path, cast(BinaryIO, _Led(source.file)), dim, rows, request.limit, 1)
    return rows


def _dim(place: _Place, start: bytes) -> int:
    """Numbers in the first line, or what the configuration says of a file without any."""
    found = start.count(b"\t") + 1 if start.strip() else None
    said = found if place.shape is None else place.shape[1]
    if said is None:
        raise FormatError(f"{place.vectors}: line 1: numbers were expected, got {start[:40]!r}")
    if found not in (None, said):
        raise FormatError(
            f"{place.vectors}: line 1: {said:,} numbers, as configured, were expected, got {found:,}"
        )
    return said


class _Led:
    """Lines of numbers between tabs as lines of an empty word and numbers between spaces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._lead = file, b" "

    def read(self, size: int) -> bytes:
        data = self._file.read(size).translate(_TO_SPACES).replace(b"\n", b"\n ")
        lead, self._lead = self._lead, b""
        return lead + data if data else b""


def _read_raw(place: _Place, words: int, request: Request) -> Rows:
    assert place.shape is not None
    path, (count, dim) = place.vectors, place.shape
    with opened(path, request.told) as source:
        if source.size != count * dim * 4:
            got = "it is packed" if source.size is None else f"it has {source.size:,}"
            raise FormatError(
                f"{path}: {count:,} × {dim} float32, {count * dim * 4:,} bytes, were expected, {got}"
            )
        wanted = count if request.limit is None else min(count, request.limit)
        rows = Rows(path, dim, wanted, request)
        step = max(1, _BLOCK // (4 * dim))
        for start in range(0, wanted, step):
            number = min(step, wanted - start)
            block = np.frombuffer(source.file.read(number * dim * 4), "<f4").reshape(number, dim)
            rows.add([b""] * number, block)
    return rows


def write(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a folder: vectors, metadata (words, and counts where they are known) and the configuration.

    Numbers have the fewest digits that read back as the same float32. The projector's page asks for the first
    two files under "Load", or for the address of the configuration.

    Raises: OutputError when a word cannot be written, a tab among the reasons (their number and the first are
    named), when the path exists (unless `overwrite`, and it is such a folder that holds nothing else), and
    when the system refuses; what was there is whole.
    """
    keys, table, counts = contents[:3]
    metadata = _metadata(path, keys, counts)
    config = {"tensorName": "vectors", "tensorShape": [len(table), table.dim], "tensorPath": VECTORS}
    text = json.dumps({"embeddings": [{**config, "metadataPath": METADATA}]}, indent=2) + "\n"
    with created_folder(path, {CONFIG, VECTORS, METADATA}, CONFIG, overwrite=overwrite) as folder:
        with created(folder / VECTORS, overwrite=False) as file:
            write_numbers(file, table, "\t", told)
        for name, content in ((METADATA, metadata), (CONFIG, text.encode())):
            replace.write_new(folder / name, content)


def _metadata(path: str | os.PathLike[str], keys: Sequence[str], counts: NDArray[np.int64] | None) -> bytes:
    title, forbidden = "metadata", "\0\n\t"
    if counts is None:
        return wordlist.text_of(path, keys, title, forbidden)
    words = encoded(path, keys, title, forbidden)
    rows = (b"%b\t%d\n" % pair for pair in zip(words, counts.tolist(), strict=True))
    return b"word\tcount\n" + b"".join(rows)
