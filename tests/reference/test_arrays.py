"""One place knows NumPy from PyTorch; the rest of the textbook writes a layer once."""

import subprocess
import sys

import numpy as np
import pytest

import omnivec.reference
from omnivec.reference import arrays


def test_library_is_that_of_the_array():
    torch = pytest.importorskip("torch")
    assert arrays.module(np.zeros(1)) is np and arrays.module([1.0]) is np
    assert arrays.module(torch.zeros(1)) is torch and arrays.module(np.zeros(1), torch.zeros(1)) is torch


def test_textbook_never_imports_pytorch():
    code = (
        "import sys, numpy as np, omnivec.reference as r\n"
        "[getattr(r, name) for name in r.__all__]\n"
        "layer = r.Embedding(np.eye(3)); layer.forward([1, 1]); layer.backward()\n"
        "assert layer.grads[0][1].tolist() == [2, 2, 2]\n"
        "print([name for name in ('torch', 'numba', 'scipy', 'matplotlib', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_touching_no_name_imports_nothing():
    code = "import sys, omnivec.reference\nprint('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", omnivec.reference.__all__)
def test_every_public_name_is_found(name):
    assert getattr(omnivec.reference, name) is not None
    assert f"omnivec.reference.{name}" not in sys.modules  # a module of this name would take its place


def test_unknown_name_is_an_attribute_error():
    assert omnivec.reference.__all__ == sorted(omnivec.reference.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        omnivec.reference.nothing  # noqa: B018


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_values_of_a_row_that_stands_twice_are_all_added(library):
    xp = pytest.importorskip(library)
    table, rows = xp.zeros((4, 2)), xp.asarray([[2, 0], [2, 2]])
    arrays.add_at(table, rows, xp.ones((2, 2, 2)))
    assert table.tolist() == [[1, 1], [0, 0], [3, 3], [0, 0]]


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_what_is_made_belongs_to_the_same_library(library):
    xp = pytest.importorskip(library)
    like = xp.zeros((2, 3), dtype=xp.float32)
    for made in (arrays.zeros((5,), like), arrays.converted([1.5, 2], like), arrays.copied(like)):
        assert arrays.module(made) is xp and made.dtype == xp.float32
    ids = arrays.integers([[1, 2]], like)
    assert arrays.module(ids) is xp and tuple(ids.shape) == (1, 2)
    copy = arrays.copied(like)
    copy += 1
    assert not like.any()
    assert isinstance(arrays.to_cpu(like), np.ndarray)
    assert arrays.array(like) is like and arrays.converted(like, like) is like


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("kind", ["float32", "bool"])
def test_ids_that_are_no_integers_are_refused(library, kind):
    xp = pytest.importorskip(library)
    with pytest.raises(ValueError, match=f"ids are integers, not .*{kind}"):
        arrays.integers(xp.ones(2, dtype=getattr(xp, kind)), np.zeros(0))


def test_weights_without_a_generator_are_refused():
    with pytest.raises(ValueError, match=r"pass rng=numpy\.random\.default_rng"):
        arrays.random_normal(None, (2, 2), 0.01)
    made = arrays.random_normal(np.random.default_rng(1), (200, 50), 0.01)
    assert made.dtype == np.float32 and made.std() == pytest.approx(0.01, rel=0.05)


def test_move_to_a_gpu_says_what_is_missing():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        assert arrays.to_gpu(np.zeros(2)).is_cuda
    else:
        with pytest.raises(ValueError, match="on a machine with a GPU"):
            arrays.to_gpu(np.zeros(2))
