"""The file of arrays: aligned, mapped, open to the safetensors library, and refused when damaged."""

import contextlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from omnivec.errors import FormatError
from omnivec.store.safetensors import Arrays, file_size, write_tables
from omnivec.store.tables import ALIGNMENT


def open_tables(path):
    with path.open("rb") as file:
        return Arrays(path, file).map()


DTYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?", ">f4", ">i8"]
TABLES = {
    "vectors": np.arange(48, dtype=np.float32).reshape(3, 16),
    "keys.bytes": np.frombuffer(b"abcde", np.uint8),
    "none": np.zeros((0, 16), np.float32),
    "keys.offsets": np.array([0, 1, 3, 5]),
}


@given(
    tables=st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: not name.startswith("pad.")),
        arrays.arrays(
            st.sampled_from(DTYPES), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9)
        ),
        max_size=5,
    )
)
def test_what_was_written_is_read(tmp_path_factory, tables):
    path = tmp_path_factory.mktemp("tables") / "model.safetensors"
    write_tables(path, tables, {})
    assert path.stat().st_size == file_size(tables, {})
    found = open_tables(path)
    assert list(found) == list(tables)
    for name, table in tables.items():
        assert found[name].dtype == table.dtype.newbyteorder("<") and found[name].shape == table.shape
        assert found[name].tobytes() == table.astype(table.dtype.newbyteorder("<")).tobytes()


def test_a_strided_table_is_written_in_order(tmp_path):
    table = np.arange(60, dtype=np.float32).reshape(6, 10)[::2, ::3]
    write_tables(tmp_path / "t", {"t": table}, {})
    np.testing.assert_array_equal(open_tables(tmp_path / "t")["t"], table)


def test_each_table_starts_on_a_cache_line(tmp_path):
    write_tables(tmp_path / "t", TABLES, {"format": "omnivec"})
    for table in open_tables(tmp_path / "t").values():
        assert table.size == 0 or table.ctypes.data % ALIGNMENT == 0


def test_the_safetensors_library_opens_our_file(tmp_path):
    library = pytest.importorskip("safetensors")
    write_tables(tmp_path / "t", TABLES, {"format": "omnivec"})
    with library.safe_open(tmp_path / "t", "numpy") as file:
        assert file.metadata() == {"format": "omnivec"}
        for name, table in TABLES.items():
            np.testing.assert_array_equal(file.get_tensor(name), table)


def test_we_open_the_library_s_file(tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    library.save_file(TABLES, tmp_path / "t", {"made": "elsewhere"})
    found = open_tables(tmp_path / "t")
    assert found.keys() == TABLES.keys()
    for name, table in TABLES.items():
        np.testing.assert_array_equal(found[name], table)


def test_an_opened_table_cannot_be_written(tmp_path):
    write_tables(tmp_path / "t", TABLES, {})
    for table in open_tables(tmp_path / "t").values():
        assert type(table) is np.ndarray and not table.flags.writeable
        with pytest.raises(ValueError, match="read-only|WRITEABLE"):
            table[...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            table.flags.writeable = True


@pytest.mark.parametrize("table", [np.array(["a"]), np.array([1j]), np.array([None])])
def test_a_type_the_layout_lacks_is_refused_before_the_file_exists(tmp_path, table):
    with pytest.raises(ValueError, match="'t' of type"):
        write_tables(tmp_path / "t", {"t": table}, {})
    assert not (tmp_path / "t").exists()


def test_a_file_cut_anywhere_is_refused(tmp_path):
    write_tables(tmp_path / "whole", TABLES, {})
    whole = (tmp_path / "whole").read_bytes()
    cut = tmp_path / "cut"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(FormatError, match=r"cut: (byte \d|cannot mmap)"):
            open_tables(cut)
    cut.write_bytes(whole + b"\0")
    with pytest.raises(FormatError, match="appended"):
        open_tables(cut)


def forged(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


HOSTILE = {
    "header of 2^40 bytes": forged(b"{}", length=1 << 40),
    "not JSON": forged(b"{" * 9),
    "deeply nested": forged(b"[" * 100_000),
    "not UTF-8": forged(b'{"\xff": 1}'),
    "a list": forged([1]),
    "a name twice": forged(b'{"a": 1, "a": 1}'),
    "no offsets": forged({"a": {"dtype": "F32", "shape": [1]}}),
    "an entry that is a number": forged({"a": 5}),
    "an offset that is no number": forged({"a": entry(offsets=[0, "4"])}, b"1234"),
    "a negative offset": forged({"a": entry(offsets=[-4, 0])}),
    "an offset of 30 digits": forged({"a": entry(offsets=[0, 10**30])}),
    "overlapping": forged({"a": entry(), "b": entry()}, b"1234"),
    "a hole": forged({"a": entry(), "b": entry(offsets=[8, 12])}, bytes(12)),
    "an unknown type": forged({"a": entry("Q7")}, b"1234"),
    "a type that is a list": forged({"a": entry(["F32"])}, b"1234"),
    "a shape that overflows": forged({"a": entry(shape=[1 << 40, 1 << 40])}, b"1234"),
    "a shape of 99 axes": forged({"a": entry(shape=[1] * 99)}, b"1234"),
    "a shape without numbers that no array has": forged({"a": entry(shape=[0, 1 << 70], offsets=[0, 0])}),
    "a shape whose other axes overflow": forged({"a": entry(shape=[0, 1 << 62, 4], offsets=[0, 0])}),
    "a shape of true": forged({"a": entry(shape=[True])}, b"1234"),
    "a shape that does not fit its bytes": forged({"a": entry(shape=[2])}, b"1234"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused_with_file_and_byte(tmp_path, name):
    (tmp_path / "t").write_bytes(HOSTILE[name])
    with pytest.raises(FormatError, match=r"t: byte \d"):
        open_tables(tmp_path / "t")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts mappings under RLIMIT_AS")
def test_a_mapping_beyond_the_address_space_allowed_is_not_enough_memory(tmp_path):
    path = tmp_path / "big"
    rows = 1 << 27  # 8 GiB that never touch the disk
    header = json.dumps({"v": entry(shape=[rows, 16], offsets=[0, rows * 64])}).encode()
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + rows * 64)
    assert open_tables(path)["v"].shape == (rows, 16)
    code = f"""
from pathlib import Path
from omnivec.errors import NotEnoughMemory
from omnivec.store.safetensors import Arrays
try:
    with Path({str(path)!r}).open("rb") as file:
        Arrays(Path(file.name), file).map()
except NotEnoughMemory as error:
    print(error)
"""
    most = 4 << 30
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "needs 8.6 GB" in done.stdout and "allowed by ulimit -v" in done.stdout


def verify(path, sums, told=None):
    with path.open("rb") as file:
        Arrays(path, file).verify(sums, told)


def test_a_whole_file_agrees_with_its_checksums_and_tells_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("omnivec.store.safetensors._BLOCK", 50)
    sums = write_tables(tmp_path / "t", TABLES, {})
    shares = []
    verify(tmp_path / "t", sums, shares.append)
    assert sums.keys() == TABLES.keys()
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) > 4


def test_a_flipped_bit_anywhere_is_found_and_its_array_and_bytes_are_named(tmp_path):
    path = tmp_path / "t"
    sums = write_tables(path, TABLES, {"format": "omnivec"})
    whole = path.read_bytes()
    with path.open("rb") as file:
        places = {name: (at.start, at.start + at.nbytes) for name, at in Arrays(path, file).entries.items()}
    found = set()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        name = next((name for name, (start, end) in places.items() if start <= at < end), None)
        if name is not None:
            start, end = places[name]
            with pytest.raises(
                FormatError, match=f"bytes {start:,} to {end:,}, '{name}': the checksum differs"
            ):
                verify(path, sums)
            found.add(name)
        elif at < min(start for start, _ in places.values()):  # the header
            with contextlib.suppress(FormatError):
                verify(path, sums)
                with path.open("rb") as file:  # what is taken for whole is whole but for metadata and spaces
                    again = Arrays(path, file)
                    assert [entry.start for entry in again.entries.values()] == [
                        s for s, _ in places.values()
                    ]
                    assert again.entries.keys() == TABLES.keys()
    assert found == {name for name, table in TABLES.items() if table.size}


def test_an_array_without_a_checksum_or_a_checksum_without_its_array_is_told(tmp_path):
    sums = write_tables(tmp_path / "t", TABLES, {})
    with pytest.raises(FormatError, match="no checksum of 'vectors' was recorded"):
        verify(tmp_path / "t", {name: digest for name, digest in sums.items() if name != "vectors"})
    with pytest.raises(FormatError, match="'output' is missing"):
        verify(tmp_path / "t", sums | {"output": ""})


def test_a_file_that_is_cut_while_it_is_open_names_the_byte(tmp_path):
    path = tmp_path / "t"
    sums = write_tables(path, {"vectors": np.zeros((10_000, 16), np.float32)}, {})
    with path.open("rb") as file:
        arrays = Arrays(path, file)
        at = arrays.entries["vectors"].start + 300_000
        os.truncate(path, at)
        with pytest.raises(FormatError, match=f"byte {at:,}: the file ends here now"):
            arrays.read(arrays.entries["vectors"])
        with pytest.raises(FormatError, match=f"byte {at:,}: the file ends here now"):
            arrays.verify(sums)


@pytest.mark.parametrize("block", [7, 1 << 24])
def test_what_is_read_is_what_is_mapped(tmp_path, monkeypatch, block):
    path, tables = tmp_path / "t", TABLES | {"one": np.array(5.0)}
    write_tables(path, tables, {})
    monkeypatch.setattr("omnivec.store.safetensors._BLOCK", block)
    sizes = []
    with path.open("rb") as file:
        arrays = Arrays(path, file)
        for name, table in tables.items():
            found = arrays.read(arrays.entries[name], sizes.append)
            assert found.dtype == table.dtype
            np.testing.assert_array_equal(found, table)
        part = arrays.read(arrays.entries["vectors"].span(1, 3))
    np.testing.assert_array_equal(part, tables["vectors"][1:3])
    assert sum(sizes) == sum(table.nbytes for table in tables.values())


def test_writing_what_is_mapped_lets_its_pages_go_and_loses_nothing(tmp_path):
    whole = np.memmap(tmp_path / "numbers", np.float32, "w+", shape=(1 << 24,))
    whole[:] = 1
    whole.flush()
    del whole
    shared = np.asarray(np.memmap(tmp_path / "numbers", np.float32, "r+"))
    private = np.memmap(tmp_path / "numbers", np.float32, "c")
    private[5] = 2
    before = mapped()
    write_tables(tmp_path / "file", {"shared": shared[: 1 << 23]}, {})
    assert mapped() - before < 24_000_000  # a block of the 34 MB
    write_tables(tmp_path / "copy", {"private": private}, {})
    assert private[5] == 2 and shared[5] == 1  # what was written to a mapping of one's own is still there
    with (tmp_path / "copy").open("rb") as file:
        assert Arrays(tmp_path / "copy", file).map()["private"][5] == 2


def mapped() -> int:
    """Bytes of files that are mapped and in memory; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[2]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
