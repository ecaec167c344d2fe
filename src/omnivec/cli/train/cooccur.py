"""`omnivec cooccur INPUT OUTPUT`: how often words stand near each other, as a file to learn from."""

import dataclasses
import shlex
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.ask.cells import counted
from omnivec.cli.flags import Common, CommonFlags, Positional, flags_of
from omnivec.cli.out import emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.config import Option, options
from omnivec.learners.learner import plural
from omnivec.learners.of_cells import COUNTED, Counted, counting
from omnivec.learners.text import READ
from omnivec.store.processors import processors

WINDOW = 10


def known() -> dict[str, Option]:
    """The options, which are those of the learners, by name."""
    found = options(Counted)
    chosen = {name: found[name] for name in (*COUNTED, *READ, "threads")}
    return {**chosen, "window": dataclasses.replace(found["window"], default=WINDOW)}


def cooccur(
    input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
    output: Annotated[str, Parameter(help="The file to write, such as NAME.cells.")],
    /,
    *,
    flags: Any = None,
    memory: Annotated[
        str | None,
        Parameter(
            metavar="BYTES",
            help="What counting takes at most beside the text, such as 500M or 4GB; what does not fit waits "
            "beside OUTPUT. [default: half of what is free]",
        ),
    ] = None,
    phrases: Annotated[str | None, Parameter(metavar="FILE", help=call.PHRASES_HELP)] = None,
    overwrite: Annotated[bool, Parameter(help="Replace OUTPUT.")] = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """How often words stand near each other, as a file that GloVe and PPMI + SVD learn from."""
    given: Mapping[str, Any] = {name: option.default for name, option in known().items()} | (flags or {})
    from omnivec.store.memory import bytes_of, human

    budget = None if memory is None else bytes_of(memory, "memory")
    call.check_apart("INPUT and OUTPUT", input, output)
    text = call.joining(phrases)(call.source(input))
    from omnivec.data.cooccurrence import count
    from omnivec.data.corpus import Reading
    from omnivec.engine import phases
    from omnivec.store.replace import replacing, target_of

    how, threads = [given[name] for name in COUNTED], given["threads"] or processors()
    reading = Reading(**{name: given[name] for name in READ})
    with (
        terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display,
        replacing(output, overwrite=overwrite) as file,  # the place is looked at before the work
    ):  # fmt: skip
        display.line("Options", f"{counting(*how)} · {plural(threads, 'thread')}")
        corpus = phases.read(reading, text, display)
        began = time.perf_counter()
        with display.measured("Counting", corpus.name) as told:
            cells = count(
                corpus, *how, threads=threads, memory=budget, folder=target_of(output).parent, told=told,
                reading=asdict(reading),
            )  # fmt: skip
        seconds = time.perf_counter() - began
        display.line("Counting", f"{len(cells):,} pairs of {cells.words:,} words in {seconds:.1f} s")
        with display.measured("Saving", output) as told:
            cells.write(file, output, told)
            size = file.tell()
        display.line("Next", f"omnivec train glove {shlex.quote(output)} {shlex.quote(_model(output))}")
    if common.json:
        emit_json({"output": output, **counted(cells), "bytes": size, "seconds": seconds})
    else:
        emit(f"Saved      {shown(output)}, {human(size)}")
    return 0


cooccur.__annotations__["flags"] = flags_of(known().values())


def _model(output: str) -> str:
    """A name for the model in the next command."""
    return str(Path(output).with_suffix(".omnivec"))
