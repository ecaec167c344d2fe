"""The picture of CS224n's first assignment: counts of a text, decomposed, show countries side by side.

Reuters, its text, is not on every machine: the words are the assignment's, the text is planted, or Wikipedia.
"""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from omnivec import PPMISVD, Vectors
from omnivec.explore import blank, save, scatter
from omnivec.reference.cs224n import compute_co_occurrence_matrix, normalize_rows, reduce_to_k_dim

pytest.importorskip("matplotlib")

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")
TEXT = DATA / "text" / "enwiki100.txt.xz"
COUNTRIES = ("kuwait", "venezuela", "ecuador")
WORDS = ("barrels", "bpd", *COUNTRIES, "energy", "industry", "oil", "output", "petroleum")


def spread(axes, words):
    """The largest distance between two of some words in the picture."""
    where = {text.get_text(): np.array(text.xy) for text in axes.texts}
    return max(np.linalg.norm(where[one] - where[other]) for one in words for other in words)


def apart(axes, words):
    """The least distance between a country and another of the words."""
    where = {text.get_text(): np.array(text.xy) for text in axes.texts}
    others = [word for word in words if word not in COUNTRIES]
    return min(np.linalg.norm(where[one] - where[other]) for one in COUNTRIES for other in others)


def test_countries_lie_side_by_side_in_the_plane_of_counts():
    draw = random.Random(1)
    places, things = ("minister", "opec", "government"), ("price", "demand", "market")
    text = []
    for _ in range(400):
        text.append([draw.choice(places), draw.choice(COUNTRIES), draw.choice(places), draw.choice(places)])
        text.append([draw.choice(things), draw.choice(WORDS[:2] + WORDS[5:]), draw.choice(things)])
    counted, row = compute_co_occurrence_matrix(text, 4)
    vectors = Vectors(list(row), normalize_rows(reduce_to_k_dim(counted, 2)))
    axes = scatter(vectors, WORDS, blank(), method="svd")
    assert {text.get_text() for text in axes.texts} == set(WORDS)
    assert spread(axes, COUNTRIES) < 0.2 * apart(axes, WORDS)


@pytest.mark.slow
@pytest.mark.skipif(not TEXT.exists(), reason=f"no {TEXT}: OMNIVEC_DATA names another folder of data sets")
def test_countries_lie_side_by_side_in_wikipedia(tmp_path):
    pytest.importorskip("sklearn")
    vectors = PPMISVD(dim=50, min_count=20, window=4).fit(TEXT).vectors
    listed = [word for word in WORDS if word in vectors]
    assert set(listed) >= {*COUNTRIES, "energy", "industry", "oil", "output", "petroleum"}
    axes = scatter(vectors, listed, blank())
    save(axes, tmp_path / "word_vectors.png")
    assert spread(axes, COUNTRIES) < apart(axes, listed)
