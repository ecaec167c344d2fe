"""Tables of texts on the command line: which columns hold what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall

if TYPE_CHECKING:
    from omnivec.data.columns import Columns, Rows

TABLE = Group("A table (CSV, TSV)", sort_key=0)
_NAME = "By the name in the first row, or by number from 1 on where there is no such row."


@dataclass(frozen=True)
class Texts:
    """Where a table has its texts; the arguments of `omnivec.data.columns.Columns`."""

    text_column: Annotated[
        str | None, Parameter(group=TABLE, metavar="COLUMN", help=f"The column of the texts. {_NAME}")
    ] = None
    delimiter: Annotated[
        str | None,
        Parameter(
            group=TABLE, metavar="CHARACTER", allow_leading_hyphen=True,
            help="What parts cells: a character, or tab, comma, semicolon, pipe. "
            "[default a tab where the first line has one, otherwise a comma]",
        ),
    ] = None  # fmt: skip
    no_quotes: Annotated[
        bool, Parameter(group=TABLE, help="A quote is a character like others, and no cell is quoted.")
    ] = False

    def columns(self) -> Columns | None:
        """What was asked for; None for lines of text."""
        return self._columns(None, None)

    def _columns(self, label: str | None, separator: str | None) -> Columns | None:
        from omnivec.data.columns import Columns

        if self.text_column is None:
            if given := self._given():
                raise WrongCall(f"{given} speaks of a table; add --text-column COLUMN", ["--text-column"])
            return None
        return Columns(
            text=self.text_column, label=label, separator=separator, delimiter=self.delimiter,
            quotes=not self.no_quotes,
        )  # fmt: skip

    def _given(self) -> str | None:
        words = self.words()
        return words[0] if words else None

    def words(self) -> list[str]:
        """The flags that were given, as words of a call."""
        words = []
        for name, value in vars(self).items():
            flag = f"--{name.replace('_', '-')}"
            words += [flag] if value is True else [flag, value] if value else []
        return words


@dataclass(frozen=True)
class Labelled(Texts):
    """Where a table has its texts and their labels."""

    label_column: Annotated[
        str | None, Parameter(group=TABLE, metavar="COLUMN", help="The column of the labels.")
    ] = None
    label_separator: Annotated[
        str | None,
        Parameter(
            group=TABLE, metavar="TEXT", allow_leading_hyphen=True,
            help="What parts several labels of one cell; without it a cell is one label.",
        ),
    ] = None  # fmt: skip

    def columns(self) -> Columns | None:
        """What was asked for; None for lines whose labels are words with a prefix."""
        if self.text_column is not None and self.label_column is None:
            raise WrongCall(
                "--text-column needs --label-column COLUMN: texts are learned with their labels",
                ["--label-column"],
            )
        return self._columns(self.label_column, self.label_separator)

    def of(self, source: Any, encoding_errors: str = "replace") -> Rows | Any:
        """A source as the pairs of its table, or as it is where no columns are named."""
        from omnivec.data.columns import Rows

        columns = self.columns()
        return source if columns is None or source is None else Rows(source, columns, encoding_errors)


TextFlags = Annotated[Texts, Parameter(name="*")]
LabelledFlags = Annotated[Labelled, Parameter(name="*")]
