"""`omnivec evaluate` of words: sets by file and by name, intervals, a page, and what it refuses."""

import gzip
import hashlib
import json
import lzma
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors, evaluate
from omnivec.data.catalogue import DataFile, DataSet

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")

FLAGS = {
    "similarity": "--similarity", "analogies": "--analogies", "categorisation": "--categories",
    "outliers": "--outliers",
}  # fmt: skip


def asked(files):
    return [word for kind, path in files.items() for word in (FLAGS[kind], path)]


def test_all_kinds_at_once_with_intervals(call, folder, files):
    code, out, err = call("evaluate", folder, *asked(files), "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert [*report] == [*files]
    pairs = report["similarity"]["similarity"]
    assert pairs["ci"][0] < pairs["spearman"] < pairs["ci"][1]
    assert (pairs["pairs"], pairs["covered"]) == (41, 40)
    total = report["analogies"]["total"]
    assert total["covered"] == total["seen"] == 30 and total["ci"][0] <= total["accuracy"] <= total["ci"][1]
    assert report["outliers"]["outliers"]["questions"] == 4


def test_without_resamples_there_are_no_intervals(call, folder, files):
    report = json.loads(call("evaluate", folder, *asked(files), "--json", "--resamples", 0)[1])
    assert report["similarity"]["similarity"]["ci"] is report["analogies"]["total"]["ci"] is None
    assert "bootstrap" not in call("evaluate", folder, *asked(files), "--resamples", 0)[1]


def test_tables_say_coverage_and_what_the_interval_is(call, folder, files):
    out = call("evaluate", folder, *asked(files))[1]
    heads = [line.split() for line in out.splitlines() if " low " in line]
    assert [head[0] for head in heads] == ["Similarity", "Analogies,", "Categories", "Outliers"]
    assert all({"low", "high", "of"} <= set(head) for head in heads)
    assert "95 % bootstrap interval of Spearman" in out
    assert "the 300,000 most frequent words at most, compared in upper case" in out
    out = call("evaluate", folder, *asked(files), "--restrict", 20, "--no-fold-case", "--unseen")[1]
    assert "the 20 most frequent words at most, compared as they are spelt, and words that have parts" in out


def test_method_and_rows_reach_the_questions(call, folder, vectors, tmp_path):
    draw = np.random.default_rng(1)
    asked = [[str(word) for word in draw.choice([*vectors], 3, replace=False)] for _ in range(40)]
    lines = [" ".join((a, b, c, vectors.most_similar_cosmul([b, c], [a])[0][0])) for a, b, c in asked]
    (tmp_path / "q").write_text("\n".join([": all", *lines]))

    def correct(*words):
        told = json.loads(call("evaluate", folder, "--analogies", tmp_path / "q", "--json", *words)[1])
        return told["analogies"]["total"]["correct"]

    assert correct("--method", "mul") == 40
    assert correct() == evaluate.analogies(vectors, tmp_path / "q").total.correct < 40
    assert correct("--raw") == evaluate.analogies(vectors, tmp_path / "q", unit=False).total.correct < 40
    assert correct() != correct("--raw")


def test_a_suite_is_one_table_and_a_page(call, folder, tmp_path):
    pytest.importorskip("gensim", reason="gensim carries three sets")
    page = tmp_path / "report.html"
    code, out, _ = call("evaluate", folder, "--suite", "english", "--html", page)
    assert code == 0 and out.startswith("Suite")
    assert {line.partition(" ")[0] for line in out.splitlines()} >= {"ws353", "simlex999", "google"}
    text = page.read_text()
    assert "Evaluation of" in text and "google" in text and "http" not in text.replace("http-equiv", "")
    report = json.loads(call("evaluate", folder, "--suite", "english", "--json")[1])["suite"]
    assert report["analogies"]["google"]["total"]["asked"] == 19_544
    assert report["similarity"]["ws353"]["covered"] == 0


def test_a_set_is_asked_by_its_name(call, folder):
    pytest.importorskip("gensim", reason="gensim carries ws353")
    report = json.loads(call("evaluate", folder, "--similarity", "ws353", "--json")[1])
    assert report["similarity"]["ws353"]["pairs"] == 353


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--similarity", "ws35"], 1, "ws35: no such file, nor a data set. Did you mean ws353?"),
        (
            ["--similarity", "nowhere"],
            1,
            "nowhere: no such file, nor a data set; omnivec datasets lists those",
        ),
        (["--similarity", "google"], 2, "a data set for similarity, got 'google', which has analogies"),
        (["--analogies", "nowhere.txt"], 1, "nowhere.txt: no such file or folder"),
        (["--suite", "english", "--data", "nowhere"], 1, "nowhere: expected a folder with data sets"),
        (["--suite", "danish"], 2, "danish"),
        (["--similarity", "PAIRS", "--raw", "--method", "mul"], 2, "leave --raw out"),
        (["--similarity", "PAIRS", "--resamples", "-1"], 2, "resamples"),
        (["--similarity", "PAIRS", "--html", "nowhere/x.html"], 1, "nowhere"),
        (["--categories", "PAIRS"], 1, "expected WORD, CATEGORY"),
        (["--outliers", "PAIRS"], 1, "expected NAME, WORDS, OUTLIERS"),
        (["-k", "3"], 2, "--k needs TEXTS"),
        (["--label-column", "x"], 2, "--label-column needs TEXTS"),
        (["--folds", "3"], 2, "--folds needs --sts FILE, --transfer FILE or TEXTS"),
        (["--similarity", "PAIRS", "--punctuation"], 2, "--punctuation needs --sts FILE"),
        (["--sts", "PAIRS", "--method", "mul"], 2, "--method is about words"),
    ],
)
def test_a_wrong_call_is_one_line(call, folder, files, words, code, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    words = [files["similarity"] if word == "PAIRS" else word for word in words]
    found, out, err = call("evaluate", folder, *words)
    assert (found, out) == (code, "") and said in err and err.count("\n") == 1


def test_a_set_with_a_wrong_checksum_is_refused_before_a_model_is_opened(call, tmp_path):
    (tmp_path / "bless.tsv").write_text("word\tcategory\n")
    code, _, err = call("evaluate", tmp_path, "--categories", "bless", "--data", tmp_path, "--json")
    assert code == 1 and json.loads(err)["kind"] == "FormatError" and "3,408 bytes" in err


@pytest.fixture
def named(tmp_path, monkeypatch):
    """A folder with one English and one Korean set; another English one is not there."""
    contents = {
        "pairs": "fruit1\tfruit2\t3\ntool1\tcity1\t1\nfruit1\ttool3\t2\n",
        "ko-pairs": "왕\t여왕\t3\n",
    }
    folder, sets = tmp_path / "data", {}
    folder.mkdir()
    for name, text in {**contents, "gone": ""}.items():
        if text:
            (folder / name).write_text(text)
        file = DataFile(len(text.encode()), hashlib.sha256(text.encode()).hexdigest(), name)
        language = "ko" if name.startswith("ko") else "en"
        sets[name] = DataSet(name, "similarity", language, "", "", "", "CC0", "somebody", (file,))
    monkeypatch.setattr(sys.modules["omnivec.evaluate.suite"], "catalogue", lambda: sets)
    return folder


def test_without_a_set_the_suite_of_the_letters_is_asked(call, folder, named):
    code, out, err = call("evaluate", folder, "--data", named)
    assert code == 0 and out.startswith("Suite") and "not on this machine: gone" in out
    assert err == "Suite      english, whose letters 30 of the first 30 words have\n"
    told = json.loads(call("evaluate", folder, "--data", named, "--json")[1])
    assert told["suite"]["similarity"]["pairs"]["covered"] == 3 and told["suite"]["absent"] == ["gone"]
    assert told == json.loads(call("evaluate", folder, "--suite", "english", "--data", named, "--json")[1])
    assert call("evaluate", folder, "--data", named, "-q")[2] == ""


def test_korean_words_have_the_korean_suite(call, named, tmp_path):
    Vectors(["왕", "여왕", "film"], np.eye(3)).save(tmp_path / "m")
    told = json.loads(call("evaluate", tmp_path / "m", "--data", named, "--json")[1])
    assert [*told["suite"]["similarity"]] == ["ko-pairs"]


def test_where_no_set_can_be_asked_the_call_says_what_to_give(call, folder, named, tmp_path):
    Vectors(["1", "2"], np.eye(2)).save(tmp_path / "nodes")
    code, out, err = call("evaluate", tmp_path / "nodes", "--data", named)
    assert (
        (code, out) == (2, "") and "evaluate needs --similarity FILE" in err and "most have neither's" in err
    )
    (named / "pairs").unlink()
    code, out, err = call("evaluate", folder, "--data", named)
    assert (code, out) == (1, "") and "none of the 2 english sets is here; pairs: no pairs in" in err


def test_packed_files_are_read_as_they_are(call, folder, files, texts, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    packed = tmp_path / "similarity.gz"
    packed.write_bytes(gzip.compress(files["similarity"].read_bytes()))
    (tmp_path / "texts.xz").write_bytes(lzma.compress(texts.read_bytes()))
    words = ("--similarity", packed, "--transfer", tmp_path / "texts.xz", "--folds", 2, "--json")
    report = json.loads(call("evaluate", folder, *words)[1])
    alone = json.loads(call("evaluate", folder, "--similarity", files["similarity"], "--json")[1])
    assert report["similarity"] == alone["similarity"] and report["transfer"]["texts"]["texts"] == 60
    packed.write_bytes(packed.read_bytes()[:-20])
    code, _, err = call("evaluate", folder, "--similarity", packed)
    assert code == 1 and "similarity.gz: packed, and damaged or cut" in err and err.count("\n") == 1


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.tsv"
    lines = [f"{topic}\t{topic}{n % 10} {topic}{n % 7}" for n in range(30) for topic in ("fruit", "tool")]
    path.write_text("label\ttext\n" + "\n".join(lines) + "\n")
    return path


def test_texts_are_judged_by_a_classifier_that_learns_from_vectors(call, folder, texts, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    code, out, _ = call("evaluate", folder, texts, "--folds", 3, "--html", tmp_path / "r.html")
    assert code == 0 and "tf-idf" in out and "words" in out and "tf-idf" in (tmp_path / "r.html").read_text()
    assert [*json.loads(call("evaluate", folder, texts, "--folds", 3, "--json")[1])] == ["labels", "clusters"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--similarity", "ws353"], "--similarity is no question about TEXTS"),
        (["--sts", "TEXTS"], "--sts is no question about TEXTS"),
        (["--threshold", "0.5"], "--threshold is for a classifier"),
    ],
)
def test_flags_that_say_nothing_of_texts_are_refused(call, folder, texts, words, said):
    words = [texts if word == "TEXTS" else word for word in words]
    code, out, err = call("evaluate", folder, texts, *words)
    assert (code, out) == (2, "") and said in err.splitlines()[-1]


def test_flags_of_vectors_are_refused_with_a_classifier(call, tmp_path):
    (tmp_path / "t").write_text("__label__a one two\n__label__b three four\n" * 9)
    call("train", "classifier", tmp_path / "t", tmp_path / "m", "--dim", 4, "--epochs", 1, "--threads", 1)
    code, _, err = call("evaluate", tmp_path / "m", tmp_path / "t", "--recipe", "sif")
    assert code == 2 and "--recipe is for vectors" in err
    code, _, err = call("evaluate", tmp_path / "m")
    assert code == 2 and "evaluate needs TEXTS with labels" in err
    page = tmp_path / "page.html"
    assert call("evaluate", tmp_path / "m", tmp_path / "t", "--html", page)[0] == 0
    assert "Classification" in page.read_text() and "precision@1" in page.read_text()


@pytest.mark.skipif(not (DATA / "ko").is_dir(), reason=f"no data sets in {DATA} (OMNIVEC_DATA)")
def test_named_sets_of_sentences_are_their_test_parts(call, folder):
    words = ("--sts", "korsts", "--data", DATA, "--resamples", 0)
    report = json.loads(call("evaluate", folder, *words, "--json")[1])
    assert report["sts"]["korsts-test"]["pairs"] == 1_379
    assert report["sts"]["korsts-test"]["ci"] is None


def test_a_set_of_another_kind_is_no_set_of_sentences(call, folder):
    code, _, err = call("evaluate", folder, "--sts", "sst2")
    assert code == 2 and "got 'sst2', which has texts" in err
