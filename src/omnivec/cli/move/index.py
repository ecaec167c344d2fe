"""`omnivec index MODEL`: an approximate index beside a model, for `neighbors --approximate`."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, choice, count, flags_of
from omnivec.cli.opening import Opening
from omnivec.cli.out import TIMES, duration, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.config import options
from omnivec.errors import InputError
from omnivec.index.approximate import KINDS

Given: Any = flags_of(option for kind in KINDS.values() for option in options(kind).values())


def index(
    model: Annotated[str, Parameter(help="A model folder; the index is saved in it.")],
    /,
    *,
    flags: Any = None,
    kind: Annotated[
        str, choice("kind", lambda: tuple(KINDS)),
        Parameter(
            metavar="voyager|faiss", show_default=False,
            help="The library that finds; voyager is a graph, faiss lists, which are mapped. "
            "[default voyager]",
        ),
    ] = "voyager",
    threads: Annotated[int | None, count("threads"), Parameter(help="Threads that build.")] = None,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Build an index that finds neighbours quicker, and not always all of them. It replaces one there is."""
    from omnivec.store.folder import is_model
    from omnivec.store.memory import human

    if not is_model(Path(existing(model))):
        raise InputError(f"{model}: an index is saved in a model folder; omnivec convert makes one")
    given = _of(kind, flags or {})
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        vectors, since = Opening().loaded(model, display).vectors, time.monotonic()
        with display.measured("Indexing", model) as told:
            found = vectors.approximate(kind, threads=threads, progress=told, **given)
        seconds = time.monotonic() - since
        with display.busy("Saving", model):
            found.save_index(model)
        size = (Path(model) / KINDS[kind].file).stat().st_size
        rows, dim = len(vectors), vectors.vector_size
        about = f"{rows:,} {TIMES} {dim} in {duration(seconds)}, {human(size)}"
        display.line("Indexed", f"{shown(model)} by {kind}, {about}")
        display.line("Next", f"omnivec neighbors {shlex.quote(model)} WORD --approximate")
    if common.json:
        emit_json({"model": model, "kind": kind, "rows": rows, "dim": dim, "bytes": size, "seconds": seconds})
    return 0


def _of(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters given, all of them of this kind of index."""
    for name in given:
        if name not in options(KINDS[kind]):
            other = next(each for each in KINDS if name in options(KINDS[each]))
            raise WrongCall(f"{name} and kind {kind} exclude each other: it is of {other}; leave out one")
    return given


index.__annotations__["flags"] = Given
