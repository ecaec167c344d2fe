"""Texts, pairs of questions and answers, weights: read as the book does, refused where they do not fit."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from omnivec.reference import Rnnlm, additions, dates, load_params, load_text, save_params, saved_params
from omnivec.reference.sequence import load_data
from omnivec.reference.sequence.pairs import pairs_of


def model(seed=0):
    return Rnnlm(7, 3, 4, rng=np.random.default_rng(seed))


def test_lines_end_with_eos_and_words_are_numbered_as_they_appear(tmp_path):
    (tmp_path / "train").write_text(" b a \n a c \n")
    (tmp_path / "test").write_text("c b\na")
    train = load_text(tmp_path / "train")
    assert train.word_to_id == {"b": 0, "a": 1, "<eos>": 2, "c": 3}
    assert train.ids.tolist() == [0, 1, 2, 1, 3, 2] and train.id_to_word[3] == "c"
    assert load_text(tmp_path / "test", train.word_to_id).ids.tolist() == [3, 0, 2, 1]


def test_a_word_that_training_did_not_have_is_named(tmp_path):
    (tmp_path / "test").write_text("a zebra")
    with pytest.raises(ValueError, match=r"'zebra' is no word of the vocabulary given \(1 words\)"):
        load_text(tmp_path / "test", {"a": 0})


def test_pairs_are_cut_at_the_mark_and_a_tenth_is_for_the_test(tmp_path):
    (tmp_path / "addition.txt").write_text("\n".join(additions(40, np.random.default_rng(0))) + "\n")
    pairs = load_data(tmp_path / "addition.txt")
    assert (
        pairs.train[0].shape == (36, 7) and pairs.train[1].shape == (36, 5) and pairs.test[1].shape == (4, 5)
    )
    for x, t in (pairs.train, pairs.test):
        for question, answer in zip(x, t, strict=True):
            left, right = ("".join(pairs.id_to_char[i] for i in ids) for ids in (question, answer))
            a, b = left.split("+")
            assert right[0] == "_" and int(right[1:]) == int(a) + int(b)


def test_order_is_that_of_the_seed():
    lines = [f"{i}_{i}" for i in range(10)]
    order = np.arange(10)
    np.random.RandomState(1984).shuffle(order)
    pairs = pairs_of(lines)
    asked = [pairs.id_to_char[i] for i in np.concatenate([pairs.train[0], pairs.test[0]])[:, 0]]
    assert asked == [str(i) for i in order]
    assert not np.array_equal(pairs_of(lines, seed=1).train[0], pairs.train[0])


def test_symbols_are_numbered_as_they_appear_question_first():
    assert pairs_of(["ba_cb"]).char_to_id == {"b": 0, "a": 1, "_": 2, "c": 3}


def test_dates_have_the_shape_of_the_books():
    lines = dates(200, np.random.default_rng(0))
    assert all(len(line) == 40 and line[29] == "_" for line in lines)
    assert len({line[:29].isupper() for line in lines}) == 2
    assert lines == dates(200, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1+1_2", "1+2 3"], r"line 2 has no '_' between question and answer: '1\+2 3'"),
        (["1+1_2", "1+12_3"], r"line 2: '1\+12' has 4 characters; 3 as in the first line"),
        (["1+1_2", "9+9_18"], r"line 2: '_18' has 3 characters; 2 as in the first line"),
    ],
)
def test_lines_that_do_not_fit_are_named(lines, message):
    with pytest.raises(ValueError, match=message):
        pairs_of(lines)


def test_saved_weights_are_loaded_in_place(tmp_path):
    first, second = model(0), model(1)
    before = list(second.params)
    save_params(first, tmp_path / "weights.npz")
    assert [array.dtype for array in saved_params(tmp_path / "weights.npz")] == [np.float16] * 6
    load_params(second, tmp_path / "weights.npz")
    for param, array, same in zip(second.params, first.params, before, strict=True):
        assert param is same and param.dtype == np.float32
        np.testing.assert_array_equal(param, array.astype(np.float16).astype(np.float32))
    np.testing.assert_array_equal(second.layers[0].params[0], second.params[0])


def test_weights_can_be_kept_to_the_last_bit(tmp_path):
    first, second = model(0), model(1)
    save_params(first, tmp_path / "weights", np.float32)
    load_params(second, saved_params(tmp_path / "weights"))
    for param, array in zip(second.params, first.params, strict=True):
        np.testing.assert_array_equal(param, array)


def test_weights_of_another_model_are_refused_and_nothing_is_copied():
    one = model()
    before = [param.copy() for param in one.params]
    with pytest.raises(ValueError, match=r"weights of the shapes \[\(7, 3\).* were expected; \[\(8, 3\)"):
        load_params(one, Rnnlm(8, 3, 4, rng=np.random.default_rng(0)).params)
    with pytest.raises(ValueError, match="were expected"):
        load_params(one, one.params[:-1])
    for param, same in zip(one.params, before, strict=True):
        np.testing.assert_array_equal(param, same)


def test_a_weight_beyond_float16_is_named(tmp_path):
    one = model()
    one.params[2][0, 0] = 1e6
    with pytest.raises(ValueError, match=r"params\[2\] holds numbers that float16 does not: pass dtype"):
        save_params(one, tmp_path / "weights.npz")
    assert not (tmp_path / "weights.npz").exists()


def test_a_file_that_would_run_code_is_not_opened(tmp_path):
    np.savez(tmp_path / "evil.npz", **{"0": np.array([print], object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        saved_params(tmp_path / "evil.npz")
    (tmp_path / "book.pkl").write_bytes(pickle.dumps([np.zeros(3, np.float16)]))
    with pytest.raises((ValueError, pickle.UnpicklingError)):
        saved_params(tmp_path / "book.pkl")
