"""A model of so many bytes: pruned to the rows that fit, trained again, and quantised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from omnivec.compress.pruning import pruned
from omnivec.compress.quantize import MATRICES, OUTPUT_DSUB, quantize
from omnivec.engine.progress import Progress
from omnivec.errors import OptionError
from omnivec.evaluate.examples import Examples
from omnivec.model import Model
from omnivec.store.folder import METADATA
from omnivec.store.product import CENTROIDS, Coder
from omnivec.store.safetensors import file_size
from omnivec.store.tables import Table

_ROUNDS = 8  # of pruning: bytes are nearly linear in rows, so that the third one fits as a rule
_FULL = 0.98  # of the bytes, with which a round is content


def fitted(
    model: Model, size: int, dsub: int, texts: Examples, progress: Callable[[Progress], None]
) -> Model:
    """A classifier whose tables and words are a file of at most `size` bytes.

    dsub: numbers of a row that share a byte; texts: on which rows are trained again where others are left
    out. The side that predicts becomes codes if it has as many rows as a byte tells apart.

    Raises: OptionError when fewer rows would fit than a quantiser can tell apart.
    """
    assert model.labels is not None
    dsub, output = min(dsub, model.config["dim"]), len(model.labels) >= CENTROIDS
    cutoff = _cutoff(model, size, dsub, output)
    if cutoff == len(model.tables["inputs"]):
        return quantize(model, dsub=dsub, norms=True, output=output)
    return quantize(
        model, dsub=dsub, norms=True, output=output, cutoff=cutoff, retrain=texts, progress=progress
    )


def _cutoff(model: Model, size: int, dsub: int, output: bool) -> int:
    """The rows that fit, found by pruning and counting bytes."""
    most = cutoff = len(model.tables["inputs"])
    fits, fixed = 0, quantised_bytes(pruned(model, 1), dsub, output)
    for _ in range(_ROUNDS if fixed < size else 0):
        needed = quantised_bytes(pruned(model, cutoff), dsub, output)
        if needed <= size:
            fits = max(fits, cutoff)
            if cutoff == most or needed >= _FULL * size:
                break
        share = (size - fixed) / max(needed - fixed, 1)
        cutoff = min(max(int(cutoff * share * (1 if needed <= size else 0.995)), 1), most)
    if fits < min(CENTROIDS + 1, most):
        raise OptionError(
            f"size {size:,} leaves room for {fits:,} rows beside codes of dim {model.config['dim']} and "
            f"{len(model.label_names):,} labels, and more than {CENTROIDS} are needed; raise size"
        )
    return fits


def quantised_bytes(model: Model, dsub: int, output: bool) -> int:
    """Bytes of the file of a model's tables and words once its rows, and its outputs if so, are codes."""
    tables = {name: array for name, array in model.tables.items() if name not in (*MATRICES, "frozen")}
    for name in MATRICES[1:]:  # the vectors of words are composed when they are asked for
        if name in model.tables:
            table = Table.named(name, model.tables, model.config["dim"])
            if name == "inputs" or output:
                table = _codes(
                    len(table), table.dim, dsub if name == "inputs" else min(OUTPUT_DSUB, table.dim)
                )
            tables |= table.arrays(name)
    return file_size({**tables, **model.keys.tables()}, METADATA)


def _codes(rows: int, dim: int, dsub: int) -> Table:
    """A table of codes with norms, as large as a real one; nothing is written to it."""
    parts = -(-dim // dsub)
    coder = Coder(
        np.empty((parts, CENTROIDS, dsub), np.float32),
        np.empty(rows, np.uint8),
        np.empty(CENTROIDS, np.float32),
    )
    return Table(np.empty((rows, parts), np.uint8), dim, coder=coder)
