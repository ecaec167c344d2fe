"""Learns vectors for anything that co-occurs, shows why they are what they are, and measures them.

    from omnivec import Word2Vec, load

    model = Word2Vec(dim=100).fit("corpus.txt")
    model.vectors.most_similar("king", topn=5)
    model.save("wiki.omnivec")
    vectors = load("wiki.omnivec").vectors

Names are imported when they are first touched, so that looking up vectors never pays for training.
"""

import importlib
import logging
import typing

if typing.TYPE_CHECKING:
    from omnivec.compress.quantize import quantize as quantize
    from omnivec.data.cells import Cells as Cells
    from omnivec.data.collocations import find_phrases as find_phrases
    from omnivec.data.cooccurrence import count_cooccurrences as count_cooccurrences
    from omnivec.data.phrases import Phrases as Phrases
    from omnivec.errors import FormatError as FormatError
    from omnivec.errors import InputError as InputError
    from omnivec.errors import MissingExtra as MissingExtra
    from omnivec.errors import NotEnoughMemory as NotEnoughMemory
    from omnivec.errors import NotFinite as NotFinite
    from omnivec.errors import OmnivecError as OmnivecError
    from omnivec.errors import OptionError as OptionError
    from omnivec.errors import OutputError as OutputError
    from omnivec.errors import UnknownKey as UnknownKey
    from omnivec.learners.classifier import Classifier as Classifier
    from omnivec.learners.collobert_weston import CollobertWeston as CollobertWeston
    from omnivec.learners.extend import extend as extend
    from omnivec.learners.fasttext import FastText as FastText
    from omnivec.learners.glove import GloVe as GloVe
    from omnivec.learners.ppmi_svd import PPMISVD as PPMISVD
    from omnivec.learners.sent2vec import Sent2Vec as Sent2Vec
    from omnivec.learners.word2vec import Word2Vec as Word2Vec
    from omnivec.model import Model as Model
    from omnivec.model import load as load
    from omnivec.tuning.autotune import autotune as autotune
    from omnivec.tuning.sweep import sweep as sweep
    from omnivec.vectors import Vectors as Vectors

    __version__: str

_HOMES = {
    "Classifier": "omnivec.learners.classifier",
    "CollobertWeston": "omnivec.learners.collobert_weston",
    "FastText": "omnivec.learners.fasttext",
    "GloVe": "omnivec.learners.glove",
    "PPMISVD": "omnivec.learners.ppmi_svd",
    "Sent2Vec": "omnivec.learners.sent2vec",
    "Word2Vec": "omnivec.learners.word2vec",
    "extend": "omnivec.learners.extend",
    "find_phrases": "omnivec.data.collocations",
    "Cells": "omnivec.data.cells",
    "count_cooccurrences": "omnivec.data.cooccurrence",
    "Phrases": "omnivec.data.phrases",
    "autotune": "omnivec.tuning.autotune",
    "sweep": "omnivec.tuning.sweep",
    "Model": "omnivec.model",
    "load": "omnivec.model",
    "quantize": "omnivec.compress.quantize",
    "Vectors": "omnivec.vectors",
    "OmnivecError": "omnivec.errors",
    "OptionError": "omnivec.errors",
    "InputError": "omnivec.errors",
    "FormatError": "omnivec.errors",
    "UnknownKey": "omnivec.errors",
    "OutputError": "omnivec.errors",
    "NotFinite": "omnivec.errors",
    "MissingExtra": "omnivec.errors",
    "NotEnoughMemory": "omnivec.errors",
}

__all__ = [  # noqa: F822  (__getattr__ defines them)
    "Cells",
    "Classifier",
    "CollobertWeston",
    "FastText",
    "FormatError",
    "GloVe",
    "InputError",
    "MissingExtra",
    "Model",
    "NotEnoughMemory",
    "NotFinite",
    "OmnivecError",
    "OptionError",
    "OutputError",
    "PPMISVD",
    "Phrases",
    "Sent2Vec",
    "UnknownKey",
    "Vectors",
    "Word2Vec",
    "autotune",
    "count_cooccurrences",
    "extend",
    "find_phrases",
    "load",
    "quantize",
    "sweep",
]

# A library is silent until its user asks ("Configuring Logging for a Library", Python's logging HOWTO).
logging.getLogger("omnivec").addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    """Import a public name at its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version as installed

        value: object = installed("omnivec")
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'omnivec' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", *(name for name in globals() if name.startswith("__"))})
