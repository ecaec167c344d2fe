"""Names beside points can be read: none lies on another, on a foreign point or outside."""

import tracemalloc

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.explore import blank, scatter
from omnivec.explore.plots.labels import name_points

pytest.importorskip("matplotlib")


def boxes(axes):
    axes.figure.draw_without_rendering()
    shown = [text for text in axes.texts if text.get_text()]
    from matplotlib.text import Text

    # An annotation's own extent has its line, too.
    return shown, np.array([Text.get_window_extent(text).extents for text in shown])


def shares(found):
    """Of each box the largest share that lies below another."""
    low = np.maximum(found[:, None, :2], found[None, :, :2])
    high = np.minimum(found[:, None, 2:], found[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(2)
    np.fill_diagonal(common, 0)
    return (common / (found[:, 2:] - found[:, :2]).prod(1)[:, None]).max(1)


@pytest.mark.parametrize("count", [12, 60])
def test_names_lie_on_nothing_and_within_the_frame(count):
    draw = np.random.default_rng(count)
    words = [f"word{'x' * (place % 7)}{place}" for place in range(count)]
    axes = scatter(Vectors(words, draw.normal(size=(count, 6))), words, blank(8, 6.4))
    texts, found = boxes(axes)
    assert len(texts) == count and shares(found).max() < 0.13
    points = axes.transData.transform(np.array([text.xy for text in texts]))
    inside = (found[:, None, :2] < points[None]) & (points[None] < found[:, None, 2:])
    assert inside.all(2).sum() <= count // 30
    frame = axes.get_window_extent().extents
    assert (found[:, :2] >= frame[:2] - 1).all() and (found[:, 2:] <= frame[2:] + 1).all()


def test_names_of_points_at_one_place_go_around_it_with_lines():
    axes = blank()
    axes.plot(np.zeros(6), np.zeros(6), "o")
    assert name_points(axes, np.zeros((6, 2)), [f"name number {n}" for n in range(6)]) == 0
    texts, found = boxes(axes)
    assert shares(found).max() < 0.13
    assert all(np.hypot(*text.xyann) < 60 for text in texts)


def test_names_without_room_are_left_out_and_counted():
    words = [f"a long name of word {place}" for place in range(60)]
    draw = np.random.default_rng(1)
    axes = scatter(Vectors(words, draw.normal(size=(60, 5))), words, blank(2.5, 2.5))
    texts, found = boxes(axes)
    left_out = len(words) - len(texts)
    assert left_out > 20 and f"{left_out} names left out, no room" in axes.get_title(loc="left")
    assert shares(found).max() < 0.13
    assert sum(len(line.get_xdata()) for line in axes.lines) == 60


def test_of_very_many_points_the_first_are_named(monkeypatch):
    monkeypatch.setattr("omnivec.explore.plots.labels.MOST", 10)
    words = [f"w{place}" for place in range(25)]
    axes = scatter(Vectors(words, np.random.default_rng(1).normal(size=(25, 5))), words, blank(8, 8))
    assert {text.get_text() for text in axes.texts} == set(words[:10])
    assert "15 names left out, no room" in axes.get_title(loc="left")


def test_names_keep_off_what_they_should_avoid():
    axes = blank()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    to_the_right = np.column_stack([np.linspace(0, 1, 60), np.zeros(60)])
    name_points(axes, np.zeros((1, 2)), ["name"], avoid=to_the_right)
    _, found = boxes(axes)
    assert found[0, 2] <= axes.transData.transform((0, 0))[0]


def test_names_among_very_many_points_need_little_memory():
    ax = blank()
    draw = np.random.default_rng(1)
    points = draw.uniform(size=(30_000, 2))
    ax.plot(*points.T, ".")
    tracemalloc.start()
    try:
        name_points(ax, points[:4], list("abcd"), points[4:])
        assert tracemalloc.get_traced_memory()[1] < 60 << 20  # every place to every point: 115 MB
    finally:
        tracemalloc.stop()
