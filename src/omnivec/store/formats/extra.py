"""Optional packages, imported when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from omnivec.errors import MissingExtra


def extra(module: str, name: str) -> Any:
    """The module of an optional package, which the extra `name` brings.

    Raises: MissingExtra that names the pip command.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        what = f"this format needs {package} ({error})"
        raise MissingExtra(f"{what}; pip install 'omnivec[{name}]'") from None
