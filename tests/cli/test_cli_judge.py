"""`evaluate`."""

import json


def test_evaluate_prints_scores_with_their_coverage(call, vectors_folder, tmp_path):
    pairs, questions = tmp_path / "pairs.tsv", tmp_path / "questions.txt"
    pairs.write_text("king\tqueen\t9\nking\tman\t3\nman\twoman\t2\nking\tnobody\t1\n")
    questions.write_text(": family\nking queen man woman\n: gram1\nking queen man nobody\n")
    words = ("evaluate", vectors_folder, "--similarity", pairs, "--analogies", questions, "--restrict", 100)
    code, out, err = call(*words, "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert report["similarity"]["pairs"] == {**report["similarity"]["pairs"], "pairs": 4, "covered": 3}
    assert report["analogies"]["total"]["asked"] == 2
    assert report["analogies"]["syntactic"] == {
        "accuracy": None, "correct": 0, "seen": 0, "asked": 1, "covered": 0, "ci": None,
    }  # fmt: skip
    table = call(*words)[1]
    assert "Spearman" in table and "family" in table and "of asked" in table


def test_files_of_one_name_are_told_apart(call, vectors_folder, tmp_path):
    paths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "pairs.tsv")
        paths[-1].write_text("king\tqueen\t9\nking\tman\t3\n")
    _, out, _ = call("evaluate", vectors_folder, "--similarity", *paths, "--json")
    assert [*json.loads(out)["similarity"]] == [str(path) for path in paths]
