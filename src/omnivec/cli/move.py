"""`omnivec info` and `omnivec convert`: what a file holds, and the same vectors in another format."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.ask import Model as ModelPath
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.out import MIDDLE_DOT, TIMES, duration, emit_json, folded, labelled, shown, speed
from omnivec.cli.show import Display, logging_shown
from omnivec.errors import NO_PATH, OutputError

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.store.formats import Format
    from omnivec.vectors import Vectors

TRAINING = ("tokens", "seconds", "tokens_per_second", "loss")
"""What `info` tells of a training run."""


def info(
    model: ModelPath,
    /,
    *,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """What a model or a file of vectors holds: rows, options, training record."""
    from omnivec.model import load

    existing(model)
    with logging_shown(common.quiet, common.verbose):
        with Display(common.quiet) as display, display.busy("Opening", model):
            found = load(model)
    if common.json:
        emit_json(described(found, model))
    else:
        labelled(info_lines(found, model))
    return 0


def convert(
    source: Annotated[
        str, Parameter(name="SRC", help="A model folder, or a file of vectors in a format omnivec reads.")
    ],
    target: Annotated[
        str,
        Parameter(
            name="DST", help="NAME.bin or NAME.txt, .vec (.gz): word2vec; NAME or NAME.omnivec: a model."
        ),
    ],
    /,
    *,
    limit: Annotated[int | None, Parameter(help="Take the first N rows only."), count("limit")] = None,
    overwrite: Annotated[bool, Parameter(help="Replace DST.")] = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The same vectors in another format; the input's is recognised by content, the output's by suffix."""
    from omnivec.model import load
    from omnivec.store.memory import human

    existing(source)
    write = writer(target, overwrite)
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with display.busy("Opening", source):
            model = load(source, limit=limit)
        with display.busy("Saving", target):
            vectors = model.vectors
            # A folder is mapped whole; what is cut from it is vectors, no longer a model that could train on.
            cut = limit is not None and limit < len(vectors)
            write(vectors := vectors.subset(vectors.index_to_key[:limit])) if cut else write(model)
        rows, dim, size = len(vectors), vectors.vector_size, disk_bytes(target)
        display.line("Saved", f"{shown(target)}, {rows:,} {TIMES} {dim}, {human(size)}")
    if common.json:
        emit_json({"model": target, "rows": rows, "dim": dim, "bytes": size})
    return 0


def described(model: Model, path: str) -> dict[str, object]:
    """A model as JSON."""
    training = {name: model.record.get(name) for name in TRAINING} if model.record.get("tokens") else None
    vectors = model.vectors
    return {
        "learner": model.learner,
        "rows": len(vectors),
        "dim": vectors.vector_size,
        "bytes": disk_bytes(path),
        "config": model.options,
        "training": training,
    }


def info_lines(model: Model, path: str) -> list[tuple[str, str]]:
    """A model as labelled lines."""
    from omnivec.store.memory import human

    vectors, record = model.vectors, model.record
    rows = [
        ("Model", f"{shown(path)}, {human(disk_bytes(path))}"),
        ("Learner", _learner(model)),
        ("Vectors", f"{len(vectors):,} {TIMES} {vectors.vector_size} float32"),
    ]
    if model.options:
        options = (f"{name} {value}" for name, value in model.options.items() if value is not None)
        rows.append(("Options", folded(options, f" {MIDDLE_DOT} ")))
    if record.get("tokens"):
        took = duration(record["seconds"])
        rate = speed(record["tokens_per_second"])
        epochs = f"{record['epochs']:g} epoch{'' if record['epochs'] == 1 else 's'}"
        rows.append(("Training", f"{record['tokens']:,} tokens {TIMES} {epochs} in {took}, {rate}"))
        rows.append(("Loss", folded(losses(record["loss"]), " ")))
    if record.get("interrupted"):
        resumable = "; omnivec train … --resume goes on" if record.get("fingerprint") else ""
        rows.append(("Stopped", f"before its end{resumable}"))
    return rows


def _learner(model: Model) -> str:
    """`word2vec, preset gensim`."""
    preset = model.config.get("preset")
    return (model.learner or "none: vectors only") + (f", preset {preset}" if preset else "")


def losses(by_epoch: Sequence[float], shown: int = 10) -> list[str]:
    """The losses of the first and the last epochs."""
    texts = [f"{loss:.4f}" for loss in by_epoch]
    return texts if len(texts) <= 2 * shown else [*texts[:shown], "…", *texts[-shown:]]


def disk_bytes(path: str) -> int:
    """Bytes of a file, or of the files of a folder."""
    here = Path(path)
    files = here.rglob("*") if here.is_dir() else [here]
    return sum(file.stat().st_size for file in files if file.is_file())


def writer(target: str, overwrite: bool) -> Callable[[Model | Vectors], None]:
    """What writes a model to `target`, by its suffix. Refuses now what it would refuse after the work."""
    from omnivec.store.folder import check_output
    from omnivec.store.formats import FORMATS

    if not target:
        raise OutputError(NO_PATH)
    name = Path(target).name.lower()
    suffix = Path(name.removesuffix(".gz")).suffix
    if suffix in ("", ".omnivec") and not name.endswith(".gz"):
        check_output(target, overwrite=overwrite)
        return lambda found: found.save(target, overwrite=overwrite)
    known = [each for each in FORMATS if suffix in each.suffixes and each.write is not None]
    if not known:
        suffixes = ", ".join(suffix for each in FORMATS for suffix in each.suffixes)
        raise WrongCall(
            f"DST must end in {suffixes} (.gz), or .omnivec or nothing for a model, got {target!r}"
        )
    if os.path.lexists(target) and not overwrite:
        raise OutputError(f"{target} exists; choose another name or add --overwrite")
    return functools.partial(_write, known[0], target, overwrite)


def _write(known: Format, target: str, overwrite: bool, found: Model | Vectors) -> None:
    from omnivec.model import Model

    assert known.write is not None
    vectors = found.vectors if isinstance(found, Model) else found
    known.write(target, vectors.contents(), overwrite=overwrite)
