"""Results, on stdout: lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

MIDDLE_DOT, TIMES, ELLIPSIS = "·", "×", "…"
_ASCII = str.maketrans({MIDDLE_DOT: "|", TIMES: "x", ELLIPSIS: "...", "–": "-", "→": "->", "≥": ">="})


def emit(*lines: str) -> None:
    """Print lines for people."""
    for line in lines:
        sys.stdout.write(spelled(line, sys.stdout) + "\n")


def emit_json(value: object) -> None:
    """Print one object on one line, UTF-8 whatever the terminal's encoding; never NaN."""
    write_json(value, sys.stdout)


def write_json(value: object, stream: Any) -> None:
    """Write one object as a line of UTF-8 to the bytes below `stream`."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"
    # A lone surrogate has no UTF-8; backslashreplace spells it \udc80, which is what JSON calls it.
    data = text.encode("utf-8", "backslashreplace")
    stream.flush()
    stream.buffer.write(data)
    stream.buffer.flush()


def spelled(text: str, stream: Any) -> str:
    """`text` in characters that `stream` can encode: our few signs have ASCII spellings."""
    encoding = str(getattr(stream, "encoding", None) or "ascii")
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    return text


def shown(key: str) -> str:
    """A key as one printable word: a key may hold any character, and a terminal obeys some of them."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in key)


def aligned(rows: Iterable[Sequence[str]], left: int | Sequence[bool] = 1) -> list[str]:
    """Rows of cells as lines whose columns align by display width.

    left: how many of the first columns are set to the left, or whether, for each.
    """
    from rich.cells import cell_len

    table = [list(row) for row in rows]
    if not table:
        return []
    columns = range(len(table[0]))
    widths = [max(cell_len(row[column]) for row in table) for column in columns]
    to_left = [column < left for column in columns] if isinstance(left, int) else left
    lines = []
    for row in table:
        cells = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(text))
            cells.append(text + space if to_left[column] else space + text)
        lines.append("  ".join(cells).rstrip())
    return lines


def labelled(rows: Iterable[tuple[str, str]]) -> None:
    """Print `Label      text` lines, as the progress display does."""
    for label, text in rows:
        emit(f"{label:<{LABEL}}{text}")


def folded(parts: Iterable[str], between: str, width: int = 80) -> str:
    """Parts on as many lines as a narrow terminal needs, below each other in the column after the label."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines[-1] else part
        if lines[-1] and LABEL + len(longer) + len(between) > width:
            lines[-1] += between.rstrip()
            lines.append(part)
        else:
            lines[-1] = longer
    return f"\n{'':{LABEL}}".join(lines)


LABEL = 11
"""Width of the label column: the longest label, `Similarity`, and a space."""


def speed(tokens_per_second: float) -> str:
    """`4.6 M words/s`, `730 k words/s`."""
    if tokens_per_second >= 1e6:
        return f"{tokens_per_second / 1e6:.1f} M words/s"
    if tokens_per_second >= 1e4:
        return f"{tokens_per_second / 1e3:.0f} k words/s"
    return f"{tokens_per_second:,.0f} words/s"


def duration(seconds: float) -> str:
    """`9 s`, `4 min 05 s`, `2 h 10 min`."""
    whole = max(0, round(seconds))
    if whole < 100:
        return f"{whole} s"
    if whole < 6000:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
