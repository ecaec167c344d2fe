"""opened.py PROGRAM FILE [WORD]: how long a file takes to open and to look up a word, imports apart.

PROGRAM is omnivec, `omnivec-memory` (the same, read into memory), gensim or fasttext. Without WORD the one in
the middle is looked up.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Opens = Callable[[str], tuple[Callable[[str], Any], str]]
"""Opens a file; what looks up a word's vector, and the word in the middle."""


def ours(**options: bool) -> Opens:
    """A model folder."""
    import omnivec.model

    def opens(path: str) -> tuple[Callable[[str], Any], str]:
        vectors = omnivec.model.load(path, **options).vectors
        return vectors.get_vector, vectors.index_to_key[len(vectors) // 2]

    return opens


def gensim() -> Opens:
    """What gensim's `save` wrote, its matrix mapped."""
    from gensim.models import KeyedVectors

    def opens(path: str) -> tuple[Callable[[str], Any], str]:
        vectors = KeyedVectors.load(path, mmap="r")
        return vectors.get_vector, vectors.index_to_key[len(vectors) // 2]

    return opens


def fasttext() -> Opens:
    """A fastText .bin."""
    import fasttext
    from fasttext import FastText

    FastText.eprint = lambda *_: None  # a warning that its interface has changed

    def opens(path: str) -> tuple[Callable[[str], Any], str]:
        return fasttext.load_model(path).get_word_vector, ""

    return opens


PROGRAMS: dict[str, Callable[[], Opens]] = {
    "omnivec": ours,
    "omnivec-memory": lambda: ours(mapped=False),
    "gensim": gensim,
    "fasttext": fasttext,
}

if __name__ == "__main__":
    program, path, *word = sys.argv[1:]
    opens = PROGRAMS[program]()
    began = time.perf_counter()
    look_up, middle = opens(path)
    opened = time.perf_counter()
    vector = look_up(word[0] if word else middle)
    found = time.perf_counter()
    print(
        json.dumps({
            "open_seconds": opened - began, "lookup_seconds": found - opened, "vector": vector[:4].tolist()
        })
    )  # fmt: skip
