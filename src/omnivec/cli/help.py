"""The look of --help: two columns without frames, wrapped to the terminal, the same in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

NAMES = 26
"""Width of the column of names; a longer name gets a line of its own."""


class Columns:
    """A Cyclopts help formatter."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one group of commands or parameters."""
        if panel.entries:
            _write(console, str(panel.title))
            for entry in panel.entries:
                _entry(console, entry)
            _write(console, "")

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        """Print the usage line."""
        if usage:
            _write(console, f"Usage: {_text(usage).strip()}\n")

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """Print what the command does, wrapped."""
        if description:
            for line in _text(description).splitlines():
                _wrapped(console, line, 0)
            _write(console, "")


def _entry(console: Console, entry: HelpEntry) -> None:
    names = ", ".join(entry.display_labels_with_metavar)
    first = f"  {names}"
    if len(first) >= NAMES:
        _write(console, first)
        first = ""
    _wrapped(console, _text(entry.description), NAMES, first)


def _wrapped(console: Console, text: str, indent: int, first: str = "") -> None:
    import textwrap

    if not text:
        return _write(console, first)
    width = max(min(console.width, 100), indent + 30)
    _write(
        console,
        textwrap.fill(text, width, initial_indent=first.ljust(indent), subsequent_indent=" " * indent),
    )


def _text(renderable: Any) -> str:
    from cyclopts.help import InlineText
    from rich.text import Text

    if isinstance(renderable, InlineText):
        renderable = renderable.primary_renderable
    return renderable.plain if isinstance(renderable, Text) else str(renderable)


def _write(console: Console, text: str) -> None:
    # Straight to the stream: the console would wrap long paths and colour numbers.
    console.file.write(text + "\n")
