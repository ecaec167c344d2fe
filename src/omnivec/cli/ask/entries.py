"""What `omnivec info --words N`, `--labels` and `--subwords WORD` print: what a model knows, by name."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.errors import OptionError

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.store.keys import Keys


def show_entries(
    model: Model, path: str, words: int | None, labels: bool, subwords: str | None, json: bool
) -> None:
    """Print what was asked for: the first `words` words (-1: all), labels, the parts of a word."""
    if labels and model.labels is None:
        raise OptionError(f"{path}: is no classifier, and has no labels; leave out --labels")
    first = None if words is None else counted(model.keys, words)
    named = label_counts(model) if labels and model.labels is not None else None
    parts = None if subwords is None else model.subwords(subwords)
    if json:
        import numpy as np

        told: dict[str, object] = {} if first is None else {"words": first}
        told |= {} if named is None else {"labels": named}
        if parts is not None:
            vectors = model.inputs.take(np.array([row for _, row in parts], np.int64)).tolist()
            found = [[*part, vector] for part, vector in zip(parts, vectors, strict=True)]
            told |= {"word": subwords, "known": subwords in model.keys, "subwords": found}
        emit_json(told)
        return
    for rows in (first, named, parts):
        if rows is not None:
            emit(*columns(rows))


def counted(keys: Keys, first: int) -> list[tuple[str, int | None]]:
    """The first keys and how often each occurred, None where that is not known; -1: all."""
    rows = len(keys) if first < 0 else min(first, len(keys))
    counts = [None] * rows if keys.counts is None else keys.counts[:rows].tolist()
    return list(zip(islice(keys, rows), counts, strict=True))


def label_counts(model: Model) -> list[tuple[str, int | None]]:
    """The labels of a classifier as `classify` prints them, without the prefix, and their counts."""
    assert model.labels is not None
    return [
        (name, count) for name, (_, count) in zip(model.label_names, counted(model.labels, -1), strict=True)
    ]


def columns(rows: Iterable[tuple[str, int | None]]) -> list[str]:
    """Names, and their numbers below each other."""
    return aligned([shown(name), "" if number is None else f"{number:,}"] for name, number in rows)
