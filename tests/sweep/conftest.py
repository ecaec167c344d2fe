"""What the tests of sweeps, classes and diagnostics share: a text about planted topics, questions to it."""

import random

import pytest

TOPICS = {
    "water": "river lake sea wave boat fish".split(),
    "fire": "flame smoke ash heat coal oven".split(),
    "air": "wind cloud bird wing kite sky".split(),
}


@pytest.fixture(scope="session")
def lines():
    """600 lines, each about one topic."""
    draw = random.Random(1)
    fillers = [f"the{n}" for n in range(8)]
    found = []
    for _ in range(600):
        topic = TOPICS[draw.choice(sorted(TOPICS))]
        found.append(
            " ".join(draw.choice(topic) if draw.random() < 0.7 else draw.choice(fillers) for _ in range(12))
        )
    return found


@pytest.fixture(scope="session")
def text(lines, tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "topics.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    """Words of one topic are alike, of two are not; one pair that no text has."""
    draw, names = random.Random(2), sorted(TOPICS)
    rows = []
    for n in range(40):
        one, other = draw.choice(names), draw.choice(names)
        left, right = draw.choice(TOPICS[one]), draw.choice(TOPICS[other])
        if left != right:
            rows.append(f"{left}\t{right}\t{(8 if one == other else 2) + n / 100}")
    path = tmp_path_factory.mktemp("sets") / "topics.tsv"
    path.write_text("\n".join([*rows, "river\tnowhere\t5"]) + "\n")
    return path
