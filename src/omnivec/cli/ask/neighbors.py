"""`omnivec neighbors` and `analogy`: questions as arguments, as lines of stdin, or typed at a terminal.

With --sentences the questions are texts, and the answers lines of a file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from omnivec.cli.ask.among import Among, Pairs
from omnivec.cli.ask.details import Beside
from omnivec.cli.ask.questions import Session, answer_lines
from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import Common, CommonFlags
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.show import logging_shown, print_line

AmongFlags = Annotated[Among, Parameter(name="*")]


def neighbors(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="Without words they are read from stdin, one a line.")],
    among: AmongFlags = Among(),  # noqa: B008  (frozen)
    details: Annotated[
        bool, Parameter(help="Count, length and hubness beside each word, to doubt a finding by.")
    ] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The words nearest to a word, or the lines of a file nearest to a text, by cosine."""
    among.no_sentences("details", details)
    with logging_shown(common.quiet, common.verbose):
        space = among.opened(model, opening, common)
        beside = Beside(space.vectors) if details else None
        if words:
            answers = space.neighbors(list(words))
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

        def known(line: str) -> Sequence[str]:
            return space.keys([line])

        if beside is not None and not common.quiet:
            print_line("\n".join(beside.note()))
        prompt = "Word? " if space.texts is None else "Text? "
        return answer_lines(Session(prompt, space.vectors, known, space.neighbors, show, common.json))


def analogy(
    model: Model,
    /,
    *words: Annotated[str, Parameter(help="A B C; without them they are read from stdin, three a line.")],
    among: AmongFlags = Among(),  # noqa: B008  (frozen)
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """A is to B as C is to ?  The words, or the lines of a file, nearest to B - A + C, by cosine."""
    if words and len(words) != 3:
        what = "words" if among.sentences is None else "texts, each in quotes:"
        raise WrongCall(f"analogy takes three {what} A B C (A is to B as C is to ?), got {len(words)}")
    with logging_shown(common.quiet, common.verbose):
        space = among.opened(model, opening, common)
        if words:
            show_analogy(space.analogy(*words), common.json)
            return 0

        def answer(lines: list[str]) -> Sequence[Pairs]:
            return [space.analogy(*three_words(line)) for line in lines]

        def show(line: str, found: Pairs) -> None:
            if not common.json:
                heading(" ".join(three_words(line)))
            show_analogy(found, common.json, "  ")

        def known(line: str) -> Sequence[str]:
            return space.keys(three_words(line))

        return answer_lines(Session("A B C? ", space.vectors, known, answer, show, common.json))


def _show_details(beside: Beside, answers: Sequence[tuple[str, Pairs]], json: bool) -> None:
    """A table for each word."""
    if json:
        emit_json({word: beside.as_json(word, found) for word, found in answers})
        return
    for word, found in answers:
        emit(*beside.lines(word, found), "")


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


def pairs(found: Pairs) -> list[list[str | float]]:
    """An answer as JSON."""
    return [[word, score] for word, score in found]


def scores(found: Pairs, indent: str = "") -> list[str]:
    """An answer as lines whose scores stand below each other."""
    return [indent + line for line in aligned([(shown(word), f"{score:z.4f}") for word, score in found])]
