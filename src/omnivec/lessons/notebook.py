"""A lesson as a Jupyter notebook: the same cells, not yet executed.

The format is JSON; writing it needs no package of Jupyter's. Source: nbformat 4.5.
"""

from __future__ import annotations

from typing import Any

from omnivec.lessons.cells import Cell
from omnivec.lessons.library import FILES, Lesson


def notebook(lesson: Lesson, file: str | None = None) -> dict[str, Any]:
    """The notebook as JSON. file: real data for a lesson that takes some, named in a first cell of code."""
    steps = list(lesson.cells)
    if file is not None:
        steps.insert(1, Cell("code", f"import os\n\nos.environ[{FILES[lesson.name]!r}] = {file!r}"))
    return {
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [_cell(number, *step) for number, step in enumerate(steps, 1)],
    }  # fmt: skip


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell = {"id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
    if kind == "text":
        return {"cell_type": "markdown", **cell}
    return {"cell_type": "code", **cell, "execution_count": None, "outputs": []}
