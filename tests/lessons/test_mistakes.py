"""What docs/mistakes.md answers and no other test shows."""

import re
from pathlib import Path

import numpy as np

from omnivec.lessons import TOPICS
from omnivec.reference.random import alias_table
from omnivec.reference.word2vec import train

PAGE = Path(__file__).parents[2] / "docs" / "mistakes.md"


def learned(model, tokens, gradient="undivided"):
    draw = np.random.default_rng(0)
    inputs, outputs = draw.normal(0, 0.3, (2, 6, 4))
    _, predictions, _ = train(
        tokens, [0, len(tokens)], np.full(6, 2**32 - 1, np.uint32), inputs, outputs, model=model,
        alias=alias_table(np.ones(6)), gradient=gradient, window=1, kind="fixed", negatives=3, rate=0.1,
    )  # fmt: skip
    return inputs, predictions


def test_cbow_and_skip_gram_differ_with_a_window_of_one():
    tokens = [0, 1, 2, 3, 4, 5, 1, 0]
    skipgram, by_pair = learned("skipgram", tokens)
    assert (by_pair, learned("cbow", tokens)[1]) == (14, 8)  # a prediction by word, and by window
    for gradient in ("undivided", "true"):
        assert np.abs(skipgram - learned("cbow", tokens, gradient)[0]).max() > 0.001
    lone = [0, 1]  # every context is a single word
    np.testing.assert_allclose(learned("skipgram", lone)[0], learned("cbow", lone)[0], rtol=1e-12)


def test_every_answer_but_those_of_rooms_not_built_names_what_shows_it():
    text = PAGE.read_text(encoding="utf-8")
    answers = re.split(r"^(?=\*\*\")", text, flags=re.M)[1:]
    assert len(answers) == 17
    without = [answer for answer in answers if "Shown by" not in answer]
    assert all("yet.)" in answer or "](" in answer for answer in without) and len(without) == 4
    named = set(re.findall(r"the lesson\s+`(.*?)`", text))
    assert {"one-hot", "skip-gram", "rnn"} <= named <= set(TOPICS)
