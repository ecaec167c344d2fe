"""AdaGrad on rows whose sums of squared gradients lie beside them.

A row of a table of these kernels is (2 · width,) floats: `width` parameters, then as many sums of squares, so
that both come together. A sum of infinity holds its parameter still.

Source: Duchi, Hazan, Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic
Optimization. Definition: reference/glove.py.
"""

# Helpers are compiled into a driver and never called from typed code: Numba infers their types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from omnivec.kernels.compiling import primitive
from omnivec.kernels.simd import fma, inverse_root, load, mul, store


@primitive
def descend(table, row, j, here, gradient, speed, own):
    """One step down for the parameters `here` at place j of a row: −speed · g / √(sum + own g²); sum += g².

    speed: minus the learning rate, own: 1 or 0, both in all lanes.
    """
    width = table.shape[1] >> 1
    squares = load(table, row, width + j)
    below = fma(mul(own, gradient), gradient, squares)
    store(table, row, j, fma(mul(speed, gradient), inverse_root(below), here))
    store(table, row, width + j, fma(gradient, gradient, squares))
