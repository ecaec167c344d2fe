"""The layout: its forces are those of t-SNE, it shows what is near, and threads do not change it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.explore.map import layout as module
from omnivec.explore.map.clusters import clusters, names
from omnivec.explore.map.layout import _Forces, layout, symmetric
from omnivec.explore.projection import kept_neighbors, project


def rows_of(count, groups=4, dim=16):
    draw = np.random.default_rng(3)
    centres = draw.normal(0, 1, (groups, dim))
    return (centres[np.arange(count) % groups] + draw.normal(0, 0.25, (count, dim))).astype(np.float32)


def nearest_of(matrix, k=10):
    vectors = Vectors(map(str, range(len(matrix))), matrix)
    return vectors.index.query(matrix, k, exclude=np.arange(len(matrix))[:, None]).rows


def defined(points, nearest, stronger):
    """A quarter of minus the gradient, by its definition: all pairs, float64."""
    count, k = nearest.shape
    weights = np.zeros((count, count))
    np.add.at(weights, (np.repeat(np.arange(count), k), nearest.ravel()), 1)
    weights = (weights + weights.T) / (2 * count * k)
    ways = points[:, None].astype(np.float64) - points[None]
    near = 1 / (1 + (ways**2).sum(axis=2))
    np.fill_diagonal(near, 0)
    forces = (stronger * weights - near / near.sum()) * near
    return -(forces[:, :, None] * ways).sum(axis=1)


@pytest.mark.parametrize("spread", [0.01, 3.0, 60.0])
@pytest.mark.parametrize("stronger", [1.0, 12.0])
def test_forces_are_those_of_t_sne(spread, stronger):
    matrix = rows_of(700)
    nearest = nearest_of(matrix)
    points = (np.random.default_rng(2).normal(0, spread, (700, 2)) ** 3 / spread**2).astype(np.float32)
    points[5] = points[6]  # on top of each other
    with ThreadPoolExecutor(2) as pool:
        found = _Forces(nearest).at(points, stronger, pool)
    wanted = defined(points, nearest, stronger)
    # What is far pushes as one body: 1 % of the typical force is what that costs.
    assert np.abs(found - wanted).max() < 0.06 * np.abs(wanted).max()
    assert np.sqrt(((found - wanted) ** 2).mean()) < 0.01 * np.sqrt((wanted**2).mean())


def test_few_rows_far_from_each_other_have_exact_forces():
    points = np.array([[0, 0], [3, 0], [0, 4], [5, 5]], np.float32)
    nearest = np.array([[1], [0], [0], [1]])
    with ThreadPoolExecutor(1) as pool:
        found = _Forces(nearest).at(points, 1.0, pool)
    np.testing.assert_allclose(found, defined(points, nearest, 1.0), rtol=1e-4, atol=1e-7)


def test_pairs_go_both_ways_and_none_is_left_out():
    pairs, starts = symmetric(np.array([[1, -1], [2, 0], [1, -1]]))
    assert [sorted(pairs[a:b].tolist()) for a, b in zip(starts, starts[1:], strict=False)] == [
        [1, 1],
        [0, 0, 2, 2],
        [1, 1],
    ]


def test_groups_come_apart_and_neighbours_stay():
    matrix = rows_of(400)
    start = project(matrix, "pca").points
    points = layout(nearest_of(matrix), start)
    middles = np.stack([points[group::4].mean(axis=0) for group in range(4)])
    own = np.linalg.norm(points - middles[np.arange(400) % 4], axis=1)
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2)[~np.eye(4, dtype=bool)].min()
    assert np.quantile(own, 0.9) < apart / 2
    assert kept_neighbors(matrix, points) > max(0.4, 2 * kept_neighbors(matrix, start))


def test_threads_do_not_change_a_bit_and_the_seed_does(monkeypatch):
    matrix = rows_of(150)
    nearest, start = nearest_of(matrix), project(matrix, "pca").points
    monkeypatch.setattr(module, "STEPS", 60)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(module.blas, "cores", lambda threads=threads: threads)
        found.append(layout(nearest, start))
    np.testing.assert_array_equal(*found)
    assert (layout(nearest, start, seed=2) != found[0]).any()


@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_few_and_equal_rows_have_places(count):
    matrix = np.ones((count, 4), np.float32)
    nearest = np.full((count, 10), -1)
    found = nearest_of(matrix)
    nearest[:, : found.shape[1]] = found
    points = layout(nearest, np.zeros((count, 2), np.float32))
    assert points.shape == (count, 2) and np.isfinite(points).all()
    if count > 2:
        assert len(np.unique(points, axis=0)) == count  # none hides another


def test_clusters_are_the_planted_ones_and_named_by_frequent_words():
    matrix = rows_of(400)
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    found, near = clusters(iter([units[:100], units[100:]]), units, 4, seed=1)
    for group in range(4):
        assert len(set(found[group::4])) == 1
    assert len(set(found)) == 4 and near.min() > 0.5
    called = names([f"w{row}" for row in range(400)], found, near, 4)
    assert all(int(word[1:]) < 150 for name in called for word in name.split(", "))
    same, _ = clusters(iter([np.ones((5, 3), np.float32)]), np.ones((5, 3), np.float32), 4, seed=1)
    assert set(same) == {0}
