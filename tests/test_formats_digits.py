"""Numbers as text: as `str` writes each of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec.store.formats import digits
from omnivec.store.formats.decimals import parse


def as_str(rows, separator):
    return [separator.join(map(str, row)).encode() + b"\n" for row in rows]


@pytest.mark.parametrize("scale", [3, 0.3, 0.03, 1e-3])
def test_a_block_is_written_as_each_number_is(scale):
    rows = (np.random.default_rng(3).normal(size=(200, 50)) * scale).astype(np.float32)
    assert digits.lines(rows, " ") == as_str(rows, " ")


EDGES = [0, 1e-4, 9.9999e-5, 10, 9.999999, 1, 0.1, 0.5, 1e-45, 3.4028235e38, 16777216, 1e16, 1.2345679e11]


@pytest.mark.parametrize("separator", [" ", "\t"])
def test_numbers_of_any_size_are_written_as_str_does(separator):
    some = np.array([*EDGES, np.inf, np.nan], np.float32)
    with np.errstate(over="ignore"):
        some = np.concatenate(
            [some, np.nextafter(some, np.float32(0)), np.nextafter(some, np.float32(np.inf))]
        )
    rows = np.stack([some, -some])
    assert digits.lines(rows, separator) == as_str(rows, separator)
    assert digits.lines(rows.reshape(-1, 1), separator) == as_str(rows.reshape(-1, 1), separator)


def test_rounded_numbers_keep_the_digits_they_were_rounded_to():
    for places in range(8):
        rows = np.random.default_rng(places).normal(size=(20, 30)).round(places).astype(np.float32)
        assert digits.lines(rows, " ") == as_str(rows, " ")


def test_no_rows_are_no_lines():
    assert digits.lines(np.empty((0, 4), np.float32), " ") == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40))
def test_any_float32_reads_back_in_as_few_digits_as_str_has(bits):
    row = np.array(bits, np.uint32).view(np.float32)[None]
    assert digits.lines(row, " ") == as_str(row, " ")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.125, 16, width=32), min_size=1, max_size=40))
def test_what_is_written_is_read_the_quick_way(numbers):
    row = np.array(numbers, np.float32)
    line = digits.lines(row[None], " ")[0]
    ends = np.flatnonzero(np.frombuffer(line, np.uint8) <= ord(" "))
    values, odd = parse(line, np.append(0, ends[:-1] + 1), ends)
    assert (odd == (row >= 10)).all() and (values[~odd].astype(np.float32) == row[~odd]).all()
