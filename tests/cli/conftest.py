"""What the tests of the command line share: a text, two models."""

import io
import json
import sys

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.cli import main

WORDS = ["king", "queen", "man", "woman", "prince", "서울", "two words", "evil\x1b[2Jword"]
SMALL = ["--dim", "16", "--epochs", "2", "--threads", "1", "--min-count", "2"]


@pytest.fixture(scope="session")
def vectors_folder(tmp_path_factory):
    """A model folder of eight words whose neighbours are known."""
    matrix = np.eye(8, 4, dtype=np.float32) + 0.1
    matrix[1] = matrix[0] + [0, 0.2, 0, 0]  # queen: nearest to king
    folder = tmp_path_factory.mktemp("models") / "words.omnivec"
    Vectors(WORDS, matrix, counts=np.arange(8, 0, -1)).save(folder)
    return folder


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A few thousand tokens of forty words."""
    draw = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("text") / "corpus.txt"
    lines = (" ".join(f"word{n}" for n in draw.zipf(1.5, 12) if n < 40) for _ in range(500))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small():
    """Flags of a quick training."""
    return SMALL


@pytest.fixture(scope="session")
def trained(corpus, tmp_path_factory):
    """A model that the command line trained, and its JSON."""
    folder = tmp_path_factory.mktemp("trained") / "out.omnivec"
    stdout, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        assert main(["train", "word2vec", str(corpus), str(folder), *SMALL, "--json", "-q"]) == 0
        sys.stdout.seek(0)
        return folder, json.loads(sys.stdout.read())
    finally:
        sys.stdout = stdout
