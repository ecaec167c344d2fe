"""Measures of bias: their definitions, their chance, and what they say of odd lists."""

import itertools
import json
import math
import tracemalloc

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.errors import InputError, NotFinite, OptionError, UnknownKey
from omnivec.evaluate import bias
from omnivec.evaluate.bias.logistic import fitted, probabilities, widened
from omnivec.evaluate.bias.permutation import p_values
from omnivec.evaluate.bias.recovered import by_kernel
from omnivec.model import Model

WORDS = [f"w{number}" for number in range(40)]


def group(name, *words):
    return bias.Group(name, words)


@pytest.fixture(scope="module")
def vectors():
    """Forty words; the first five lie near the next five but one."""
    draw = np.random.default_rng(1)
    matrix = draw.normal(size=(40, 8))
    matrix[:5] += [4, 0, 0, 0, 0, 0, 0, 0]
    matrix[10:15] += [4, 0, 0, 0, 0, 0, 0, 0]
    return Vectors(WORDS, matrix.astype(np.float32))


X, Y, A, B = (
    group(name, *WORDS[start : start + 5]) for name, start in zip("XYAB", (0, 5, 10, 15), strict=True)
)


def loops(vectors, targets, attributes):
    """WEAT as the paper writes it."""

    def cos(left, right):
        return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))

    def s(word):
        near, far = ([cos(vectors[word], vectors[each]) for each in pole.words] for pole in attributes)
        return np.mean(near) - np.mean(far)

    x, y = ([s(word) for word in each.words] for each in targets)
    return (np.mean(x) - np.mean(y)) / np.std(x + y), sum(x) - sum(y), x, y


def test_weat_is_its_definition_and_its_p_value_that_of_all_partitions(vectors):
    effect, statistic, x, y = loops(vectors, (X, Y), (A, B))
    score = bias.weat(vectors, (X, Y), (A, B))
    assert (score.effect_size, score.statistic) == pytest.approx((effect, statistic), abs=1e-6)
    both = x + y
    sums = [sum(both[place] for place in chosen) for chosen in itertools.combinations(range(10), 5)]
    assert score.exact and score.permutations == len(sums) == 252
    assert score.p_value == pytest.approx(np.mean(np.array(sums) >= sum(x) - 1e-12))
    assert 0 < score.p_value < 0.05 and score.interval.low < effect < score.interval.high


def test_targets_the_other_way_round_turn_the_sign(vectors):
    one, other = bias.weat(vectors, (X, Y), (A, B)), bias.weat(vectors, (Y, X), (A, B))
    assert other.effect_size == pytest.approx(-one.effect_size) and other.p_value > 0.9
    two = bias.weat(vectors, (Y, X), (A, B), two_sided=True)
    assert two.p_value < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_an_effect_lies_between_minus_two_and_two(seed):
    draw = np.random.default_rng(seed)
    words = Vectors(WORDS, draw.standard_cauchy((40, 3)).astype(np.float32))
    score = bias.weat(words, (X, Y), (A, B))
    assert -2 <= score.effect_size <= 2 and -2 <= score.interval.low <= score.interval.high <= 2
    assert 0 < score.p_value <= 1


def test_the_extreme_effect_is_two():
    plain = np.zeros((20, 2), np.float32)
    plain[[*range(5), *range(10, 15)]] = [1, 0]
    plain[[*range(5, 10), *range(15, 20)]] = [0, 1]
    score = bias.weat(Vectors(WORDS[:20], plain), (X, Y), (A, B))
    assert score.effect_size == pytest.approx(2) and score.p_value == pytest.approx(1 / 252)


def test_identical_lists_have_no_effect(vectors):
    targets = bias.weat(vectors, (X, group("again", *X.words)), (A, B))
    assert targets.effect_size == pytest.approx(0, abs=1e-12) and targets.p_value > 0.4
    assert targets.shared == X.words and "In both lists" in " ".join(targets.notes())
    attributes = bias.weat(vectors, (X, Y), (A, A))
    assert attributes.effect_size == 0 and attributes.p_value == 1


def test_drawn_partitions_approach_all_of_them():
    scores = np.random.default_rng(3).normal(size=(1, 22))
    assert math.comb(22, 11) > 200_000
    drawn = p_values(scores, 11, permutations=20_000, seed=1)
    assert not drawn.exact and drawn.permutations == 20_000
    again = p_values(scores, 11, permutations=20_000, seed=1)
    assert drawn.values == again.values
    assert p_values(scores[:, :20], 10).exact
    draw = np.random.default_rng(5)
    sums = [scores[0, draw.permutation(22)[:11]].sum() for _ in range(5000)]
    observed = scores[0, :11].sum()
    assert drawn.values[0] == pytest.approx(np.mean(np.array(sums) >= observed), abs=0.03)


def test_a_p_value_of_drawn_partitions_is_never_zero():
    scores = np.concatenate([np.ones((1, 30)), -np.ones((1, 30))], axis=1)
    assert p_values(scores, 30, permutations=99).values == pytest.approx(0.01)
    with pytest.raises(OptionError, match="permutations must be 1 or more, got 0"):
        p_values(scores, 30, permutations=0)


def test_sc_weat_is_its_definition(vectors):
    score = bias.sc_weat(vectors, X, (A, B))
    rows = {key: row / np.linalg.norm(row) for key, row in zip(WORDS, vectors.vectors, strict=True)}
    for each in score.words:
        near, far = ([float(rows[each.word] @ rows[w]) for w in pole.words] for pole in (A, B))
        expected = (np.mean(near) - np.mean(far)) / np.std(near + far)
        assert each.effect_size == pytest.approx(expected, abs=1e-5)
        sums = [sum(chosen) for chosen in itertools.combinations(near + far, 5)]
        assert each.p_value == pytest.approx(np.mean(np.array(sums) >= sum(near) - 1e-9), abs=1e-9)
    effects = [each.effect_size for each in score.words]
    assert effects == sorted(effects, reverse=True) and score.exact


def test_a_word_without_a_vector_is_left_out_and_named(vectors):
    score = bias.weat(vectors, (group("X", *X.words, "nobody", "nobody"), Y), (A, B))
    assert score.effect_size == bias.weat(vectors, (X, Y), (A, B)).effect_size
    assert score.unknown == ["nobody"] and score.groups[0].asked == 6
    assert "20 of 21 words are known; left out: nobody." in score.notes()


def test_a_list_that_lost_many_says_so(vectors):
    score = bias.weat(vectors, (group("X", "w0", "w1", "nobody", "noone"), Y), (A, B))
    assert any("X has lost 2 of 4 words" in note for note in score.notes())


def test_unknown_words_can_be_refused(vectors):
    with pytest.raises(InputError, match=r"X: 1 of 2 words are unknown: nobody; leave"):
        bias.weat(bias.Lookup(vectors, unknown="refuse"), (group("X", "w0", "nobody"), Y), (A, B))
    with pytest.raises(OptionError, match="unknown must be one of skip, refuse, got 'drop'"):
        bias.Lookup(vectors, unknown="drop")


@pytest.mark.parametrize("measure", [bias.weat, bias.rnsb])
def test_empty_and_unknown_lists_are_named(vectors, measure):
    with pytest.raises(InputError, match=r"E: has no word"):
        measure(vectors, (X, group("E")), (A, B))
    with pytest.raises(InputError, match=r"U: none of its 2 words is known \(u, v\)"):
        measure(vectors, (X, Y), (A, group("U", "u", "v")))


def test_words_as_they_are_written_come_before_other_case():
    words = Vectors(["will", "Will", "mary"], np.eye(3, dtype=np.float32))
    lookup = bias.Lookup(words)
    assert [lookup.row(word) for word in ("Will", "WILL", "Mary", "nobody")] == [1, 0, 2, -1]
    assert bias.Lookup(words, fold_case=False).row("Mary") == -1


def test_rows_of_zeros_and_single_words_give_figures_not_nan():
    words = Vectors(["a", "b", "c", "d"], np.array([[0, 0], [1, 0], [0, 1], [0, 0]], np.float32))
    score = bias.weat(words, (group("a", "a"), group("b", "b")), (group("c", "c"), group("d", "d")))
    assert math.isfinite(score.effect_size) and score.as_json()["ci"] is None
    json.dumps(score.as_json(), allow_nan=False)


def test_logistic_regression_ends_where_the_gradient_is_zero():
    draw = np.random.default_rng(2)
    rows, labels = draw.normal(size=(50, 4)), np.where(draw.random(50) < 0.4, 1.0, -1.0)
    weights, wide = fitted(rows, labels, 2.0), widened(rows)
    gradient = weights + 2.0 * wide.T @ (probabilities(wide, weights) - (labels > 0))
    assert np.abs(gradient).max() < 1e-9
    assert np.isfinite(fitted(rows * 1e6, labels)).all()


def test_logistic_regression_of_parted_words_does_not_overflow():
    rows = np.array([[1e3, 0], [-1e3, 0], [2e3, 1], [-2e3, 1]])
    weights = fitted(rows, np.array([1.0, -1.0, 1.0, -1.0]))
    assert (widened(rows) @ weights > 0).tolist() == [True, False, True, False]


def test_rnsb_of_words_all_alike_is_zero():
    matrix = np.tile(np.array([[1.0, 0.5]], np.float32), (6, 1))
    matrix[4:] = [[1, 0], [-1, 0]]
    words = Vectors(WORDS[:6], matrix)
    score = bias.rnsb(words, (group("t", *WORDS[:4]),), (group("good", "w4"), group("bad", "w5")))
    assert score.divergence == pytest.approx(0, abs=1e-12) and len(score.negative) == 4
    with pytest.raises(InputError, match="only 'w0' is known"):
        bias.rnsb(words, (group("t", "w0", "nobody"),), (group("good", "w4"), group("bad", "w5")))


def planted(shift=3.0, words=200, dim=10, seed=4):
    """Words whose first number parts them, some noise, and ten pairs that differ in it."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(words, dim))
    matrix[: words // 2, 0] += shift
    matrix[words // 2 :, 0] -= shift
    pairs = np.repeat(draw.normal(size=(10, dim)), 2, axis=0)
    pairs[::2, 0] += 2
    pairs[1::2, 0] -= 2
    keys = [f"n{n}" for n in range(words)] + [f"{side}{n}" for n in range(10) for side in ("she", "he")]
    vectors = Vectors(keys, np.concatenate([matrix, pairs]).astype(np.float32))
    return vectors, [(f"she{n}", f"he{n}") for n in range(10)]


def test_the_direction_of_pairs_is_the_planted_one():
    vectors, pairs = planted()
    axis = bias.direction(vectors, pairs)
    assert axis.axes.shape == (1, 10) and np.linalg.norm(axis.axes) == pytest.approx(1)
    assert axis.axes[0, 0] > 0.999 and axis.explained[0] > 0.95
    assert bias.direction(vectors, [pair[::-1] for pair in pairs]).axes[0, 0] < -0.999


def test_the_direction_is_that_of_scikit_learn():
    decomposition = pytest.importorskip("sklearn.decomposition")
    vectors = Vectors(WORDS, np.random.default_rng(7).normal(size=(40, 8)).astype(np.float32))
    pairs = [(WORDS[n], WORDS[n + 1]) for n in range(0, 24, 2)]
    rows = [vectors.get_vector(word, norm=True).astype(np.float64) for pair in pairs for word in pair]
    centred = [row - (rows[place // 2 * 2] + rows[place // 2 * 2 + 1]) / 2 for place, row in enumerate(rows)]
    theirs = decomposition.PCA(n_components=3).fit(np.array(centred))
    ours = bias.direction(vectors, pairs, components=3)
    assert np.abs((ours.axes * theirs.components_).sum(axis=1)) == pytest.approx(np.ones(3), abs=1e-6)
    assert ours.explained == pytest.approx(theirs.explained_variance_ratio_, abs=1e-6)


def test_projections_are_cosines_and_name_their_sides():
    vectors, pairs = planted()
    axis = bias.direction(vectors, pairs)
    score = bias.projection(vectors, axis, group("some", "n0", "n1", "n150", "n151"))
    for word, cosine in score.words:
        row = vectors[word].astype(np.float64)
        assert cosine == pytest.approx(row @ axis.axes[0] / np.linalg.norm(row))
    assert [word for word, _ in score.words[:2]] in (["n0", "n1"], ["n1", "n0"])
    assert score.direct_bias == pytest.approx(np.mean([abs(cosine) for _, cosine in score.words]))
    assert "on the side of she0, below of he0" in " ".join(score.tables()[0].notes)


def test_pairs_that_give_no_direction_are_refused():
    vectors, pairs = planted()
    with pytest.raises(InputError, match="of 1 pairs none has both words known"):
        bias.direction(vectors, [("she0", "nobody")])
    with pytest.raises(InputError, match="needs two different words, got 'she0 she0'"):
        bias.direction(vectors, [("she0", "she0")])
    with pytest.raises(OptionError, match="components must lie between 1 and dim, 10, got 11"):
        bias.direction(vectors, pairs, components=11)
    with pytest.raises(OptionError, match="components must be 1 or fewer"):
        bias.direction(vectors, pairs[:1], components=2)
    same = Vectors(["a", "b"], np.ones((2, 3), np.float32))
    with pytest.raises(InputError, match="have the same vectors; they give no direction"):
        bias.direction(same, [("a", "b")])
    with pytest.raises(InputError, match="a and b have the same vector"):
        bias.ripa(same, [("a", "b")], group("w", "a"))
    known = bias.direction(vectors, [*pairs, ("nobody", "he0")])
    assert len(known.pairs) == 10 and known.unknown == ("nobody",)


def test_probes_ask_both_ways():
    matrix = np.zeros((6, 4), np.float32)
    matrix[0], matrix[1] = [1, 1, 0, 0], [1, -1, 0, 0]  # woman, man
    matrix[2] = [0, 0, 1, 0]  # boss
    matrix[3], matrix[4] = [0, 1, 1, 0], [0, -1, 1, 0]  # what each becomes
    matrix[5] = [0, 0, 0, 1]
    words = Vectors(["woman", "man", "boss", "matron", "chief", "stone"], matrix)
    found = bias.probe(words, "boss", ("woman", "man"), topn=2)
    assert found.toward_first[0][0] == "matron" and found.toward_second[0][0] == "chief"
    assert found.toward_first == words.most_similar(positive=["woman", "boss"], negative=["man"], topn=2)
    assert found.toward_second == words.most_similar(positive=["man", "boss"], negative=["woman"], topn=2)
    assert [table.title for table in found.tables()] == ["boss + woman - man", "boss + man - woman"]
    with pytest.raises(UnknownKey, match="unknown word 'nobody'"):
        bias.probe(words, "nobody", ("woman", "man"))
    with pytest.raises(InputError, match="three different words"):
        bias.probe(words, "man", ("woman", "man"))
    with pytest.raises(OptionError, match="two poles"):
        bias.probe(words, "boss", ("woman",))


def test_planted_sides_are_recovered_and_noise_is_not():
    vectors, _ = planted()
    rows, first = vectors.vectors[:200].astype(np.float64), np.arange(200) < 100
    found = bias.recovered(rows, first)
    assert min(found.linear, found.kernel, found.clusters, found.neighbours) > 0.9 and found.chance == 0.5
    assert [row[1] for row in found.tables()[0].rows] == [
        found.linear, found.kernel, found.clusters, found.neighbours
    ]  # fmt: skip
    noise = bias.recovered(np.random.default_rng(1).normal(size=(200, 10)), first)
    assert max(noise.linear, noise.kernel, noise.clusters, noise.neighbours) < 0.65
    assert noise.linear_interval.low < 0.5 < noise.linear_interval.high
    with pytest.raises(InputError, match="10 words or more are needed on each side"):
        bias.recovered(rows[95:], first[95:])


def test_kernels_tell_what_no_plane_parts():
    draw = np.random.default_rng(5)
    rows = draw.normal(size=(300, 2))
    first = np.linalg.norm(rows, axis=1) < 1.1
    told = by_kernel(rows[:200], first[:200], rows[200:])
    assert (told == first[200:]).mean() > 0.9


def test_the_kernel_machine_is_the_ridge_of_scikit_learn():
    ridge = pytest.importorskip("sklearn.kernel_ridge")
    draw = np.random.default_rng(6)
    rows, asked = draw.normal(size=(60, 3)), draw.normal(size=(500, 3))
    rows = np.concatenate([rows, -rows])  # so that the intercept is zero by symmetry
    first = rows[:, 0] * rows[:, 1] * rows[:, 2] + rows[:, 0] > 0
    gamma = 1 / (3 * rows.var())
    theirs = ridge.KernelRidge(alpha=1.0, kernel="rbf", gamma=gamma).fit(rows, np.where(first, 1.0, -1.0))
    scores = theirs.predict(asked)
    clear = np.abs(scores) > 1e-9
    assert (by_kernel(rows, first, asked) == (scores > 0))[clear].all()


def peak(work):
    """Bytes that NumPy and Python held at most while they worked."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_partitions_of_many_words_and_few_need_little_memory():
    draw = np.random.default_rng(8)
    scores = draw.normal(size=(1, 9))
    most = [sum(chosen) for chosen in itertools.combinations(scores[0], 7)]
    wanted = np.mean(np.array(most) >= scores[0, :7].sum() - 1e-12)
    assert p_values(scores, 7).values[0] == pytest.approx(wanted) and p_values(scores, 7).permutations == 36
    assert peak(lambda: p_values(draw.normal(size=(1, 301)), 299)) < 100 << 20  # 45,150 choices of 299
    words = draw.normal(size=(20_000, 60))
    assert peak(lambda: p_values(words, 30, permutations=300)) < 100 << 20


def test_vectors_that_are_no_numbers_are_refused_not_measured_as_nothing(vectors):
    stored = vectors.table.stored.copy()
    stored[3, 2] = np.nan  # as a model may be that was trained or opened: it is not looked through
    config = {"learner": None, "options": {}, "training": {}, "dim": 8, "rows": 40}
    words = Model(config, vectors.keys, {"vectors": stored}).vectors
    for measure in (
        lambda: bias.weat(words, (X, Y), (A, B)),
        lambda: bias.rnsb(words, (X, Y), (A, B)),
        lambda: bias.direction(words, [("w3", "w9")]),
    ):
        with pytest.raises(NotFinite, match="the vector of 'w3' holds NaN or infinity"):
            measure()


def test_other_numbers_of_lists_are_refused(vectors):
    for measure, targets, attributes, said in [
        (bias.weat, (X,), (A, B), "targets must be two lists of words, got 1"),
        (bias.weat, (X, Y), (A,), "attributes must be two lists of words, got 1"),
        (bias.sc_weat, X, (A, B, Y), "attributes must be two lists of words, got 3"),
        (bias.rnsb, (X,), (A, B, Y), "attributes must be two lists of words, got 3"),
    ]:
        with pytest.raises(OptionError, match=said):
            measure(vectors, targets, attributes)


def test_chance_of_unequal_sides_is_of_their_sizes():
    rows, first = np.random.default_rng(1).normal(size=(1000, 3)), np.arange(1000) < 900
    found = bias.recovered(rows, first)
    assert found.by_chance("linear") == found.chance == 0.9
    assert found.by_chance("neighbours") == pytest.approx(0.82, abs=1e-3)
    assert found.neighbours == pytest.approx(found.by_chance("neighbours"), abs=0.02)
    assert found.tables()[0].rows[-1][2] == found.by_chance("neighbours")
