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
    # wordmodels
    # training
    # counts
    # cs224n
    # sequence
}
"""Public name: the module that defines it, one block a folder; never the name of a module beside this file."""

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
