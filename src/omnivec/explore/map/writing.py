"""Maps as files: the page, and the points as Parquet for embedding-atlas."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from omnivec.explore.map import page
from omnivec.explore.map.atlas import MOST, Atlas, Projection, Told, atlas
from omnivec.store.extra import extra
from omnivec.store.replace import check_file, check_room, replacing
from omnivec.vectors import Vectors


class Written(NamedTuple):
    """What was written."""

    atlas: Atlas
    bytes: int


def write_map(
    vectors: Vectors,
    path: str | os.PathLike[str],
    *,
    title: str = "Map",
    projection: Projection = "neighbors",
    clusters: int = 8,
    groups: Mapping[str, str] | None = None,
    rows: int = MOST,
    seed: int = 1,
    overwrite: bool = False,
    told: Told | None = None,
) -> Written:
    """Compute a map of the first `rows` rows, see `atlas`, and write it as one page of HTML.

    Raises: OutputError before the work where the path cannot be written; InputError; OptionError.
    """
    check_file(path, overwrite=overwrite)
    check_room(path, page_bytes(vectors, rows))
    made = atlas(
        vectors, projection=projection, clusters=clusters, groups=groups, rows=rows, seed=seed, told=told
    )
    if told is not None:
        told("page", 0)
    return Written(made, write_page(made, path, title, overwrite=overwrite))


def write_page(made: Atlas, path: str | os.PathLike[str], title: str, *, overwrite: bool = False) -> int:
    """Write a computed map as a page; its bytes. Raises: OutputError."""
    with replacing(path, overwrite=overwrite) as file:
        page.write(file, made, title)
        return file.tell()


def page_bytes(vectors: Vectors, rows: int = MOST) -> int:
    """About how many bytes a page of the first `rows` rows has: our code, vectors as base64, keys, places."""
    rows = min(rows, len(vectors))
    number = {"float32": 4, "float16": 2, "int8": 1}[page.dtype_of(vectors.table)]
    ours = sum(len(text.encode()) for text in page.code().values())
    return ours + rows * (vectors.vector_size * number + 30) * 4 // 3 + rows * 12


def write_points(made: Atlas, path: str | os.PathLike[str], *, overwrite: bool = False) -> int:
    """Write a computed map as Parquet for embedding-atlas: a row for each key; the bytes of the file.

    Columns: word, x, y, count where it is known, hubness, cluster, group where there are groups, neighbors
    (`ids` of rows, `distances` 1 - cosine).
    Raises: OutputError; MissingExtra without pyarrow.
    """
    arrow = extra("pyarrow", "arrow", what="Parquet")
    parquet = extra("pyarrow.parquet", "arrow", what="Parquet")
    with replacing(path, overwrite=overwrite) as file:
        parquet.write_table(arrow.table(_columns(made, arrow)), file)
        return file.tell()


def _columns(made: Atlas, arrow: Any) -> dict[str, Any]:
    keys, counts = made.vectors.keys, made.vectors.keys.counts
    words = [key.encode("utf-8", "backslashreplace").decode() for key in keys[: made.rows]]
    columns = {"word": words, "x": made.points[:, 0], "y": made.points[:, 1], "hubness": made.hubs}
    if counts is not None:
        columns["count"] = counts[: made.rows]
    if made.cluster_names:
        columns["cluster"] = [made.cluster_names[one] for one in made.clusters.tolist()]
    if made.groups is not None:
        names = dict(enumerate(made.groups.names))
        columns["group"] = [names.get(one) for one in made.groups.numbers.tolist()]
    there = made.nearest >= 0
    starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
    ids = arrow.ListArray.from_arrays(starts, made.nearest[there])
    distances = arrow.ListArray.from_arrays(starts, 1 - made.scores[there])
    return {**columns, "neighbors": arrow.StructArray.from_arrays([ids, distances], ["ids", "distances"])}
