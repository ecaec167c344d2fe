"""Functions of single numbers, and softmax, as layers that know their derivative.

Sources: Deep Learning from Scratch 2, section 1.3; Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa
2011, for hardtanh.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from omnivec.reference.arrays import Array, array, converted, module
from omnivec.reference.layers.functions import relu, sigmoid, softmax


class Elementwise(ABC):
    """`y` = f(x), number by number, for x of any shape; dx = dout · f′(x)."""

    def __init__(self) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.x: Array = None
        self.y: Array = None

    @abstractmethod
    def value(self, x: Array) -> Array:
        """f(x)."""

    @abstractmethod
    def slope(self) -> Array:
        """f′ at the last x, from x or from y = f(x), whichever is shorter."""

    def forward(self, x: Array) -> Array:
        """f(x), of the shape of x."""
        self.x = array(x)
        self.y = self.value(self.x)
        return self.y

    def backward(self, dout: Array = 1) -> Array:
        """`dx` from dout, both of the shape of x."""
        return dout * self.slope()


class Sigmoid(Elementwise):
    """σ(x), with slope y (1 − y)."""

    def value(self, x: Array) -> Array:
        """σ(x)."""
        return sigmoid(x)

    def slope(self) -> Array:
        """`y` (1 − y)."""
        return self.y * (1 - self.y)


class Tanh(Elementwise):
    """tanh(x), with slope 1 − y²."""

    def value(self, x: Array) -> Array:
        """tanh(x)."""
        return module(x).tanh(x)

    def slope(self) -> Array:
        """1 − y²."""
        return 1 - self.y**2


class HardTanh(Elementwise):
    """`x` between −1 and 1, and these outside: tanh without an exponential. Slope 1 inside, else 0."""

    def value(self, x: Array) -> Array:
        """`x` cut at −1 and 1."""
        return module(x).clip(x, -1, 1)

    def slope(self) -> Array:
        """1 where −1 < x < 1."""
        return converted(module(self.x).abs(self.x) < 1, self.y)


class Relu(Elementwise):
    """max(x, 0), with slope 1 where x > 0, else 0."""

    def value(self, x: Array) -> Array:
        """max(x, 0)."""
        return relu(x)

    def slope(self) -> Array:
        """1 where x > 0."""
        return converted(self.x > 0, self.y)


class Softmax:
    """`y` = softmax(x) over the last axis; dx_i = y_i (dout_i − Σ_j dout_j y_j)."""

    def __init__(self) -> None:
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.y: Array = None

    def forward(self, x: Array) -> Array:
        """The shares that scores x (..., n) take of 1."""
        self.y = softmax(x)
        return self.y

    def backward(self, dout: Array = 1) -> Array:
        """`dx` (..., n) from dout (..., n)."""
        dx = self.y * dout
        return dx - self.y * dx.sum(axis=-1, keepdims=True)
