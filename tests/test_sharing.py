"""Many processes, one copy: what each has of its own, and what it sees when the model is replaced."""

import itertools
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from large import large_model

from omnivec import Vectors, load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/*/smaps_rollup")

WORKER = """
import sys
from omnivec import load
vectors = load(sys.argv[1]).vectors
assert vectors.mapped and len(vectors.most_similar("w0")) == 10
print("ready", flush=True)
sys.stdin.readline()
"""


def sizes(process="self"):
    """Bytes by name, of all mappings of a process together."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return {name: int(size) * 1024 for name, size in re.findall(r"(\w+): +(\d+) kB", text)}


def proportional(path, processes):
    """Pss of each of so many processes that have read all of a model's vectors; each page counts once."""
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WORKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for _ in range(processes)
        ]
        assert all(worker.stdout.readline() == b"ready\n" for worker in workers)
        return [sizes(worker.pid)["Pss"] for worker in workers]


def eight_share_one_copy(folder, rows, dim):
    large_model(folder / "small", 32, dim)
    size = large_model(folder / "model", rows, dim)
    (interpreter,) = proportional(folder / "small", 1)
    shared = proportional(folder / "model", 8)
    assert sum(shared) <= 1.15 * size + 8 * interpreter
    assert sum(shared) >= size  # they have read it


def test_eight_processes_share_one_copy(tmp_path):
    eight_share_one_copy(tmp_path, 250_000, 64)


@pytest.mark.slow
def test_eight_processes_share_one_copy_of_a_gigabyte(tmp_path):
    eight_share_one_copy(tmp_path, 820_000, 300)


ASKING = """
import re, sys
from omnivec import load
def own():
    text = open("/proc/self/smaps_rollup").read()
    return int(re.search(r"Private_Dirty: +(\\d+) kB", text)[1]) * 1024
load(sys.argv[2]).vectors.most_similar("w0")  # what asking imports is not what a model takes
before = own()
model = load(sys.argv[1])
vectors, rows = model.vectors, len(model.keys)
print(own() - before)
words = [vectors.index_to_key[row] for row in range(0, rows, rows // 300)]
vectors[words], vectors.get_vector("w5", norm=True), vectors.prefix("w12"), vectors.similarity("w0", "w1")
vectors.most_similar("w0"), vectors.analogy("w0", "w1", "w2"), vectors.doesnt_match(["w0", "w1", "w2"])
print(own() - before)
vectors.neighbors(words)
print(own() - before)
"""


def own_memory(folder, rows, dim):
    """Private_Dirty after opening, after single questions, and after 300 at once."""
    large_model(folder / "small", 32, dim)
    large_model(folder / "model", rows, dim)
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(folder / "model"), str(folder / "small")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [int(line) for line in done.stdout.split()]


def test_a_process_that_asks_has_little_of_its_own(tmp_path):
    opened, asked, many = own_memory(tmp_path, 60_000, 1000)  # 242 MB
    assert opened < 1_000_000 and asked < 20_000_000 and many < 60_000_000


@pytest.mark.slow
def test_a_process_that_asks_two_million_rows_has_little_of_its_own(tmp_path):
    opened, asked, many = own_memory(tmp_path, 2_000_000, 300)
    assert opened < 1_000_000 and asked < 60_000_000 and many < 60_000_000


def test_nothing_that_is_mapped_can_be_written(tmp_path):
    Vectors(["a", "b"], np.eye(2, dtype=np.float32), counts=np.array([2, 1])).save(tmp_path / "m")
    model = load(tmp_path / "m")
    vectors = model.vectors
    arrays = [*model.tables.values(), *model.keys.tables().values(), vectors.vectors, vectors.get_vector("a")]
    for array in [*arrays, vectors["a"], vectors.keys.counts, vectors.table.span(0, 1)]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


READER = """
import sys
from omnivec import load
path, seen, opened = sys.argv[1], set(), 0
while len(seen) < 9 or opened < 99:
    model = load(path)
    number, opened = len(model.keys), opened + 1
    assert model.vectors.vectors.shape == (number, 16) and (model.vectors.vectors == number).all()
    assert list(model.keys) == [f"w{row}" for row in range(number)]
    seen.add(number)
"""


def test_processes_that_read_a_model_while_it_is_replaced_see_the_one_or_the_other(tmp_path):
    def replace(number):
        words = [f"w{row}" for row in range(number)]
        Vectors(words, np.full((number, 16), number, np.float32)).save(tmp_path / "m", overwrite=True)

    replace(1)
    mapped = load(tmp_path / "m")
    command = [sys.executable, "-c", READER, str(tmp_path / "m")]
    readers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    numbers = itertools.cycle(range(2, 20))
    while any(reader.poll() is None for reader in readers):
        replace(next(numbers))
    for reader in readers:
        _, errors = reader.communicate()
        assert reader.returncode == 0, errors
    assert len(mapped.keys) == 1 and (mapped.vectors.vectors == 1).all()
