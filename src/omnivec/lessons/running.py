"""A lesson carried out: text shown, code shown, code executed, its real output shown."""

from __future__ import annotations

import io
import linecache
from contextlib import redirect_stdout
from typing import Any, Protocol, TextIO

from omnivec.index.blas import at_most
from omnivec.lessons.library import Lesson


class View(Protocol):
    """Where a lesson is shown."""

    @property
    def output(self) -> TextIO:
        """Takes what the code prints that was shown last, while it runs."""

    def text(self, source: str) -> None:
        """Show a text in Markdown."""

    def code(self, source: str) -> None:
        """Show code that is about to run."""

    def wait(self) -> bool:
        """Let the reader read; False ends the lesson."""


def run(lesson: Lesson, view: View) -> dict[str, Any]:
    """Carry a lesson out. Returns the names that its code has defined, as far as it was carried out.

    What the code raises is passed on.
    """
    names: dict[str, Any] = {"__name__": f"omnivec learn {lesson.name}"}
    for number, (kind, source) in enumerate(lesson.cells, 1):
        if kind == "text":
            view.text(source)
            continue
        view.code(source)
        if not view.wait():
            break
        place = f"<{lesson.name}, cell {number}>"
        # A traceback, and inspect.getsource, find the lines here as those of a file.
        linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
        # A lesson's matrices are small: more threads of BLAS would wait for each other longer than they work.
        with at_most(1), redirect_stdout(view.output):
            exec(compile(source, place, "exec"), names)
    return names


class Record:
    """A view that keeps what is shown, for a program."""

    def __init__(self) -> None:
        self.output = io.StringIO()
        self._shown: list[tuple[str, str, io.StringIO | None]] = []

    def text(self, source: str) -> None:
        """Keep a text."""
        self._shown.append(("text", source, None))

    def code(self, source: str) -> None:
        """Keep code and a place for what it prints."""
        self.output = io.StringIO()
        self._shown.append(("code", source, self.output))

    def wait(self) -> bool:
        """Nobody reads meanwhile."""
        return True

    def cells(self) -> list[dict[str, str | None]]:
        """What was shown: kind, source, and output, which is None for a text."""
        return [
            {"kind": kind, "source": source, "output": None if output is None else output.getvalue()}
            for kind, source, output in self._shown
        ]
