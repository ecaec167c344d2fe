"""Huffman's tree against known code lengths, a heap, and the rules of probability."""

import heapq

import numpy as np
import pytest

from omnivec.reference.huffman import paths, probabilities, tree
from omnivec.reference.losses import window_loss

COUNTS = [45, 16, 13, 12, 9, 5]
"""The example of Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms"."""


def lengths(counts):
    return [len(way) for way in paths(tree(counts))]


@pytest.mark.parametrize(
    ("counts", "expected", "total"),
    [(COUNTS, [1, 3, 3, 3, 4, 4], 224), ([2, 1, 1, 1, 1, 1, 1], [2, 3, 3, 3, 3, 3, 3], 22)],
)
def test_code_lengths_are_the_known_ones(counts, expected, total):
    assert lengths(counts) == expected
    assert np.dot(lengths(counts), counts) == total


def test_children_of_every_inner_node():
    """5 + 9 = 14, 12 + 13 = 25, 14 + 16 = 30, 25 + 30 = 55, 45 + 55 = 100: at each sum its two children."""
    np.testing.assert_array_equal(tree(COUNTS), [[5, 4], [3, 2], [6, 1], [7, 8], [0, 9]])
    assert paths(tree(COUNTS))[0] == [(4, 1)]
    assert paths(tree(COUNTS))[5] == [(4, -1), (3, -1), (2, 1), (0, 1)]


def least_total(counts):
    """What all paths together cost at least, by the heap of the textbooks."""
    heap, total = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        total += both
        heapq.heappush(heap, both)
    return total


@pytest.mark.parametrize("seed", range(20))
def test_no_tree_is_cheaper(seed):
    draw = np.random.default_rng(seed)
    counts = np.sort(draw.integers(1, 4 + 20 * seed, 3 + 11 * seed))[::-1]
    children = tree(counts)
    rows = len(counts)
    assert sorted(children.ravel()) == list(range(2 * rows - 2))  # every node but the root has one parent
    assert (children < rows + np.arange(rows - 1)[:, None]).all()  # children before their parents
    assert np.dot(lengths(counts), counts) == least_total(counts)


def test_leaf_goes_first_on_a_tie_so_that_the_longest_path_is_short():
    """With the inner node first, as word2vec.c and fastText have it, the lengths are 1, 2, 3, 3: as cheap."""
    assert lengths([2, 2, 1, 1]) == [2, 2, 2, 2]


def test_words_whose_counts_double_make_a_path_as_long_as_the_vocabulary():
    assert lengths([2**k for k in range(62, -1, -1)]) == [*range(1, 63), 62]


def test_paths_of_a_tree_deeper_than_any_call_stack():
    rows = 2500
    chain = [[rows - 1, rows - 2]] + [[rows + k - 1, rows - 2 - k] for k in range(1, rows - 1)]
    ways = paths(chain)
    assert [len(way) for way in ways] == [*range(1, rows), rows - 1]
    assert ways[0] == [(rows - 2, -1)]
    nodes = np.zeros((rows - 1, 1))
    assert probabilities(chain, nodes, np.ones(1))[:3].tolist() == [0.5, 0.25, 0.125]


def test_one_word_needs_no_decision():
    assert tree([7]).shape == (0, 2) and paths(tree([7])) == [[]]
    assert probabilities(tree([7]), np.zeros((0, 3)), np.ones(3)).tolist() == [1]


@pytest.mark.parametrize("counts", [COUNTS, [2, 1, 1, 1, 1, 1, 1], range(500, 0, -1)])
def test_probabilities_of_all_words_are_one_together(counts):
    draw = np.random.default_rng(len(counts))
    for scale in (0.1, 1, 10):
        nodes, h = draw.normal(0, scale, (len(counts) - 1, 8)), draw.normal(size=8)
        assert probabilities(tree(counts), nodes, h).sum() == pytest.approx(1, abs=1e-9)


def test_loss_of_a_path_is_minus_the_logarithm_of_its_leaf_s_probability():
    draw = np.random.default_rng(1)
    nodes, h = draw.normal(size=(5, 8)), draw.normal(size=8)
    chances = probabilities(tree(COUNTS), nodes, h)
    for way, chance in zip(paths(tree(COUNTS)), chances, strict=True):
        rows, signs = map(list, zip(*way, strict=True))
        assert window_loss(h[None], nodes[rows], signs) == pytest.approx(-np.log(chance), abs=1e-12)
