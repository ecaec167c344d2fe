"""`omnivec embed`: texts in, one array out."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest

from omnivec import Classifier, Vectors, load
from omnivec.cli import main
from omnivec.data.sentences import embed


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("embed") / "m"
    matrix = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    Vectors(["the", "king", "queen"], matrix, counts=np.array([9, 2, 1])).save(path)
    return str(path)


def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("the king\nthe queen\r\nnothing\n한 queen".encode())
    return str(path)


@pytest.mark.parametrize("recipe", ["mean", "fasttext-unsupervised", "sif"])
def test_a_file_of_lines_becomes_a_file_of_rows(model, tmp_path, capsys, recipe):
    out = str(tmp_path / "out.npy")
    assert main(["embed", model, texts(tmp_path), "-o", out, "--recipe", recipe]) == 0
    lines = ["the king", "the queen\r", "nothing", "한 queen"]
    np.testing.assert_array_equal(np.load(out), embed(load(model).vectors, lines, recipe))
    said = capsys.readouterr()
    assert said.out == "" and f"recipe {recipe}" in said.err and "1 of 4 texts" in said.err


@pytest.mark.parametrize("file", [[], ["-"]], ids=["nothing", "-"])
def test_stdin_to_stdout_is_clean_bytes(model, file):
    command = [sys.executable, "-m", "omnivec", "embed", model, *file]
    done = subprocess.run(command, input=b"the king\nqueen\n", capture_output=True, check=True)
    found = np.load(io.BytesIO(done.stdout))
    np.testing.assert_array_equal(found, embed(load(model).vectors, ["the king", "queen"]))
    assert done.stderr == b""


def test_a_byte_order_mark_is_no_part_of_the_first_word(model, tmp_path, capsys):
    marked = tmp_path / "marked.txt"
    marked.write_bytes(b"\xef\xbb\xbfking\nqueen\n")
    assert main(["embed", model, str(marked), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["empty"] == 0


def test_utf16_is_refused_as_in_training(model, tmp_path, capsys):
    wide = tmp_path / "wide.txt"
    wide.write_text("king", encoding="utf-16")
    assert main(["embed", model, str(wide), "--json"]) == 1
    assert "wide.txt: expected UTF-8, got UTF-16" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["embed", "classify"])
def test_lines_that_were_not_utf8_are_counted_aloud(tmp_path, capsys, verb):
    learner = Classifier(dim=16, epochs=1, threads=1)
    learner.fit(["__label__a king queen", "__label__b the river"] * 4).save(tmp_path / "m")
    asked = [verb, str(tmp_path / "m"), str(tmp_path / "texts.txt")]
    asked += ["-o", str(tmp_path / "out.npy")] if verb == "embed" else []
    for text, said in ((b"king \xff\nthe\n\xe9 queen", True), ("king \ufffd\nthe\n한".encode(), False)):
        (tmp_path / "texts.txt").write_bytes(text)
        assert main([*asked, "--overwrite"] if verb == "embed" else asked) == 0
        err = capsys.readouterr().err
        assert ("texts.txt: 2 lines were not valid UTF-8 (replace)" in err) == said


def test_lines_that_idf_reads_twice_are_counted_aloud_once(model, tmp_path, capsys):
    (tmp_path / "t").write_bytes(b"king \xff\nthe\n")
    (tmp_path / "other").write_bytes(b"the \xff\n")
    call = ["embed", model, str(tmp_path / "t"), "--recipe", "idf", "--json"]
    for more, times in (([], 1), (["--idf", str(tmp_path / "other")], 2)):
        assert main([*call, *more]) == 0
        assert capsys.readouterr().err.count("not valid UTF-8") == times


def test_json_holds_the_numbers_or_where_they_are(model, tmp_path, capsys):
    assert main(["embed", model, texts(tmp_path), "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["recipe"] == "mean" and np.shape(found["vectors"]) == (4, 4) and found["empty"] == 1
    out = str(tmp_path / "out.npy")
    assert main(["embed", model, texts(tmp_path), "-o", out, "--json", "-q"]) == 0
    told = {"recipe": "mean", "output": out, "rows": 4, "dim": 4, "empty": 1}
    assert json.loads(capsys.readouterr().out) == told


def test_wrong_calls_are_one_line(model, tmp_path, capsys):
    out = tmp_path / "out.npy"
    out.write_bytes(b"old")
    for words, code, says in [
        ([model, texts(tmp_path), "-o", str(out)], 1, "exists"),
        ([model, str(tmp_path / "absent"), "-o", str(tmp_path / "new.npy")], 1, "absent"),
        ([model, str(tmp_path), "-o", str(tmp_path / "new.npy")], 1, "is a folder, and a file of texts was"),
        ([model, texts(tmp_path), "--recipe", "max"], 2, "recipe must be"),
        ([model, texts(tmp_path), "--recipe", "fasttext-supervised", "--json"], 2, "a classifier sees"),
        (
            [model, texts(tmp_path), "--recipe", "sent2vec", "--json"],
            2,
            "here are words alone; choose another",
        ),
    ]:
        assert main(["embed", *words]) == code
        said = capsys.readouterr().err
        assert says in said and said.count("\n") == 1
    assert out.read_bytes() == b"old"
    assert main(["embed", model, texts(tmp_path), "-o", str(out), "--overwrite", "-q"]) == 0
    assert np.load(out).shape == (4, 4)


def test_components_are_of_sif_and_fewer_than_columns(model, tmp_path, capsys):
    call = ["embed", model, texts(tmp_path), "--json", "--components"]
    assert main([*call, "2"]) == 2
    assert "--components is of sif, and the recipe is mean" in capsys.readouterr().err
    assert main([*call, "4", "--recipe", "sif"]) == 2
    assert (
        "4 components of 4 columns leave nothing but rounding; lower --components" in capsys.readouterr().err
    )
    assert main([*call, "2", "--recipe", "sif"]) == 0


def test_the_ending_says_the_format(model, tmp_path, capsys):
    file, lines = texts(tmp_path), ["the king", "the queen\r", "nothing", "한 queen"]
    out = tmp_path / "out.safetensors"
    assert main(["embed", model, file, "-o", str(out), "-q"]) == 0
    safetensors = pytest.importorskip("safetensors.numpy")
    found = safetensors.load_file(out)
    assert [*found] == ["embeddings"]
    np.testing.assert_array_equal(found["embeddings"], embed(load(model).vectors, lines))


def test_text_has_a_line_of_numbers_for_each_text(model, tmp_path, capsys):
    out = tmp_path / "OUT.TXT"
    assert main(["embed", model, texts(tmp_path), "-o", str(out), "-q"]) == 0
    expected = embed(load(model).vectors, ["the king", "the queen\r", "nothing", "한 queen"])
    assert out.read_text().splitlines() == [" ".join(map(str, row)) for row in expected]
    np.testing.assert_array_equal(np.loadtxt(out, np.float32), expected)
    (tmp_path / "empty").write_bytes(b"")
    assert main(["embed", model, str(tmp_path / "empty"), "-o", str(out), "--overwrite", "-q"]) == 0
    assert out.read_bytes() == b""


@pytest.mark.parametrize("name", ["out", "out.csv", "out.npy.gz", ".npy", "out.npz"])
def test_a_name_that_says_no_format_is_refused_before_the_work(tmp_path, capsys, name):
    assert main(["embed", "no such model", texts(tmp_path), "-o", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert "must end in .npy, .safetensors, .parquet or .txt, got" in said and said.count("\n") == 1
    assert not (tmp_path / name).exists()


def test_json_comes_some_rows_after_the_other_and_is_one_object(model, tmp_path, capsys, monkeypatch):
    many = tmp_path / "many.txt"
    many.write_text("the king\nqueen king\nnothing\n" * 30)
    monkeypatch.setattr("omnivec.cli.ask.rows._JSON_ROWS", 7)
    for file, count in ((many, 90), (tmp_path / "empty", 0)):
        (tmp_path / "empty").write_bytes(b"")
        assert main(["embed", model, str(file), "--json", "-q"]) == 0
        said = capsys.readouterr().out
        rows = embed(load(model).vectors, ["the king", "queen king", "nothing"] * (count // 3)).tolist()
        assert said == json.dumps({"recipe": "mean", "vectors": rows, "empty": count // 3}) + "\n"


def test_json_has_no_nan_and_says_where_one_may_be(tmp_path, capsys):
    (tmp_path / "m").write_text("2 2\na 1 nan\nb 1 2\n")
    (tmp_path / "texts.txt").write_text("b\na\n")
    assert main(["embed", str(tmp_path / "m"), str(tmp_path / "texts.txt"), "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "JSON has no NaN" in said.err and "-o OUT.npy" in said.err


def test_parquet_keeps_texts_in_a_file_past_a_bound(model, tmp_path, capsys, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    lines = [f"the king {'queen ' * (row % 5)}한{row}" for row in range(5000)]
    (tmp_path / "many.txt").write_text("\n".join(lines))
    monkeypatch.setattr("omnivec.data.kept_texts.IN_MEMORY", 1000)
    monkeypatch.setattr("omnivec.cli.ask.rows._PARQUET_ROWS", 1999)
    assert (
        main(
            ["embed", model, str(tmp_path / "many.txt"), "-o", str(tmp_path / "o.parquet"), "--recipe", "sif"]
        )
        == 0
    )
    table = parquet.read_table(tmp_path / "o.parquet")
    assert table["text"].to_pylist() == lines
    found = np.stack(table["vector"].to_numpy(zero_copy_only=False))
    np.testing.assert_allclose(found, embed(load(model).vectors, lines, "sif"), atol=1e-6)


def test_parquet_has_the_texts_beside_the_vectors(model, tmp_path, capsys):
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "out.parquet"
    for name, rows in ((texts(tmp_path), 4), (str(tmp_path / "empty"), 0)):
        (tmp_path / "empty").write_bytes(b"")
        assert main(["embed", model, name, "-o", str(out), "--overwrite", "-q"]) == 0
        table = parquet.read_table(out)
        assert table.column_names == ["text", "vector"] and len(table) == rows
    assert main(["embed", model, texts(tmp_path), "-o", str(out), "--overwrite", "-q"]) == 0
    table = parquet.read_table(out)
    lines = ["the king", "the queen", "nothing", "한 queen"]  # without the line's end
    assert table["text"].to_pylist() == lines
    np.testing.assert_array_equal(table["vector"].to_pylist(), embed(load(model).vectors, lines))


def test_parquet_without_pyarrow_names_its_extra_before_the_work(model, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["embed", model, "-o", str(tmp_path / "out.parquet")]) != 0
    assert "pip install 'omnivec[arrow]'" in capsys.readouterr().err


@pytest.mark.parametrize("recipe", ["mean", "sif"])
def test_rows_past_a_bound_lie_in_a_file_and_are_the_same(model, tmp_path, capsys, monkeypatch, recipe):
    many = tmp_path / "many.txt"
    many.write_text("the king\nqueen king\n\n" * 5000)
    for name in ("a.npy", "b.npy", "b.safetensors"):
        assert main(["embed", model, str(many), "-o", str(tmp_path / name), "--recipe", recipe]) == 0
        monkeypatch.setattr("omnivec.data.embedded.IN_MEMORY", 1000)
    assert capsys.readouterr().err.count("5,000 of 15,000 texts have nothing with a vector") == 3
    found = np.load(tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), found)
    assert (tmp_path / "b.safetensors").read_bytes().endswith(found.tobytes())
    np.testing.assert_allclose(
        found, embed(load(model).vectors, ["the king", "queen king", ""] * 5000, recipe), atol=1e-6
    )


def test_a_place_that_cannot_be_written_is_told_before_the_work(model, tmp_path, capsys):
    (tmp_path / "folder.npy").mkdir()
    for name in ("folder.npy", "gone/out.npy", "gone/out.safetensors", "text/out.npy"):
        (tmp_path / "text").write_text("x")
        for more in ([], ["--overwrite"]):
            assert main(["embed", model, texts(tmp_path), "-o", str(tmp_path / name), *more]) == 1
            said = capsys.readouterr().err
            assert said.count("\n") == 1 and name.split("/")[0] in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.npy", "text", "texts.txt"]


def test_idf_counts_the_lines_that_become_vectors_or_those_of_a_file(model, tmp_path, capsys, monkeypatch):
    mine, other = ["the king", "the queen", "the"], ["king", "king the"]
    for name, lines in (("t", mine), ("other", other)):
        (tmp_path / name).write_text("".join(line + "\n" for line in lines))
    call = ["embed", model, str(tmp_path / "t"), "--recipe", "idf", "--json", "-q"]
    more = ["--idf", str(tmp_path / "other")]
    opened = load(model)
    for words, counted in ((call, mine), ([*call, *more], other)):
        assert main(words) == 0
        found = json.loads(capsys.readouterr().out)["vectors"]
        np.testing.assert_allclose(found, opened.embed(mine, "idf", idf=opened.idf(counted)), atol=1e-6)
    stdin = [*call[:2], "-", *call[3:]]
    assert main(stdin) == 2
    assert "a pipe can be read once" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"the king\n")))
    assert main([*stdin, *more]) == 0
    np.testing.assert_allclose(
        json.loads(capsys.readouterr().out)["vectors"],
        opened.embed(mine[:1], "idf", idf=opened.idf(other)), atol=1e-6,
    )  # fmt: skip
    assert main([*call[:3], "--recipe", "mean", *more, "--json"]) == 2
    assert "--idf is of idf, and the recipe is mean" in capsys.readouterr().err
