"""What holds for learners of text on planted data: given vectors, going on with any file, many threads."""

import numpy as np
import pytest

from omnivec import Classifier, FastText, OptionError, Vectors, extend, load
from omnivec.cli import main

DIM, LABELS = 16, 100
WORDS = [[f"w{label}x{k}" for k in range(4)] for label in range(LABELS)]
TELLER = Classifier(dim=DIM, epochs=5, lr=0.5, threads=1, seed=3)
SUBWORDS = FastText(dim=DIM, epochs=3, threads=1, min_count=1, sample=0.0, buckets=300)
TEXT = ["the king rules the queen and the throne", "the cat eats what the dog milks"] * 40


def planted(seed: int, count: int, sure: float = 1.0) -> list[tuple[str, str]]:
    """Each text has three words of its label, or with a chance of 1 − sure of any, among five common ones."""
    draw = np.random.default_rng(seed)
    found = []
    for label in draw.integers(0, LABELS, count):
        of = np.where(draw.random(3) < sure, label, draw.integers(0, LABELS, 3))
        words = [*(WORDS[k][draw.integers(4)] for k in of), *(f"c{k}" for k in draw.integers(0, 50, 5))]
        found.append((" ".join(draw.permutation(words)), f"L{label}"))
    return found


def known_vectors() -> Vectors:
    """Words of a label lie around its own point; every fourth one is not there."""
    draw = np.random.default_rng(9)
    words = [word for some in WORDS for word in some[:3]]
    points = np.repeat(draw.normal(0, 1, (LABELS, DIM)), 3, axis=0)
    return Vectors(words, (points + draw.normal(0, 0.3, points.shape)).astype(np.float32))


def right(model, sure: float = 1.0) -> float:
    asked = planted(2, 4000, sure)
    answers = model.predict([text for text, _ in asked])
    return float(np.mean([answer[0][0] == label for answer, (_, label) in zip(answers, asked, strict=True)]))


def test_given_vectors_tell_a_hundred_labels_better_than_random_ones_and_frozen_ones_keep_every_bit():
    given, texts = known_vectors(), planted(1, 1000)
    random, tuned = TELLER.fit(texts), TELLER.fit(texts, start=given)
    frozen = TELLER.fit(texts, start=given, frozen=True)
    rows = {word: row for row, word in enumerate(frozen.keys)}
    there = [word for word in given.key_to_index if word in rows]
    assert len(there) > 250 and len(rows) > len(there)
    for word in there:
        np.testing.assert_array_equal(frozen.tables["inputs"][rows[word], :DIM], given[word])
    start = TELLER.replaced(lr=1e-9).fit(texts, start=given)
    assert (frozen.tables["inputs"][rows["c1"]] != start.tables["inputs"][rows["c1"]]).any()
    assert right(tuned) >= right(random) + 0.05 and right(frozen) >= right(random) + 0.05


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    SUBWORDS.fit(TEXT).save(folder / "model")
    for name, kind in (("model.bin", "fasttext"), ("model.vec", "word2vec")):
        assert main(["export", str(folder / "model"), str(folder / name), "--to", kind, "-q"]) == 0
    for name, more in (("coded", []), ("fewer", ["--cutoff", "100"]), ("half", ["--dtype", "float16"])):
        assert main(["quantize", str(folder / "model"), str(folder / name), *more, "-q"]) == 0
    return folder


@pytest.mark.parametrize("file", ["model.bin", "model.vec"])
def test_a_file_of_fasttext_starts_both_learners_and_its_words_stay(file, trained):
    given = load(trained / file).vectors
    words = SUBWORDS.fit([*TEXT, *["an unknown word"] * 5], start=trained / file, frozen=True)
    tells = TELLER.fit(
        [("the king rules", "royal"), ("a cat eats", "animal")] * 9, start=trained / file, frozen=True
    )
    for model in (words, tells):
        row = model.keys.row("king")
        np.testing.assert_array_equal(model.tables["inputs"][row, :DIM], given["king"])
        assert model.record["start"]["frozen"] and 0 < model.record["start"]["words"] < len(model.keys)


def test_a_file_with_both_sides_goes_on_and_knows_the_new_words(trained):
    grown = extend(trained / "model.bin", [*TEXT, *["the emperor rules"] * 9])
    assert "emperor" in grown.keys and set(load(trained / "model.bin").keys) < set(grown.keys)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("coded", "float32 numbers, this model holds pq"), ("fewer", "take the original"),
        ("half", "float32 numbers, this model holds float16"), ("model.vec", "holds vectors alone"),
    ],
)  # fmt: skip
def test_what_lost_digits_or_rows_or_a_side_cannot_go_on_and_says_so_in_one_line(name, why, trained):
    with pytest.raises(OptionError, match=why) as caught:
        extend(trained / name, TEXT)
    assert "\n" not in str(caught.value)


@pytest.mark.slow  # eight threads over some ten thousand texts
def test_labels_told_do_not_depend_on_the_number_of_threads():
    texts, sure = planted(1, 12_000, 0.7), 0.7  # some words mislead, so that not all can be right
    learner = TELLER.replaced(lr=0.2)
    scores = [right(learner.replaced(threads=threads).fit(texts), sure) for threads in (1, 2, 4, 8)]
    assert max(scores) - min(scores) <= 0.01 and 0.75 < min(scores) < 0.95


@pytest.mark.slow  # eight threads over some ten thousand lines
def test_words_learned_do_not_depend_on_the_number_of_threads():
    """Share of words whose nearest neighbour is of the same group."""
    lines = [text for text, _ in planted(1, 12_000)]
    groups = [word for some in WORDS for word in some]
    scores = []
    for threads in (1, 2, 4, 8):
        vectors = SUBWORDS.replaced(threads=threads, maxn=0).fit(lines).vectors
        matrix = np.array([vectors[word] for word in groups])
        matrix -= matrix.mean(0)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        near = matrix @ matrix.T
        np.fill_diagonal(near, -1)
        scores.append(float(np.mean(near.argmax(1) // 4 == np.arange(len(groups)) // 4)))
    assert max(scores) - min(scores) <= 0.01 and min(scores) > 0.8


@pytest.mark.parametrize(
    "learner", [FastText(buckets=2**31 - 1), Classifier(buckets=2**30, maxn=3, word_ngrams=2)]
)
def test_more_rows_than_int32_counts_are_refused(learner):
    with pytest.raises(OptionError, match="lower buckets"):
        learner.memory(10)
    assert learner.replaced(buckets=2**29).memory(10)["inputs"] >= 2**29 * 448
