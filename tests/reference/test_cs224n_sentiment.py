"""The data set of assignment 2, sparse against dense training, and the whole run where its file is given.

OMNIVEC_SST names datasetSentences.txt of the Stanford Sentiment Treebank; a small text stands in without it.
"""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from omnivec.reference.cs224n import (
    StanfordSentiment,
    descent,
    get_negative_samples,
    mean_cosine,
    neighbours_with_counts,
    plot_words,
    train_sentiment,
)
from omnivec.reference.cs224n.run import WORDS, initial_vectors
from omnivec.reference.cs224n.sentiment import COPIES

LOSSES = {
    10: 19.061546, 20: 19.114918, 60: 19.717223, 100: 19.847231, 1000: 21.715595, 5000: 17.451834,
    10_000: 12.912945, 20_000: 10.307666, 30_000: 9.504812, 40_000: 9.812206,
}  # fmt: skip


def text(sentences=300, words=60, seed=0):
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    return [
        [f"w{i}" for i in rng.choice(words, rng.integers(1, 12), p=share / share.sum())]
        for _ in range(sentences)
    ]


def small(seed=31415, **options):
    options = {"table_size": 10_000, "sample": 1e-2} | options
    return StanfordSentiment.from_sentences(text(), random.Random(seed), **options)


def test_the_file_is_read_as_in_the_assignment(tmp_path):
    path = tmp_path / "datasetSentences.txt"
    path.write_text(
        "sentence_index\tsentence\n1\tThe Rock is the\n2\tcaf\u00e9 2\u00a01\\/2 !\n", encoding="utf-8"
    )
    dataset = StanfordSentiment(path)
    assert dataset.sentences == [["the", "rock", "is", "the"], ["café", "2", "1\\/2", "!"]]
    assert list(dataset.tokens) == ["the", "rock", "is", "café", "2", "1\\/2", "!", "UNK"]
    assert list(dataset.tokens.values()) == list(range(8))
    assert dataset.counts.tolist() == [2, 1, 1, 1, 1, 1, 1, 1]


def test_words_are_rejected_with_their_probability():
    dataset = small()
    total = dataset.counts.sum()
    expected = [max(0, 1 - np.sqrt(1e-2 * total / f)) for f in dataset.counts]
    np.testing.assert_allclose(dataset.reject_probability, expected)
    assert min(expected) == 0 and max(expected) > 0.3
    dataset.sentences = [["w0", "w1", "w2"] for _ in range(2000)]
    kept = np.array([sum(word in words for words in dataset.thinned) for word in ("w0", "w1", "w2")])
    q = 1 - np.array([dataset.reject_probability[dataset.tokens[word]] for word in ("w0", "w1", "w2")])
    others = np.array([1 - (1 - q[1]) * (1 - q[2]), 1 - (1 - q[0]) * (1 - q[2]), 1 - (1 - q[0]) * (1 - q[1])])
    n = 2000 * COPIES  # a word that is left alone goes with its sentence
    np.testing.assert_allclose(kept, n * q * others, atol=4 * np.sqrt(n))


def test_thinning_draws_one_number_for_each_word_that_can_be_rejected():
    dataset = small()
    twin = random.Random(31415)
    expected = []
    for _ in range(COPIES):
        for words in dataset.sentences:
            kept = []
            for word in words:
                p = dataset.reject_probability[dataset.tokens[word]]
                if p <= 0 or twin.random() >= p:
                    kept.append(word)
            if len(kept) > 1:
                expected.append(kept)
    assert dataset.thinned == expected and dataset.rng.getstate() == twin.getstate()


def test_the_table_holds_words_in_proportion_to_their_powered_counts():
    dataset = small()
    cumulative, expected, j = np.cumsum(dataset.counts**0.75), [], 0
    cumulative = cumulative / cumulative[-1] * 10_000
    for i in range(10_000):
        while j < len(cumulative) - 1 and i > cumulative[j]:
            j += 1
        expected.append(j)
    assert dataset.table == expected


def test_a_context_has_the_words_around_but_not_the_centre():
    dataset = small()
    assert dataset.thinned
    for window in (1, 3):
        for _ in range(200):
            state = dataset.rng.getstate()
            center, around = dataset.get_random_context(window)
            twin = random.Random()
            twin.setstate(state)
            while True:
                words = dataset.thinned[twin.randint(0, len(dataset.thinned) - 1)]
                place = twin.randint(0, len(words) - 1)
                near = [words[i] for i in range(len(words)) if 0 < abs(i - place) <= window]
                near = [word for word in near if word != words[place]]
                if near:
                    break
            assert (center, around) == (words[place], near)
            assert dataset.rng.getstate() == twin.getstate()


@pytest.mark.parametrize("table_size", [10_000, 8192, 1000])
def test_the_fast_negatives_are_the_slow_ones(table_size):
    fast, slow = small(table_size=table_size), small(table_size=table_size)
    for outside in (0, 1, 5):
        assert fast.sample_negatives(outside, 500) == get_negative_samples(outside, slow, 500)
    assert fast.rng.getstate() == slow.rng.getstate()


def test_sparse_training_is_dense_training():
    losses = {False: [], True: []}
    vectors = {}
    for dense in losses:
        vectors[dense], _ = train_sentiment(
            small(), 60, dim=6, window=3, dense=dense, report=lambda *p, dense=dense: losses[dense].append(p)
        )
    np.testing.assert_allclose(vectors[True], vectors[False], rtol=0, atol=1e-9)
    np.testing.assert_allclose(losses[True], losses[False], rtol=0, atol=1e-9)
    assert len(losses[True]) == 6
    assert np.abs(vectors[True] - initial_vectors(len(small().tokens), 6)).max() > 0.01


def test_a_resumed_training_is_the_uninterrupted_one(tmp_path, monkeypatch):
    monkeypatch.setattr(descent, "SAVE_PARAMS_EVERY", 50)
    whole, _ = train_sentiment(small(), 110, dim=3, window=3)
    train_sentiment(small(), 70, dim=3, window=3, folder=tmp_path)
    resumed, _ = train_sentiment(small(), 110, dim=3, window=3, folder=tmp_path)
    np.testing.assert_array_equal(resumed, whole)


def test_text_without_windows_is_refused():
    with pytest.raises(ValueError, match="no words in the sentences"):
        StanfordSentiment.from_sentences([[], []])
    with pytest.raises(ValueError, match="no sentence keeps two different words"):
        StanfordSentiment.from_sentences([["a"], ["b", "b"]], sample=1).get_random_context()
    with pytest.raises(ValueError, match="at least one word on each side, got 0"):
        small().get_random_context(0)


def test_mean_cosine_is_that_of_all_pairs():
    rows = np.random.default_rng(0).normal(size=(7, 3)) + 1
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [unit[i] @ unit[j] for i in range(7) for j in range(7) if i != j]
    assert mean_cosine(rows) == pytest.approx(np.mean(pairs), abs=1e-12)
    assert mean_cosine(np.ones((3, 2))) == pytest.approx(1)
    with pytest.raises(ValueError, match="two rows, got 1"):
        mean_cosine(np.ones((1, 2)))


def test_neighbours_stand_with_their_counts_best_first_equals_by_id():
    rows = np.array([[1.0, 0], [0, 1], [2, 0], [1, 1], [3, 3]])
    words = {word: row for row, word in enumerate("abcde")}
    found = neighbours_with_counts("a", words, rows, [5, 4, 3, 2, 1], top=3)
    assert [(n.word, n.occurrences) for n in found] == [("c", 3), ("d", 2), ("e", 1)]
    assert found[0].cosine == pytest.approx(1) and found[1].cosine == pytest.approx(2**-0.5)
    with pytest.raises(ValueError, match="unknown word 'z'"):
        neighbours_with_counts("z", words, rows, [1] * 5)


@pytest.fixture(scope="module")
def treebank():
    """The sentences of the published run; copies of the file with another spelling take another path."""
    name = os.environ.get("OMNIVEC_SST")
    if not name or not Path(name).is_file():
        pytest.skip("no sentiment sentences: OMNIVEC_SST names no datasetSentences.txt")
    dataset = StanfordSentiment(name, random.Random(31415))
    dataset.rng.randint(1, 5)
    if len(dataset.thinned) != 299_303:
        pytest.skip(f"{name} is another copy: {len(dataset.thinned)} sentences survive thinning, not 299303")
    return name


def check_losses(path, iterations):
    seen = {}
    vectors, dataset = train_sentiment(path, iterations, report=lambda i, loss: seen.update({i: loss}))
    for iteration, loss in LOSSES.items():
        if iteration <= iterations:
            assert seen[iteration] == pytest.approx(loss, abs=1e-5), iteration
    return vectors, dataset


def test_the_first_losses_of_the_assignment(treebank):
    _, dataset = check_losses(treebank, 100)
    assert len(dataset.sentences) == 11_855 and len(dataset.tokens) == 19_539
    assert dataset.counts.sum() == 227_245 + 1


@pytest.mark.slow
def test_the_whole_assignment(treebank, tmp_path):
    """All losses, the picture of the 24 words, and why it disappoints."""
    vectors, dataset = check_losses(treebank, 40_000)
    centers = vectors[: len(dataset.tokens)]
    assert mean_cosine(centers) == pytest.approx(0.9935, abs=1e-4)
    assert abs(mean_cosine(centers - centers.mean(axis=0))) < 0.01
    near = neighbours_with_counts("great", dataset.tokens, centers, dataset.counts)
    assert [n.word for n in near[:3]] == ["kenneth", "toast", "juan"]
    assert min(n.cosine for n in near) > 0.999 and max(n.occurrences for n in near) < 20
    assert dataset.counts[dataset.tokens["great"]] == 161
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = plot_words(centers, dataset.tokens, WORDS)
    assert [label.get_text() for label in ax.texts] == WORDS and len(WORDS) == 24
    ax.figure.savefig(tmp_path / "word_vectors.png")
    assert (tmp_path / "word_vectors.png").stat().st_size > 5000
