"""A model in lines and as JSON: what its header says, what it was trained with, what it takes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from omnivec.cli.move.convert import disk_bytes, rounded
from omnivec.cli.out import MIDDLE_DOT, TIMES, duration, folded, shown, speed

if TYPE_CHECKING:
    from omnivec.cli.ask.header import Found
    from omnivec.model import Model

TRAINING = ("tokens", "seconds", "tokens_per_second", "loss")
"""What `info` tells of a training run."""


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


def asking(model: Model, path: str) -> str:
    """The call that asks a model at `path` for what it has learned."""
    if model.labels is not None:
        return f"omnivec classify {shlex.quote(path)} TEXTS"
    if model.learner == "sent2vec":
        return f"omnivec embed {shlex.quote(path)} TEXTS -o rows.npy"
    return f"omnivec neighbors {shlex.quote(path)} WORD"


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
