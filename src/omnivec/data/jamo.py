"""Hangul syllables ↔ the letters they are written with, so that n-grams see what 영화를 and 영화는 share.

    simple      the letters that are typed: 영화를 → ㅇㅕㅇㅎㅗㅏㄹㅡㄹ; ㅘ and ㄳ are two each, ㄲ is one
    unicode     Unicode's own: 영화를 → ㅇㅕㅇㅎㅘㄹㅡㄹ

What is no syllable stays as it is. Letters that stand alone in a text (ㅋㅋ) are kept apart from a syllable
before them by SEPARATOR, so that what was decomposed is composed again exactly.

Source: Park, Byun, Baek, Cho, Oh 2018, Subword-level Word Vector Representations for Korean, which puts a
mark for a missing final letter; without one n-grams are as long as they are written. Definition:
reference/jamo.py.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

KINDS = ("simple", "unicode")
"""Of letters."""

SEPARATOR = "\u3164"
"""Unicode's HANGUL FILLER; one that stands in a text is doubled."""

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST = ord("가")
_TYPED = dict(
    zip(
        "ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        "ㅗㅏ ㅗㅐ ㅗㅣ ㅜㅓ ㅜㅔ ㅜㅣ ㅡㅣ ㄱㅅ ㄴㅈ ㄴㅎ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅂㅅ".split(),
        strict=True,
    )
)

# A letter of the text would join what stands before it: a syllable, or as a vowel a consonant.
_JOINS = re.compile("(?<=[가-힣])(?=[ㄱ-ㅣ])|(?<=[ㄱ-ㅎ])(?=[ㅏ-ㅣ])")
_ALONE = re.compile(f"[ㄱ-ㅣ{SEPARATOR}]")


def decompose(text: str, kind: str) -> str:
    """The text with its syllables as letters."""
    if _ALONE.search(text):
        text = _JOINS.sub(SEPARATOR, text.replace(SEPARATOR, 2 * SEPARATOR))
    return text.translate(_table(kind))


def compose(letters: str, kind: str) -> str:
    """The text that `decompose` has made these letters of."""
    pattern, syllables = _syllables(kind)
    return pattern.sub(lambda found: syllables.get(found[0], found[1]), letters)


def decomposed(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], kind: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The letters of many words: bytes and offsets of both are UTF-8, word i from offsets[i] to the next."""
    whole, ends = text.tobytes(), offsets.tolist()
    words = [
        decompose(whole[first:last].decode("utf-8", "surrogatepass"), kind).encode("utf-8", "surrogatepass")
        for first, last in zip(ends[:-1], ends[1:], strict=True)
    ]
    places = np.zeros(len(offsets), np.int64)
    np.cumsum(np.fromiter(map(len, words), np.int64, len(words)), out=places[1:])
    return np.frombuffer(bytearray().join(words), np.uint8), places


@cache
def _table(kind: str) -> dict[int, str]:
    """The letters of each of the 11,172 syllables."""
    simple = _TYPED if kind == "simple" else {}
    parts = ([simple.get(letter, letter) for letter in some] for some in (_INITIALS, _VOWELS, _FINALS))
    return {_FIRST + number: "".join(letters) for number, letters in enumerate(product(*parts))}


@cache
def _syllables(kind: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """What a syllable looks like in letters, or what a separator stands before; and each one's letters."""
    syllables = {letters: chr(code) for code, letters in _table(kind).items()}
    simple = _TYPED if kind == "simple" else {}
    vowels, finals = (
        "|".join(sorted((simple.get(letter, letter) for letter in some), key=len, reverse=True))
        for some in (_VOWELS, _FINALS[1:])
    )
    # A consonant before a vowel begins the next syllable; the longest final that leaves it one is taken.
    final = f"(?:(?:{finals})(?![ㅏ-ㅣ]))?"
    return re.compile(f"{SEPARATOR}({SEPARATOR}?)|[{_INITIALS}](?:{vowels}){final}"), syllables
