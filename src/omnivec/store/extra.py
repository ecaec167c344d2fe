"""Optional packages, imported when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from omnivec.errors import MissingExtra


def extra(module: str, name: str, *, what: str = "this format", command: str | None = None) -> Any:
    """The module of an optional package, which the extra `name` brings, or `command` where no extra does.

    Raises: MissingExtra that says `what` needs it, and names the pip command.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        how = command or f"pip install 'omnivec[{name}]'"
        raise MissingExtra(f"{what} needs {package} ({error}); {how}") from None
