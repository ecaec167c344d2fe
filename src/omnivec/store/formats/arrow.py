"""Parquet and Arrow files of the columns `key`, `vector` and, where counts are known, `count`.

`key` is text; `vector` a list of floats, of fixed size or the same length in every row. Other columns are not
looked at.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, NotEnoughMemory
from omnivec.store.extra import extra
from omnivec.store.formats.contents import DIM_LIMIT, Contents, Outline, Request, Told
from omnivec.store.formats.rows import Rows
from omnivec.store.formats.sample import Sample
from omnivec.store.formats.source import created, opened
from omnivec.store.formats.writing import encoded
from omnivec.store.tables import Table

_PARQUET, _ARROW = b"PAR1", b"ARROW1"
_KEY, _VECTOR, _COUNT = "key", "vector", "count"
_BATCH = 1 << 14  # rows read at once, and written as one record batch
_GROUP = 1 << 16  # rows of a row group of Parquet


def sniff_parquet(sample: Sample) -> bool:
    """Whether a file is Parquet."""
    return sample.head.startswith(_PARQUET)


def sniff_arrow(sample: Sample) -> bool:
    """Whether a file is an Arrow file, also known as Feather."""
    return sample.head.startswith(_ARROW)


def read_parquet(path: Path, request: Request) -> Contents:
    """Keys, vectors and counts of a Parquet file.

    Raises: FormatError for a file that is damaged or has other columns; NotEnoughMemory before the table
    grows beyond what is available; MissingExtra without pyarrow.
    """
    with _parquet(path) as (file, size, wanted):
        rows = _limited(file.metadata.num_rows, request)
        batches = file.iter_batches(min(_BATCH, max(rows, 1)), columns=wanted)
        return _read(path, batches, rows, size, request, _stated(file.schema_arrow))


def read_arrow(path: Path, request: Request) -> Contents:
    """Keys, vectors and counts of an Arrow file. Raises: as `read_parquet` does."""
    with _arrow(path) as (file, size, wanted):
        batches = (file.get_batch(index).select(wanted) for index in range(file.num_record_batches))
        return _read(path, batches, None, size, request, _stated(file.schema))


def outline_parquet(path: Path, request: Request) -> Outline:
    """Rows as the file announces them, and the dim of its first row. Raises: as `read_parquet` does."""
    with _parquet(path) as (file, _, _):
        first = next(file.iter_batches(1, columns=[_VECTOR]), None)
        return Outline(file.metadata.num_rows, _dim(path, first, _stated(file.schema_arrow)))


def outline_arrow(path: Path, request: Request) -> Outline:
    """Rows of all batches, whose headers are looked at, and dim. Raises: as `read_parquet` does."""
    with _arrow(path) as (file, _, _):
        batches = [file.get_batch(index) for index in range(file.num_record_batches)]
        first = next((batch.select([_VECTOR]).slice(0, 1) for batch in batches if len(batch)), None)
        return Outline(sum(map(len, batches)), _dim(path, first, _stated(file.schema)))


def write_parquet(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write a Parquet file; float16 rows stay so, others are float32.

    Raises: OutputError when a word is no Unicode text, when the path exists and `overwrite` is not set, and
    when the system refuses; what was there is whole. MissingExtra without pyarrow.
    """
    parquet = extra("pyarrow.parquet", "arrow")
    with created(path, overwrite=overwrite, packs=False) as file:
        # A dictionary of floats that are all different would only cost time.
        with parquet.ParquetWriter(file, _schema(contents), use_dictionary=False) as writer:
            for batch in _batches(path, contents, _GROUP, told):
                writer.write_batch(batch, row_group_size=_GROUP)


def write_arrow(
    path: str | os.PathLike[str], contents: Contents, *, overwrite: bool = False, told: Told | None = None
) -> None:
    """Write an Arrow file, uncompressed, which others map. Raises: as `write_parquet` does."""
    arrow = extra("pyarrow", "arrow")
    with (
        created(path, overwrite=overwrite, packs=False) as file,
        arrow.ipc.new_file(file, _schema(contents)) as writer,
    ):
        for batch in _batches(path, contents, _BATCH, told):
            writer.write_batch(batch)


def put_texts(file: BinaryIO, blocks: Iterable[list[str]], rows: NDArray[np.float32]) -> None:
    """Write texts, a row group for each block, and their vectors (texts, dim): columns text and vector.

    Texts may stand twice, as keys may not. Raises: MissingExtra without pyarrow.
    """
    arrow, parquet = extra("pyarrow", "arrow"), extra("pyarrow.parquet", "arrow")
    dim, start = rows.shape[1], 0
    schema = arrow.schema([("text", arrow.string()), ("vector", arrow.list_(arrow.float32(), dim))])
    with parquet.ParquetWriter(file, schema, use_dictionary=False) as writer:
        for texts in blocks:
            some = np.ravel(rows[start : start + len(texts)])
            vectors = arrow.FixedSizeListArray.from_arrays(arrow.array(some), dim)
            batch = arrow.record_batch([arrow.array(texts, arrow.string()), vectors], schema=schema)
            writer.write_batch(batch, row_group_size=len(texts))
            start += len(texts)


@contextlib.contextmanager
def _parquet(path: Path) -> Iterator[tuple[Any, int, list[str]]]:
    """The open file, its bytes, and which columns are wanted."""
    parquet = extra("pyarrow.parquet", "arrow")
    with _checked(path) as size, parquet.ParquetFile(path) as content:
        yield content, size, _wanted(path, content.schema_arrow)


@contextlib.contextmanager
def _arrow(path: Path) -> Iterator[tuple[Any, int, list[str]]]:
    arrow = extra("pyarrow", "arrow")
    with _checked(path) as size, arrow.memory_map(str(path)) as file, arrow.ipc.open_file(file) as content:
        yield content, size, _wanted(path, content.schema)


@contextlib.contextmanager
def _checked(path: Path) -> Iterator[int]:
    """The bytes of a file that pyarrow is to open; its errors are told as ours."""
    arrow = extra("pyarrow", "arrow")
    with opened(path) as source:
        if source.size is None:
            raise FormatError(f"{path}: is compressed as a whole; decompress it first")
        try:
            yield source.size
        except (FormatError, NotEnoughMemory):
            raise
        except (arrow.ArrowException, OSError, ValueError, KeyError, IndexError) as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise FormatError(f"{path}: pyarrow cannot read it ({reason}); truncated or damaged") from None


def _wanted(path: Path, schema: Any) -> list[str]:
    """The columns to read, once they are of the right types."""
    types = extra("pyarrow.types", "arrow")
    names = list(schema.names)
    for name in (_KEY, _VECTOR):
        if names.count(name) != 1:
            found = ", ".join(names[:8]) or "none"
            raise FormatError(
                f"{path}: columns {_KEY} and {_VECTOR} were expected, it has {found}; rename them"
            )
    key, vector = schema.field(_KEY).type, schema.field(_VECTOR).type
    text = types.is_string(key) or types.is_large_string(key)
    if not text and not (types.is_dictionary(key) and types.is_string(key.value_type)):
        raise FormatError(f"{path}: the column {_KEY} is {key}, text was expected")
    lists = types.is_fixed_size_list(vector) or types.is_list(vector) or types.is_large_list(vector)
    if not lists or not types.is_floating(vector.value_type):
        raise FormatError(f"{path}: the column {_VECTOR} is {vector}, a list of floats was expected")
    counted = names.count(_COUNT) == 1 and types.is_integer(schema.field(_COUNT).type)
    return [_KEY, _VECTOR, *([_COUNT] if counted else [])]


def _limited(rows: int, request: Request) -> int:
    return rows if request.limit is None else min(rows, request.limit)


def _stated(schema: Any) -> int:
    """The dim that the type of the vectors states, 0 where rows may differ."""
    types, vector = extra("pyarrow.types", "arrow"), schema.field(_VECTOR).type
    return vector.list_size if types.is_fixed_size_list(vector) and vector.list_size <= DIM_LIMIT else 0


def _read(
    path: Path, batches: Iterator[Any], total: int | None, size: int, request: Request, dim: int
) -> Contents:
    """What batches of records hold, up to the limit; `dim` as the type states it, for a file without rows."""
    arrow = extra("pyarrow", "arrow")
    rows: Rows | None = None
    counts: list[NDArray[np.int64]] = []
    for batch in batches:
        if request.limit is not None:
            batch = batch.slice(0, request.limit - (0 if rows is None else len(rows)))
        batch.validate(full=True)  # offsets and text of a damaged file may lead anywhere
        if not len(batch):
            continue
        matrix = _matrix(path, batch.column(_VECTOR))
        if rows is None:
            # What is announced counts as far as the file's length allows; a table that is packed well grows.
            dim = matrix.shape[1]
            fits = size // (dim * matrix.itemsize) + len(batch)
            expected = _limited(fits if total is None else min(total, fits), request)
            rows = Rows(path, dim, expected, replace(request, encoding="utf-8"))
        elif matrix.shape[1] != dim:
            raise FormatError(
                f"{path}: row {len(rows) + 1:,} has {matrix.shape[1]} numbers, others have {dim}"
            )
        keys = batch.column(_KEY)
        if keys.null_count:
            raise FormatError(f"{path}: a key behind row {len(rows):,} is missing")
        rows.add(keys.cast(arrow.large_string()).cast(arrow.large_binary()).to_pylist(), matrix)
        if len(batch.columns) == 3:
            counts.append(_counts(path, batch.column(_COUNT), arrow))
        if request.told is not None:
            request.told(min(len(rows) / max(expected, 1), 1))
        if len(rows) == request.limit:
            break
    if rows is None:
        if not dim:
            raise FormatError(f"{path}: has no rows, and so no dim")
        rows = Rows(path, dim, 0, request)
    return rows.finish(np.concatenate(counts) if counts else None)


def _dim(path: Path, batch: Any, stated: int) -> int:
    """Of the first row, as it is stated where there is none."""
    if batch is None or not len(batch):
        return stated
    batch.validate(full=True)
    return int(_matrix(path, batch.column(_VECTOR)).shape[1])


def _counts(path: Path, column: Any, arrow: Any) -> NDArray[np.int64]:
    if column.null_count:
        raise FormatError(f"{path}: a count is missing")
    counts: NDArray[np.int64] = column.cast(arrow.int64()).to_numpy(zero_copy_only=False)
    return counts


def _matrix(path: Path, column: Any) -> NDArray[np.floating]:
    """A column of vectors as (rows, dim)."""
    values = column.flatten()
    if column.null_count or values.null_count:
        raise FormatError(f"{path}: a vector, or a number of one, is missing")
    dim = len(values) // max(len(column), 1)
    lengths = column.value_lengths().to_numpy(zero_copy_only=False)
    if not 1 <= dim <= DIM_LIMIT or (lengths != dim).any():
        raise FormatError(
            f"{path}: vectors of {lengths.min()} to {lengths.max()} numbers, one dim was expected"
        )
    matrix: NDArray[np.floating] = values.to_numpy(zero_copy_only=False)
    return matrix.reshape(len(column), dim)


def _schema(contents: Contents) -> Any:
    arrow = extra("pyarrow", "arrow")
    number = arrow.float16() if contents.table.dtype == "float16" else arrow.float32()
    fields = [(_KEY, arrow.string()), (_VECTOR, arrow.list_(number, contents.table.dim))]
    return arrow.schema(fields + ([(_COUNT, arrow.int64())] if contents.counts is not None else []))


def _batches(path: str | os.PathLike[str], contents: Contents, size: int, told: Told | None) -> Iterator[Any]:
    """The contents as record batches of `size` rows."""
    arrow = extra("pyarrow", "arrow")
    schema, table, words = _schema(contents), contents.table, encoded(path, contents.keys, "text", "")
    for start in range(0, len(table), size):
        stop = min(start + size, len(table))
        columns = [
            arrow.array(words[start:stop], arrow.binary()).cast(arrow.string()),
            arrow.FixedSizeListArray.from_arrays(arrow.array(_plain(table, start, stop).ravel()), table.dim),
        ]
        if contents.counts is not None:
            columns.append(arrow.array(contents.counts[start:stop]))
        yield arrow.record_batch(columns, schema=schema)
        if told is not None:
            told(stop / len(table))


def _plain(table: Table, start: int, stop: int) -> NDArray[np.floating]:
    """Rows as they are written: float16 as it is stored, anything else as float32."""
    return np.ascontiguousarray(
        table.stored[start:stop] if table.dtype == "float16" else table.span(start, stop)
    )
