"""Among what `neighbors` and `analogy` look for answers: the words of a model, or the lines of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, count
from omnivec.cli.opening import Opening
from omnivec.cli.recipe import Recipe
from omnivec.cli.show import Display

if TYPE_CHECKING:
    from omnivec.data.near_sentences import Sentences
    from omnivec.vectors import Vectors

Pairs: TypeAlias = Sequence[tuple[str, float]]
Topn = Annotated[int, Parameter(help="How many answers. [default 10]", show_default=False), count("topn")]


@dataclass(frozen=True)
class Among:
    """What the answers are and how many."""

    topn: Topn = 10
    restrict: Annotated[
        int | None, Parameter(help="Answer from the N most frequent words only."), count("restrict")
    ] = None
    approximate: Annotated[
        bool,
        Parameter(help="Search by the index that omnivec index has saved; a few answers may be missing."),
    ] = False
    sentences: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Ask for texts: the nearest lines of FILE, by their vectors."),
    ] = None
    recipe: Annotated[
        Recipe,
        Parameter(help="Of --sentences, as omnivec embed has them. [default: that of the kind of model]"),
    ] = None

    def opened(self, model: str, opening: Opening, common: Common) -> Space:
        """The words of a model or the lines of the file, with a living line while they are read.

        Raises: WrongCall, before anything is opened, for flags that say nothing beside each other.
        """
        self._check(opening)
        with Display(common.quiet) as display:
            loaded = opening.loaded(model, display)
            if self.sentences is not None:
                from omnivec.cli.ask.classify import lines

                texts = (text.strip() for text in chain.from_iterable(lines(self.sentences)))
                with display.busy("Reading", self.sentences):
                    found = loaded.sentences(texts, self.recipe)
                return Space(self, found.vectors, found)
            with display.busy("Opening", "the index"):
                vectors = loaded.vectors.load_index(model) if self.approximate else loaded.vectors
            return Space(self, vectors, None)

    def _check(self, opening: Opening) -> None:
        if self.sentences is None:
            if self.recipe is not None:
                raise WrongCall("--recipe needs --sentences FILE: words have one vector each")
        else:
            self.no_sentences("restrict", self.restrict is not None)
            self.no_sentences("approximate", self.approximate)
            existing(self.sentences)
        if self.approximate:
            for name, given in (("limit", opening.limit), ("dtype", opening.dtype)):
                if given is not None:
                    raise WrongCall(
                        f"--approximate and --{name} exclude each other: the index is of all rows as they "
                        "are saved; leave out one of them"
                    )

    def no_sentences(self, name: str, given: bool) -> None:
        """Raises: WrongCall for a flag of words beside --sentences."""
        if given and self.sentences is not None:
            raise WrongCall(f"--sentences and --{name} exclude each other: that one is of the words")


@dataclass(frozen=True)
class Space:
    """What was opened. texts: the lines of a file whose vectors these are; None of words."""

    among: Among
    vectors: Vectors
    texts: Sentences | None

    def neighbors(self, some: list[str]) -> Sequence[Pairs]:
        """What is nearest to each."""
        if self.texts is not None:
            return self.texts.neighbors(some, topn=self.among.topn)
        return self.vectors.neighbors(some, topn=self.among.topn, restrict=self.among.restrict)

    def analogy(self, a: str, b: str, c: str) -> Pairs:
        """What is nearest to b - a + c."""
        if self.texts is not None:
            return self.texts.analogy(a, b, c, topn=self.among.topn)
        return self.vectors.analogy(a, b, c, topn=self.among.topn, restrict=self.among.restrict)

    def keys(self, asked: Sequence[str]) -> Sequence[str]:
        """Those of what is asked that must be keys: texts need not be.

        Raises: InputError for a text of which nothing is known.
        """
        if self.texts is None:
            return asked
        self.texts.terms(asked)
        return []
