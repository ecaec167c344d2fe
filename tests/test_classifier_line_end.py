"""The end of a line is a token: `</s>`, which has no n-grams wherever it stands, or another, which has."""

import numpy as np
import pytest

from omnivec import Classifier
from omnivec.data.features import Bag
from omnivec.data.labelled import Raw
from omnivec.data.parts import parts_of

LEARNER = Classifier(dim=16, epochs=3, lr=0.5, threads=1, buckets=400, minn=2, maxn=3)
PAIRS = [("warm sun", "good"), ("cold rain", "bad"), ("sun and rain", "good"), ("wind and rain", "bad")] * 10
TEXTS = ["warm rain", "", "cold </s> wind", "</s>", "unseen words", "warm __label__good sun"]


def test_a_line_end_that_stands_twice_among_the_types_has_no_ngrams_at_either_place():
    bag = Bag.of(LEARNER.described())
    raw = Raw(np.frombuffer(b"</s>ab</s>", np.uint8).copy(), np.array([0, 4, 6, 10]))
    spans, parts = parts_of(bag, raw, np.array([0, 1, 0], np.int32), 2)
    assert np.diff(spans).tolist() == [1, 1 + len(bag.letters.ngrams("ab")), 1]
    assert parts[spans[0]] == parts[spans[2]] == 0


def test_a_text_held_out_changes_no_bit_and_its_loss_is_that_of_the_predictions():
    held = [("warm wind", "good"), ("new cold words", "bad"), ("rain </s> again", "bad")]
    plain, watched = LEARNER.fit(PAIRS), LEARNER.fit(PAIRS, heldout_text=held)
    np.testing.assert_array_equal(plain.tables["inputs"], watched.tables["inputs"])
    answers = watched.predict([text for text, _ in held], k=-1)
    chances = [dict(answer)[label] for answer, (_, label) in zip(answers, held, strict=True)]
    assert watched.history[-1]["heldout"] == pytest.approx(-np.log(chances).mean(), rel=1e-5)


@pytest.mark.parametrize("options", [{}, {"line_end": "<eos>"}, {"line_end": ""}, {"max_size": 2}])
def test_many_texts_and_few_are_read_alike_whatever_ends_a_line(options):
    model = LEARNER.replaced(**options).fit(PAIRS)
    many = model.predict(TEXTS * 50, k=-1)
    few = [answer for text in TEXTS for answer in model.predict([text], k=-1)]
    for one, other in zip(many, few * 50, strict=True):
        assert dict(one) == pytest.approx(dict(other), abs=1e-6)


def test_a_line_end_inside_a_text_is_a_word_like_another_and_cuts_nothing():
    """Its row counts as often as it stands there, in training and in answers."""
    model = LEARNER.fit(PAIRS + [("rain </s> warm", "good")] * 5)
    bag, keys = Bag.of(model.config["features"]), model.keys
    assert model.keys.counts[keys.row("</s>")] == len(PAIRS) + 2 * 5
    rows = bag.rows(["rain", "</s>", "warm"], keys).tolist()
    assert rows.count(keys.row("</s>")) == 2 and keys.row("warm") in rows
    inside, apart = model.predict(["rain </s> warm", "rain"], k=1)
    assert inside[0][0] == "good" and inside != apart


@pytest.mark.parametrize("texts", [1, 400])
def test_with_fasttext_s_hash_a_line_end_ends_a_text_as_there(texts):
    model = LEARNER.replaced(hash="fasttext", word_ngrams=2).fit(PAIRS)
    cut, whole, inside, lone = (
        model.predict([text] * texts, k=-1)[-1]
        for text in ("rain </s> warm sun", "rain", "rain</s> warm", "</s> warm")
    )
    assert dict(cut) == pytest.approx(dict(whole), abs=1e-6) and dict(inside) != pytest.approx(dict(whole))
    assert dict(lone) == pytest.approx(dict(model.predict([""], k=-1)[0]), abs=1e-6)
    assert dict(model.predict([["rain", "</s>", "sun"]], k=-1)[0]) == pytest.approx(dict(whole), abs=1e-6)


def test_a_line_end_inside_a_line_of_a_file_is_what_it_is_in_a_pair(tmp_path):
    pairs = [*PAIRS, ("rain </s> warm", "good"), ("</s>", "bad")]
    path = tmp_path / "train.txt"
    path.write_text("".join(f"__label__{label} {text}\n" for text, label in pairs))
    one, two = LEARNER.fit(pairs), LEARNER.fit(path)
    assert list(one.keys) == list(two.keys)
    np.testing.assert_array_equal(one.tables["inputs"], two.tables["inputs"])
