"""What counting and numbering the words of a text means."""

from __future__ import annotations

SEPARATORS = b" \t\v\f\r\n"


def scan(
    text: bytes, unit: str = "line", separators: bytes = SEPARATORS
) -> tuple[list[bytes], list[int], list[list[int]]]:
    """(Words in the order of first appearance, their counts, the units as lists of numbers of words).

    A unit is a line, a paragraph (ended by a line without words), or the whole document; empty units are left
    out.
    """
    words: dict[bytes, int] = {}
    counts: list[int] = []
    units: list[list[int]] = [[]]
    spaces = bytes.maketrans(separators, b" " * len(separators))
    for line in text.split(b"\n"):
        found = [word for word in line.translate(spaces).split(b" ") if word]
        if unit == "line" or (unit == "paragraph" and not found):
            units.append([])
        for word in found:
            number = words.setdefault(word, len(words))
            counts += [0] * (number == len(counts))
            counts[number] += 1
            units[-1].append(number)
    return list(words), counts, [numbers for numbers in units if numbers]
