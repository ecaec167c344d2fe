"""nearest.py MODEL [WORD]: the five nearest words, of the most frequent one when none is given."""

from __future__ import annotations

import json
import sys

from omnivec import load

if __name__ == "__main__":
    vectors = load(sys.argv[1]).vectors
    word = sys.argv[2] if len(sys.argv) > 2 else vectors.index_to_key[0]
    print(json.dumps({"word": word, "nearest": vectors.most_similar(word, topn=5)}))
