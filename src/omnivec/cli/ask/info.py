"""`omnivec info`: what a model or a file holds and what opening it costs, from its header alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli.ask.details import show_diagnostics
from omnivec.cli.ask.entries import show_entries
from omnivec.cli.failure import WrongCall, existing, in_flags
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.move.convert import disk_bytes, rounded
from omnivec.cli.opening import Model as ModelPath
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import MIDDLE_DOT, TIMES, duration, emit_json, folded, labelled, shown, speed
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.train.cells import show_cells
from omnivec.errors import FormatError

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.store.tables import DType

TRAINING = ("tokens", "seconds", "tokens_per_second", "loss")
"""What `info` tells of a training run."""


@dataclass(frozen=True)
class Found:
    """What the header of a model or file says. Bytes are by table."""

    path: str
    format: str
    title: str
    config: Mapping[str, Any]
    rows: int
    dim: int
    dtype: str
    tables: Mapping[str, int]
    need: Mapping[str, int]
    counted: bool = True
    """Whether `rows` is a count and no estimate."""
    index: Mapping[str, Any] | None = None
    """Of the approximate index that is saved with it: kind, bytes."""
    remedies: str = ""
    """Flags of a load that would fit, where this one does not."""


def info(
    model: ModelPath,
    /,
    *,
    verify: Annotated[bool, Parameter(help="Read all of it and compare it with its checksums.")] = False,
    words: Annotated[
        int | None, count("words", -1),
        Parameter(help="Print the first N words with their counts instead; -1 for all."),
    ] = None,
    labels: Annotated[
        bool, Parameter(help="Print the labels of a classifier with their counts instead.")
    ] = False,
    subwords: Annotated[
        str | None, Parameter(metavar="WORD", help="Print the parts of a word, each with its row, instead.")
    ] = None,
    diagnostics: Annotated[
        bool,
        Parameter(help="Read all rows and print lengths, mean cosine, hubs, rows never updated, instead."),
    ] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """What a model or a file of vectors holds, and what opening it costs. It is not loaded.

    With --limit or --dtype the memory is that of a load with them.
    """
    from omnivec.data.cells import is_cells

    existing(model)
    if report.html is not None and not diagnostics:
        raise WrongCall("--html needs --diagnostics: the rest is lines", ["--diagnostics"])
    report.check()
    with logging_shown(common.quiet, common.verbose):
        if diagnostics:
            with Display(common.quiet) as display:
                loaded = opening.loaded(model, display)
                with display.busy("Reading", f"{len(loaded.keys):,} rows"):
                    show_diagnostics(loaded, model, report, common.json)
            return 0
        if words is not None or labels or subwords is not None:
            with Display(common.quiet) as display:
                found_in = opening.loaded(model, display)
            show_entries(found_in, model, words, labels, subwords, common.json)
            return 0
        if opening.format is None and is_cells(model):
            show_cells(model, common.json)
            return 0
        found = looked_at(model, opening)
        if verify:
            with Display(common.quiet) as display:
                _verify(found, display)
    if common.json:
        emit_json(as_json(found, verify))
    else:
        labelled([*lines(found), *([("Checksums", "all agree")] if verify else [])])
    return 0


def looked_at(path: str, opening: Opening) -> Found:
    """What the headers of a model folder say, or the beginning of a file: less than 1 MB is read.

    Raises: as `omnivec.load` does for what a header can show.
    """
    from omnivec.model import is_ours

    return _folder(path, opening) if opening.format is None and is_ours(Path(path)) else _file(path, opening)


def _folder(path: str, opening: Opening) -> Found:
    from omnivec.index import saved
    from omnivec.model import check_shapes, known_config
    from omnivec.store import preload
    from omnivec.store.folder import CONFIG, opened_folder
    from omnivec.store.tables import KINDS, checked_dtype

    with opened_folder(path) as folder:
        config, entries = known_config(folder.path / CONFIG, folder.config), folder.arrays.entries
        dtype = None if opening.dtype is None else checked_dtype(opening.dtype)
        need = preload.need(folder, opening.limit, dtype)
        rows = preload.rows_of(folder)
        first = min(rows, opening.limit or rows)
        ways = _remedies(first, need, lambda first, other: preload.need(folder, first, other or dtype))
        tables = {name: entry for name, entry in entries.items() if not name.startswith("keys.")}
        check_shapes(folder.path, tables, rows, config.get("dim"))
    stored = entries["vectors" if "vectors" in entries else "inputs"]
    sizes = {name: entry.nbytes for name, entry in tables.items()}
    sizes["keys"] = sum(entry.nbytes for name, entry in entries.items() if name.startswith("keys."))
    return Found(
        path, "omnivec", "a model folder", config, rows, config["dim"], KINDS[str(stored.dtype)],
        sizes, need, index=saved.noted(path), remedies=ways,
    )  # fmt: skip


def _file(path: str, opening: Opening) -> Found:
    from omnivec.store import formats
    from omnivec.store.formats.rows import need
    from omnivec.store.tables import checked_dtype

    dtype = checked_dtype(opening.dtype)
    request = formats.Request(
        dtype=dtype, vocabulary=opening.vocabulary, encoding=opening.encoding, errors=opening.errors
    )
    known, found = formats.outline(path, request, opening.format)
    first = found.rows if opening.limit is None else min(found.rows, opening.limit)
    beside = found.beside if first == found.rows else {}
    takes = {**need(first, found.dim, dtype), **beside}
    ways = _remedies(first, takes, lambda first, other: need(first, found.dim, other or dtype))
    return Found(
        path, known.name, known.title, found.config or {"learner": None, "options": {}, "training": {}},
        found.rows, found.dim, dtype, {"file": disk_bytes(path)}, takes, found.exact, remedies=ways,
    )  # fmt: skip


def _remedies(
    rows: int, need: Mapping[str, int], takes: Callable[[int, DType | None], Mapping[str, int]]
) -> str:
    from omnivec.store import memory
    from omnivec.store.remedies import remedies

    have = memory.available()[0]
    if sum(need.values()) <= have:
        return ""
    return in_flags(remedies(rows, lambda first, dtype: sum(takes(first, dtype).values()) * 1.05 < have))


def _verify(found: Found, display: Display) -> None:
    from omnivec.index import saved
    from omnivec.store.folder import opened_folder

    if found.format != "omnivec":
        raise FormatError(
            f"{found.path}: {found.title} holds no checksums, a model folder does: omnivec convert makes one"
        )
    with opened_folder(found.path) as folder, display.measured("Verifying", found.path) as told:
        folder.verify(told)
        saved.verify(found.path)


def as_json(found: Found, verified: bool) -> dict[str, object]:
    """It as JSON."""
    from omnivec.store import memory

    (have, limit), need = memory.available(), sum(found.need.values())
    return {
        **summary(found.config, found.rows, found.dim, found.path),
        "format": found.format,
        "dtype": found.dtype,
        "rows_counted": found.counted,
        "tables": dict(found.tables),
        "memory": dict(found.need),
        "memory_total": need,
        "memory_free": have,
        "memory_limit": limit,
        "fits": need <= have,
        "rounding": found.config.get("rounding"),
        "index": None if found.index is None else found.index["kind"],
        "debiased": found.config.get("debiased"),
        "verified": verified,
    }


def described(model: Model, path: str) -> dict[str, object]:
    """A model that was written to `path`, as JSON."""
    return summary(model.config, len(model.keys), model.config["dim"], path)


def summary(config: Mapping[str, Any], rows: int, dim: int, path: str) -> dict[str, object]:
    """What every object about a model begins with."""
    record = config["training"]
    training = {name: record.get(name) for name in TRAINING} if record.get("tokens") else None
    return {
        "learner": config["learner"],
        "rows": rows,
        "dim": dim,
        "bytes": disk_bytes(path),
        "config": config["options"],
        "training": training,
    }


def lines(found: Found) -> list[tuple[str, str]]:
    """It as labelled lines."""
    from omnivec.store.memory import human

    config, ours = found.config, found.format == "omnivec"
    about = "" if found.counted else ", an estimate"
    rows = [
        ("Model", f"{shown(found.path)}, {human(disk_bytes(found.path))}, {found.title}"),
        ("Learner", _learner(config)),
        ("Vectors", f"{found.rows:,} {TIMES} {found.dim} {found.dtype}{about}"),
    ]
    if ours:
        rows.append(("Tables", folded(by_table(found.tables), ", ")))
        rows.append(("Mapped", _mapped(found)))
    rows += [("Loaded", folded(by_table(found.need), ", ")), ("", _fits(sum(found.need.values())))]
    if found.remedies:
        rows.append(("", f"{found.remedies} would"))
    if config.get("rounding"):
        rows.append(("Rounding", rounded(config["rounding"])))
    if found.index is not None:
        rows.append(("Index", f"{found.index['kind']}, {human(found.index['bytes'])}"))
    if isinstance(config.get("debiased"), dict):
        rows.append(("Debiased", _debiased(config["debiased"])))
    return rows + trained(config)


def _debiased(record: Mapping[str, Any]) -> str:
    """How, along what, what was done before, and what remains of the bias all the same."""
    how = f"{record.get('method')}, direction of {record.get('direction')}"
    if record.get("earlier"):
        how += f", before that {', '.join(map(str, record['earlier']))}"
    return folded([*f"{how}:".split(), *str(record.get("verdict", "")).split()], " ")


def by_table(sizes: Mapping[str, int]) -> list[str]:
    """`vectors 2.4 GB` for each, after the sum."""
    from omnivec.store.memory import human

    parts = [f"{name} {human(size)}" for name, size in sizes.items()]
    return [f"{human(sum(sizes.values()))}: {parts[0]}", *parts[1:]]


def _mapped(found: Found) -> str:
    """What a mapping takes: address space, which one of the limits counts."""
    from omnivec.store import memory

    if memory.available()[1] == "ulimit -v":
        size = sum(found.tables.values())
        return f"{memory.human(size)} of address space; {_fits(size)}"
    return "no memory of its own: all processes share the pages that they read"


def _fits(need: int) -> str:
    from omnivec.store import memory

    have, limit = memory.available()
    free = f"{memory.human(have)} free" + ("" if limit == "machine" else f" ({limit})")
    return f"{'fits' if need <= have else 'does not fit'}: {free}"


def trained(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options and record of a training, if there was one."""
    record, rows = config["training"], []
    if config["options"]:
        options = (f"{name} {value}" for name, value in config["options"].items() if value is not None)
        rows.append(("Options", folded(options, f" {MIDDLE_DOT} ")))
    if record.get("tokens"):
        took = duration(record["seconds"])
        rate = speed(record["tokens_per_second"])
        passes = record.get("epochs")  # None of what was computed at once
        epochs = "" if passes is None else f" {TIMES} {passes:g} epoch{'' if passes == 1 else 's'}"
        rows.append(("Training", f"{record['tokens']:,} tokens{epochs} in {took}, {rate}"))
    if record.get("loss"):
        rows.append(("Loss", folded(losses(record["loss"]), " ")))
    if record.get("explained"):
        kept = f"{len(record['singular_values'])} singular values, {record['explained']:.1%} of the squares"
        rows.append(("SVD", f"{kept.replace('%', ' %')} of {record['cells_above_zero']:,} pairs"))
    if tuned := record.get("autotune"):
        best = max((one for one in tuned["trials"] if one["best"]), key=lambda one: one["number"])
        tried = f"{len(tuned['trials']):,} trials, number {best['number']} was best"
        rows.append(("Tuned", f"{tried}: {tuned['metric']} {best['score']:.4f}"))
    if record.get("interrupted"):
        resumable = "; omnivec train … --resume goes on" if record.get("fingerprint") else ""
        rows.append(("Stopped", f"before its end{resumable}"))
    return rows


def _learner(config: Mapping[str, Any]) -> str:
    """`word2vec, preset gensim`."""
    preset = config.get("preset")
    return (config["learner"] or "none: vectors only") + (f", preset {preset}" if preset else "")


def losses(by_epoch: Sequence[float], shown: int = 10) -> list[str]:
    """The losses of the first and the last epochs."""
    texts = [f"{loss:.4f}" for loss in by_epoch]
    return texts if len(texts) <= 2 * shown else [*texts[:shown], "…", *texts[-shown:]]
