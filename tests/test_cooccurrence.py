"""Counting which words stand near each other: right, within its memory, and gone from the disk afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from omnivec import Cells, FormatError, InputError, OptionError, OutputError, count_cooccurrences
from omnivec.data import cooccurrence
from omnivec.data.cell_room import Room, Scratch
from omnivec.data.cells import WEIGHTINGS, is_cells
from omnivec.data.cooccurrence import amounts_of, count
from omnivec.data.corpus import Reading
from omnivec.data.vocabulary import Vocabulary
from omnivec.kernels.cooccurrence import CELL
from omnivec.reference import weighted_co_matrix
from omnivec.store import safetensors

CHECK = ["a b a c", "b a d a"]
GLOVE = [
    (1, 1, 4.0), (1, 2, 3.0), (1, 3, 1.0), (1, 4, 2.0), (2, 1, 3.0), (2, 3, 0.5), (2, 4, 0.5), (3, 1, 1.0),
    (3, 2, 0.5), (4, 1, 2.0), (4, 2, 0.5),
]  # fmt: skip
"""What GloVe's `cooccur -window-size 2` writes for CHECK: its first cell is doubled."""


def corpus(tokens: int = 3000, words: int = 120, seed: int = 1):
    draw = np.random.default_rng(seed)
    numbers = np.minimum(draw.zipf(1.3, tokens), words)
    lines = np.split(numbers, np.sort(draw.integers(0, tokens, tokens // 15)))
    return Reading(min_count=1).corpus([" ".join(f"w{n}" for n in line) for line in lines])


def dense(cells: Cells) -> np.ndarray:
    matrix = np.zeros((cells.words, cells.words))
    matrix[cells.rows, cells.columns] = cells.weights
    return matrix


def least(text, window: int = 10, threads: int = 1) -> int:
    """The least memory that is enough."""
    low, high = 1, 1 << 30
    while low < high:
        middle = (low + high) // 2
        try:
            Room.within(middle, len(text.vocabulary), len(text.tokens), threads)
            high = middle
        except OptionError:
            low = middle + 1
    return low


def same(one: Cells, other: Cells) -> bool:
    names = ("starts", "columns", "weights")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in names)


# Right


def test_gloves_check_corpus():
    cells = count_cooccurrences(CHECK, window=2, min_count=1)
    found = list(zip(cells.rows + 1, cells.columns + 1, cells.weights, strict=True))
    assert found == [(1, 1, 2.0), *GLOVE[1:]]
    assert list(cells.vocabulary.keys) == ["a", "b", "c", "d"] and len(cells) == 11


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("window", [1, 4, 300])
def test_cells_are_the_definition(weighting, symmetric, window):
    text = corpus()
    assert 4 < np.diff(text.units).max() < 300  # one window is longer than every unit
    cells = count(text, window, weighting, symmetric)
    words = len(text.vocabulary)
    wanted = weighted_co_matrix(text.tokens, text.units, words, window, weighting, symmetric)
    np.testing.assert_allclose(dense(cells), wanted, rtol=1.2e-7)
    assert len(cells) == np.count_nonzero(wanted)
    assert (cells.window, cells.weighting, cells.symmetric) == (window, weighting, symmetric)
    assert cells.rows.dtype == cells.columns.dtype == np.int32 and cells.weights.dtype == np.float32


def test_one_sided_rows_are_the_words_that_come_first():
    cells = count_cooccurrences(["a b c"], window=2, min_count=1, symmetric=False)
    assert dense(cells).tolist() == [[0, 1, 0.5], [0, 0, 1], [0, 0, 0]]


def test_words_outside_the_vocabulary_are_removed_before_distances_are_counted():
    cells = count_cooccurrences(["a x b", "a b"], window=1, vocabulary=Vocabulary.of({"a": 2, "b": 2}))
    assert dense(cells).tolist() == [[0, 2], [2, 0]]


def test_windows_end_with_their_units():
    lines = ["a b\nc d\n"]
    by = {unit: count_cooccurrences(lines, window=9, min_count=1, unit=unit) for unit in ("line", "document")}
    assert len(by["line"]) == 4 and len(by["document"]) == 12


def test_weights_are_whole_parts_so_that_sums_are_exact():
    for weighting in WEIGHTINGS:
        for window in (1, 2, 10, 25, 26, 1000):
            amounts, whole = amounts_of(weighting, window)
            assert (amounts == np.rint(amounts)).all() and amounts[0] == 0 and len(amounts) == window + 1
            exact = {"distance": 1 / np.arange(1, window + 1), "one": np.ones(window),
                     "expected": 1 - np.arange(window) / window}[weighting]  # fmt: skip
            np.testing.assert_allclose(amounts[1:] / whole, exact, rtol=1e-8)
    assert amounts_of("distance", 10)[1] == 2520


def test_reading_is_kept_and_python_reads_as_it_is_told():
    cells = count_cooccurrences(["A b\u00a0c"] * 5, window=2, whitespace="unicode", line_end="<e>")
    assert set(cells.vocabulary.keys) == {"A", "b", "c", "<e>"}
    assert cells.reading == {
        "unit": "line", "line_end": "<e>", "whitespace": "unicode", "normalize": "none",
        "tokenizer": "whitespace", "encoding_errors": "replace", "min_count": 5, "max_size": None,
    }  # fmt: skip
    assert cells.fingerprint["tokens"] == 20


# Memory


def test_neither_threads_nor_memory_change_a_bit():
    text = corpus(100_000, 400)
    whole = count(text, 10, threads=1)
    small = least(text)
    room = Room.within(small, len(text.vocabulary), len(text.tokens), 1)
    assert len(text.tokens) / room.tokens > 5  # several runs
    assert same(whole, count(text, 10, threads=4))
    assert same(whole, count(text, 10, memory=small, threads=1))
    assert same(whole, count(text, 10, memory=small + 3_000_000, threads=3))


def test_what_a_budget_is_divided_into_is_no_more_than_the_budget():
    draw = np.random.default_rng(0)
    for _ in range(500):
        words, tokens = (int(10 ** draw.uniform(0.3, top)) for top in (7, 11))
        budget, threads = int(10 ** draw.uniform(6, 11)), int(draw.integers(1, 64))
        try:
            room = Room.within(budget, words, tokens, threads)
        except OptionError:
            continue
        scratches = (room.threads + 1) * Scratch.size(words, room.cells)
        places = room.buffer + room.tokens / 8
        spools = 2 * 2.25 * room.kept  # an array and a copy that is an eighth longer
        assert scratches + places + 24 * words + 20 * room.cells + spools <= budget
        assert 1 <= room.threads <= threads and room.cells >= words
        assert room.tokens + 2000 < 2**31  # places in a segment are int32
        runs = -(-tokens // room.tokens)
        assert runs == 1 or room.buffer // CELL.itemsize // runs >= 200


def test_a_scratch_is_as_large_as_it_says():
    for words, cells in ((1, 2), (64, 100), (5000, 10_000), (100_000, 10)):
        arrays = Scratch.of(words, cells)
        assert sum(array.nbytes for array in arrays) <= Scratch.size(words, cells)


def test_too_little_memory_is_an_error_with_the_least():
    text = corpus()
    with pytest.raises(OptionError, match=r"memory is 1.0 MB, .* takes 5\.\d MB at least; raise memory"):
        count(text, 5, memory=1_000_000)
    count(text, 5, memory=least(text))
    with pytest.raises(OptionError, match="takes"):
        count(text, 5, memory=least(text) - 1)


PEAK = """
import sys
import numpy as np
from pathlib import Path
from omnivec.data.cooccurrence import count
from omnivec.data.corpus import Reading
from omnivec.store import memory

def status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

def text(tokens, words):
    draw = np.random.default_rng(1)
    numbers = np.minimum(draw.zipf(1.1, tokens), words)
    return Reading(min_count=1).corpus([" ".join(map(str, numbers.tolist()))])

count(text(60_000, 300), 5, memory=6_000_000)  # the kernels are loaded, those that merge too
long = text(1_500_000, 20_000)
for budget in map(int, sys.argv[1:]):
    memory.release()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    cells = count(long, 10, memory=budget, threads=2)
    print(budget, status("VmHWM") - before, len(cells))
    del cells
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux alone tells and resets a peak")
def test_the_peak_of_the_process_stays_within_the_budget():
    budgets = [9_000_000, 15_000_000, 40_000_000, 200_000_000]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *map(str, budgets)], capture_output=True, text=True, check=True
    )
    rows = [[int(number) for number in line.split()] for line in done.stdout.splitlines()]
    assert [budget for budget, _, _ in rows] == budgets and len({cells for _, _, cells in rows}) == 1
    for budget, peak, cells in rows:
        assert peak <= budget, (budget, peak)
        assert 12 * cells > 3 * budgets[0]  # they would not have fitted


# Bad texts, a disk that is full, Ctrl-C


def test_texts_without_pairs_are_refused():
    with pytest.raises(InputError, match=r"only one word is left \('a'\).*lower min_count"):
        count_cooccurrences(["a a a"], min_count=1)
    with pytest.raises(InputError, match="no two of its words stand near each other"):
        count_cooccurrences(["a", "b"], min_count=1)
    with pytest.raises(InputError, match="empty"):
        count_cooccurrences([""])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"window": 0}, "window must lie between 1 and 1,000, got 0"),
        ({"window": 1001}, "got 1001"),
        ({"window": 2.5}, "window must be a whole number, got 2.5"),
        ({"window": True}, "window must be a whole number, got True"),
        ({"weighting": "two"}, "weighting must be one of distance, one, expected, got 'two'"),
        ({"unit": "page"}, "unit must be one of line, paragraph, document, got 'page'"),
        ({"whitespace": "tabs"}, "whitespace must be ascii or unicode, got 'tabs'"),
        ({"normalize": "NFKC"}, "normalize must be none or nfc, got 'NFKC'"),
        ({"encoding_errors": "loud"}, "encoding_errors must be one of replace, strict, ignore, got 'loud'"),
        ({"threads": 0}, "threads must lie between 1 and 1,024, got 0"),
        ({"max_size": 0}, "max_size must lie between 1 and"),
        ({"memory": -5}, "memory must be bytes, or such as 500k, 2M or 1G, got -5"),
    ],
)
def test_options_that_are_none(given, message):
    with pytest.raises(OptionError, match=message):
        count_cooccurrences(["a b"], min_count=1, **given)
    with pytest.raises(OptionError, match="min_count must lie between 1"):
        count_cooccurrences(["a b"], min_count=0)


def test_memory_may_be_written_as_text():
    small = count_cooccurrences(CHECK, window=2, min_count=1, memory="20MB")
    assert same(small, count_cooccurrences(CHECK, window=2, min_count=1))


@pytest.mark.parametrize("share", [0.1, 0.45, 0.7])
def test_an_interrupt_leaves_nothing(tmp_path, share):
    text = corpus(100_000, 400)

    def interrupt(done):
        if done > share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        count(text, 10, memory=least(text), folder=tmp_path, told=interrupt)
    assert not list(tmp_path.iterdir())


FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from omnivec import OutputError
from omnivec.data.cooccurrence import count
from omnivec.data.corpus import Reading
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
numbers = np.random.default_rng(1).integers(0, 900, 200_000)
text = Reading(min_count=1).corpus([" ".join(map(str, numbers.tolist()))])
where = Path(sys.argv[1])
if sys.argv[2] == "save":
    cells = count(text, 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    if sys.argv[2] == "save":
        cells.save(where / "x.cells", overwrite=True)
    else:
        count(text, 10, memory=6_500_000, folder=where)
except OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("what", ["spill", "save"])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path, what):
    (tmp_path / "x.cells").write_bytes(b"old")
    command = [sys.executable, "-c", FULL, str(tmp_path), what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wanted = "kept there (File too large); choose a folder with more room" if what == "spill" else "written"
    assert str(tmp_path) in done.stdout and wanted in done.stdout and not done.stderr
    assert (tmp_path / "x.cells").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_many_cells_lie_in_the_folder(tmp_path, monkeypatch):
    """Also where they would fit: they are on their way to a file there."""
    folders, made = [], tempfile.TemporaryFile
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda **given: folders.append(given["dir"]) or made(**given)
    )
    text = corpus()
    count(text, 5, folder=tmp_path)
    assert not folders
    monkeypatch.setattr(cooccurrence, "_BESIDE", 1000)
    assert same(count(text, 5, folder=tmp_path), count(text, 5))
    assert folders == [tmp_path, tmp_path]  # columns and weights


def test_a_folder_that_is_not_there(tmp_path):
    text = corpus(100_000, 400)
    with pytest.raises(OutputError, match="numbers cannot be kept there"):
        count(text, 10, memory=least(text), folder=tmp_path / "none")


# The file


@pytest.fixture
def saved(tmp_path):
    cells = count_cooccurrences(CHECK, window=2, min_count=1)
    cells.save(tmp_path / "check.cells")
    return tmp_path / "check.cells"


def test_what_is_saved_is_what_is_opened(saved):
    cells, again = count_cooccurrences(CHECK, window=2, min_count=1), Cells.open(saved)
    assert same(cells, again) and list(again.vocabulary.keys) == list(cells.vocabulary.keys)
    assert again.vocabulary.counts.tolist() == [4, 2, 1, 1] and again.vocabulary.total == 8
    names = ("window", "weighting", "symmetric", "fingerprint", "name", "invalid", "phrases", "reading")
    assert all(getattr(cells, name) == getattr(again, name) for name in names)
    assert is_cells(saved) and not is_cells(saved.parent) and not is_cells(saved.parent / "none")
    again.save(saved, overwrite=True)  # while it is mapped
    assert same(cells, Cells.open(saved)) and same(cells, again)
    with pytest.raises(OutputError, match="exists"):
        again.save(saved)


def test_the_library_of_the_layout_reads_it(saved):
    library = pytest.importorskip("safetensors.numpy")
    tensors = library.load_file(saved)
    assert tensors["weights"].tolist() == [2.0, *(weight for _, _, weight in GLOVE[1:])]
    assert tensors["starts"].tolist() == [0, 4, 7, 9, 11] and tensors["keys.bytes"].tobytes() == b"abcd"


def test_phrases_that_were_joined_are_remembered(tmp_path):
    from omnivec import find_phrases

    phrases = find_phrases(["new york is new york"] * 9, threshold=0, connectors=["is"])
    cells = count_cooccurrences(phrases.apply(["new york is new york"] * 9), window=2)
    cells.save(tmp_path / "x")
    assert "new_york" in cells.vocabulary.keys and Cells.open(tmp_path / "x").phrases == cells.phrases != ()


def test_cells_of_another_vocabulary_are_refused(saved):
    cells = Cells.open(saved)
    cells.check_words(["a", "b", "c", "d"], "the model")
    with pytest.raises(InputError, match="of 4 words, the model has 2"):
        cells.check_words(["a", "b"], "the model")
    with pytest.raises(InputError, match=r"row 2 is 'c', and 'e' in the model"):
        cells.check_words(["a", "b", "e", "d"], "the model")


def altered(path: Path, **changes) -> None:
    """Write a file of cells anew, with other arrays or another record."""
    cells = Cells.open(path)
    tables, metadata = cells._tables(), cells._metadata()
    for name, value in changes.items():
        if isinstance(value, np.ndarray):
            tables[name.replace("__", ".")] = value
        elif name in metadata:
            metadata[name] = value
        else:
            metadata["record"] = json.dumps({**json.loads(metadata["record"]), name: value})
    path.unlink()
    safetensors.write_tables(path, tables, metadata)


BROKEN = {
    "version": ({"version": "2"}, "newer omnivec"),
    "no cells": ({"format": "omnivec"}, "no file of cells"),
    "record": ({"record": "{"}, "not JSON"),
    "nested": ({"record": "[" * 100_000}, "not JSON"),
    "window": ({"window": 0}, "window 0"),
    "fingerprint": ({"fingerprint": {}}, "None for 'tokens'"),
    "overflow": ({"starts": np.array([0, 2**63 - 1, -(2**63) + 5, -1, 11])}, "a row ends before it starts"),
    "bool": ({"window": True}, "says True for 'window'"),
    "weighting": ({"weighting": "x"}, "weighting 'x'"),
    "phrases": ({"phrases": [3]}, "damaged"),
    "column": ({"columns": np.full(11, 4, np.int32)}, "a column is none of the 4 words"),
    "negative": ({"columns": np.full(11, -1, np.int32)}, "a column is none of the 4 words"),
    "zero": ({"weights": np.zeros(11, np.float32)}, "no number above 0"),
    "nan": ({"weights": np.full(11, np.nan, np.float32)}, "no number above 0"),
    "infinite": ({"weights": np.full(11, np.inf, np.float32)}, "no number above 0"),
    "starts": ({"starts": np.array([0, 4, 3, 9, 11])}, "a row ends before it starts"),
    "rows": ({"starts": np.array([0, 4, 11])}, "do not fit together"),
    "none": ({"starts": np.zeros(0, np.int64)}, "do not fit together"),
    "ends": ({"starts": np.array([0, 4, 7, 9, 12])}, "do not fit together"),
    "empty": (
        {
            "starts": np.zeros(5, np.int64),
            "columns": np.zeros(0, np.int32),
            "weights": np.zeros(0, np.float32),
        },
        "0 cells of 4 words, nothing to learn from",
    ),
    "type": ({"weights": np.ones(11)}, "weights must be float32 of one axis, is float64"),
    "axes": ({"columns": np.ones((11, 1), np.int32)}, "columns must be int32 of one axis"),
    "counts": ({"keys__counts": np.ones(3, np.int64)}, "keys.counts"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_damaged_files_are_refused(saved, name):
    changes, message = BROKEN[name]
    altered(saved, **changes)
    with pytest.raises(FormatError, match=message) as error:
        Cells.open(saved)
    assert str(saved) in str(error.value)


def test_cut_files_and_others_are_refused(saved):
    whole = saved.read_bytes()
    for size in (0, 5, 100, len(whole) - 1):
        saved.write_bytes(whole[:size])
        with pytest.raises(FormatError):
            Cells.open(saved)
        assert is_cells(saved) == (size >= 100)  # what is cut is damaged, and no text
    with pytest.raises(FormatError, match="No such file"):
        Cells.open(saved.parent / "none")


def test_more_cells_than_thirty_two_bits_count():
    many = 2**31 + 5
    nothing = np.broadcast_to(np.int32(0), many)
    cells = replace(
        count_cooccurrences(CHECK, window=2, min_count=1),
        starts=np.array([0, 1, 2, 3, many]), columns=nothing, weights=nothing.view(np.float32),
    )  # fmt: skip
    assert len(cells) == many
    assert safetensors.file_size(cells._tables(), cells._metadata()) > 8 * many


# GloVe's own


def glove_cells(build: Path, folder: Path, text: Path, symmetric: int) -> np.ndarray:
    vocabulary, found = folder / "vocab.txt", folder / "cooccurrence.bin"
    with text.open("rb") as source, vocabulary.open("wb") as out:
        subprocess.run(
            [build / "vocab_count", "-min-count", "5", "-verbose", "0"], stdin=source, stdout=out, check=True
        )
    # Both the dense table and the overflow are used, so that the first cell is not doubled.
    flags = ["-verbose", "0", "-symmetric", str(symmetric), "-window-size", "10", "-memory", "1.0"]
    more = ["-vocab-file", vocabulary, "-overflow-file", folder / "overflow", "-max-product", "2000"]
    with text.open("rb") as source, found.open("wb") as out:
        subprocess.run([build / "cooccur", *flags, *more], stdin=source, stdout=out, check=True)
    return np.fromfile(found, CELL)


@pytest.mark.skipif("OMNIVEC_GLOVE" not in os.environ, reason="OMNIVEC_GLOVE names no build folder of GloVe")
@pytest.mark.parametrize("symmetric", [1, 0])
def test_cells_are_gloves_record_for_record(tmp_path, symmetric):
    draw = np.random.default_rng(5)
    numbers = np.minimum(draw.zipf(1.2, 200_000), 5000)
    lines = np.split(numbers, np.sort(draw.integers(0, len(numbers), 4000)))
    text = tmp_path / "text.txt"
    text.write_text("".join(" ".join(f"w{n}" for n in line) + "\n" for line in lines))
    assert text.stat().st_size > 700_000
    theirs = glove_cells(Path(os.environ["OMNIVEC_GLOVE"]), tmp_path, text, symmetric)
    ours = count_cooccurrences(text, window=10, min_count=5, symmetric=bool(symmetric))
    words = [line.split()[0] for line in (tmp_path / "vocab.txt").read_text().splitlines()]
    ours.check_words(words, "GloVe's vocabulary")
    assert len(ours) == len(theirs) > 100_000
    np.testing.assert_array_equal(ours.rows + 1, theirs["row"])
    np.testing.assert_array_equal(ours.columns + 1, theirs["column"])
    np.testing.assert_allclose(ours.weights, theirs["weight"], rtol=1.2e-7)
