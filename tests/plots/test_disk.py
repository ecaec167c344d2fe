"""The disk of hierarchies: points where they are, edges along the shortest hyperbolic way."""

import numpy as np
import pytest

from omnivec import NotFinite, OptionError
from omnivec.explore.plots import disk
from omnivec.explore.plots.disk import _line

pytest.importorskip("matplotlib")

POINTS = {
    "entity": (0.0, 0.0),
    "animal": (0.5, 0.1),
    "dog": (0.8, 0.3),
    "cat": (0.75, -0.4),
    "plant": (-0.6, 0.2),
}
EDGES = [("entity", "animal"), ("animal", "dog"), ("animal", "cat"), ("entity", "plant")]


def distance(one, other):
    """Nickel and Kiela 2017, equation 1."""
    squares = np.array([one @ one, other @ other])
    return np.arccosh(1 + 2 * ((one - other) ** 2).sum() / (1 - squares).prod())


def test_points_names_and_edges_are_drawn(axes):
    assert disk([*POINTS.values()], [*POINTS], EDGES, axes) is axes
    assert {text.get_text(): text.xy for text in axes.texts} == POINTS
    circle, *lines, marks = axes.lines
    np.testing.assert_allclose(np.hypot(*circle.get_xydata().T), 1)
    np.testing.assert_allclose(marks.get_xydata(), [*POINTS.values()])
    for line, (start, end) in zip(lines, EDGES, strict=True):
        np.testing.assert_allclose(line.get_xydata()[[0, -1]], [POINTS[start], POINTS[end]], atol=1e-9)


@pytest.mark.parametrize(
    "start,end", [((0.8, 0.3), (0.75, -0.4)), ((-0.6, 0.2), (0.0, 0.0)), ((0.9, 0), (0, 0.99))]
)
def test_an_edge_is_the_shortest_way(start, end):
    line = _line(np.array(start), np.array(end))
    whole = distance(np.array(start), np.array(end))
    steps = [distance(one, other) for one, other in zip(line, line[1:], strict=False)]
    assert sum(steps) == pytest.approx(whole, rel=1e-6)
    np.testing.assert_allclose(steps, whole / len(steps), rtol=1e-4)  # and goes at one speed


def test_an_edge_to_itself_is_a_point():
    np.testing.assert_allclose(
        _line(np.array([0.3, 0.2]), np.array([0.3, 0.2])), [[0.3, 0.2]] * 50, atol=1e-12
    )


@pytest.mark.parametrize(
    "points,keys,edges,error,says",
    [
        ([(1.0, 0.0)], ["a"], [], OptionError, "'a' is 1 off its middle"),
        ([(0.1, 0.0)], ["a", "b"], [], OptionError, r"shape \(2, 2\) for these keys, got \(1, 2\)"),
        ([], [], [], OptionError, "for these keys"),
        ([(np.nan, 0.0)], ["a"], [], NotFinite, "NaN"),
        ([(0.1, 0.0), (0, 0)], ["a", "a"], [], OptionError, "given twice"),
        ([(0.1, 0.0)], ["a"], [("a", "b")], OptionError, "an edge names 'b'"),
    ],
)
def test_bad_points_are_refused(points, keys, edges, error, says):
    with pytest.raises(error, match=says):
        disk(points, keys, edges)
