"""phrases_child.py PROGRAM TEXT SCORE: find phrases, join the text with them, say what it cost."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

THRESHOLD = {"gensim": 10.0, "npmi": 0.5}


def main() -> None:
    """One run."""
    program, text, score = sys.argv[1:]
    print(json.dumps((_ours if program == "omnivec" else _theirs)(text, score)))


def _ours(text: str, score: str) -> dict[str, Any]:
    from omnivec import find_phrases

    find_phrases(["a b"] * 9, threshold=0)  # the kernels are loaded
    began = time.perf_counter()
    phrases = find_phrases(text, score=score, threshold=THRESHOLD[score])
    seconds = time.perf_counter() - began
    said = _joined(phrases.apply(text))
    said |= {"read_seconds": _read(text), "joined_seconds": _read(phrases.apply(text))}
    return {"find_seconds": seconds, **said, **_known(map(phrases.key, phrases))}


def _read(source: Any) -> float:
    """Seconds in which a learner reads and numbers a text."""
    from omnivec.data.corpus import Reading

    began = time.perf_counter()
    Reading().corpus(source)
    return time.perf_counter() - began


def _theirs(text: str, score: str) -> dict[str, Any]:
    from gensim.models.phrases import Phrases
    from gensim.models.word2vec import LineSentence

    scoring = {"gensim": "default", "npmi": "npmi"}[score]
    began = time.perf_counter()
    found = Phrases(LineSentence(text), min_count=5, threshold=THRESHOLD[score], scoring=scoring)
    frozen = found.freeze()
    seconds = time.perf_counter() - began
    said = _joined(frozen[LineSentence(text)])
    return {"find_seconds": seconds, **said, **_known(frozen.phrasegrams)}


def _joined(lines: Iterable[list[str]]) -> dict[str, float]:
    began = time.perf_counter()
    joined = sum(map(len, lines))
    return {"join_seconds": time.perf_counter() - began, "joined_tokens": joined}


def _known(names: Iterable[str]) -> dict[str, Any]:
    some = sorted(names)
    digest = hashlib.blake2b("\n".join(some).encode(), digest_size=8).hexdigest()
    with open(sys.argv[2], "rb") as lines:  # noqa: PTH123  (as the programs read it)
        tokens = sum(len(line.split()) for line in lines)
    return {"phrases": len(some), "digest": digest, "tokens": tokens}


if __name__ == "__main__":
    main()
