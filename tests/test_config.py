"""Options: what is taken, what is refused, and how a learner is copied."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

from omnivec import OptionError, Word2Vec


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("dim", np.int64(5), 5),
        ("dim", np.array(5), 5),
        ("sample", np.float32(0.5), 0.5),
        ("sample", 1, 1.0),
        ("loss", np.str_("ns"), "ns"),
    ],
)
def test_numpy_s_scalars_are_kept_as_python_s(name, value, kept):
    stored = getattr(Word2Vec(**{name: value}), name)
    assert stored == kept and type(stored) is type(kept)


@pytest.mark.parametrize("value", [True, np.True_, "5", None, [5], np.array([5]), np.array([5, 6]), 5.0, 1j])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(OptionError, match="^dim must be a whole number, got "):
        Word2Vec(dim=value)


@pytest.mark.parametrize("value", [True, np.True_, "x", None, [0.5], np.array([0.5]), 1j])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(OptionError, match="^sample must be a number, got "):
        Word2Vec(sample=value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 2, pytest.param(10**400, id="huge")])
def test_a_number_out_of_range_is_refused_with_the_range(value):
    with pytest.raises(OptionError, match="^sample must lie between 0 and 1, got "):
        Word2Vec(sample=value)


@pytest.mark.parametrize("value", ["NS", None, 3, ["ns"], np.array(["ns"])])
def test_a_word_that_is_no_choice_is_refused(value):
    with pytest.raises(OptionError, match="^loss must be 'ns', got "):
        Word2Vec(loss=value)


def test_a_text_in_the_constructor_is_told_where_it_belongs():
    with pytest.raises(OptionError, match=r"Word2Vec takes options by name.* the text goes to fit"):
        Word2Vec("corpus.txt")


def test_a_learner_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Word2Vec().dim = 3


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_is_equal(again):
    learner = Word2Vec(dim=8, lr=0.03)
    assert again(learner) == learner and hash(again(learner)) == hash(learner)


def test_replacing_an_option_checks_it():
    assert dataclasses.replace(Word2Vec(), dim=9).dim == 9
    with pytest.raises(OptionError, match="unknown option size. Did you mean dim?"):
        dataclasses.replace(Word2Vec(), size=9)
