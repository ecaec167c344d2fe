"""What vectors look like: each figure against its definition, rows never updated, what the verbs print."""

import json

import numpy as np
import pytest

from omnivec import PPMISVD, FastText, InputError, Sent2Vec, Vectors, Word2Vec, load
from omnivec.evaluate import diagnose
from omnivec.evaluate.details import details
from omnivec.evaluate.hubness import hubs
from omnivec.evaluate.statistics import spearman
from omnivec.learners.untouched import untouched

SMALL = {"dim": 8, "epochs": 1, "threads": 1, "min_count": 1}


def planted(rows=1500, dim=6, seed=1):
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(rows, dim)).astype(np.float32) + np.float32(0.5)
    matrix[3] = 0
    return Vectors([f"w{n}" for n in range(rows)], matrix, counts=np.arange(rows, 0, -1))


def pairwise(matrix):
    """The mean cosine of all pairs of different rows that are no zeros, one by one."""
    lengths = np.linalg.norm(matrix, axis=1)
    units = matrix[lengths > 0] / lengths[lengths > 0, None]
    cosines = units @ units.T
    return cosines[~np.eye(len(units), dtype=bool)].mean()


def test_the_mean_cosine_is_that_of_all_pairs():
    vectors = planted()
    found = diagnose(vectors)
    assert found.cosine == pytest.approx(pairwise(vectors.vectors.astype(np.float64)), abs=1e-9)
    for band in found.bands:
        rows = vectors.vectors[band.first - 1 : band.last].astype(np.float64)
        assert band.cosine == pytest.approx(pairwise(rows), abs=1e-9)


def test_bands_are_powers_of_ten_and_hold_every_row_once():
    found = diagnose(planted())
    assert [(band.first, band.last) for band in found.bands] == [(1, 100), (101, 1000), (1001, 1500)]
    assert [(band.most, band.least) for band in found.bands] == [(1500, 1401), (1400, 501), (500, 1)]


def test_lengths_are_those_of_rows_that_are_no_zeros():
    vectors = planted()
    lengths = np.linalg.norm(vectors.vectors.astype(np.float64), axis=1)
    there = np.delete(lengths, 3)
    found = diagnose(vectors)
    assert found.zeros == 1 and found.tokens == sum(range(1501))
    wanted = {"mean": there.mean(), "median": np.median(there), "least": there.min(), "largest": there.max()}
    assert dict(found.length) == pytest.approx(wanted)
    expected = spearman(there, np.delete(np.arange(1500, 0, -1), 3)).statistic
    assert found.length_by_count == pytest.approx(expected)


def test_occurrences_of_a_band_are_the_mean_of_its_words():
    vectors = planted(rows=300)
    found, asked = diagnose(vectors, k=5, words=120), hubs(vectors, 5, 120)
    rows = np.arange(100, 300)
    assert found.bands[1].occurrences == pytest.approx(asked.occurrences(vectors.vectors[rows], rows).mean())


def test_rows_of_zeros_change_no_figure_but_their_number():
    matrix = np.random.default_rng(4).normal(size=(60, 6)).astype(np.float32) + np.float32(0.3)
    plain = Vectors([f"w{n}" for n in range(60)], matrix)
    keys = [*plain][:5] + [f"zero{n}" for n in range(20)] + [*plain][5:]
    holes = Vectors(keys, np.insert(matrix, [5] * 20, 0, axis=0))
    one, other = (diagnose(vectors, k=3) for vectors in (plain, holes))
    assert (one.zeros, other.zeros) == (0, 20) and one.largest == other.largest
    assert dict(one.length) == pytest.approx(dict(other.length)) and one.cosine == pytest.approx(other.cosine)
    assert (one.hubs.skewness, one.hubs.in_none) == (other.hubs.skewness, other.hubs.in_none)
    (first,), (second,) = one.bands, other.bands
    assert first.length == pytest.approx(second.length) and first.occurrences == second.occurrences


def test_a_band_of_zeros_has_no_length():
    matrix = np.random.default_rng(4).normal(size=(150, 4)).astype(np.float32)
    matrix[100:] = 0
    last = diagnose(Vectors([str(n) for n in range(150)], matrix)).bands[1]
    assert (last.first, last.length, last.cosine, last.occurrences) == (101, None, None, None)


def test_without_counts_figures_of_counts_are_absent():
    found = diagnose(Vectors(["a", "b", "c"], np.eye(3)))
    assert (found.tokens, found.length_by_count, found.bands[0].most) == (None, None, None)
    assert found.cosine == pytest.approx(0)


def test_smaller_numbers_are_read_as_what_they_stand_for(tmp_path):
    planted().save(tmp_path / "m")
    whole, half = (diagnose(load(tmp_path / "m", dtype=dtype).vectors) for dtype in ("float32", "float16"))
    assert half.cosine == pytest.approx(whole.cosine, abs=1e-3)


@pytest.mark.parametrize("rows", [0, 1])
def test_fewer_than_two_rows_are_refused(rows):
    with pytest.raises(InputError, match="two or more"):
        diagnose(Vectors(["a"][:rows], np.ones((rows, 2), np.float32)))


def test_rows_that_no_window_met_are_as_they_began(lines):
    alone = [f"alone{n}" for n in range(5)]  # each is a line, and so without context
    model = Word2Vec(**SMALL).fit([*lines, *alone])
    marks = untouched(model)
    still = [model.keys[row] for row in np.flatnonzero(marks["vectors"])]
    assert still == sorted(alone) and len(marks["output"]) == len(model.keys)
    found = diagnose(model.vectors, untouched=marks)
    assert [(each.table, each.still) for each in found.untouched][0] == ("vectors", 5)
    assert sum(band.untouched for band in found.bands) == 5


def test_buckets_that_no_word_uses_are_counted(lines):
    model = FastText(**SMALL, buckets=5000, maxn=3).fit(lines)
    used = {row for word in model.keys for _, row in model.subwords(word)}
    marks = untouched(model)["inputs"]
    assert not marks[sorted(used)].any()
    assert marks.sum() == len(marks) - len(used)


@pytest.mark.slow  # compiles the kernel over units
def test_sent2vec_begins_n_grams_with_zeros(lines):
    model = Sent2Vec(**SMALL, word_ngrams=2, buckets=3000).fit(lines)
    marks = untouched(model)["inputs"]
    assert (marks[len(model.keys) :] == ~model.inputs.span(len(model.keys), len(marks)).any(axis=1)).all()


def test_how_rows_began_is_not_known_of_everything(lines, tmp_path):
    model = Word2Vec(**SMALL).fit(lines)
    model.save(tmp_path / "m")
    marks = untouched(load(tmp_path / "m"))["vectors"]
    assert untouched(load(tmp_path / "m", limit=5))["vectors"].tolist() == marks[:5].tolist()
    assert untouched(load(tmp_path / "m", dtype="float16")) is None
    assert untouched(Word2Vec(**SMALL).fit(lines, start=model)) is None
    model.vectors.save_word2vec_format(tmp_path / "m.txt")
    assert untouched(load(tmp_path / "m.txt")) is None
    pytest.importorskip("sklearn")
    assert untouched(PPMISVD(dim=4, threads=1, min_count=1).fit(lines)) is None


def test_details_are_those_of_the_words():
    vectors = planted(rows=50)
    asked = hubs(vectors, 5, 30)
    found = details(vectors, ["w2", "w40"], asked)
    assert [(one.word, one.count) for one in found] == [("w2", 48), ("w40", 10)]
    assert found[0].occurrences == asked.counts[2]
    assert found[1].length == pytest.approx(float(np.linalg.norm(vectors["w40"])))


def test_a_word_made_of_its_parts_has_no_count(lines):
    model = FastText(**SMALL, buckets=2000).fit(lines)
    (found,) = details(model.vectors, ["riverlake"], hubs(model.vectors, 3))
    assert found.count is None and found.length > 0


def test_diagnostics_of_a_model_are_printed(call, lines, tmp_path):
    Word2Vec(**SMALL).fit([*lines, "alone"]).save(tmp_path / "m")
    code, out, _ = call("info", tmp_path / "m", "--diagnostics")
    assert code == 0 and "never updated, vectors" in out and "mean cosine of two words" in out
    said = json.loads(call("info", tmp_path / "m", "--diagnostics", "--json")[1])
    assert said["never_updated"]["vectors"] == {"still": 1, "rows": said["rows"]}
    assert call("info", tmp_path / "m", "--diagnostics", "--html", tmp_path / "d.html")[0] == 0
    assert "By frequency" in (tmp_path / "d.html").read_text(encoding="utf-8")
    code, _, err = call("info", tmp_path / "m", "--html", tmp_path / "e.html")
    assert code == 2 and "--diagnostics" in err
    code, _, err = call("info", tmp_path / "m", "--diagnostics", "--html", tmp_path / "d.html")
    assert code == 1 and "exists" in err


def test_details_stand_beside_neighbours(call, lines, tmp_path):
    model = Word2Vec(**SMALL).fit(lines)
    model.save(tmp_path / "m")
    said = json.loads(call("neighbors", tmp_path / "m", "river", "--topn", "3", "--details", "--json")[1])
    found = said["river"]
    assert [one["word"] for one in found["neighbors"]] == [w for w, _ in model.vectors.neighbors("river", 3)]
    assert found["count"] == model.vectors.get_vecattr("river", "count")
    assert found["mean_cosine"] == pytest.approx(diagnose(model.vectors).cosine)
    _, out, _ = call("neighbors", tmp_path / "m", "river", "--details")
    assert out.splitlines()[0].split() == ["Word", "cosine", "count", "length", "lists"]
    assert out.splitlines()[1].split()[:2] == ["river", "–"]
    _, out, err = call("neighbors", tmp_path / "m", "--details", stdin="river\nsea\n")
    assert out.count("Word") == 2 and "Mean cosine" in err


def test_details_are_of_words(call, lines, tmp_path, text):
    Word2Vec(**SMALL).fit(lines).save(tmp_path / "m")
    code, _, err = call("neighbors", tmp_path / "m", "--sentences", text, "--details", "river")
    assert code == 2 and "--sentences and --details exclude each other" in err
