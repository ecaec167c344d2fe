"""Taking a bias out: what must hold exactly, and that the report tells what remains."""

import json

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.errors import InputError, NotFinite, OptionError
from omnivec.evaluate import bias
from omnivec.explore.debias import METHODS, debias, equalised, neutralised
from omnivec.explore.debias.methods import Removal
from omnivec.explore.debias.nullspace import nullspace
from omnivec.explore.debias.removal import without
from omnivec.explore.debias.scope import given
from omnivec.explore.debias.soft import soft_map
from omnivec.model import Model

DIM, WORDS = 16, 240
PAIRS = [(f"she{n}", f"he{n}") for n in range(12)]


def planted(seed=1):
    """240 words whose first number parts them and, less, their second and third; twelve pairs that differ in
    the first; names that came with counts.
    """
    draw = np.random.default_rng(seed)
    words = draw.normal(size=(WORDS, DIM))
    side = np.repeat([1.0, -1.0], WORDS // 2)
    words[:, 0] += 3 * side
    words[:, 1:3] += 1.5 * side[:, None]
    pairs = np.repeat(draw.normal(size=(12, DIM)), 2, axis=0)
    pairs[:, 0] = np.tile([2.5, -2.5], 12)
    pairs[:, 3] += 0.2 * draw.normal(size=24)
    keys = [f"n{n}" for n in range(WORDS)] + [word for pair in PAIRS for word in pair]
    matrix = np.concatenate([words, pairs]).astype(np.float32)
    return Vectors(keys, matrix, counts=np.arange(len(keys), 0, -1))


SIDES = [bias.Group(name, tuple(f"n{n}" for n in rows)) for name, rows in
         (("first", range(WORDS // 2)), ("second", range(WORDS // 2, WORDS)))]  # fmt: skip


@pytest.fixture(scope="module")
def vectors():
    return planted()


@pytest.fixture(scope="module")
def hard(vectors):
    return debias(vectors, PAIRS, similarity=[], words=SIDES)


def test_neutral_words_are_orthogonal_to_the_direction(hard):
    after, axis = hard.model.vectors, hard.direction.axes[0]
    rows = after.vectors[:WORDS].astype(np.float64)
    assert np.abs(rows @ axis).max() < 1e-7
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-6
    assert axis[0] > 0.95  # the planted one


def test_pairs_made_even_are_unit_and_as_far_from_every_neutral_word(hard):
    after = hard.model.vectors
    neutral = after.vectors[:WORDS].astype(np.float64)
    for pair in PAIRS:
        one, other = (after[word].astype(np.float64) for word in pair)
        assert [np.linalg.norm(one), np.linalg.norm(other)] == pytest.approx([1, 1], abs=1e-7)
        apart = np.linalg.norm(neutral - one, axis=1) - np.linalg.norm(neutral - other, axis=1)
        assert np.abs(apart).max() < 1e-7
        assert one @ hard.direction.axes[0] > 0 > other @ hard.direction.axes[0]


def test_a_classifier_still_tells_the_planted_words_and_the_report_says_so(hard):
    before, after = hard.residual.recovered
    assert min(before.linear, before.kernel) > 0.95
    assert after.linear > 0.8 and after.kernel > 0.8 and after.words == (120, 120)
    assert hard.residual.still_told
    assert hard.residual.verdict().startswith("The bias is hidden, not gone: a classifier still tells")
    assert hard.residual.direct_bias[0] > 0.3 and hard.residual.direct_bias[1] < 1e-7
    shown = [line for table in hard.residual.tables() for line in table.notes]
    assert hard.residual.verdict() in shown


def test_where_nothing_else_was_planted_nothing_is_recovered():
    draw = np.random.default_rng(3)
    matrix = draw.normal(size=(WORDS + 24, DIM))
    matrix[: WORDS // 2, 0] += 4
    matrix[WORDS // 2 : WORDS, 0] -= 4
    matrix[WORDS:, 1:] = np.repeat(draw.normal(size=(12, DIM - 1)), 2, axis=0)
    matrix[WORDS:, 0] = np.tile([2.5, -2.5], 12)
    words = Vectors(planted().keys, matrix.astype(np.float32))
    found = debias(words, PAIRS, similarity=[], words=SIDES)
    before, after = found.residual.recovered
    assert before.linear > 0.95 and after.linear < 0.65 and after.kernel < 0.65
    assert not found.residual.still_told and "no more than by chance" in found.residual.verdict()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_reports_saves_and_writes_its_card(method, vectors, tmp_path):
    found = debias(
        vectors, PAIRS, method=method, similarity=[], words=SIDES,
        tests=[bias.BiasTest(
            "own", (group("x", 0, 8), group("y", 120, 128)), (group("a", 20, 28), group("b", 140, 148))
        )],
    )  # fmt: skip
    before, after = found.residual.weat["own"]
    assert before.effect_size > 1.5 and after.effect_size < before.effect_size
    assert found.residual.direct_bias[1] < found.residual.direct_bias[0]
    found.model.save(tmp_path / "out")
    again = load(tmp_path / "out")
    assert np.array_equal(again.vectors.vectors, found.model.vectors.vectors)
    assert again.config["debiased"] == found.model.config["debiased"]
    assert again.keys.counts.tolist() == vectors.keys.counts.tolist()
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert f"| Method | {method} |" in card and found.residual.verdict() in card
    assert "That vectors are fair does not follow." in card
    json.dumps(found.residual.as_json(), allow_nan=False)


def group(name, start, stop):
    return bias.Group(name, tuple(f"n{n}" for n in range(start, stop)))


def test_the_given_vectors_stay_as_they_are(vectors):
    before = vectors.vectors.copy()
    debias(vectors, PAIRS, similarity=[], words=SIDES)
    assert np.array_equal(vectors.vectors, before)


def test_words_of_the_lists_keep_or_lose_the_direction(vectors):
    axis = bias.direction(vectors, PAIRS)
    specific = debias(vectors, PAIRS, specific=group("kept", 0, 5), similarity=[], words=SIDES)
    unit = vectors.vectors[:5] / np.linalg.norm(vectors.vectors[:5], axis=1, keepdims=True)
    assert specific.model.vectors.vectors[:5] == pytest.approx(unit, abs=1e-6)
    only = debias(vectors, PAIRS, neutral=group("lost", 0, 5), similarity=[], words=SIDES)
    along = only.model.vectors.vectors[:WORDS].astype(np.float64) @ axis.axes[0]
    assert np.abs(along[:5]).max() < 1e-7 < np.abs(along[5:]).min()


def test_a_component_more_takes_a_plane_away(vectors):
    found = debias(vectors, PAIRS, method="neutralise", components=2, similarity=[], words=SIDES)
    rows = found.model.vectors.vectors[:WORDS].astype(np.float64)
    assert found.direction.axes.shape == (2, DIM)
    assert np.abs(rows @ found.direction.axes.T).max() < 1e-7


def test_sets_of_three_are_made_even_too():
    draw = np.random.default_rng(2)
    axes = np.linalg.qr(draw.normal(size=(8, 2)))[0].T
    even = equalised(draw.normal(size=(3, 8)), axes)
    neutral = neutralised(draw.normal(size=(50, 8)), axes)
    apart = np.linalg.norm(neutral[:, None] - even[None], axis=2)
    assert np.ptp(apart, axis=1).max() < 1e-12 and np.linalg.norm(even, axis=1) == pytest.approx([1, 1, 1])


def test_words_that_lie_in_the_direction_are_left_as_zeros_and_told(vectors):
    axis = bias.direction(vectors, PAIRS).axes[0]
    matrix = np.concatenate([vectors.vectors, axis[None].astype(np.float32)])
    found = debias(Vectors([*vectors.keys, "pole"], matrix), PAIRS, similarity=[], words=SIDES)
    assert not found.model.vectors["pole"].any()
    assert any(note.startswith("1 words have nothing left") for note in found.residual.notes)
    assert not neutralised(np.zeros((1, DIM)), axis[None]).any()


def test_pairs_that_do_not_differ_along_are_left_at_their_rest():
    axes = np.eye(4)[:1]
    even = equalised(np.array([[0.0, 1, 0, 0], [0, 0, 1, 0]]), axes)
    assert even == pytest.approx(np.array([[0, 1, 1, 0], [0, 1, 1, 0]]) / np.sqrt(2))


def test_soft_map_of_strength_zero_is_the_identity_and_a_great_one_parts():
    draw = np.random.default_rng(4)
    rows = draw.normal(size=(300, 6))
    moment, axes = rows.T @ rows / 300, np.eye(6)[:1]
    assert soft_map(moment, moment, axes, 0.0) == pytest.approx(np.eye(6), abs=1e-9)
    strong = soft_map(moment, moment, axes, 1e7)
    assert np.abs((rows @ strong) @ (strong @ axes[0])).max() < 1e-3


def test_the_soft_map_is_the_minimum_of_its_objective():
    draw = np.random.default_rng(5)
    rows, axes = (
        draw.normal(size=(60, 5)) @ draw.normal(size=(5, 5)),
        np.linalg.qr(draw.normal(size=(5, 1)))[0].T,
    )
    neutral = rows[:40]
    moments = rows.T @ rows / 60, neutral.T @ neutral / 40

    def objective(map_):
        inner = rows @ map_ @ map_.T @ rows.T - rows @ rows.T
        across = neutral @ map_ @ map_.T @ axes.T
        return (inner**2).sum() / 60**2 + 0.5 * (across**2).sum() / 40

    found = soft_map(*moments, axes, 0.5)
    least = objective(found)
    assert least < objective(np.eye(5))
    for _ in range(200):
        assert objective(found + draw.normal(size=(5, 5)) * 1e-3) >= least - 1e-12


def test_the_null_space_leaves_no_plane_and_its_axes_are_orthonormal():
    first = np.arange(2 * WORDS) < WORDS
    draw = np.random.default_rng(1)  # wide where the sides differ, so that one plane does not take it all
    rows = draw.normal(size=(2 * WORDS, DIM)) * np.linspace(0.2, 2, DIM) + np.where(first, 0.6, -0.6)[:, None]
    found = nullspace(rows, first, rounds=10)
    assert found.axes @ found.axes.T == pytest.approx(np.eye(len(found.axes)), abs=1e-12)
    assert 2 <= len(found.axes) < 10 and found.accuracies[0] > 0.95 and found.accuracies[-1] < 0.7
    assert len(found.accuracies) == len(found.axes) + 1
    left = without(rows, found.axes)
    assert bias.recovered(left, first).linear < 0.7
    assert len(nullspace(rows, first, rounds=1).axes) == 1


def test_null_space_projection_is_judged_by_words_it_did_not_learn_from(vectors):
    found = debias(vectors, PAIRS, method="nullspace", similarity=[], words=SIDES)
    assert found.model.config["debiased"]["learned_from"] == WORDS // 2
    assert found.residual.recovered[1].words == (WORDS // 4, WORDS // 4)


def test_null_space_projection_refuses_too_few_words(vectors):
    few = vectors.subset([*vectors.keys[:30], *vectors.keys[WORDS:]])
    with pytest.raises(InputError, match="nullspace learns from 10 words or more on each side, got 3 and 3"):
        debias(few, PAIRS, method="nullspace", similarity=[])


def test_a_second_removal_remembers_the_first(hard, tmp_path):
    again = debias(hard.model, PAIRS, method="nullspace", similarity=[], words=SIDES)
    assert again.model.config["debiased"]["earlier"] == ["hard"]
    again.model.save(tmp_path / "twice")
    assert "| Debiased before by | hard |" in (tmp_path / "twice" / "README.md").read_text(encoding="utf-8")


def test_words_farthest_along_are_asked_when_no_lists_are_given(vectors):
    found = debias(vectors, PAIRS, similarity=[])
    assert found.residual.recovered[0].words == (24, 24)  # half of a fifth of 240
    few = debias(vectors.subset([*vectors.keys[:30], *vectors.keys[WORDS:]]), PAIRS, similarity=[])
    assert few.residual.recovered is None and not few.residual.still_told
    assert "could not be measured" in few.residual.verdict()
    assert any("Too few words to ask" in note for note in few.residual.notes)
    json.dumps(few.residual.as_json(), allow_nan=False)


def test_quality_is_measured_on_the_files_that_are_given(vectors, tmp_path):
    pairs, questions = tmp_path / "pairs.tsv", tmp_path / "questions.txt"
    pairs.write_text("".join(f"n{n}\tn{n + 1}\t{n % 7}\n" for n in range(0, 40, 2)))
    questions.write_text(": pairs\nshe0 he0 she1 he1\nshe2 he2 she3 he3\n")
    found = debias(vectors, PAIRS, similarity=[pairs], analogies=questions, words=SIDES)
    names = list(found.residual.quality)
    assert names == ["pairs, Spearman of 20 of 20 pairs", "analogies, accuracy of 2 of 2"]
    assert None not in found.residual.quality[names[0]]
    none = debias(vectors, PAIRS, similarity=[], words=SIDES)
    assert any("not measured, none was given" in note for note in none.residual.notes)


def test_a_model_keeps_its_record_and_loses_what_does_not_fit(vectors):
    rows = vectors.table.stored
    config = {
        "learner": "word2vec", "options": {"dim": DIM}, "preset": None, "changed": {"dim": DIM}, "head": None,
        "dim": DIM, "rows": len(vectors), "checksums": {},
        "training": {"source": "x.txt", "fingerprint": {}, "tokens": 9},
    }  # fmt: skip
    model = Model(config, vectors.keys, {"vectors": rows, "output": rows})
    found = debias(model, PAIRS, similarity=[], words=SIDES)
    assert found.left_out == ("output",) and set(found.model.tables) == {"vectors"}
    assert found.model.record == {"source": "x.txt", "tokens": 9} and found.model.learner == "word2vec"
    assert "checksums" not in found.model.config
    parts = Model({**config, "learner": "fasttext"}, vectors.keys, {"vectors": rows, "inputs": rows})
    assert debias(parts, PAIRS, similarity=[], words=SIDES).model.learner is None


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"method": "harder"}, OptionError, "method must be one of hard, neutralise, soft, nullspace"),
        ({"method": "soft", "equalise": PAIRS}, OptionError, "to equalise are of the method hard, got soft"),
        ({"strength": -1}, OptionError, "strength must be 0 or more, got -1"),
        ({"rounds": 0}, OptionError, "rounds must be 1 or more, got 0"),
        ({"components": 99}, OptionError, "components must lie between 1 and dim, 16"),
        ({"words": [SIDES[0], SIDES[0]]}, InputError, "first and first both have 'n0'; a word has one side"),
        ({"neutral": bias.Group("none", ("nobody",))}, InputError, "none: none of its 1 words is known"),
        ({"neutral": bias.Group("pair", ("she0",))}, InputError, "none is left to lose the direction"),
        ({"specific": bias.Group("keep", ("no",))}, InputError, "keep: none of its 1 words is known"),
        ({"words": [SIDES[0]]}, OptionError, "words to be told apart must be two lists of words, got 1"),
        ({"definitional": [("she0", "nobody")]}, InputError, "of 1 pairs none has both words known"),
        ({"definitional": "gander"}, OptionError, "unknown table of pairs 'gander'; did you mean gender"),
    ],
)  # fmt: skip
def test_what_cannot_be_removed_is_refused_in_a_line(vectors, options, error, said):
    with pytest.raises(error, match=said):
        debias(vectors, **{"definitional": PAIRS, "similarity": [], **options})


def test_pairs_are_made_even_in_other_case_too(vectors):
    matrix = np.concatenate([vectors.vectors, vectors.vectors[-4:] + 1])
    cased = Vectors([*vectors.keys, "She10", "He10", "She11", "HE11"], matrix)
    found = debias(cased, PAIRS, equalise=[("she10", "he10"), ("nobody", "he1")], similarity=[], words=SIDES)
    assert found.model.config["debiased"]["equalised"] == 2
    assert any("unknown or in two pairs: nobody he1" in note for note in found.residual.notes)


def test_unknown_words_of_the_lists_are_named(vectors):
    specific, neutral = (bias.Group(name, ("n1", "n2", name)) for name in ("kept", "lost"))
    sides = [bias.Group(side.name, (*side.words, f"{side.name}-none")) for side in SIDES]
    found = debias(vectors, PAIRS, specific=specific, neutral=bias.Group("lost", ("n5", "lost")),
                   similarity=[], words=sides)  # fmt: skip
    assert found.residual.notes[:4] == (
        "kept: 2 of 3 words are known; left out: kept.", "lost: 1 of 2 words are known; left out: lost.",
        "first: 120 of 121 words are known; left out: first-none.",
        "second: 120 of 121 words are known; left out: second-none.",
    )  # fmt: skip
    with pytest.raises(InputError, match="lost: 1 of 3 words are unknown: lost"):
        debias(vectors, PAIRS, neutral=neutral, similarity=[], unknown="refuse")


def test_of_long_lists_some_are_asked_from_frequent_to_rare(vectors, monkeypatch):
    monkeypatch.setattr("omnivec.explore.debias.scope.MOST", 20)
    found = debias(vectors, PAIRS, similarity=[], words=SIDES)
    assert found.residual.recovered[0].words == (20, 20)
    found = debias(vectors, PAIRS, method="nullspace", similarity=[], words=SIDES)
    assert found.residual.recovered[0].words == (20, 20)
    assert found.model.config["debiased"]["learned_from"] == 40
    lookup = bias.Lookup(vectors)
    first, _ = given(lookup, SIDES, halved=False).asked
    assert len(set(first.tolist())) == 20 and (first[0], first[-1]) == (0, WORDS // 2 - 1)


def test_a_row_that_is_no_number_is_refused_before_the_work(vectors, monkeypatch):
    stored = vectors.table.stored.copy()
    stored[7, 1] = np.nan  # as a model may be that was trained or opened
    config = {"learner": None, "options": {}, "training": {}, "dim": DIM, "rows": len(vectors)}
    broken = Model(config, vectors.keys, {"vectors": stored})
    monkeypatch.setattr(Removal, "by", None)
    for method in METHODS:
        with pytest.raises(NotFinite, match="row 7 .* holds NaN"):
            debias(broken, PAIRS, method=method, similarity=[])


def test_a_test_of_unknown_words_is_refused_before_the_work(vectors, monkeypatch):
    monkeypatch.setattr(Removal, "by", None)
    with pytest.raises(InputError, match="male_names: none of its 8 words is known"):
        debias(vectors, PAIRS, tests=[bias.published_test("WEAT6")], similarity=[])
