"""Hangul syllables → the letters they are written with, one code point after another.

A syllable is a number of Unicode: first letter, vowel and last letter, of 19, 21 and 28 (none is one of
them), from U+AC00 on.

Source: The Unicode Standard, chapter 3.12, Conjoining Jamo Behavior.
"""

from __future__ import annotations

import unicodedata

SIMPLE = {
    "WA": ("O", "A"), "WAE": ("O", "AE"), "OE": ("O", "I"), "WEO": ("U", "EO"), "WE": ("U", "E"),
    "WI": ("U", "I"), "YI": ("EU", "I"),
}  # fmt: skip
"""Vowels that are typed as two; last letters that are have both in their name, as KIYEOK-SIOS."""


def letters(text: str, kind: str) -> str:
    """The letters of a text's syllables, `simple` or `unicode`; what else it holds stays.

    A letter that stands in the text itself gets U+3164 before it where it would join the syllable, or as a
    vowel the consonant, that it follows; U+3164 itself is doubled.
    """
    found, before = [], ""
    for character in text:
        if is_syllable(character):
            for part in unicodedata.normalize("NFD", character):
                name = unicodedata.name(part).split()[-1]  # HANGUL JONGSEONG KIYEOK-SIOS
                names = SIMPLE.get(name, tuple(name.split("-"))) if kind == "simple" else (name,)
                found += [unicodedata.lookup(f"HANGUL LETTER {one}") for one in names]
        elif character == "\u3164":
            found += [character, character]
        else:
            vowel, letter = "ㅏ" <= character <= "ㅣ", "ㄱ" <= character <= "ㅣ"
            if letter and is_syllable(before) or vowel and "ㄱ" <= before <= "ㅎ":
                found.append("\u3164")
            found.append(character)
        before = character
    return "".join(found)


def is_syllable(character: str) -> bool:
    """Whether it is one of the 11,172."""
    return "가" <= character <= "힣"
