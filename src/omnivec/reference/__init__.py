"""The definitions in plain NumPy: the truth for tests, the textbook for people.

    import numpy as np
    from omnivec.reference import CBOW, Embedding

    embedding = Embedding(np.eye(3))
    embedding.forward([2, 0])

Nothing here imports anything else of omnivec, and names are imported when they are first touched.
"""

import importlib
from typing import Any

_HOMES: dict[str, str] = {
    # layers
    "Affine": "omnivec.reference.layers.linear",
    "BOOK_FLOOR": "omnivec.reference.layers.losses",
    "Dropout": "omnivec.reference.layers.dropout",
    "Embedding": "omnivec.reference.layers.embedding",
    "EmbeddingDot": "omnivec.reference.layers.embedding",
    "HardTanh": "omnivec.reference.layers.activations",
    "HierarchicalSoftmaxLoss": "omnivec.reference.layers.hierarchical",
    "HingeLoss": "omnivec.reference.layers.losses",
    "Layer": "omnivec.reference.layers.protocol",
    "MatMul": "omnivec.reference.layers.linear",
    "NegativeSamplingLoss": "omnivec.reference.layers.negative_sampling",
    "OneHot": "omnivec.reference.layers.linear",
    "Relu": "omnivec.reference.layers.activations",
    "RowGradient": "omnivec.reference.layers.row_gradient",
    "Sigmoid": "omnivec.reference.layers.activations",
    "SigmoidWithLoss": "omnivec.reference.layers.losses",
    "Softmax": "omnivec.reference.layers.activations",
    "SoftmaxWithLoss": "omnivec.reference.layers.losses",
    "Tanh": "omnivec.reference.layers.activations",
    "UnigramSampler": "omnivec.reference.layers.samplers",
    "cross_entropy_error": "omnivec.reference.layers.losses",
    "one_hot": "omnivec.reference.layers.embedding",
    "relu": "omnivec.reference.layers.functions",
    "sigmoid": "omnivec.reference.layers.functions",
    "softmax": "omnivec.reference.layers.functions",
    "to_cpu": "omnivec.reference.arrays",
    "to_gpu": "omnivec.reference.arrays",
    # word_models
    "CBOW": "omnivec.reference.word_models.cbow",
    "SimpleCBOW": "omnivec.reference.word_models.simple",
    "SimpleSkipGram": "omnivec.reference.word_models.simple",
    "SkipGram": "omnivec.reference.word_models.skipgram",
    "WindowScorer": "omnivec.reference.word_models.window_scorer",
    "convert_one_hot": "omnivec.reference.word_models.contexts",
    "create_contexts_target": "omnivec.reference.word_models.contexts",
    # training
    # counts
    # cs224n
    # sequence
}
"""Public name: the module that defines it, one block a folder. No name is that of a module in this folder."""

__all__ = sorted(_HOMES)  # noqa: PLE0605  (one table, so that the list cannot differ from it)


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'omnivec.reference' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
