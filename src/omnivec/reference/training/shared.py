"""Weights that several layers use are one parameter, whose gradient is the sum of theirs.

The same array, or its exact transpose (a view of the same memory, as in weight tying), is recognised by
where its numbers lie, never by their values: two different matrices that happen to be equal stay two. (The
book compares values, all of them, in every step.)
Source: Deep Learning from Scratch 2, chapters 4 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from omnivec.reference.arrays import Array, add_at, copied, is_tensor, module
from omnivec.reference.layers.row_gradient import RowGradient
from omnivec.reference.training.optimizers import Gradient, row_gradient

Place: TypeAlias = tuple[Any, ...]
"""Address of the first number, shape, strides."""


def remove_duplicate(
    params: Sequence[Array], grads: Sequence[Gradient]
) -> tuple[list[Array], list[Gradient]]:
    """Each weight once, in the order of its first use, with the sum of the gradients of all its uses.

    The given gradients are not changed. Row gradients stay row gradients, unless the weight also has a dense
    one. The first use decides which way round a transposed weight stands.
    """
    if len(params) != len(grads):
        raise ValueError(f"as many gradients as parameters: {len(params)} parameters, {len(grads)} gradients")
    kept: list[Array] = []
    uses: list[list[Gradient]] = []
    seen: dict[Place, int] = {}
    for p, grad in zip(params, grads, strict=True):
        place = _place(p)
        turned = (place[0], place[1][::-1], place[2][::-1])
        if place in seen:
            uses[seen[place]].append(grad)
        elif turned in seen:
            uses[seen[turned]].append(_dense(p, grad).T)
        else:
            seen[place] = len(kept)
            kept.append(p)
            uses.append([grad])
    return kept, [_total(p, grads) for p, grads in zip(kept, uses, strict=True)]


def _place(p: Array) -> Place:
    if is_tensor(p):
        return p.data_ptr(), tuple(p.shape), tuple(p.stride())
    return p.__array_interface__["data"][0], p.shape, p.strides


def _total(p: Array, grads: list[Gradient]) -> Gradient:
    if len(grads) == 1:
        return grads[0]
    if all(isinstance(grad, (RowGradient, tuple)) for grad in grads):
        parts = [row_gradient(p, grad) for grad in grads]
        total = RowGradient(p)
        total.put(
            module(p).concatenate([part.rows for part in parts]),
            module(p).concatenate([part.values for part in parts]),
        )
        return total
    full = copied(_dense(p, grads[0]))
    for grad in grads[1:]:
        if isinstance(grad, (RowGradient, tuple)):
            part = row_gradient(p, grad)
            add_at(full, part.rows, part.values)
        else:
            full += grad
    return full


def _dense(p: Array, grad: Gradient) -> Array:
    return row_gradient(p, grad).dense() if isinstance(grad, (RowGradient, tuple)) else grad
