"""`omnivec map MODEL -o map.html`: a page to look around in; or its points as Parquet for embedding-atlas."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, choice, count, seed_of
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import MIDDLE_DOT, TIMES, duration, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable

if TYPE_CHECKING:
    from omnivec.explore.map import Atlas
    from omnivec.explore.map.atlas import Projection
    from omnivec.vectors import Vectors

PROJECTIONS = ("neighbors", "pca", "svd", "tsne", "umap")
PARQUET = ".parquet"
LARGE = 100 << 20
"""Bytes of a page above which a smaller one is worth a line."""


def map_(
    model: Annotated[str, Parameter(help="A model folder, or a file of vectors.")],
    /,
    *,
    output: Annotated[
        str,
        Parameter(
            alias="-o", metavar="FILE",
            help="The page, or FILE.parquet: the points for embedding-atlas (extra arrow).",
        ),
    ],
    projection: Annotated[
        str, choice("projection", lambda: PROJECTIONS),
        Parameter(
            metavar="NAME", show_default=False,
            help="neighbors: t-SNE of the nearest rows; pca, svd; tsne (extra sklearn), umap (umap-learn): "
            "slow beyond some thousands. [default neighbors]",
        ),
    ] = "neighbors",
    clusters: Annotated[
        int, Parameter(help="Clusters to colour by, 0 to 255. [default 8]", show_default=False),
        count("clusters", 0, 255),
    ] = 8,
    groups: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Groups to colour by: a word and its group a line, a tab between."),
    ] = None,
    title: Annotated[
        str | None, Parameter(metavar="TEXT", help="Of the page. [default: the model's name]")
    ] = None,
    seed: Annotated[int, seed_of("layout and clusters")] = 1,
    overwrite: Annotated[bool, Parameter(help="Replace FILE when it exists.")] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """One page of HTML to look around in: search, neighbours, analogies, axes; it opens from disk."""
    from omnivec.store.replace import check_file

    existing(model)
    suffix = Path(output).suffix.lower()
    if suffix not in (".html", ".htm", PARQUET):
        raise WrongCall(f"--output must end in .html, or in {PARQUET} for embedding-atlas, got {output!r}")
    check_file(output, overwrite=overwrite)
    if suffix == PARQUET:
        from omnivec.store.extra import extra

        extra("pyarrow", "arrow", what="Parquet")
    if groups is not None:
        existing(groups)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        since = time.monotonic()
        grouped = None
        if groups is not None:
            from omnivec.evaluate.groups import read_categories

            grouped = read_categories(groups)
        vectors = opening.loaded(model, display).vectors
        if suffix != PARQUET:
            _cost(vectors, output, display)
        made = _computed(vectors, projection, clusters, grouped, seed, display)
        with display.busy("Saving", output):
            name = _name(model) if title is None else title
            size = _write(made, output, name, suffix == PARQUET, overwrite)
        _told(made, output, size, time.monotonic() - since, suffix == PARQUET, display)
    if common.json:
        emit_json(
            {
                "output": output, "bytes": size, "rows": made.rows, "of": len(vectors),
                "dim": vectors.vector_size, "projection": made.projection,
                "kept": None if math.isnan(made.kept) else made.kept, "clusters": len(made.cluster_names),
                "groups": 0 if made.groups is None else len(made.groups.names),
                "unknown": 0 if made.groups is None else made.groups.unknown,
                "seconds": time.monotonic() - since,
            }
        )  # fmt: skip
    return 0


def _name(model: str) -> str:
    """What a page is called that has no title of its own."""
    return (Path(model).name or Path(model).resolve().name).removesuffix(".omnivec")


def _cost(vectors: Vectors, output: str, display: Display) -> None:
    """Say how large the page will be, refuse where there is no room for it."""
    from omnivec.explore.map import MOST
    from omnivec.explore.map.page import dtype_of
    from omnivec.explore.map.writing import page_bytes
    from omnivec.store.memory import human
    from omnivec.store.replace import check_room

    rows, need = min(len(vectors), MOST), page_bytes(vectors)
    check_room(output, need)
    part = f"the first {rows:,} of {len(vectors):,} rows" if rows < len(vectors) else f"{rows:,} rows"
    dtype = dtype_of(vectors.table)
    smaller = "; --dtype float16 halves it, --limit N takes fewer rows" if need > LARGE else ""
    display.line("Map", f"{part} {TIMES} {vectors.vector_size} {dtype}, about {human(need)}{smaller}")


def _computed(
    vectors: Vectors,
    projection: str,
    clusters: int,
    groups: Mapping[str, str] | None,
    seed: int,
    display: Display,
) -> Atlas:
    from omnivec.explore.map import atlas

    labels = {"neighbours": "Neighbours", "projection": "Projecting", "clusters": "Clusters"}

    def told(what: str, done: float) -> None:
        display.living(labels[what], f"{done:.0%} …")

    return atlas(
        vectors,
        projection=cast("Projection", projection),
        clusters=clusters,
        groups=groups,
        seed=seed,
        told=told,
    )


def _write(made: Atlas, output: str, title: str, parquet: bool, overwrite: bool) -> int:
    from omnivec.explore.map import writing

    if parquet:
        return writing.write_points(made, output, overwrite=overwrite)
    return writing.write_page(made, output, title, overwrite=overwrite)


def _told(made: Atlas, output: str, size: int, seconds: float, parquet: bool, display: Display) -> None:
    """What was made, and what to do with it."""
    from omnivec.store.memory import human

    kept = (
        "" if math.isnan(made.kept) else f" {MIDDLE_DOT} {made.kept:.1%} of the {made.compared} nearest kept"
    )
    display.line("Projected", f"{made.title}{kept.replace('%', ' %')}")
    if made.groups is not None and made.groups.unknown:
        display.line("Left out", f"{made.groups.unknown:,} grouped words that have no row")
    display.line("Saved", f"{shown(output)}, {made.rows:,} rows, {human(size)}, in {duration(seconds)}")
    name = shlex.quote(output)
    columns = "--text word --x x --y y --neighbors neighbors"
    display.line("Next", f"embedding-atlas {name} {columns}" if parquet else f"open {name} in a browser")
