"""Class weights: what multiplies the learning rate of a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnivec.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.vocabulary import Vocabulary

BALANCED = "balanced"
"""All labels weigh alike together: as many times as rare, so much the weight."""


def class_weights(given: str | None, labels: Vocabulary, prefix: str) -> NDArray[np.float32] | None:
    """What multiplies the rate of each label, (labels,) float32; None for 1.

    balanced: labels in all, over the number of labels and their counts.
    Raises: OptionError for a label that is not there.
    """
    import numpy as np

    if given is None:
        return None
    if given == BALANCED:
        share = np.float32(labels.counts.sum() / len(labels))
        return np.asarray(share / labels.counts.astype(np.float32))
    weights = np.ones(len(labels), np.float32)
    names = {name.removeprefix(prefix): row for row, name in enumerate(labels.keys)}
    for name, weight in given_weights(given).items():
        if (row := names.get(name.removeprefix(prefix))) is None:
            raise OptionError(f"class_weights names the label {name!r}, which the text does not have")
        weights[row] = weight
    return weights


def given_weights(text: str | None) -> dict[str, float]:
    """`spam=5 ham=.5` as numbers by label; none for None and balanced. OptionError for what is not so."""
    weights: dict[str, float] = {}
    for part in "" if text in (None, BALANCED) else str(text).split():
        label, equals, number = part.rpartition("=")
        try:
            weights[label] = float(number)
        except ValueError:
            equals = ""
        if not equals or not 0 <= weights.get(label, -1.0) < 1e6:
            raise OptionError(
                f"class_weights must be balanced, or label=weight parted by spaces, got {part!r} in {text!r}"
            )
    return weights
