"""Questions and answers of fixed width, character by character: the book's files, and small ones like them.

A line is "question_answer", both filled up with spaces; the answer keeps its "_" as the start symbol.
Source: "Deep Learning from Scratch 2", chapter 7 (`dataset/sequence.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

START = "_"
"""What an answer begins with."""


class Pairs(NamedTuple):
    """Nine tenths for training, the rest for the test; x are questions (n, T), t answers (n, 1 + S)."""

    train: tuple[Ids, Ids]
    test: tuple[Ids, Ids]
    char_to_id: dict[str, int]
    id_to_char: dict[int, str]


def load_data(path: str | os.PathLike[str], seed: int = 1984) -> Pairs:
    """The pairs of addition.txt, date.txt, or any file like them."""
    return pairs_of(Path(path).read_text(encoding="utf-8").splitlines(), seed)


def pairs_of(lines: Sequence[str], seed: int = 1984) -> Pairs:
    """Ids of the lines, shuffled as the book does (NumPy's old generator with this seed), then cut.

    Characters are numbered as they first appear. Raises: ValueError naming a line without "_", or whose
    question or answer is of another width than those of the first.
    """
    char_to_id: dict[str, int] = {}
    questions: list[list[int]] = []
    answers: list[list[int]] = []
    for number, line in enumerate(lines, 1):
        question, mark, answer = line.partition(START)
        if not mark:
            raise ValueError(f"line {number} has no {START!r} between question and answer: {line[:60]!r}")
        for ids, text in ((questions, question), (answers, mark + answer)):
            ids.append([char_to_id.setdefault(char, len(char_to_id)) for char in text])
            if len(text) != len(ids[0]):
                wanted = f"{len(ids[0])} as in the first line were expected: fill up with spaces"
                raise ValueError(f"line {number}: {text[:60]!r} has {len(text)} characters; {wanted}")
    order = np.arange(len(questions))
    np.random.RandomState(seed).shuffle(order)  # noqa: NPY002  (the book's split, and no global state)
    x, t = (np.array(ids, np.int64)[order] for ids in (questions, answers))
    cut = len(x) - len(x) // 10
    return Pairs(
        (x[:cut], t[:cut]), (x[cut:], t[cut:]), char_to_id, {i: char for char, i in char_to_id.items()}
    )


def additions(count: int, rng: np.random.Generator, digits: int = 3) -> list[str]:
    """Lines such as "16+75  _91  ": two numbers of up to so many digits, and their sum."""
    numbers = rng.integers(0, 10**digits, (count, 2))
    width, sums = 2 * digits + 1, digits + 1
    return [f"{f'{a}+{b}':<{width}}{START}{f'{a + b}':<{sums}}" for a, b in numbers]


_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%A, %B %d, %Y", "%m/%d/%y", "%d %b %Y")


def dates(count: int, rng: np.random.Generator) -> list[str]:
    """Lines such as "september 27, 1994           _1994-09-27": a day as people write it, and as machines do.

    Days from 1970 to 2019, five formats, each as it is, in lower or in upper case; 29 characters.
    """
    lines = []
    for day, form, case in rng.integers(0, (18262, len(_FORMATS), 3), (count, 3)):
        when = date(1970, 1, 1) + timedelta(days=int(day))
        text = when.strftime(_FORMATS[form])
        text = (text, text.lower(), text.upper())[case]
        lines.append(f"{text:<29}{START}{when.isoformat()}")
    return lines
