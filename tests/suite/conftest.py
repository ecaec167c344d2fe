"""Vectors, and files that ask for them."""

import numpy as np
import pytest

from omnivec import Vectors


@pytest.fixture(scope="session")
def vectors():
    """Thirty words of three topics."""
    draw = np.random.default_rng(5)
    keys, rows = [], []
    for topic in ("fruit", "tool", "city"):
        centre = draw.normal(size=16)
        keys += [f"{topic}{n}" for n in range(10)]
        rows += [centre + 0.8 * draw.normal(size=16) for _ in range(10)]
    return Vectors(keys, np.array(rows, np.float32))


@pytest.fixture(scope="session")
def folder(vectors, tmp_path_factory):
    """Them as a model folder."""
    path = tmp_path_factory.mktemp("suite") / "words.omnivec"
    vectors.save(path)
    return path


@pytest.fixture
def files(tmp_path):
    """A file of each kind, by kind."""
    draw = np.random.default_rng(6)
    topics = ("fruit", "tool", "city")
    words = [f"{topic}{n}" for topic in topics for n in range(10)]
    pairs = [draw.choice(words, 2, replace=False) for _ in range(40)]
    texts = {
        "similarity": [f"{a}\t{b}\t{10 - abs(ord(a[0]) - ord(b[0]))}" for a, b in pairs] + ["fruit1\tno\t3"],
        "analogies": [": topics", *(" ".join(draw.choice(words, 4, replace=False)) for _ in range(30))],
        "categorisation": [f"{word}\t{word[:-1]}" for word in words],
        "outliers": ["fruit\tfruit1 fruit2 fruit3 fruit4\ttool1 city1 city2 nobody"],
    }
    found = {}
    for kind, lines in texts.items():
        found[kind] = tmp_path / f"{kind}.tsv"
        found[kind].write_text("\n".join(lines) + "\n")
    return found
