"""Options: what is taken, what is refused, and how a learner is copied."""

import copy
import dataclasses
import inspect
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from omnivec import OptionError, Word2Vec
from omnivec.cli import main
from omnivec.config import options
from omnivec.learners.known import LEARNERS


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
    with pytest.raises(OptionError, match="^loss must be 'ns', 'hs' or 'softmax', got "):
        Word2Vec(loss=value)


def test_a_text_in_the_constructor_is_told_where_it_belongs():
    with pytest.raises(OptionError, match=r"Word2Vec takes options by name.* the text goes to fit"):
        Word2Vec("corpus.txt")


def test_a_long_range_is_told_in_whole_numbers():
    with pytest.raises(OptionError, match="^x_max must lie between 1e-06 and 1,000,000,000,000, got 0$"):
        LEARNERS["glove"](x_max=0)


@pytest.mark.parametrize("learner", LEARNERS.values())
def test_help_tells_every_option(learner):
    text = inspect.getdoc(learner)
    told = re.findall(r"^    (\w+): (\S)", text, re.M)
    assert [name for name, _ in told] == list(options(learner))
    first = next(iter(options(learner).values())).help
    assert first in " ".join(text.split()) and text.index("\n\nArgs:\n") < 90


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


def test_a_preset_sets_an_ancestor_s_conventions_and_values_win_over_it():
    learner = Word2Vec.preset("gensim", sample=1e-4, dim=50)
    assert (learner.model, learner.gradient, learner.init) == ("cbow", "undivided", "wide")
    assert (learner.sample, learner.dim, learner.negatives) == (1e-4, 50, 5)


@pytest.mark.parametrize("name", Word2Vec.presets)
def test_a_preset_holds_options_that_are_taken_as_they_stand(name):
    preset, learner = Word2Vec.preset_values(name), Word2Vec.preset(name)
    assert set(preset) <= set(options(Word2Vec))
    for option, value in preset.items():
        assert getattr(learner, option) == (value[learner.model] if isinstance(value, dict) else value)


def test_a_value_by_model_is_chosen_when_all_layers_are_known():
    assert Word2Vec.preset("word2vec").lr == 0.05  # its own model is cbow
    assert Word2Vec.preset("word2vec", model="skipgram").lr == 0.025
    assert Word2Vec.merged("word2vec", {"model": "skipgram"}, {"model": "cbow"}).lr == 0.05
    assert Word2Vec.preset("word2vec", model="skipgram", lr=0.3).lr == 0.3


def test_later_layers_win():
    learner = Word2Vec.merged("gensim", {"dim": 32, "window": 7}, {"window": 9})
    assert (learner.dim, learner.window, learner.lr) == (32, 9, 0.025)
    assert Word2Vec.merged(None) == Word2Vec()


@pytest.mark.parametrize(
    ("preset", "option", "value"),
    [
        ("word2vec", "loss", "softmax"), ("gensim", "loss", "softmax"), ("book", "loss", "hs"),
        ("cs224n", "loss", "hs"), ("cs224n", "model", "cbow"),
    ],
)  # fmt: skip
def test_what_a_preset_s_ancestor_lacks_is_refused_with_both_names(preset, option, value):
    with pytest.raises(OptionError, match=f"^preset {preset} and {option} {value} exclude each other: "):
        Word2Vec.preset(preset, **{option: value})


def test_a_preset_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(
        OptionError, match="^preset must be 'word2vec', 'gensim', 'book' or 'cs224n', got 'x'"
    ):
        Word2Vec.preset("x")


def test_a_wrong_value_over_a_preset_is_named_as_in_the_constructor():
    with pytest.raises(OptionError, match="^model must be 'skipgram' or 'cbow', got 'cbov'; did you mean "):
        Word2Vec.preset("word2vec", model="cbov")
    with pytest.raises(OptionError, match="^lr must be a number, got {'cbow': 1}"):
        Word2Vec.preset("word2vec", lr={"cbow": 1})


def test_the_preset_s_name_goes_along_but_is_no_option():
    learner = Word2Vec.preset("gensim")
    assert (
        learner.preset_name
        == learner.replaced(dim=9).preset_name
        == learner.derived().preset_name
        == "gensim"
    )
    assert Word2Vec().preset_name is dataclasses.replace(learner, loss="softmax").preset_name is None
    assert copy.deepcopy(learner).preset_name == pickle.loads(pickle.dumps(learner)).preset_name == "gensim"
    assert "preset" not in str(learner.as_dict()) and learner == Word2Vec(**learner.as_dict())


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ({"sg": 1}, "model='skipgram'"), ({"sg": 0}, "model='cbow'"), ({"sg": "x"}, "model"),
        ({"cbow": 1}, "model='cbow'"), ({"hs": 1}, "loss='hs'"), ({"hs": 0}, "loss='ns'"),
        ({"cbow_mean": 0}, "reduction='sum'"), ({"cbow_mean": 1}, "reduction='mean'"),
        ({"shrink_windows": False}, "window_kind='fixed'"),
        ({"shrink_windows": np.True_}, "window_kind='dynamic'"),
        ({"vector_size": 5}, "dim"), ({"size": 5}, "dim"), ({"iter": 5}, "epochs"), ({"alpha": 0.1}, "lr"),
        ({"min_alpha": 0.1}, "lr_floor"), ({"workers": 5}, "threads"), ({"negative": 5}, "negatives"),
        ({"ns_exponent": 1}, "power"), ({"max_final_vocab": 9}, "max_size"), ({"ws": 5}, "window"),
        ({"epoch": 5}, "epochs"), ({"minCount": 1}, "min_count"), ({"neg": 5}, "negatives"),
        ({"t": 1e-4}, "sample"), ({"thread": 4}, "threads"),
    ],
)  # fmt: skip
def test_a_name_of_gensim_or_fasttext_is_answered_with_ours_and_its_value(given, ours):
    (name,) = given
    with pytest.raises(OptionError) as caught:
        Word2Vec(**given)
    assert str(caught.value) == f"unknown option {name}. Did you mean {ours}?"
    option, _, value = ours.partition("=")
    Word2Vec(**{option: value.strip("'") if value else getattr(Word2Vec(), option)})  # and it is taken


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sentences", "the text goes to fit"), ("pretrainedVectors", "pass start to fit"),
        ("lrUpdateRate", "the rate follows every token"), ("compute_loss", "the loss is always there"),
        ("minn", "a word has no parts"),
    ],
)  # fmt: skip
def test_a_name_of_what_is_no_option_here_is_told_what_to_do(name, hint):
    with pytest.raises(OptionError, match=f"^unknown option {name}: {hint}"):
        Word2Vec(**{name: 1})


@pytest.mark.parametrize(
    ("values", "given", "message"),
    [
        ({"loss": "hs"}, ["negatives"], "^negatives and loss hs exclude each other: "),
        ({"loss": "softmax"}, ["power"], "^power and loss softmax exclude each other: "),
        ({"loss": "hs"}, ["dim", "exclude_target"], "^exclude_target and loss hs exclude each other: "),
        ({"loss": "hs"}, ["distinct_negatives"], "^distinct_negatives and loss hs exclude each other: "),
        ({"model": "skipgram"}, ["reduction"], "^reduction and model skipgram exclude each other: "),
        ({"model": "skipgram"}, ["gradient"], "^gradient and model skipgram exclude each other: "),
    ],
)
def test_an_option_that_says_nothing_beside_the_others_is_refused(values, given, message):
    with pytest.raises(OptionError, match=message):
        Word2Vec(**values).check_used(given)
    Word2Vec(model="cbow").check_used(given)


def test_presets_refusals_and_needs_name_options_and_choices_that_exist():
    known = options(Word2Vec)
    for name, lacking in Word2Vec.refuses.items():
        assert name in Word2Vec.presets
        assert all(value in known[option].choices for option, values in lacking.items() for value in values)
    assert all(other in known and value in known[other].choices for other, value in Word2Vec.needs.values())
    assert set(Word2Vec.needs) <= set(known)
    assert not (set(Word2Vec.former) | set(Word2Vec.elsewhere)) & set(known)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Without(Word2Vec):
    elsewhere: ClassVar[Mapping[str, str]] = {"heldout": "nothing is held out"}


def test_a_field_that_says_nothing_here_is_no_option():
    learner = Without(dim=8)
    assert "heldout" in options(Word2Vec) and "heldout" not in options(Without) | learner.as_dict()
    assert dataclasses.replace(learner, dim=9) == learner.replaced(dim=9) == Without(dim=9)
    assert learner.heldout == 0 and pickle.loads(pickle.dumps(learner)) == learner
    for make in (Without, learner.replaced, lambda **values: Without.merged(None, values)):
        with pytest.raises(OptionError, match="^unknown option heldout: nothing is held out$"):
            make(heldout=0.1)


@pytest.mark.parametrize("name", LEARNERS)
def test_no_flag_is_shown_that_is_refused(name, capsys):
    for verb in ("train", "plan"):
        assert main([verb, name, "--help"]) == 0
        shown = set(re.findall(r"--([a-z][a-z-]*)", capsys.readouterr().out))
        assert not shown & {other.replace("_", "-") for other in LEARNERS[name].elsewhere}
        if verb == "train":
            assert ("heldout-text" in shown) == ("heldout" in options(LEARNERS[name]))


def cell(value):
    """A value as the page of presets writes it."""
    if isinstance(value, dict):
        return ", ".join(f"{model} {cell(each)}" for model, each in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_the_page_of_presets_is_the_presets():
    page = (Path(__file__).parents[1] / "docs" / "presets.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (?:option|`(\w+)`) \| (.*) \|$", page.partition("## What excludes")[0], re.M)
    (_, *names), *rows = [[name, *(text.strip(" `") for text in cells.split("|"))] for name, cells in lines]
    assert names == [*Word2Vec.presets, "without"]
    assert {name for name, *_ in rows} == set().union(*Word2Vec.presets.values())
    for name, *told, without in rows:
        values = [preset.get(name, "") for preset in Word2Vec.presets.values()]
        default = options(Word2Vec)[name].default
        assert (name, *told) == (name, *map(cell, values))
        assert without == {"lr": "by model", "line_end": ""}.get(name, cell(default))
