"""Scores of trained vectors, cased and with several spellings of a word, equal gensim's."""

from pathlib import Path

import numpy as np
import pytest

from omnivec.evaluate import analogies, similarity
from omnivec.vectors import Vectors

SETS = ["wordsim353.tsv", "simlex999.txt"]
OPTIONS = [{}, {"dummy4unknown": True}, {"case_insensitive": False}, {"restrict_vocab": 900}]


@pytest.fixture(scope="module")
def sample():
    gensim = pytest.importorskip("gensim")
    return Path(gensim.__file__).parent / "test" / "test_data"


@pytest.fixture(scope="module")
def theirs(sample):
    """gensim's vectors of 300 news stories, in upper and lower case."""
    from gensim.models import Word2Vec

    stories = [line.split() for line in (sample / "lee_background.cor").read_text().splitlines()]
    cased = [[w.title() if n % 7 == 0 else w for n, w in enumerate(story)] for story in stories]
    return Word2Vec(
        cased, vector_size=30, min_count=3, epochs=8, workers=1, seed=1, sg=1, hs=0, negative=5
    ).wv


@pytest.fixture(scope="module")
def ours(theirs):
    counts = np.array([theirs.get_vecattr(key, "count") for key in theirs.index_to_key])
    return Vectors(theirs.index_to_key, theirs.vectors, counts=counts)


def test_the_vocabulary_holds_several_spellings(ours):
    assert len({key.upper() for key in ours}) < len(ours) - 100


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", SETS)
def test_similarity_equals_gensim(ours, theirs, sample, name, options):
    got = ours.evaluate_word_pairs(sample / name, **options)
    wanted = theirs.evaluate_word_pairs(str(sample / name), **options)
    np.testing.assert_allclose(np.hstack(got), np.hstack(wanted), atol=1e-6)
    if not options:
        score = similarity(ours, sample / name)
        assert (score.pearson, score.spearman) == (got[0].statistic, got[1].statistic)
        assert 0 < score.covered < score.pairs


@pytest.fixture(scope="module")
def questions(sample, ours, tmp_path_factory):
    """A part of Google's questions, few of whose words are known, and own ones, mostly answered right."""
    google = (sample / "questions-words.txt").read_text().splitlines()
    lines = [line for number, line in enumerate(google) if line.startswith(":") or number % 9 == 0]
    draw = np.random.default_rng(0)
    lines.append(": own")
    for a, b, c in draw.choice(ours.index_to_key[:400], (200, 3)):
        d = ours.most_similar([b, c], [a], topn=5)[int(draw.integers(0, 5)) * int(draw.integers(0, 2))][0]
        lines.append(" ".join([a, b.upper(), c, d.lower()]))
    path = tmp_path_factory.mktemp("analogies") / "questions.txt"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("options", OPTIONS)
def test_analogies_equal_gensim(ours, theirs, questions, options):
    accuracy, sections = ours.evaluate_word_analogies(questions, **options)
    wanted, wanted_sections = theirs.evaluate_word_analogies(str(questions), **options)
    assert accuracy == pytest.approx(wanted, abs=1e-6) and sections == wanted_sections
    if not options:
        own = analogies(ours, questions).sections["own"]
        assert 50 < own.correct < own.seen


def test_neighbours_equal_gensim(ours, theirs):
    for key in list(ours)[:200:7]:
        got, wanted = ours.most_similar(key), theirs.most_similar(key)
        assert [word for word, _ in got] == [word for word, _ in wanted]
        np.testing.assert_allclose([s for _, s in got], [s for _, s in wanted], atol=1e-6)
