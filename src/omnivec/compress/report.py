"""What a smaller model has won and lost: bytes, precision, directions of words and their neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from omnivec.evaluate.classification import classification
from omnivec.evaluate.examples import Examples
from omnivec.index.exact import Exact
from omnivec.model import Model
from omnivec.store.folder import METADATA
from omnivec.store.safetensors import file_size
from omnivec.store.tables import Table
from omnivec.vectors import Vectors

WORDS, ASKED, NEAREST = 10_000, 200, 10
"""Words whose vectors are compared, the most frequent ones; of them so many, spread evenly, are asked for
their nearest."""


def size_of(model: Model) -> int:
    """Bytes of the file of a model's tables and keys."""
    return file_size({**model.tables, **model.keys.tables()}, METADATA)


def compared(before: Model, after: Model, test: Examples | None) -> dict[str, Any]:
    """Bytes, rows, precision at 1 where there are texts with labels, and words' vectors, before and after."""
    found: dict[str, Any] = {
        "bytes_before": size_of(before), "bytes": size_of(after),
        "rows_before": rows_of(before), "rows": rows_of(after),
    }  # fmt: skip
    if before.labels is None:
        found |= words_compared(before.vectors, after.vectors)
    if test is not None:
        texts = test if isinstance(test, (str, bytes)) or hasattr(test, "__fspath__") else list(test)
        for model, name in ((before, "precision_before"), (after, "precision")):
            found[name] = classification(model, texts).precision
    return found


def rows_of(model: Model) -> int:
    """Rows of words and n-grams."""
    return len(model.tables["inputs" if "inputs" in model.tables else "vectors"])


def words_compared(before: Vectors, after: Vectors) -> dict[str, float]:
    """Cosines of words' vectors before and after, and the share of their nearest that stayed.

    The rows of both are of the same words; see `WORDS`, `ASKED` and `NEAREST`.
    """
    count = min(WORDS, len(before))
    old, new = (np.ascontiguousarray(vectors.table.span(0, count), np.float32) for vectors in (before, after))
    one, other, both = (
        np.einsum("ij,ij->i", *pair, dtype=np.float64) for pair in ((old, old), (new, new), (old, new))
    )
    there = (one > 0) & (other > 0)
    cosines = both[there] / np.sqrt(one[there] * other[there])
    asked = np.unique(np.linspace(0, count - 1, min(ASKED, count)).astype(np.int64))
    near = [_nearest(rows, asked) for rows in (old, new)]
    kept = [len(set(a) & set(b)) / max(len(a), 1) for a, b in zip(*near, strict=True)]
    return {
        "cosine_mean": float(cosines.mean()) if len(cosines) else 0.0,
        "cosine_least": float(cosines.min(initial=1.0)) if len(cosines) else 0.0,
        "neighbours_kept": float(np.mean(kept)),
    }


def _nearest(rows: Any, asked: Any) -> list[list[int]]:
    """The nearest of some rows among all of them, without themselves."""
    unit = Exact(Table(rows), None).unit(np.arange(len(rows)))
    scores = unit[asked] @ unit.T
    scores[np.arange(len(asked)), asked] = -np.inf
    count = min(NEAREST, len(rows) - 1)
    return np.argsort(-scores, axis=1, kind="stable")[:, :count].tolist()  # type: ignore[no-any-return]
