"""A map as one page of HTML: code, styles and data in it, so that it opens from disk and asks no network."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

import omnivec
from omnivec.explore.map.atlas import Atlas
from omnivec.store.tables import DType, Table

SCRIPTS = (
    "data", "space", "search", "colours", "view", "labels", "axis", "lasso", "tables", "combobox",
    "scatter", "picture", "questions", "hands", "main",
)  # fmt: skip
"""Files of the script, in the order they are joined."""
PIECE = 3 << 20
"""Bytes of an array in one element: a string in a browser has a largest length."""


def code() -> dict[str, str]:
    """What of the page is ours: the frame, the style and the script."""
    here = resources.files("omnivec.explore.map") / "page"
    text = {name: (here / name).read_text("utf-8") for name in ("map.html", "map.css")}
    text["map.js"] = "\n".join((here / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return text


def dtype_of(table: Table) -> DType:
    """How the rows travel: as they are stored, so that the page computes with the library's very numbers.

    Codes of a product quantiser are decoded.
    """
    return "float32" if table.dtype == "pq" else table.dtype


def write(file: BinaryIO, atlas: Atlas, title: str) -> None:
    """Write the page; arrays are encoded piece by piece, little-endian."""
    text = code()
    plain = {"title": html.escape(title), "style": text["map.css"], "script": text["map.js"]}
    # The frame's text and the names of what stands between, in turns; arrays go to the file as they are made.
    for at, part in enumerate(re.split(r"%\((\w+)\)s", text["map.html"])):
        if at % 2 == 0:
            file.write(part.encode())
        elif part in plain:
            file.write(plain[part].encode("utf-8", "backslashreplace"))
        elif part == "about":
            file.write(_json(_about(atlas)))
        elif part == "keys":
            file.write(_json(atlas.vectors.keys[: atlas.rows]))
        elif part == "picture":
            for name, array in _picture(atlas).items():
                _blocks(file, name, [array])
        else:
            _vectors(file, atlas)


def _about(atlas: Atlas) -> dict[str, Any]:
    table = atlas.vectors.table
    return {
        "rows": atlas.rows,
        "total": len(table),
        "dim": table.dim,
        "dtype": dtype_of(table),
        "made_by": atlas.vectors.name,
        "version": omnivec.__version__,
        "counts": atlas.vectors.keys.counts is not None,
        "clusters": atlas.cluster_names,
        "groups": [] if atlas.groups is None else atlas.groups.names,
        "projection": {
            "title": atlas.title,
            "kept": None if np.isnan(atlas.kept) else atlas.kept,
            "topn": atlas.compared,
        },
    }


def _picture(atlas: Atlas) -> dict[str, NDArray[Any]]:
    """What is drawn before the vectors have arrived."""
    found: dict[str, NDArray[Any]] = {"points": atlas.points, "hubs": atlas.hubs.astype(np.uint32)}
    counts = atlas.vectors.keys.counts
    if counts is not None:
        found["counts"] = counts[: atlas.rows].astype(np.float64)
    if atlas.cluster_names:
        found["clusters"] = atlas.clusters
    if atlas.groups is not None:
        found["groups"] = atlas.groups.numbers
    return found


def _vectors(file: BinaryIO, atlas: Atlas) -> None:
    table, rows = atlas.vectors.table, atlas.rows
    dtype = dtype_of(table)
    size = {"float32": 4, "float16": 2, "int8": 1}[dtype]
    # Pieces of whole rows and whole triples of bytes: only the last may end in padding.
    step = max(PIECE // (table.dim * size) // 3, 1) * 3
    spans = [(at, min(at + step, rows)) for at in range(0, rows, step)]
    if dtype == "float32":
        _blocks(file, "vectors", (table.span(*span) for span in spans))
    else:
        _blocks(file, "vectors", (table.stored[slice(*span), : table.dim] for span in spans))
    if dtype == "int8":
        assert table.scales is not None
        _blocks(file, "scales", [table.scales[:rows]])


def _blocks(file: BinaryIO, name: str, arrays: Iterable[NDArray[Any]]) -> None:
    for array in arrays:
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        file.write(f'<script type="application/octet-stream" data-block="{name}">'.encode())
        file.write(base64.b64encode(plain.tobytes()))
        file.write(b"</script>\n")


def _json(value: object) -> bytes:
    """JSON that no reader of HTML takes for the end of its element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Lone surrogates have no UTF-8; backslashreplace spells them as JSON does.
    return text.replace("<", "\\u003c").encode("utf-8", "backslashreplace")
