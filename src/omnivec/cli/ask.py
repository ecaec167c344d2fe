"""`omnivec neighbors` and `analogy`: questions as arguments, as lines of stdin, or typed at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.questions import Session, answer_lines
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

Model = Annotated[str, Parameter(help="A model folder, or a file of vectors in a format omnivec reads.")]
Topn = Annotated[int, Parameter(help="How many answers. [default 10]", show_default=False), count("topn")]
Restrict = Annotated[
    int | None, Parameter(help="Answer from the N most frequent words only."), count("restrict")
]
Approximate = Annotated[
    bool, Parameter(help="Search by the index that omnivec index has saved; a few answers may be missing.")
]
Pairs = Sequence[tuple[str, float]]


def neighbors(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="Without words they are read from stdin, one a line.")],
    topn: Topn = 10,
    restrict: Restrict = None,
    approximate: Approximate = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The words nearest to a word, by cosine."""
    with logging_shown(common.quiet, common.verbose):
        vectors = opened(model, opening, common, approximate)
        if words:
            answers = vectors.neighbors(list(words), topn=topn, restrict=restrict)
            if common.json:
                emit_json(dict(zip(words, map(pairs, answers), strict=True)))
            elif len(words) == 1:
                emit(*scores(answers[0]))
            else:
                for word, found in zip(words, answers, strict=True):
                    emit(shown(word), *scores(found, "  "))
            return 0

        def answer(lines: list[str]) -> Sequence[Pairs]:
            return vectors.neighbors(lines, topn=topn, restrict=restrict)

        def show(line: str, found: Pairs) -> None:
            if common.json:
                emit_json({line: pairs(found)})
            else:
                heading(line)
                emit(*scores(found, "  "))

        return answer_lines(Session("Word? ", vectors, lambda line: [line], answer, show, common.json))


def analogy(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="A B C; without them they are read from stdin, three a line.")],
    topn: Topn = 10,
    restrict: Restrict = None,
    approximate: Approximate = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """A is to B as C is to ?  The words nearest to B - A + C, by cosine."""
    with logging_shown(common.quiet, common.verbose):
        if words and len(words) != 3:
            raise WrongCall(f"analogy takes three words A B C (A is to B as C is to ?), got {len(words)}")
        vectors = opened(model, opening, common, approximate)

        def solve(a: str, b: str, c: str) -> Pairs:
            return vectors.analogy(a, b, c, topn=topn, restrict=restrict)

        if words:
            show_analogy(solve(*words), common.json)
            return 0

        def answer(lines: list[str]) -> Sequence[Pairs]:
            return [solve(*three_words(line)) for line in lines]

        def show(line: str, found: Pairs) -> None:
            if not common.json:
                heading(" ".join(three_words(line)))
            show_analogy(found, common.json, "  ")

        return answer_lines(Session("A B C? ", vectors, three_words, answer, show, common.json))


def three_words(line: str) -> tuple[str, str, str]:
    """The words of a line: parted by tabs if it has any, so that a word may hold spaces, else by spaces."""
    words = [word.strip() for word in line.split("\t")] if "\t" in line else line.split()
    if len(words) != 3:
        raise WrongCall(f"analogy takes three words A B C in a line, got {len(words)}: {line!r}")
    return words[0], words[1], words[2]


def heading(question: str) -> None:
    """Repeat a question above its answer, unless it was just typed there."""
    if not sys.stdin.isatty():
        emit(shown(question))


def show_analogy(found: Pairs, json: bool, indent: str = "") -> None:
    """Print one answer."""
    if json:
        emit_json(pairs(found))
    else:
        emit(*scores(found, indent))


def opened(model: str, opening: Opening, common: Common, approximate: bool = False) -> Vectors:
    """The vectors of a model or file, with a living line while it opens; with its saved index if asked."""
    if approximate:
        for name, given in (("limit", opening.limit), ("dtype", opening.dtype)):
            if given is not None:
                why = "the index is of all rows as they are saved"
                raise WrongCall(f"approximate and {name} exclude each other: {why}; leave out one of them")
    with Display(common.quiet) as display:
        vectors = opening.loaded(model, display).vectors
        with display.busy("Opening", "the index"):
            return vectors.load_index(model) if approximate else vectors


def pairs(found: Pairs) -> list[list[str | float]]:
    """An answer as JSON."""
    return [[word, score] for word, score in found]


def scores(found: Pairs, indent: str = "") -> list[str]:
    """An answer as lines whose scores stand below each other."""
    return [indent + line for line in aligned([(shown(word), f"{score:.4f}") for word, score in found])]
