"""score.py VECTORS: scores a file of vectors by our evaluation and by gensim's, which must agree.

Every program's vectors come here in word2vec's binary format, so that one evaluator judges them all. The
question files are those that the gensim wheel carries.
"""

from __future__ import annotations

import json
import sys

from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from omnivec import load
from omnivec.evaluate.analogy import analogies
from omnivec.evaluate.similarity import similarity

RESTRICT = 30_000
ANALOGIES, PAIRS = "questions-words.txt", {"WS-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}


def ours(path: str) -> dict[str, float]:
    """Scores by omnivec."""
    vectors = load(path).vectors
    score = analogies(vectors, datapath(ANALOGIES), restrict=RESTRICT)
    found = {name: similarity(vectors, datapath(file)).spearman or 0.0 for name, file in PAIRS.items()}
    kinds = {"semantic": score.semantic.accuracy or 0.0, "syntactic": score.syntactic.accuracy or 0.0}
    return {"analogies": score.total.accuracy or 0.0, "seen": score.total.seen, **kinds, **found}


def theirs(path: str) -> dict[str, float]:
    """Scores by gensim."""
    vectors = KeyedVectors.load_word2vec_format(path, binary=True)
    accuracy, sections = vectors.evaluate_word_analogies(datapath(ANALOGIES), restrict_vocab=RESTRICT)
    found = {"analogies": accuracy, "seen": len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])}
    for kind in ("semantic", "syntactic"):
        some = [part for part in sections[:-1] if part["section"].startswith("gram") == (kind == "syntactic")]
        right, wrong = (sum(len(part[outcome]) for part in some) for outcome in ("correct", "incorrect"))
        found[kind] = right / max(right + wrong, 1)
    return found | {
        name: float(vectors.evaluate_word_pairs(datapath(file))[1][0]) for name, file in PAIRS.items()
    }


if __name__ == "__main__":
    first, second = ours(sys.argv[1]), theirs(sys.argv[1])
    apart = {name: (value, second[name]) for name, value in first.items() if abs(value - second[name]) > 1e-6}
    if apart:
        sys.exit(f"the two evaluations differ: {apart}")
    print(json.dumps(first))
