"""Numbers that are left out at random, so that no number is relied upon alone.

Sources: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014; Deep Learning from Scratch 2, section
6.5.
"""

from __future__ import annotations

import numpy as np

from omnivec.reference.arrays import Array, array, converted


class Dropout:
    """While training each number becomes 0 with probability `dropout_ratio`.

    inverted       those that stay are divided by 1 − ratio, and nothing changes when training is over
    not inverted   those that stay are left as they are, and all are multiplied by 1 − ratio afterwards: the
                   book's `Dropout`, whereas its `TimeDropout` is inverted

    Either way the mean of a number is the same in training and afterwards. backward: dx = dout · mask.
    """

    def __init__(
        self, dropout_ratio: float = 0.5, *, inverted: bool = True, rng: np.random.Generator | None = None
    ) -> None:
        if not 0 <= dropout_ratio < 1:
            raise ValueError(f"dropout_ratio is at least 0 and below 1, not {dropout_ratio}")
        self.params: list[Array] = []
        self.grads: list[Array] = []
        self.ratio, self.inverted, self.rng = dropout_ratio, inverted, rng
        self.mask: Array = None

    def forward(self, x: Array, train_flg: bool = True, mask: Array = None) -> Array:
        """`x` times its mask while training; a mask of 0 and 1 of the shape of x may be handed in."""
        x = array(x)
        keep = 1 - self.ratio
        if not train_flg:
            self.mask = x * 0 + (1 if self.inverted else keep)
        else:
            if mask is None:
                if self.rng is None:
                    raise ValueError("dropout needs a generator: pass rng=numpy.random.default_rng(seed)")
                mask = self.rng.random(tuple(x.shape)) >= self.ratio
            self.mask = converted(mask, x) / (keep if self.inverted else 1)
        return x * self.mask

    def backward(self, dout: Array = 1) -> Array:
        """dx, of the shape of x."""
        return dout * self.mask
