"""`omnivec quantize MODEL [OUTPUT]`: a smaller model, and what it has won and lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli.ask.described import asking
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, choice, count
from omnivec.cli.move.convert import disk_bytes
from omnivec.cli.move.target import To, target
from omnivec.cli.opening import Opening
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnivec.model import Model

TOLD = (
    "kind", "dsub", "norms", "output", "cutoff", "retrained", "bytes_before", "bytes", "rows_before", "rows",
    "cosine_mean", "cosine_least", "neighbours_kept", "precision_before", "precision",
)  # fmt: skip
"""What the JSON holds beside the path, in its order; null for what was not asked for or not measured."""

DTYPES = ("float16", "int8")
"""What numbers may be stored as instead of codes."""

Output = Annotated[
    str | None,
    Positional,
    Parameter(
        help="NAME or NAME.omnivec is a model folder, NAME.ftz a file for fastText. [default: beside MODEL, "
        "as NAME-quantised or .ftz]",
        show_default=False,
    ),
]


def quantize(
    model: Annotated[str, Parameter(help="A model folder, or a file of vectors or of a model.")],
    destination: Output = None,
    /,
    *,
    dsub: Annotated[
        int, count("dsub"),
        Parameter(show_default=False, help="Numbers of a row that share a byte. [default 2]"),
    ] = 2,
    norms: Annotated[bool, Parameter(help="Code rows at length one, and their lengths apart.")] = False,
    cutoff: Annotated[
        int | None, count("cutoff"), Parameter(help="Keep at most N rows, those of largest norm.")
    ] = None,
    retrain: Annotated[
        str | None, Parameter(metavar="TEXT", help="Train the rows left by --cutoff again on these texts.")
    ] = None,
    output: Annotated[
        bool | None,
        Parameter(
            negative="--no-output", show_default=False,
            help="Code the side that predicts as well. [default: that of words, not that of labels]",
        ),
    ] = None,
    dtype: Annotated[
        str | None, choice("dtype", lambda: DTYPES),
        Parameter(metavar="float16|int8", help="Store numbers in this type instead of codes."),
    ] = None,
    test: Annotated[
        str | None, Parameter(metavar="TEXT", help="Texts with labels: measure a classifier on them.")
    ] = None,
    to: To = None,
    overwrite: Annotated[bool, Parameter(help="Replace DESTINATION.")] = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """A smaller model: rows as codes, fewer rows; what it won and lost is printed. MODEL stays as it is."""
    from omnivec.compress.quantize import RECORD
    from omnivec.compress.quantize import quantize as smaller

    existing(model)
    for text in (retrain, test):
        if text is not None:
            existing(text)
    place = target(destination or beside(model), to, overwrite)
    if place.format is not None and not place.holds_models:
        raise WrongCall(f"{place.title} has no place for a smaller model; name a folder, or NAME.ftz")
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        before = Opening().loaded(model, display)
        with display.busy("Quantising", model):
            after = smaller(
                before, dsub=dsub, norms=norms, cutoff=cutoff, retrain=retrain, output=output, dtype=dtype,
                test=test, progress=display if retrain is not None else None,
            )  # fmt: skip
        with display.measured("Saving", place.path) as told:
            place.write(after, told)
        found = after.config[RECORD]
        sizes = {"bytes_before": disk_bytes(model), "bytes": disk_bytes(place.path)}
        display.line("Next", asking(after, place.path))
    report = {"model": place.path, **{name: found.get(name) for name in TOLD}, **sizes}
    if common.json:
        emit_json(report)
    else:
        emit(f"Saved      {shown(place.path)}, {place.title}", *lines(report))
        emit(*advice(after))
    return 0


def beside(model: str) -> str:
    """Where a smaller model lies when no place is given: a folder, or the .ftz of a .bin."""
    path = Path(model)
    if path.suffix == ".bin":
        return str(path.with_suffix(".ftz"))
    return str(path.with_name(f"{path.stem}-quantised{path.suffix if path.is_dir() else '.omnivec'}"))


_SHARES = {
    "precision": "precision at 1", "cosine_mean": "mean cosine", "cosine_least": "least cosine",
    "neighbours_kept": "nearest 10 kept",
}  # fmt: skip


def lines(report: Mapping[str, Any]) -> list[str]:
    """Before, after and what lies between, as a table; vectors before are as they are."""
    from omnivec.store.memory import human

    size, was = report["bytes"], report["bytes_before"]
    rows = [("", "before", "after", "")]
    rows.append(("bytes", human(was), human(size), f"{was / max(size, 1):.1f} times smaller"))
    rows.append(("rows", f"{report['rows_before']:,}", f"{report['rows']:,}", ""))
    for name, title in _SHARES.items():
        if report[name] is not None:
            old = report["precision_before"] if name == "precision" else 1.0
            rows.append((title, f"{old:.4f}", f"{report[name]:.4f}", f"{report[name] - old:+.4f}"))
    return aligned(rows)


def advice(after: Model) -> list[str]:
    """What would be smaller still, or was not measured."""
    found = after.config["quantised"]
    if after.labels is not None and "precision" not in found:
        return ["accuracy lost: not measured; give --test TEXT with labels"]
    return []
