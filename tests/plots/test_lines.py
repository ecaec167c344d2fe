"""Curves of sweeps and of losses: what is drawn is what was measured."""

import numpy as np
import pytest

from omnivec.errors import OptionError
from omnivec.explore import curves, losses

pytest.importorskip("matplotlib")

POINTS = [
    {
        "dim": dim,
        "seconds": dim / 10 * cost,
        "score": 0.7 - cost / dim,
        "low": 0.6,
        "high": 0.8,
        "learner": name,
    }
    for name, cost in (("word2vec", 1), ("glove", 2))
    for dim in (100, 25, 50)
]
HISTORY = [
    {"epoch": 1, "loss": 3.0, "heldout": 3.1},
    {"epoch": 1.5, "value": 0.2},
    {"epoch": 2, "loss": 2.5, "heldout": 2.6},
    {"epoch": 3, "loss": 2.2, "heldout": 2.8},
]


def drawn(axes):
    return [line.get_xydata().tolist() for line in axes.lines]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_each_group_is_a_line_through_its_points_from_left_to_right(axes):
    assert curves(POINTS, "dim", "score", "learner", axes) is axes
    assert drawn(axes) == [
        [[dim, 0.7 - cost / dim] for dim in (25, 50, 100)] for cost in (1, 2)
    ]  # fmt: skip
    assert legend(axes) == ["word2vec", "glove"] and axes.get_legend().get_title().get_text() == "learner"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("dim", "score")
    assert len({(line.get_marker(), str(line._dash_pattern)) for line in axes.lines}) == 2


def test_one_line_needs_no_legend_and_one_point_is_a_mark(axes):
    curves(POINTS[:1], "dim", "score", ax=axes)
    assert axes.get_legend() is None and drawn(axes) == [[[100, 0.69]]]
    assert axes.lines[0].get_marker() == "o"


def test_points_without_a_number_are_left_out(axes):
    points = [*POINTS[:3], {"dim": 75, "score": None}, {"dim": None, "score": 0.1}, {"score": 0.2}]
    curves(points, "dim", "score", ax=axes)
    assert [x for x, _ in drawn(axes)[0]] == [25, 50, 100]
    with pytest.raises(OptionError, match="no point has both 'dim' and 'accuracy'"):
        curves(points, "dim", "accuracy")
    with pytest.raises(OptionError, match="nothing to draw"):
        curves([], "dim", "score")


def test_words_stand_on_the_axis_in_their_order(axes):
    curves([{"learner": name, "score": 0.5} for name in ("glove", "cbow", "a")], "learner", "score", ax=axes)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["glove", "cbow", "a"]


def test_intervals_labels_and_a_logarithmic_axis(axes):
    curves(POINTS[:3], "seconds", "score", ax=axes, label="dim", interval=("low", "high"), log=True)
    assert {text.get_text(): text.xy[0] for text in axes.texts} == {"25": 2.5, "50": 5, "100": 10}
    (band,) = axes.collections
    corners = band.get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.6, 0.8)
    assert axes.get_xscale() == "log"
    axes.figure.draw_without_rendering()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["2.5", "5", "10"]


def test_losses_are_those_of_the_history(axes):
    assert losses(HISTORY, axes) is axes
    training, held_out, best = axes.lines
    assert training.get_xydata().tolist() == [[1, 3.0], [2, 2.5], [3, 2.2]]
    assert held_out.get_xydata().tolist() == [[1, 3.1], [2, 2.6], [3, 2.8]]
    assert training.get_linestyle() != held_out.get_linestyle()
    assert best.get_xydata().tolist() == [[2, 2.6]] and legend(axes) == ["training", "held out"]


def test_losses_of_several_models(axes):
    losses({"a": HISTORY, "_b": [{"epoch": 1, "loss": 2.0}]}, axes)
    assert legend(axes) == ["a training", "a held out", "_b training"]


def test_evaluations_of_the_history_are_a_curve(axes):
    curves(HISTORY, "epoch", "value", ax=axes)
    assert drawn(axes) == [[[1.5, 0.2]]]


def test_a_history_without_losses_is_refused():
    with pytest.raises(OptionError, match="no epoch of the history has a loss"):
        losses([{"epoch": 1.5, "value": 0.1}])


def test_a_trained_model_has_a_curve(axes):
    from omnivec import Word2Vec

    text = [["a", "b", "c", "d"]] * 50
    model = Word2Vec(dim=4, epochs=3, min_count=1, threads=1, sample=0).fit(text)
    losses(model.history, axes)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), model.record["loss"])
