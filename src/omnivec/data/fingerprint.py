"""Whether two texts are one: counts that tell where they differ, and hashes that tell whether they do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Corpus
from omnivec.data.heldout import Text
from omnivec.store.keys import Keys

_BLOCK = 1 << 24  # bytes hashed at once, while the interpreter is free for others


def fingerprint(corpus: Corpus, heldout: Text | None = None) -> dict[str, Any]:
    """Counts of a corpus, and the SHA-256 of its vocabulary and of its text as rows of that vocabulary.

    heldout: a text of its own that is only measured.
    """
    words, keys = corpus.vocabulary, corpus.vocabulary.keys
    arrays = (keys if isinstance(keys, Keys) else Keys.build(keys)).tables()
    vocabulary = [arrays["keys.bytes"], arrays["keys.offsets"], words.counts, np.array([words.total])]
    if corpus.types is not None:
        types = corpus.types.keys.tables()
        vocabulary += [types["keys.bytes"], types["keys.offsets"], corpus.types.rows, corpus.types.labels]
    return {
        "tokens": corpus.total,
        "tokens_in_vocabulary": len(corpus.tokens),
        "words": len(words),
        "units": len(corpus.units) - 1,
        "vocabulary": _hash(*vocabulary),
        "text": _hash(corpus.tokens, corpus.units),
        "heldout_text": None if heldout is None else _hash(*heldout),
    }


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """In what the text of a fingerprint differs from another, in words; None where it does not."""
    differ = [name for name in now if before.get(name) != now[name]]
    counts = [
        f"{name} {_number(before.get(name))} then, {now[name]:,} now"
        for name in differ
        if isinstance(now[name], int)
    ]
    if counts:
        return "; ".join(counts)
    if "vocabulary" in differ:
        return f"{now['words']:,} words then and now, but other words or other counts"
    if "text" in differ:
        return f"the same {now['words']:,} words as often as then, but in another order"
    if "heldout_text" in differ:
        return (
            "another heldout_text"
            if before.get("heldout_text") and now["heldout_text"]
            else (
                "heldout_text was given then, none now"
                if before.get("heldout_text")
                else "there was no heldout_text then"
            )
        )
    return None


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "unknown"


def _hash(*arrays: NDArray[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        raw = np.ascontiguousarray(array).view(np.uint8).data
        for start in range(0, len(raw), _BLOCK):
            digest.update(raw[start : start + _BLOCK])
    return digest.hexdigest()
