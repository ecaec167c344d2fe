"""Key ↔ row: a sequence over arrays that equals a list, finds like a dictionary, and survives a file."""

import pickle
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omnivec.errors import FormatError, OptionError, UnknownKey
from omnivec.store import keys as module
from omnivec.store.keys import Keys
from omnivec.store.safetensors import open_tables, write_tables

ANY_KEY = st.text(st.characters(categories=None), max_size=40)  # surrogates included
ANY_KEYS = st.lists(ANY_KEY, unique=True, max_size=60)
ODD = [
    "",
    " ",
    "\n",
    "a b",
    "a\0",
    "a",
    "\ud800",
    "한국어",
    "👩‍👩‍👧",
    "x" * 1000,
    "x" * 999,
    "a\0\0",
    "\x85",
    "NaN",
]


def mapped(keys, folder):
    write_tables(folder / "keys", keys.tables(), {})
    return Keys.from_tables(open_tables(folder / "keys"))


@given(words=ANY_KEYS)
@example(words=ODD)
def test_keys_are_the_list_they_were_built_from(words):
    keys = Keys.build(words)
    assert len(keys) == len(words) and list(keys) == words and keys[:] == words
    assert [keys[row] for row in range(len(words))] == words
    assert [keys.find(word) for word in words] == list(range(len(words)))
    assert keys.rows(words).tolist() == list(range(len(words)))
    assert keys[-3:] == words[-3:] and list(reversed(keys)) == words[::-1]


@given(words=ANY_KEYS, others=st.lists(ANY_KEY))
def test_a_key_is_found_exactly_when_it_or_its_composed_form_is_there(words, others):
    keys = Keys.build(words)
    for other in others:
        there = other in words or unicodedata.normalize("NFC", other) in words
        assert (other in keys) is there
        assert (keys.find(other) >= 0) is there


@given(words=st.lists(st.text("abé한", max_size=5), unique=True), text=st.text("abé", max_size=3))
def test_prefix_equals_a_scan(words, text):
    keys = Keys.build(words)
    assert keys.prefix(text, limit=4) == [word for word in words if word.startswith(text)][:4]


def test_a_prefix_lists_the_most_frequent_first():
    keys = Keys.build(["ab", "abc", "b", "abd"], np.array([1, 5, 9, 5]))
    assert keys.prefix("ab") == ["abc", "abd", "ab"]
    assert keys.prefix("ab", limit=1) == ["abc"] and keys.prefix("zz") == []


def test_a_prefix_typed_decomposed_finds_the_composed():
    assert Keys.build(["한국어"]).prefix(unicodedata.normalize("NFD", "한국")) == ["한국어"]


def test_a_decomposed_query_finds_the_composed_row():
    keys = Keys.build(["한국어", "é"])
    assert keys.find(unicodedata.normalize("NFD", "한국어")) == 0
    assert keys.rows(["e\u0301", "e"]).tolist() == [1, -1]


def test_both_forms_may_be_keys():
    keys = Keys.build(["é", "e\u0301"])
    assert keys.find("é") == 0 and keys.find("e\u0301") == 1


@given(words=ANY_KEYS)
@example(words=ODD)
@example(words=[])
def test_keys_come_back_from_a_mapped_file(tmp_path_factory, words):
    found = mapped(Keys.build(words, np.arange(len(words))), tmp_path_factory.mktemp("keys"))
    assert list(found) == words and found.rows(words).tolist() == list(range(len(words)))
    assert found.counts is not None and found.counts.tolist() == list(range(len(words)))


def test_many_keys_that_share_long_beginnings(tmp_path):
    words = [f"https://example.org/item/{i:07}" for i in range(70_000)]
    np.random.default_rng(1).shuffle(words)
    keys = mapped(Keys.build(words), tmp_path)
    assert list(keys) == words and (keys.rows(words) == np.arange(len(words))).all()
    assert keys.prefix("https://example.org/item/000012", 3) == [w for w in words if "/000012" in w][:3]


@given(words=st.lists(st.text("a\0é", max_size=40), unique=True, max_size=60))
@example(words=[f"{'University_of_' * (i % 4)}{i}" for i in range(300)])
@example(words=["a" * n + "\0" * zeros for n in range(40) for zeros in range(3)])
def test_the_order_is_that_of_the_bytes(words):
    order = Keys.build(words).tables()["keys.order"]
    assert [words[row] for row in order] == sorted(words, key=str.encode)


def test_keys_whose_hashes_all_collide_are_still_told_apart(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "crc32", lambda key: 0xFFFFFFFF)
    words = [f"w{i}" for i in range(500)]
    keys = mapped(Keys.build(words), tmp_path)
    assert keys.rows(words).tolist() == list(range(500)) and keys.find("w500") == -1


def test_the_first_repeated_key_is_named_with_both_rows():
    with pytest.raises(OptionError, match="'b' stands in rows 1 and 3"):
        Keys.build(["a", "b", "c", "b", "a", "a"])
    long = "x" * 100
    with pytest.raises(OptionError, match="rows 0 and 2"):
        Keys.build([long + "a", long, long + "a"])


def test_keys_take_counts_later():
    keys = Keys.build(["a", "b"])
    counted = Keys.build(keys, np.array([5, 7]))
    assert Keys.build(keys) is keys and keys.counts is None
    assert counted == keys and counted.counts.tolist() == [5, 7] and counted.find("b") == 1
    with pytest.raises(OptionError, match="each of 2 keys"):
        Keys.build(keys, np.array([5]))


def test_keys_equal_any_sequence_of_the_same_strings():
    keys = Keys.build(["a", "b"])
    assert keys == ["a", "b"] and keys == Keys.build(["a", "b"])
    assert keys != ["b", "a"] and keys != ["a"] and keys != "ab" and keys != {"a", "b"}


def test_keys_must_be_strings_and_counts_must_match():
    with pytest.raises(OptionError, match="strings"):
        Keys.build(["a", 5])
    with pytest.raises(OptionError, match="2 keys"):
        Keys.build(["a", "b"], np.array([1]))


def test_counts_are_absent_or_read_only():
    assert Keys.build(["a"]).counts is None
    assert "keys.counts" not in Keys.build(["a"]).tables()
    given_counts = np.array([3])
    counts = Keys.build(["a"], given_counts).counts
    given_counts[0] = 4
    assert counts.tolist() == [3] and not counts.flags.writeable


def test_a_row_outside_is_an_index_error():
    keys = Keys.build(["a", "b"])
    assert keys[-1] == "b" and keys[np.int32(1)] == "b"
    for row in (2, -3):
        with pytest.raises(IndexError):
            keys[row]
    assert 5 not in keys


def test_an_unknown_key_is_a_key_error_with_near_spellings():
    keys = Keys.build(["king", "queen", "kong", "King", "unrelated"])
    with pytest.raises(KeyError) as caught:
        keys.row("kng")
    assert isinstance(caught.value, UnknownKey) and caught.value.near == ["kong", "king"]
    assert keys.near("KING") == ["king", "King"]
    assert keys.near("aaaaab") == [] and keys.near("") == []
    assert keys.row("queen") == 1


def test_near_spellings_are_computed_only_when_read(monkeypatch):
    monkeypatch.setattr(Keys, "near", lambda self, key: pytest.fail("computed"))
    with pytest.raises(UnknownKey):
        Keys.build(["a"]).row("b")


def test_near_spellings_keep_words_with_repeated_letters():
    assert Keys.build(["aaaaac"]).near("aaaaab") == ["aaaaac"]


def test_keys_can_be_sent_to_another_process():
    keys = pickle.loads(pickle.dumps(Keys.build(ODD)))
    assert list(keys) == ODD and keys.find("한국어") == ODD.index("한국어")


def damaged(name, change):
    tables = {key: array.copy() for key, array in Keys.build(["a", "b", "c"], np.ones(3)).tables().items()}
    array = change(tables[name])
    if array is None:
        del tables[name]
    else:
        tables[name] = array
    return tables


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("keys.bytes", lambda array: None),
        ("keys.slots", lambda array: None),
        ("keys.bytes", lambda array: array[:-1]),
        ("keys.offsets", lambda array: array[:-1]),
        ("keys.offsets", lambda array: array + 1),
        ("keys.offsets", lambda array: array.astype(np.float64)),
        ("keys.order", lambda array: array[:, None]),
        ("keys.slots", lambda array: array[:3]),
        ("keys.slots", lambda array: np.zeros_like(array)),
        ("keys.counts", lambda array: array[:2]),
    ],
)
def test_tables_that_do_not_fit_are_refused(name, change):
    with pytest.raises(FormatError, match=r"keys\."):
        Keys.from_tables(damaged(name, change))


def test_a_hash_table_that_leads_outside_is_refused_by_the_lookup():
    tables = damaged("keys.slots", lambda slots: np.append(np.full_like(slots[:-1], 99), np.int32(-1)))
    with pytest.raises(FormatError, match="leads to row 99"):
        Keys.from_tables(tables).find("a")


def test_bytes_that_are_no_text_are_refused_by_the_lookup():
    keys = Keys.from_tables(damaged("keys.bytes", lambda array: array | 0x80))
    with pytest.raises(FormatError, match="row 1 is not UTF-8"):
        keys[1]
    with pytest.raises(FormatError, match="row 0 is not UTF-8"):
        list(keys)
