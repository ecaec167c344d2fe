"""`extend`: a model goes on with a new text."""

import numpy as np
import pytest

from omnivec import extend, load


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.txt"
    path.write_text("word1 word2 new newer word3 newest\n" * 50)
    return path


def test_extend_is_python_s(call, trained, news, tmp_path):
    flags = ["--epochs", 2, "--lr", "0.01", "--min-count", 3, "--threads", 1, "--seed", 7]
    code, out, err = call("extend", trained[0], news, tmp_path / "out", *flags)
    assert (code, out) == (0, "") and err.splitlines()[-1].startswith("Next       omnivec neighbors ")
    ours, theirs = (
        load(tmp_path / "out"),
        extend(load(trained[0]), news, epochs=2, lr=0.01, min_count=3, threads=1, seed=7),
    )
    np.testing.assert_array_equal(ours.vectors.vectors, theirs.vectors.vectors)
    assert len(ours.vectors) == len(load(trained[0]).vectors) + 3 and "newest" in ours.vectors


def test_frozen_words_stay(call, trained, news, tmp_path):
    assert call("extend", trained[0], news, tmp_path / "out", "--freeze", "--epochs", 1, "-q")[0] == 0
    before, after = load(trained[0]).vectors, load(tmp_path / "out").vectors
    np.testing.assert_array_equal(after[before.index_to_key], before.vectors)


BAD = {
    "no model": (("extend", "gone", "NEWS", "OUT"), 1, "gone: no such file or folder"),
    "no text": (("extend", "MODEL", "gone", "OUT"), 1, "gone: no such file or folder"),
    "output": (("extend", "MODEL", "NEWS", "MODEL"), 1, "exists; choose another name or add --overwrite"),
    "option": (("extend", "MODEL", "NEWS", "OUT", "--dim", "3"), 2, "unknown option --dim"),
    "value": (("extend", "MODEL", "NEWS", "OUT", "--lr", "0"), 2, "lr must lie between "),
    "vectors alone": (("extend", "VECTORS", "NEWS", "OUT"), 2, "give it to omnivec train with --start"),
    "empty path": (("extend", "", "NEWS", "OUT"), 1, "a path is needed, got an empty one"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_extension_is_one_line_and_writes_nothing(call, case, trained, vectors_folder, news, tmp_path):
    words, code, message = BAD[case]
    paths = {"MODEL": trained[0], "VECTORS": vectors_folder, "NEWS": news, "OUT": tmp_path / "out"}
    found, out, err = call(*(paths.get(word, word) for word in words), "-q")
    assert (found, out) == (code, "") and len(err.splitlines()) == 1 and message in err
    assert not (tmp_path / "out").exists()
