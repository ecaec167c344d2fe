"""What estimators take as texts: anything that holds str in one column."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from omnivec.errors import InputError

Text = str | list[str]


def texts_of(X: Any) -> list[Text]:
    """The texts of a list, an array, a Series or an Arrow column; each a str, or a list of tokens.

    Raises: InputError for a single text, a table, and what is no text, with its place.
    """
    if isinstance(X, (str, bytes)):
        raise InputError(f"expected a list of texts, got one {type(X).__name__}; put it into a list")
    if len(getattr(X, "shape", (0,))) != 1:
        raise InputError(
            f"expected texts in one dimension, got shape {X.shape}; choose one column, as in table['text']"
        )
    return [_text(item, number) for number, item in enumerate(as_list(X))]


def as_list(column: Any) -> list[Any]:
    """A column as a list of Python's own values. Raises: InputError for what has no items."""
    for name in ("to_pylist", "to_list", "tolist"):  # Arrow; pandas and polars; NumPy
        if callable(method := getattr(column, name, None)):
            return list(method())
    if callable(getattr(column, "__array__", None)):
        return cast(list[Any], np.asarray(column).tolist())
    try:
        return list(column)
    except TypeError:
        raise InputError(f"expected a list, an array or a column, got {type(column).__name__}") from None


def _text(item: object, number: int) -> Text:
    if isinstance(item, str):
        return str(item)
    if isinstance(item, (list, tuple)) and all(isinstance(token, str) for token in item):
        return [str(token) for token in item]
    raise InputError(f"texts are str, or lists of tokens; text {number:,} is {item!r:.60}")
