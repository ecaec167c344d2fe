"""`convert` and `export`: any format to any, one table of a model, and what each target cannot hold."""

import json
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from omnivec import CollobertWeston, GloVe, Vectors, load
from omnivec.store import formats, memory

WRITTEN = [known for known in formats.FORMATS if known.write is not None and "output rows" not in known.holds]


def rows_of(path):
    """Words and numbers of a word2vec text file, by nobody's reader."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return {line.split()[0]: np.array(line.split()[1:], np.float32) for line in lines}


@pytest.fixture(scope="session")
def tree(corpus, tmp_path_factory):
    """A model that predicts by a tree."""
    from omnivec import Word2Vec

    folder = tmp_path_factory.mktemp("tree") / "tree.omnivec"
    Word2Vec(dim=16, epochs=1, threads=1, min_count=2, loss="hs").fit(corpus).save(folder)
    return folder


@pytest.mark.parametrize("name", ["out.bin", "out.txt", "out.vec", "out.txt.gz", "out.omnivec", "out"])
def test_convert_writes_what_load_reads(call, trained, tmp_path, name):
    target = tmp_path / name
    code, _, err = call("convert", trained[0], target)
    assert code == 0 and "\nSaved " in err
    before, after = load(trained[0]).vectors, load(target).vectors
    assert list(after.index_to_key) == list(before.index_to_key)
    np.testing.assert_array_equal(after.vectors, before.vectors)


def test_a_folder_to_a_folder_keeps_output_options_and_record(call, trained, tmp_path):
    code, _, err = call("convert", trained[0], tmp_path / "copy.omnivec")
    assert code == 0 and "Left out" not in err
    before, after = load(trained[0]), load(tmp_path / "copy.omnivec")
    assert after.options == before.options and after.record == before.record
    np.testing.assert_array_equal(after.output.vectors, before.output.vectors)
    assert after.vectors.get_vecattr("word1", "count") == before.vectors.get_vecattr("word1", "count")


def test_what_a_file_has_no_place_for_is_told(call, trained, tree, tmp_path):
    err = call("convert", trained[0], tmp_path / "out.txt")[2]
    lost = "Left out   counts, output rows, options and record: word2vec text has no place for them"
    assert err.splitlines()[-1] == lost
    report = json.loads(call("convert", tree, tmp_path / "tree.bin", "--json")[1])
    assert report["left_out"] == ["counts", "the tree and its rows", "options and record"]
    assert (report["format"], report["dtype"], report["rounding"]) == ("word2vec", "float32", None)
    for learner, part in ((GloVe, "biases"), (CollobertWeston, "the hidden layer")):
        learner(dim=2, epochs=1, min_count=1).fit(["a b c d", "b d"]).save(tmp_path / learner.name)
        report = json.loads(call("convert", tmp_path / learner.name, tmp_path / f"{part}.vec", "--json")[1])
        assert part in report["left_out"]
    Vectors(["a", "b"], np.eye(2)).save(tmp_path / "bare.omnivec")
    assert "Left out" not in call("convert", tmp_path / "bare.omnivec", tmp_path / "bare.txt")[2]


def test_convert_takes_the_first_rows(call, trained, tmp_path):
    _, out, _ = call("convert", trained[0], tmp_path / "first.txt", "--limit", 3, "--json")
    assert json.loads(out)["rows"] == 3
    assert [*load(tmp_path / "first.txt").vectors] == [*load(trained[0]).vectors][:3]
    assert call("convert", trained[0], tmp_path / "first.omnivec", "--limit", 3)[0] == 0
    first = load(tmp_path / "first.omnivec")
    np.testing.assert_array_equal(first.output.vectors, load(trained[0]).output.vectors[:3])


@pytest.mark.parametrize("dtype", ["float16", "int8"])
@pytest.mark.parametrize("source", ["folder", "file"])
def test_a_smaller_dtype_says_what_it_cost(call, trained, tmp_path, dtype, source):
    path = trained[0]
    if source == "file":
        path = tmp_path / "in.vec"
        call("convert", trained[0], path)
    code, out, err = call("convert", path, tmp_path / "small.omnivec", "--dtype", dtype, "--json")
    before, after = load(trained[0]).vectors, load(tmp_path / "small.omnivec").vectors
    assert code == 0 and after.table.dtype == dtype
    largest = np.abs(before.vectors - after.vectors).max()
    unit = [v.vectors / np.linalg.norm(v.vectors, axis=1, keepdims=True) for v in (before, after)]
    report = json.loads(out)["rounding"]
    assert report["largest"] == pytest.approx(largest, rel=1e-6)
    assert report["cosine"] == pytest.approx((unit[0] * unit[1]).sum(axis=1).min(), abs=1e-6)
    assert f"Rounding   largest error {largest:.2g}, least cosine 0.99" in err


def test_a_file_that_holds_float32_alone_says_so(call, trained, tmp_path):
    err = call("convert", trained[0], tmp_path / "out.bin", "--dtype", "float16")[2]
    assert "float16 (numbers become float32): word2vec binary" in err and "Rounding" in err


@pytest.mark.parametrize("known", WRITTEN, ids=lambda known: known.name)
def test_every_format_is_written_by_its_name(call, tmp_path, known):
    source, target = tmp_path / "in.omnivec", tmp_path / ("out" + (known.suffixes or ("",))[0])
    Vectors([f"w{n}" for n in range(20)], np.random.default_rng(1).normal(size=(20, 6))).save(source)
    code, out, err = call("convert", source, target, "--to", known.name, "--json")
    if "pip install" in err:
        pytest.skip(err)
    assert code == 0 and json.loads(out)["format"] == known.name, err
    assert json.loads(out)["bytes"] > 0 and target.exists()
    read = load(target) if known.sniff is not None else load(target, format=known.name)
    assert [*read.vectors] == [f"w{n}" for n in range(20)]
    np.testing.assert_allclose(read.vectors.vectors, load(source).vectors.vectors, rtol=2e-3, atol=1e-6)


def test_the_first_format_with_a_suffix_is_written(tmp_path, monkeypatch):
    row = formats.Format(name="odd", title="odd things", suffixes=(".txt",), write=WRITTEN[0].write)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, row))
    first = {}
    for known in WRITTEN:
        for suffix in known.suffixes:
            first.setdefault(suffix, known.name)
    from omnivec.cli.move.target import target

    for suffix, name in first.items():
        assert target(str(tmp_path / f"out{suffix}"), None, False).format.name == name
    assert target(str(tmp_path / "out.bin"), "omnivec", False).format is None


def test_export_writes_the_named_table(call, trained, tmp_path):
    model = load(trained[0])
    for name in ("vectors", "output"):
        code, _, err = call("export", trained[0], tmp_path / f"{name}.txt", "--table", name)
        assert code == 0 and "Left out   counts: " in err
        table = getattr(model, name)
        found = rows_of(tmp_path / f"{name}.txt")
        assert [*found] == [*table]
        np.testing.assert_array_equal([*found.values()], table.vectors)
    assert (rows_of(tmp_path / "vectors.txt")["word1"] != rows_of(tmp_path / "output.txt")["word1"]).any()
    assert call("export", trained[0], tmp_path / "same.txt")[0] == 0
    assert (tmp_path / "same.txt").read_bytes() == (tmp_path / "vectors.txt").read_bytes()


def test_an_exported_folder_holds_one_table(call, trained, tmp_path):
    assert call("export", trained[0], tmp_path / "out.omnivec", "--table", "output")[0] == 0
    model, before = load(tmp_path / "out.omnivec"), load(trained[0])
    assert model.learner is None and set(model.tables) == {"vectors"}
    np.testing.assert_array_equal(model.vectors.vectors, before.output.vectors)
    assert model.record["source"] == "out.omnivec, output"


def test_output_rows_that_are_no_words_are_refused(call, tree, vectors_folder, tmp_path):
    code, out, err = call("export", tree, tmp_path / "out.txt", "--table", "output")
    assert code != 0 and out == "" and len(err.splitlines()) == 2
    assert "its output rows are tree nodes, not words" in err
    _, _, err = call("export", vectors_folder, tmp_path / "out.txt", "--table", "output")
    assert "has no output table" in err and err.endswith("; export --table vectors\n")
    assert [*tmp_path.iterdir()] == []


def test_a_truncated_model_is_not_exported(call, trained, tmp_path):
    import shutil

    folder = shutil.copytree(trained[0], tmp_path / "cut.omnivec")
    tables = folder / "model.safetensors"
    tables.write_bytes(tables.read_bytes()[:-1])
    code, _, err = call("export", folder, tmp_path / "out.txt", "--table", "output")
    assert code == 1 and "truncated" in err and not (tmp_path / "out.txt").exists()


def test_flags_of_opening_reach_every_verb(call, trained, tmp_path):
    target = tmp_path / "in.vec"
    call("convert", trained[0], target)
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("word1\tword2\t3\nword1\tword3\t2\n")
    flags = ("--limit", 5, "--dtype", "float16", "--from", "word2vec-text", "--json")
    for path in (target, trained[0]):
        flags = flags if path == target else (*flags[:4], "--json")
        first = [*load(path).vectors][:5]
        found = json.loads(call("neighbors", path, first[0], *flags)[1])
        assert {word for word, _ in found[first[0]]} == set(first[1:])
        found = json.loads(call("analogy", path, *first[:3], *flags)[1])
        assert {word for word, _ in found} == set(first[3:])
        assert call("evaluate", path, "--similarity", pairs, *flags)[0] == 0
        assert call("neighbors", path, [*load(path).vectors][5], *flags)[0] == 1


def test_words_that_are_no_utf8_are_read_as_asked(call, tmp_path):
    (tmp_path / "in.txt").write_bytes(b"2 1\ncaf\xe9 1\nb 2\n")
    assert "read with" in call("convert", tmp_path / "in.txt", tmp_path / "a.txt")[2]
    assert [*load(tmp_path / "a.txt").vectors] == ["caf�", "b"]
    call("convert", tmp_path / "in.txt", tmp_path / "b.txt", "--encoding", "latin-1")
    assert [*load(tmp_path / "b.txt").vectors] == ["café", "b"]
    code, _, err = call("convert", tmp_path / "in.txt", tmp_path / "c.txt", "--errors", "strict")
    assert code == 1 and "is not utf-8" in err


def test_a_file_that_does_not_fit_names_flags_that_would(call, trained, tmp_path, monkeypatch):
    call("convert", trained[0], tmp_path / "in.vec")
    monkeypatch.setattr(memory, "available", lambda: (6000, "container"))
    words = ("convert", tmp_path / "in.vec", tmp_path / "out.txt")
    code, out, err = call(*words)
    assert (code, out) == (3, "") and len(err.splitlines()) == 1
    needs = "in.vec: needs 7.2 kB (vectors 2.5 kB, words 4.7 kB), 6.0 kB allowed by the container; "
    assert needs in err and (found := re.search(r"; --limit (\d+) or --dtype int8$", err))
    assert [path.name for path in tmp_path.iterdir()] == ["in.vec"]
    for flags in (("--limit", found[1]), ("--dtype", "int8")):
        assert call(*words, "--overwrite", *flags)[0] == 0


def test_a_folder_that_does_not_fit_names_flags_that_would(call, tmp_path, monkeypatch):
    Vectors(map(str, range(20_000)), np.ones((20_000, 300), np.float32)).save(tmp_path / "in.omnivec")
    monkeypatch.setattr(memory, "available", lambda: (42_000_000, "container"))
    words = ("neighbors", tmp_path / "in.omnivec", "7", "--dtype", "float16")
    code, out, err = call(*words)
    assert (code, out) == (3, "") and len(err.splitlines()) == 1
    assert re.search(
        r"42 MB allowed by the container; map it \(the default\), --limit (\d+) or --dtype int8$", err
    )
    limit = re.search(r"--limit (\d+)", err)[1]
    assert call(*words, "--limit", limit)[0] == call(*words[:-1], "int8")[0] == call(*words[:-2])[0] == 0
    monkeypatch.setattr(memory, "available", lambda: (42_000_000, "ulimit -v"))
    assert "; --limit " in call(*words)[2]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("gone.vec", "out.txt"), 1, "gone.vec: no such file or folder"),
        (("empty", "out.txt"), 1, "empty: not a model folder"),
        (("text.txt", "out.bin"), 1, "word2vec binary; if it is one of vectors, --from NAME"),
        (("MODEL", "out.xyz"), 2, "DST must end in "),
        (("MODEL", "out", "--to", "word2vek"), 2, "did you mean 'word2vec'?"),
        (("MODEL", "out.txt", "--from", "word2vek"), 2, "from must be "),
        (("MODEL", "gone/out.txt"), 1, "there is no folder "),
        (("MODEL", "gone/out"), 1, "there is no folder "),
        (("MODEL", "there.txt"), 1, "there.txt exists; choose another name or add --overwrite"),
        (("MODEL", "empty"), 1, "empty exists; choose another name or add --overwrite"),
        (("MODEL", "out.txt", "--limit", "0"), 2, "limit must lie between 1 and "),
        (("MODEL", "out.txt", "--dtype", "float61"), 2, "did you mean 'float16'?"),
        (("MODEL", "out.txt", "--errors", "loud"), 2, "errors must be 'replace', 'strict', "),
        (("MODEL", "out.txt", "--vocabulary", "gone"), 1, "gone: no such file or folder"),
        (("cut.bin", "out.txt"), 1, "truncated"),
        (("MODEL",), 2, "needs DST; see omnivec "),
    ],
)
@pytest.mark.parametrize("verb", ["convert", "export"])
def test_what_cannot_be_moved_is_one_line(
    call, verb, words, code, message, vectors_folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("It was the best of times\n")
    (tmp_path / "there.txt").write_text("mine")
    (tmp_path / "cut.bin").write_bytes(b"9 100\nword " + bytes(100))
    before = sorted(tmp_path.iterdir())
    got, out, err = call(verb, *(vectors_folder if word == "MODEL" else word for word in words))
    assert (got, out) == (code, "") and message in err
    assert len(err.splitlines()) == 1 and err.startswith("omnivec: ")
    assert sorted(tmp_path.iterdir()) == before and (tmp_path / "there.txt").read_text() == "mine"


def test_a_recognised_format_that_is_not_read_says_what_to_do(call, tmp_path):
    record = np.array([(1, 2, 0.5)], np.dtype([("a", "<i4"), ("b", "<i4"), ("value", "<f8")]))
    (tmp_path / "pairs.bin").write_bytes(record.tobytes() * 20)  # GloVe's co-occurrences
    for words in (("info",), ("convert", tmp_path / "out.txt"), ("neighbors", "word")):
        code, _, err = call(words[0], tmp_path / "pairs.bin", *words[1:])
        assert code == 1 and "GloVe co-occurrences is not read; they count pairs" in err
        assert len(err.splitlines()) == 1


def test_gensims_pickle_is_opened_when_it_is_named(call, tmp_path):
    models = pytest.importorskip("gensim.models")
    vectors = models.KeyedVectors(2)
    vectors.add_vectors(["king", "queen"], np.eye(2, dtype=np.float32))
    vectors.save(str(tmp_path / "old.kv"))
    code, _, err = call("convert", tmp_path / "old.kv", tmp_path / "new.omnivec")
    assert code == 1 and err.endswith("; if you trust its author, name the format: --from gensim\n")
    assert call("convert", tmp_path / "old.kv", tmp_path / "new.omnivec", "--from", "gensim")[0] == 0
    assert [*load(tmp_path / "new.omnivec").vectors] == ["king", "queen"]


def test_a_format_without_words_asks_for_their_file(call, tmp_path):
    matrix = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float64)  # 2 words, their contexts
    (tmp_path / "glove.bin").write_bytes(matrix.tobytes())
    (tmp_path / "vocab.txt").write_text("king 9\nqueen 5\n")
    words = ("convert", tmp_path / "glove.bin", tmp_path / "out.omnivec", "--from", "glove-binary")
    code, _, err = call(*words)
    assert code != 0 and err.endswith("name its vocabulary file (--vocabulary FILE)\n")
    assert call(*words, "--vocabulary", tmp_path / "vocab.txt")[0] == 0
    vectors = load(tmp_path / "out.omnivec").vectors
    assert [*vectors] == ["king", "queen"] and vectors.get_vecattr("king", "count") == 9
    flags = ("--from", "glove-binary", "--vocabulary", tmp_path / "vocab.txt")
    assert "2 × 5 float32" in call("info", tmp_path / "glove.bin", *flags)[1]
    assert call("neighbors", tmp_path / "glove.bin", "king", *flags)[1].startswith("queen")


def test_a_format_that_is_read_alone_is_not_a_target(call, vectors_folder, tmp_path, monkeypatch):
    row = formats.Format(name="odd", title="odd things", suffixes=(".odd",), read=formats.FORMATS[0].read)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, row))
    code, _, err = call("convert", vectors_folder, tmp_path / "out.odd")
    assert (code, "odd things is read, not written; " in err) == (2, True)
    assert "to must be " in call("convert", vectors_folder, tmp_path / "out", "--to", "odd")[2]


def test_a_missing_package_is_named_with_its_command(call, vectors_folder, tmp_path, monkeypatch):
    from omnivec.errors import MissingExtra

    def write(*_, **__):
        raise MissingExtra("odd things need oddlib; pip install 'omnivec[odd]'")

    row = formats.Format(name="odd", title="odd things", suffixes=(".odd",), write=write)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, row))
    code, _, err = call("convert", vectors_folder, tmp_path / "out.odd")
    assert code == 1 and err.splitlines()[-1] == "omnivec: odd things need oddlib; pip install 'omnivec[odd]'"


STOPPED = """
import os, sys
from omnivec.cli import main
from omnivec.cli.show import Display
living, labels = Display.living, []
def stopped(display, label, text):
    living(display, label, text)
    labels.append(label)
    if labels.count("Saving") == 2:  # the second time it says how much of it is done
        print(len(os.listdir(sys.argv[2])))
        os.kill(os.getpid(), int(sys.argv[1]))
Display.living = stopped
sys.exit(main(sys.argv[3:]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_during_convert_leaves_nothing_behind(tmp_path, number):
    source = tmp_path / "in.txt"
    with source.open("w") as file:
        file.write("6000 10\n")
        file.writelines(f"w{n} {'0.123456 ' * 10}\n" for n in range(6000))
    words = [sys.executable, "-c", STOPPED, int(number), tmp_path, "convert", source, tmp_path / "out.txt"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (130, "omnivec: stopped")
    assert done.stdout == "2\n"  # a part was written, and no more was after it
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"]


@pytest.mark.parametrize("place", ["omnivec.store.safetensors.write_tables", "omnivec.model.load"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_before_a_folder_has_its_name_leaves_nothing_behind(
    call, vectors_folder, tmp_path, monkeypatch, place, number
):
    module, name = place.rsplit(".", 1)
    real = getattr(sys.modules[module], name)

    def stopped(*words, **options):
        real(*words, **options)
        signal.raise_signal(number)

    monkeypatch.setattr(place, stopped)
    code, _, err = call("convert", vectors_folder, tmp_path / "out.omnivec")
    assert (code, err.splitlines()[-1]) == (130, "omnivec: stopped")
    assert [*tmp_path.iterdir()] == []


def test_a_format_that_rounds_says_so_and_how_it_is_opened(call, vectors_folder, tmp_path):
    _, _, err = call("convert", vectors_folder, tmp_path / "out.pkl")
    title = "the book's float16 pickle"
    assert f"Left out   counts, float32 (numbers become float16): {title} has no place for them" in err
    assert err.splitlines()[-1] == f"Open with  pickle.load(open('{tmp_path}/out.pkl', 'rb'))"
    _, _, err = call("convert", vectors_folder, tmp_path / "it's.npy")
    assert err.splitlines()[-1] == f'Open with  numpy.load("{tmp_path}/it\'s.npy")'
    _, _, err = call("convert", vectors_folder, tmp_path / "out.npy.gz")
    assert "Open with" not in err  # numpy.load does not unpack
    _, _, err = call("convert", vectors_folder, tmp_path / "half.pkl", "--dtype", "float16")
    assert "numbers become" not in err and "Rounding" in err
