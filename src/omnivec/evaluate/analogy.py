"""a is to b as c is to ?: the share of questions whose best answer is the expected word.

NumPy alone. All questions of a file are answered together, by exact search (`omnivec.index.analogies`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, final, get_args

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import OptionError
from omnivec.evaluate.intervals import RESAMPLES, Interval, interval_notes, interval_of
from omnivec.evaluate.questions import PathOrName, Section, read_analogies
from omnivec.evaluate.words import Words
from omnivec.index.analogies import solve
from omnivec.index.cosine import Rows, scaled
from omnivec.results import ResultTable, Tabular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from omnivec.index.questions import Questions

Method: TypeAlias = Literal["add", "mul"]
"""How the cosines with a, b and c make a score: 3CosAdd or 3CosMul."""

SYNTACTIC = ("gram", "syn")
"""What names of sections begin with that ask for forms of words."""

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
    resamples: int = RESAMPLES
    """Of the interval."""

    @property
    def accuracy(self) -> float | None:
        """Correct of seen; None when nothing was seen."""
        return self.correct / self.seen if self.seen else None

    @cached_property
    def ci(self) -> Interval:
        """Of the accuracy, by drawing the questions seen anew.

        Questions share words: with other words, not just other questions, it would move further.
        """
        hits = np.arange(self.seen) < self.correct
        return interval_of("mean", hits, resamples=self.resamples)

    def as_json(self) -> dict[str, Any]:
        """As ``omnivec evaluate --json`` prints it."""
        counts = {"correct": self.correct, "seen": self.seen, "asked": self.asked, "covered": self.seen}
        return {"accuracy": self.accuracy, **counts, "ci": self.ci.as_json()}


@final
@dataclass(frozen=True)
class AnalogyScore(Tabular):
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

    def tables(self) -> list[ResultTable]:
        """A row for each section, then for each kind and all."""
        return [analogy_table(self)]


def analogy_table(score: AnalogyScore, title: str = "Analogies") -> ResultTable:
    """A row for each section, then for each kind and all."""
    kinds = {"semantic": score.semantic, "syntactic": score.syntactic, "total": score.total}
    rows = [
        (name, one.accuracy, *one.ci.cells(), one.correct, one.seen, one.asked)
        for name, one in [*score.sections.items(), *kinds.items()]
    ]
    columns = ("section", "accuracy", "low", "high", "correct", "of seen", "of asked")
    notes = interval_notes([score.total.ci], "accuracy")
    return ResultTable(title, columns, rows, dict.fromkeys(columns[1:4], ".1%"), notes)


def analogies(
    vectors: Questions,
    path: PathOrName,
    *,
    restrict: int | None = 300_000,
    fold_case: bool = True,
    unseen: bool = False,
    method: Method = "add",
    unit: bool = True,
    resamples: int = RESAMPLES,
) -> AnalogyScore:
    """Answer the questions of a file with sections ``: NAME`` and lines of four words.

    Args: `restrict`: only the first keys are known words and possible answers (None: all); `fold_case`:
    spellings that differ in case are one word, of which the first row is taken; `unseen`: questions may hold
    words that are no keys, by the vectors that their parts give them, where words have parts; the answer is
    a key; `method`: "add", the nearest to b - a + c, or "mul", the cosines with b and c over that with a;
    `unit`: rows are scaled to length one, both those that are added and the answers, otherwise they are taken
    as they are; `resamples` for the intervals, 0 for none.
    Raises: InputError for a file that is missing, empty, binary or has no question; OptionError.

    Sources: Mikolov, Yih and Zweig 2013 (3CosAdd); Levy and Goldberg 2014 (3CosMul).
    """
    words = Words(vectors, restrict=restrict, fold_case=fold_case, unseen=unseen)
    return answered(words, read_analogies(path), method, unit, resamples)


def answered(
    words: Words,
    sections: list[Section],
    method: Method = "add",
    unit: bool = True,
    resamples: int = RESAMPLES,
) -> AnalogyScore:
    """`analogies` of questions that are read already."""
    shares: dict[str, Share] = {}
    for section, answers in zip(sections, judge(words, sections, method, unit), strict=True):
        share = Share(answers.count(True), len(answers) - answers.count(None), len(answers), resamples)
        shares[section.name] = _sum([share, shares.get(section.name, Share(0, 0, 0))], resamples)
    return AnalogyScore(
        total=_sum(shares.values(), resamples),
        semantic=_sum((one for name, one in shares.items() if not name.startswith(SYNTACTIC)), resamples),
        syntactic=_sum((one for name, one in shares.items() if name.startswith(SYNTACTIC)), resamples),
        sections=shares,
    )


def judge(
    words: Words, sections: list[Section], method: Method = "add", unit: bool = True
) -> list[list[bool | None]]:
    """For each question of each section: was it answered correctly? None where a word is unknown."""
    checked(method, unit)
    questions = [question for section in sections for question in section.questions]
    asked = _Asked(words, unit)
    places = np.array([[*map(asked.place, q[:3]), words.row(q[3])] for q in questions], np.int64)
    places = places.reshape(-1, 4)
    seen = (places >= 0).all(axis=1)
    verdicts: NDArray[np.object_] = np.full(len(places), None, object)
    verdicts[seen] = _right(words, asked, places[seen], method).tolist()
    ends = np.cumsum([len(section.questions) for section in sections])
    return [part.tolist() for part in np.split(verdicts, ends[:-1])]


def checked(method: Method, unit: bool) -> Method:
    """The method. Raises: OptionError for one that there is not, and for cosines of rows as they are."""
    if method not in get_args(Method):
        raise OptionError(f"method must be add or mul, got {method!r}")
    if method == "mul" and not unit:
        raise OptionError(
            "method 'mul' multiplies cosines, so its rows are of length one; leave unit as it is"
        )
    return method


@final
class _Asked:
    """The words of questions that have a vector, each once."""

    def __init__(self, words: Words, unit: bool) -> None:
        self._words, self.unit = words, unit
        self._places: dict[str, int] = {}
        self.rows: list[int] = []
        """Row of each, -1 for one that is no key."""
        self._composed: dict[int, Rows] = {}

    def place(self, word: str) -> int:
        """Its number among the words asked; -1 where it is unknown."""
        spelt = self._words.spelt(word)
        if spelt not in self._places:
            self._places[spelt] = self._new(word)
        return self._places[spelt]

    def _new(self, word: str) -> int:
        row = self._words.row(word)
        if row < 0:
            vector = self._words.composed(word)
            if vector is None:
                return -1
            self._composed[len(self.rows)] = vector
        self.rows.append(row)
        return len(self.rows) - 1

    def vectors(self) -> Rows:
        """(words, dim) float32."""
        vectors, rows = self._words.vectors, np.array(self.rows, np.int64)
        found: Rows = np.empty((len(rows), vectors.table.dim), np.float32)
        known = rows >= 0
        found[known] = vectors.index.unit(rows[known]) if self.unit else vectors.table.take(rows[known])
        for place, vector in self._composed.items():
            found[place] = scaled(vector[None])[0] if self.unit else vector
        return found


def _right(words: Words, asked: _Asked, places: NDArray[np.int64], method: Method) -> NDArray[np.bool_]:
    """Are questions (n, 4), given as places of a, b, c and the row of the expected word, answered correctly?

    The answer is the first of the five best rows (a, b, c apart) that is not another spelling of a, b or c.
    If all five are, the fifth counts as the answer, as in gensim.
    """
    if not len(places):
        return np.empty(0, np.bool_)
    first = words.first
    lengths = words.vectors.index.lengths(len(first))  # raises NotFinite
    if not asked.unit:
        lengths = np.ones_like(lengths)
    own = np.array(asked.rows, np.int64)[places[:, :3]]
    best = solve(
        words.vectors.table, lengths, asked.vectors(), places[:, :3], CANDIDATES + 3, multiply=method == "mul"
    ).rows
    other = (best >= 0) & (best[:, :, None] != own[:, None]).all(axis=2)
    nth = np.cumsum(other, axis=1)
    is_candidate = other & (nth <= CANDIDATES)
    spelling = np.where(best >= 0, first[best], -1)
    spelt = np.where(own >= 0, first[own], -1)
    is_answer = is_candidate & (spelling[:, :, None] != spelt[:, None]).all(axis=2)
    last = is_candidate.shape[1] - 1 - is_candidate[:, ::-1].argmax(axis=1)
    chosen = np.where(is_answer.any(axis=1), is_answer.argmax(axis=1), last)
    found = np.where(is_candidate.any(axis=1), spelling[np.arange(len(places)), chosen], -1)
    right: NDArray[np.bool_] = found == places[:, 3]
    return right


def _sum(shares: Iterable[Share], resamples: int) -> Share:
    parts = list(shares)
    correct, seen, asked = (
        sum(getattr(part, name) for part in parts) for name in ("correct", "seen", "asked")
    )
    return Share(correct, seen, asked, resamples)
