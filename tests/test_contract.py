"""Every learner keeps every promise: one table of learners, one of promises.

A new learner is a row, a new promise a function.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from omnivec import InputError, Model, OptionError, UnknownKey, Word2Vec, load
from omnivec.cli import main
from omnivec.config import options
from omnivec.data.corpus import Reading
from omnivec.engine import start
from omnivec.learners.learner import Learner
from omnivec.reference import random as definitions
from omnivec.reference import word2vec as reference

DIM = 16


def sentences(seed: int = 0, count: int = 400) -> list[str]:
    """Text with something to learn: a king and a queen rule, a cat and a dog eat."""
    draw = np.random.default_rng(seed)
    worlds = [["king", "queen", "rules", "crown", "throne"], ["cat", "dog", "eats", "bone", "milk"]]
    common = ["the", "a", "and", "of"]
    lines = []
    for _ in range(count):
        words = [*draw.choice(worlds[draw.integers(2)], 5), *draw.choice(common, 3)]
        lines.append(" ".join(draw.permutation(words)))
    return lines


@dataclass(frozen=True)
class Case:
    """A learner and a text it can learn from."""

    learner: Learner
    text: list[str]

    def with_(self, **values: object) -> Case:
        return dataclasses.replace(self, learner=dataclasses.replace(self.learner, **values))

    def fit(self) -> Model:
        return self.learner.fit(self.text)


TEXT = sentences()
SKIPGRAM = Word2Vec(dim=DIM, epochs=3, threads=1, min_count=2, sample=0.01)

LEARNERS = {
    "word2vec skip-gram ns": Case(SKIPGRAM, TEXT),
    "word2vec skip-gram ns, fixed window, 8 negatives": Case(
        dataclasses.replace(SKIPGRAM, window_kind="fixed", negatives=8, exclude_target="skip"), TEXT
    ),
}


def bits(model: Model) -> bytes:
    return b"".join(model.tables[name].tobytes() for name in sorted(model.tables))


def shapes_and_dtypes(case: Case, tmp_path) -> None:
    model = case.fit()
    assert model.vectors.vectors.shape == (len(model.keys), DIM)
    for table in model.tables.values():
        assert table.dtype == np.float32 and table.flags.c_contiguous and table.ctypes.data % 64 == 0
        assert not table[:, DIM:].any()
    assert len(model.keys) == 14 and sorted(model.keys.counts, reverse=True) == list(model.keys.counts)


def same_seed_same_bits(case: Case, tmp_path) -> None:
    assert bits(case.fit()) == bits(case.fit())


def other_seed_differs(case: Case, tmp_path) -> None:
    assert bits(case.fit()) != bits(case.with_(seed=2).fit())


def threads_change_bits_not_meaning(case: Case, tmp_path) -> None:
    model = case.with_(threads=3, epochs=20).fit()
    assert model.record["deterministic"] is False
    royal, animal = model.vectors.similarity("king", "queen"), model.vectors.similarity("king", "cat")
    assert royal > animal + 0.2


def saved_equals_loaded(case: Case, tmp_path) -> None:
    model = case.fit()
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert bits(again) == bits(model) and list(again.keys) == list(model.keys)
    assert again.config["options"] == model.options and again.record == model.record
    np.testing.assert_array_equal(again.keys.counts, model.keys.counts)
    assert not again.vectors.vectors.flags.writeable


def loss_is_finite_and_falls(case: Case, tmp_path) -> None:
    losses = [row["loss"] for row in case.with_(epochs=8, lr=0.2).fit().history]
    assert len(losses) == 8 and np.isfinite(losses).all()
    assert losses[0] > losses[3] > losses[7]


def first_loss_is_that_of_zeros(case: Case, tmp_path) -> None:
    """Output rows start at zero, so that a model that has not moved loses ln 2 for each output of a pair."""
    model = case.with_(epochs=1, lr=1e-9).fit()
    outputs = 1 + case.learner.negatives
    assert model.history[0]["loss"] <= outputs * np.log(2) + 1e-6
    if case.learner.exclude_target != "skip":
        assert model.history[0]["loss"] == pytest.approx(outputs * np.log(2), rel=1e-6)


def engine_is_reference(case: Case, tmp_path) -> None:
    """The whole run, epochs, schedule and all, is the definition's."""
    learner = case.with_(lr=0.05).learner
    assert isinstance(learner, Word2Vec) and learner.lr
    corpus = Reading(min_count=learner.min_count).corpus(case.text)
    counts, n = corpus.vocabulary.counts, len(corpus.tokens)
    keep = reference.keep_thresholds(counts, learner.sample, int(counts.sum()))
    alias = definitions.alias_table(counts**learner.power)
    inputs = start.initial_table(len(counts), DIM, learner.seed)[:, :DIM].astype(np.float64)
    outputs, losses = np.zeros_like(inputs), []
    decay = learner.lr * (1 - learner.lr_floor) / (n * learner.epochs)
    for epoch in range(learner.epochs):
        loss, pairs, _ = reference.skipgram(
            corpus.tokens, corpus.units, keep, alias, inputs, outputs,
            window=learner.window, kind=learner.window_kind, negatives=learner.negatives,
            exclude=learner.exclude_target, rate=learner.lr - decay * epoch * n, decay=decay,
            base=int(start.base(learner.seed, epoch)),
        )  # fmt: skip
        losses.append(loss / pairs)
    model = learner.fit(case.text)
    np.testing.assert_allclose(model.vectors.vectors, inputs, atol=2e-5)
    np.testing.assert_allclose(model.output.vectors, outputs, atol=2e-5)
    np.testing.assert_allclose(model.record["loss"], losses, rtol=1e-5)


def every_way_of_giving_text_is_the_same(case: Case, tmp_path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(case.text))
    wanted = bits(case.learner.fit(path))
    assert bits(case.learner.fit(str(path))) == wanted
    assert bits(case.learner.fit(line for line in case.text)) == wanted
    assert bits(case.learner.fit([line.split() for line in case.text])) == wanted


def empty_input_is_refused(case: Case, tmp_path) -> None:
    for source in ([], [""], [[]], ["\n \n"]):
        with pytest.raises(InputError, match="empty|no words"):
            case.learner.fit(source)


def lonely_word_is_refused(case: Case, tmp_path) -> None:
    with pytest.raises(InputError, match="only one word"):
        case.learner.fit(["word word word word word"])


def too_high_min_count_names_the_counts(case: Case, tmp_path) -> None:
    with pytest.raises(
        InputError, match=r"no word occurs 999,999 times \(the most frequent, '\w+', occurs [\d,]+ times\)"
    ):
        case.with_(min_count=999_999).fit()


def unknown_key_is_typed(case: Case, tmp_path) -> None:
    vectors = case.fit().vectors
    with pytest.raises(UnknownKey) as caught:
        vectors["quen"]
    assert isinstance(caught.value, KeyError) and caught.value.near[0] == "queen"


def options_out_of_range_are_named(case: Case, tmp_path) -> None:
    for name, option in options(type(case.learner)).items():
        if option.between:
            with pytest.raises(OptionError, match=f"^{name} must lie between"):
                case.with_(**{name: option.between.high * 2 + 1})
        elif option.choices:
            with pytest.raises(OptionError, match=f"^{name} must be"):
                case.with_(**{name: "nonsense"})


def old_names_are_answered_with_ours(case: Case, tmp_path) -> None:
    for theirs, ours in case.learner.former.items():
        with pytest.raises(OptionError, match=f"unknown option {theirs}. Did you mean {ours}?"):
            type(case.learner)(**{theirs: 1})


def interrupted_leaves_a_model(case: Case, tmp_path) -> None:
    pressed = []

    def stop(record) -> None:
        if record.phase == "train" and not pressed:
            pressed.append("Ctrl-C")
            raise KeyboardInterrupt

    model = case.with_(epochs=100_000, threads=2).learner.fit(case.text, progress=stop)
    assert model.record["interrupted"] is True and 0 < model.record["epochs"] < 100_000
    assert np.isfinite(model.vectors.vectors).all()
    model.save(tmp_path / "model")
    assert load(tmp_path / "model").record["interrupted"] is True


def diverging_training_is_named(case: Case, tmp_path) -> None:
    from omnivec import NotFinite

    with pytest.raises(NotFinite, match="lower lr"):
        case.with_(lr=100.0, epochs=200).fit()


def progress_tells_every_phase(case: Case, tmp_path) -> None:
    records = []
    model = case.with_(epochs=2).learner.fit(case.text, progress=records.append)
    phases = [record.phase for record in records]
    assert [phases.index(name) for name in ("options", "read", "memory", "compile", "epoch")] == sorted(
        phases.index(name) for name in ("options", "read", "memory", "compile", "epoch")
    )
    epochs = [record.loss for record in records if record.phase == "epoch"]
    assert epochs == pytest.approx(model.record["loss"])


def card_and_info_agree(case: Case, tmp_path, capsys) -> None:
    model = case.fit()
    model.save(tmp_path / "model")
    assert main(["info", str(tmp_path / "model"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == len(model.keys) and told["dim"] == DIM and told["config"] == model.options
    assert told["training"]["loss"] == model.record["loss"]
    card = (tmp_path / "model" / "README.md").read_text()
    assert f"{model.record['tokens']:,}" in card and f"{told['rows']:,} × {DIM}" in card


def command_line_is_python(case: Case, tmp_path, capsys) -> None:
    (tmp_path / "corpus.txt").write_text("\n".join(case.text))
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in case.learner.changed().items()]
    code = main(
        ["train", case.learner.name, str(tmp_path / "corpus.txt"), str(tmp_path / "model"), *flags, "-q"]
    )
    assert code == 0 and bits(load(tmp_path / "model")) == bits(case.fit())


PROMISES: list[Callable[..., None]] = [
    shapes_and_dtypes,
    same_seed_same_bits,
    other_seed_differs,
    threads_change_bits_not_meaning,
    saved_equals_loaded,
    loss_is_finite_and_falls,
    first_loss_is_that_of_zeros,
    engine_is_reference,
    every_way_of_giving_text_is_the_same,
    empty_input_is_refused,
    lonely_word_is_refused,
    too_high_min_count_names_the_counts,
    unknown_key_is_typed,
    options_out_of_range_are_named,
    old_names_are_answered_with_ours,
    interrupted_leaves_a_model,
    diverging_training_is_named,
    progress_tells_every_phase,
    card_and_info_agree,
    command_line_is_python,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("learner", LEARNERS)
def test_contract(learner, promise, request):
    fixtures = {"tmp_path": request.getfixturevalue("tmp_path")}
    if "capsys" in promise.__annotations__ or "capsys" in promise.__code__.co_varnames:
        fixtures["capsys"] = request.getfixturevalue("capsys")
    promise(LEARNERS[learner], **fixtures)


def test_given_vocabulary_measures_the_text_not_itself():
    from omnivec.data.vocabulary import Vocabulary

    vocabulary = Vocabulary.of({"king": 1000, "queen": 900, "crown": 800})
    record = SKIPGRAM.fit(TEXT, vocabulary=vocabulary).record
    assert record["tokens"] == 8 * len(TEXT) and 0 < record["tokens_in_vocabulary"] < record["tokens"]
