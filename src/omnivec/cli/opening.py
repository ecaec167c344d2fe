"""How a model or a file of vectors is opened: the flags of every verb that opens one, and the living line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

from cyclopts import Group, Parameter

from omnivec.cli.failure import existing
from omnivec.cli.flags import choice, count

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.model import Model as Opened
    from omnivec.vectors import Vectors

Model = Annotated[str, Parameter(help="A model folder, or a file of vectors in a format omnivec reads.")]
OPENING = Group("Opening", sort_key=1)


def dtypes() -> tuple[str, ...]:
    """Names of the types that numbers are kept in; imported late, since flags are made early."""
    from omnivec.store.tables import DType

    return get_args(DType)


def readable() -> tuple[str, ...]:
    """Names of the formats that a file may have."""
    from omnivec.store.formats import FORMATS

    return tuple(known.name for known in FORMATS)


@dataclass(frozen=True)
class Opening:
    """How a model or file is opened; the arguments of `omnivec.load`."""

    limit: Annotated[
        int | None, count("limit"), Parameter(group=OPENING, help="Open the first N rows only.")
    ] = None
    dtype: Annotated[
        str | None, choice("dtype", dtypes),
        Parameter(group=OPENING, metavar="TYPE", help="Keep numbers as float32, float16 or int8."),
    ] = None  # fmt: skip
    format: Annotated[
        str | None, choice("from", readable),
        Parameter(
            name="--from", group=OPENING, metavar="FORMAT",
            help="The format of a file, where its content alone does not tell (docs/formats.md).",
        ),
    ] = None  # fmt: skip
    vocabulary: Annotated[
        str | None,
        Parameter(group=OPENING, metavar="FILE", help="The words of a format that holds none, one a line."),
    ] = None
    encoding: Annotated[
        str, Parameter(group=OPENING, show_default=False, metavar="NAME", help="Of words. [default utf-8]")
    ] = "utf-8"
    errors: Annotated[
        str, choice("errors", lambda: ("replace", "strict", "backslashreplace", "ignore")),
        Parameter(
            group=OPENING, show_default=False, metavar="HOW",
            help="What becomes of words that are not of the encoding: replace, strict (refused), "
            "backslashreplace or ignore. [default replace]",
        ),
    ] = "replace"  # fmt: skip

    def loaded(self, path: str, display: Display) -> Opened:
        """Open a model or file; the living line says how much of it has been read."""
        existing(path)
        if self.vocabulary is not None:
            existing(self.vocabulary)
        from omnivec.model import load

        with display.measured("Opening", path) as told:
            return load(
                path, self.limit, self.dtype, format=self.format, vocabulary=self.vocabulary,
                encoding=self.encoding, errors=self.errors, progress=told,
            )  # fmt: skip

    def vectors(self, path: str, *, quiet: bool) -> Vectors:
        """The vectors of a model or file, with a living line of its own."""
        from omnivec.cli.show import Display

        with Display(quiet) as display:
            return self.loaded(path, display).vectors

    def title(self, path: str) -> str:
        """What a path was recognised as."""
        from omnivec.model import is_ours
        from omnivec.store import formats

        if self.format is None and is_ours(Path(path)):
            return "a model folder"
        return (formats.detect(path) if self.format is None else formats.named(self.format)).title


OpeningFlags = Annotated[Opening, Parameter(name="*")]
