"""What a phrase is: words that follow each other oftener than their counts let expect.

Sources: Mikolov, Sutskever, Chen, Corrado, Dean 2013 (arXiv 1310.4546), equation 6; Bouma 2009, *Normalized
(pointwise) mutual information in collocation extraction*.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

Words = tuple[str, ...]


def candidates(unit: Sequence[str], connectors: Collection[str] = ()) -> list[Words]:
    """Every word of a unit with the next one that is no connector, and the connectors between them."""
    found: list[Words] = []
    held: Words = ()
    for word in unit:
        if word in connectors:
            held = (*held, word) if held else ()
            continue
        if held:
            found.append((*held, word))
        held = (word,)
    return found


def counts(
    units: Iterable[Sequence[str]], connectors: Collection[str] = ()
) -> tuple[Counter[str], Counter[Words]]:
    """How often each word occurs, and each candidate; none crosses the border of a unit."""
    words: Counter[str] = Counter()
    pairs: Counter[Words] = Counter()
    for unit in units:
        words.update(unit)
        pairs.update(candidates(unit, connectors))
    return words, pairs


def score(name: str, ab: int, a: int, b: int, tokens: int, types: int, discount: float) -> float:
    """The score of a candidate that occurs ab times; its first and last word occur a and b times.

    word2vec: (ab − δ) / (a b) · tokens. gensim: (ab − δ) / (a b) · types, the words that are no connectors
    and the candidates. npmi: ln(p_ab / (p_a p_b)) / −ln p_ab, with p = n / tokens, from −1 to 1.
    """
    if name == "npmi":
        return math.log(ab * tokens / (a * b)) / -math.log(ab / tokens)
    return (ab - discount) / (a * b) * (tokens if name == "word2vec" else types)


def found(
    units: Iterable[Sequence[str]],
    name: str,
    threshold: float,
    min_count: int,
    discount: float,
    connectors: Collection[str] = (),
) -> dict[Words, tuple[int, float]]:
    """The candidates that occur min_count times and score above the threshold: count and score."""
    words, pairs = counts(units, connectors)
    tokens, types = words.total(), len(words.keys() - set(connectors)) + len(pairs)
    kept = {}
    for pair, ab in pairs.items():
        value = score(name, ab, words[pair[0]], words[pair[-1]], tokens, types, discount)
        if ab >= min_count and value > threshold:
            kept[pair] = (ab, value)
    return kept


def joined(unit: Sequence[str], phrases: Mapping[Words, str], connectors: Collection[str] = ()) -> list[str]:
    """A unit with phrases in place of their words, from left to right.

    A word that ended a phrase begins no other.
    """
    made: list[str] = []
    held: Words = ()
    for word in unit:
        if word in connectors:
            if held:
                held = (*held, word)
            else:
                made.append(word)
        elif (*held, word) in phrases:
            made.append(phrases[*held, word])
            held = ()
        else:
            made += held
            held = (word,)
    return [*made, *held]
