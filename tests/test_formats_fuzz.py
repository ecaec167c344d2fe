"""Hostile and broken word2vec files: a typed error that names file and place, or a correct load."""

import gzip
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnivec.errors import FormatError, OmnivecError
from omnivec.store import formats
from omnivec.store.formats import Request, word2vec

READERS = (word2vec.read_text, word2vec.read_binary, formats.read)
DIM = 3
MATRIX = np.random.default_rng(5).normal(0, 0.3, (12, DIM)).astype("<f4")
WORDS = ["</s>", "the", "한국어", "naïve", "new_york", ".", "a", "w7", "w8", "w9", "w10", "w11"]
TEXT = b"12 3\n" + b"".join(
    f"{word} {' '.join(map(str, row))}\n".encode() for word, row in zip(WORDS, MATRIX, strict=True)
)
BINARY = b"12 3\n" + b"".join(
    word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(WORDS, MATRIX, strict=True)
)
LARGE = 20_000_000  # bytes: what a file of a few kB may take while it is read, a block of 1 MiB among them


def outcome(path, content, read, **asked):
    """Asserts that a reader gives whole contents or an error that names the file. The error, or None."""
    path.write_bytes(content)
    try:
        found = read(path, Request(**asked))
    except OmnivecError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        return error
    assert len(set(found.keys)) == len(found.keys) == len(found.table)
    assert found.table.span(0, len(found.table)).shape == (len(found.table), found.table.dim)
    return None


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__module__ + read.__name__)
@pytest.mark.parametrize("whole", [TEXT, BINARY], ids=["text", "binary"])
def test_bytes_cut_or_padded_anywhere(tmp_path, whole, read):
    for length in range(len(whole)):
        outcome(tmp_path / "v", whole[:length], read)
    for padding in (b"\0" * 999, b"\n" * 10, b" ", b"more words 1 2 3\n", whole):
        outcome(tmp_path / "v", whole + padding, read)


@given(data=st.data())
@settings(max_examples=200)
def test_bytes_changed_removed_or_put_in_anywhere(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    content = bytearray(data.draw(st.sampled_from([TEXT, BINARY])))
    odd = st.sampled_from(
        [b"", b" ", b"\n", b"\r", b"\t", b"\0", b"nan", b"-", b",", b"9" * 40, b"\xff", b"\n\n"]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        stop = data.draw(st.integers(start, min(start + 20, len(content))))
        content[start:stop] = data.draw(odd | st.binary(max_size=8))
    limit, dtype = data.draw(st.none() | st.integers(0, 20)), data.draw(st.sampled_from(["float32", "int8"]))
    for read in READERS:
        outcome(path, bytes(content), read, limit=limit, dtype=dtype)


NUMBERS = [0, -1, 2**31 - 1, 2**31, 2**32, 2**62, 2**63 - 1, 10**12, 10**30, "1e3", "0x10", "1.0", "", "١"]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_of_a_header_allocates(tmp_path, number):
    tracemalloc.start()
    try:
        for body in (TEXT[5:], BINARY[5:]):
            for header in (f"{number} 3\n", f"12 {number}\n", f"{number} {number}\n", f"{number}\n"):
                for pack in (bytes, gzip.compress):
                    for read in READERS:
                        outcome(tmp_path / "v", pack(header.encode() + body), read)
        assert tracemalloc.get_traced_memory()[1] < LARGE + (1 << 26)  # room for a packed file's first rows
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what is used under RLIMIT_AS")
def test_a_header_that_promises_a_trillion_rows_fits_a_small_address_space(tmp_path):
    code = """
import resource, sys
from pathlib import Path
from omnivec.errors import OmnivecError
from omnivec.store import formats
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000,) * 2)
for path in sys.argv[1:]:
    try:
        found = formats.read(path)
    except OmnivecError as error:
        print("refused")
    else:
        print(len(found.keys))
"""
    for name, whole in (("t", TEXT), ("b", BINARY)):
        content = b"1000000000000 3\n" + whole[5:]
        (tmp_path / name).write_bytes(content)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    command = [sys.executable, "-c", code, *(str(tmp_path / name) for name in ("t", "b", "t.gz", "b.gz"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["12", "refused", "12", "refused"]


LONG = b"w" * 1_000_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"2 2\na 1,5 2\nb 3 4\n", "line 2"),
        (b"3 2\na 1 2\nb 3\nc 5 6\n", "line 3"),
        (b"2 2\r\na 1 2\r\nb 3 4\r\n", ["a", "b"]),
        (b"2 2\ra 1 2\rb 3 4\r", "not a known format|line 1"),
        (b"2 2\na 1 2\nb 3 4", ["a", "b"]),
        (b"2 2\na 1 2\nb 3 4" + b"\n" * 10, ["a", "b"]),
        (b"2 2\na 1 2\n\nb 3 4\n", "line 3 is blank"),
        (b"0 100\n", []),
        (b"1 2\na 1 2\n", ["a"]),
        (b"2 2\n2 2\na 1 2\nb 3 4\n", "line 2"),
        (b"2 2\na nan inf\nb -nan 4\n", ["a", "b"]),
        (b"2 2\n" + LONG + b" 1 2\nb 3 4\n", [LONG.decode(), "b"]),
        (b"2 2\n" + LONG * 2 + b" 1 2\nb 3 4\n", "line 2 does not end"),
        ("3 1\na\u00a0b 1\n\u2028 2\n\u0085 3\n".encode(), ["a\u00a0b", "\u2028", "\u0085"]),
        (b"2 1\na\tb 1\nnew york 2\n", ["a\tb", "new york"]),
        (b"2 1\na\0b 1\nc 2\n", ["a\0b", "c"]),
        (b"3 1\n\xed\x95 1\n\x9c 2\n\xe4 3\n", ["\ufffd"]),
        (b"2 1\na 1\na 2\n", ["a"]),
        (b"\xef\xbb\xbf1 1\na 1\n", ["a"]),
    ],
    ids=range(19),
)
def test_each_kind_of_odd_text(tmp_path, content, expected):
    path = tmp_path / "v"
    path.write_bytes(content)
    if isinstance(expected, str):
        with pytest.raises(FormatError, match=expected):
            word2vec.read_text(path)
    else:
        assert list(word2vec.read_text(path).keys) == expected


def numbers(*values):
    return np.array(values, "<f4").tobytes()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"2 1\na " + numbers(1) + b"b " + numbers(2), ["a", "b"]),
        (b"2 1\na " + numbers(1) + b"\nb " + numbers(2), ["a", "b"]),
        (b"2 1\n\n\na " + numbers(1) + b"b " + numbers(2) + b"\n", ["a", "b"]),
        (b"2 1\n " + numbers(1) + b"b " + numbers(2), ["", "b"]),
        (b"2 1\na " + numbers(1) + b"b" + numbers(2)[:3], "byte"),
        (b"2 1\n" + LONG + b" " + numbers(1) + b"b " + numbers(2), [LONG.decode(), "b"]),
        (b"2 1\n" + LONG * 2 + b" " + numbers(1) + b"b " + numbers(2), "no space ends a word"),
        (b"2 1\na " + numbers(1) + LONG * 2 + b" " + numbers(2), "no space ends a word"),
        (b"2 1\na\0b " + numbers(1) + b"\xff " + numbers(2), ["a\0b", "\ufffd"]),
        (b"2 1\na " + numbers(np.nan) + b"a " + numbers(np.inf), ["a"]),
        (b"0 3\n", []),
        (b"2147483648 2147483648\na ", "line 1: dim"),
        (b"1152921504606846976 16\na " + numbers(*range(16)), "truncated"),
    ],
    ids=range(13),
)
def test_each_kind_of_odd_binary(tmp_path, content, expected):
    path = tmp_path / "v"
    path.write_bytes(content)
    if isinstance(expected, str):
        with pytest.raises(FormatError, match=expected):
            word2vec.read_binary(path)
    else:
        assert list(word2vec.read_binary(path).keys) == expected


@pytest.mark.parametrize("whole", [TEXT, BINARY], ids=["text", "binary"])
def test_packed_data_cut_or_scrambled_anywhere(tmp_path, whole):
    packed = gzip.compress(whole, mtime=0)
    for length in range(len(packed)):
        assert outcome(tmp_path / "v", packed[:length], formats.read) is not None
    for place in range(0, len(packed), 3):
        content = bytearray(packed)
        content[place] ^= 0x55
        outcome(tmp_path / "v", bytes(content), formats.read)
    wrong = packed[:-8] + b"\1\2\3\4" + packed[-4:]
    assert "damaged" in str(outcome(tmp_path / "v", wrong, formats.read))
