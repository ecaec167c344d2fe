"""A lesson on the terminal: texts wrapped, code in colour, a key between code and what it prints."""

from __future__ import annotations

import sys
from textwrap import indent
from typing import Any, TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax

from omnivec.cli.out import emit
from omnivec.cli.show import print_line

INDENT = "    "
WIDEST = 100
"""Columns that a text fills at most: longer lines are hard to read."""


class Screen:
    """Where `omnivec learn` shows a lesson. hurry: wait for no key."""

    def __init__(self, hurry: bool) -> None:
        self._hurry = hurry
        self.output: TextIO = sys.stdout
        self._console = Console(file=sys.stdout, highlight=False)
        self._console.width = min(self._console.width, WIDEST)

    def text(self, source: str) -> None:
        """Show a text; its heading without a frame. In a pipe it is shown as it stands."""
        if not self._console.is_terminal:
            self._write(source)
            return
        head, _, rest = source.partition("\n")
        if head.startswith("#"):
            self._console.print(f"\n[bold]{head.lstrip('# ')}[/bold]")
            source = rest.strip("\n")
        self._console.print()
        self._console.print(Markdown(source, code_theme="ansi_dark"))

    def code(self, source: str) -> None:
        """Show code that is about to run."""
        if not self._console.is_terminal:
            self._write(indent(source, INDENT))
            return
        code = Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True)
        self._console.print()
        self._console.print(Padding(code, (0, 0, 0, len(INDENT))))
        self._console.print()

    def wait(self) -> bool:
        """Wait for a key; False for q or escape."""
        if self._hurry:
            return True
        print_line("           a key runs it, q ends")
        return _key() not in ("q", "Q", "\x1b", "")

    def _write(self, source: str) -> None:
        emit("", *source.splitlines(), "")
        sys.stdout.flush()


def _key() -> str:
    """The next key, without a return behind it where the system allows; '' when there is nobody any more."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        import msvcrt

        windows: Any = msvcrt
        return str(windows.getwch())
    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    try:
        tty.setcbreak(stdin, termios.TCSADRAIN)  # Ctrl-C still stops, and keys typed ahead count
        return sys.stdin.read(1)
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
