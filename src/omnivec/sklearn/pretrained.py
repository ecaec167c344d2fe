"""Vectors that were learned elsewhere, as estimators and experiments are given them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeAlias

from omnivec.errors import OptionError
from omnivec.model import Model, load
from omnivec.vectors import Vectors

Given: TypeAlias = str | os.PathLike[str] | Model | Vectors
"""A path, a model, or vectors."""


def check_names(embeddings: Mapping[str, Given], baseline: str) -> None:
    """Raises: OptionError for no embedding, or one that is called as the baseline is."""
    if not embeddings:
        raise OptionError("embeddings must name one or more, got none")
    if baseline in embeddings:
        raise OptionError(f"{baseline!r} is the name of the baseline; name the embedding otherwise")


def opened(given: object) -> Model | Vectors:
    """What is given, opened where it is a path. Raises: OptionError for anything else; as `load`."""
    if isinstance(given, (Model, Vectors)):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise OptionError(f"pretrained must be a path, a Model or Vectors, got {type(given).__name__}")
    return load(given)
