"""The byte scanner, its growing arrays, renumbering and the sampler's table against their definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec.data import numbering
from omnivec.data.numbering import TEXT, TOKENS, Numbering
from omnivec.errors import InputError
from omnivec.kernels import sampling, scan
from omnivec.reference import random as reference_random
from omnivec.reference import scan as reference

# As plain Python (NUMBA_DISABLE_JIT=1) a hash that wraps around warns.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

UNITS = list(numbering.UNITS)
FORMS = {"compiled": lambda driver: driver, "python": lambda driver: getattr(driver, "py_func", driver)}

ALPHABET = [b"a", b"b", b"\xc3\xa9", b"\xff", b"\xed\xa0\x80", b"\xe2\x82", b"long" * 9]
SEPARATORS = [b" ", b"\t", b"\v", b"\f", b"\r", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n", b"\n \t\n"]
BYTES = st.binary(max_size=60).filter(lambda text: b"\0" not in text)
texts = BYTES | st.lists(st.sampled_from(ALPHABET + SEPARATORS), max_size=40).map(b"".join)


class Gathered:
    """A Numbering and all it handed out."""

    def __init__(self, unit):
        self.pieces = []
        self.numbering = Numbering(unit, lambda numbers: self.pieces.append(numbers.copy()))

    def result(self):
        self.numbering.finish()
        words, word_of, _ = self.numbering.words("replace", "text")
        count, units = len(self.numbering.counts), [[]]
        for number in np.concatenate([np.empty(0, int), *self.pieces]).tolist():
            if number < 0:
                units.append([])
            else:
                units[-1].append(number)
        assert units.pop() == [] and all(units) and len(units) == self.numbering.marks
        ends = self.numbering._offsets[: count + 1]
        store = self.numbering._store.tobytes()
        return (
            [store[a:b] for a, b in zip(ends, ends[1:], strict=False)],
            self.numbering.counts.tolist(),
            units,
        )


def numbered(blocks, unit):
    gathered = Gathered(unit)
    for block in blocks:
        gathered.numbering.text(block)
    gathered.numbering.end()
    return gathered.result()


def every_form(form, patch):
    """Let Numbering call the kernels compiled or as plain Python."""
    for name in ("scan", "refill"):
        patch.setattr(scan, name, FORMS[form](getattr(scan, name)))


@pytest.fixture
def scan_everything_at_once(monkeypatch):
    """Blocks are scanned as they come, so that every cut between them is one for the scanner."""
    monkeypatch.setattr(numbering, "ENOUGH", 1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", UNITS)
@settings(max_examples=60, deadline=None)
@given(text=texts)
def test_scan_is_its_definition(form, unit, text):
    with pytest.MonkeyPatch.context() as patch:
        every_form(form, patch)
        assert numbered([text], unit) == reference.scan(text, unit)


@pytest.mark.parametrize("unit", UNITS)
@settings(max_examples=30, deadline=None)
@given(text=texts)
def test_scan_does_not_depend_on_where_blocks_are_cut(unit, text):
    wanted = reference.scan(text, unit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "ENOUGH", 1)
        for cut in range(len(text) + 1):
            assert numbered([text[:cut], text[cut:]], unit) == wanted
        assert numbered([text[k : k + 1] for k in range(len(text))], unit) == wanted


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("buffer", [1, 2, 7])
def test_scan_goes_on_where_a_full_buffer_stopped_it(form, unit, buffer, monkeypatch):
    monkeypatch.setattr(numbering, "_BUFFER", buffer)
    every_form(form, monkeypatch)
    text = b"\n\na b a\r\n\r\n c\nd a b\n \n\nx"
    assert numbered([text], unit) == reference.scan(text, unit)


@pytest.mark.parametrize("separator", [b" ", b"\t", b"\v", b"\f", b"\r", b"\n", b"\r\n"])
def test_separator_separates(separator):
    assert numbered([b"a" + separator + b"b"], "document")[0] == [b"a", b"b"]


@pytest.mark.parametrize("byte", [b"\x1c", b"\x1f", b"\x85", b"\xa0", b"\xff", b"\xfe", b"\x7f", b"\x01"])
def test_other_bytes_are_parts_of_words(byte):
    assert numbered([b"a" + byte + b"b"], "line")[0] == [b"a" + byte + b"b"]


@pytest.mark.parametrize(
    ("unit", "units"),
    [("line", ["ab", "c", "d"]), ("paragraph", ["abc", "d"]), ("document", ["abcd"])],
)
@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "\n \t\n", "\r\n\n\n\r\n", "\n\v\f\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n", " "])
def test_units_end_at_lines_blank_lines_or_the_document(unit, units, blank, last):
    words, _, found = numbered([f"a b\nc{blank}d{last}".encode()], unit)
    assert ["".join(words[k].decode() for k in numbers) for numbers in found] == units


@pytest.mark.parametrize("unit", UNITS)
def test_unit_never_crosses_a_document(unit):
    gathered = Gathered(unit)
    for document in (b"a b", b"", b"c", b"\n\n", b"d\n"):
        gathered.numbering.text(document)
        gathered.numbering.end()
    assert gathered.result()[2] == [[0, 1], [2], [3]]


@pytest.mark.parametrize("form", FORMS)
def test_tables_grow_with_the_words(form, monkeypatch):
    every_form(form, monkeypatch)
    draw = np.random.default_rng(3)
    count = 300_000 if form == "compiled" else 5_000
    text = b" ".join(b"%x" % number for number in draw.integers(0, count // 2, count).tolist())
    assert numbered([text], "line") == reference.scan(text, "line")


@pytest.mark.parametrize("form", FORMS)
def test_refill_keeps_every_word_findable(form):
    words = [b"%d" % k for k in range(100)]
    store, offsets = np.frombuffer(b"".join(words), np.uint8), np.cumsum([0, *map(len, words)])
    slots = np.full(256, scan.EMPTY, np.uint64)
    FORMS[form](scan.refill)(slots, store.copy(), offsets, len(words))
    numbers = slots[slots != scan.EMPTY] & scan.EMPTY
    assert sorted(numbers.tolist()) == list(range(100))


@pytest.mark.usefixtures("scan_everything_at_once")
def test_word_over_many_blocks_is_one_word():
    giant = b"x" * 100_003
    blocks = [b"a ", *(giant[k : k + 10] for k in range(0, len(giant), 10)), b" a"]
    assert numbered(blocks, "line") == ([b"a", giant], [2, 1], [[0, 1, 0]])


@pytest.mark.usefixtures("scan_everything_at_once")
def test_word_over_many_blocks_is_scanned_in_few_passes(monkeypatch):
    looked_at, driver = [], scan.scan

    def counted(text, start, end, *rest):
        looked_at.append(end - start)
        return driver(text, start, end, *rest)

    monkeypatch.setattr(scan, "scan", counted)
    numbered([b"x" * 100] * 5_000, "line")
    assert sum(looked_at) < 5 * 500_000


def test_line_of_a_million_tokens_is_read_completely():
    words, counts, units = numbered([b" ".join([b"a", b"b"] * 500_000)], "line")
    assert (words, counts, len(units), len(units[0])) == ([b"a", b"b"], [500_000, 500_000], 1, 1_000_000)


@settings(max_examples=60, deadline=None)
@given(
    lists=st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0"), max_size=4), max_size=6), max_size=6
    )
)
@pytest.mark.parametrize("unit", UNITS)
def test_tokens_of_lists_are_taken_as_they_are(unit, lists):
    gathered, words = Gathered(unit), {}
    for tokens in lists:
        gathered.numbering.tokens(tokens)
        gathered.numbering.end()
    wanted = [
        [words.setdefault(t.encode("utf-8", "surrogatepass"), len(words)) for t in tokens if t]
        for tokens in lists
    ]
    found, counts, units = gathered.result()
    assert (found, units) == (list(words), [numbers for numbers in wanted if numbers])
    assert sum(counts) == sum(map(len, wanted))


def test_texts_and_lists_may_alternate():
    gathered = Gathered("line")
    gathered.numbering.text(b"a b\nc")
    gathered.numbering.end()
    gathered.numbering.tokens(["b", "b c"])
    gathered.numbering.end()
    gathered.numbering.text(b"a")
    gathered.numbering.end()
    assert gathered.result() == ([b"a", b"b", b"c", b"b c"], [2, 2, 1, 1], [[0, 1], [2], [1, 3], [0]])


def test_long_list_is_joined_in_slices(monkeypatch):
    monkeypatch.setattr(numbering, "_SLICE", 3)
    gathered = Gathered("line")
    gathered.numbering.tokens(tuple("abcabcabcd"))
    gathered.numbering.end()
    assert gathered.result() == ([b"a", b"b", b"c", b"d"], [3, 3, 3, 1], [[0, 1, 2] * 3 + [3]])


def test_bytes_that_end_lines_and_documents_of_lists_never_occur_in_utf8():
    assert max(chr(code).encode("utf-8", "surrogatepass")[0] for code in range(0, 0x110000, 64)) < 0xFE
    assert TOKENS.kinds[0xFE] == scan.LINE_END and TEXT.kinds[0xFE] == scan.WORD


@pytest.mark.parametrize("token", ["a\0b", "\0"])
def test_token_with_a_zero_byte_is_refused(token):
    with pytest.raises(InputError, match="zero byte, got '.*x00"):
        Gathered("line").numbering.tokens(["fine", token])


def test_token_that_is_no_str_is_refused():
    with pytest.raises(InputError, match=r"tokens are str, got 7 \(int\)"):
        Gathered("line").numbering.tokens(["fine", 7])


@pytest.mark.parametrize("form", FORMS)
def test_renumber_drops_words_and_closes_units_up(form):
    numbers = np.array([0, 1, -1, 2, -1, 1, 2, 0, -1, -1, 2, -1], np.int32)
    rows, units, state = np.array([5, 3, -1], np.int32), np.zeros(6, np.int64), np.zeros(2, np.int64)
    for part in (numbers[:3], numbers[3:7], numbers[7:]):
        FORMS[form](scan.renumber)(part.copy(), rows, numbers, units, state)
    assert numbers[:4].tolist() == [5, 3, 3, 5]
    assert (units[:3].tolist(), state.tolist()) == ([0, 2, 4], [4, 2])


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=50, deadline=None)
@given(
    numbers=st.lists(st.integers(-1, 5), max_size=50),
    rows=st.lists(st.integers(-1, 9), min_size=6, max_size=6),
)
def test_renumber_may_work_in_place(form, numbers, rows):
    array, rows = np.array([*numbers, -1], np.int32), np.array(rows, np.int32)
    units, state = np.zeros(len(array) + 1, np.int64), np.zeros(2, np.int64)
    FORMS[form](scan.renumber)(array, rows, array, units, state)
    wanted = [[]]
    for number in numbers:
        if number < 0:
            wanted.append([])
        elif rows[number] >= 0:
            wanted[-1].append(rows[number])
    wanted = [unit for unit in wanted if unit]
    written, ended = state.tolist()
    assert array[:written].tolist() == [row for unit in wanted for row in unit]
    assert np.diff(units[: ended + 1]).tolist() == list(map(len, wanted))


def alias(share, form="compiled"):
    table = np.empty(len(share), np.uint64)
    FORMS[form](sampling.fill_alias)(share.copy(), table, np.empty(len(share), np.int64))
    return table


def shares(weights):
    weights = np.asarray(weights, np.float64)
    return weights / weights.sum() * len(weights)


def probabilities(table):
    """What an alias table draws: each row's own part, and what the others pass on to it."""
    own = ((table >> np.uint64(32)).astype(np.float64) + 1) / 2**32
    others = (table & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return (own + np.bincount(others, weights=1 - own, minlength=len(table))) / len(table)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=80, deadline=None)
@given(
    counts=st.lists(st.integers(1, 10**9), min_size=1, max_size=60),
    power=st.sampled_from([0, 0.5, 0.75, 1, -1]),
)
def test_alias_table_is_its_definition(form, counts, power):
    weights = np.array(counts, np.float64) ** power
    np.testing.assert_array_equal(alias(shares(weights), form), reference_random.alias_table(weights))


@pytest.mark.parametrize("rows", [1, 2, 3, 1000, 20_000])
def test_alias_table_of_many_weights_is_its_definition(rows):
    weights = 1 / np.arange(1, rows + 1) ** 0.75
    np.testing.assert_array_equal(alias(shares(weights)), reference_random.alias_table(weights))


def test_alias_table_of_a_million_rows_has_the_weights():
    weights = 1 / np.arange(1, 1_000_001) ** 0.75
    found = probabilities(alias(shares(weights)))
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, weights / weights.sum(), rtol=0, atol=3e-16 * 1e6)


def test_alias_table_of_equal_weights_needs_no_other_row():
    assert probabilities(alias(shares(np.ones(7)))) == pytest.approx(np.full(7, 1 / 7))
