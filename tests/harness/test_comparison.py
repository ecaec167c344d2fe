"""Two models side by side: neighbours, places after turning, and scores on the same questions."""

from __future__ import annotations

from unicodedata import normalize

import numpy as np
import pytest

from omnivec import InputError, OptionError, Vectors
from omnivec.evaluate.words import Words
from omnivec.explore.comparison import analogy_scores, compare, score_tables, similarity_scores
from omnivec.explore.comparison.procrustes import displacements, rotation
from omnivec.explore.comparison.shared import shared
from omnivec.index.cosine import cosine

KEYS = [f"w{number}" for number in range(400)]
DRAW = np.random.default_rng(0)
MATRIX = DRAW.normal(size=(400, 12)).astype(np.float32)
TURN = np.linalg.qr(DRAW.normal(size=(12, 12)))[0].astype(np.float32)


def test_a_turned_copy_is_the_same_space():
    found = compare(Vectors(KEYS, MATRIX), Vectors(KEYS, MATRIX @ TURN * 3))
    assert found.overlap == pytest.approx(1, abs=0.001) and found.displacement < 1e-6
    assert found.common == 400 and found.only_a == found.only_b == 0


def test_vectors_drawn_anew_share_what_chance_gives():
    found = compare(Vectors(KEYS, MATRIX), Vectors(KEYS, DRAW.normal(size=(400, 12))))
    assert found.chance == pytest.approx(10 / 399)
    assert abs(found.overlap - found.chance) < 0.02
    assert found.displacement > 0.5


def test_a_word_that_moved_is_found_first():
    moved = MATRIX.copy()
    moved[7], moved[300] = -moved[7], moved[8]
    found = compare(
        Vectors(KEYS, MATRIX), Vectors(KEYS, moved @ TURN), movers=3, words=["w9", "w300", "none"]
    )
    assert [each.word for each in found.movers[:2]] == ["w7", "w300"]
    assert found.movers[0].displacement > 1.8 and found.movers[1].near_b[0] == "w8"
    assert [each.word for each in found.chosen] == ["w9", "w300"] and found.unknown == ["none"]
    assert found.chosen[0].displacement < 0.1


def test_overlap_is_what_a_loop_over_neighbours_gives():
    """Among common words alone, whatever else a vocabulary has, in another order."""
    other = MATRIX + DRAW.normal(size=(400, 12)).astype(np.float32) * 0.5
    order = np.r_[DRAW.permutation(390)]
    a = Vectors([*KEYS, "only"], np.vstack([MATRIX, MATRIX[:1]]))
    b = Vectors([KEYS[row] for row in order], other[order])
    found = compare(a, b, k=5, asked=None)
    common = KEYS[:390]
    wanted = {
        word: len({key for key, _ in a.neighbors(word, 5, among=common)}
                  & {key for key, _ in b.neighbors(word, 5, among=common)}) / 5
        for word in common
    }  # fmt: skip
    assert dict(zip(found.words, found.overlaps, strict=True)) == pytest.approx(wanted)
    assert (found.common, found.only_a, found.only_b) == (390, 11, 0)
    assert found.overlap_interval.low < found.overlap < found.overlap_interval.high


def test_the_order_of_the_two_does_not_matter():
    a, b = (
        Vectors(KEYS, MATRIX),
        Vectors(KEYS[::-1], (MATRIX[:, :7] + 0.3 * DRAW.normal(size=(400, 7)))[::-1]),
    )
    one, other = compare(a, b, asked=None), compare(b, a, asked=None)
    for numbers in ("overlaps", "displacements"):
        found = (dict(zip(each.words, getattr(each, numbers), strict=True)) for each in (one, other))
        assert next(found) == pytest.approx(next(found), abs=1e-6)


def test_frequent_words_come_first_and_bands_tell_them_apart():
    keys = [f"k{number}" for number in range(1500)]
    matrix = DRAW.normal(size=(1500, 6)).astype(np.float32)
    noisy = matrix.copy()
    noisy[1000:] += DRAW.normal(size=(500, 6))
    found = compare(Vectors(keys, matrix), Vectors(keys, noisy), asked=None)
    (first, count, overlap, moved), (last, rest, less, more) = found.bands
    assert (first, count, last, rest) == ("1–1,000", 1000, "1,001–1,500", 500)
    assert overlap > less and moved < more
    assert found.words[:3] == keys[:3]


def test_the_rotation_is_the_best_there_is():
    """scipy's, where dims are equal; orthonormal columns, where they are not."""
    linalg = pytest.importorskip("scipy.linalg")
    left, right = MATRIX, DRAW.normal(size=(400, 12)).astype(np.float32)
    best = linalg.orthogonal_procrustes(left.astype(float), right.astype(float))[0]
    assert np.allclose(rotation(left, right), best, atol=1e-8)
    fewer = rotation(left, right[:, :5])
    assert fewer.shape == (12, 5) and np.allclose(fewer.T @ fewer, np.eye(5), atol=1e-8)


def test_few_words_asked_are_not_brought_together_by_a_rotation_of_their_own():
    a, b = Vectors(KEYS, MATRIX), Vectors(KEYS, DRAW.normal(size=(400, 12)))
    few, all_ = compare(a, b, asked=6), compare(a, b, asked=None)
    assert np.allclose(few.displacements, all_.displacements[:6]) and few.displacements.mean() > 0.5
    assert not any("So few words" in note for note in few.tables()[0].notes)
    tiny = compare(a.subset(KEYS[:20]), b.subset(KEYS[:20]), asked=1)
    assert any("So few words" in note for note in tiny.tables()[0].notes)
    assert tiny.as_json()["overlap_ci"] is None


def test_a_row_of_zeros_is_nowhere():
    units = MATRIX / np.linalg.norm(MATRIX, axis=1, keepdims=True)
    units[0] = 0
    moved = displacements(units, units, 400)
    assert moved[0] == 1.0 and moved[1:].max() < 1e-6 and (moved >= 0).all()


def test_words_with_zeros_in_one_model_are_left_out_and_counted():
    holes, other = MATRIX.copy(), MATRIX.copy()
    holes[::40], other[5] = 0, 0
    found = compare(Vectors(KEYS, holes), Vectors(KEYS, other), words=["w5"])
    assert (found.common, found.zeros, found.only_a, found.only_b) == (389, 11, 0, 0)
    assert found.overlap == 1.0 and found.displacement < 1e-6 and found.unknown == ["w5"]
    assert any("11 more have zeros" in note for note in found.tables()[0].notes)
    assert found.as_json()["zeros"] == 11


def test_a_direction_that_all_share_hides_nothing():
    """Vectors that hardly learned have cosines near one, and are no more alike for it."""
    other = DRAW.normal(size=(400, 12)).astype(np.float32)
    plain = compare(Vectors(KEYS, MATRIX), Vectors(KEYS, other)).displacement
    shared_mean = compare(Vectors(KEYS, MATRIX + 30), Vectors(KEYS, other - 30)).displacement
    assert shared_mean > 0.5 and shared_mean == pytest.approx(plain, abs=0.15)


def test_keys_are_shared_as_they_are_spelled():
    a, b = Vectors(["b", "a", "c"], np.eye(3)), Vectors(["c", "x", "a", "b"], np.eye(4))
    common = shared(a, b)
    assert common.keys == ["c", "b", "a"]  # the sums of their rows are 2, 3 and 3
    assert [b.keys[row] for row in common.b] == common.keys


def test_hangul_in_two_forms_of_unicode_is_asked_for_in_either():
    keys = ["한국", "서울", "부산", "대구"]
    found = compare(Vectors(keys, np.eye(4)), Vectors(keys, np.eye(4)), words=[normalize("NFD", "한국")])
    assert [each.word for each in found.chosen] == ["한국"] and not found.unknown


def test_wrong_input_is_named():
    a = Vectors(KEYS, MATRIX)
    with pytest.raises(
        InputError, match="three common words or more .* A and B have 0; are they of one language"
    ):
        compare(a, Vectors(["x", "y"], np.eye(2)))
    for option in ("k", "asked"):
        with pytest.raises(OptionError, match=f"{option} must be 1 or more, got 0"):
            compare(a, a, **{option: 0})
    with pytest.raises(OptionError, match="movers must be 0 or more, got -1"):
        compare(a, a, movers=-1)


def test_few_words_have_fewer_neighbours():
    found = compare(Vectors(["a", "b", "c"], np.eye(3)), Vectors(["a", "b", "c"], np.eye(3)))
    assert found.k == 2 and found.overlap == 1.0 and found.chance == 1.0


@pytest.fixture
def judged(tmp_path):
    path = tmp_path / "pairs.tsv"
    rows = [
        f"{KEYS[a]}\t{KEYS[b]}\t{cosine(MATRIX[a], MATRIX[b])}" for a, b in DRAW.integers(0, 400, (80, 2))
    ]
    path.write_text("\n".join([*rows, "w1\tunheard\t3"]) + "\n")
    return path


def words(**models):
    return {name: Words(vectors) for name, vectors in models.items()}


def test_scores_are_over_the_questions_that_all_know(judged):
    noise = Vectors(KEYS, DRAW.normal(size=(400, 12)))
    fewer = Vectors(KEYS, MATRIX).subset(KEYS[:300])
    score = similarity_scores(words(truth=Vectors(KEYS, MATRIX), noise=noise, fewer=fewer), judged)
    assert score.asked == 81 and score.models["truth"].covered == 80
    assert score.known == score.models["fewer"].covered < 80
    assert score.models["truth"].value == score.models["fewer"].value == pytest.approx(1.0)
    by = {(a, b): found for a, b, found in score.differences}
    assert by["truth", "noise"].p_value < 0.01 and by["truth", "noise"].interval.low > 0
    assert by["truth", "fewer"].value == 0.0 and by["truth", "fewer"].p_value == 1.0


def test_the_score_of_a_model_is_that_of_evaluate(judged):
    from omnivec.evaluate import similarity

    noise = Vectors(KEYS, MATRIX + DRAW.normal(size=(400, 12)))
    score = similarity_scores(words(noise=noise, truth=Vectors(KEYS, MATRIX)), judged)
    alone = similarity(noise, judged)
    assert score.models["noise"].value == pytest.approx(alone.spearman)
    assert score.models["noise"].covered == alone.covered


def test_analogies_are_compared_question_by_question(tmp_path):
    from omnivec.evaluate import analogies

    path = tmp_path / "questions.txt"
    matrix = MATRIX.copy()
    questions = [(4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3) for n in range(30)]
    for a, b, c, d in questions:
        matrix[d] = matrix[b] - matrix[a] + matrix[c]
    path.write_text(": all\n" + "\n".join(" ".join(KEYS[row] for row in each) for each in questions) + "\n")
    solved, not_solved = Vectors(KEYS, matrix), Vectors(KEYS, DRAW.normal(size=(400, 12)))
    score = analogy_scores(words(solved=solved, unsolved=not_solved), path)
    assert score.models["solved"].value == pytest.approx(analogies(solved, path).total.accuracy)
    assert score.models["solved"].value > 0.6 > 0.1 > score.models["unsolved"].value
    assert score.differences[0][2].p_value < 1e-4
    table, differences = score_tables([score])
    assert [row[2] for row in table.rows] == ["solved", "unsolved"] and len(differences.rows) == 1


def test_questions_that_no_model_knows_have_no_score(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("x\ty\t1\ny\tz\t2\n")
    score = similarity_scores(words(a=Vectors(KEYS, MATRIX), b=Vectors(KEYS, MATRIX)), path)
    assert (
        score.known == 0 and score.models["a"].value is None and score.models["a"].interval.as_json() is None
    )
    assert score.as_json()["differences"][0]["p_value"] is None
    assert all(cell is None for table in score_tables([score]) for row in table.rows for cell in row[3:6:2])


def test_tables_json_and_page():
    found = compare(Vectors(KEYS, MATRIX), Vectors(KEYS, MATRIX[:, :6]), ("old", "new"), words=["w1", "x"])
    bands, moved, asked = found.tables()
    told = found.as_json()
    assert bands.rows[0][2] == told["overlap"] and bands.title == "old and new"
    assert "they meet in 6" in " ".join(bands.notes)
    assert [row[0] for row in moved.rows] == [each["word"] for each in told["movers"]]
    assert asked.notes == ["Not common, left out: x."]
    assert "near in old" in found._repr_html_()
