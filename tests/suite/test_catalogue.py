"""Named data sets: found where they are, refused with other bytes, nothing downloaded."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from omnivec.data import catalogue as sets
from omnivec.data.catalogue import DataFile, DataSet, catalogue, data_folder, data_set
from omnivec.errors import FormatError, InputError, OptionError

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")
CONTENT = b"king\tqueen\t9\nking\tman\t3\nman\twoman\t8\n"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A catalogue of one set with two files, in a folder; gensim is not installed."""
    monkeypatch.setattr(sets, "gensim_data", lambda: None)
    monkeypatch.delenv("OMNIVEC_DATA", raising=False)
    (tmp_path / "words").mkdir()
    files = []
    for part in ("train", "test"):
        content = CONTENT + part.encode()
        (tmp_path / "words" / f"{part}.tsv").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        files.append(DataFile(len(content), digest, f"words/{part}.tsv", part=part))
    return DataSet("small", "texts", "en", "a", "b", "c", "d", "e", tuple(files))


def test_a_set_is_found_by_its_path_or_its_bare_name(small, tmp_path):
    assert small.parts == ["train", "test"] and small.state(tmp_path) == "present"
    assert small.path("test", tmp_path) == tmp_path / "words" / "test.tsv"
    assert small.path("test", tmp_path / "words") == tmp_path / "words" / "test.tsv"


def test_the_variable_names_the_folder_unless_one_is_given(small, tmp_path, monkeypatch):
    assert data_folder() is None and small.state() == "absent"
    monkeypatch.setenv("OMNIVEC_DATA", str(tmp_path))
    assert small.state() == "present" and small.state(tmp_path / "words") == "present"
    (tmp_path / "empty").mkdir()
    assert small.state(tmp_path / "empty") == "absent"


def test_other_bytes_are_refused_and_told(small, tmp_path):
    (tmp_path / "words" / "test.tsv").write_bytes(CONTENT)
    assert small.state(tmp_path) == "wrong checksum"
    with pytest.raises(FormatError, match=r"test\.tsv: expected 40 bytes with SHA-256 .*got 36"):
        small.path("test", tmp_path)
    assert small.path("train", tmp_path).name == "train.tsv"


def test_what_is_absent_says_where_it_is_from(small, tmp_path):
    with pytest.raises(InputError, match="OMNIVEC_DATA names no folder with words/test.tsv. It is from e"):
        small.path("test")
    (tmp_path / "words" / "test.tsv").unlink()
    with pytest.raises(InputError, match=r"no words/test.tsv in .*licence: d"):
        small.path("test", tmp_path)


def test_wrong_words_are_refused(small, tmp_path):
    with pytest.raises(OptionError, match="has the parts train, test, got 'dev'"):
        small.path("dev", tmp_path)
    with pytest.raises(OptionError, match="got 'ws35'; did you mean ws353"):
        data_set("ws35")
    with pytest.raises(OptionError, match="got 'ws353', which has similarity"):
        data_set("ws353", ["analogies"])
    with pytest.raises(InputError, match="expected a folder with data sets"):
        data_folder(tmp_path / "nowhere")


def test_every_set_is_whole():
    for name, one in catalogue().items():
        assert name == one.name and one.files and one.licence and one.source and one.items
        assert one.kind in (
            "similarity",
            "analogies",
            "categorisation",
            "outliers",
            "sentences",
            "texts",
            "bias",
        )
        for file in one.files:
            assert len(file.sha256) == 64 and file.bytes > 0 and (file.path or file.gensim)


def test_gensims_own_files_have_the_checksums_that_are_named():
    pytest.importorskip("gensim", reason="gensim is not installed")
    for name in ("ws353", "simlex999", "google"):
        for file in catalogue()[name].files:
            if file.gensim:
                file.check(file.found(None))


@pytest.mark.skipif(not (DATA / "wordsim").is_dir(), reason=f"no data sets in {DATA} (OMNIVEC_DATA)")
def test_the_files_of_the_data_folder_have_the_checksums_that_are_named():
    states = {name: one.state(DATA) for name, one in catalogue().items()}
    assert "wrong checksum" not in states.values() and list(states.values()).count("present") > 15


def test_the_command_lists_sets_and_refuses_a_wrong_one(call, tmp_path, monkeypatch):
    monkeypatch.delenv("OMNIVEC_DATA", raising=False)
    code, out, _ = call("datasets", "--kind", "analogies", "--data", tmp_path)
    assert code == 0 and [line.split()[0] for line in out.splitlines()[1:3]] == ["google", "ko-analogies"]
    assert "Apache-2.0" in out and "8c29b3332afc" in out and "603,955" in out
    (tmp_path / "bless.tsv").write_text("word\tcategory\n")
    told = json.loads(call("datasets", "--data", tmp_path, "--json")[1])
    assert told["bless"]["state"] == "wrong checksum"
    assert told["ap"]["state"] == "absent" and told["ap"]["files"][0]["found"] is None
    code, _, err = call("datasets", "bless", "--data", tmp_path)
    assert code == 1 and "bless.tsv: expected 3,408 bytes" in err and err.count("\n") == 1
    code, out, _ = call("datasets", "ap", "--data", tmp_path)
    assert code == 0 and "5b47b976fa98d8b93da77952e68adbe66f7720427907601e56124db0eaba831e" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["wordsim"], 2, "got 'wordsim'"),
        (["--data", "nowhere"], 1, "nowhere: expected a folder with data sets"),
        (["ws353", "--kind", "bias"], 2, "--kind is for the list"),
        (["--html", "nowhere/x.html"], 1, "nowhere"),
    ],
)
def test_a_wrong_call_of_datasets_is_one_line(call, words, code, said):
    found, out, err = call("datasets", *words)
    assert (found, out) == (code, "") and said in err and err.count("\n") == 1


def test_the_list_is_a_page_too(call, tmp_path):
    page = tmp_path / "sets.html"
    assert call("datasets", "--html", page)[0] == 0
    assert "<table>" in page.read_text() and "MIT" in page.read_text()
    assert "exists" in call("datasets", "--html", page)[2]
    assert call("datasets", "--html", page, "--overwrite")[0] == 0
    shutil.rmtree(tmp_path)
