"""Hangul without boxes: the first installed font that has it is taken; without one there is one warning."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.explore import fonts, heat_map, losses, save, scatter, svg

KOREAN = ["왕", "여왕", "강", "바다", "서울"]
INSTALLED = any(map(fonts.installed, fonts.FONTS))

pytest.importorskip("matplotlib")


@pytest.fixture
def korean():
    return Vectors(KOREAN, np.random.default_rng(1).normal(size=(5, 4)))


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(fonts, "_told", set())


@pytest.mark.skipif(not INSTALLED, reason=f"no font with Hangul is installed: {', '.join(fonts.FONTS)}")
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_hangul_is_drawn_without_a_missing_glyph(korean, axes, tmp_path, kind):
    axes.figure.suptitle("")
    scatter(korean, KOREAN, axes, groups={"왕": "사람"})
    axes.set_xlabel("첫째 축")  # after it was drawn
    save(axes, tmp_path / f"words.{kind}")  # warnings are errors here, matplotlib's of glyphs, too
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes.figure.draw_without_rendering()
    for text in axes.texts:
        assert not fonts._without(text.get_text(), text.get_fontfamily())


@pytest.mark.skipif(not INSTALLED, reason="no font with Hangul is installed")
def test_every_picture_has_hangul(korean, axes):
    heat_map(korean, KOREAN, axes)
    ticks = axes.get_xticklabels()
    assert [tick.get_text() for tick in ticks] == KOREAN
    assert not any(fonts._without(tick.get_text(), tick.get_fontfamily()) for tick in ticks)
    rows = [{"epoch": epoch, "loss": 1.0} for epoch in (1, 2)]
    legend = losses({"모형 하나": rows, "모형 둘": rows}, axes).get_legend()
    assert not any(fonts._without(text.get_text(), text.get_fontfamily()) for text in legend.get_texts())


def test_a_font_is_added_behind_the_text_s_own(axes, monkeypatch):
    """The twin of the test above with the fonts that matplotlib brings."""
    monkeypatch.setattr(fonts, "FONTS", {"DejaVu Sans": "dejavusans"})
    text = axes.text(0, 0, "Ω and ж", family="cmss10")
    plain = axes.text(0, 0, "plain", family="cmss10")
    fonts.readable(axes)
    assert text.get_fontfamily() == ["cmss10", "DejaVu Sans"]
    assert plain.get_fontfamily() == ["cmss10"]


def test_without_a_font_one_warning_names_a_package_and_the_picture_is_made(korean, axes, monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda name: None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scatter(korean, KOREAN, axes)
        assert svg(axes).startswith("<svg")
        scatter(korean, KOREAN[:3], axes)
    (warning,) = caught
    assert "fonts-nanum" in str(warning.message) and "appear as boxes" in str(warning.message)
    assert warning.filename == __file__


def test_letters_of_no_font_are_told_too(axes):
    axes.set_title("\U0001f9ff")
    with pytest.warns(UserWarning, match="install a font that has them"):
        fonts.readable(axes)


def test_a_font_installed_since_matplotlib_first_ran_is_found_by_its_file(tmp_path, monkeypatch):
    from matplotlib import font_manager

    plain = tmp_path / "NanumGothic.ttf"
    for name in ("NanumGothicBold.ttf", "NanumGothicCoding.ttf", plain.name):
        shutil.copy(font_manager.findfont("DejaVu Sans"), tmp_path / name)
    found = [str(file) for file in sorted(tmp_path.iterdir())]
    added = []
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: found)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager.fontManager, "addfont", added.append)
    assert fonts.installed.__wrapped__("NanumGothic") == "DejaVu Sans"  # the name that the file itself has
    assert [Path(file) for file in added] == [plain]
    assert fonts.installed.__wrapped__("Malgun Gothic") is None
