"""Unicode's composed form, NFC, in which 한국어 is the same word however it was typed.

Source: Unicode Standard Annex 15.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from omnivec.data.sources import Piece


def nfc(text: str) -> str:
    """The text in NFC; itself where it is already."""
    # To ask costs far less than to compose, and most texts are in NFC.
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def normalized(document: Iterable[Piece]) -> Iterator[Piece]:
    """The document in NFC, line by line; bytes that are not UTF-8 stay as they are."""
    begun: list[bytes] = []  # of a word that goes on, perhaps with an accent
    for piece in document:
        if not isinstance(piece, bytes):
            yield [nfc(token) if isinstance(token, str) else token for token in piece]
            continue
        end = max(piece.rfind(b"\n"), piece.rfind(b" "))
        if end < 0:
            begun.append(piece)
        else:
            yield _lines(b"".join([*begun, piece[:end]]))
            begun = [piece[end:]]
    if begun:
        yield _lines(b"".join(begun))


def _lines(text: bytes) -> bytes:
    if text.isascii():
        return text
    # Invalid bytes come back as they were: whether they are replaced or refused is decided later.
    decoded = text.decode("utf-8", "surrogateescape")
    if unicodedata.is_normalized("NFC", decoded):
        return text
    return "\n".join(map(nfc, decoded.split("\n"))).encode("utf-8", "surrogateescape")
