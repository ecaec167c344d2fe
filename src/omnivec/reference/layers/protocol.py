"""What all layers and models have in common, and what is asked of their weights.

Source: Deep Learning from Scratch 2, chapter 1, for the shape of the protocol.
"""

from __future__ import annotations

from typing import Any, Protocol

from omnivec.reference.arrays import Array


class Layer(Protocol):
    """`forward(...)` computes and remembers; `backward(dout=1)` returns the derivatives by its inputs.

    `grads[i]` has the shape of `params[i]` and is always the same array: `backward` writes into it, so that
    an optimiser may collect the lists once. It holds the derivative of the last `forward` alone; where one
    weight is used by several layers, each has a gradient of its own and the optimiser adds them.
    """

    params: list[Array]
    grads: list[Any]

    def forward(self, *inputs: Any, **options: Any) -> Array:
        """The output for these inputs; how many there are is the layer's own."""
        ...

    def backward(self, dout: Array = 1) -> Array:
        """∂loss/∂input, from dout = ∂loss/∂output; `grads` hold ∂loss/∂params afterwards."""
        ...


def checked(name: str, weights: Array, dims: int) -> Array:
    """`weights` itself, if it is an array of floating point numbers with so many dimensions."""
    shape, dtype = getattr(weights, "shape", None), getattr(weights, "dtype", None)
    if shape is None or len(shape) != dims or "float" not in str(dtype):
        got = type(weights).__name__ if shape is None else f"shape {tuple(shape)} of {dtype}"
        raise ValueError(f"{name} is an array of floats with {dims} dimensions, not {got}")
    return weights


def wants_shape(name: str, x: Array, last: int) -> None:
    """Refuse x whose last dimension is another than `last`."""
    if len(x.shape) == 0 or x.shape[-1] != last:
        raise ValueError(f"{name} has shape (..., {last}), not {tuple(x.shape)}")
