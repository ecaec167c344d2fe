"""Words as files spell them, in the encoding that was asked for → UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import logging
from pathlib import Path

from omnivec.errors import FormatError, OptionError
from omnivec.store.formats.contents import Request

_log = logging.getLogger("omnivec")


def utf8(path: Path, words: list[bytes], request: Request) -> list[bytes]:
    """The words in UTF-8: the list itself where they are that already. What was replaced is logged.

    Raises: FormatError for errors="strict" and a word that is not of the encoding; OptionError for an
    encoding or errors that Python does not know.
    """
    encoding, errors = request.encoding, request.errors
    try:
        if codecs.lookup(encoding).name == "utf-8":
            with contextlib.suppress(UnicodeDecodeError):
                b"\n".join(words).decode()  # apart, lest one complete another's cut character
                return words
        found, replaced = [], 0
        for row, word in enumerate(words):
            try:
                text = word.decode(encoding)
            except UnicodeDecodeError as error:
                if errors == "strict":
                    what = f"the word {word[:40]!r} of row {row + 1:,} is not {error.encoding}"
                    raise FormatError(f"{path}: {what}: {error.reason}") from None
                text, replaced = word.decode(encoding, errors), replaced + 1
            found.append(text.encode("utf-8", "surrogatepass"))
    except LookupError as error:
        raise OptionError(f"encoding and errors must be ones that Python knows: {error}") from None
    if replaced:
        what = f"{replaced:,} words are not {encoding}"
        _log.warning("%s: %s; read with errors=%r", path, what, errors)
    return found
