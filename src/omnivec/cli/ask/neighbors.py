"""`omnivec neighbors` and `analogy`: questions as arguments, as lines of stdin, or typed at a terminal.

With --sentences the questions are texts, and the answers lines of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.ask.details import Beside
from omnivec.cli.ask.questions import Session, answer_lines
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.recipe import Recipe
from omnivec.cli.show import Display, logging_shown, print_line

if TYPE_CHECKING:
    from omnivec.data.near_sentences import Sentences
    from omnivec.vectors import Vectors

Model = Annotated[str, Parameter(help="A model folder, or a file of vectors in a format omnivec reads.")]
Topn = Annotated[int, Parameter(help="How many answers. [default 10]", show_default=False), count("topn")]
Restrict = Annotated[
    int | None, Parameter(help="Answer from the N most frequent words only."), count("restrict")
]
Approximate = Annotated[
    bool, Parameter(help="Search by the index that omnivec index has saved; a few answers may be missing.")
]


SentenceFile = Annotated[
    str | None,
    Parameter(
        name="--sentences", metavar="FILE", help="Ask for texts: the nearest lines of FILE, by their vectors."
    ),
]
OfSentences = Annotated[
    Recipe,
    Parameter(help="Of --sentences, as omnivec embed has them. [default: that of the kind of model]"),
]
Pairs = Sequence[tuple[str, float]]


def neighbors(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="Without words they are read from stdin, one a line.")],
    topn: Topn = 10,
    restrict: Restrict = None,
    approximate: Approximate = False,
    sentences: SentenceFile = None,
    recipe: OfSentences = None,
    details: Annotated[
        bool, Parameter(help="Count, length and hubness beside each word, to doubt a finding by.")
    ] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The words nearest to a word, or the lines of a file nearest to a text, by cosine."""
    together(sentences, recipe, restrict, approximate, details)
    with logging_shown(common.quiet, common.verbose):
        texts = None if sentences is None else asked(model, opening, common, sentences, recipe)
        vectors = opened(model, opening, common, approximate) if texts is None else texts.vectors

        def nearest(some: list[str]) -> Sequence[Pairs]:
            if texts is not None:
                return texts.neighbors(some, topn=topn)
            return vectors.neighbors(some, topn=topn, restrict=restrict)

        def known(line: str) -> Sequence[str]:
            return [line] if texts is None else _known(texts, [line])

        beside = Beside(vectors) if details else None
        if words:
            answers = nearest(list(words))
            if beside is not None:
                _show_details(beside, list(zip(words, answers, strict=True)), common.json)
                emit(*([] if common.json else beside.note()))
            elif common.json:
                emit_json(dict(zip(words, map(pairs, answers), strict=True)))
            elif len(words) == 1:
                emit(*scores(answers[0]))
            else:
                for word, found in zip(words, answers, strict=True):
                    emit(shown(word), *scores(found, "  "))
            return 0

        def show(line: str, found: Pairs) -> None:
            if beside is not None:
                _show_details(beside, [(line, found)], common.json)
            elif common.json:
                emit_json({line: pairs(found)})
            else:
                heading(line)
                emit(*scores(found, "  "))

        if beside is not None and not common.quiet:
            print_line("\n".join(beside.note()))
        prompt = "Word? " if texts is None else "Text? "
        return answer_lines(Session(prompt, vectors, known, nearest, show, common.json))


def analogy(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="A B C; without them they are read from stdin, three a line.")],
    topn: Topn = 10,
    restrict: Restrict = None,
    approximate: Approximate = False,
    sentences: SentenceFile = None,
    recipe: OfSentences = None,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """A is to B as C is to ?  The words, or the lines of a file, nearest to B - A + C, by cosine."""
    together(sentences, recipe, restrict, approximate)
    with logging_shown(common.quiet, common.verbose):
        if words and len(words) != 3:
            what = "words" if sentences is None else "texts, each in quotes:"
            raise WrongCall(f"analogy takes three {what} A B C (A is to B as C is to ?), got {len(words)}")
        texts = None if sentences is None else asked(model, opening, common, sentences, recipe)
        vectors = opened(model, opening, common, approximate) if texts is None else texts.vectors

        def solve(a: str, b: str, c: str) -> Pairs:
            if texts is not None:
                return texts.analogy(a, b, c, topn=topn)
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

        def known(line: str) -> Sequence[str]:
            three = three_words(line)
            return three if texts is None else _known(texts, three)

        return answer_lines(Session("A B C? ", vectors, known, answer, show, common.json))


def _show_details(beside: Beside, answers: Sequence[tuple[str, Pairs]], json: bool) -> None:
    """A table for each word."""
    if json:
        emit_json({word: beside.as_json(word, found) for word, found in answers})
        return
    for word, found in answers:
        emit(*beside.lines(word, found), "")


def together(
    sentences: str | None,
    recipe: str | None,
    restrict: int | None,
    approximate: bool,
    details: bool = False,
) -> None:
    """Raises: WrongCall for flags that say nothing beside each other."""
    if sentences is None:
        if recipe is not None:
            raise WrongCall("--recipe needs --sentences FILE: words have one vector each")
        return
    given_flags = {"restrict": restrict is not None, "approximate": approximate, "details": details}
    for name, given in given_flags.items():
        if given:
            raise WrongCall(f"--sentences and --{name} exclude each other: that one is of the words")
    existing(sentences)


def asked(model: str, opening: Opening, common: Common, file: str, recipe: str | None) -> Sentences:
    """The lines of a file, with their vectors."""
    from omnivec.cli.ask.classify import lines

    with Display(common.quiet) as display:
        loaded = opening.loaded(model, display)
        with display.busy("Reading", file):
            return loaded.sentences((text.strip() for text in chain.from_iterable(lines(file))), recipe)


def _known(texts: Sentences, some: Sequence[str]) -> Sequence[str]:
    """No word: texts need not be keys. Raises: InputError for one of which nothing is known."""
    texts.terms(some)
    return []


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
    return [indent + line for line in aligned([(shown(word), f"{score:z.4f}") for word, score in found])]
