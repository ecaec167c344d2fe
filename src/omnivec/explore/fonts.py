"""Letters that matplotlib's own font lacks, Hangul above all: an installed font that has them is found."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

FONTS = {
    "Noto Sans CJK KR": "notosanscjk",
    "Noto Sans KR": "notosanskr",
    "NanumGothic": "nanumgothic",
    "Malgun Gothic": "malgun",
    "Apple SD Gothic Neo": "applesdgothicneo",
}
"""Families with Hangul, the first installed is taken; and how the names of their files begin."""

PACKAGES = "fonts-noto-cjk or fonts-nanum (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora), Noto Sans KR"
_told: set[str] = set()
"""Letters that there has been a warning of."""
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")


def readable(ax: Axes) -> None:
    """Give every text of the axes a font for the letters that its own fonts lack.

    Warns: UserWarning, once for all texts and once for each letter, where no installed font has them.
    """
    from matplotlib.text import Text

    texts = [text for text in ax.findobj(Text) if isinstance(text, Text) and not text.get_text().isascii()]
    if not texts:
        return
    lacking: set[str] = set()
    for text in texts:
        lacking |= _completed(text)
    if fresh := lacking - _told:
        _told.update(fresh)
        warnings.warn(_advice(fresh), stacklevel=_outside())


@contextmanager
def told_once() -> Iterator[None]:
    """Leave out matplotlib's own warnings, one for each letter and drawing, of what `readable` has told."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        yield


def _outside() -> int:
    """How far up the stack the caller of omnivec is, whose line a warning names."""
    depth = 2
    while (frame := sys._getframe(depth)).f_back and frame.f_globals.get("__name__", "").startswith(
        "omnivec."
    ):
        depth += 1
    return depth


def _completed(text: Text) -> set[str]:
    """Add fonts behind those of a text until its letters are there; the letters that still are not."""
    families = text.get_fontfamily()
    lacking = _without(set(text.get_text()), families)
    for name in FONTS:
        if not lacking:
            break
        family = installed(name)
        if family is not None and (fewer := _without(lacking, [family])) != lacking:
            families, lacking = [*families, family], fewer
            text.set_fontfamily(families)
    return lacking


def _without(letters: Iterable[str], families: Iterable[str]) -> set[str]:
    """The letters that none of the families has."""
    there: set[int] = set().union(*map(_letters, families))
    return {letter for letter in letters if letter.isprintable() and ord(letter) not in there}


@cache
def _letters(family: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


@cache
def installed(name: str) -> str | None:
    """The name under which matplotlib knows one of `FONTS`; None where it is not installed.

    matplotlib keeps a list of fonts from when it first ran; one installed since then is found by its file. So
    is Noto Sans CJK, one file for four families, of which matplotlib sees the first, Noto Sans CJK JP.
    """
    from matplotlib import font_manager

    if name in {font.name for font in font_manager.fontManager.ttflist}:
        return name
    stem = FONTS[name]
    files = [Path(file) for file in font_manager.findSystemFonts()]
    files = [file for file in files if file.stem.lower().startswith(stem)]
    if not files:
        return None
    plain = min(files, key=lambda file: (file.stem.lower() != stem, "regular" not in file.name.lower(), file))
    font_manager.fontManager.addfont(plain)
    return font_manager.get_font(str(plain)).family_name


def _advice(lacking: Iterable[str]) -> str:
    some = "".join(sorted(lacking)[:8])
    what = f"install {PACKAGES}" if _HANGUL.search(some) else "install a font that has them"
    return f"no installed font has the letters {some!r}, which appear as boxes; {what}"
