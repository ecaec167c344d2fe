"""What training says before and after: nothing useless passes in silence."""

import math

import pytest

from omnivec import InputError, Word2Vec

SMALL = Word2Vec(dim=16, min_count=1, epochs=1, threads=1)


def test_words_that_all_stand_alone_are_refused():
    """A list of words is read as a list of texts: gensim's users give one by mistake."""
    with pytest.raises(InputError, match=r"Python list: each of its 12 units \(line\) is a single word"):
        SMALL.fit("the king sat by the river".split() * 2)


def test_words_on_lines_of_their_own_are_one_text_as_a_document(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("the\nking\nsat\n" * 100)
    with pytest.raises(InputError, match="words.txt: each of its 300 units"):
        SMALL.fit(path)
    assert Word2Vec(dim=16, min_count=1, epochs=1, sample=0, unit="document").fit(path).record["pairs"] > 300


def test_a_run_without_a_pair_says_so(caplog):
    model = SMALL.fit(["a b"])  # words this frequent are thinned out
    assert model.history == []
    assert "Python list: nothing was learned" in caplog.text and "set sample to 0" in caplog.text


def test_an_epoch_without_a_pair_has_no_loss():
    told = []
    SMALL.replaced(epochs=2).fit(["a b"], progress=told.append)
    losses = [record.loss for record in told if record.phase == "epoch"]
    assert len(losses) == 2 and all(map(math.isnan, losses))


def test_a_run_that_learned_says_nothing(caplog):
    Word2Vec(dim=16, min_count=1, epochs=1, threads=1, sample=0).fit(["a b c"] * 9)
    assert not caplog.records
