"""Answers for people: a list of keys and scores that notebooks and data frames understand."""

from __future__ import annotations

import html
from importlib import import_module
from typing import Any, final

from omnivec.errors import MissingExtra


@final
class Neighbors(list[tuple[str, float]]):
    """A plain list of (key, score), best first."""

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` with the columns key and score. Raises: MissingExtra without pandas."""
        return self._frame("pandas")

    def to_polars(self) -> Any:
        """A ``polars.DataFrame`` with the columns key and score. Raises: MissingExtra without polars."""
        return self._frame("polars")

    def _frame(self, package: str) -> Any:
        try:
            frames = import_module(package)
        except ImportError:
            raise MissingExtra(f"to_{package} needs {package}; pip install {package}") from None
        return frames.DataFrame({"key": [key for key, _ in self], "score": [score for _, score in self]})

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(key)}</td><td>{score:.4f}</td></tr>" for key, score in self)
        return f"<table><thead><tr><th>key</th><th>score</th></tr></thead><tbody>{rows}</tbody></table>"
