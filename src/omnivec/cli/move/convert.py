"""`omnivec convert` and `omnivec export`: the same vectors in another format, and one table of a model."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.failure import existing
from omnivec.cli.flags import Common, CommonFlags, choice
from omnivec.cli.move.target import TARGET_HELP, Target, To, target
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import TIMES, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.errors import OptionError

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.store.keys import Keys
    from omnivec.store.tables import Table

Source = Annotated[
    str, Parameter(name="SRC", help="A model folder, or a file of vectors in a format omnivec reads.")
]
Destination = Annotated[str, Parameter(name="DST", help=TARGET_HELP)]
Overwrite = Annotated[bool, Parameter(help="Replace DST.")]

TABLES = ("vectors", "inputs", "output")
"""What has a row for each key."""


def convert(
    source: Source,
    destination: Destination,
    /,
    *,
    to: To = None,
    overwrite: Overwrite = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The same vectors in another format; the input's is recognised by its content."""
    existing(source)
    place = target(destination, to, overwrite)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        model = _opened(source, opening, display)
        _write(model, place, opening.dtype, common, display, index=_has_index(source))
    return 0


def export(
    model: Annotated[str, Parameter(help="A model folder, or a file of vectors.")],
    destination: Destination,
    /,
    *,
    table: Annotated[
        str, choice("table", lambda: TABLES),
        Parameter(
            show_default=False, metavar="NAME",
            help="vectors; inputs: the words' own rows, without their n-grams; or output: what predicts. "
            "[default vectors]",
        ),
    ] = "vectors",
    to: To = None,
    overwrite: Overwrite = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """One table of a model, by its name, with the keys."""
    existing(model)
    place = target(destination, to, overwrite)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        found = _opened(model, opening, display)
        if not (table == "vectors" and place.holds_models):
            found = _table(found, table, model)
        _write(found, place, opening.dtype, common, display)
    return 0


def _opened(path: str, opening: Opening, display: Display) -> Model:
    """Open, and say what it was taken for."""
    model = opening.loaded(path, display)
    rows, dim, dtype = len(model.keys), model.config["dim"], model.vectors.table.dtype
    display.line("Opened", f"{shown(path)}, {opening.title(path)}, {rows:,} {TIMES} {dim} {dtype}")
    return model


def _table(model: Model, name: str, path: str) -> Model:
    """A model that has one table of `model` as its vectors, and nothing else."""
    from omnivec.model import Model

    try:
        keys, table = rows_of(model, name)
    except OptionError as error:
        raise OptionError(f"{path}: {error}; export --table vectors") from None
    source = {"source": f"{Path(path).name}, {name}"}
    kept = {key: value for key, value in model.config.items() if key in ("rounding", "debiased")}
    config = {
        "learner": None, "options": {}, "preset": None, "changed": {}, "head": None,
        "dim": table.dim, "rows": len(table), "training": source, **kept,
    }  # fmt: skip
    return Model(config, keys, table.arrays("vectors"))


def rows_of(model: Model, name: str) -> tuple[Keys, Table]:
    """The keys and rows of a table by its name. Raises: OptionError where the model has none."""
    if name == "inputs":
        return model.keys, model.inputs.part(slice(len(model.keys)))
    vectors = model.output if name == "output" else model.vectors
    return vectors.keys, vectors.table


def _has_index(path: str) -> bool:
    """Whether an approximate index is saved in a model folder; it is of these very rows, and is not moved."""
    from omnivec.index import saved

    return (Path(path) / saved.NAME).exists()


def _write(
    model: Model, place: Target, dtype: str | None, common: Common, display: Display, index: bool = False
) -> None:
    """Write, then say what was written, what there was no place for, and what rounding cost."""
    from omnivec.store import packing
    from omnivec.store.memory import human

    vectors = model.vectors
    rows, dim, kind = len(vectors), vectors.vector_size, vectors.table.dtype
    with display.measured("Saving", place.path) as told:
        place.write(model, told)
    size, lost = disk_bytes(place.path), [*place.cannot_hold(model), *(["the index"] if index else [])]
    rounding = model.config.get("rounding") if dtype not in (None, "float32") else None
    display.line("Saved", f"{shown(place.path)}, {rows:,} {TIMES} {dim}, {human(size)}, {place.title}")
    if lost:
        display.line("Left out", _left_out(lost, place))
    if rounding is not None:
        display.line("Rounding", rounded(rounding))
    if place.format is not None and place.format.opens and packing.packer(place.path) is None:
        display.line("Open with", place.format.opens.format(path=place.path))
    if common.json:
        named = {"format": "omnivec" if place.format is None else place.format.name, "dtype": kind}
        about = {"model": place.path, "rows": rows, "dim": dim, "bytes": size, **named}
        emit_json({**about, "left_out": lost, "rounding": rounding})


def _left_out(lost: list[str], place: Target) -> str:
    """What was left out, and why."""
    if place.format is None:
        return f"{', '.join(lost)}: omnivec index {shlex.quote(place.path)} builds it again"
    return f"{', '.join(lost)}: {place.title} has no place for them"


def rounded(rounding: dict[str, float]) -> str:
    """What a smaller type has cost, in words."""
    return f"largest error {rounding['largest']:.2g}, least cosine {rounding['cosine']:.9f}"


def disk_bytes(path: str) -> int:
    """Bytes of a file, or of the files of a folder."""
    here = Path(path)
    files = here.rglob("*") if here.is_dir() else [here]
    return sum(file.stat().st_size for file in files if file.is_file())
