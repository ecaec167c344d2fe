"""Word similarity: gensim's scores, coverage, and files that are no question files."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from omnivec.errors import InputError, OptionError
from omnivec.evaluate import SimilarityScore, similarity
from omnivec.evaluate.statistics import incomplete_beta, p_value, pearson, ranks, spearman
from omnivec.vectors import Vectors


def some_vectors(keys, dim=25, seed=0):
    return Vectors(keys, np.random.default_rng(seed).normal(size=(len(keys), dim)))


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def judged(tmp_path):
    """Twenty pairs in mixed case, comments, a header, an unknown word; and the keys that are known."""
    draw = np.random.default_rng(3)
    words = [f"word{n}" for n in range(12)] + ["Über", "STRASSE", "ſ"]
    lines = ["# a comment", "Word 1\tWord 2\tHuman (mean)"]
    for _ in range(20):
        one, other = draw.choice(words, 2, replace=False)
        lines.append(f"{one.title()}\t{other}\t{draw.uniform(0, 10):.2f}")
    lines += ["word1\tnowhere\t5.0", "", "tiger\ttiger"]
    keys = [*words, "WORD3", "Word4"]  # of two spellings the first counts
    return write(tmp_path / "pairs.tsv", "\n".join(lines)), keys


def gensim_vectors(vectors):
    keyed = pytest.importorskip("gensim").models.KeyedVectors(vectors.vector_size)
    keyed.add_vectors(list(vectors), vectors.vectors)
    return keyed


OPTIONS = [
    {},
    {"case_insensitive": False},
    {"dummy4unknown": True},
    {"restrict_vocab": 9},
    {"dummy4unknown": True, "case_insensitive": False},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_scores_equal_gensim(judged, options):
    path, keys = judged
    vectors = some_vectors(keys)
    agree(vectors, path, options)


def agree(vectors, path, options):
    got = vectors.evaluate_word_pairs(str(path), **options)
    wanted = gensim_vectors(vectors).evaluate_word_pairs(str(path), **options)
    for ours, theirs in zip(got[:2], wanted[:2], strict=True):
        assert ours == pytest.approx(tuple(theirs), abs=1e-6)
        assert ours.pvalue == pytest.approx(theirs[1], rel=1e-6)
    assert got[2] == pytest.approx(wanted[2], abs=1e-6)


@pytest.mark.parametrize("name", ["wordsim353.tsv", "simlex999.txt"])
@pytest.mark.parametrize("options", [{}, {"restrict_vocab": 500, "dummy4unknown": True}])
def test_scores_on_the_standard_sets_equal_gensim(name, options):
    gensim = pytest.importorskip("gensim")
    path = Path(gensim.__file__).parent / "test" / "test_data" / name
    words = sorted(
        {word for line in path.read_text().splitlines() if line[0] != "#" for word in line.split("\t")[:2]}
    )
    vectors = some_vectors(words[::-1][:1200], seed=1)
    agree(vectors, path, options)
    score = similarity(vectors, path)
    assert score.pairs == {"wordsim353.tsv": 353, "simlex999.txt": 999}[name]
    rank, share = vectors.evaluate_word_pairs(path)[1].statistic, vectors.evaluate_word_pairs(path)[2]
    assert score.spearman == rank and 100 * (1 - score.covered / score.pairs) == pytest.approx(share)


def test_a_score_states_its_coverage(judged, caplog):
    path, keys = judged
    with caplog.at_level(logging.WARNING, logger="omnivec"):
        score = similarity(some_vectors(keys), path)
    assert (score.name, score.pairs, score.covered) == ("pairs", 21, 20)
    assert "2 lines are not WORD, WORD, NUMBER" in caplog.text and "first line 2" in caplog.text
    assert list(score.as_json()) == ["spearman", "pearson", "pairs", "covered", "ci"]


def test_vectors_that_agree_with_people_score_one(tmp_path):
    angles = [0.1, 0.2, 0.4, 0.7]
    vectors = Vectors(["base", "a", "b", "c", "d"], [[1, 0], *([np.cos(x), np.sin(x)] for x in angles)])
    path = write(tmp_path / "x.txt", "base a 9\nbase b 7.5\nbase c 7\nbase d 1\n")
    assert similarity(vectors, path).spearman == pytest.approx(1)


@pytest.mark.parametrize(
    "line", ["cat,dog,7.5", "cat dog 7.5", "cat;dog;7.5", "cat\tdog\t7.5", "cat\tdog\t7.5\r"]
)
def test_usual_delimiters_are_understood(tmp_path, line):
    path = write(tmp_path / "x.csv", f"\ufeff{line}\n")
    assert similarity(some_vectors(["cat", "dog"]), path).covered == 1


def test_nothing_known_is_no_score_and_valid_json(tmp_path):
    path = write(tmp_path / "x.tsv", "a\tb\t1\nc\td\t2\n")
    score = similarity(some_vectors(["none"]), path)
    assert score == SimilarityScore("x", None, None, 2, 0)
    assert json.loads(json.dumps(score.as_json(), allow_nan=False))["spearman"] is None
    with pytest.raises(InputError, match="none of its 2 pairs"):
        some_vectors(["none"]).evaluate_word_pairs(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"a\tb\t1\nc\0\td\t2\n", "line 2: a binary file"),
        (b"a\tb\t1\nc\xff\td\t2\n", "line 2: is not utf-8 text"),
        (b"# only\n# comments\n", "line 1: expected WORD, WORD, NUMBER"),
        (b"# judgements\na b\nc d\n", "line 2: expected WORD, WORD, NUMBER"),
        (b"a\tb\tnan\n", "line 1: expected WORD, WORD, NUMBER"),
    ],
)
def test_other_files_are_refused_by_name_and_line(tmp_path, content, message):
    path = tmp_path / "asked.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        similarity(some_vectors(["a", "b"]), path)
    assert "asked.tsv" in str(caught.value) and "\n" not in str(caught.value)


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "missing.tsv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            similarity(some_vectors(["a"]), path)


def test_wrong_options_are_refused(judged):
    with pytest.raises(OptionError, match="restrict must be 1 or more, got -1"):
        similarity(some_vectors(judged[1]), judged[0], restrict=-1)
    with pytest.raises(OptionError, match="encoding"):
        some_vectors(judged[1]).evaluate_word_pairs(judged[0], encoding="utf-9")


def test_equal_values_share_a_rank():
    assert ranks([3.0, 1.0, 3.0, 2.0]).tolist() == [3.5, 1, 3.5, 2]


@pytest.mark.parametrize("count", [3, 4, 10, 353, 3000])
def test_correlations_and_p_values_equal_scipy(count):
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(count)
    for noise in (0.1, 1.0, 10.0):
        x = draw.integers(0, 30, count) + 0.0
        y = x + noise * draw.normal(size=count)
        for ours, theirs in [(pearson, stats.pearsonr), (spearman, stats.spearmanr)]:
            assert ours(x, y) == pytest.approx(tuple(theirs(x, y)), rel=1e-7, abs=1e-300)


def test_p_values_of_certain_and_impossible_correlations():
    assert p_value(1.0, 10) == 0 and p_value(0.0, 10) == 1 and p_value(1.0, 2) == 1


@pytest.mark.parametrize(
    ("x", "a", "b"), [(0.3, 2.0, 0.5), (0.99, 500.0, 0.5), (0.5, 0.5, 0.5), (0.001, 1, 3)]
)
def test_incomplete_beta_equals_scipy(x, a, b):
    special = pytest.importorskip("scipy.special")
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-10)


def test_constant_or_too_few_values_have_no_correlation():
    for left, right in [([1, 1, 1], [1, 2, 3]), ([1], [2]), ([], [])]:
        assert np.isnan(pearson(left, right).statistic) and np.isnan(spearman(left, right).pvalue)
