"""`index`, and `neighbors --approximate`."""

import json

import numpy as np
import pytest

from omnivec import Vectors, load


@pytest.fixture
def folder(tmp_path):
    """A model of two thousand words."""
    matrix = np.random.default_rng(1).normal(size=(2000, 16)).astype(np.float32)
    Vectors(map("w{}".format, range(2000)), matrix).save(tmp_path / "m.omnivec")
    return tmp_path / "m.omnivec"


@pytest.mark.parametrize(("kind", "option"), [("voyager", "ef"), ("faiss", "probes")])
def test_an_index_is_saved_and_asked(call, folder, kind, option):
    pytest.importorskip(kind)
    code, out, err = call("index", folder, "--kind", kind, f"--{option}", 500, "--json")
    report = json.loads(out)
    assert code == 0 and (report["kind"], report["rows"], report["dim"]) == (kind, 2000, 16)
    assert report["bytes"] == (folder / f"index.{kind}").stat().st_size
    assert f"neighbors {folder} WORD --approximate" in err
    exact = json.loads(call("neighbors", folder, "w7", "--json")[1])["w7"]
    found = json.loads(call("neighbors", folder, "w7", "--approximate", "--json")[1])["w7"]
    assert len(dict(exact).keys() & dict(found).keys()) >= 9
    assert call("analogy", folder, "w1", "w2", "w3", "--approximate")[0] == 0


def test_the_saved_index_is_what_is_asked(call, folder, monkeypatch):
    pytest.importorskip("voyager")
    from omnivec.index.exact import Exact

    call("index", folder)
    monkeypatch.setattr(Exact, "query", None)
    assert call("neighbors", folder, "w7", "--approximate")[0] == 0
    assert call("neighbors", folder, "w7")[0] == 1


def test_info_tells_of_the_index_and_verifies_it(call, folder):
    pytest.importorskip("voyager")
    assert json.loads(call("info", folder, "--json")[1])["index"] is None
    call("index", folder)
    assert json.loads(call("info", folder, "--json")[1])["index"] == "voyager"
    assert "\nIndex      voyager, " in call("info", folder)[1]
    assert call("info", folder, "--verify")[0] == 0
    file = folder / "index.voyager"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    code, out, err = call("info", folder, "--verify")
    assert (code, out) == (1, "") and "index.voyager: the checksum differs" in err


def test_convert_leaves_the_index_and_says_so(call, folder, tmp_path):
    pytest.importorskip("voyager")
    call("index", folder)
    err = call("convert", folder, tmp_path / "copy.omnivec")[2]
    assert (
        err.splitlines()[-1] == f"Left out   the index: omnivec index {tmp_path}/copy.omnivec builds it again"
    )
    assert load(tmp_path / "copy.omnivec").vectors.index_to_key[7] == "w7"


def test_what_cannot_be_indexed_is_one_line(call, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.vec").write_text("1 2\na 1 2\n")
    cases = {
        ("index", "gone"): (1, "gone: no such file or folder"),
        ("index", "x.vec"): (1, "x.vec: an index is saved in a model folder; omnivec convert makes one"),
        ("index", folder, "--kind", "annoy"): (2, "kind must be 'voyager' or 'faiss', got 'annoy'"),
        ("index", folder, "--kind", "faiss", "--ef", "9"): (2, "ef and kind faiss exclude each other: "),
        ("index", folder, "--ef", "0"): (2, "ef must lie between 1 and "),
        ("neighbors", folder, "w7", "--approximate"): (
            1,
            "no index is saved there; omnivec index builds one",
        ),
        ("neighbors", folder, "w7", "--approximate", "--limit", "9"): (2, "--approximate and --limit"),
        ("neighbors", "x.vec", "a", "--approximate"): (1, "x.vec: an index is saved in a model folder; "),
    }
    for words, (code, message) in cases.items():
        got, out, err = call(*words)
        assert (got, out) == (code, "") and message in err and len(err.splitlines()) == 1, err
        assert err.startswith("omnivec: ")


def test_a_missing_library_is_named_with_its_command(call, folder, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "voyager", None)
    code, _, err = call("index", folder)
    assert code == 1 and err.endswith("pip install 'omnivec[ann]'\n") and not (folder / "index.json").exists()
