"""Texts as keys: which of many are nearest to a text, and what is to one text as another is to a third."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from omnivec.data.sentences import Rows, principal, without
from omnivec.errors import InputError
from omnivec.index.cosine import scaled
from omnivec.index.neighbors import Neighbors
from omnivec.vectors import Vectors

log = logging.getLogger("omnivec")


@final
@dataclass(frozen=True)
class Sentences:
    """Different texts and their vectors, and how another text becomes one."""

    vectors: Vectors
    """The texts are its keys; those of which nothing is known are left out."""
    embed: Callable[[list[str]], Rows]
    """Vectors of texts (n, dim), by the recipe that those of the keys have."""

    def neighbors(self, texts: Sequence[str], topn: int = 10) -> list[Neighbors]:
        """The texts nearest to each of some, by cosine; itself is none of them.

        Raises: InputError for a text of which nothing is known.
        """
        return self.vectors.neighbors(self.terms(texts), topn=topn)

    def analogy(self, a: str, b: str, c: str, topn: int = 10) -> Neighbors:
        """The texts nearest to b - a + c: a is to b as c is to ?  Raises: as `neighbors`."""
        first, second, third = self.terms([a, b, c])
        return self.vectors.analogy(first, second, third, topn=topn)

    def terms(self, texts: Sequence[str]) -> list[Any]:
        """Each text, as it is where it is a key, else its vector (dim,). Raises: as `neighbors`."""
        others = [text for text in checked(texts) if text not in self.vectors]
        rows = dict(zip(others, self.embed(others), strict=True)) if others else {}
        for text, row in rows.items():
            if not row.any():
                raise InputError(
                    f"nothing of {text[:60]!r} is known, so it has no neighbours; add known words"
                )
        return [scaled(rows[text][None])[0] if text in rows else text for text in texts]


def checked(texts: Iterable[str]) -> list[str]:
    """Texts as a list. Raises: InputError for a single one, and for what is no str and so no key."""
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise InputError(f"many texts are expected, got {type(texts).__name__}; give a list, [text] for one")
    some = list(texts)
    if wrong := [text for text in some if not isinstance(text, str)]:
        raise InputError(f"texts that are keys are str, got {type(wrong[0]).__name__}")
    return some


def distinct(texts: Iterable[str]) -> list[str]:
    """The different ones of texts. Raises: InputError as `checked`, and when there is none."""
    keys = list(dict.fromkeys(checked(texts)))
    if not keys:
        raise InputError("no text to be asked for; give one or more")
    return keys


def sentences(
    embed: Callable[[list[str]], Rows], keys: list[str], components: int, name: str | None
) -> Sentences:
    """Different texts, made ready to be asked; see `Model.sentences`.

    embed: without what `components` take away, the first principal ones of these texts.
    Raises: InputError when nothing is known of any.
    """
    rows = embed(keys)
    known = rows.any(axis=1)
    if not known.any():
        raise InputError(f"nothing is known of any of the {len(keys):,} texts; expected another language?")
    kept = rows[known]
    common = principal(kept, components)
    vectors = Vectors(
        [keys[place] for place in np.flatnonzero(known).tolist()], without(kept, common), name=name
    )
    return Sentences(vectors, lambda some: without(embed(some), common))
