"""Text → tokens where bytes alone do not decide: Unicode white space, and anything callable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from omnivec.data.sources import Piece
from omnivec.errors import InputError

Tokenizer = Callable[[str], Sequence[str]]


def unicode_whitespace(line: str) -> list[str]:
    """Split where Unicode says white space: also at a no-break space (U+00A0) or an ideographic one
    (U+3000).
    """
    return line.split()


class Lines:
    """The lines of documents, decoded; token lists pass as they are. A line ends at a line feed only.

    invalid: byte sequences so far that were not UTF-8.
    """

    def __init__(self, errors: str) -> None:
        self._errors = errors
        self.invalid = 0

    def of(self, document: Iterator[Piece]) -> Iterator[str | list[str] | tuple[str, ...]]:
        """The lines of one document; invalid UTF-8 under `strict` raises InputError."""
        rest = b""
        for piece in document:
            if isinstance(piece, bytes):
                *whole, rest = (rest + piece).split(b"\n")
                yield from map(self._decoded, whole)
            else:
                yield piece
        yield self._decoded(rest)

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            if self._errors == "strict":
                raise InputError(
                    f"expected UTF-8, got byte 0x{line[error.start]:02X} in {line[:40]!r}; "
                    "see encoding_errors"
                ) from None
            self.invalid += line.decode("utf-8", "replace").count("\ufffd") - line.count("\ufffd".encode())
            return line.decode("utf-8", self._errors)
