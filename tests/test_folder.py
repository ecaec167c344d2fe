"""A model folder is whole or not there: written, replaced, killed in between, damaged, refused."""

import contextlib
import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from omnivec.errors import FormatError, OutputError
from omnivec.store import replace
from omnivec.store.folder import VERSION, check_output, opened_folder, remove_folder, write_folder
from omnivec.store.replace import replacing


def read_folder(path):
    with opened_folder(path) as found:
        return SimpleNamespace(path=found.path, config=found.config, tables=found.arrays.map())


def model(number, rows=4):
    return (
        {"learner": None, "number": number},
        {"vectors": np.full((rows, 16), number, np.float32)},
        f"# {number}\n",
    )


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def number_of(path):
    """The model's number, the same in all three files."""
    found = read_folder(path)
    assert (found.tables["vectors"] == found.config["number"]).all()
    assert (path / "README.md").read_text() == f"# {found.config['number']}\n"
    return found.config["number"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "wiki.omnivec"


@pytest.fixture(params=["exchange", "two steps"])
def swap(request, monkeypatch):
    if request.param == "two steps":
        monkeypatch.setattr(replace, "_exchange", lambda new, target: False)
    return request.param


def test_what_was_written_is_read(path):
    config = {"options": {"dim": 5, "source": "한국어\udcff"}, "version": 7, "list": [1.5, None, True]}
    write_folder(path, config, {"vectors": np.ones((2, 16), np.float32)}, "# card 한\n")
    found = read_folder(str(path))
    assert found.path == path and found.config.pop("checksums")["vectors"]
    assert found.config == {**config, "format": "omnivec", "version": VERSION}
    assert list(found.config)[:2] == ["format", "version"]
    assert found.tables["vectors"].tolist() == np.ones((2, 16)).tolist()
    assert (path / "README.md").read_text(encoding="utf-8") == "# card 한\n"
    assert names(path) == ["README.md", "config.json", "model.safetensors"]
    assert names(path.parent) == [path.name]


def test_the_folder_can_be_read_by_whom_the_umask_allows(path):
    before = os.umask(0o022)
    try:
        write_folder(path, *model(1))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o755


def test_a_model_is_replaced_and_its_readers_keep_the_old_content(path, swap):
    write_folder(path, *model(1))
    before = read_folder(path).tables["vectors"]
    write_folder(path, *model(2), overwrite=True)
    assert number_of(path) == 2 and (before == 1).all()
    assert names(path.parent) == [path.name]


def test_a_model_can_be_saved_over_itself(path):
    write_folder(path, *model(1))
    found = read_folder(path)
    write_folder(path, found.config, found.tables, "# 1\n", overwrite=True)
    assert number_of(path) == 1


def test_an_index_goes_with_its_model(path, swap):
    write_folder(path, *model(1))
    for name in ("index.voyager", "index.json", ".index.voyager.new-0badcafe-12345678"):
        (path / name).write_text("of model 1")  # the last is of a writer that was killed
    assert number_of(path) == 1
    write_folder(path, *model(2), overwrite=True)
    assert number_of(path) == 2 and names(path) == ["README.md", "config.json", "model.safetensors"]
    assert names(path.parent) == [path.name]


def test_an_empty_folder_is_filled(path):
    path.mkdir()
    write_folder(path, *model(1), overwrite=True)
    assert number_of(path) == 1


def test_a_link_to_a_model_keeps_leading_to_it(path, tmp_path):
    write_folder(path, *model(1))
    (tmp_path / "link").symlink_to(path)
    write_folder(tmp_path / "link", *model(2), overwrite=True)
    assert (tmp_path / "link").is_symlink() and number_of(path) == 2


def listing(folder):
    return sorted((str(path), path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*"))


def test_an_existing_output_is_refused(path):
    write_folder(path, *model(1))
    for refused in (check_output, lambda path, overwrite: write_folder(path, *model(2), overwrite=overwrite)):
        with pytest.raises(OutputError, match="exists; choose another name"):
            refused(path, overwrite=False)
    assert number_of(path) == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("thesis"), "is a file"),
        (lambda path: path.mkdir() or (path / "thesis.txt").write_text("x"), "not an omnivec model folder"),
        (lambda path: path.mkdir() or (path / "config.json").write_text('{"format": "x"}'), "not an omnivec"),
        (lambda path: path.mkdir() or (path / "config.json").write_text("{" * 9), "not an omnivec"),
        (
            lambda path: write_folder(path, *model(1)) or (path / "thesis.txt").write_text("x"),
            "holds 'thes",
        ),
        (lambda path: write_folder(path, *model(1)) or (path / ".git").mkdir(), "also holds '.git'"),
    ],
)
def test_what_is_not_a_model_is_never_overwritten(path, make, says):
    make(path)
    before = listing(path.parent)
    for refused in (check_output, lambda path, overwrite: write_folder(path, *model(2), overwrite=overwrite)):
        with pytest.raises(OutputError, match=says):
            refused(path, overwrite=True)
    assert listing(path.parent) == before


def test_a_missing_parent_is_refused(path):
    with pytest.raises(OutputError, match="there is no folder"):
        check_output(path / "a", overwrite=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_parent_that_cannot_be_written_is_refused(path):
    path.mkdir(mode=0o555)
    with pytest.raises(OutputError, match="cannot be written"):
        check_output(path / "a", overwrite=False)


def test_a_disk_too_small_is_refused_before_the_first_byte(path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 100))
    with pytest.raises(OutputError, match=r"needs .* on the disk, 100 bytes free"):
        write_folder(path, *model(1))
    assert names(path.parent) == []


@pytest.mark.parametrize("calls", range(8))
def test_a_disk_that_fills_up_leaves_the_old_model_and_nothing_else(path, monkeypatch, calls):
    write_folder(path, *model(1))
    left, real = [calls], os.fsync

    def fsync(descriptor):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    try:
        write_folder(path, *model(2), overwrite=True)
    except OutputError as error:
        assert "disk is full" in str(error)
        assert number_of(path) == 1
    else:
        assert calls >= 3  # three files; flushing folders may fail
        assert number_of(path) == 2
    assert names(path.parent) == [path.name]


def test_a_write_cut_by_the_system_leaves_the_old_model(path):
    write_folder(path, *model(1))
    code = f"""
import resource, signal, sys
from pathlib import Path
import numpy as np
from omnivec.errors import OutputError
from omnivec.store.folder import write_folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    write_folder({str(path)!r}, {{}}, {{"vectors": np.zeros((1 << 16, 16), np.float32)}}, "", overwrite=True)
except OutputError as error:
    sys.exit(str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    assert number_of(path) == 1 and names(path.parent) == [path.name]


def test_an_interrupted_write_leaves_the_old_model(path, monkeypatch):
    write_folder(path, *model(1))

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(replace, "swap", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_folder(path, *model(2), overwrite=True)
    assert number_of(path) == 1 and names(path.parent) == [path.name]


def test_a_second_step_that_fails_puts_the_old_model_back(path, monkeypatch):
    write_folder(path, *model(1))
    write_folder(path.with_name("new"), *model(2))
    real = type(path).rename

    def rename(source, target):
        if source.name == "new":
            raise OSError(errno.EIO, "no")
        return real(source, target)

    monkeypatch.setattr(type(path), "rename", rename)
    with pytest.raises(OSError, match="no"):
        replace._two_steps(path.with_name("new"), path)
    assert number_of(path) == 1


KILLER = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
from omnivec.store import folder as module, replace
def read_folder(path):
    with module.opened_folder(path) as found:
        found.verify()
        return SimpleNamespace(config=found.config, tables=found.arrays.map())
path, steps = Path(sys.argv[1]), 0
if sys.argv[2] == "two steps":
    replace._exchange = lambda new, target: False
model = lambda n: ({"number": n}, {"vectors": np.full((4, 16), n, np.float32)}, f"# {n}\\n")
if sys.argv[3] == "replace":
    module.write_folder(path, *model(1))
    (path / "index.json").write_text("1")
while True:
    child = os.fork()
    if child == 0:
        left = steps
        def hook(event, arguments):
            global left
            if event.split(".")[0] in ("open", "os", "shutil", "ctypes"):
                left -= 1
                if left < 0:
                    os._exit(9)
        sys.addaudithook(hook)
        module.write_folder(path, *model(2), overwrite=True)
        os._exit(0)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    for left in path.parent.glob(".*.new-*"):  # swept away it would lengthen the next walk
        replace.remove(left)
    state = "absent"
    try:
        found = read_folder(path)
        assert (found.tables["vectors"] == found.config["number"]).all()
        state = str(found.config["number"])
        assert (path / "index.json").exists() == (state == "1")
    except module.FormatError as error:
        assert not path.exists(), error
        if sys.argv[3] == "replace":
            kept = module._old(path)[0]
            assert str(kept) in str(error)
            found = read_folder(kept)
            assert found.config["number"] == 1 and (found.tables["vectors"] == 1).all()
            kept.rename(path)
            state = "kept"
    print(state)
    if not killed:
        break
    if state == "2":
        import shutil
        shutil.rmtree(path)
        if sys.argv[3] == "replace":
            module.write_folder(path, *model(1))
            (path / "index.json").write_text("1")
    steps += 1
"""


@pytest.mark.parametrize("how", ["exchange", "two steps"])
@pytest.mark.parametrize("what", ["create", "replace"])
def test_a_writer_killed_between_any_two_steps_leaves_a_whole_model(path, how, what):
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(path), how, what], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    states = done.stdout.split()
    assert len(states) > 7 and states[0] == {"create": "absent", "replace": "1"}[what] and states[-1] == "2"
    # Once the new model is there, every later kill leaves it there; "kept" is the gap of a swap in two steps.
    order = [{"absent": 0, "1": 0, "kept": 1, "2": 2}[state] for state in states]
    assert order == sorted(order)
    assert ("kept" in states) == (how == "two steps" and what == "replace")


def leftover(path, age):
    """What a writer leaves that is killed before the swap, as it looks after `age` seconds."""
    left = path.with_name(f"{replace._leftover(path)}12345678")
    left.mkdir()
    (left / "model.safetensors").write_bytes(b"x" * 100)
    os.utime(left, (time.time() - age, time.time() - age))
    return left


@pytest.mark.skipif(sys.platform != "linux", reason="names of descriptors are Linux's")
def test_files_and_folder_are_on_the_disk_before_the_name_is_and_the_name_before_the_end(path, monkeypatch):
    """A power cut must never find the name pointing at what was not yet written."""
    write_folder(path, *model(1))
    steps, sync, swap = [], os.fsync, replace.swap

    def synced(descriptor):
        steps.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    def swapped(new, target):
        steps.append("swap")
        swap(new, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(replace, "swap", swapped)
    write_folder(path, *model(2), overwrite=True)
    at = steps.index("swap")
    files = {name.rsplit("/", 1)[1] for name in steps[: at - 1]}
    assert files == {"config.json", "model.safetensors", "README.md"}
    assert steps[at - 1].rsplit("/", 1)[1].startswith(f".{path.name}.new-")
    assert steps[at + 1 :] == [str(path.parent)]


def test_what_a_killed_writer_left_is_swept_away_by_the_next(path):
    leftover(path, 100)
    write_folder(path, *model(1))
    assert names(path.parent) == [path.name]


@pytest.mark.parametrize("why", ["in use", "young", "of another host", "of another model"])
def test_what_may_be_in_use_is_left_alone(path, why):
    left = leftover(path, 0 if why == "young" else 100)
    if why == "of another host":
        left = left.rename(path.with_name(f".{path.name}.new-00000000-1"))
    if why == "of another model":
        left = left.rename(path.with_name(".x" + left.name[1:]))
    with replace.locked(left) if why == "in use" else contextlib.nullcontext():
        write_folder(path, *model(1))
    assert names(path.parent) == sorted([path.name, left.name])


def test_a_writer_holds_the_lock_of_what_it_writes(path, monkeypatch):
    seen, real = [], replace.swap

    def swap(new, target):
        os.utime(new, (0, 0))
        seen.append(replace._is_abandoned(new))
        real(new, target)

    monkeypatch.setattr(replace, "swap", swap)
    write_folder(path, *model(1))
    assert seen == [False]


def test_a_model_is_removed_as_a_whole_and_nothing_else(path):
    write_folder(path, *model(1))
    remove_folder(path)
    remove_folder(path)  # there is none
    assert names(path.parent) == []
    path.mkdir()
    (path / "thesis.txt").write_text("x")
    with pytest.raises(OutputError, match="not an omnivec model folder"):
        remove_folder(path)
    assert (path / "thesis.txt").exists()


def test_readers_never_meet_half_a_model_while_it_is_replaced(path, swap):
    write_folder(path, *model(0, 2))
    stop, seen, wrong = threading.Event(), set(), []

    def read():
        while not stop.is_set():
            try:
                found = read_folder(path)
                seen.add(found.config["number"])
                if not (found.tables["vectors"] == found.config["number"]).all():
                    wrong.append(found.config)
            except Exception as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    number = 0
    while not wrong and len(seen) < 20:
        number += 1
        write_folder(path, *model(number, 2), overwrite=True)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_a_missing_model_is_named(path):
    with pytest.raises(FormatError, match="no such file or folder"):
        read_folder(path)


def test_a_file_is_not_a_model_folder(path):
    path.write_text("x")
    with pytest.raises(FormatError, match="is a file"):
        read_folder(path)


def test_a_folder_without_our_files_is_not_a_model(path):
    path.mkdir()
    with pytest.raises(FormatError, match=r"not a model folder: config\.json is missing"):
        read_folder(path)
    write_folder(path, *model(1), overwrite=True)
    (path / "model.safetensors").unlink()
    with pytest.raises(FormatError, match=r"model\.safetensors is missing"):
        read_folder(path)


def test_a_newer_version_is_named_by_number(path):
    write_folder(path, *model(1))
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {"version": VERSION + 1}))
    with pytest.raises(FormatError, match=f"format version {VERSION + 1}, newer than {VERSION}"):
        read_folder(path)
    check_output(path, overwrite=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "damaged, not JSON"),
        (b'{"format": "omnivec",', "line 1 column"),
        (b"\xff", "damaged, not JSON"),
        (b"[" * 100_000, "damaged, not JSON"),
        (b"[]", "not an omnivec model"),
        (b'{"format": "other", "version": 1}', "not an omnivec model"),
        (b'{"format": "omnivec", "version": "1"}', "\"version\" is '1'"),
        (b'{"format": "omnivec", "version": true}', '"version" is True'),
        (b'{"format": "omnivec"}', '"version" is None'),
    ],
)
def test_a_damaged_config_is_refused_by_name(path, text, says):
    write_folder(path, *model(1))
    (path / "config.json").write_bytes(text)
    with pytest.raises(FormatError, match=says) as caught:
        read_folder(path)
    assert "config.json" in str(caught.value)


def test_truncated_tables_are_refused_with_the_byte(path):
    write_folder(path, *model(1))
    os.truncate(path / "model.safetensors", 300)
    with pytest.raises(FormatError, match=r"model\.safetensors: byte 300: 300 bytes, .* truncated"):
        read_folder(path)


def test_a_fifo_or_a_folder_in_place_of_a_file_is_refused(path):
    write_folder(path, *model(1))
    for make in (os.mkfifo, os.mkdir):
        shutil.move(path / "model.safetensors", path.parent / "kept")
        make(path / "model.safetensors")
        with pytest.raises(FormatError, match="is not a plain file|directory"):
            read_folder(path)
        (os.rmdir if make is os.mkdir else os.unlink)(path / "model.safetensors")
        shutil.move(path.parent / "kept", path / "model.safetensors")
    assert number_of(path) == 1


def test_files_behind_links_are_followed(path):
    write_folder(path, *model(1))  # caches of models keep blobs apart and link to them
    shutil.move(path / "model.safetensors", path.parent / "blob")
    (path / "model.safetensors").symlink_to(path.parent / "blob")
    assert number_of(path) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_opening_reads_no_table(tmp_path, path):
    write_folder(path, {"number": 0}, {"vectors": np.zeros((1 << 16, 64), np.float32)}, "# 0\n")
    code = f"""
import re
from omnivec.store.folder import opened_folder
with opened_folder({str(path)!r}) as found:
    tables = found.arrays.map()
text = open("/proc/self/smaps").read()
print(re.search(r"model.safetensors\\n(?:.*\\n)*?Rss: *(\\d+) kB", text)[1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1000  # kB, of 16 MB


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "vectors.txt"
    with replacing(path, overwrite=False) as file:
        file.write(b"one")
    with pytest.raises(OutputError, match="exists"), replacing(path, overwrite=False):
        pytest.fail("entered")
    with pytest.raises(ZeroDivisionError), replacing(path, overwrite=True) as file:
        file.write(b"half")
        1 / 0  # noqa: B018
    assert path.read_bytes() == b"one" and names(tmp_path) == ["vectors.txt"]
    with replacing(path, overwrite=True) as file:
        file.write(b"two")
    assert path.read_bytes() == b"two"
    with pytest.raises(OutputError, match="not a plain file"), replacing(tmp_path, overwrite=True):
        pytest.fail("entered")
    with pytest.raises(OutputError, match="there is no folder"), replacing(path / "x", overwrite=True):
        pytest.fail("entered")
