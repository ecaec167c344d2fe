"""Korean: one spelling for a word, n-grams over the letters of Hangul, morphemes by name."""

import re
import sys
import types
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnivec.data import jamo, kiwi, normalizing
from omnivec.data.corpus import Reading
from omnivec.data.ngrams import Subwords, cut
from omnivec.data.tokenize import Splitting
from omnivec.errors import InputError, MissingExtra
from omnivec.evaluate import analogies, similarity
from omnivec.index.cosine import cosine
from omnivec.reference import jamo as definition
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


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 21])
@given(
    text=st.text(
        st.sampled_from("e\u0301가각ㄱ\u1100\u1161\u11a8 \n\tab\u0327") | st.characters(codec="utf-8")
    )
)
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
