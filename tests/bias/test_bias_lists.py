"""Word lists: published ones, WEFE's and debiaswe's files as they are, one's own, and odd ones."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.errors import InputError, OptionError
from omnivec.evaluate import bias
from omnivec.evaluate.bias.published import of_sets

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data") / "bias"


@pytest.fixture(scope="module")
def data():
    if not (DATA / "wefe" / "WEAT.json").exists():
        pytest.skip(f"no lists of WEFE in {DATA}: OMNIVEC_DATA names another folder")
    return DATA


def test_ten_tests_are_published_each_with_its_paper():
    tests = bias.tests()
    assert list(tests) == [f"WEAT{number}" for number in range(1, 11)]
    for test in tests.values():
        (one, other), (first, second) = test.targets, test.attributes
        assert len(one.words) == len(other.words) and len(first.words) == len(second.words)
        assert "Caliskan, Bryson, Narayanan 2017" in test.source
        assert all(len(set(group.words)) == len(group.words) for group in (one, other, first, second))
    assert tests["WEAT6"].targets[0].words[:2] == ("John", "Paul")
    assert tests["WEAT6"].words().startswith("male_names and female_names, by career and family (Caliskan")
    papers = bias.sources()
    assert set(papers) == {*bias.sets(), "gender"} and all(papers.values())


def test_the_published_pairs_are_ten_and_women_come_first():
    pairs = bias.pairs("gender")
    assert len(pairs) == 10 and pairs[0] == ("woman", "man") and ("she", "he") in pairs


def test_names_are_found_in_any_case_and_near_ones_offered():
    assert bias.published_test("weat6") == bias.published_test("WEAT6")
    with pytest.raises(OptionError, match=r"unknown test 'WEAT66'; did you mean WEAT6"):
        bias.published_test("WEAT66")
    with pytest.raises(OptionError, match="unknown table of pairs 'xyz'; there is gender"):
        bias.pairs("xyz")


def test_the_published_lists_are_those_of_wefe(data):
    theirs = bias.read_sets(data / "wefe" / "WEAT.json")
    assert theirs == bias.sets()
    for name, test in bias.tests().items():
        assert of_sets(name, theirs) == test


def test_debiaswe_files_are_read_as_they_are(data):
    folder = data / "debiaswe"
    assert bias.read_pairs(folder / "definitional_pairs.json") == bias.pairs("gender")
    assert len(bias.read_pairs(folder / "equalize_pairs.json")) == 52
    assert len(bias.read_words(folder / "gender_specific_full.json").words) == 1441
    professions = bias.read_words(folder / "professions.json")
    assert professions.name == "professions" and professions.words[:2] == ("accountant", "acquaintance")
    assert len(professions.words) == 320


def test_the_opinion_lexicon_is_read_without_its_comments(data):
    words = bias.read_words(data / "wefe" / "positive-words.txt").words
    assert len(words) == 2006 and words[0] == "a+" and not any(word.startswith(";") for word in words)


REAL = {  # of WEFE 1.0.1 for weat_w2v.txt: effect size, statistic, RNSB at the optimum
    "WEAT1": (1.5549757534728188, 1.407828822173178, 0.12930844128088756),
    "WEAT2": (1.6448022692935609, 1.7476488472893834, 0.19884285188835152),
    "WEAT6": (1.9518473239720835, 1.2516100800130516, 0.038170354103949984),
    "WEAT7": (0.998107902328515, 0.225461410213029, 0.011459565248676744),
    "WEAT8": (1.2846478914155455, 0.35718663118314, 0.015258768885455288),
    "WEAT9": (1.354404237914638, 0.3385917758738661, 0.019809046962004622),
    "WEAT10": (-0.20469374186927553, -0.048873504740186036, 0.010246599065228554),
}


def test_the_real_lists_on_the_real_vectors_have_the_numbers_of_wefe(data):
    import lzma

    path = data / "wefe" / "weat_w2v.txt.xz"
    lines = lzma.decompress(path.read_bytes()).decode().splitlines()[1:]
    rows = [line.split(" ") for line in lines if line]
    vectors = Vectors([row[0] for row in rows], np.array([row[1:] for row in rows], np.float32))
    assert np.array_equal(load(path).vectors.vectors, vectors.vectors)
    lookup = bias.Lookup(vectors, fold_case=False)
    found = bias.battery(lookup, bias.tests().values())
    assert set(found.scores) == set(REAL) and set(found.failed) == {"WEAT3", "WEAT4", "WEAT5"}
    for name, (effect, statistic, divergence) in REAL.items():
        test = bias.published_test(name)
        assert found.scores[name].effect_size == pytest.approx(effect, abs=1e-6)
        assert found.scores[name].statistic == pytest.approx(statistic, abs=1e-6)
        assert bias.rnsb(lookup, test.targets, test.attributes).divergence == pytest.approx(
            divergence, abs=1e-6
        )


def test_one_s_own_lists(tmp_path):
    text = tmp_path / "titles.txt"
    text.write_text(
        "\ufeff; a comment\n# another\n\n  surgeon \r\nvice president\n간호사\n", encoding="utf-8"
    )
    found = bias.read_words(text)
    assert found == bias.Group("titles", ("surgeon", "vice president", "간호사"))
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("she he\nvice queen\tvice king\n")
    assert bias.read_pairs(pairs) == (("she", "he"), ("vice queen", "vice king"))


@pytest.mark.parametrize(
    ("name", "content", "read", "said"),
    [
        ("empty.txt", "", bias.read_words, "is empty; expected a list of words, one a line"),
        ("comments.txt", "; nothing\n", bias.read_words, "has no word; one a line is needed"),
        ("binary.txt", "a\0b", bias.read_words, "line 1: a binary file"),
        ("cut.json", '["a", ', bias.read_words, "line 1: is not JSON"),
        ("object.json", '{"a": ["b"]}', bias.read_words, "expected a JSON list, got an object"),
        ("numbers.json", "[1, 2]", bias.read_words, "expected words, got 1"),
        (
            "single.txt",
            "she he\nalone\n",
            bias.read_pairs,
            'pair 2: expected two words or more, got ["alone"]',
        ),
        ("words.json", '["she", "he"]', bias.read_pairs, 'pair 1: expected two words or more, got ["she"]'),
        ("none.json", "[]", bias.read_pairs, "has no pair"),
        ("list.json", '["a"]', bias.read_sets, "expected a JSON object of lists of words by name"),
        ("nested.json", '{"a": [["b"]]}', bias.read_sets, "expected a JSON object of lists of words"),
        ("void.json", '{"a": []}', bias.read_sets, "expected a JSON object of lists of words"),
    ],
)
def test_files_that_are_no_lists_are_refused_in_a_line(tmp_path, name, content, read, said):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError) as refused:
        read(path)
    assert str(refused.value).startswith(str(path)) and said in str(refused.value)


def test_a_file_that_is_not_there_or_nested_without_end_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        bias.read_words(tmp_path / "nothing.txt")
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    with pytest.raises(InputError, match="is not JSON"):
        bias.read_words(deep)
    long = tmp_path / "long.json"
    long.write_text(f"[{'1' * 5000}]")  # more digits than Python reads
    with pytest.raises(InputError, match="is not JSON that can be read"):
        bias.read_words(long)


def test_sets_of_one_s_own_give_the_published_tests(tmp_path):
    path = tmp_path / "sets.json"
    path.write_text(json.dumps({**{n: list(g.words) for n, g in bias.sets().items()}, "career": ["work"]}))
    test = of_sets("WEAT6", bias.read_sets(path))
    assert test.attributes[0].words == ("work",) and test.targets == bias.published_test("WEAT6").targets
    path.write_text('{"male_names": ["John"]}')
    with pytest.raises(OptionError, match="unknown list 'female_names'"):
        of_sets("WEAT6", bias.read_sets(path))
