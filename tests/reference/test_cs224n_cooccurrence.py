"""Assignment 1: words, co-occurrences, two dimensions, the picture."""

import numpy as np
import pytest

from omnivec.reference.cs224n import (
    compute_co_occurrence_matrix,
    distinct_words,
    plot_embeddings,
    plot_words,
    read_corpus,
    reduce_to_k_dim,
)

TOY = [
    "START All that glitters isn't gold END".split(),
    "START All's well that ends well END".split(),
]
WORDS = ["All", "All's", "END", "START", "ends", "glitters", "gold", "isn't", "that", "well"]
NEAR = {
    "All": "START that", "All's": "START well", "END": "gold well", "START": "All All's", "ends": "that well",
    "glitters": "isn't that", "gold": "END isn't", "isn't": "glitters gold", "that": "All ends glitters well",
    "well": "All's END ends that",
}  # fmt: skip


def test_the_words_of_the_toy():
    assert distinct_words(TOY) == (WORDS, 10)
    assert distinct_words([]) == ([], 0)


def test_the_matrix_of_the_toy():
    M, word2ind = compute_co_occurrence_matrix(TOY, 1)
    assert list(word2ind) == WORDS and list(word2ind.values()) == list(range(10))
    assert {w: " ".join(WORDS[j] for j in np.flatnonzero(M[i])) for i, w in enumerate(WORDS)} == NEAR
    assert set(M[M > 0]) == {1.0} and np.array_equal(M, M.T)


@pytest.mark.parametrize("window", [1, 2, 4, 9])
def test_windows_end_with_their_document(window):
    rng = np.random.default_rng(0)
    corpus = [[f"w{i}" for i in rng.integers(0, 5, n)] for n in (0, 1, 7, 12)]
    words, n = distinct_words(corpus)
    expected = np.zeros((n, n))
    for document in corpus:
        for i, left in enumerate(document):
            for j, right in enumerate(document):
                expected[words.index(left), words.index(right)] += 0 < abs(i - j) <= window
    np.testing.assert_array_equal(compute_co_occurrence_matrix(corpus, window)[0], expected)
    with pytest.raises(ValueError, match="got 0"):
        compute_co_occurrence_matrix(corpus, 0)


def test_two_dimensions_of_the_toy():
    assert reduce_to_k_dim(compute_co_occurrence_matrix(TOY, 1)[0], 2).shape == (10, 2)


@pytest.mark.parametrize("k", [2, 3])
def test_the_dimensions_span_what_scikit_learn_finds(k):
    """Principal angles between the two subspaces below 1e-3, and the same lengths along them."""
    decomposition = pytest.importorskip("sklearn.decomposition")
    rng = np.random.default_rng(0)
    corpus = [[f"w{i}" for i in rng.zipf(1.6, 20) if i < 60] for _ in range(100)]
    M, _ = compute_co_occurrence_matrix(corpus)
    ours = reduce_to_k_dim(M, k)
    theirs = decomposition.TruncatedSVD(n_components=k, n_iter=10, random_state=0).fit_transform(M)
    cosines = np.linalg.svd(np.linalg.qr(ours)[0].T @ np.linalg.qr(theirs)[0])[1]
    assert np.arccos(np.minimum(cosines, 1)).max() < 1e-3
    np.testing.assert_allclose(np.linalg.norm(ours, axis=0), np.linalg.norm(theirs, axis=0), rtol=1e-6)


def test_reuters_is_read_from_its_folder(tmp_path):
    for name, text in {
        "test/2": "OIL rose 1.5 pct",
        "training/1": "Kuwait's\noil",
        "training/3": "corn",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="iso8859-2")
    (tmp_path / "cats.txt").write_text(
        "training/1 crude\ntest/2 gas crude\ntraining/3 corn\n", encoding="ascii"
    )
    assert read_corpus(tmp_path) == [
        "<START> oil rose 1 . 5 pct <END>".split(),
        "<START> kuwait ' s oil <END>".split(),
    ]
    with pytest.raises(ValueError, match="no document of category 'gold'"):
        read_corpus(tmp_path, "gold")


@pytest.fixture
def axes():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot.subplots()[1]
    pyplot.close("all")


POINTS = np.array([[1.0, 1], [-1, -1], [1, -1], [-1, 1], [0, 0]])
KNOWN = {f"test{i + 1}": i for i in range(5)}


def test_only_the_words_asked_for_are_drawn_where_they_are(axes, tmp_path):
    words = ["test5", "test1", "test3"]
    assert plot_embeddings(POINTS, KNOWN, words, axes) is axes
    assert [label.get_text() for label in axes.texts] == words
    np.testing.assert_array_equal(axes.collections[0].get_offsets(), POINTS[[4, 0, 2]])
    assert [label.xy for label in axes.texts] == [(0, 0), (1, 1), (1, -1)]
    axes.figure.savefig(tmp_path / "points.png")
    assert (tmp_path / "points.png").stat().st_size > 5000


def test_new_axes_are_made_where_none_are_given(axes):
    assert plot_embeddings(POINTS, KNOWN, ["test1"]) is not axes


def test_words_lie_on_the_main_axes_of_their_own_vectors(axes):
    vectors = np.random.default_rng(0).normal(size=(5, 4)) * [1, 9, 1, 5]
    words = ["test1", "test2", "test4", "test5"]
    plot_words(vectors, KNOWN, words, axes)
    points = np.asarray(axes.collections[0].get_offsets())
    chosen = vectors[[0, 1, 3, 4]] - vectors[[0, 1, 3, 4]].mean(0)
    values = np.linalg.eigvalsh(chosen.T @ chosen)[::-1]
    np.testing.assert_allclose(points.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose((points**2).sum(0), values[:2])


@pytest.mark.parametrize("plot", [plot_embeddings, plot_words])
def test_an_unknown_word_is_named(axes, plot):
    with pytest.raises(ValueError, match="unknown word 'test9'"):
        plot(POINTS, KNOWN, ["test1", "test9"], axes)
