"""A table of results. Every result that has one or more looks alike in a notebook, a page and a terminal."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeAlias, final

from omnivec.errors import MissingExtra

Cell: TypeAlias = str | int | float | None
"""Words, a number, or None where there is nothing to say."""

NOTHING = "–"


@final
@dataclass(frozen=True)
class ResultTable:
    """Rows of cells under named columns.

    title: what the table is of; columns: names, each once; rows: a cell for each column, numbers unrounded;
    specs: how numbers of a column are written for people, as `format` has it (``{"accuracy": ".1%"}``), else
    three places and grouped integers; notes: sentences below the table: coverage, what was left out.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    specs: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def cells(self) -> list[list[str]]:
        """The rows as people read them."""
        return [
            [shown(cell, self.specs.get(name)) for name, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def numeric(self) -> list[bool]:
        """Does a column hold numbers (and gaps) alone? Such columns are set to the right."""
        return [
            any(isinstance(cell, int | float) for cell in column)
            and not any(isinstance(cell, str) for cell in column)
            for column in zip(*self.rows, strict=True)
        ] or [False] * len(self.columns)

    def as_html(self) -> str:
        """A ``<table>`` with its notes; needs no script, and no style to be read."""
        right = self.numeric()
        parts = [f"<table><caption>{html.escape(self.title)}</caption><thead><tr>"]
        for name, to_the_right in zip(self.columns, right, strict=True):
            parts.append(f'<th scope="col"{_style(to_the_right)}>{html.escape(name)}</th>')
        parts.append("</tr></thead><tbody>")
        for row in self.cells():
            cells = zip(row, right, strict=True)
            parts.append(
                "<tr>" + "".join(f"<td{_style(r)}>{html.escape(cell)}</td>" for cell, r in cells) + "</tr>"
            )
        parts.append("</tbody></table>")
        parts += [f"<p><small>{html.escape(note)}</small></p>" for note in self.notes]
        return "".join(parts)

    def frame(self, package: str) -> Any:
        """The unrounded cells as a ``pandas`` or ``polars`` frame. Raises: MissingExtra without it."""
        try:
            frames = import_module(package)
        except ImportError:
            raise MissingExtra(f"to_{package} needs {package}; pip install {package}") from None
        # polars alone refuses a column of 1 and 0.5, or of words and numbers, unless it is told to take it.
        how = {"strict": False} if package == "polars" else {}
        cells = {name: [row[at] for row in self.rows] for at, name in enumerate(self.columns)}
        return frames.DataFrame(cells, **how)


class Tabular:
    """What has tables: subclasses say which, the first is the one that data frames get."""

    def tables(self) -> list[ResultTable]:
        """The tables, the most important first."""
        raise NotImplementedError

    def to_pandas(self) -> Any:
        """The first table as a ``pandas.DataFrame``, unrounded. Raises: MissingExtra without pandas."""
        return self.tables()[0].frame("pandas")

    def to_polars(self) -> Any:
        """The first table as a ``polars.DataFrame``, unrounded. Raises: MissingExtra without polars."""
        return self.tables()[0].frame("polars")

    def _repr_html_(self) -> str:
        return "".join(table.as_html() for table in self.tables())


def shown(cell: Cell, spec: str | None = None) -> str:
    """A cell as people read it: ``0.123``, ``12,345``, ``1.5 %``, words as they are, a dash for nothing."""
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    text = format(cell, spec or (",d" if isinstance(cell, int) else ".3f"))
    return text.replace("%", " %")


def _style(to_the_right: bool) -> str:
    return ' style="text-align:right"' if to_the_right else ' style="text-align:left"'
