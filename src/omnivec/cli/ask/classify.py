"""`omnivec classify MODEL [FILE|-]`: the likeliest labels of each line of text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli.columns import TextFlags, Texts
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional
from omnivec.cli.out import emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.errors import InputError

if TYPE_CHECKING:
    from omnivec.data.columns import Columns

_PIECE = 1 << 14  # texts of a table that are predicted together
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"  # some editors begin a file with it; training leaves it out, too

Count = Annotated[
    int,
    Parameter(
        name=["-k", "--k"],
        metavar="N",
        help="Labels for each text; -1 for all. [default 1]",
        show_default=False,
    ),
]
Threshold = Annotated[
    float,
    Parameter(
        help="Only labels with at least this probability. [default 0]", show_default=False, metavar="X"
    ),
]


def classify(
    model: Annotated[str, Parameter(help="A model folder of a classifier, or a fastText file of one.")],
    file: Annotated[
        str, Positional, Parameter(help="A text, a line each; - reads stdin. [default -]", show_default=False)
    ] = "-",
    /,
    *,
    k: Count = 1,
    threshold: Threshold = 0.0,
    table: TextFlags = Texts(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The likeliest labels of each line, or of each row of a table, with their probabilities: a line each,
    parted by tabs.

    A text of which nothing is known gets an empty line.
    """
    from omnivec.model import load

    columns = table.columns()
    existing(model)
    if file != "-":
        existing(file)
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with display.busy("Opening", model):
            classifier = load(model)
        if classifier.labels is None:
            raise WrongCall(
                f"{model} is no classifier: it tells no labels; omnivec train classifier makes one"
            )
    with logging_shown(common.quiet, common.verbose):
        for texts in lines(file) if columns is None else cells(file, columns):
            for found in classifier.predict(texts, k, threshold):
                if common.json:
                    emit_json([[label, chance] for label, chance in found])
                else:
                    emit("\t".join(f"{shown(label)}\t{chance:.6f}" for label, chance in found))
            sys.stdout.flush()
    return 0


def lines(file: str, *, again: bool = False) -> Iterator[list[str]]:
    """Lists of the lines of a file, packed or not, or of those that have arrived from a pipe or stdin.

    They end at a line feed alone; a byte-order mark at the beginning is none of the text. Invalid UTF-8 is
    replaced, and how many lines held such is logged, unless the file is read `again`.
    Raises: InputError for what cannot be read.
    """
    from omnivec.store.formats.source import opened

    try:
        if Path(file).is_file():
            with opened(Path(file)) as source:
                yield from _blocks(file, source.file.read, again)
        elif file != "-":
            with open(file, "rb") as stream:  # noqa: PTH123  (read like stdin)
                yield from _blocks(file, stream.read, again)
        else:
            stdin: Any = sys.stdin.buffer
            yield from _blocks("stdin", stdin.read1, again)
    except IsADirectoryError:
        raise InputError(f"{file}: is a folder, and a file of texts was expected, one a line") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None


def cells(file: str, columns: Columns) -> Iterator[list[str]]:
    """Lists of the texts of a table."""
    from omnivec.data.columns import Rows

    texts = (text for text, _ in Rows(sys.stdin.buffer if file == "-" else file, columns))
    while piece := list(islice(texts, _PIECE)):
        yield piece


def _blocks(name: str, read: Any, again: bool) -> Iterator[list[str]]:
    rest, begun, invalid = b"", False, 0

    def decoded(line: bytes) -> str:
        nonlocal invalid
        try:
            return line.decode()
        except UnicodeDecodeError:
            invalid += 1
            return line.decode(errors="replace")

    while block := read(1 << 22):
        if not begun and (rest + block).startswith(_UTF16):
            raise InputError(f"{name}: expected UTF-8, got UTF-16 (byte-order mark); convert it first")
        *whole, rest = (rest + block).split(b"\n")
        if whole:
            whole[0] = whole[0] if begun else whole[0].removeprefix(_BOM)
            begun = True
            yield [decoded(line) for line in whole]
    if rest:
        yield [decoded(rest if begun else rest.removeprefix(_BOM))]
    if invalid and not again:
        from omnivec.data.invalid import tell_invalid

        tell_invalid(name, invalid, "line", "replace")
