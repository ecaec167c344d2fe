"""In how many lists of neighbours a word is: against the definition, on planted hubs, and its bad input."""

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors
from omnivec.evaluate.hubness import hubs


def random_vectors(rows=60, dim=5, seed=1):
    matrix = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return Vectors([f"w{row}" for row in range(rows)], matrix)


def by_definition(matrix, k):
    """How often each row is among the k rows with the largest cosines of another one."""
    units = matrix.astype(np.float64) / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return np.bincount(nearest.ravel(), minlength=len(matrix))


@pytest.mark.parametrize("k", [1, 4, 10])
def test_counts_are_those_of_the_definition(k):
    vectors = random_vectors()
    found = hubs(vectors, k=k)
    assert found.counts.tolist() == by_definition(vectors.vectors, k).tolist()
    assert found.counts.mean() == k == found.k and found.words == 60


def test_only_the_first_words_are_asked_and_listed():
    vectors = random_vectors()
    found = hubs(vectors, k=3, words=20)
    assert found.counts.tolist() == by_definition(vectors.vectors[:20], 3).tolist()


def test_a_word_that_is_not_asked_is_in_the_lists_that_it_would_join():
    vectors = random_vectors()
    asked = hubs(vectors, k=3, words=40)
    rows = np.arange(60)
    found = asked.occurrences(vectors.vectors, rows)
    assert found[:40].tolist() == asked.counts.tolist()
    for row in range(40, 60):
        joined = np.concatenate([vectors.vectors[:40], vectors.vectors[row : row + 1]])
        assert found[row] == by_definition(joined, 3)[:40].size - 40 + _lists_with_the_last(joined, 3)


def _lists_with_the_last(matrix, k):
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -np.inf)
    return sum(len(matrix) - 1 in row for row in np.argsort(-cosines[:-1], axis=1)[:, :k])


def test_a_planted_hub_is_found_and_makes_the_counts_skew():
    draw = np.random.default_rng(3)
    common = draw.normal(size=30)
    matrix = draw.normal(size=(200, 30)) + 0.6 * common
    even = hubs(Vectors([str(n) for n in range(200)], draw.normal(size=(200, 30))))
    matrix[7] = common  # near to what all have in common
    planted = hubs(Vectors([str(n) for n in range(200)], matrix))
    row, count = planted.largest(1)[0]
    assert row == 7 and count > 100
    assert planted.skewness > 3 > even.skewness
    assert planted.in_none > even.in_none


def test_counts_that_are_all_alike_have_no_skewness():
    ring = Vectors(["a", "b"], np.eye(2))
    assert hubs(ring).counts.tolist() == [1, 1] and hubs(ring).skewness is None


def test_zeros_are_nobodys_hub():
    matrix = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    matrix[:, 0] = np.abs(matrix[:, 0]) + 3  # all cosines are above 0
    matrix[5] = 0
    assert hubs(Vectors([str(n) for n in range(20)], matrix), k=3).counts[5] == 0


def test_rows_of_zeros_have_no_lists_and_are_in_none():
    matrix = np.random.default_rng(2).normal(size=(40, 6)).astype(np.float32)
    holes = np.insert(matrix, [0, 7, 7, 30], 0, axis=0)
    there = holes.any(axis=1)
    found, plain = (hubs(Vectors([str(n) for n in range(len(m))], m), k=5) for m in (holes, matrix))
    assert found.counts[there].tolist() == plain.counts.tolist() and not found.counts[~there].any()
    assert (found.skewness, found.in_none, found.words) == (plain.skewness, plain.in_none, 40)
    strange = np.concatenate([np.zeros((1, 6), np.float32), -matrix[:1]])
    assert (
        found.occurrences(strange, np.array([-1, -1])).tolist()
        == plain.occurrences(strange, np.array([-1, -1])).tolist()
    )
    alone = hubs(Vectors(["a", "b"], [[1.0, 0], [-1, 0]]))  # whose lists end at a cosine below 0
    assert alone.occurrences(np.zeros((1, 2), np.float32), np.array([-1])).tolist() == [0]


def test_few_rows_have_short_lists():
    assert hubs(random_vectors(rows=4), k=10).k == 3


@pytest.mark.parametrize("given", [{"k": 0}, {"words": 0}])
def test_numbers_below_one_are_refused(given):
    with pytest.raises(OptionError, match="must be 1 or more, got 0"):
        hubs(random_vectors(), **given)


def test_a_single_word_is_refused():
    with pytest.raises(InputError, match="two or more"):
        hubs(Vectors(["alone"], [[1.0]]))
    with pytest.raises(InputError, match="of the first 3 words 1 has a direction"):
        hubs(Vectors(["alone", "zero", "nothing"], [[1.0], [0], [0]]))
