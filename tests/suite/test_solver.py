"""Thousands of analogies at once are what one at a time would answer."""

import numpy as np
import pytest

from omnivec.errors import OptionError
from omnivec.evaluate import analogies
from omnivec.evaluate.analogy import judge
from omnivec.evaluate.questions import Section
from omnivec.evaluate.words import Words
from omnivec.index import analogies as solver
from omnivec.vectors import Vectors

draw = np.random.default_rng(7)
ROWS = draw.normal(size=(300, 12)).astype(np.float32)
ROWS[40] = ROWS[41]  # equal scores come by row
KEYS = [f"w{row}" for row in range(300)]
QUESTIONS = [tuple(f"w{row}" for row in draw.choice(60, 4)) for _ in range(150)]
VECTORS = Vectors(KEYS, ROWS)


def scores(a, b, c, method, unit):
    """Of each row, by the definition."""
    rows = ROWS / np.linalg.norm(ROWS, axis=1)[:, None] if unit else ROWS
    rows = rows.astype(np.float64)
    if method == "add":
        return rows @ (rows[b] - rows[a] + rows[c])
    near = {word: (1 + rows @ rows[word]) / 2 for word in (a, b, c)}
    return near[b] * near[c] / (near[a] + 1e-6)


SIZES = {"MOST_ROWS": (16, 128, 8192, 8192), "MANY": (0, 8, 0, 8), "QUESTIONS_AT_ONCE": (40, 9, 2**16, 2**16),
         "SCORES_AT_ONCE": (64, 2**18, 2**18, 2**12)}  # fmt: skip


@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize(("method", "unit"), [("add", True), ("add", False), ("mul", True)])
def test_answers_are_those_of_the_definition(monkeypatch, method, unit, size):
    for name, values in SIZES.items():
        monkeypatch.setattr(solver, name, values[size])
    words = [[int(word[1:]) for word in question] for question in QUESTIONS]
    wanted = []
    for a, b, c, _ in words:
        found = scores(a, b, c, method, unit)
        found[[a, b, c]] = -np.inf
        wanted.append(f"w{found.argmax()}")
    asked = [(a, b, c, answer) for (a, b, c, _), answer in zip(QUESTIONS, wanted, strict=True)]
    assert judge(Words(VECTORS), [Section("all", asked)], method, unit) == [[True] * len(asked)]
    wrong = [(a, b, c, d) for (a, b, c, d), answer in zip(QUESTIONS, wanted, strict=True) if d != answer]
    assert not any(judge(Words(VECTORS), [Section("all", wrong)], method, unit)[0])


def test_the_best_rows_are_sorted_and_equal_scores_come_by_row(monkeypatch):
    monkeypatch.setattr(solver, "MOST_ROWS", 32)
    lengths = np.ones(300, np.float32)
    found = solver.solve(VECTORS.table, lengths, ROWS[:60], np.array([[0, 40, 0]]), 8, multiply=False)
    exact = ROWS[:, :12] @ ROWS[40]
    assert found.rows[0].tolist() == np.lexsort((np.arange(300), -exact))[:8].tolist()
    assert {40, 41} <= set(found.rows[0].tolist())
    np.testing.assert_allclose(found.scores[0], -np.sort(-exact)[:8], rtol=1e-5)


def test_fewer_rows_than_answers_leave_gaps():
    lengths = np.ones(3, np.float32)
    found = solver.solve(VECTORS.table, lengths, ROWS[:3], np.array([[0, 1, 2]]), 8, multiply=False)
    assert sorted(found.rows[0].tolist()) == [-1] * 5 + [0, 1, 2]
    assert np.isneginf(found.scores[0, 3:]).all()


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")  # gensim 4.4 calls its own
def test_multiplied_cosines_answer_as_gensims(tmp_path):
    keyed = pytest.importorskip("gensim").models.KeyedVectors(12)
    keyed.add_vectors(KEYS, ROWS)
    asked = [(a, b, c, keyed.most_similar_cosmul([b, c], [a], topn=1)[0][0]) for a, b, c, _ in QUESTIONS[:40]]
    (tmp_path / "q").write_text("\n".join([": all", *map(" ".join, asked)]))
    score = analogies(VECTORS, tmp_path / "q", method="mul")
    assert (score.total.correct, score.total.seen) == (40, 40)
    assert analogies(VECTORS, tmp_path / "q").total.correct < 40


@pytest.mark.parametrize(
    ("options", "said"),
    [({"method": "sum"}, "method must be add or mul"), ({"method": "mul", "unit": False}, "length one")],
)
def test_a_method_that_is_none_is_refused(tmp_path, options, said):
    (tmp_path / "q").write_text(": all\nw1 w2 w3 w4\n")
    with pytest.raises(OptionError, match=said):
        analogies(VECTORS, tmp_path / "q", **options)
