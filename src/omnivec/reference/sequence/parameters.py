"""The weights of a model in a file of NumPy's own, and into a model from wherever they were read.

The book keeps its weights as float16 in a pickle, which can run code when it is opened; ours are an .npz.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from omnivec.reference.arrays import Array, converted, to_cpu


class HasParams(Protocol):
    """Any layer or model."""

    params: list[Array]


def save_params(model: HasParams, path: str | os.PathLike[str], dtype: DTypeLike = np.float16) -> None:
    """Write `model.params` as arrays "0", "1", ... of an .npz; float16, as the book does, or another dtype.

    Raises: ValueError when a weight is beyond the dtype (65,504 for float16).
    """
    arrays = [to_cpu(param) for param in model.params]
    with np.errstate(over="ignore"):
        stored = [array.astype(dtype) for array in arrays]
    for place, (before, after) in enumerate(zip(arrays, stored, strict=True)):
        if not np.array_equal(np.isfinite(before), np.isfinite(after)):
            raise ValueError(
                f"params[{place}] holds numbers that {np.dtype(dtype)} does not: pass dtype=numpy.float32"
            )
    with Path(path).open("wb") as file:  # given a name, NumPy would add .npz to it
        np.savez(file, **{str(place): array for place, array in enumerate(stored)})  # type: ignore[arg-type]


def saved_params(path: str | os.PathLike[str]) -> list[NDArray[Any]]:
    """The arrays of a file that `save_params` wrote, in their order. Nothing in the file is executed."""
    with np.load(path, allow_pickle=False) as file:
        return [file[str(place)] for place in range(len(file.files))]


def load_params(model: HasParams, arrays: Sequence[NDArray[Any]] | str | os.PathLike[str]) -> None:
    """Copy arrays, or those of a file of `save_params`, into `model.params`, which keep dtype and place.

    Raises: ValueError naming the shapes that differ; then nothing was copied.
    """
    if isinstance(arrays, (str, os.PathLike)):
        arrays = saved_params(arrays)
    wanted, found = ([tuple(array.shape) for array in one] for one in (model.params, arrays))
    if wanted != found:
        raise ValueError(f"weights of the shapes {wanted} were expected; {found} came")
    for param, array in zip(model.params, arrays, strict=True):
        param[...] = converted(array, like=param)
