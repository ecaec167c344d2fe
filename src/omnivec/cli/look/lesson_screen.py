"""A lesson on the terminal: texts wrapped, code in colour, a key between code and what it prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
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
ESCAPE = "\x1b"
ENDS = ("q", "Q", "ㅂ", ESCAPE, "\x04", "")
"""Keys that end a lesson: q, also on a keyboard set to Hangul, escape, Ctrl-D; '' when nobody is there."""


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
        """Wait for a key; False for one of `ENDS`."""
        if self._hurry:
            return True
        return _key(lambda: print_line("           a key runs it, q ends")) not in ENDS

    def _write(self, source: str) -> None:
        emit("", *source.splitlines(), "")
        sys.stdout.flush()


def _key(ask: Callable[[], None]) -> str:
    """Ask, and take the next key, without a return behind it where the system allows; '' when there is nobody
    any more. Cursor keys, with which one reads back, do nothing.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        import msvcrt

        windows: Any = msvcrt
        ask()
        return str(windows.getwch())
    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    try:
        # Before asking: a Ctrl-D that came while the terminal still edits lines would be lost. Ctrl-C stops,
        # and keys typed ahead count.
        tty.setcbreak(stdin, termios.TCSADRAIN)
        ask()
        while (key := _read_key(stdin)).startswith(ESCAPE) and key != ESCAPE:
            pass
        return key
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)


def _read_key(stdin: int) -> str:
    """One key: a letter of several bytes, or a cursor key, is one."""
    import select

    key = os.read(stdin, 1)
    if key >= b"\x80" or key == b"\x1b":
        while select.select([stdin], [], [], 0.05)[0] and (more := os.read(stdin, 1)):
            key += more
            if len(key) > 2 and key.startswith(b"\x1b") and (more.isalpha() or more == b"~"):
                break
    return key.decode(errors="replace")
