"""Similarities and attention as colours: the colours are the numbers."""

import numpy as np
import pytest

from omnivec import UnknownKey
from omnivec.errors import OptionError
from omnivec.explore import heat_map
from omnivec.explore.plots import attention

pytest.importorskip("matplotlib")


def test_colours_are_cosines_and_words_alone_are_blank(vectors, axes):
    words = ["king", "queen", "lake"]
    assert heat_map(vectors, words, axes) is axes
    (image,) = axes.images
    shown = image.get_array()
    for row, one in enumerate(words):
        for column, other in enumerate(words):
            if row == column:
                assert shown.mask[row, column]
            else:
                assert shown[row, column] == pytest.approx(vectors.similarity(one, other), abs=1e-6)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == words
    written = {text.get_position(): text.get_text() for text in axes.texts}
    cosine = vectors.similarity("king", "queen")
    assert len(written) == 6 and written[(1, 0)] == f"{cosine:.2f}".replace("0.", ".", 1)


def test_numbers_can_be_read_on_their_colours(vectors, axes):
    heat_map(vectors, vectors.index_to_key, axes)
    (image,) = axes.images
    for text in axes.texts:
        column, row = text.get_position()
        below = image.to_rgba(image.get_array()[row, column])[:3]
        light = [
            luminance(np.array(colour))
            for colour in (below, (0, 0, 0) if text.get_color() == "k" else (1, 1, 1))
        ]
        assert (max(light) + 0.05) / (min(light) + 0.05) >= 4.5


def luminance(colour):
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_text_and_captions_are_seen_on_white():
    from matplotlib.colors import to_rgb

    from omnivec.explore.plots.figure import COLOURS, QUIET

    assert 1.05 / (luminance(np.array(to_rgb(QUIET))) + 0.05) >= 4.5
    strongest = [1.05 / (luminance(np.array(to_rgb(colour))) + 0.05) for colour in COLOURS[:4]]
    assert min(strongest) >= 3  # the pale two have a dark edge


def test_unknown_words(vectors, axes):
    with pytest.raises(UnknownKey):
        heat_map(vectors, ["king", "nobody"])
    heat_map(vectors, ["king", "nobody", "lake"], axes, unknown="skip")
    assert axes.get_title(loc="left") == "1 of 3 words unknown"
    assert axes.images[0].get_array().shape == (2, 2)


def test_one_word_and_many(vectors, axes):
    assert heat_map(vectors, ["king"], axes).images[0].get_array().mask.all()


def test_attention_shows_the_weights(axes):
    weights = np.array([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]])
    attention(weights, ["der", "Hund"], ["the", "dog", "runs"], axes)
    np.testing.assert_array_equal(axes.images[0].get_array(), weights)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["the", "dog", "runs"]
    with pytest.raises(OptionError, match=r"shape \(2, 2\) for these words, got \(2, 3\)"):
        attention(weights, ["der", "Hund"], ["the", "dog"])


def test_more_words_than_can_be_told_apart_are_refused_before_their_products_are_made(vectors, monkeypatch):
    monkeypatch.setattr("omnivec.explore.plots.grid.MOST", 3)
    monkeypatch.setattr("omnivec.explore.plots.grid.scaled", None)
    with pytest.raises(OptionError, match="at most 3 words on a side, got 4; name fewer"):
        heat_map(vectors, ["king", "queen", "lake", "river"])
    with pytest.raises(OptionError, match="at most 3 words on a side, got 4"):
        attention(np.ones((1, 4)), ["a"], list("abcd"))


def test_letters_are_no_higher_than_their_cells():
    ax = attention(np.random.default_rng(1).random((300, 3)), [f"w{n}" for n in range(300)], list("abc"))
    ax.figure.draw_without_rendering()
    cell = ax.get_window_extent().height / ax.figure.dpi * 72 / 300  # points
    assert {tick.get_fontsize() for tick in ax.get_yticklabels()}.pop() < 1.3 * cell
    assert {tick.get_fontsize() for tick in ax.get_xticklabels()} == {8.33}
