"""Where the vectors of texts go: into a file whose ending says what it is, or as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from omnivec.cli.failure import WrongCall
from omnivec.errors import NotFinite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.kept_texts import KeptTexts

NPY, SAFETENSORS, PARQUET, TEXT = ".npy", ".safetensors", ".parquet", ".txt"
_ENDINGS = (NPY, SAFETENSORS, PARQUET, TEXT)
_JSON_ROWS = 1 << 10  # rows spelled at once
_PARQUET_ROWS = 1 << 16  # rows of a row group


def ending(path: str) -> str:
    """What a name says that its file is. Raises: WrongCall for any other name; MissingExtra."""
    found = Path(path).suffix.lower()
    if found not in _ENDINGS:
        known = f"{', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}"
        raise WrongCall(f"the name of the output must end in {known}, got {path!r}")
    if found == PARQUET:
        from omnivec.store.extra import extra

        extra("pyarrow", "arrow", what="Parquet")
    return found


def put(file: BinaryIO, kind: str, rows: NDArray[np.float32], texts: KeptTexts | None) -> None:
    """Write vectors as an ending says; the array of a safetensors file is called embeddings.

    texts: those that Parquet has beside them.
    """
    if kind == PARQUET:
        from omnivec.store.formats.arrow import put_texts

        assert texts is not None
        put_texts(file, texts.blocks(_PARQUET_ROWS), rows)
    elif kind == SAFETENSORS:
        from omnivec.store.safetensors import put_rows

        put_rows(file, "embeddings", (len(rows), rows.shape[1]), [rows])
    elif kind == TEXT:
        from omnivec.store.formats.writing import write_numbers
        from omnivec.store.tables import Table

        write_numbers(file, Table(rows), " ", None)
    else:
        from omnivec.store.formats.npy import write_header

        write_header(file, "<f4", rows.shape)
        file.write(rows.data)


def put_json(recipe: str, rows: NDArray[np.float32], empty: int) -> None:
    """One object on one line of stdout, some rows after the other. Raises: NotFinite."""
    import numpy as np

    firsts = range(0, len(rows), _JSON_ROWS)
    if not all(np.isfinite(rows[first : first + _JSON_ROWS]).all() for first in firsts):
        raise NotFinite("JSON has no NaN and no infinity, which some of the vectors have; add -o OUT.npy")
    sys.stdout.flush()
    out = sys.stdout.buffer
    out.write(f'{{"recipe": {json.dumps(recipe)}, "vectors": ['.encode())
    for first in firsts:
        some = json.dumps(rows[first : first + _JSON_ROWS].tolist())
        out.write((", " * (first > 0) + some[1:-1]).encode())
    out.write(f'], "empty": {empty}}}\n'.encode())
    out.flush()
