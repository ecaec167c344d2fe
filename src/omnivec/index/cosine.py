"""Rows as searching needs them, and cosines."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnivec.errors import NotFinite, OptionError

Rows = NDArray[np.float32]


def as_rows(matrix: ArrayLike) -> Rows:
    """A matrix (rows, dim) of real numbers as float32 with each row in one piece; copied only when it is not.

    Raises: OptionError for other shapes and kinds.
    """
    array = np.asarray(matrix)
    if array.ndim != 2 or not array.shape[1] or array.dtype.kind not in "fiub":
        raise OptionError(f"expected real numbers (rows, dim), got {array.dtype} of shape {array.shape}")
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite and is refused as such
        rows: Rows = array.astype(np.float32, copy=False)
    return rows if rows.strides[1] == rows.itemsize else np.ascontiguousarray(rows)


def scaled(vectors: Rows) -> Rows:
    """Copies of length one, (n, dim) float32; a vector of zeros stays as it is.

    Raises: NotFinite when one holds NaN or infinity.
    """
    wide = np.asarray(vectors, np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    if not np.isfinite(lengths).all():
        raise NotFinite("a vector holds NaN or infinity; only finite numbers can be compared")
    return (wide / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def cosine(left: Rows, right: Rows) -> float:
    """Cosine of the angle between two vectors (dim,); 0 when one of them is zero.

    Rounded to float32 where gensim rounds, so that rankings agree even among near-equal pairs.
    """
    one, other = scaled(np.stack([left, right]))
    return float(np.dot(one, other))
