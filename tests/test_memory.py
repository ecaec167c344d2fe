"""Limits are read from the control groups, the process and the machine; a refusal names both numbers."""

import ctypes
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from large import large_model

from omnivec import load
from omnivec.errors import NotEnoughMemory
from omnivec.store import memory

GB = 1_000_000_000


NOT_LIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def system(tmp_path, monkeypatch):
    """An empty machine: files are put where the kernel would show them."""
    monkeypatch.setattr(memory, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(resource, "getrlimit", lambda _: NOT_LIMITED)

    def put(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(text))

    put(proc__meminfo="MemTotal: 99 kB\nMemAvailable:   20000000 kB\n")
    return put


@pytest.mark.parametrize(
    ("size", "words"),
    [
        *[(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (5_500_000_000, "5.5 GB")],
        *[(63_000_000, "63 MB"), (9_940, "9.9 kB"), (9_960, "10 kB"), (999_600, "1.0 MB"), (7e15, "7000 TB")],
    ],
)
def test_bytes_are_written_as_people_do(size, words):
    assert memory.human(size) == words


def test_the_machine_limits_when_nothing_else_does(system):
    assert memory.available() == (20_000_000 * 1024, "machine")


def test_a_container_of_version_two_limits(system):
    system(proc__self__cgroup="0::/batch/job\n")
    system(cgroup__batch__job__memory_dot_max=4 * GB, cgroup__batch__job__memory_dot_current=3 * GB)
    assert memory.available() == (GB, "container")
    system(cgroup__batch__job__memory_dot_stat=f"anon 5\ninactive_file {GB}\nactive_file {GB}\n")
    assert memory.available() == (3 * GB, "container")
    system(cgroup__batch__memory_dot_max=2 * GB, cgroup__batch__memory_dot_current=GB)
    assert memory.available() == (GB, "container")


def test_a_container_without_a_limit_does_not_count(system):
    system(proc__self__cgroup="0::/\n", cgroup__memory_dot_max="max", cgroup__memory_dot_current=5)
    assert memory.available()[1] == "machine"


def test_a_container_of_version_one_limits(system):
    system(proc__self__cgroup="9:name=systemd:/\n4:cpu,memory:/docker/ab\n0::/\n")
    # Inside the container the host's path is not there, the root of the mount is the group.
    system(
        cgroup__memory__memory_dot_limit_in_bytes=4 * GB,
        cgroup__memory__memory_dot_usage_in_bytes=2 * GB,
        cgroup__memory__memory_dot_stat=f"inactive_file 7\ntotal_inactive_file {GB}\n",
    )
    assert memory.available() == (3 * GB, "container")


def test_a_container_that_is_over_its_limit_has_nothing(system):
    system(proc__self__cgroup="0::/\n", cgroup__memory_dot_max=5, cgroup__memory_dot_current=9)
    assert memory.available() == (0, "container")


def test_a_group_that_is_slowed_down_is_at_its_limit(system):
    system(proc__self__cgroup="0::/\n", cgroup__memory_dot_current=0, cgroup__memory_dot_max=4 * GB)
    system(cgroup__memory_dot_high=3 * GB)
    assert memory.available() == (3 * GB, "container")
    system(cgroup__memory_dot_max="max")
    assert memory.available() == (3 * GB, "container")
    system(cgroup__memory_dot_max=2 * GB)
    assert memory.available() == (2 * GB, "container")


@pytest.mark.parametrize(
    ("number", "name", "used"),
    [(resource.RLIMIT_AS, "ulimit -v", 1000), (resource.RLIMIT_DATA, "ulimit -d", 30)],
)
def test_a_limit_of_the_process_counts_what_is_used_under_it(system, monkeypatch, number, name, used):
    limits = {number: (3 * GB, 4 * GB)}
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits.get(which, NOT_LIMITED))
    assert memory.available() == (3 * GB, name)
    system(proc__self__statm="1000 5 5 5 0 30 0\n")
    assert memory.available() == (3 * GB - used * resource.getpagesize(), name)


def test_a_machine_that_promises_only_what_it_has_limits(system):
    system(proc__meminfo="MemAvailable: 20000000 kB\nCommitLimit: 9000000 kB\nCommitted_AS: 4000000 kB\n")
    assert memory.available()[0] == 20_000_000 * 1024
    system(proc__sys__vm__overcommit_memory="2\n")
    assert memory.available() == (5_000_000 * 1024, "machine")
    system(proc__sys__vm__overcommit_memory="0\n")
    assert memory.available()[0] == 20_000_000 * 1024


def test_a_need_that_fits_passes(system):
    memory.require({"tables": GB, "tokens": GB}, "none")


def test_a_need_that_does_not_fit_names_both_numbers_and_the_remedies(system):
    system(proc__self__cgroup="0::/\n", cgroup__memory_dot_max=4 * GB, cgroup__memory_dot_current=0)
    with pytest.raises(MemoryError) as caught:
        memory.require({"tables": 5_500_000_000}, "map it, or limit=700000")
    error = caught.value
    assert isinstance(error, NotEnoughMemory) and (error.need, error.have) == (5_500_000_000, 4 * GB)
    assert str(error) == "needs 5.5 GB, 4.0 GB allowed by the container; map it, or limit=700000"
    with pytest.raises(NotEnoughMemory, match=r"needs 5\.0 GB \(tables 3\.0 GB, tokens 2\.0 GB\), 4\.0 GB"):
        memory.require({"tables": 3 * GB, "tokens": 2 * GB}, "x")


def test_the_machine_s_memory_is_called_free(system):
    with pytest.raises(NotEnoughMemory, match=r"needs 30 GB, 20 GB free; x"):
        memory.require({"tables": 30 * GB}, "x")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what is used under RLIMIT_AS")
def test_a_real_limit_is_seen():
    code = "from omnivec.store.memory import available; print(*available())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * GB, 2 * GB)),
        capture_output=True,
        text=True,
        check=True,
    )
    size, limit = done.stdout.split(maxsplit=1)
    assert limit.strip() == "ulimit -v" and 0 < int(size) < 2 * GB


def test_this_machine_has_memory():
    size, limit = memory.available()
    assert size > 0 and limit in ("container", "ulimit -v", "machine")


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library gives memory back itself"
)
def test_released_memory_goes_back_to_the_system():
    blocks = [bytearray(20_000) for _ in range(5_000)]
    del blocks[:-1]  # the last one lies on top and keeps the heap from shrinking
    before = resident()
    memory.release()
    assert resident() < before - 50_000_000
    assert len(blocks) == 1


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# Real limits: whole processes, under a control group or ulimit of their own.

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux counts what is used under such a limit"
)


@pytest.fixture
def container():
    """Makes a control group with a limit in bytes; returns what a child must call to be in it."""
    made = []

    def limited(size):
        for line in memory._text(Path("/proc/self/cgroup")).splitlines():
            _, controllers, path = line.split(":", 2)
            version_one = "memory" in controllers.split(",")
            if version_one or not controllers:
                root = Path("/sys/fs/cgroup") / ("memory" if version_one else "")
                own = root / path.lstrip("/")
                group = (own if own.is_dir() else root) / f"omnivec-test-{os.getpid()}-{len(made)}"
                try:
                    group.mkdir()
                    made.append(group)
                    limit = "memory.limit_in_bytes" if version_one else "memory.max"
                    (group / limit).write_text(str(size))
                    return lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
                except OSError as error:
                    reason = str(error)
        pytest.skip(f"no control group can be made here: {reason}")

    yield limited
    for group in made:
        group.rmdir()


def ulimit(number, size):
    return lambda: resource.setrlimit(number, (size, size))


def python(code, before, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        preexec_fn=before, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def omnivec(before, *arguments):
    """The exit code of the command line, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "omnivec", *map(str, arguments)],
        preexec_fn=before, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def medium(tmp_path_factory):
    """410 MB of vectors."""
    path = tmp_path_factory.mktemp("medium") / "model"
    large_model(path, 25_000, 4096)
    return path


def flags(**options):
    return [part for name, value in options.items() for part in (f"--{name}", str(value))]


def opens_mapped_and_converts_by_what_is_told(before, model, folder, **asked):
    """Asking a mapped model works; a load that is too large is refused, and what the refusal tells works."""
    code, out, _ = omnivec(before, "neighbors", model, "w0")
    assert code == 0 and len(out.splitlines()) == 10
    code, out, errors = omnivec(before, "convert", model, folder / "no", *flags(**asked))
    assert code == 3 and not out and len(errors.splitlines()) == 1 and not (folder / "no").exists()
    assert "allowed by the container; map it" in errors
    limit = re.search(r"--limit (\d+)", errors)[1]
    assert omnivec(before, "convert", model, folder / "cut", *flags(**asked | {"limit": limit}))[0] == 0
    dtype = re.search("int8", errors)[0]
    assert omnivec(before, "convert", model, folder / "int8", *flags(dtype=dtype))[0] == 0


@linux
def test_in_a_container_mapping_opens_loading_is_refused_and_the_remedies_work(container, medium, tmp_path):
    opens_mapped_and_converts_by_what_is_told(container(256_000_000), medium, tmp_path, dtype="float16")


REFUSED = """
import resource, sys
from omnivec import NotEnoughMemory, load
load(sys.argv[1], limit=5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    load(sys.argv[1], mapped=False)
except NotEnoughMemory as error:
    print(error.need, error.have, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""


def refused(before, path):
    need, have, kilobytes, told = python(REFUSED, before, path).split(maxsplit=3)
    assert int(kilobytes) < 5_000
    return int(need), int(have), told


@linux
def test_a_refused_load_has_taken_no_memory(container, medium):
    need, have, told = refused(container(256_000_000), medium)
    assert 410_000_000 < need < 450_000_000 and 100_000_000 < have < 256_000_000
    assert "allowed by the container; map it, set limit=" in told


@linux
def test_under_ulimit_d_loading_is_refused_and_mapping_opens(medium):
    before = ulimit(resource.RLIMIT_DATA, 300_000_000)
    assert "allowed by ulimit -d; map it, set limit=" in refused(before, medium)[2]
    assert omnivec(before, "neighbors", medium, "w0")[0] == 0


PEAK = """
import re, sys
from omnivec.cli.app import main
main(["neighbors", sys.argv[1], "w0", "--limit", "5"])
print(re.search(r"VmPeak:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
"""


def address_space_of_the_program(path):
    return 1024 * int(python(PEAK, None, path).split()[-1])


@linux
def test_under_ulimit_v_mapping_is_refused_too_and_the_remedies_work(medium):
    before = ulimit(resource.RLIMIT_AS, address_space_of_the_program(medium) + 250_000_000)
    code, out, errors = omnivec(before, "neighbors", medium, "w0")
    assert code == 3 and not out and len(errors.splitlines()) == 1
    assert "needs 411 MB" in errors and "allowed by ulimit -v" in errors and "map it" not in errors
    for remedy in (["--limit", re.search(r"--limit (\d+)", errors)[1]], ["--dtype", "int8"]):
        assert remedy[1] in errors
        code, out, _ = omnivec(before, "neighbors", medium, "w0", *remedy)
        assert code == 0 and len(out.splitlines()) == 10


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    """610 MB of Sent2Vec, most of it n-grams, and holes on the disk."""
    path = tmp_path_factory.mktemp("sentences") / "model"
    assert large_model(path, 2_000, 1024, output=True, buckets=145_000) > 610_000_000
    return path


def embedded(before, model, texts, out):
    """The vectors of texts from stdin."""
    done = subprocess.run(
        [sys.executable, "-m", "omnivec", "embed", str(model), "-", "-o", str(out)],
        input=texts, preexec_fn=before, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.load(out, mmap_mode="r")


@linux
@pytest.mark.parametrize("times", [1, 100], ids=["few", "many"])
def test_sentences_of_a_model_that_is_larger_than_the_container(container, sentences, tmp_path, times):
    """In NumPy and by the kernels; of all rows those that are met are read."""
    texts = "w1 w2\n\nw3\nunheard\n" * times
    found = embedded(container(400_000_000), sentences, texts, tmp_path / "out.npy")
    assert len(found) == 4 * times and not found[1::2].any()
    rows = load(sentences).inputs.take(np.array([1, 2, 3]))
    # The bigram is a row of zeros.
    np.testing.assert_allclose(found[::4], np.tile((rows[0] + rows[1]) / 3, (times, 1)), atol=1e-6)
    np.testing.assert_allclose(found[2::4], np.tile(rows[2], (times, 1)), atol=1e-6)


@pytest.mark.slow
@linux
def test_sentences_whose_vectors_are_larger_than_the_container(container, sentences, tmp_path):
    """620 MB of vectors of a text from a pipe: what is held does not grow with it."""
    found = embedded(container(400_000_000), sentences, "w1 w2\nw3\n" * 75_000, tmp_path / "out.npy")
    assert found.shape == (150_000, 1024)
    np.testing.assert_array_equal(found[-2:], found[:2])
    assert [path.name for path in tmp_path.iterdir()] == ["out.npy"]


@pytest.mark.slow
@linux
def test_a_model_of_5_gb_where_there_are_4(container, tmp_path):
    tables = large_model(tmp_path / "model", 340_000, 4096)
    assert tables > 5_500_000_000
    inside = container(4_000_000_000)
    need, have, told = refused(inside, tmp_path / "model")
    assert tables < need < 1.03 * tables and have < 4_000_000_000
    assert "needs 5.6 GB (vectors 5.6 GB" in told
    # All of it, as it is stored, would be mapped; the first rows are loaded.
    opens_mapped_and_converts_by_what_is_told(inside, tmp_path / "model", tmp_path, limit=339_999)
    code, out, errors = omnivec(
        ulimit(resource.RLIMIT_AS, 4_000_000_000), "neighbors", tmp_path / "model", "w0"
    )
    assert code == 3 and not out and len(errors.splitlines()) == 1
    assert "needs 5.6 GB" in errors and re.search(
        r"; --limit \d+0+ or --dtype float16 or int8$", errors.strip()
    )
