"""A lesson's file as cells: the percent format, which editors know and which is Python as it stands.

`# %%` begins a cell of code, `# %% [markdown]` one of text, whose lines are comments.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

MARK, TEXT_MARK = "# %%", "# %% [markdown]"
BETWEEN_TEXTS = "%%"
"""The line between two texts in a file that holds texts alone."""


class Cell(NamedTuple):
    """One step of a lesson."""

    kind: Literal["text", "code"]
    source: str


def cells(source: str) -> list[Cell]:
    """The cells of a file in percent format; what stands before the first mark is left out."""
    found: list[Cell] = []
    lines: list[str] | None = None
    kind: Literal["text", "code"] = "text"
    for line in [*source.splitlines(), MARK]:
        if not line.startswith(MARK):
            if lines is not None:
                lines.append(_uncommented(line) if kind == "text" else line)
            continue
        if lines is not None and (body := "\n".join(lines).strip("\n")):
            found.append(Cell(kind, body))
        lines, kind = [], "text" if line == TEXT_MARK else "code"
    return found


def texts(source: str) -> list[str]:
    """The texts of a file of them, in order."""
    return [part.strip("\n") for part in f"\n{source}\n".split(f"\n{BETWEEN_TEXTS}\n")]


def translated(cells: list[Cell], texts: list[str]) -> list[Cell]:
    """The same cells with other texts, one for one; the code is shared."""
    there = sum(cell.kind == "text" for cell in cells)
    if len(texts) != there:
        raise ValueError(f"expected {there} texts, one for each of the lesson's own, got {len(texts)}")
    rest = iter(texts)
    return [cell if cell.kind == "code" else Cell("text", next(rest)) for cell in cells]


def _uncommented(line: str) -> str:
    return line.removeprefix("#").removeprefix(" ")
