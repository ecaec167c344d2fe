"""a is to b as c is to ?: the share of questions whose nearest vector to b - a + c is the expected word.

Takes keys and an index, imports NumPy alone. All questions of a file are answered as blocked matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.evaluate.composing import Compose, composing
from omnivec.evaluate.folding import folded
from omnivec.evaluate.questions import PathOrName, Question, Section, read_analogies
from omnivec.index import Index
from omnivec.index.cosine import Rows, scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from omnivec.vectors import Vectors

SYNTACTIC = ("gram", "syn")
"""What names of sections begin with that ask for forms of words."""

_NOT_A_ROW = 2**40
"""From here on numbers stand for words that are no keys."""

CANDIDATES = 5  # gensim looks at five answers for the first that is not another spelling of a question's word


@final
@dataclass(frozen=True)
class Share:
    """Questions of one kind."""

    correct: int
    seen: int
    """Questions whose four words are all in the restricted vocabulary."""
    asked: int
    """All questions."""

    @property
    def accuracy(self) -> float | None:
        """Correct of seen; None when nothing was seen."""
        return self.correct / self.seen if self.seen else None

    def as_json(self) -> dict[str, float | int | None]:
        """As ``omnivec evaluate --json`` prints it."""
        return {"accuracy": self.accuracy, "correct": self.correct, "seen": self.seen, "asked": self.asked}


@final
@dataclass(frozen=True)
class AnalogyScore:
    """Accuracy on one file of questions, in total, by kind and by section (in the file's order)."""

    total: Share
    semantic: Share
    """The other sections."""
    syntactic: Share
    """The sections whose names start with 'gram' or 'syn', as Google's file or the Korean one names them."""
    sections: dict[str, Share]

    def as_json(self) -> dict[str, Any]:
        """As ``omnivec evaluate --json`` prints it."""
        totals = {"total": self.total, "semantic": self.semantic, "syntactic": self.syntactic}
        shares = {name: share.as_json() for name, share in totals.items()}
        return {**shares, "sections": {name: share.as_json() for name, share in self.sections.items()}}


def analogies(
    vectors: Vectors,
    path: PathOrName,
    *,
    restrict: int | None = 300_000,
    fold_case: bool = True,
    unseen: bool = False,
) -> AnalogyScore:
    """Answer the questions of a file with sections ``: NAME`` and lines of four words.

    Args: `restrict`: only the first keys are known words and possible answers (None: all); `fold_case`:
    spellings that differ in case are one word, of which the first row is taken; `unseen`: questions may hold
    words that are no keys, by the vectors that their parts give them, where words have parts; the answer is
    a key.
    Raises: InputError for a file that is missing, empty, binary or has no question.
    """
    sections = read_analogies(path)
    verdicts = judge(
        vectors.keys, vectors.index, sections, restrict=restrict, fold_case=fold_case,
        compose=composing(vectors) if unseen else None,
    )  # fmt: skip
    shares: dict[str, Share] = {}
    for section, answers in zip(sections, verdicts, strict=True):
        share = Share(answers.count(True), len(answers) - answers.count(None), len(answers))
        shares[section.name] = _sum([share, shares.get(section.name, Share(0, 0, 0))])
    return AnalogyScore(
        total=_sum(shares.values()),
        semantic=_sum(share for name, share in shares.items() if not name.startswith(SYNTACTIC)),
        syntactic=_sum(share for name, share in shares.items() if name.startswith(SYNTACTIC)),
        sections=shares,
    )


def judge(
    keys: Sequence[str],
    index: Index,
    sections: list[Section],
    *,
    restrict: int | None,
    fold_case: bool,
    compose: Compose | None = None,
) -> list[list[bool | None]]:
    """For each question of each section: was it answered correctly? None where a word is unknown.

    compose: gives vectors to words of questions that are no keys.
    """
    vocabulary = folded(keys, restrict, fold_case)
    questions = [question for section in sections for question in section.questions]
    words = np.array(
        [[vocabulary.rows.get(word, -1) for word in _spelled(question, fold_case)] for question in questions],
        np.int64,
    ).reshape(-1, 4)
    more = None if compose is None else _composed(words, questions, compose)
    seen = (words >= 0).all(axis=1)
    right = _answered(index, words[seen], vocabulary.first, more)
    verdicts: NDArray[np.object_] = np.full(len(words), None, object)
    verdicts[seen] = right.tolist()
    ends = np.cumsum([len(section.questions) for section in sections])
    return [part.tolist() for part in np.split(verdicts, ends[:-1])]


def _composed(words: NDArray[np.int64], questions: list[Question], compose: Compose) -> dict[int, Rows]:
    """Numbers in place of the unknown words among the a, b, c of (n, 4) that have a vector, and these."""
    numbers: dict[str, int] = {}
    found: dict[int, Rows] = {}
    for place, at in np.argwhere(words[:, :3] < 0).tolist():
        word = questions[place][at]
        if word not in numbers:
            vector, numbers[word] = compose(word), _NOT_A_ROW + len(numbers)
            if vector is not None:
                found[numbers[word]] = scaled(vector[None])[0]
        if numbers[word] in found:
            words[place, at] = numbers[word]
    return found


def _answered(
    index: Index, words: NDArray[np.int64], first: NDArray[np.int64], more: dict[int, Rows] | None
) -> NDArray[np.bool_]:
    """Are questions (n, 4), given as rows of a, b, c and the expected word, answered correctly? (n,)

    more: vectors by the numbers that stand for words without a row.

    The answer is the first of the five best rows (a, b, c apart) that is not another spelling of a, b or c.
    If all five are, the fifth counts as the answer, as in gensim.
    """
    if not len(words):
        return np.empty(0, np.bool_)
    used, place = np.unique(words[:, :3], return_inverse=True)
    kept = used < _NOT_A_ROW
    units = np.empty((len(used), index.dim), np.float32)
    units[kept] = index.unit(used[kept])
    if more:
        units[~kept] = [more[number] for number in used[~kept].tolist()]
    a, b, c = units[place.reshape(-1, 3).T]
    own = np.where(words[:, :3] < _NOT_A_ROW, words[:, :3], -1)
    found = index.query(b + c - a, CANDIDATES, exclude=own, stop=len(first)).rows
    spelling = np.where(found >= 0, first[found], -1)
    is_answer = (found >= 0) & (spelling[:, :, None] != words[:, None, :3]).all(axis=2)
    last = np.maximum((found >= 0).sum(axis=1) - 1, 0)
    chosen = np.where(is_answer.any(axis=1), is_answer.argmax(axis=1), last)
    right: NDArray[np.bool_] = spelling[np.arange(len(words)), chosen] == words[:, 3]
    return right


def word_analogies(
    vectors: Vectors, path: PathOrName, restrict: int | None, fold_case: bool, dummy4unknown: bool
) -> tuple[float, list[dict[str, Any]]]:
    """`analogies` as gensim's ``evaluate_word_analogies`` gives it: accuracy, and questions by section."""
    sections = read_analogies(path)
    verdicts = judge(vectors.keys, vectors.index, sections, restrict=restrict, fold_case=fold_case)
    results: list[dict[str, Any]] = []
    for section, answers in zip(sections, verdicts, strict=True):
        asked = [_spelled(question, fold_case) for question in section.questions]
        judged = list(zip(asked, answers, strict=True))
        correct = [question for question, answer in judged if answer]
        wrong = [q for q, answer in judged if answer is False or (answer is None and dummy4unknown)]
        results.append({"section": section.name, "correct": correct, "incorrect": wrong})
    total: dict[str, Any] = {"section": "Total accuracy"}
    for outcome in ("correct", "incorrect"):
        total[outcome] = [question for result in results for question in result[outcome]]
    correct_count, wrong_count = len(total["correct"]), len(total["incorrect"])
    return correct_count / max(correct_count + wrong_count, 1), [*results, total]


def _spelled(question: Question, fold_case: bool) -> Question:
    a, b, c, d = question
    return (a.upper(), b.upper(), c.upper(), d.upper()) if fold_case else question


def _sum(shares: Iterable[Share]) -> Share:
    parts = list(shares)
    return Share(*(sum(getattr(part, name) for part in parts) for name in ("correct", "seen", "asked")))
