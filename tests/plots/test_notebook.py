"""What vectors show of themselves in a notebook."""

import re

import numpy as np

from omnivec import Vectors, load


def cells(html):
    return [re.sub("<.*?>", "", cell) for cell in re.findall("<td.*?</td>", html)]


def test_vectors_show_their_first_keys():
    keys = [f"<{place}>" for place in range(7)]
    matrix = np.arange(35, dtype=np.float32).reshape(7, 5)
    html = Vectors(keys, matrix, counts=np.arange(7000, 0, -1000))._repr_html_()
    assert (
        "Vectors(7 × 5 float32, in memory)" in html and "The first 5 of 7." in html and "<script" not in html
    )
    assert cells(html)[:8] == [
        "&lt;0&gt;", "5.477", "7,000", "0.000  1.000  2.000  3.000 …",
        "&lt;1&gt;", "15.969", "6,000", "5.000  6.000  7.000  8.000 …",
    ]  # fmt: skip
    assert len(cells(html)) == 20


def test_few_vectors_without_counts_are_shown_whole(tmp_path):
    vectors = Vectors(["a"], np.ones((1, 2)))
    assert cells(vectors._repr_html_()) == ["a", "1.414", "–", "1.000  1.000"]
    assert "The first" not in vectors._repr_html_()
    vectors.save(tmp_path / "a.omnivec")
    opened = load(tmp_path / "a.omnivec", dtype="int8").vectors
    assert cells(opened._repr_html_())[0] == "a"
