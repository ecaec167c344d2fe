"""The seconds that a sweep expects: of tokens and of floats, found by the smallest and the largest model."""

import pytest

from omnivec import Word2Vec
from omnivec.tuning import share
from omnivec.tuning.cost import Cost
from omnivec.tuning.grid import grid
from omnivec.tuning.judging import Judge
from omnivec.tuning.planned import costed
from omnivec.tuning.speed import Run, Speed
from omnivec.tuning.sweep import sweep

SMALL = Word2Vec(dim=8, epochs=2, threads=1, min_count=1, sample=0.0)


def taken(tokens, floats):
    """A training on a machine that takes 1 µs a token and 2 ns a float."""
    return Run(tokens, floats, tokens * 1e-6 + floats * 2e-9)


def test_two_trainings_tell_what_a_token_and_a_float_take():
    speed = Speed.of([taken(1e6, 1e8), taken(3e6, 9e9)])
    assert (speed.per_token, speed.per_float) == (pytest.approx(1e-6), pytest.approx(2e-9))
    assert speed.seconds(5e6, 1e9) == pytest.approx(taken(5e6, 1e9).seconds)


def test_one_training_tells_its_like():
    speed = Speed.of([taken(1e6, 1e9)])
    assert speed.seconds(2e6, 2e9) == pytest.approx(2 * taken(1e6, 1e9).seconds)
    assert Speed.of([]) is None and Speed.of([Run(1, 1, 0.0)]) is None and Speed.of([Run(1, 0, 1.0)]) is None


@pytest.mark.parametrize("runs", [
    [Run(1e6, 1e8, 2.0), Run(1e6, 1e9, 1.0)],  # more floats in less time: nothing is below 0
    [Run(1e6, 1e9, 0.1), Run(1e6, 2e9, 5.0)],
])  # fmt: skip
def test_a_speed_is_never_below_nothing(runs):
    speed = Speed.of(runs)
    assert speed.per_token >= 0 and speed.per_float >= 0 and speed.seconds(1e6, 1e9) > 0


def test_a_short_training_weighs_as_much_as_a_long_one():
    short, long = Run(1e3, 1e6, 1.0), Run(1e6, 1e9, 2000.0)  # a token takes 1 ms, or 2 ms
    assert 1e-3 < Speed.of([short, long]).seconds(1, 1e3) < 1.5e-3


def test_a_training_tells_those_that_move_about_as_many_floats():
    assert Run(10, 1000, 1).tells(120) and not Run(10, 1000, 1).tells(200) and not Run(10, 1000, 1).tells(50)


def test_the_cost_of_epochs_counts_tokens_and_floats():
    cost = Cost(words=1, tokens=100, floats=1000.0, memory=1, free=2, disk=1, reading=0.5)
    assert cost.of(3, Speed(1e-2, 1e-3)).seconds == pytest.approx(0.5 + 3 + 3)
    assert cost.of(3, None).seconds is None and cost.of(3, None).floats == 3000.0


def test_the_smallest_and_the_largest_are_tried_and_what_was_found_is_not_tried_again(
    text, pairs, tmp_path, monkeypatch
):
    tried = []

    def tries(learner, source, listener):
        tried.append(learner.dim)
        return taken(1000, 1000 * learner.dim)

    monkeypatch.setattr("omnivec.tuning.planned.probed", tries)
    learners = grid(SMALL, dim=[20, 256, 64])
    stated = []
    sweep(text, tmp_path / "s", learners, evaluate=Judge([pairs]), before=stated.extend)
    assert tried == [20, 256]
    small, large, middle = (trial.cost for trial in stated)
    assert small.seconds - small.reading < middle.seconds - middle.reading < large.seconds - large.reading
    sweep(
        text, tmp_path / "s", grid(SMALL, dim=[20, 24, 1024]), evaluate=Judge([pairs]), before=lambda _: False
    )
    assert tried == [20, 256, 1024]


@pytest.mark.parametrize(("options", "ends"), [
    ({"unit": "document"}, "\n"),  # no share is drawn of it
    ({}, " "),  # one line
    ({"min_count": 100}, "\n"),  # so many times no word stands in a little of the text
])  # fmt: skip
def test_a_text_of_which_no_little_can_be_tried_is_swept_without_expected_seconds(
    lines, tmp_path, monkeypatch, options, ends
):
    monkeypatch.setattr("omnivec.tuning.planned._PROBE_BYTES", 2000)
    path, stated = tmp_path / "text.txt", []
    path.write_text(ends.join(lines) + "\n", encoding="utf-8")
    learners = grid(SMALL.replaced(**options), dim=[4, 64])
    made = sweep(path, tmp_path / "s", learners, evaluate=lambda _: 1.0, before=stated.extend)
    assert [model.reason for model in made.models] == [None, None]
    assert all(trial.cost.seconds is None and trial.cost.floats for trial in stated)


def test_a_little_of_the_text_is_drawn_once_for_all_that_are_tried(text, tmp_path, monkeypatch):
    monkeypatch.setattr("omnivec.tuning.planned._PROBE_BYTES", 5000)
    drawn, parts = [], share.parts
    monkeypatch.setattr(
        "omnivec.tuning.share.parts", lambda *given, **named: drawn.append(1) or parts(*given, **named)
    )
    sweep(text, tmp_path / "s", grid(SMALL, dim=[4, 256]), evaluate=lambda _: 1.0, before=lambda _: False)
    assert drawn == [1]


def test_nothing_to_train_costs_nothing():
    assert costed([], None, {}, None) == []
