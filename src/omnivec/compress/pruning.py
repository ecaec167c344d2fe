"""Fewer rows: those of largest norm stay, and of n-grams a list says which are left.

Of a classifier words and n-grams are one list, and what stays of it are its words. Of vectors of words every
word stays, since they are what is looked up: n-grams alone are left out.

Source: Joulin and others 2016, FastText.zip (arXiv 1612.03651), section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.model import Model
from omnivec.store.formats.fasttext_names import WORDS, bytes_of
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, empty_table

_ROWS = 1 << 14  # whose norms are worked out at once


def pruned(model: Model, cutoff: int) -> Model:
    """The model with at most `cutoff` rows of words and n-grams, without the composed vectors.

    Raises: OptionError for a model without such rows, or a cutoff below its words where all of them stay.
    """
    if "inputs" not in model.tables:
        raise OptionError(
            "cutoff leaves out rows of n-grams, and this model has none; load its first rows by limit instead"
        )
    inputs = Table.named("inputs", model.tables, model.config["dim"])
    words = len(model.keys)
    if cutoff >= len(inputs):
        return model
    kept, grams = _chosen(model, _norms(inputs), cutoff)
    rows = empty_table(len(kept) + len(grams), inputs.dim)
    rows[:, : inputs.dim] = inputs.take(np.concatenate([kept, words + grams]))
    gone = ("vectors", "inputs")
    tables = {name: table for name, table in model.tables.items() if name.split(".")[0] not in gone}
    tables |= {"inputs": rows, **_spelled(model.tables, kept)}
    buckets = grams
    if "pruned" in model.tables:  # its rows of n-grams lie elsewhere than their buckets
        earlier = model.tables["pruned"]
        buckets = earlier[np.argsort(earlier[:, 1]), 0][grams]
    tables["pruned"] = np.stack([buckets, np.arange(len(grams))], axis=1).astype(np.int32)
    keys = model.keys if len(kept) == words else _some(model.keys, kept)
    return Model({**model.config, "rows": len(kept)}, keys, tables)


def _chosen(
    model: Model, norms: NDArray[np.float32], cutoff: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The words that stay, in their order, and the n-grams, those of largest norm first."""
    words = len(model.keys)
    if model.labels is None:
        if cutoff < words:
            raise OptionError(
                f"cutoff must be {words:,} or more, got {cutoff:,}: all words of this model keep their rows"
            )
        return np.arange(words), np.argsort(-norms[words:], kind="stable")[: cutoff - words]
    norms = norms.copy()
    end = (model.config.get("features") or {}).get("line_end")
    if end is not None and (row := model.keys.exact(end)) >= 0:
        norms[row] = np.inf
    best = np.argsort(-norms, kind="stable")[:cutoff]
    return np.sort(best[best < words]), best[best >= words] - words


def _norms(table: Table) -> NDArray[np.float32]:
    norms = np.empty(len(table), np.float32)
    for first in range(0, len(table), _ROWS):
        rows = table.span(first, min(first + _ROWS, len(table)))
        norms[first : first + len(rows)] = np.einsum("ij,ij->i", rows, rows)
    return norms


def _some(keys: Keys, rows: NDArray[np.int64]) -> Keys:
    counts = None if keys.counts is None else keys.counts[rows]
    return Keys.build([keys[row] for row in rows.tolist()], counts)


def _spelled(tables: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The bytes of the words that stay, where their file spelled them otherwise than keys do."""
    spelled = bytes_of(tables, WORDS)
    if spelled is None:
        return {}
    text, offsets = spelled
    parts = [text[offsets[row] : offsets[row + 1]] for row in rows.tolist()]
    ends = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    names = (name for name in tables if name.startswith(WORDS))
    found = {"bytes": np.concatenate([*parts, np.empty(0, np.uint8)]), "offsets": ends}
    return {name: found[name.rsplit(".", 1)[1]] for name in names}
