"""Rows in the plane: PCA and SVD by another road, t-SNE, and the share of neighbours that is kept."""

import math

import numpy as np
import pytest

from omnivec.errors import MissingExtra, NotFinite, OptionError
from omnivec.explore import kept_neighbors, project
from omnivec.explore.projection import BLOCK


def rows(count, dim, seed=1):
    draw = np.random.default_rng(seed)
    return (draw.normal(size=(count, dim)) * np.linspace(3, 0.2, dim) + draw.normal(size=dim)).astype("f4")


def cloud(count=40, dim=12, apart=6.0):
    """Two groups far from each other."""
    return rows(count, dim) * 0.2 + np.repeat([[apart], [-apart]], count // 2, axis=0) * np.eye(dim)[0]


@pytest.mark.parametrize("shape", [(50, 8), (6, 20), (BLOCK + 300, 5)])
@pytest.mark.parametrize("method", ["pca", "svd"])
def test_the_two_axes_are_those_of_a_decomposition_of_all_rows(shape, method):
    matrix = rows(*shape)
    centred = matrix.astype(float) - (matrix.mean(0, dtype=float) if method == "pca" else 0)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    found = project(matrix, method, unit=False)
    expected = left[:, :2] * singular[:2]
    for axis in range(2):
        sign = np.sign(expected[np.abs(expected[:, axis]).argmax(), axis])
        np.testing.assert_allclose(found.points[:, axis], sign * expected[:, axis], atol=2e-5 * singular[0])
    np.testing.assert_allclose(found.explained, singular[:2] ** 2 / (singular**2).sum(), rtol=1e-6)


def test_pca_equals_scikit_learn():
    decomposition = pytest.importorskip("sklearn.decomposition")
    matrix = rows(200, 10)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    expected = decomposition.PCA(2).fit(unit)
    found = project(matrix)
    np.testing.assert_allclose(np.abs(found.points), np.abs(expected.transform(unit)), atol=1e-5)
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, rtol=1e-5)


def test_lengths_count_only_without_unit():
    matrix = rows(30, 6)
    longer = matrix * np.linspace(1, 9, 30, dtype=np.float32)[:, None]
    np.testing.assert_allclose(project(longer).points, project(matrix).points, atol=1e-5)
    assert not np.allclose(project(longer, unit=False).points, project(matrix, unit=False).points, atol=0.1)


@pytest.mark.parametrize("method", ["pca", "svd"])
def test_few_rows_lie_where_they_must(method):
    one = project([[3.0, 4.0]], method)
    assert one.points.shape == (1, 2)
    if method == "pca":
        assert one.points.tolist() == [[0, 0]] and one.explained is None
    two = project([[1.0, 0.0], [0.0, 1.0]], method)
    assert np.linalg.norm(two.points[0] - two.points[1]) == pytest.approx(math.sqrt(2), abs=1e-6)
    narrow = project([[1.0], [2.0], [4.0]], method, unit=False)
    assert narrow.points[:, 1].tolist() == [0, 0, 0] and narrow.explained == (1, 0)


def test_tsne_keeps_groups_together_and_repeats():
    pytest.importorskip("sklearn")
    matrix = cloud(16)
    found = project(matrix, "tsne")
    assert found.explained is None and found.title == "t-SNE"
    first, second = found.points[:8], found.points[8:]
    within = np.linalg.norm(first - first.mean(0), axis=1).max()
    assert np.linalg.norm(first.mean(0) - second.mean(0)) > within
    few = project(matrix[:4], "tsne").points
    assert few.shape == (4, 2) and (project(matrix[:4], "tsne").points == few).all()


def test_umap_keeps_groups_together():
    pytest.importorskip("umap")
    found = project(cloud(), "umap").points
    gap = np.linalg.norm(found[:20].mean(0) - found[20:].mean(0))
    assert gap > np.linalg.norm(found[:20] - found[:20].mean(0), axis=1).mean()


@pytest.mark.parametrize("method,module", [("tsne", "sklearn.manifold"), ("umap", "umap")])
def test_what_is_not_installed_names_its_command(method, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match="pip install"):
        project(rows(10, 4), method)


def test_bad_input_is_refused():
    with pytest.raises(OptionError, match="'pca2'"):
        project(rows(5, 3), "pca2")
    with pytest.raises(OptionError, match="t-SNE needs 4 rows, got 3; use pca"):
        project(rows(3, 3), "tsne")
    with pytest.raises(OptionError, match="PCA needs 1 rows, got 0"):
        project(np.empty((0, 3)))
    with pytest.raises(OptionError, match="shape"):
        project([1.0, 2.0])
    broken = rows(5, 3)
    broken[2, 1] = np.nan
    for unit in (True, False):
        with pytest.raises(NotFinite):
            project(broken, unit=unit)


def kept_slowly(matrix, points, nearest):
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = unit @ unit.T
    apart = ((points[:, None] - points[None]) ** 2).sum(2)
    np.fill_diagonal(cosines, -np.inf)
    np.fill_diagonal(apart, np.inf)
    shares = [
        len(set(np.argsort(-cosines[row])[:nearest]) & set(np.argsort(apart[row])[:nearest])) / nearest
        for row in range(len(matrix))
    ]
    return np.mean(shares)


def test_kept_neighbors_equals_counting():
    matrix = rows(60, 9)
    points = project(matrix).points
    assert kept_neighbors(matrix, points, 7) == pytest.approx(kept_slowly(matrix, points, 7))
    flat = rows(60, 2) - 5
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    assert kept_neighbors(flat, unit) == 1


def test_kept_neighbors_of_chance_and_of_a_sample(monkeypatch):
    draw = np.random.default_rng(3)
    matrix, points = rows(2000, 8), draw.normal(size=(2000, 2))
    assert kept_neighbors(matrix, points, 100) == pytest.approx(100 / 1999, abs=0.01)
    near = project(matrix).points
    whole = kept_neighbors(matrix, near, sample=2000)
    assert kept_neighbors(matrix, near, sample=700) == pytest.approx(whole, abs=0.02)
    monkeypatch.setattr("omnivec.explore.projection.FLOATS_AT_ONCE", 5000)  # two rows at once
    assert kept_neighbors(matrix, near, sample=700) == kept_neighbors(matrix, near, sample=700)
    assert kept_neighbors(matrix[:60], near[:60]) == pytest.approx(kept_slowly(matrix[:60], near[:60], 10))


def test_kept_neighbors_of_few_rows():
    assert math.isnan(kept_neighbors([[1.0, 2.0]], [[0.0, 0.0]]))
    assert kept_neighbors([[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]) == 1
    for name in ("topn", "sample"):
        with pytest.raises(OptionError, match=f"{name} must be 1 or more, got 0"):
            kept_neighbors(rows(5, 3), np.zeros((5, 2)), **{name: 0})
    with pytest.raises(OptionError, match="5 rows, got 4 points"):
        kept_neighbors(rows(5, 3), np.zeros((4, 2)))
