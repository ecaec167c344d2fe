"""Vectors to draw, and axes that no window knows."""

import sys

import numpy as np
import pytest

from omnivec import Vectors

WORDS = "king queen prince river stream lake bread wheat butter guitar piano violin".split()
GROUP = {word: ("people", "water", "food", "music")[place // 3] for place, word in enumerate(WORDS)}


@pytest.fixture
def vectors():
    """Twelve words in four groups of three."""
    draw = np.random.default_rng(1)
    centres = np.repeat(np.eye(4, 10), 3, axis=0)
    return Vectors(WORDS, centres + draw.normal(0, 0.15, (12, 10)), counts=np.arange(12, 0, -1))


@pytest.fixture
def group():
    return dict(GROUP)


@pytest.fixture
def axes():
    from omnivec.explore import blank

    return blank()


@pytest.fixture(autouse=True)
def no_figure_stays():
    """Figures that pyplot knows are closed, as a notebook does: also those of tests that ran before."""

    def closed():
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")

    closed()
    yield
    closed()


@pytest.fixture
def model(vectors, tmp_path):
    """The twelve words as a model folder."""
    vectors.save(tmp_path / "words.omnivec")
    return tmp_path / "words.omnivec"
