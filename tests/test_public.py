"""The public names, and what importing them costs."""

import logging
import subprocess
import sys
import types

import pytest

import omnivec
from omnivec import errors

HEAVY = ("numba", "torch", "sklearn", "matplotlib", "rich", "cyclopts", "scipy", "gensim")


def loaded_after(code: str, names: tuple[str, ...] = HEAVY) -> set[str]:
    """Which of the packages a fresh process has loaded after running `code`."""
    report = f"import sys\n{code}\nprint('loaded', *[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_all_is_exactly_the_public_surface():
    public = {
        name
        for name in dir(omnivec)
        if not name.startswith("_") and not isinstance(getattr(omnivec, name), types.ModuleType)
    }
    assert public == set(omnivec.__all__)
    assert omnivec.__all__ == sorted(omnivec.__all__)


def test_every_public_name_is_an_object_of_ours():
    for name in omnivec.__all__:
        value = getattr(omnivec, name)
        assert value.__name__ == name
        assert value.__module__.partition(".")[0] == "omnivec"


def test_every_error_is_public():
    tree = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert tree <= set(omnivec.__all__)


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        omnivec.nothing  # noqa: B018


def test_the_version_is_the_installed_one():
    from importlib.metadata import version

    assert omnivec.__version__ == version("omnivec")


def test_the_library_is_silent_until_asked():
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("omnivec").handlers)


def test_importing_loads_nothing_heavy():
    assert loaded_after("import omnivec", (*HEAVY, "numpy")) == set()


def test_vectors_and_load_need_numpy_only():
    assert loaded_after("from omnivec import Vectors, load") == set()


def test_a_learner_is_imported_without_its_engine():
    assert loaded_after("from omnivec import Word2Vec; Word2Vec(dim=16)") == set()


@pytest.mark.parametrize("words", [["--help"], ["neighbors", "--help"], ["nieghbors"]])
def test_help_loads_no_arrays(words):
    code = f"from omnivec.cli import main; main({words!r})"
    assert loaded_after(code, ("numba", "numpy", "scipy", "gensim")) == set()


def test_help_of_a_learner_loads_no_kernels():
    code = "from omnivec.cli import main; main(['train', 'word2vec', '--help'])"
    assert loaded_after(code, ("numba", "scipy", "gensim")) == set()


@pytest.mark.parametrize(
    "act",
    [
        lambda: omnivec.Word2Vec().fit(""),
        lambda: omnivec.load(""),
        lambda: omnivec.Vectors(["a"], [[1.0]]).save(""),
        lambda: omnivec.Vectors(["a"], [[1.0]]).save_word2vec_format(""),
    ],
)
def test_an_empty_path_is_not_the_folder_we_are_in(act, tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("a b " * 100)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.OmnivecError, match="^a path is needed, got an empty one$"):
        act()
