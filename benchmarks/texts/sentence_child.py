"""sentence_child.py PROGRAM MODEL TEXTS RECIPE: embeds every line of a file; prints texts and seconds.

Programs: omnivec (one call for all texts), fasttext (get_sentence_vector of one line after the other), gensim
(get_mean_vector, the same). What is loaded and warmed before does not count.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Embed = Callable[[list[str]], Any]


def omnivec(path: str, recipe: str) -> Embed:
    """Model.embed."""
    from omnivec import load

    model = load(path)
    return lambda texts: model.embed(texts, recipe)


def fasttext(path: str, _: str) -> Embed:
    """Its only way: a text at a time."""
    import fasttext as package

    model = package.load_model(path)
    return lambda texts: np.array([model.get_sentence_vector(text) for text in texts])


def gensim(path: str, recipe: str) -> Embed:
    """get_mean_vector of the words of a text; of length one each, as it does unless told."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors.load_word2vec_format(path, binary=True)
    unit = recipe != "mean"

    def mean(text: str) -> Any:
        return vectors.get_mean_vector(text.split(), pre_normalize=unit)

    return lambda texts: np.array([mean(text) for text in texts])


def main(program: str, path: str, texts: str, recipe: str) -> None:
    """Time one program."""
    embed = {"omnivec": omnivec, "fasttext": fasttext, "gensim": gensim}[program](path, recipe)
    lines = [line for line in Path(texts).read_text(encoding="utf-8").split("\n") if line]
    embed(lines[:5000])
    began = time.perf_counter()
    rows = embed(lines)
    seconds = time.perf_counter() - began
    print(json.dumps({"texts": len(lines), "seconds": seconds, "shape": list(rows.shape)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
