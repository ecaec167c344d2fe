"""`Phrases`: words that are read as one, such as `new_york`; applied to texts of any kind, saved as a table.

What a phrase is, and how greedy joining goes: reference/phrases.py. Neither NumPy nor Numba is needed here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from omnivec.data.phrase import Phrase, check_delimiter, fault
from omnivec.data.sources import Source, describe, documents
from omnivec.data.tokenize import Lines, Splitting
from omnivec.errors import InputError, OptionError

if TYPE_CHECKING:
    from omnivec.data.phrase_file import Contents

ENGLISH = tuple("a an and at by for from in of on or the to with without".split())
"""Words that English phrases hold inside, and neither begin nor end with."""

Branch = dict[str, Any]
"""By word, the branch of those that begin with it, or the token that a phrase becomes which it ends."""

THRESHOLDS = {"word2vec": 100.0, "gensim": 10.0, "npmi": 0.5}
"""Scores, and a threshold for each: the tool's own; a half for npmi, where gensim's 10 leaves nothing."""


@dataclass(frozen=True)
class Phrases:
    """Phrases as `find_phrases` finds them, or `Phrases.load` reads them.

    found: the phrases by pass, in each by falling score. delimiter: what joins the words. connectors: words
    that neither begin nor end a phrase and may stand inside. record: how they were found, for the file.
    """

    found: tuple[Phrase, ...]
    delimiter: str = "_"
    connectors: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_delimiter(self.delimiter)
        if not isinstance(self.found, tuple) or not all(isinstance(each, Phrase) for each in self.found):
            kind = type(self.found).__name__
            raise OptionError(f"Phrases holds what was found, got {kind}; find_phrases(text) finds phrases")
        for phrase in self.found:
            if why := fault(phrase, self.connectors):
                raise InputError(f"no phrase: {' '.join(phrase.words)!r}: {why}")

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Phrase]:
        return iter(self.found)

    def __contains__(self, words: object) -> bool:
        """Whether these words, a tuple or list of str, are joined by some pass."""
        return isinstance(words, (tuple, list)) and any(tuple(words) in known for known in self.turns)

    def __getitem__(self, tokens: Sequence[str]) -> list[str]:
        """The tokens of one unit with phrases joined, all passes in turn."""
        if isinstance(tokens, str) or not isinstance(tokens, Sequence):
            raise InputError(f"phrases[tokens] takes the tokens of a text as a list, got {tokens!r:.60}")
        return self.joined(tokens)

    def key(self, phrase: Phrase) -> str:
        """A phrase as the token that it becomes."""
        return self.delimiter.join(phrase.words)

    @cached_property
    def turns(self) -> tuple[dict[tuple[str, ...], str], ...]:
        """What each pass joins: words, and the token they become."""
        last = max((phrase.turn for phrase in self.found), default=0)
        steps: tuple[dict[tuple[str, ...], str], ...] = tuple({} for _ in range(last))
        for phrase in self.found:
            steps[phrase.turn - 1][phrase.words] = self.key(phrase)
        return steps

    @cached_property
    def _trees(self) -> tuple[Branch, ...]:
        return tuple(map(_begun, self.turns))

    @cached_property
    def _inside(self) -> frozenset[str]:
        return frozenset(self.connectors)

    def joined(self, tokens: Iterable[str]) -> list[str]:
        """The tokens of one unit with phrases joined; from left to right, and a word that ended a phrase
        begins no other.
        """
        made = list(tokens)
        for begun in self._trees:
            if not begun.keys().isdisjoint(made):
                made = _joined(made, begun)
        return made

    @property
    def contents(self) -> Contents:
        """What a file of them holds."""
        from omnivec.data.phrase_file import Contents

        return Contents(self.found, self.delimiter, self.connectors, self.record)

    @cached_property
    def splitting(self) -> Splitting:
        """How the text became words in which these were found."""
        return Splitting.of(self.record)

    def alike(self, other: Phrases) -> bool:
        """Whether both join the same."""
        return (self.turns, self._inside) == (other.turns, other._inside)

    def apply(
        self,
        source: Source,
        *,
        whitespace: str | None = None,
        normalize: str | None = None,
        tokenizer: str | None = None,
        encoding_errors: str = "replace",
    ) -> Joined:
        """A text with phrases joined while it is read; nothing is written, nothing read before it is used.

        source: as in `fit`. What comes goes wherever a text goes: into `fit`, `plan`, `extend`, into `embed`
        and `predict` (where the source is texts), into another `find_phrases`. A learner or a model reads it
        as its options say. Iterated, it gives a list of tokens for each line, as often as the source can be
        read. whitespace, normalize, tokenizer, encoding_errors: how lines are then split, as options of a
        learner; when not given, as the text was in which the phrases were found.
        """
        asked = {"whitespace": whitespace, "normalize": normalize, "tokenizer": tokenizer}
        given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        return Joined(source, self, replace(self.splitting, **given), encoding_errors)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write a table of phrase, count, score and pass, between tabs (docs/phrases.md).

        A name that ends in .gz, .xz or .zst is packed.
        Raises: OutputError when the path exists and `overwrite` is not set, or cannot be written.
        """
        from omnivec.data.phrase_file import write

        write(path, self.contents, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote; lines may be taken out of it. Raises: FormatError naming the line."""
        from omnivec.data.phrase_file import read

        return cls(*read(path))


@dataclass(frozen=True)
class Joined:
    """A text whose phrases are joined while it is read; made by `Phrases.apply`."""

    source: Any
    phrases: Phrases
    splitting: Splitting
    encoding_errors: str

    @property
    def name(self) -> str:
        """What the text is called."""
        return name_of(self)

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in self._lines():
            try:
                yield self.phrases.joined(tokens)
            except TypeError:
                raise InputError(
                    f"phrases are joined in texts and lists of tokens, got {str(tokens)[:60]!r}"
                ) from None

    def _lines(self) -> Iterator[Sequence[str]]:
        if isinstance(self.source, Joined):
            yield from self.source
            return
        for document in documents(self.source):
            yield from Lines(self.splitting, self.encoding_errors, self.name).of(document)


def unwrapped(source: Any) -> tuple[Any, tuple[Phrases, ...]]:
    """The text itself, and the phrases to be joined in it, in their order."""
    steps: tuple[Phrases, ...] = ()
    while isinstance(source, Joined):
        source, steps = source.source, (source.phrases, *steps)
    return source, steps


def joined_alike(source: Any, steps: Sequence[Phrases]) -> Any:
    """A text with these phrases joined, and after them those of its own that join otherwise."""
    text, own = unwrapped(source)
    more = [phrases for phrases in own if not any(phrases.alike(step) for step in steps)]
    for phrases in (*steps, *more):
        text = phrases.apply(text)
    return text


def name_of(source: Any) -> str:
    """What a text is called, as `describe`, with the number of phrases that are joined in it."""
    inner, steps = unwrapped(source)
    return named(describe(inner), steps)


def named(name: str, steps: Sequence[Phrases]) -> str:
    """The name of a text in which phrases are joined."""
    return f"{name}, {sum(map(len, steps)):,} phrases joined" if steps else name


def _begun(known: Mapping[tuple[str, ...], str]) -> Branch:
    """The phrases of a pass as a tree: by their first word, their second …, and last what they become."""
    begun: Branch = {}
    for words, token in known.items():
        branch: Any = begun
        for word in words[:-1]:
            branch = branch.setdefault(word, {})
        branch[words[-1]] = token
    return begun


def _joined(tokens: Sequence[str], begun: Branch) -> list[str]:
    """No word both ends a phrase and stands inside of one, so that the first that ends one is taken."""
    made: list[str] = []
    branch, length = None, 0  # where the last words that were made stand in the tree, and how many they are
    for word in tokens:
        if branch is not None and (found := branch.get(word)) is not None:
            if isinstance(found, str):
                made[-length:] = (found,)
                branch = None
            else:
                made.append(word)
                branch, length = found, length + 1
        else:
            made.append(word)
            branch, length = begun.get(word), 1
    return made
