"""What a verb that measures prints: tables for people, one JSON object, or one page of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.out import aligned, emit, emit_json, shown

if TYPE_CHECKING:
    from omnivec.results import Figure, ResultTable


@dataclass(frozen=True)
class Report:
    """Where the report goes besides stdout."""

    html: Annotated[
        str | None, Parameter(metavar="FILE", help="Also write the report as one self-contained page.")
    ] = None
    overwrite: Annotated[bool, Parameter(help="Replace what is to be written when it exists.")] = False

    def check(self) -> None:
        """Refuse now what writing the page would refuse after the work."""
        if self.html is not None:
            from omnivec.store.replace import check_file

            check_file(self.html, overwrite=self.overwrite)

    def show(
        self,
        title: str,
        parts: Iterable[ResultTable | Figure | str],
        told: Mapping[str, object],
        *,
        json: bool,
    ) -> None:
        """Print tables and sentences, or `told` as JSON; pictures are in the page alone."""
        parts = list(parts)
        self.write(title, parts)
        if json:
            emit_json(told)
        else:
            emit(*lines(parts))

    def write(self, title: str, parts: Iterable[ResultTable | Figure | str]) -> None:
        """Write the page where one was asked for, and print nothing."""
        if self.html is None:
            return
        from omnivec.results import page
        from omnivec.store.replace import replacing

        with replacing(self.html, overwrite=self.overwrite) as file:
            file.write(page(title, parts).encode("utf-8", "backslashreplace"))


def lines(parts: Iterable[ResultTable | Figure | str]) -> list[str]:
    """Tables and sentences for a terminal, an empty line between; columns of words are set to the left."""
    from omnivec.results import Figure

    text: list[str] = []
    for part in parts:
        if isinstance(part, Figure):
            continue
        text += [""] if text else []
        text += [part] if isinstance(part, str) else table_lines(part)
    return text


def table_lines(table: ResultTable) -> list[str]:
    """One table, its title over the first column where that is a column of names; then its notes."""
    words = [any(isinstance(row[at], str) for row in table.rows) for at in range(1, len(table.columns))]
    head = [table.title or table.columns[0], *table.columns[1:]]
    body = [[shown(cell) for cell in row] for row in table.cells()]
    return [*aligned([head, *body], [True, *words]), *table.notes]


ReportFlags = Annotated[Report, Parameter(name="*")]
