"""score_korean.py MODEL FOLDER: scores a model on the Korean sets, known words alone and all words."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from omnivec import load
from omnivec.evaluate import analogies, similarity


def main() -> None:
    """One model, ours or a fastText file, whose words are composed as fastText composes them."""
    vectors, folder = load(sys.argv[1]).vectors, Path(sys.argv[2])
    found = {}
    for name, unseen in (("known", False), ("unseen", True)):
        pairs = similarity(vectors, folder / "KO-WS-353.txt", unseen=unseen)
        solved = analogies(vectors, folder / "KO-analogies.txt", unseen=unseen)
        shares = {"analogies": solved.total, "semantic": solved.semantic, "syntactic": solved.syntactic}
        found[name] = {
            "WS-353": pairs.spearman or 0.0, "pairs": pairs.covered, "seen": solved.total.seen,
            **{kind: share.accuracy or 0.0 for kind, share in shares.items()},
        }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
