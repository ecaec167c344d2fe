"""Where pictures go: axes of the user's, new ones, PNG, SVG, PDF, a page; no display, no window."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from omnivec.errors import MissingExtra, OptionError, OutputError
from omnivec.explore import arrows, blank, curves, heat_map, losses, save, scatter, svg
from omnivec.explore.plots import attention, disk
from omnivec.results import Figure, page

pytest.importorskip("matplotlib")

DRAW = {
    "scatter": lambda vectors, **given: scatter(vectors, ["king", "lake", "bread"], **given),
    "arrows": lambda vectors, **given: arrows(vectors, [("king", "lake")], **given),
    "heat_map": lambda vectors, **given: heat_map(vectors, ["king", "lake"], **given),
    "attention": lambda vectors, **given: attention([[1.0]], ["a"], ["b"], **given),
    "disk": lambda vectors, **given: disk([(0.1, 0.2), (0.3, 0.7)], ["a", "b"], [("a", "b")], **given),
    "losses": lambda vectors, **given: losses(
        [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}], **given
    ),
    "curves": lambda vectors, **given: curves([{"x": 1, "y": 2}, {"x": 2, "y": 1}], "x", "y", **given),
}
every_picture = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)


@every_picture
def test_the_axes_that_are_given_are_drawn_on_and_no_other_figure_is_made(draw, vectors):
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2)
    assert draw(vectors, ax=left) is left
    assert left.has_data() and not right.has_data() and pyplot.get_fignums() == [figure.number]


@every_picture
def test_without_axes_pyplot_has_a_new_figure(draw, vectors):
    from matplotlib import pyplot

    axes = draw(vectors)
    assert axes is pyplot.gcf().axes[0] and len(pyplot.get_fignums()) == 1


@every_picture
@pytest.mark.parametrize("kind,begins", [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_pictures_are_files_that_repeat_and_are_not_blank(draw, kind, begins, vectors, tmp_path):
    for name in ("one", "two"):
        save(draw(vectors, ax=blank()), tmp_path / f"{name}.{kind}")
    one, two = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "two"))
    assert one.startswith(begins) and one == two
    if kind == "png":
        from matplotlib.image import imread

        picture = imread(tmp_path / "one.png")[:, :, :3]
        assert min(picture.shape[:2]) >= 880
        assert 0.001 < (picture.min(2) < 0.8).mean() < 0.9


def test_an_svg_is_whole_and_needs_no_font(vectors):
    text = svg(scatter(vectors, ["king", "lake"], blank()))
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and not root.findall(".//{*}text") and root.findall(".//{*}path")
    there = {element.get("id") for element in root.iter()}
    used = set(re.findall(r"url\(#(.+?)\)", text)) | {
        element.get("{http://www.w3.org/1999/xlink}href")[1:] for element in root.iter("{*}use")
    }
    assert used and used <= there
    document = page("Words", [Figure(text, "two words")])
    assert document.count("<svg") == 1 and "<?xml" not in document


def test_a_figure_within_a_figure_is_saved_whole(vectors, tmp_path):
    from matplotlib.figure import Figure as Outer

    outer = Outer()
    left, right = outer.subfigures(1, 2)
    heat_map(vectors, ["king", "lake"], right.subplots())
    scatter(vectors, ["king", "lake"], axes := left.subplots())
    save(axes, tmp_path / "both.svg")
    assert "axes_3" in (tmp_path / "both.svg").read_text()  # and the bar of colours


def test_places_that_are_no_picture_are_refused(vectors, tmp_path):
    axes = scatter(vectors, ["king"], blank())
    for name, came in (("words.gif", "'gif'"), ("words", "'no suffix'")):
        with pytest.raises(OptionError, match=f"a picture ends in .png, .svg or .pdf, got {came}"):
            save(axes, tmp_path / name)
    there = tmp_path / "there.png"
    there.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists"):
        save(axes, there)
    assert there.read_bytes() == b"mine"
    save(axes, there, overwrite=True)
    assert there.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputError, match="there is no folder"):
        save(axes, tmp_path / "nowhere" / "a.png")
    save(axes, tmp_path / "LARGE.PNG")


def test_matplotlib_is_imported_when_a_picture_is_drawn_and_named_when_it_is_missing(monkeypatch, vectors):
    heavy = ("matplotlib", "sklearn", "numba")
    code = f"import sys, omnivec.explore\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    for draw in (blank, lambda: scatter(vectors, ["king"])):
        with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[plot\]'"):
            draw()


def test_no_display_is_needed_whatever_backend_was_asked_for(tmp_path):
    code = """if True:
        import sys
        import numpy as np
        from omnivec import Vectors
        from omnivec.explore import save, scatter
        save(scatter(Vectors(["a", "b"], np.eye(2)), ["a", "b"]), sys.argv[1])
    """
    without = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "words.png")],
        env={**without, "MPLBACKEND": "QtAgg"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "words.png").read_bytes().startswith(b"\x89PNG")


def test_a_backend_that_cannot_be_loaded_is_done_without(monkeypatch, vectors):
    from matplotlib import pyplot

    def refused(**_):
        raise ImportError("Cannot load backend 'TkAgg', as 'headless' is currently running")

    monkeypatch.setattr(pyplot, "subplots", refused)
    assert svg(scatter(vectors, ["king", "lake"])).startswith("<svg")
    assert pyplot.get_fignums() == []


def test_dollars_are_no_formulas():
    from matplotlib.text import Text

    point = {"x": 1, "y": 2, "name": "$\\frac$"}
    axes = curves([point], "x", "y", "name", blank())
    assert not any(text.get_parse_math() for text in axes.findobj(Text))
    assert svg(axes)


def test_styles_of_the_user_are_kept(vectors):
    from matplotlib import rc_context

    with rc_context({"text.color": "white", "axes.facecolor": "black"}):
        axes = scatter(vectors, ["king", "lake"], blank(), groups={"king": "a"})
    assert {text.get_color() for text in axes.texts} == {"white"}
    assert axes.lines[0].get_markeredgecolor() == "white"
