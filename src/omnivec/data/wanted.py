"""What `fit` is given beside a source and decides about its words, where the options alone would."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary


class Wanted(NamedTuple):
    """How lines become words, and which words stay; what is None the options decide.

    tokenizer: in place of the one they name; vocabulary: words and counts in place of the source's; rule: of
    word and count, in place of min_count.
    """

    tokenizer: Tokenizer | None = None
    vocabulary: Vocabulary | None = None
    rule: Rule | None = None


NOTHING = Wanted()
"""The options decide."""
