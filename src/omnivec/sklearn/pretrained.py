"""Vectors that were learned elsewhere, as estimators and experiments are given them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from omnivec.data.idf import Idf
from omnivec.data.sentences import Rows, batches, default
from omnivec.data.tokenize import words_of
from omnivec.errors import OptionError
from omnivec.model import Model, load
from omnivec.vectors import Vectors

Given: TypeAlias = str | os.PathLike[str] | Model | Vectors
"""A path, a model, or vectors."""


def check_names(embeddings: Mapping[str, object], baseline: str) -> None:
    """Raises: OptionError for no embedding, or one that is called as the baseline is."""
    if not embeddings:
        raise OptionError("embeddings must name one or more, got none")
    if baseline in embeddings:
        raise OptionError(f"{baseline!r} is the name of the baseline; name the embedding otherwise")


def recipe_of(given: Model | Vectors) -> str:
    """What makes a text's vector unless told."""
    return given.recipe if isinstance(given, Model) else default(None)


def rows_of(given: Model | Vectors, texts: Sequence[Any], recipe: str, **options: Any) -> Iterator[Rows]:
    """The vectors of texts by parts, before what sif takes away; options: `a` and `idf` of `Model.embed`."""
    if isinstance(given, Model):
        return given.embed_batches(texts, recipe, **options)
    return batches(given, texts, recipe, **options)


def idf_of(given: Model | Vectors, texts: Sequence[Any], recipe: str) -> Idf | None:
    """What idf learns of texts; None for the other recipes."""
    if recipe != "idf":
        return None
    return given.idf(texts) if isinstance(given, Model) else Idf.of(texts, words_of)


def opened(given: object) -> Model | Vectors:
    """What is given, opened where it is a path. Raises: OptionError for anything else; as `load`."""
    if isinstance(given, (Model, Vectors)):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise OptionError(f"pretrained must be a path, a Model or Vectors, got {type(given).__name__}")
    return load(given)
