"""Phrases: found as the definition says, joined wherever a text goes, saved as a table."""

from __future__ import annotations

import io
import logging
import lzma
import os
import random
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec import (
    Classifier,
    FormatError,
    InputError,
    NotEnoughMemory,
    OmnivecError,
    OptionError,
    OutputError,
    Phrases,
    Sent2Vec,
    Word2Vec,
    extend,
    find_phrases,
    load,
)
from omnivec.data import collocations
from omnivec.data import spool as spool_module
from omnivec.data.corpus import Reading
from omnivec.data.phrase import Phrase
from omnivec.data.phrases import ENGLISH, THRESHOLDS
from omnivec.kernels import phrases as kernel
from omnivec.reference import phrases as reference

# As plain Python a hash that wraps around warns.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[2] / "shared" / "data")
CONNECTORS = ("of", "the")
TOWN = ["new york is a town", "we love new york", "york is new", "new york of old", "old york"]


def text(seed: int = 1, lines: int = 300) -> list[list[str]]:
    """Random lines in which some words like each other's company; a few are empty or of one word."""
    draw = random.Random(seed)
    made = []
    for _ in range(lines):
        line = draw.choices("a b c d e f g h of the".split(), k=draw.randint(0, 9))
        for _ in range(draw.randint(0, 2)):
            at = draw.randint(0, len(line))
            line[at:at] = draw.choice(
                [["new", "york"], ["new", "york", "times"], ["bank", "of", "the", "west"]]
            )
        made.append(line)
    return made


def told(phrases: Phrases, turn: int = 1) -> dict[tuple[str, ...], tuple[int, float]]:
    return {each.words: (each.count, each.score) for each in phrases if each.turn == turn}


def agree(found, wanted):
    assert found.keys() == wanted.keys()
    for words, (count, score) in wanted.items():
        assert found[words][0] == count
        assert found[words][1] == pytest.approx(score, rel=1e-12)


RULES = {"word2vec": 8.0, "gensim": 0.5, "npmi": 0.3}


@pytest.mark.parametrize("connectors", [(), CONNECTORS], ids=["plain", "connectors"])
@pytest.mark.parametrize("score", RULES)
def test_what_is_found_is_what_the_definition_says(score, connectors):
    lines = text()
    found = find_phrases(lines, score=score, threshold=RULES[score], min_count=3, connectors=connectors)
    agree(told(found), reference.found(lines, score, RULES[score], 3, 3, connectors))
    assert ("new", "york") in found
    assert (("bank", "of", "the", "west") in found) == bool(connectors)


def test_the_compiled_kernels_are_the_plain_ones(monkeypatch):
    lines = text(2, 60)
    options = {"threshold": 2.0, "min_count": 2, "connectors": CONNECTORS, "passes": 2}
    found = find_phrases(lines, **options)
    joined = list(found.apply(lines))
    for name in ("count", "join", "refill"):
        monkeypatch.setattr(kernel, name, getattr(getattr(kernel, name), "py_func", getattr(kernel, name)))
    assert find_phrases(lines, **options) == found
    assert words_of(Reading(min_count=1).corpus(found.apply(lines))) == [line for line in joined if line]


def words_of(corpus):
    words = [corpus.vocabulary.keys[row] for row in corpus.tokens]
    return [words[a:b] for a, b in zip(corpus.units, corpus.units[1:], strict=False)]


def test_each_pass_is_the_definition_on_the_text_joined_so_far():
    lines = text(3)
    found = find_phrases(lines, threshold=4, min_count=3, passes=3, discount=1)
    assert {each.turn for each in found} >= {1, 2}
    for turn, known in enumerate(found.turns, 1):
        wanted = reference.found(lines, "word2vec", 4, 3, 1)
        agree(told(found, turn), wanted)
        lines = [reference.joined(line, known) for line in lines]
    assert ["new_york_times"] == found[["new", "york", "times"]]
    assert [found[line] for line in text(3)] == lines


def test_passes_end_where_nothing_is_left():
    assert len(find_phrases(["new york"] * 9, threshold=0.1, passes=100, min_count=2).turns) == 1


@pytest.mark.parametrize("unit", ["line", "paragraph", "document"])
@pytest.mark.parametrize("spooled", [False, True], ids=["in memory", "on disk"])
def test_a_learner_reads_what_iteration_gives(unit, spooled, tmp_path, monkeypatch):
    if spooled:
        monkeypatch.setattr(spool_module, "IN_MEMORY", 0.0)
    lines = text(4)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, lines)), encoding="utf-8")
    phrases = find_phrases(path, threshold=3, min_count=3, connectors=CONNECTORS, passes=2)
    wanted = [reference_joined(phrases, line) for line in lines]
    assert [line for line in phrases.apply(path)] == wanted  # noqa: C416  (iterates)
    corpus = Reading(min_count=1, unit=unit).corpus(phrases.apply(path))
    if unit == "line":
        assert words_of(corpus) == [line for line in wanted if line]
    counts = Counter(word for line in words_of(corpus) for word in line)
    assert corpus.total == counts.total() == corpus.vocabulary.total
    assert dict(zip(corpus.vocabulary.keys, corpus.vocabulary.counts.tolist(), strict=True)) == counts
    assert corpus.name == f"text.txt, {len(phrases):,} phrases joined"


def reference_joined(phrases, line):
    for known in phrases.turns:
        line = reference.joined(line, known, phrases.connectors)
    return line


def test_a_phrase_crosses_the_border_of_no_unit():
    """word2phrase counts the last word of a line with the first of the next ."""
    lines = "york\nnew\n\n" * 20 + "a b\n"
    with pytest.raises(InputError, match="no two words stand together 2 times"):
        find_phrases([lines], min_count=2)
    with pytest.raises(InputError, match="no two words"):
        find_phrases(["york", "new"] * 20 + ["a b"], min_count=2, unit="document")
    assert ("york", "new") in find_phrases([lines], min_count=2, threshold=0, unit="paragraph")
    assert ("new", "york") not in find_phrases([lines], min_count=2, threshold=0, unit="paragraph")
    phrases = Phrases((Phrase(("york", "new"), 1, 1.0),))
    assert list(phrases.apply([lines]))[:3] == [["york"], ["new"], []]
    assert "york_new" in Reading(min_count=1, unit="paragraph").corpus(phrases.apply([lines])).vocabulary.keys


def test_a_word_that_ended_a_phrase_begins_no_other():
    phrases = Phrases((Phrase(("a", "b"), 1, 1.0), Phrase(("b", "c"), 1, 1.0), Phrase(("a", "a"), 1, 1.0)))
    assert phrases["a b c".split()] == ["a_b", "c"]
    assert phrases["x b c a a a".split()] == ["x", "b_c", "a_a", "a"]
    assert phrases.joined(iter("x b c a a a".split())) == ["x", "b_c", "a_a", "a"]
    assert words_of(Reading(min_count=1).corpus(phrases.apply(["x b c a a a"]))) == [["x", "b_c", "a_a", "a"]]


def test_words_that_hold_the_delimiter_are_words_of_their_own():
    """gensim keeps the count of the word a_b and of the pair a, b in one place."""
    lines = ["a_b c"] * 4 + ["a b_c"] * 3 + ["a b"] * 2 + ["x y z"] * 9
    found = find_phrases(lines, threshold=0, min_count=1, discount=0)
    assert told(found)[("a_b", "c")][0] == 4
    assert told(found)[("a", "b_c")][0] == 3
    assert told(found)[("a", "b")][0] == 2
    corpus = Reading(min_count=1).corpus(found.apply(lines))
    counts = dict(zip(corpus.vocabulary.keys, corpus.vocabulary.counts.tolist(), strict=True))
    assert counts["a_b_c"] == 7 and counts["a_b"] == 2
    assert find_phrases(lines, threshold=0, min_count=1, delimiter="+")[["a_b", "c"]] == ["a_b+c"]


def test_equal_scores_stand_in_the_order_of_their_words_whatever_that_of_the_text():
    lines = [f"{a} {a}{a}" for a in "dbca" for _ in range(5)] + ["z1 z2"] * 7
    found = [find_phrases(some, threshold=0, min_count=1) for some in (lines, lines[::-1])]
    assert found[0].found == found[1].found
    scores = [(-each.score, -each.count, each.words) for each in found[0]]
    assert scores == sorted(scores) and len({score for score, _, _ in scores}) < len(scores)


def test_labels_stand_in_no_phrase():
    lines = ["__label__a good film"] * 20 + ["__label__b bad film"] * 20
    words = {word for each in find_phrases(lines, threshold=0, min_count=2) for word in each.words}
    assert words == {"good", "bad", "film"}
    assert ("__label__a", "good") in find_phrases(lines, threshold=0, min_count=2, label_prefix=None)


def test_a_small_table_grows_to_the_same_counts(monkeypatch):
    lines = text(5)
    wanted = find_phrases(lines, threshold=1, min_count=2, connectors=CONNECTORS)
    monkeypatch.setattr(collocations, "_SMALLEST", 2)
    assert find_phrases(lines, threshold=1, min_count=2, connectors=CONNECTORS) == wanted
    monkeypatch.setattr(collocations.memory, "available", lambda: (10, "machine"))
    with pytest.raises(NotEnoughMemory, match="set max_size"):
        find_phrases(lines)


def test_a_bound_on_pairs_drops_the_rare_ones_and_says_so(caplog):
    draw = random.Random(1)
    lines = [" ".join(draw.choices([f"w{n}" for n in range(80)], k=8)) + " . new york" for _ in range(300)]
    exact = find_phrases(lines, threshold=8, connectors=["."])
    assert find_phrases(lines, threshold=8, connectors=["."], max_size=10_000) == exact
    with caplog.at_level(logging.WARNING, "omnivec"):
        bound = find_phrases(lines, threshold=8, connectors=["."], max_size=50)
    assert "were dropped while counting" in caplog.text and bound.record["dropped_below"] > 1
    assert told(bound)["new", "york"][0] == told(exact)["new", "york"][0] == 300


def test_what_stands_inside_survives_the_dropping_of_pairs():
    draw = random.Random(2)
    noise = [f"w{n}" for n in range(60)]
    lines = [
        " ".join([*draw.choices([*noise, "of"], k=9), "; bank of america ; queen of of spades"])
        for _ in range(300)
    ]
    bound = find_phrases(lines, threshold=8, connectors=["of"], max_size=40)
    assert bound.record["dropped_below"] > 1
    assert told(bound)["bank", "of", "america"][0] == told(bound)["queen", "of", "of", "spades"][0] == 300


# saved


NASTY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=5, unique=True), st.floats(allow_nan=False))
def test_what_is_saved_is_loaded(tmp_path_factory, pairs, score):
    path = tmp_path_factory.mktemp("phrases") / "phrases.tsv"
    found = tuple(Phrase(pair, 3, score, turn % 2 + 1) for turn, pair in enumerate(pairs))
    phrases = Phrases(found, "+", ("of", "\t"), {"source": "a\tb"}) if ok(pairs) else Phrases(())
    phrases.save(path)
    assert Phrases.load(path) == phrases


def ok(pairs):
    return not {"of", "\t"} & {word for pair in pairs for word in pair}


def test_a_found_table_is_readable_and_packed_by_its_name(tmp_path):
    phrases = find_phrases(TOWN * 9, threshold=0, connectors=["of"], passes=2)
    phrases.save(tmp_path / "p.tsv")
    lines = (tmp_path / "p.tsv").read_text().splitlines()
    assert lines[0].startswith('# omnivec phrases {"version": 1, "delimiter": "_", "connectors": ["of"]')
    assert lines[1] == "phrase\tcount\tscore\tpass"
    assert any(line.startswith("york of old\t9\t") for line in lines)
    phrases.save(tmp_path / "p.tsv.gz")
    assert Phrases.load(tmp_path / "p.tsv.gz") == Phrases.load(tmp_path / "p.tsv") == phrases
    with pytest.raises(OutputError, match="exists"):
        phrases.save(tmp_path / "p.tsv")
    (tmp_path / "p.tsv").write_text("\r\n".join(lines[:3]) + "\r\n")  # lines taken out, by an editor
    assert len(Phrases.load(tmp_path / "p.tsv")) == 1


HEAD = '# omnivec phrases {"version": 1, "delimiter": "_", "connectors": ["of"]}\n'
NAMES = "phrase\tcount\tscore\tpass\n"
BROKEN = {
    "empty": ("", "not a file of phrases"),
    "text": ("new york\n", "not a file of phrases"),
    "no JSON": ("# omnivec phrases {\n", "not a file of phrases"),
    "a list": ("# omnivec phrases []\n", "not a file of phrases"),
    "newer": (HEAD.replace("1", "2", 1) + NAMES, "newer omnivec"),
    "no delimiter": (HEAD.replace("delimiter", "x") + NAMES, "line 1: delimiter must be"),
    "white delimiter": (HEAD.replace('"_"', '" "') + NAMES, "line 1: delimiter must be"),
    "connectors": (HEAD.replace('["of"]', "3") + NAMES, "line 1: connectors"),
    "columns": (HEAD + "phrase,count\n", "line 2: expected the columns"),
    "cut": (HEAD, "line 2: expected the columns"),
    "cells": (HEAD + NAMES + "new york\t3\n", "line 3: expected phrase, count, score, pass"),
    "count": (HEAD + NAMES + "new york\tmany\t1.0\t1\n", "line 3: expected"),
    "nan": (HEAD + NAMES + "new york\t3\tnan\t1\n", "line 3: expected"),
    "pass": (HEAD + NAMES + "new york\t3\t1.0\t0\n", "line 3: expected"),
    "blank": (HEAD + NAMES + "\nnew york\t3\t1.0\t1\n", "line 3: expected"),
    "one word": (HEAD + NAMES + "new\t3\t1.0\t1\n", "line 3: no phrase: 'new': a phrase has two words"),
    "double space": (HEAD + NAMES + "new  york\t3\t1.0\t1\n", "line 3: no phrase"),
    "edge": (HEAD + NAMES + "new of\t3\t1.0\t1\n", "'of' is a connector"),
    "inside": (HEAD + NAMES + "new york times\t3\t1.0\t1\n", "'york' stands inside and is no connector"),
    "bytes": (HEAD + NAMES + "new \udcffork\t3\t1.0\t1\n", "line 3: expected UTF-8"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_line_that_says_where(case, tmp_path):
    content, message = BROKEN[case]
    path = tmp_path / "phrases.tsv"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(FormatError) as caught:
        Phrases.load(path)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"gone\.tsv: "):
        Phrases.load(tmp_path / "gone.tsv")


# refused


BAD = {
    "empty": ([], {}, InputError, "the corpus is empty"),
    "blank": (["  \n "], {}, InputError, "holds no words"),
    "one word units": (["new", "york"] * 9, {}, InputError, "none of its 18 units holds two words"),
    "connectors alone": (
        ["of the"] * 9,
        {"connectors": ["of", "the"]},
        InputError,
        "connectors and labels aside",
    ),
    "rare": (TOWN, {}, InputError, "no two words stand together 5 times (the most frequent pair: 3 times)"),
    "threshold": (TOWN * 9, {"threshold": 1e9}, InputError, "no phrase scores above 1e+09 by word2vec (the"),
    "labels alone": (["__label__a b"] * 9, {"threshold": 0}, InputError, "holds two words (conn"),
    "missing": ("gone.txt", {}, InputError, "no such file"),
    "bytes": (io.BytesIO(b"a \xff b"), {"encoding_errors": "strict"}, InputError, "expected UTF-8"),
    "score": (TOWN, {"score": "pmi"}, OptionError, "score must be one of word2vec, gensim, npmi, got 'pmi'"),
    "npmi of 10": (
        TOWN,
        {"score": "npmi", "threshold": 10},
        OptionError,
        "must lie between -1 and 1, got 10",
    ),
    "nan": (TOWN, {"threshold": float("nan")}, OptionError, "must be 0 or more, got nan"),
    "negative": (TOWN, {"threshold": -1}, OptionError, "must be 0 or more, got -1"),
    "discount": (TOWN, {"discount": -1}, OptionError, "discount must be 0 or more, got -1"),
    "npmi discount": (TOWN, {"score": "npmi", "discount": 1}, OptionError, "leave discount out"),
    "min_count": (TOWN, {"min_count": 0}, OptionError, "min_count must lie between 1 and"),
    "passes": (TOWN, {"passes": 1.5}, OptionError, "passes must lie between 1 and 100, got 1.5"),
    "max_size": (TOWN, {"max_size": 0}, OptionError, "max_size must lie between 1 and"),
    "space": (TOWN, {"delimiter": " "}, OptionError, "delimiter must be characters without white space"),
    "no delimiter": (TOWN, {"delimiter": ""}, OptionError, "delimiter must be"),
    "connector": (TOWN, {"connectors": "french"}, OptionError, "a list of words, or 'english'"),
    "no words": (TOWN, {"connectors": [3]}, OptionError, "connectors must be words, got 3"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case):
    source, options, kind, message = BAD[case]
    with pytest.raises(kind) as caught:
        find_phrases(source, **options)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("tokens", ["new york", 3, None])
def test_a_text_is_no_list_of_tokens(tokens):
    with pytest.raises(OmnivecError, match="takes the tokens of a text as a list"):
        Phrases(())[tokens]


@pytest.mark.parametrize("given", ["corpus.txt", [["new", "york"]], (("new", "york"),)])
def test_a_constructor_finds_nothing_and_says_what_does(given):
    with pytest.raises(OptionError, match=r"find_phrases\(text\) finds phrases"):
        Phrases(given)


# used


def test_connectors_have_a_name_and_texts_come_once():
    found = find_phrases(iter(["bank of the west"] * 9), threshold=0, connectors="english")
    assert found.connectors == ENGLISH and ("bank", "of", "the", "west") in found
    assert found.record["threshold"] == 0 and found.record["tokens"] == 36
    assert find_phrases(TOWN * 9, score="npmi").record["threshold"] == THRESHOLDS["npmi"]


def test_phrases_over_phrases_chain():
    lines = text(6)
    first = find_phrases(lines, threshold=4, min_count=3)
    second = find_phrases(first.apply(lines), threshold=4, min_count=3)
    both = find_phrases(lines, threshold=4, min_count=3, passes=2)
    assert told(second) == told(both, 2)
    chained = second.apply(first.apply(lines))
    assert list(chained) == list(both.apply(lines))
    assert words_of(Reading(min_count=1).corpus(chained)) == [line for line in both.apply(lines) if line]


def test_a_learner_learns_the_joined_tokens(tmp_path):
    lines = [" ".join(line) for line in text(7)]
    path = tmp_path / "text.txt"
    path.write_text("\n".join(lines))
    phrases = find_phrases(path, threshold=3, min_count=3)
    options = Word2Vec(dim=16, epochs=1, threads=1, min_count=2)
    model = options.fit(phrases.apply(path), heldout_text=phrases.apply(lines))
    assert "new_york" in model.vectors and model.record["source"].startswith("text.txt, ")
    joined = options.fit(list(phrases.apply(lines)), heldout_text=list(phrases.apply(lines)))
    assert (model.vectors.vectors == joined.vectors.vectors).all()
    assert model.embed(phrases.apply(["new york"]))[0] @ model.vectors["new_york"] > 0
    assert options.plan(phrases.apply(path)).tokens == model.record["tokens"]


@pytest.mark.parametrize("learner", [Word2Vec(dim=16, sample=0), Classifier(dim=16)])
def test_a_text_held_out_is_joined_as_the_text_is(learner):
    lines = ["__label__a new york times", "__label__b old new hope"] * 20
    phrases = find_phrases(lines, threshold=0, min_count=2)
    once = learner.replaced(epochs=1, threads=1)
    plain, joined, others = (
        once.fit(phrases.apply(lines), heldout_text=held).history[0]["heldout"]
        for held in (lines[:10], phrases.apply(lines[:10]), [line.replace(" ", " x ") for line in lines[:10]])
    )
    assert plain == joined != others


def test_a_classifier_keeps_its_labels():
    lines = ["__label__a new york times", "__label__b new hope"] * 20
    pairs = [(line.split(" ", 1)[1], line.split()[0]) for line in lines]
    phrases = find_phrases(lines, threshold=0, min_count=2)
    learner = Classifier(dim=16, epochs=1, threads=1)
    models = [learner.fit(phrases.apply(source)) for source in (lines, pairs, iter(pairs))]
    for model in models:
        assert "new_york" in model.vectors and len(model.labels) == 2
        assert "__label__a_new" not in model.vectors
    assert (models[0].tables["inputs"] == models[1].tables["inputs"]).all()


# beside gensim


def ptb() -> list[list[str]]:
    packed = DATA / "text" / "ptb.train.txt.xz"
    if not packed.exists():
        pytest.skip("the text of the Penn Treebank is not here")
    with lzma.open(packed, "rt", encoding="utf-8") as lines:
        return [line.split() for line, _ in zip(lines, range(15_000), strict=False)]


@pytest.mark.parametrize("score", ["gensim", "npmi"])
@pytest.mark.parametrize("source", ["synthetic", "ptb"])
def test_gensim_finds_the_same(source, score):
    peer = pytest.importorskip("gensim.models.phrases")
    lines = text(8, 800) if source == "synthetic" else ptb()
    threshold = RULES[score] if source == "synthetic" else THRESHOLDS[score]
    kind = {"gensim": "default", "npmi": "npmi"}[score]
    theirs = peer.Phrases(
        lines, min_count=5, threshold=threshold, scoring=kind, connector_words=frozenset(CONNECTORS)
    )
    ours = find_phrases(lines, score=score, threshold=threshold, connectors=CONNECTORS)
    scores = theirs.export_phrases()
    assert {ours.key(each): each.score for each in ours} == pytest.approx(scores, rel=1e-12)
    frozen = theirs.freeze()
    assert [ours[line] for line in lines[:2000]] == [frozen[line] for line in lines[:2000]]


# A model remembers what was joined in its text.

same = partial(np.testing.assert_allclose, atol=1e-6)  # kernels and NumPy round in their own ways


@pytest.fixture(scope="module")
def towns():
    return find_phrases(TOWN * 20, threshold=0.5)


def sentences(towns, tmp_path, *, keep=True):
    """A model of joined text, saved and opened; without its phrases, so that it shows what they do."""
    learner = Sent2Vec(word_ngrams=2, dim=8, epochs=2, threads=1, min_count=1, buckets=100, sample=0)
    model = learner.fit(towns.apply(TOWN * 20))
    if not keep:
        del model.config["phrases"]
    model.save(tmp_path / f"m{keep}")
    return load(tmp_path / f"m{keep}")


def test_a_model_joins_what_its_text_had_joined(towns, tmp_path):
    """In any text, one or many, and in what tokenizers make of it; lists are taken as they are."""
    own, bare = sentences(towns, tmp_path), sentences(towns, tmp_path, keep=False)
    assert own.phrases == (towns,) and bare.phrases == ()
    asked = ["we love new york", "new york", "york", "", "unheard of"]
    wanted = bare.embed([towns[text.split()] for text in asked])
    assert (wanted[0] != bare.embed(asked)[0]).any() and wanted[1].any()
    same(own.embed(asked), wanted)
    same(own.embed(asked * 99)[-5:], own.embed(asked))
    same(own.embed(asked, tokenizer=str.split), wanted)
    same(own.embed(asked, tokenizer="whitespace"), wanted)
    same(own.embed(asked, "mean"), bare.embed([towns[t.split()] for t in asked], "mean"))
    lists = [text.split() for text in asked]
    same(own.embed(lists), bare.embed(lists))
    same(bare.embed(towns.apply(asked)), wanted)


def test_phrases_that_are_too_many_are_not_remembered(towns, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("omnivec.data.phrase_file._REMEMBERED", 20)
    with caplog.at_level(logging.WARNING, "omnivec"):
        model = sentences(towns, tmp_path)
    assert model.phrases == () and "more than a model remembers (20 bytes): keep their file" in caplog.text


def test_other_phrases_take_the_place_of_the_models(towns, tmp_path):
    own = sentences(towns, tmp_path)
    other = Phrases((Phrase(("love", "new"), 1, 1.0),))
    same(own.embed(other.apply(["love new york"])), own.embed([["love_new", "york"]]))


def test_a_classifier_joins_what_it_is_asked(towns):
    told = [f"__label__{'x' if 'new york' in line else 'y'} {line}" for line in TOWN] * 20
    model = Classifier(dim=8, threads=1, line_end="", epochs=20, lr=1.0).fit(towns.apply(told))
    assert "new_york" in model.keys
    joined = model.predict([["new_york"], ["york", "new"]])
    assert model.predict(["new york", "york new"]) == joined
    assert [label for ((label, _),) in joined] == ["x", "y"]
    assert model.evaluate(told).precision == 1
    same(model.probabilities(["new york"]), model.probabilities([["new_york"]]))


def test_extending_joins_as_the_model_did_and_then_what_is_new(towns, tmp_path):
    own = sentences(towns, tmp_path)
    news = ["new york times are bad times"] * 20
    longer = extend(own, news, min_count=1)
    assert "times" in longer.keys and longer.phrases == (towns,)
    assert longer.keys.counts[longer.keys.exact("new_york")] == 60 + 20
    more = Phrases((Phrase(("new_york", "times"), 20, 1.0),))
    again = extend(own, more.apply(towns.apply(news)), min_count=1)
    assert again.phrases == (towns, more)  # the same phrases twice are once
    assert "new_york_times" in again.keys and "new_york" in again.keys
    same(again.embed(["new york times"]), again.embed([["new_york_times"]]))


def test_a_damaged_list_of_phrases_is_named(towns, tmp_path):
    model = sentences(towns, tmp_path)
    for damaged in ([{}], [3], [{**model.config["phrases"][0], "found": ["new york"]}]):
        model.config["phrases"] = damaged
        model.save(tmp_path / "bad", overwrite=True)
        with pytest.raises(FormatError, match=r"config.json: (damaged|phrase 1: expected)"):
            load(tmp_path / "bad").embed(["new york"])


def test_phrases_none_of_which_is_there_are_told(caplog):
    other = Phrases((Phrase(("never", "there"), 1, 1.0),))
    with caplog.at_level(logging.WARNING, "omnivec"):
        Word2Vec(dim=8, epochs=1, min_count=1, threads=1).fit(other.apply(TOWN))
    assert "none of the 1 phrases is in the text" in caplog.text


def test_a_text_is_split_as_it_was_when_phrases_were_found(tmp_path):
    """NBSP parts words where white space is Unicode's; the file remembers it."""
    odd = ["we\u00a0love new\u00a0york", "new\u3000york"] * 9
    with pytest.raises(InputError, match="no phrase"):
        find_phrases(odd, threshold=0.1, connectors=["we\u00a0love"])
    found = find_phrases(odd, threshold=0.1, whitespace="unicode")
    found.save(tmp_path / "p.tsv")
    found = Phrases.load(tmp_path / "p.tsv")
    assert next(iter(found.apply(odd))) in (["we_love", "new_york"], ["we_love", "new_york"])
    assert next(iter(found.apply(odd, whitespace="ascii"))) == odd[0].split(" ")
    text = (tmp_path / "p.tsv").read_text().replace('"unicode"', '"klingon"')
    (tmp_path / "p.tsv").write_text(text)
    with pytest.raises(FormatError, match="line 1: whitespace must be ascii or unicode, got 'klingon'"):
        Phrases.load(tmp_path / "p.tsv")


def test_phrases_of_morphemes():
    pytest.importorskip("kiwipiepy")
    found = find_phrases(["서울에 갔다", "서울에서 왔다"] * 9, threshold=0.1, tokenizer="kiwi", min_count=2)
    assert found.record["tokenizer"] == "kiwi"
    with pytest.raises(OptionError, match="tokenizer must be whitespace or kiwi"):
        find_phrases(TOWN, tokenizer="kiwy")
