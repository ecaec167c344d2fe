"""Korean: one spelling for a word, n-grams over the letters of Hangul, morphemes by name."""

import json
import os
import re
import sys
import types
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnivec import Classifier, FastText, Word2Vec, extend, load
from omnivec.cli import main
from omnivec.data import jamo, kiwi, normalizing
from omnivec.data.corpus import Reading
from omnivec.data.features import Bag
from omnivec.data.ngrams import Subwords, cut
from omnivec.data.tokenize import Splitting
from omnivec.errors import InputError, MissingExtra, OptionError, OutputError
from omnivec.evaluate import analogies, similarity
from omnivec.index.cosine import cosine
from omnivec.reference import fasttext
from omnivec.reference import jamo as definition
from omnivec.store import formats
from omnivec.store.keys import Keys
from omnivec.store.tables import Table
from omnivec.vectors import Vectors

SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
TEXT = "영화를 영화는\n영화를 보았다\n가 café\n"


def nfd(text):
    return unicodedata.normalize("NFD", text)


def test_a_word_in_letters():
    assert jamo.decompose("영화를", "simple") == "ㅇㅕㅇㅎㅗㅏㄹㅡㄹ"
    assert jamo.decompose("영화를", "unicode") == "ㅇㅕㅇㅎㅘㄹㅡㄹ"
    assert jamo.decompose("값싼 K팝 café 日本", "simple") == "ㄱㅏㅂㅅㅆㅏㄴ Kㅍㅏㅂ café 日本"


@pytest.mark.parametrize("kind", jamo.KINDS)
def test_every_syllable_is_its_letters_and_is_composed_of_them_again(kind):
    for syllable in SYLLABLES:
        letters = jamo.decompose(syllable, kind)
        assert letters == definition.letters(syllable, kind)
        assert jamo.compose(letters, kind) == syllable
    whole = "".join(SYLLABLES)
    assert jamo.compose(jamo.decompose(whole, kind), kind) == whole


HANGUL = st.text(
    st.sampled_from("가각갂갃고과괙나하ㄱㄲㄳㄴㅅㅎㅏㅗㅘㅣa日\u3164\u1100\u1161") | st.characters(),
    max_size=8,
)


@pytest.mark.parametrize("kind", jamo.KINDS)
@given(text=HANGUL)
@example("재밌다ㅋㅋ")
@example("가ㄱㅏ")
@example("각ㅅㅏ")
@example("고ㅏ")
@example("\u3164ㄱ\u3164ㅏ")
def test_any_text_is_composed_again_exactly(kind, text):
    letters = jamo.decompose(text, kind)
    assert letters == definition.letters(text, kind)
    assert jamo.compose(letters, kind) == text


def test_letters_that_stand_alone_stay_together():
    assert jamo.decompose("ㅋㅋㅋ", "simple") == "ㅋㅋㅋ"
    assert jamo.decompose("ㄴ다", "simple") == "ㄴㄷㅏ"
    assert jamo.decompose("했다ㅠㅠ", "simple") == "ㅎㅐㅆㄷㅏ\u3164ㅠㅠ"


@pytest.mark.parametrize("kind", jamo.KINDS)
def test_words_that_are_cut_together_are_cut_by_their_letters(kind):
    words = ["영화를", "where", "</s>", "", "ㅋㅋ", "하ㅋ", "\ud800가"]
    raw = [word.encode("utf-8", "surrogatepass") for word in words]
    offsets = np.cumsum([0, *map(len, raw)])
    subwords = Subwords(2, 4, 1000, kind)
    counts, hashes = cut(np.frombuffer(b"".join(raw), np.uint8), offsets, subwords)
    assert hashes.tolist() == [row for word in words for row in subwords.rows(word, 0)]
    assert counts.tolist() == [len(subwords.ngrams(word)) for word in words]
    assert subwords.ngrams("where") == Subwords(2, 4, 1000).ngrams("where")
    assert "<ㅇㅕㅇ" in subwords.ngrams("영화를") and len(subwords.ngrams("</s>")) == 0


ACCENTED = st.sampled_from(
    ["e\u0301", "\u0301", nfd("가"), "가", nfd("각"), "\u11a8", " ", "\n", "\t", "a\u0327"]
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 21])
@given(text=st.lists(ACCENTED | st.characters(codec="utf-8")).map("".join))
def test_pieces_of_a_text_are_normalised_as_the_whole(size, text):
    raw = text.encode()
    pieces = [raw[first : first + size] for first in range(0, len(raw), size)]
    assert b"".join(normalizing.normalized(pieces)) == unicodedata.normalize("NFC", text).encode()


def test_bytes_that_are_no_text_stay_as_they_are():
    raw = b"\xff\xfe a\xcc\x81\xed\xa0\x80 \xcc"
    assert b"".join(normalizing.normalized([raw])) == b"\xff\xfe \xc3\xa1\xed\xa0\x80 \xcc"
    assert list(normalizing.normalized([[nfd("한국"), "a"]])) == [["한국", "a"]]
    with pytest.raises(InputError, match="encoding_errors"):
        Reading(normalize="nfc", encoding_errors="strict").corpus([b"\xcc".decode(errors="surrogateescape")])


@pytest.mark.parametrize("form", [str, list, "file"])
def test_both_spellings_are_one_word(tmp_path, form):
    both = [TEXT, nfd(TEXT)]
    if form is list:
        both = [text.split() for text in both]
    elif form == "file":
        for name, text in zip("ab", both, strict=True):
            (tmp_path / name).write_text(text, "utf-8")
        both = tmp_path
    corpus = Reading(min_count=1, normalize="nfc").corpus(both)
    assert dict(zip(corpus.vocabulary.keys, corpus.vocabulary.counts.tolist(), strict=True)) == {
        "영화를": 4, "영화는": 2, "보았다": 2, "가": 2, "café": 2,
    }  # fmt: skip
    assert len(Reading(min_count=1).corpus(both).vocabulary) == 10


class Morpheme:
    def __init__(self, form):
        self.form = form


class Twin:
    """Kiwi as far as it is called: 를 and 는 are words, and so is what stands between white space or dots."""

    def tokenize(self, text, compatible_jamo):
        assert compatible_jamo
        text.encode()
        return [Morpheme(form) for form in re.findall(r"[를는.]|[^를는.\s]+", text)]


@pytest.fixture
def twin(monkeypatch):
    module = types.ModuleType("kiwipiepy")
    module.Kiwi = Twin
    monkeypatch.setitem(sys.modules, "kiwipiepy", module)
    kiwi.kiwi.cache_clear()
    yield
    kiwi.kiwi.cache_clear()


@pytest.mark.slow  # its dictionary of 100 MB is read
def test_morphemes_of_the_package_itself():
    pytest.importorskip("kiwipiepy")
    split = Splitting(tokenizer="kiwi", normalize="nfc")
    assert split(nfd("영화를 봤다.")) == ["영화", "를", "보", "었", "다", "."]
    assert split("잘 간다") == ["잘", "가", "ㄴ다"]
    assert split("") == split(" \t") == []
    assert split("가\0나 \ud800")[:2] == ["가", "나"]


def test_a_named_tokenizer_reads_lines_and_leaves_token_lists_alone(twin):
    reading = Reading(tokenizer="kiwi", normalize="nfc", min_count=1)
    corpus = reading.corpus([nfd(TEXT), ["영화를"]])
    found = dict(zip(corpus.vocabulary.keys, corpus.vocabulary.counts.tolist(), strict=True))
    assert found == {"영화": 3, "를": 2, "는": 1, "보았다": 1, "가": 1, "café": 1, "영화를": 1}
    assert len(corpus.units) == 5
    plain = reading.corpus([TEXT], tokenizer=str.split)  # a function comes before the name
    assert set(plain.vocabulary.keys) == {"영화를", "영화는", "보았다", "가", "café"}


def test_labels_stay_whole_whatever_the_tokenizer(twin):
    split = Splitting(tokenizer="kiwi", prefix="__label__")
    found = split("영화를 __label__a.b 보다. __label__는")
    assert found == ["__label__a.b", "__label__는", "영화", "를", "보다", "."]
    assert Splitting(tokenizer="kiwi")("__label__a.b") == ["__label__a", ".", "b"]


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    kiwi.kiwi.cache_clear()
    with pytest.raises(MissingExtra, match=r"tokenizer kiwi needs kiwipiepy .* 'omnivec\[korean\]'"):
        Reading(tokenizer="kiwi").corpus(["영화를"])


class Parts:
    """Words whose vectors follow from their first letters."""

    def unseen(self, word):
        known = {"가을을": [1, 0.1], "봄을": [0, 1], "없": [0, 0]}
        return np.array(known.get(word, [0, 0]), np.float32)


@pytest.fixture
def seasons():
    rows = np.array([[1, 0], [0, 1], [1, 1], [-1, 0.5]], np.float32)
    return Vectors._of_table(Keys.build(["가을", "봄", "여름", "King"]), Table(rows), parts=Parts())


def test_pairs_of_words_that_are_no_keys_count_by_their_parts(tmp_path, seasons):
    (tmp_path / "pairs").write_text("가을\t가을을\t9\nking\t봄을\t1\n없\t봄\t2\n가을\t봄\t3\n", "utf-8")
    alone = similarity(seasons, tmp_path / "pairs")
    assert (alone.covered, alone.pairs) == (1, 4)
    found = similarity(seasons, tmp_path / "pairs", unseen=True)
    assert found.covered == 3
    pairs = ([1, 0], [1, 0.1]), ([-1, 0.5], [0, 1]), ([1, 0], [0, 1])
    cosines = [cosine(np.float32(a), np.float32(b)) for a, b in pairs]
    assert found.pearson == pytest.approx(np.corrcoef([9, 1, 3], cosines)[0, 1])
    plain = Vectors(["가을", "봄"], np.eye(2))
    assert similarity(plain, tmp_path / "pairs", unseen=True).covered == 1


def test_analogies_of_words_that_are_no_keys_are_answered_by_a_key(tmp_path, seasons):
    # 가을을 - 가을 + 봄 = (0, 1.1) less what is asked is nearest to 여름; the answer itself must be a key
    lines = [": syn1_case", "가을 가을을 봄 여름", "가을 봄 여름 봄을", "없 가을 봄 여름"]
    lines += [": sem", "가을 봄 King 여름"]
    (tmp_path / "questions").write_text("\n".join(lines), "utf-8")
    alone = analogies(seasons, tmp_path / "questions")
    assert (alone.total.seen, alone.syntactic.asked, alone.semantic.asked) == (1, 3, 1)
    found = analogies(seasons, tmp_path / "questions", unseen=True)
    assert (found.syntactic.correct, found.syntactic.seen, found.syntactic.asked) == (1, 1, 3)
    assert found.semantic == alone.semantic


SMALL = {"dim": 16, "min_count": 1, "buckets": 3000, "threads": 1, "lr": 0.05}
FILMS = ["영화를 보았다 영화는 좋다", "노래를 들었다 노래는 좋다", "산을 보았다 강은 길다"] * 40


@pytest.fixture(scope="module")
def letters():
    return FastText(**SMALL, minn=2, maxn=5, jamo="simple", normalize="nfc", epochs=3).fit(FILMS)


@pytest.fixture(scope="module")
def syllables():
    return FastText(**SMALL, minn=2, maxn=5, epochs=3).fit(FILMS)


def test_words_of_a_stem_are_near_by_their_letters(letters, syllables):
    # 를 and 는 share a letter, 영화를 and 영화는 seven of nine; the stem of 노래를 is another one
    assert letters.vectors.similarity("영화를", "영화는") > letters.vectors.similarity("영화를", "노래를")
    shared = [
        len(set(cut.ngrams("영화를")) & set(cut.ngrams("영화는"))) / len(set(cut.ngrams("영화를")))
        for cut in (Subwords(2, 5, 10, "simple"), Subwords(2, 5, 10))
    ]
    assert shared[0] > shared[1]
    assert letters.vectors.most_similar("영화를", topn=1)[0][0] == "영화는"
    assert letters.vectors.most_similar("영화도", topn=2)[0][0] in ("영화를", "영화는")


def test_a_word_is_the_mean_of_its_row_and_those_of_its_letters(letters):
    inputs, words = letters.tables["inputs"][:, :16].astype(np.float64), len(letters.keys)
    for word, row in (("영화를", [letters.keys.exact("영화를")]), ("값싼", []), (nfd("값싼"), [])):
        spelled = definition.letters(unicodedata.normalize("NFC", word), "simple")
        grams = fasttext.subwords(spelled, 2, 5)
        rows = row + [words + fasttext.fnv(gram.encode()) % 3000 for gram in grams]
        np.testing.assert_allclose(letters.vectors[word], inputs[rows].mean(0), atol=1e-6)
    assert letters.vectors.subwords("값")[0] == ("<ㄱ", words + fasttext.fnv("<ㄱ".encode()) % 3000)


def test_saved_and_mapped_letters_are_the_same(tmp_path, letters):
    letters.save(tmp_path / "m")
    for way in ({}, {"mapped": False}):
        again = load(tmp_path / "m", **way)
        assert again.config["features"] == letters.config["features"] == {
            "kind": "subwords", "hash": "fasttext", "minn": 2, "maxn": 5, "buckets": 3000,
            "jamo": "simple", "normalize": "nfc",
        }  # fmt: skip
        for word in ("영화를", "영화도", "ㅋㅋ", "where", nfd("영화도")):
            np.testing.assert_array_equal(again.vectors[word], letters.vectors[word])
        assert again.options["jamo"] == "simple"


def test_both_spellings_have_one_vector_where_that_was_asked_for(letters, syllables):
    for word in ("영화를", "영화도"):
        np.testing.assert_array_equal(letters.vectors[nfd(word)], letters.vectors[word])
    assert (syllables.vectors[nfd("영화도")] != syllables.vectors["영화도"]).any()
    mean = letters.embed([nfd("영화를 영화도")])
    np.testing.assert_array_equal(mean, letters.embed(["영화를 영화도"]))
    longer = extend(letters, [nfd("영화를 강을")] * 9, epochs=1)
    assert longer.keys.counts[longer.keys.exact("영화를")] == 49 and "강을" in longer.keys
    assert nfd("강을") not in list(longer.keys)


def test_letters_are_refused_by_fasttexts_files_with_the_reason(tmp_path, letters, syllables, caplog):
    with pytest.raises(OutputError, match=r"letters \(jamo simple\), and fastText at syllables.*\.vec"):
        formats.named("fasttext").write(tmp_path / "m.bin", letters.contents())
    composed = FastText(**SMALL, normalize="nfc", epochs=1).fit(FILMS)
    formats.named("fasttext").write(tmp_path / "n.bin", composed.contents())
    assert "words in NFC" in caplog.text
    again = load(tmp_path / "n.bin").vectors["영화도"]
    np.testing.assert_allclose(again, composed.vectors["영화도"], atol=1e-6)


REVIEWS = ["영화를 봤는데 좋다", "노래를 들었는데 좋았다", "영화는 싫다", "노래가 정말 싫었다ㅋㅋ"]
LABELLED = [f"__label__{'pos' if '좋' in text else 'neg'} {text}" for text in REVIEWS]


@pytest.mark.parametrize("kind", jamo.KINDS)
def test_a_classifier_reads_letters_as_it_learned_them(tmp_path, kind):
    learner = Classifier(
        dim=16, epochs=60, lr=0.5, threads=1, buckets=3000, minn=2, maxn=4, word_ngrams=2, jamo=kind,
        normalize="nfc",
    )  # fmt: skip
    model = learner.fit(LABELLED * 5)
    model.save(tmp_path / "m")
    texts = [*REVIEWS, "영화가 좋았다", "싫은 노래ㅋㅋ", "", "\u3164"]
    bag = Bag.of(model.config["features"])
    for text, by_kernel in zip(texts, model.probabilities(texts * 60), strict=False):
        rows = bag.rows(text.split(), model.keys)
        hidden = model.tables["inputs"][rows, :16].astype(np.float64).mean(0)
        scores = model.tables["output"][:, :16] @ hidden
        np.testing.assert_allclose(by_kernel, np.exp(scores) / np.exp(scores).sum(), atol=1e-5)
    said = model.predict(texts)
    assert [answer[0][0] for answer in said[:4]] == ["pos", "pos", "neg", "neg"]
    for other in (load(tmp_path / "m"), model):
        for asked in ([nfd(text) for text in texts], [nfd(text).split() for text in texts]):
            for one, two in zip(other.predict(asked), said, strict=True):
                assert [label for label, _ in one] == [label for label, _ in two]
                np.testing.assert_allclose([p for _, p in one], [p for _, p in two], atol=1e-5)


def test_a_classifier_splits_texts_as_it_learned_to(twin, tmp_path):
    learner = Classifier(dim=16, epochs=40, lr=0.5, threads=1, tokenizer="kiwi", label_prefix="라벨")
    lines = [line.replace("__label__", "라벨") for line in LABELLED]
    pairs = [(line.split(" ", 1)[1], line.split()[0][2:]) for line in lines]
    by_line, by_pair = learner.fit(lines * 5), learner.fit(pairs * 5)
    assert "영화" in by_line.keys and "영화를" not in by_line.keys
    assert sorted(by_line.label_names) == ["neg", "pos"]
    np.testing.assert_array_equal(by_line.tables["inputs"], by_pair.tables["inputs"])
    for texts in (REVIEWS, REVIEWS * 100):
        found = by_line.predict(texts)[:4]
        assert [answer[0][0] for answer in found] == ["pos", "pos", "neg", "neg"]
    split = by_line.predict([["영화", "를", "봤", "는", "데", "좋다"]])
    np.testing.assert_allclose(split[0][0][1], found[0][0][1], rtol=1e-4)
    with pytest.raises(OutputError, match="tokenizer, which fastText has not"):
        fasttexts = learner.replaced(hash="fasttext", label_prefix="__label__").fit(LABELLED * 5)
        formats.named("fasttext").write(tmp_path / "m.bin", fasttexts.contents())


def test_embedding_splits_texts_as_training_did(twin):
    model = Word2Vec(dim=16, min_count=1, threads=1, tokenizer="kiwi").fit(FILMS)
    apart = model.embed([["영화", "를", "보았다"]])
    np.testing.assert_array_equal(model.embed(["영화를 보았다"]), apart)
    assert not model.embed(["영화를"], tokenizer="whitespace").any()
    with pytest.raises(OptionError, match="tokenizer must be whitespace or kiwi, got 'mecab'"):
        model.embed(["영화를"], tokenizer="mecab")
    with pytest.raises(OptionError, match=r"option of the learner: FastText\(tokenizer='kiwi'\)"):
        FastText().fit(FILMS, tokenizer="kiwi")


def test_labels_in_another_spelling_are_the_same_labels():
    lines = [line.replace("pos", "좋음").replace("neg", "싫음") for line in LABELLED]
    learner = Classifier(dim=16, epochs=40, lr=0.5, threads=1, normalize="nfc")
    model = learner.fit([nfd(line) for line in lines] * 5)
    assert sorted(model.label_names) == ["싫음", "좋음"]
    for texts in (lines, [nfd(line) for line in lines]):
        score = model.evaluate(texts)
        assert score.precision == 1 and not score.unseen


def test_the_command_line_trains_embeds_and_classifies_so(twin, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("films").write_text(nfd("\n".join(FILMS)), "utf-8")
    Path("reviews").write_text("\n".join(LABELLED * 5), "utf-8")
    Path("new").write_text("영화를 보았다\n", "utf-8")
    sizes = ["--dim", "16", "--min-count", "1", "--threads", "1", "-q"]
    letters = ["--jamo", "unicode", "--normalize", "nfc", "--buckets", "3000", "--epochs", "1"]
    assert main(["train", "fasttext", "films", "words", *sizes, *letters]) == 0
    words = load("words")
    assert words.options["jamo"] == "unicode" and "영화를" in list(words.keys)
    split = ["--tokenizer", "kiwi"]
    assert main(["train", "word2vec", "films", "morphemes", *sizes, *split, "--normalize", "nfc"]) == 0
    assert "영화" in list(load("morphemes").keys)
    capsys.readouterr()
    found = []
    for how in ([], split, ["--tokenizer", "whitespace"]):
        assert main(["embed", "morphemes", "new", "--json", "-q", *how]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["vectors"] == found[1]["vectors"] and [one["empty"] for one in found] == [0, 0, 0]
    assert found[0]["vectors"] != found[2]["vectors"]
    assert main(["train", "classifier", "reviews", "judge", *sizes, *split, "--epochs", "40"]) == 0
    capsys.readouterr()
    assert main(["classify", "judge", "new"]) == 0
    assert capsys.readouterr().out.startswith(("pos\t", "neg\t"))
    Path("pairs").write_text("영화를\t영화만\t9\n노래를\t산을\t2\n영화를\t\t2\n", "utf-8")
    assert main(["evaluate", "words", "--similarity", "pairs", "--unseen", "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["similarity"]["pairs"]["covered"] == 2
    assert main(["train", "word2vec", "films", "no", "--tokenizer", "mecab"]) == 2
    assert "tokenizer must be 'whitespace' or 'kiwi', got 'mecab'" in capsys.readouterr().err


SETS = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[2] / "shared" / "data") / "ko"


@pytest.mark.skipif(not SETS.is_dir(), reason=f"the Korean sets are not in {SETS}")
def test_the_sets_of_park_et_al_are_read_whole(letters):
    pairs = similarity(letters.vectors, SETS / "KO-WS-353.txt", unseen=True)
    assert (pairs.pairs, pairs.covered) == (353, 353)
    solved = analogies(letters.vectors, SETS / "KO-analogies.txt", unseen=True)
    assert solved.total.asked == 10_000 and len(solved.sections) == 10
    assert (solved.semantic.asked, solved.syntactic.asked) == (5000, 5000)
