"""`neighbors` and `analogy`: words as arguments and as lines."""

import io
import json
import sys

from omnivec import load
from omnivec.cli import main
from omnivec.cli.ask.neighbors import scores


def test_neighbors_of_one_word_are_lines_of_word_and_score(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "king", "--topn", 1)
    assert (code, err) == (0, "")
    word, score = out.split()
    assert word == "queen" and 0.9 < float(score) < 1


def test_neighbors_of_several_words_stand_under_each(call, vectors_folder):
    _, out, _ = call("neighbors", vectors_folder, "king", "man", "--topn", 1)
    assert [line.split()[0] for line in out.splitlines()] == [
        "king",
        "queen",
        "man",
        out.splitlines()[3].split()[0],
    ]
    assert out.splitlines()[1].startswith("  ")


def test_json_scores_are_those_of_python(call, vectors_folder):
    _, out, _ = call("neighbors", vectors_folder, "king", "--json")
    wanted = load(vectors_folder).vectors.neighbors("king")
    assert json.loads(out) == {"king": [[word, score] for word, score in wanted]}


def test_analogy_is_b_minus_a_plus_c(call, vectors_folder):
    _, out, _ = call("analogy", vectors_folder, "king", "queen", "man", "--json", "--topn", 2)
    wanted = load(vectors_folder).vectors.analogy("king", "queen", "man", topn=2)
    assert json.loads(out) == [[word, score] for word, score in wanted]


def test_a_score_of_nothing_has_no_sign():
    assert scores([("a", -0.0), ("b", -0.00001), ("c", -0.5)]) == ["a   0.0000", "b   0.0000", "c  -0.5000"]


def test_restrict_leaves_out_rarer_words(call, vectors_folder):
    _, out, _ = call("neighbors", vectors_folder, "prince", "--json", "--restrict", 2)
    assert {word for word, _ in json.loads(out)["prince"]} == {"king", "queen"}


def test_words_come_from_stdin_one_a_line(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "--json", stdin="king\n\ntwo words\n서울")
    assert (code, err) == (0, "")
    assert [[*json.loads(line)] for line in out.splitlines()] == [["king"], ["two words"], ["서울"]]


def test_an_unknown_line_is_reported_and_the_next_answered(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "--topn", 1, stdin="kng\nking\n")
    assert code == 1
    assert err == "omnivec: unknown word 'kng'; near: 'king'\n"
    assert out.splitlines()[0] == "king"


def test_analogies_come_from_stdin_three_a_line(call, vectors_folder):
    code, out, err = call(
        "analogy", vectors_folder, "--json", stdin="king queen man\nking queen\ntwo words\tking\tman"
    )
    assert code == 1
    assert len(out.splitlines()) == 2
    assert "three words" in err


def test_a_key_cannot_command_the_terminal(call, vectors_folder):
    _, out, _ = call("neighbors", vectors_folder, "king", "--topn", 8)
    assert "\x1b" not in out
    assert "evil\\x1b[2Jword" in out


def test_columns_align_by_display_width(call, vectors_folder):
    from rich.cells import cell_len

    _, out, _ = call("neighbors", vectors_folder, "king", "--topn", 8)
    assert "서울" in out
    assert len({cell_len(line) for line in out.splitlines()}) == 1


def test_a_latin_terminal_gets_spelled_words(vectors_folder, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert main(["neighbors", str(vectors_folder), "king", "--topn", "8"]) == 0
    sys.stdout.seek(0)
    assert "\\uc11c\\uc6b8" in sys.stdout.read()


def test_json_is_utf8_on_a_latin_terminal(vectors_folder, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert main(["neighbors", str(vectors_folder), "서울", "--json"]) == 0
    data = sys.stdout.buffer.getvalue()
    assert [*json.loads(data.decode("utf-8"))] == ["서울"]


def test_a_word_without_parts_in_a_pipe_leaves_the_others_their_answers(call, tmp_path):
    from omnivec import FastText

    model = FastText(dim=8, epochs=1, min_count=1, buckets=50, minn=6, threads=1)
    model.fit(["bread and butter and bread"] * 5).save(tmp_path / "m")
    code, out, err = call("neighbors", tmp_path / "m", "--topn", 1, stdin="bread\nxy\nbutter\n")
    assert code == 1 and "xy" in err and out.count("bread") + out.count("butter") >= 2
    assert len([line for line in out.splitlines() if line.startswith(("bread", "butter"))]) >= 2
