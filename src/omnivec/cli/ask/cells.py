"""What a file of co-occurrence counts holds, for `omnivec info`."""

from pathlib import Path
from typing import TYPE_CHECKING

from omnivec.cli.out import emit_json, labelled, shown

if TYPE_CHECKING:
    from omnivec.data.cells import Cells


def show_cells(path: str, json: bool) -> None:
    """Print it. Raises: FormatError when the file is damaged."""
    from omnivec.data.cells import Cells

    cells, size = Cells.open(path), Path(path).stat().st_size
    if json:
        emit_json({"path": path, "format": "cells", **counted(cells), "source": cells.name, "bytes": size})
    else:
        labelled(_lines(cells, size))


def counted(cells: "Cells") -> dict[str, object]:
    """What was counted, and how, as JSON."""
    return {
        "cells": len(cells), "words": cells.words, "tokens": cells.fingerprint["tokens"],
        "tokens_in_vocabulary": cells.fingerprint["tokens_in_vocabulary"], "window": cells.window,
        "weighting": cells.weighting, "symmetric": cells.symmetric,
    }  # fmt: skip


def _lines(cells: "Cells", size: int) -> list[tuple[str, str]]:
    from omnivec.store.memory import human

    tokens, known = (cells.fingerprint[name] for name in ("tokens", "tokens_in_vocabulary"))
    sides = "both words as near the other" if cells.symmetric else "what follows a word"
    return [
        ("Cells", f"{len(cells):,} pairs of {cells.words:,} words, {human(size)}"),
        ("Counted", f"window {cells.window}, weighting {cells.weighting}, {sides}"),
        ("Text", f"{shown(cells.name)}: {tokens:,} tokens, {known:,} of them of these words"),
    ]
