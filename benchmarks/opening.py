"""python opening.py MODEL: how long a saved model takes to open and to look up a word, imports apart."""

from __future__ import annotations

import json
import sys
import time

import omnivec.model  # what a program that looks up vectors has imported before it opens one

if __name__ == "__main__":
    began = time.perf_counter()
    vectors = omnivec.model.load(sys.argv[1]).vectors
    opened = time.perf_counter()
    vectors[vectors.index_to_key[len(vectors) // 2]]
    print(json.dumps({"open_seconds": opened - began, "lookup_seconds": time.perf_counter() - opened}))
