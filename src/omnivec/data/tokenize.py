"""Text → tokens where bytes alone do not decide: Unicode white space, named tokenizers, anything callable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from omnivec.data.normalizing import nfc
from omnivec.data.sources import Piece
from omnivec.errors import InputError, OptionError

Tokenizer = Callable[[str], Iterable[str]]

TOKENIZERS = ("whitespace", "kiwi")
"""Those that have a name."""

_NAMED = {"whitespace": ("ascii", "unicode"), "normalize": ("none", "nfc"), "tokenizer": TOKENIZERS}
"""Options of the same names as a learner's, and what they may be, the usual first."""


# What str.isspace calls a space, in UTF-8, without the ASCII ones that separate anyway. One class for all
# first bytes, which is far faster than alternatives that begin with them.
_SPACES = re.compile(
    rb"[\x1c-\x1f\xc2\xe1-\xe3](?:(?<=[\x1c-\x1f])|(?<=\xc2)[\x85\xa0]|(?<=\xe1)\x9a\x80"
    rb"|(?<=\xe2)(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|(?<=\xe3)\x80\x80)"
)
_BEGUN = re.compile(rb"(?:\xc2|\xe1\x9a?|\xe2[\x80\x81]?|\xe3\x80?)\Z")


SEPARATORS = " \t\v\f\r\n\0"
"""ASCII white space, which separates words of files."""


def words_of(text: str) -> list[str]:
    """A text at its ASCII white space, as files are split; line ends are white space, too. NBSP and its like
    belong to words.
    """
    for separator in SEPARATORS[1:]:
        if separator in text:
            text = text.replace(separator, " ")
    return list(filter(None, text.split(" ")))


class Joining(Protocol):
    """What makes one word of several that follow each other: `Phrases`."""

    def joined(self, tokens: Sequence[str]) -> list[str]:
        """The tokens of one unit, some of them joined."""


@dataclass(frozen=True, kw_only=True)
class Splitting:
    """How a text becomes words; the learner's options of the same names.

    prefix: of words that stay whole, whatever the tokenizer: labels; phrases: what is joined then, in turn.
    """

    whitespace: str = "ascii"
    normalize: str = "none"
    tokenizer: str = "whitespace"
    prefix: str | None = None
    phrases: tuple[Joining, ...] = ()

    def __post_init__(self) -> None:
        for name, words in _NAMED.items():
            if (value := getattr(self, name)) not in words:
                raise OptionError(f"{name} must be {' or '.join(words)}, got {value!r}")

    @classmethod
    def of(
        cls, options: Mapping[str, Any], prefix: str | None = None, phrases: tuple[Joining, ...] = ()
    ) -> Splitting:
        """As a model's options say; one that other tools trained splits at ASCII white space."""
        given = {name: options[name] for name in _NAMED if name in options}
        return cls(**given, prefix=prefix, phrases=phrases)

    @property
    def unusual(self) -> dict[str, str]:
        """The options that are not those of words between ASCII white space."""
        return {name: str(getattr(self, name)) for name, (usual, *_) in _NAMED.items()
                if getattr(self, name) != usual}  # fmt: skip

    @property
    def at_bytes(self) -> bool:
        """Whether words are what stands between the bytes of ASCII white space."""
        return not self.unusual and not self.phrases

    def __call__(self, text: str) -> list[str]:
        """The words of a text. Raises: MissingExtra where the tokenizer is not installed."""
        return self.joined(self._words(text))

    def spaced(self, texts: Sequence[str]) -> Sequence[str]:
        """Texts with single spaces between their words: split at bytes, they have the same ones."""
        return texts if self.at_bytes else [" ".join(self(text)) for text in texts]

    def joined(self, words: Iterable[str]) -> list[str]:
        """Words with phrases joined."""
        words = list(words)
        for phrases in self.phrases:
            words = phrases.joined(words)
        return words

    def _words(self, text: str) -> list[str]:
        text = nfc(text) if self.normalize == "nfc" else text
        words = text.replace("\0", " ").split() if self.whitespace == "unicode" else words_of(text)
        if self.tokenizer == "whitespace":
            return words
        from omnivec.data.kiwi import kiwi

        labels = [word for word in words if self.prefix and word.startswith(self.prefix)]
        found = kiwi()(" ".join(word for word in words if word not in labels) if labels else text)
        return [*labels, *(word for morpheme in found for word in words_of(morpheme))]


def unicode_whitespace(document: Iterable[Piece]) -> Iterator[Piece]:
    """The document with a plain space wherever Unicode says white space; token lists pass as they are.

    Among them are the no-break space (U+00A0) and the ideographic one (U+3000).
    """
    rest = b""  # perhaps the beginning of a space that goes on in the next piece
    for piece in document:
        if isinstance(piece, bytes):
            piece = rest + piece
            cut = begun.start() if (begun := _BEGUN.search(piece, len(piece) - 2)) else len(piece)
            piece, rest = _SPACES.sub(b" ", piece[:cut]), piece[cut:]
        yield piece
    if rest:
        yield rest


class Lines:
    """The lines of documents as tokens; token lists pass as they are. A line ends at LF or CR LF.

    name: what errors begin with; invalid: tokens so far (between ASCII white space) that were not UTF-8.
    """

    def __init__(self, tokenizer: Tokenizer, errors: str, name: str) -> None:
        self._tokenizer, self._errors, self._name = tokenizer, errors, name
        self.invalid = 0

    def of(self, document: Iterable[Piece]) -> Iterator[Sequence[str]]:
        """The tokens of one document's lines; invalid UTF-8 under `strict` raises InputError."""
        begun: list[bytes] = []  # of a line that goes on in the next piece
        for piece in document:
            if not isinstance(piece, bytes):
                yield piece
                continue
            first, *more = piece.split(b"\n")
            begun.append(first)
            if more:
                *whole, last = [b"".join(begun), *more]
                begun = [last]
                yield from map(self._tokens, whole)
        if any(begun):
            yield self._tokens(b"".join(begun))

    def _tokens(self, line: bytes) -> Sequence[str]:
        tokens = self._tokenizer(self._decoded(line.removesuffix(b"\r")))
        if isinstance(tokens, str) or not isinstance(tokens, Iterable):
            raise InputError(f"a tokenizer returns the tokens of a line as str, got {type(tokens).__name__}")
        return tokens if isinstance(tokens, (list, tuple)) else list(tokens)

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            if self._errors == "strict":
                start = max(0, error.start - 20)
                raise InputError(
                    f"{self._name}: expected UTF-8, got byte 0x{line[error.start]:02X} in "
                    f"{line[start : error.start + 20]!r}; see encoding_errors"
                ) from None
            self.invalid += sum(not _is_utf8(token) for token in line.split())
            return line.decode(errors=self._errors)


def _is_utf8(token: bytes) -> bool:
    try:
        token.decode()
    except UnicodeDecodeError:
        return False
    return True
