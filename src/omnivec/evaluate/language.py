"""Of which language words are, as far as their letters tell: whose named sets they can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from omnivec.errors import InputError
from omnivec.evaluate.suite import LANGUAGES

LETTERS = {
    "korean": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]"),
    "english": re.compile("[A-Za-z]"),
}
"""By language; a word is of the first of which it has a letter. Latin letters are taken for English ones."""

ASKED = 10_000
"""Words that are looked at, the first and so the most frequent."""


class Language(NamedTuple):
    """What a suite is called whose words have the letters of most of these."""

    name: str
    words: int
    """With its letters."""
    asked: int
    """With letters of any kind."""


def language(words: Iterable[str]) -> Language:
    """The language of most of the first words that have letters at all.

    Raises: InputError where most have letters of another script, or none has a letter.
    """
    counts = dict.fromkeys(LETTERS, 0)
    asked = 0
    for word in islice(words, ASKED):
        found = next((name for name, letters in LETTERS.items() if letters.search(word)), None)
        if found is not None:
            counts[found] += 1
        asked += found is not None or any(map(str.isalpha, word))
    name = max(counts, key=counts.__getitem__)
    if counts[name] * 2 <= asked or not asked:
        had = ", ".join(f"{count:,} of {each}" for each, count in counts.items())
        raise InputError(
            f"there are named sets in {' and '.join(LANGUAGES)}, and of {asked:,} words with letters, among "
            f"the first {ASKED:,}, most have neither's ({had})"
        )
    return Language(name, counts[name], asked)
