"""Progress on stderr: one line per finished phase, one living line.

On a terminal the living line is Rich's; in a pipe, a log file or a dumb terminal there is none, and each
epoch gets a plain line instead. The library's warnings come through here, too, so that they do not tear it.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from omnivec.cli.out import LABEL, MIDDLE_DOT, duration, shown, speed, spelled

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from omnivec.engine.progress import Progress

LABELS = {
    "options": "Options",
    "read": "Read",
    "count": "Counting",
    "ppmi": "PPMI",
    "svd": "SVD",
    "memory": "Memory",
    "compile": "Compiling",
    "train": "Training",
    "epoch": "Training",
    "save": "Saving",
    "saved": "Saved",
}
"""A phase's name in a record, and on the screen."""


class Display:
    """Shows records of `fit` and phases of the command line's own; a context manager, and a `progress=`."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live: Live | None = None
        self._label, self._text, self._since = "", "", 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        global _current
        _current = self
        if not self._quiet and living():
            from rich.console import Console
            from rich.live import Live

            console = Console(stderr=True, highlight=False)
            self._live = Live(
                get_renderable=self._render,
                console=console,
                transient=True,
                refresh_per_second=8,
                redirect_stdout=False,
            )
            self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        global _current
        _current = None
        self.rest()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __call__(self, record: Progress) -> None:
        """Show one record of `fit`: a finished phase has a text, an unfinished one is where it stands."""
        label = LABELS.get(record.phase, record.phase.capitalize())
        if record.phase == "epoch":
            self._epoch(label, record)
        elif record.text:
            self.line(label, record.text)
        elif record.done >= 1:
            self.rest()  # a phase not worth a line, such as a kernel that came from the cache
        else:
            self.living(label, training_line(record) if record.phase == "train" else share(record.done))

    def _epoch(self, label: str, record: Progress) -> None:
        """An epoch is a line where nothing lives; where it does, the last one is the finished phase."""
        loss = "nothing to learn from" if math.isnan(record.loss) else f"loss {record.loss:.3f}"
        numbers = f"{speed(record.tokens_per_second)}  {loss}"
        if record.heldout is not None:
            numbers += f"  held out {record.heldout:.3f}"
        if self._live is None:
            self.line(label, f"epoch {record.epoch}/{record.epochs}  {numbers}")
        elif record.epoch == record.epochs:
            self.line(label, f"{record.epochs} epoch{'s' if record.epochs > 1 else ''}  {numbers}")

    def line(self, label: str, text: str) -> None:
        """A finished phase, for good."""
        self.rest()
        if not self._quiet:
            self._print(f"{label:<{LABEL}}{text}")

    def living(self, label: str, text: str) -> None:
        """What is going on now; the seconds are added when the text does not say how far it is."""
        with self._lock:
            if label != self._label:
                self._since = time.monotonic()
            self._label, self._text = label, text

    def rest(self) -> None:
        """Nothing is going on: no living line."""
        with self._lock:
            self._label = self._text = ""

    @contextmanager
    def busy(self, label: str, text: str) -> Iterator[None]:
        """A living line with the seconds it has taken, while the block runs."""
        self.living(label, f"{shown(text)} …")
        try:
            yield
        finally:
            self.rest()

    @contextmanager
    def measured(self, label: str, text: str) -> Iterator[Callable[[float], None]]:
        """`busy`, with a function for the block to tell the share that is done, from 0 to 1."""

        def told(done: float) -> None:
            self.living(label, f"{shown(text)} {share(done if done < 1 else 0)}")

        with self.busy(label, text):
            yield told

    def _print(self, line: str) -> None:
        if self._live is None:
            print_line(line)
        else:
            self._live.refresh()  # or the finished phase's living line would stay below for a moment
            for part in wrapped(line, self._live.console.width):
                self._live.console.print(_plain(part, self._live), soft_wrap=True)

    def _render(self) -> Text:
        with self._lock:
            label, text, seconds = self._label, self._text, time.monotonic() - self._since
        # The first half second is not worth a line that flashes by.
        line = f"{label:<{LABEL}}{text}" if label and seconds > 0.3 else ""
        if line.endswith("…"):
            line += f" {duration(seconds)}"
        return _short(_plain(line, self._live), self._live)


def _plain(line: str, live: Live | None) -> Text:
    from rich.text import Text

    stream: Any = sys.stderr if live is None else live.console.file
    text = Text(spelled(line, stream), no_wrap=True, overflow="crop")
    if line:
        text.stylize("bold", 0, LABEL)
    return text


def _short(text: Text, live: Live | None) -> Text:
    """The living line, cut so that a terminal's ^C does not push it onto a second line, which would stay."""
    if live is not None:
        text.truncate(max(live.console.width - 3, 1))
    return text


def wrapped(line: str, width: int) -> list[str]:
    """A line as the lines of a narrow terminal, the further ones below the text, not below the label."""
    return textwrap.wrap(
        line, max(width, 40), subsequent_indent=" " * LABEL, break_long_words=False, break_on_hyphens=False
    )


_current: Display | None = None


def living() -> bool:
    """Whether stderr is a terminal on which a line can be rewritten."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


def print_line(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(spelled(line, sys.stderr) + "\n")
    sys.stderr.flush()


def training_line(record: Progress) -> str:
    """`epoch 3/5  54 %  4.6 M words/s  lr 0.0116  loss 2.31  9 s left`: what is known of it."""
    parts = [f"epoch {record.epoch}/{record.epochs}", share(record.done)]
    if record.tokens_per_second:
        parts.append(speed(record.tokens_per_second))
    if record.lr:
        parts.append(f"lr {record.lr:.3g}")
    if record.loss:
        parts.append(f"loss {record.loss:.2f}")
    if record.seconds_left:
        parts.append(f"{duration(record.seconds_left)} left")
    return "  ".join(part for part in parts if part)


def share(done: float) -> str:
    """`54 %`, or `…` when nothing is known, which makes the display add the seconds."""
    return f"{done:.0%}".replace("%", " %") if done > 0 else "…"


class Warnings(logging.Handler):
    """The library's log records as lines of the display; the command line alone installs it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        label = "Warning" if record.levelno >= logging.WARNING else "Note"
        if _current is not None:
            _current._print(f"{label:<{LABEL}}{shown(record.getMessage())}")
        else:
            print_line(f"{label:<{LABEL}}{shown(record.getMessage())}")


@contextmanager
def logging_shown(quiet: bool, verbose: bool) -> Iterator[None]:
    """Show the library's warnings (with -v its notes, with -q nothing) while the block runs."""
    logger, handler = logging.getLogger("omnivec"), Warnings()
    before = logger.level, logger.propagate
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])  # not by assignment: levels that were asked for are remembered
        logger.propagate = before[1]


__all__ = [
    "MIDDLE_DOT",
    "Display",
    "living",
    "logging_shown",
    "print_line",
    "share",
    "speed",
    "training_line",
]
