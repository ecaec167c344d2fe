"""Korean text as morphemes, 영화를 as 영화 and 를, by the package kiwipiepy (extra `korean`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from omnivec.store.extra import extra


@cache
def kiwi() -> Callable[[str], list[str]]:
    """A function from a text to its morphemes, as they are written in it or, where they merged, alone.

    Endings of one letter come as the letter that is typed, ㄴ다 of 간다. Raises: MissingExtra.
    """
    known: Any = extra("kiwipiepy", "korean", what="the tokenizer kiwi").Kiwi()

    def morphemes(text: str) -> list[str]:
        # Half of a surrogate pair is no text to Kiwi.
        whole = text.encode("utf-8", "replace").decode()
        return [token.form for token in known.tokenize(whole, compatible_jamo=True)]

    return morphemes
