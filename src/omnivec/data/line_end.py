"""A token at the end of every line, such as <eos> in language modelling."""

from __future__ import annotations

from omnivec.errors import OptionError

_SPACES = b" \t\v\f\r"


class LineEnds:
    """Writes the token into texts that come in blocks; a line ends at LF (CR before it is white space).

    What stands behind the last LF is a line if it has a byte, so an empty text has none. A blank line gets
    the token too, as in fastText, but not where it divides paragraphs: it would be a word of neither.
    """

    def __init__(self, token: str, unit: str) -> None:
        self._token = b" " + token.encode()
        self._divides = unit == "paragraph"
        self._open = self._word = False  # of the line in hand: it has a byte, it has a word

    def block(self, text: bytes) -> bytes:
        """The block with the tokens of the lines that end in it."""
        if not self._divides:
            self._open = not text.endswith(b"\n") if text else self._open
            return text.replace(b"\n", self._token + b"\n")
        *whole, last = text.split(b"\n")
        lines = []
        for line in whole:
            lines.append(line + self._token if self._word or line.strip(_SPACES) else line)
            self._word = False
        self._word = self._word or bool(last.strip(_SPACES))
        return b"\n".join([*lines, last])

    def rest(self) -> bytes:
        """What the last line of a document still needs, when no LF ended it."""
        needed = self._word if self._divides else self._open
        self._open = self._word = False
        return self._token if needed else b""

    def follows(self, tokens: bool) -> bool:
        """Whether a line gets the token that is given as a list; `tokens`: it has any."""
        return tokens or not self._divides


def check_line_end(token: str) -> None:
    """Raise OptionError unless the token is a word that no separator cuts."""
    if token.split() != [token] or "\0" in token or not _is_text(token):
        raise OptionError(f"line_end must be a word without white space, such as '<eos>', got {token!r}")


def _is_text(token: str) -> bool:
    try:
        token.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True
