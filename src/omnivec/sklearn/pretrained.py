"""Vectors that were learned elsewhere, as estimators and experiments are given them."""

from __future__ import annotations

import os
from typing import TypeAlias

from omnivec.errors import OptionError
from omnivec.model import Model, load
from omnivec.vectors import Vectors

Given: TypeAlias = str | os.PathLike[str] | Model | Vectors
"""A path, a model, or vectors."""


def opened(given: object) -> Model | Vectors:
    """What is given, opened where it is a path. Raises: OptionError for anything else; as `load`."""
    if isinstance(given, (Model, Vectors)):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise OptionError(f"pretrained must be a path, a Model or Vectors, got {type(given).__name__}")
    return load(given)
