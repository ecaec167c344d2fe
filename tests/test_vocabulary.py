"""Which words are known, in which order, and what follows from their counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnivec.data.corpus import Reading
from omnivec.data.vocabulary import Vocabulary, check_negatives, keep_thresholds
from omnivec.errors import FormatError, InputError, OptionError, OutputError
from omnivec.reference import windows as reference

WRITABLE = st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"]))


@given(st.dictionaries(st.text(), st.integers(1, 4), min_size=1))
def test_order_is_falling_count_then_utf8_bytes(counts):
    wanted = sorted(counts, key=lambda word: (-counts[word], word.encode("utf-8", "surrogatepass")))
    vocabulary = Vocabulary.of(counts)
    assert list(vocabulary.keys) == wanted
    assert vocabulary.counts.tolist() == [counts[word] for word in wanted]
    assert (vocabulary.counts.dtype, vocabulary.total, vocabulary.types) == (
        np.int64, sum(counts.values()), len(counts),
    )  # fmt: skip


def test_ties_do_not_follow_case_length_or_locale():
    words = ["z", "Z", "é", "zz", "一", "\ue000", "😀", "a"]
    assert Vocabulary.of(dict.fromkeys(words, 1)).keys == ["Z", "a", "z", "zz", "é", "一", "\ue000", "😀"]


def test_min_count_is_the_smallest_count_that_stays():
    vocabulary = Vocabulary.of({"a": 3, "b": 2, "c": 1}, min_count=2)
    assert (vocabulary.keys, vocabulary.total, vocabulary.types, len(vocabulary)) == (["a", "b"], 6, 3, 2)


def test_max_size_cuts_behind_the_ties_in_order():
    assert Vocabulary.of({"c": 1, "b": 1, "a": 1, "d": 2}, max_size=2).keys == ["d", "a"]


def test_rule_keeps_drops_or_leaves_it_to_min_count():
    verdicts = {"kept": True, "dropped": False}
    seen = []

    def rule(word, count):
        seen.append((word, count))
        return verdicts.get(word)

    counts = {"kept": 1, "dropped": 9, "many": 5, "few": 1}
    assert Vocabulary.of(counts, min_count=5, rule=rule).keys == ["many", "kept"]
    assert seen == list(counts.items()) and all(type(count) is int for _, count in seen)


def test_rule_works_on_a_corpus():
    reading = Reading(min_count=2)
    corpus = reading.corpus([["a", "a", "b", "c"]], rule=lambda word, _: {"a": False, "b": True}.get(word))
    assert (list(corpus.vocabulary.keys), corpus.tokens.tolist()) == (["b"], [0])


def test_rule_that_keeps_nothing_is_blamed():
    with pytest.raises(InputError, match="the rule keeps none of the 2 different words"):
        Reading(min_count=1).corpus([["a", "b"]], rule=lambda *_: False)


def test_min_count_that_keeps_nothing_is_told_the_counts():
    with pytest.raises(InputError) as caught:
        Reading(min_count=50).corpus([["the"] * 12 + ["cat"]])
    assert str(caught.value) == (
        "Python list: no word occurs 50 times (the most frequent, 'the', occurs 12 times); lower min_count"
    )


@pytest.mark.parametrize(
    ("counts", "message"), [({"a": 2, "b": -1}, "got -1 for 'b'"), ({"a": 0}, "above 0"), ({}, "above 0")]
)
def test_impossible_counts_are_refused(counts, message):
    with pytest.raises(OptionError, match=message):
        Vocabulary.of(counts)


@given(st.dictionaries(WRITABLE, st.integers(0, 10**15), min_size=1).filter(lambda c: any(c.values())))
def test_saved_is_loaded(tmp_path_factory, counts):
    path = tmp_path_factory.getbasetemp() / "vocabulary.txt"
    saved = Vocabulary.of(counts, min_count=0)
    saved.save(path, overwrite=True)
    loaded = Vocabulary.load(path)
    assert list(loaded.keys) == list(saved.keys)
    np.testing.assert_array_equal(loaded.counts, saved.counts)


def test_saved_words_may_hold_spaces(tmp_path):
    Vocabulary.of({"New York": 3, " ": 2, "a\tb": 1}).save(tmp_path / "v")
    assert (tmp_path / "v").read_bytes() == b"New York 3\n  2\na\tb 1\n"
    assert Vocabulary.load(tmp_path / "v").keys == ["New York", " ", "a\tb"]


def test_vocabulary_of_another_tool_is_put_into_order(tmp_path):
    (tmp_path / "v").write_bytes(b"</s> 0\r\nb 1\r\na 1\r\nthe 7\r\n")
    loaded = Vocabulary.load(tmp_path / "v")
    assert (loaded.keys, loaded.counts.tolist()) == (["the", "a", "b", "</s>"], [7, 1, 1, 0])


@pytest.mark.parametrize("word", ["a\nb", "\n"])
def test_word_with_a_line_end_cannot_be_saved(word, tmp_path):
    with pytest.raises(OutputError, match="line end"):
        Vocabulary.of({word: 1}).save(tmp_path / "v")
    assert not list(tmp_path.iterdir())


def test_saved_vocabulary_is_not_overwritten_unasked(tmp_path):
    Vocabulary.of({"a": 1}).save(tmp_path / "v")
    with pytest.raises(OutputError, match="overwrite"):
        Vocabulary.of({"b": 1}).save(tmp_path / "v")
    assert Vocabulary.load(tmp_path / "v").keys == ["a"]


@pytest.mark.parametrize("line", ["word", "word x", "word -1", "word ²", "word 1.5", "word " + "9" * 30])
def test_line_without_a_count_is_named(line, tmp_path):
    (tmp_path / "v").write_text(f"good 1\n{line}\n", encoding="utf-8")
    with pytest.raises(FormatError, match="v: line 2: "):
        Vocabulary.load(tmp_path / "v")


def test_missing_vocabulary_is_named(tmp_path):
    with pytest.raises(FormatError, match="gone"):
        Vocabulary.load(tmp_path / "gone")


@pytest.mark.parametrize("sample", [0, 1e-5, 1e-4, 1e-3, 0.1, 1])
@pytest.mark.parametrize("total", [1, 17_000_000])
@pytest.mark.parametrize("formula", ["word2vec", "paper"])
def test_keep_thresholds_are_their_definition(sample, total, formula):
    counts = np.concatenate([np.arange(1, 2000), [10**5, 10**6, 10**7]]).astype(np.int64)
    np.testing.assert_array_equal(
        keep_thresholds(counts, sample, total, formula),
        reference.keep_thresholds(counts, sample, total, formula),
    )


def test_papers_formula_keeps_the_root_of_the_ratio_and_everything_below_the_sample():
    kept = keep_thresholds(np.array([100, 101, 400, 10_000]), 1e-4, 1_000_000, "paper") / 2**32
    np.testing.assert_allclose(kept, [1, np.sqrt(100 / 101), 0.5, 0.1], atol=1e-9)


def test_word_that_never_occurs_is_always_kept():
    assert keep_thresholds(np.array([0, 5]), 1e-4, 5)[0] == 2**32 - 1


def test_word_below_two_point_six_times_the_sample_is_always_kept():
    thresholds = keep_thresholds(np.array([261, 262]), 1e-4, 1_000_000)
    assert thresholds[0] == 2**32 - 1 > thresholds[1]


@pytest.mark.parametrize(
    ("words", "negatives", "exclude"), [(4, 2, "redraw"), (4, 2, "skip"), (4, 3, "keep"), (7, 5, "redraw")]
)
def test_distinct_negatives_must_leave_a_choice(words, negatives, exclude):
    check_negatives(words, negatives, exclude, distinct=True)
    with pytest.raises(
        OptionError, match=rf"negatives must be fewer than the {negatives + 1} words"
    ) as caught:
        check_negatives(words, negatives + 1, exclude, distinct=True)
    assert f"lower negatives to {negatives} at most, or leave distinct_negatives out" in str(caught.value)
    assert ("beside the centre" in str(caught.value)) == (exclude != "keep")


def test_two_words_have_no_distinct_negatives():
    with pytest.raises(OptionError, match="got 1; leave distinct_negatives out"):
        check_negatives(2, 1, "redraw", distinct=True)


def test_negatives_that_may_repeat_need_no_other_words():
    check_negatives(2, 1000, "redraw", distinct=False)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_too_many_distinct_negatives_are_refused_before_training(model):
    from omnivec import Word2Vec

    learner = Word2Vec(dim=16, min_count=1, negatives=4, distinct_negatives=True, model=model, threads=1)
    with pytest.raises(OptionError, match="fewer than the 4 words beside the centre .* lower negatives to 3"):
        learner.fit(["a b c d e"] * 9)
    assert len(learner.replaced(negatives=3).fit(["a b c d e"] * 9).keys) == 5
    assert learner.replaced(loss="hs").fit(["a b c d e"] * 9).options["negatives"] == 4
