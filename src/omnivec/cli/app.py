"""The parser, the exit codes, and the one place where every error becomes a line.

0 done · 1 the call was right but could not be carried out · 2 the call itself is wrong · 3 not enough memory,
said before allocating · 130 stopped by Ctrl-C. Never a traceback, unless -v asks for one.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError, Parameter

from omnivec.cli.failure import LEARNS, STOPPED, in_flags, public_kind, translated
from omnivec.cli.help import Columns
from omnivec.cli.out import shown, write_json
from omnivec.cli.show import print_line
from omnivec.errors import InputError, NotEnoughMemory, OmnivecError, OutputError

if TYPE_CHECKING:
    from omnivec.config import Options

VERBS = {
    "train": ("train.train:app", "Learn vectors from text."),
    "autotune": ("train.autotune:autotune", "Find the options of a classifier by trying them."),
    "plan": ("train.plan:app", "What a training would do and need, without training."),
    "extend": ("train.extend:extend", "Go on with a model on a new text."),
    "neighbors": ("ask.neighbors:neighbors", "The words nearest to a word."),
    "analogy": ("ask.neighbors:analogy", "A is to B as C is to ?"),
    "embed": ("ask.embed:embed", "A vector for each line of a text."),
    "classify": ("ask.classify:classify", "The likeliest labels of each line of text."),
    "phrases": ("train.phrases:phrases", "Words that stand together, as phrases to be joined."),
    "cooccur": ("train.cooccur:cooccur", "How often words stand near each other, to learn from."),
    "audit": ("train.audit:audit", "How often word n-grams share a row, beside chance."),
    "evaluate": ("judge.evaluate:evaluate", "Words, analogies, sentences, labels: scores with intervals."),
    "baseline": ("judge.baseline:baseline", "Labels by tf-idf, word vectors and the classifier, compared."),
    "compare": ("judge.compare:compare", "What models have in common, and which is better."),
    "sweep": ("judge.sweep:sweep", "Models by dim, window, epochs, learner, text: cost and quality."),
    "plot": ("look.plot:app", "Pictures of a model: words, arrows, similarity, losses."),
    "classes": ("look.classes:classes", "Words in groups with near directions, by k-means."),
    "bias": ("bias:app", "What prejudice vectors carry, and vectors without it."),
    "info": ("ask.info:info", "What a model or a file holds, and what opening it costs."),
    "quantize": ("move.quantize:quantize", "A smaller model: rows as codes, fewer rows."),
    "convert": ("move.convert:convert", "The same vectors in another format."),
    "export": ("move.convert:export", "One table of a model as a file."),
    "index": ("move.index:index", "A quicker, approximate search, saved in a model."),
    "map": ("look.map:map_", "A page to look around in: search, neighbours, analogies, axes."),
    "learn": ("look.learn:learn", "Lessons that run: one-hot to attention, each number computed."),
    "datasets": ("look.datasets:datasets", "Named data sets, and which of them are on this machine."),
    "demo": ("look.demo:demo", "All of it in under a minute, on text that is on this machine."),
}
"""Where a verb lives, and its line in the help."""


def parser() -> App:
    """The whole command line. Verbs are imported when they are called, or when the help names them."""
    app = App(
        name="omnivec",
        help="Learns word vectors, shows and measures them.\n\nStart with: omnivec demo",
        version=_version,
        version_flags=["--version"],
        help_formatter=Columns(),
        help_format="plaintext",
        default_parameter=Parameter(negative=""),
        suppress_keyboard_interrupt=False,
    )
    for place, (name, (home, text)) in enumerate(VERBS.items()):
        app.command(f"omnivec.cli.{home}", name=name, help=text, sort_key=place)
    return app


def _version() -> str:
    import omnivec

    return f"omnivec {omnivec.__version__}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one call and return its exit code. `argv`: the words after the program's name."""
    arguments = _globals_last(list(sys.argv[1:] if argv is None else argv))
    _forgiving_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # `| head` has what it wanted. Python would complain again when it flushes stdout at exit.
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (a device, not a file)
            os.dup2(nowhere.fileno(), 1)
        return 0
    except KeyboardInterrupt:
        print_line("omnivec: stopped")
        return STOPPED
    except Exception as error:
        return _refuse(error, arguments)


def _run(arguments: list[str]) -> int:
    app = parser()
    try:
        command, bound, _ = app.parse_args(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise translated(error, arguments, _learner(error)) from None
    result = command(*bound.args, **bound.kwargs)
    return result if isinstance(result, int) else 0


def _learner(error: CycloptsError) -> type[Options] | None:
    """The learner that was asked for."""
    verb = tuple(error.command_chain or ())
    if len(verb) != 2 or verb[0] not in LEARNS:
        return None
    from omnivec.learners.known import LEARNERS

    return LEARNERS[verb[1]]


def _refuse(error: Exception, arguments: list[str]) -> int:
    known = _ours(error)
    if known is None:
        known = OmnivecError(
            f"internal error: {type(error).__name__}: {error}; please report it, with the output of -v"
        )
    if type(known) is OmnivecError and {"-v", "--verbose"} & set(arguments):
        traceback.print_exception(error)
    message = shown(in_flags(str(known), next(iter(arguments), "")))
    if "--json" in arguments:
        kind = public_kind(known)
        write_json({"error": message, "kind": kind, "near": list(getattr(known, "near", []))}, sys.stderr)
    else:
        print_line(f"omnivec: {message}")
    return known.exit_code


def _ours(error: Exception) -> OmnivecError | None:
    """The typed error that `error` is or amounts to."""
    if isinstance(error, OmnivecError):
        return error
    if isinstance(error, MemoryError):
        return NotEnoughMemory("not enough memory: the machine refused an allocation", 0, 0)
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return InputError("the system starts no further thread; lower threads")
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        kind = OutputError if error.errno in _FULL else InputError
        return kind(f"{where}{error.strerror[:1].lower()}{error.strerror[1:]}")
    return None


_FULL = {28, 30, 122}
"""No space, read-only file system, quota: errno of Linux and macOS (quota: Linux)."""


def _globals_last(arguments: list[str]) -> list[str]:
    """Let `omnivec --json info MODEL` mean `omnivec info MODEL --json`."""
    flags = []
    while arguments and arguments[0] in ("--json", "-q", "--quiet", "-v", "--verbose"):
        flags.append(arguments.pop(0))
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end] + flags + arguments[end:]


def _forgiving_streams() -> None:
    """A character the terminal cannot show is spelled, never an error; a closed stream is an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  (a device, open to the end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
