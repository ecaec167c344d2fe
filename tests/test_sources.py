"""Where text comes from: every kind of source gives the same text, and every bad one a clear line."""

import gc
import gzip
import io
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

from omnivec.data import sources
from omnivec.data.sources import describe, documents
from omnivec.errors import InputError
from omnivec.store import packing

TEXT = "the cat sat\non the mät\r\n\nthe end"


def read(source):
    """The documents of a source: bytes, or the lists as they are."""
    found = []
    for document in documents(source):
        pieces = list(document)
        found.append(b"".join(pieces) if all(isinstance(piece, bytes) for piece in pieces) else pieces)
    return found


def refusal(source):
    with pytest.raises(InputError) as caught:
        read(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_lone_str_and_path_are_paths(file):
    assert read(str(file)) == read(file) == [TEXT.encode()]


def test_str_in_an_iterable_is_a_text_and_a_path_a_file(file):
    assert read([TEXT, file, ["a", "b"], ("c",)]) == [TEXT.encode(), TEXT.encode(), [["a", "b"]], [("c",)]]


def test_generator_is_read_once_and_piece_by_piece():
    asked = []

    def texts():
        for text in ("a", "b"):
            asked.append(text)
            yield text

    reading = documents(texts())
    assert list(next(reading)) == [b"a"] and asked == ["a"]
    assert list(next(reading)) == [b"b"] and list(reading) == []


def zstd(content):
    if sys.version_info < (3, 14):
        pytest.importorskip("backports.zstd")
    packed = io.BytesIO()
    with packing.packer("text.zst")(packed) as file:
        file.write(content)
    return packed.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd])
@pytest.mark.parametrize("name", ["text.gz", "text.xz", "text"])
def test_compressed_file_is_known_by_its_content(pack, name, tmp_path):
    (tmp_path / name).write_bytes(pack(TEXT.encode()))
    assert read(tmp_path / name) == [TEXT.encode()]


def test_compressed_files_of_several_members_are_read_to_the_end(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one ") + gzip.compress(b"two"))
    (tmp_path / "a.xz").write_bytes(lzma.compress(b"one ") + lzma.compress(b"two"))
    assert read(tmp_path) == [b"one two", b"one two"]


def test_folder_is_its_files_in_the_order_of_their_paths(tmp_path):
    for name in ("b.txt", "a/2.txt", "a/1.txt", "c/deep/er.txt", ".hidden", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert read(tmp_path) == [b"a/1.txt", b"a/2.txt", b"b.txt", b"c/deep/er.txt"]


def test_pipes_in_a_folder_are_not_waited_for(tmp_path, file):
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path) == [TEXT.encode()]


def test_broken_link_in_a_folder_is_an_error(tmp_path, file):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert "link: no such file" in refusal(tmp_path)


@pytest.mark.parametrize("folder", [".", ".."])
def test_relative_folder_has_a_name(folder):
    assert describe(folder)


@pytest.mark.parametrize("block", [1, 2, 3, 4, 7, 1 << 20])
def test_block_size_changes_nothing(block, file, tmp_path, monkeypatch):
    (tmp_path / "text.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + TEXT.encode()))
    monkeypatch.setattr(sources, "BLOCK", block)
    whole = TEXT.encode()
    assert read([TEXT, file, tmp_path / "text.gz"]) == [whole] * 3
    assert read(io.BytesIO(b"\xef\xbb\xbf" + whole)) == [whole]


def test_long_text_is_encoded_in_blocks(monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 2)
    assert [list(document) for document in documents(["äbcde", ""])] == [["äb".encode(), b"cd", b"e"], []]


def test_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "mark").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert read([tmp_path / "mark", "\ufeff" + TEXT]) == [TEXT.encode()] * 2
    assert read(["a\ufeff"]) == ["a\ufeff".encode()]


def test_unbuffered_pipe_is_read_to_its_end():
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as stream:
        os.write(writer, b"\xef")
        os.write(writer, b"\xbb\xbfa b")
        os.close(writer)
        assert read(stream) == [b"a b"]


def test_standard_input_is_a_stream_with_a_name():
    program = (
        "import sys; from omnivec.data.sources import describe, documents; s = sys.stdin.buffer;"
        "print(describe(s), [list(d) for d in documents(s)])"
    )
    done = subprocess.run([sys.executable, "-c", program], input=b"a b", capture_output=True, check=True)
    assert done.stdout.strip() == b"standard input [[b'a b']]"


def test_sources_are_described_in_a_word(file, tmp_path):
    assert describe(file) == describe(str(file)) == "text.txt"
    assert (describe([]), describe(x for x in "a")) == ("Python list", "Python generator")
    assert describe(io.BytesIO()) == "a stream"
    with file.open("rb") as stream:
        assert describe(stream) == str(file)


@pytest.mark.parametrize("source", [b"bytes", bytearray(b"a"), {"a": 1}, 3, None])
def test_what_is_no_source_is_named_by_its_type(source):
    assert f"got {type(source).__name__}" in refusal(source)


@pytest.mark.parametrize("item", [b"bytes", 3, None, {"a"}, (x for x in "a")])
def test_what_is_no_part_of_a_corpus_is_named_by_its_type(item):
    assert f"got {type(item).__name__}" in refusal([item])


def test_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "gone.txt").startswith(
        f"{tmp_path}/gone.txt: no such file; a lone str is a path"
    )


@pytest.mark.parametrize(
    "text", ["the cat sat on the mat " * 100, "the cat\nsat", "the\0cat", "a/b\n" * 2000]
)
def test_text_given_for_a_path_is_told_so_in_one_short_line(text):
    message = refusal(text)
    assert message.endswith(": no such file; a lone str is a path, texts come as a list of str")
    assert len(message) < 250


def test_folder_without_files_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path) == f"{tmp_path}: the folder holds no files"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("what", ["text.txt", "closed"])
def test_unreadable_file_and_folder_are_refused(what, file, tmp_path):
    (tmp_path / "closed").mkdir()
    (tmp_path / what).chmod(0)
    try:
        assert refusal(tmp_path) == f"{tmp_path / what}: cannot be read (Permission denied)"
    finally:
        (tmp_path / what).chmod(0o700)


@pytest.mark.parametrize("call", ["open", "is_dir"])
def test_file_that_the_system_refuses_is_named(call, file, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, call, refuse)
    assert refusal(file) == f"{file}: cannot be read (Permission denied)"


def test_folder_that_the_system_refuses_is_named(tmp_path, monkeypatch):
    def walk(folder, onerror):
        onerror(PermissionError(13, "Permission denied", str(folder / "closed")))
        return iter(())

    monkeypatch.setattr(os, "walk", walk)
    assert refusal(tmp_path) == f"{tmp_path}/closed: cannot be read (Permission denied)"


def test_binary_file_is_refused_with_the_place(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 4)
    (tmp_path / "image").write_bytes(b"abcdefg\0h")
    assert refusal(tmp_path / "image").endswith("image: expected text, got a binary file (a zero byte at 7)")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04\0\0")
    assert refusal(tmp_path / "zip").endswith("zip: expected text, got a zip archive (a zero byte at 4)")


def test_text_with_a_zero_byte_is_refused():
    assert refusal(["fine", "abc\0d"]).endswith("a zero byte, at character 3")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused(encoding, tmp_path):
    (tmp_path / "text").write_bytes(TEXT.encode(encoding))
    assert "expected UTF-8, got UTF-16" in (m := refusal(tmp_path / "text")) or "expected text" in m


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd])
@pytest.mark.parametrize("harm", ["cut", "scrambled"])
def test_damaged_compressed_file_is_refused(pack, harm, tmp_path):
    packed = bytearray(pack("".join(map(str, range(5000))).encode()))
    if harm == "cut":
        del packed[len(packed) // 2 :]
    else:
        middle = len(packed) // 2
        packed[middle : middle + 64] = bytes(byte ^ 0x55 for byte in packed[middle : middle + 64])
    (tmp_path / "text").write_bytes(packed)
    assert f"{tmp_path}/text: cannot be read after byte 0 (" in refusal(tmp_path / "text")


def test_files_are_closed_when_reading_stops(tmp_path, file, recwarn):
    (tmp_path / "text.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "text.xz").write_bytes(lzma.compress(TEXT.encode()))
    gc.collect()  # files that other tests' errors hold
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(3):
        reading = documents(tmp_path)
        next(next(reading))
        read(tmp_path)
        reading.close()
    assert not before or len(list(Path("/proc/self/fd").iterdir())) == before
    assert not recwarn
