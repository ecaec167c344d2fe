"""Which array library an array belongs to, so that a layer is written once for NumPy and PyTorch.

A layer asks `xp = module(x)` and calls `xp.exp`, `xp.amax(x, axis=1, keepdims=True)`, `xp.where`,
`xp.concatenate(..., axis=1)`, `x.sum(axis=0)`, `x @ W`: both libraries mean the same by them. What they do
not share has a function here. PyTorch is never imported: only a process that has it can pass a tensor.

Random numbers are always NumPy's and are moved to the tensor's device afterwards: ids and masks are then the
same in both libraries, and sampling keeps its meaning on a GPU.
"""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

Array: TypeAlias = Any
"""A NumPy array or a PyTorch tensor: no type that a checker knows covers both without importing PyTorch."""


def is_tensor(x: object) -> bool:
    """Whether x is a PyTorch tensor."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def module(*arrays: object) -> Any:
    """`torch` if one of the arrays is a tensor, else `numpy`."""
    return sys.modules["torch"] if any(is_tensor(x) for x in arrays) else np


def array(x: Array) -> Array:
    """`x` itself if it is an array or a tensor, else a NumPy array of it: what a user typed as numbers."""
    return x if is_tensor(x) else np.asarray(x)


def converted(x: ArrayLike, like: Array) -> Array:
    """The numbers of x with the library, dtype and device of `like`; x itself if it has them already."""
    if is_tensor(like):
        return module(like).as_tensor(x, dtype=like.dtype, device=like.device)
    return np.asarray(to_cpu(x), like.dtype)


def integers(ids: Array, like: Array) -> Array:
    """Ids as integers with the library and the device of `like`; numbers that are no integers are refused."""
    if is_tensor(ids):
        whole = not (ids.is_floating_point() or ids.is_complex() or ids.dtype == module(ids).bool)
    else:
        ids = np.asarray(ids)
        whole = np.issubdtype(ids.dtype, np.integer) or ids.size == 0
    if not whole:
        raise ValueError(f"ids are integers, not {ids.dtype}: convert them first")
    if is_tensor(like):
        return module(like).as_tensor(ids, dtype=module(like).int64, device=like.device)
    numbers = to_cpu(ids)
    return numbers if numbers.size else numbers.astype(np.int64)


def to_cpu(x: Array) -> np.ndarray[Any, Any]:
    """`x` as a NumPy array: itself, or the tensor's numbers. To look at, to draw and to save with."""
    return x.detach().cpu().numpy() if is_tensor(x) else np.asarray(x)


def to_gpu(x: Array) -> Array:
    """`x` as a tensor on the first GPU; layers made of such arrays compute there.

    Raises: ValueError where PyTorch was not imported or sees no GPU.
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        raise ValueError(
            "arrays move to a GPU through PyTorch: `import torch` first, on a machine with a GPU"
        )
    return torch.as_tensor(x, device="cuda")


def copied(x: Array) -> Array:
    """A copy that later changes of x do not reach."""
    return x.detach().clone() if is_tensor(x) else x.copy()


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """Zeros of a shape with the library, dtype and device of `like`."""
    if is_tensor(like):
        return module(like).zeros(shape, dtype=like.dtype, device=like.device)
    return np.zeros(shape, like.dtype)


def add_at(array: Array, rows: Array, values: Array) -> None:
    """array[rows] += values in place, where a row that stands several times receives every one of its values.

    array (n, ...), rows any shape of integers, values rows.shape + array.shape[1:]. `array[rows] += values`
    would keep only one value of each row.
    """
    if is_tensor(array):
        array.index_put_((rows,), values, accumulate=True)
    else:
        np.add.at(array, rows, values)


def random_normal(
    rng: np.random.Generator | None,
    shape: tuple[int, ...],
    scale: float,
    dtype: DTypeLike = np.float32,
) -> np.ndarray[Any, Any]:
    """Initial weights: scale times standard normal numbers, drawn as float64 from `rng`.

    Raises: ValueError without a generator: nothing here draws from a hidden random state.
    """
    if rng is None:
        raise ValueError("initial weights need a generator: pass rng=numpy.random.default_rng(seed)")
    return (scale * rng.standard_normal(shape)).astype(dtype)
