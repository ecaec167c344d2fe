"""`omnivec plot`: pictures as files, what is unknown told, every mistake a line."""

import json

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.explore import fonts

pytest.importorskip("matplotlib")

KINDS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture
def trained(tmp_path):
    from omnivec import Word2Vec

    text = [["a", "b", "c", "d"]] * 50
    Word2Vec(dim=4, epochs=3, min_count=1, threads=1, sample=0).fit(text).save(tmp_path / "trained.omnivec")
    return tmp_path / "trained.omnivec"


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_drawn_and_the_unknown_told(call, model, tmp_path, kind):
    picture = tmp_path / f"words.{kind}"
    code, out, err = call("plot", "words", model, "king", "kng", "lake", "bread", "king", "-o", picture)
    assert (code, out) == (0, "") and picture.read_bytes().startswith(KINDS[kind])
    saved, unknown = err.splitlines()
    assert saved.startswith(f"Saved      {picture}, 3 of 4 words; PCA, ")
    assert unknown == "Unknown    kng"


def test_words_come_from_stdin_a_file_or_the_most_frequent(call, model, tmp_path):
    def told(*words, stdin=""):
        picture = tmp_path / "words.png"
        code, out, _ = call(
            "plot", "words", model, *words, "-o", picture, "--overwrite", "--json", stdin=stdin
        )
        assert code == 0
        return json.loads(out)

    assert told(stdin="king\nlake\n\nkng\n") == {
        "picture": str(tmp_path / "words.png"), "asked": 3, "found": 2, "unknown": ["kng"],
        "caption": "PCA, 100 % of the variance · 1 of 3 words unknown",
    }  # fmt: skip
    groups = tmp_path / "groups.tsv"
    groups.write_text("word\tcategory\nking\tpeople\nqueen\tpeople\nlake\twater\nsea\twater\n")
    assert (found := told("--groups", groups))["asked"] == 4 and found["unknown"] == ["sea"]
    assert told("--groups", groups, "bread")["asked"] == 5
    assert told("--most", "7")["asked"] == 7
    assert told("king", "guitar", "kng", "--near", "2") | {"picture": "", "caption": ""} == {
        "picture": "", "asked": 7, "found": 6, "unknown": ["kng"], "caption": "",
    }  # fmt: skip


def test_near_words_are_the_library_s_neighbours_in_the_group_of_their_word(vectors):
    from omnivec.cli.look.plot import with_nearest

    words, group = with_nearest(vectors, ["king", "kng", "queen"], 3)
    near = {word: [key for key, _ in vectors.neighbors(word, topn=3)] for word in ("king", "queen")}
    assert words[:3] == ["king", "kng", "queen"] and {*words} == {
        "kng",
        "king",
        "queen",
        *near["king"],
        *near["queen"],
    }
    assert group["king"] == "king" and group["queen"] == "queen"  # though each is near the other
    assert all(group[key] == "king" for key in near["king"] if key != "queen")


def test_a_long_list_of_unknown_words_is_cut(call, model, tmp_path):
    unknown = [f"none{place}" for place in range(23)]
    _, _, err = call("plot", "words", model, "king", *unknown, "-o", tmp_path / "a.png")
    assert err.splitlines()[-1].split() == ["Unknown", *unknown[:20], "and", "3", "more"]


def test_arrows_take_pairs_of_words(call, model, tmp_path):
    picture = tmp_path / "arrows.svg"
    words = ("plot", "arrows", model)
    assert call(*words, "king", "river", "queen", "lake", "-o", picture)[0] == 0
    assert (
        "mean cosine of the arrows"
        in call(*words, "-o", picture, "--overwrite", stdin="king\triver\nqueen lake")[2]
    )
    code, _, err = call(*words, "king", "river", "queen", "-o", tmp_path / "a.png")
    assert (code, err) == (2, "omnivec: plot arrows takes words in pairs, got 3; the last is 'queen'\n")
    assert "two words in a line, got 3" in call(*words, "-o", tmp_path / "a.png", stdin="a b c")[2]


def test_similarity_is_a_grid(call, model, tmp_path):
    code, out, _ = call(
        "plot", "similarity", model, "king", "kng", "lake", "-o", tmp_path / "a.png", "--json"
    )
    assert code == 0 and json.loads(out)["unknown"] == ["kng"]


def test_losses_of_models_beside_each_other(call, trained, model, tmp_path):
    picture = tmp_path / "losses.png"
    assert call("plot", "losses", trained, "-o", picture)[2].startswith(
        f"Saved      {picture}, 1 of 1 models"
    )
    code, out, _ = call("plot", "losses", trained, model, "-o", tmp_path / "two.png", "--json")
    assert code == 0 and json.loads(out)["unknown"] == [str(model)]
    code, out, err = call("plot", "losses", trained, trained, "-o", tmp_path / "same.png", "--json")
    assert code == 0 and json.loads(out)["asked"] == 1, err
    code, _, err = call("plot", "losses", model, "-o", tmp_path / "none.png")
    assert (code, err) == (2, "omnivec: nothing to draw: no epoch of the history has a loss\n")
    assert call("plot", "losses", "-o", picture)[2] == (
        "omnivec: plot losses needs a model; see omnivec plot losses --help\n"
    )


@pytest.mark.parametrize(
    "words,code,says",
    [
        (("king", "-o", "a.gif"), 2, "a picture ends in .png, .svg or .pdf, got 'gif'"),
        (("king", "-o", "there.png"), 1, "there.png exists; choose another name or add --overwrite"),
        (("king", "-o", "nowhere/a.png"), 1, "there is no folder"),
        (("king",), 2, "plot words needs --output; see omnivec plot words --help"),
        (("kng", "qun", "-o", "a.png"), 1, "none of 2 words is known, 'kng' the first of them"),
        (("-o", "a.png"), 2, "no words to draw; name at least one"),
        (("king", "--groups", "none.tsv", "-o", "a.png"), 1, "none.tsv: no such file or folder"),
        (("king", "lake", "--method", "tsne", "-o", "a.png"), 2, "t-SNE needs 4 rows, got 2; use pca"),
        (("king", "--method", "tsnee", "-o", "a.png"), 2, "did you mean 'tsne'?"),
    ],
)
def test_mistakes_are_a_line(call, model, tmp_path, monkeypatch, words, code, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.png").write_bytes(b"mine")
    got, out, err = call("plot", "words", model, *words, stdin="")
    assert (got, out, err.count("\n")) == (code, "", 1) and says in err
    assert (tmp_path / "there.png").read_bytes() == b"mine" and not (tmp_path / "a.png").exists()


def test_a_model_that_is_not_there_is_said_before_anything(call, tmp_path):
    code, _, err = call("plot", "words", tmp_path / "no.omnivec", "king", "-o", tmp_path / "a.png")
    assert code == 1 and "no such file or folder" in err


def test_letters_that_no_font_has_are_one_line(call, tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "_told", set())
    monkeypatch.setattr(fonts, "installed", lambda name: None)
    Vectors(["왕", "여왕"], np.eye(2)).save(tmp_path / "ko.omnivec")
    words = ("plot", "words", tmp_path / "ko.omnivec", "왕", "여왕", "-o")
    _, _, err = call(*words, tmp_path / "ko.png")
    assert err.startswith("Warning    no installed font has the letters") and err.count("Warning") == 1
    monkeypatch.setattr(fonts, "_told", set())
    assert call(*words, tmp_path / "quiet.png", "-q") == (0, "", "")


def test_no_pyplot_is_needed_for_files(call, model, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for verb in ("words", "arrows", "similarity"):
        assert call("plot", verb, model, "king", "queen", "-o", tmp_path / f"{verb}.png")[0] == 0
