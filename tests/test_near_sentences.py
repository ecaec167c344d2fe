"""Nearest texts, and analogies of texts."""

import io
import json
import logging

import numpy as np
import pytest

from omnivec import InputError, Vectors, load
from omnivec.cli import main

WORDS = ["man", "woman", "king", "queen", "river", "the"]
MATRIX = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0.1, 0.1, 0, 0.1]])
TEXTS = ["the man", "the woman", "the king", "the queen", "river river", "the man", "", "nobody knows"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("near") / "m"
    Vectors(WORDS, MATRIX.astype(np.float32), counts=np.arange(6, 0, -1)).save(folder)
    return str(folder)


def test_the_nearest_texts_are_those_of_the_largest_cosine(path, caplog):
    model = load(path)
    with caplog.at_level(logging.WARNING, "omnivec"):
        near = model.sentences(TEXTS)
    assert list(near.vectors) == TEXTS[:5] and "2 of 7 texts" in caplog.text
    other, same = near.neighbors(["king", "the king"], topn=5)
    rows, asked = model.embed(TEXTS[:5]), model.embed(["king"])[0]
    cosines = rows @ asked / np.linalg.norm(rows, axis=1) / np.linalg.norm(asked)
    assert [text for text, _ in other] == [TEXTS[place] for place in np.argsort(-cosines)]
    np.testing.assert_allclose([score for _, score in other], np.sort(cosines)[::-1], atol=1e-6)
    assert len(same) == 4 and "the king" not in dict(same)
    with pytest.raises(InputError, match="nothing of 'xyz' is known"):
        near.neighbors(["king", "xyz"])
    with pytest.raises(InputError, match="nothing is known of any of the 1 texts"):
        model.sentences(["xyz"])
    with pytest.raises(InputError, match="no text to be asked for"):
        model.sentences([])


def test_one_text_in_place_of_many_and_lists_of_tokens_are_refused(path):
    model = load(path)
    near = model.sentences(TEXTS)
    for some in ("the king", ["the king", ["the", "king"]], None):
        with pytest.raises(InputError, match="many texts are expected|got list"):
            model.sentences(some)
        with pytest.raises(InputError, match="many texts are expected|got list"):
            near.neighbors(some)


def test_analogies_of_texts_leave_the_three_out(path):
    near = load(path).sentences(TEXTS)
    assert near.analogy("the man", "the king", "the woman")[0][0] == "the queen"
    assert near.analogy("man", "king", "the woman")[0][0] == "the queen"
    assert near.analogy("the man", "the king", "the woman", topn=9)[1][0] == "river river"


def test_sif_takes_from_a_question_what_the_texts_share(path):
    model = load(path)
    near = model.sentences(TEXTS[:5], "sif")
    np.testing.assert_allclose(near.vectors.vectors, model.embed(TEXTS[:5], "sif"), atol=1e-6)
    np.testing.assert_allclose(near.embed(["the king"])[0], near.vectors["the king"], atol=1e-6)


def test_the_command_line_asks_for_lines(path, tmp_path, capsys, monkeypatch):
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(TEXTS) + "\n")
    assert main(["neighbors", path, "--sentences", str(file), "king", "--topn", "2", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [text for text, _ in found["king"]] == ["the king", "the man"]
    words = ["analogy", path, "--sentences", str(file), "-q"]
    assert main([*words, "the man", "the king", "the woman", "--topn", "1"]) == 0
    assert capsys.readouterr().out.split("  ")[0] == "the queen"

    def given(text):
        return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")

    monkeypatch.setattr("sys.stdin", given("the man\tthe king\tthe woman\nxyz\tking\tman\n"))
    assert main([*words, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)[0][0] == "the queen" and "nothing of 'xyz' is known" in err
    monkeypatch.setattr("sys.stdin", given("the king\n"))
    assert main(["neighbors", path, "--sentences", str(file), "--recipe", "sif"]) == 0
    assert "the queen" in capsys.readouterr().out
    for wrong in (["--recipe", "sif"], ["--sentences", str(file), "--approximate"]):
        assert main(["neighbors", path, "king", *wrong]) == 2
        assert "--sentences" in capsys.readouterr().err
