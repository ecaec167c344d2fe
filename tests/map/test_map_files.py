"""What is computed for a map, how it is written, and what is refused."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from omnivec import Vectors, errors
from omnivec.cli import main
from omnivec.evaluate.groups import read_categories
from omnivec.explore.map import MOST, atlas, write_map, write_points
from omnivec.explore.map.groups import NONE, of
from omnivec.explore.map.page import code
from omnivec.explore.map.writing import page_bytes


def block(text, name, dtype):
    parts = re.findall(f'data-block="{name}">([^<]*)<', text)
    return np.frombuffer(b"".join(map(base64.b64decode, parts)), dtype)


def test_the_page_holds_the_model_s_very_numbers(made, vectors):
    text = made[0].read_text("utf-8")
    assert (block(text, "vectors", "<f4").reshape(600, 21) == vectors.vectors).all()
    assert (block(text, "points", "<f4").reshape(600, 2) == made[1].points).all()
    assert (block(text, "counts", "<f8") == vectors.keys.counts).all()
    about = json.loads(re.search('id="about">(.*?)</script>', text)[1])
    assert about["rows"] == 600 and about["projection"]["kept"] == made[1].kept
    assert made[0].stat().st_size == pytest.approx(page_bytes(vectors), rel=0.1)


def test_large_arrays_travel_in_pieces(vectors, tmp_path, monkeypatch):
    monkeypatch.setattr("omnivec.explore.map.page.PIECE", 5000)
    write_map(vectors, tmp_path / "map.html", projection="pca", clusters=0)
    text = (tmp_path / "map.html").read_text("utf-8")
    assert text.count('data-block="vectors"') > 5
    assert (block(text, "vectors", "<f4").reshape(600, 21) == vectors.vectors).all()


def test_our_own_code_is_small_and_names_no_address():
    text = code()
    assert sum(len(part.encode()) for part in text.values()) < 1 << 20
    addresses = re.findall(r"https?://[^\s\"')]+", "".join(text.values()))
    assert addresses == ["http://www.w3.org/2000/svg"]  # the name of a kind of element, not a place


def test_hubness_is_how_many_lists_hold_a_row(made, vectors):
    lists = [vectors.neighbors(row, topn=10) for row in range(600)]
    wanted = np.zeros(600, int)
    for found in lists:
        wanted[[vectors.key_to_index[key] for key, _ in found]] += 1
    wanted[made[1].nearest[50]] -= 1  # a row of zeros is near nothing, its list says nothing of others
    # Rows of equal score may change places at the end of a list.
    assert np.abs(made[1].hubs - wanted).sum() <= 12
    assert made[1].hubs.sum() == 5990


def test_a_map_of_the_first_rows_has_neighbours_among_them(vectors):
    made = atlas(vectors, rows=50, projection="pca", clusters=3)
    assert made.rows == 50 and made.points.shape == (50, 2) and made.nearest.max() < 50
    wanted = vectors.neighbors(7, restrict=50)
    assert [vectors.keys[row] for row in made.nearest[7].tolist()] == [key for key, _ in wanted]


def test_the_same_seed_gives_the_same_page(vectors, tmp_path):
    for name in ("one", "other"):
        write_map(vectors.subset(range(80)), tmp_path / f"{name}.html", title="x")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()


def test_points_for_embedding_atlas(made, vectors, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    size = write_points(made[1], tmp_path / "points.parquet")
    assert size == (tmp_path / "points.parquet").stat().st_size
    table = parquet.read_table(tmp_path / "points.parquet")
    assert table.column_names == ["word", "x", "y", "hubness", "count", "cluster", "group", "neighbors"]
    columns = table.to_pydict()
    assert columns["word"][:3] == ["king", "queen", "man"]
    assert (np.array(columns["x"], np.float32) == made[1].points[:, 0]).all()
    assert columns["group"][23] == "even" and columns["group"][0] is None
    near = columns["neighbors"][0]
    found = vectors.neighbors(0)
    assert [columns["word"][row] for row in near["ids"]] == [key for key, _ in found]
    assert near["distances"] == pytest.approx([1 - score for _, score in found], abs=1e-6)


def test_groups_are_read_from_a_file(tmp_path, vectors):
    path = tmp_path / "groups.tsv"
    path.write_text("\ufeffking\tperson\r\n\r\nqueen\tperson\n서울\tcity\nnobody\tperson\n", "utf-8")
    found = of(vectors.keys, 600, read_categories(path))
    assert found.names == ["person", "city"] and found.unknown == 1
    assert found.numbers[[0, 1, 7, 2]].tolist() == [0, 0, 1, NONE]


def test_what_cannot_be_a_map_is_refused(vectors, tmp_path):
    with pytest.raises(errors.InputError, match="there are no rows"):
        atlas(Vectors([], np.empty((0, 3))))
    with pytest.raises(errors.InputError, match="none of the 1 grouped words"):
        atlas(vectors, groups={"nobody": "x"}, projection="pca")
    for wrong, message in [
        ({"projection": "som"}, "projection must be one of neighbors, pca"),
        ({"clusters": 256}, "clusters must lie between"),
        ({"rows": 0}, f"and {MOST:,}, got 0"),
    ]:
        with pytest.raises(errors.OptionError, match=message):
            atlas(vectors, **wrong)
    (tmp_path / "there.html").write_text("mine")
    for path, message in [("there.html", "exists"), ("no/map.html", "there is no folder")]:
        with pytest.raises(errors.OutputError, match=message):
            write_map(vectors, tmp_path / path, told=lambda *_: pytest.fail("worked before it looked"))
    assert (tmp_path / "there.html").read_text() == "mine"


def run(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def folder(vectors, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "some words.omnivec"
    vectors.save(path)
    return path


def test_the_command_line(capsys, folder, tmp_path):
    groups = tmp_path / "g"
    groups.write_text("king\ta\nnobody\tb\n")
    words = (
        "map",
        folder,
        "-o",
        tmp_path / "map.html",
        "--groups",
        groups,
        "--limit",
        100,
        "--projection",
        "pca",
    )
    code, out, err = run(capsys, *words, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (
        told["rows"] == 100 and told["groups"] == 1 and told["unknown"] == 1 and told["projection"] == "pca"
    )
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
    shape = json.loads(re.search("^## map$.*?^```json\n(.*?)^```", page, re.M | re.S)[1])
    assert [*told] == [name.rstrip("?") for name in shape]
    assert told["bytes"] == (tmp_path / "map.html").stat().st_size
    assert "<title>some words</title>" in (tmp_path / "map.html").read_text("utf-8")
    assert [line.split()[0] for line in err.splitlines()] == ["Map", "Projected", "Left", "Saved", "Next"]
    code, out, err = run(capsys, *words)
    assert (code, out) == (1, "") and err.count("\n") == 1 and "exists" in err
    assert run(capsys, *words, "--overwrite", "-q") == (0, "", "")


def test_the_command_line_writes_parquet_and_says_how_to_open_it(capsys, folder, tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "my points.parquet"
    code, _, err = run(capsys, "map", folder, "--output", path, "--projection", "svd", "--clusters", 0)
    assert code == 0 and path.stat().st_size > 1000
    assert f"embedding-atlas '{path}' --text word --x x --y y --neighbors neighbors" in err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [(["-o", "map.txt"], 2, "--output must end in .html, or in .parquet for embedding-atlas, got 'map.txt'"),
     (["-o", "no/map.html"], 1, "there is no folder"), ([], 2, "--output"),
     (["-o", "m.html", "--projection", "tnse"], 2, "tsne"), (["-o", "m.html", "--clusters", "300"], 2, "255"),
     (["-o", "m.html", "--groups", "nothing"], 1, "nothing"), (["-o", "folder.html"], 1, "exists")],
)  # fmt: skip
def test_a_wrong_call_is_one_line(capsys, folder, tmp_path, monkeypatch, words, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    found, out, err = run(capsys, "map", folder, *words)
    assert (found, out) == (code, "") and message in err and err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.html"]


def test_a_model_that_is_not_there(capsys, tmp_path):
    code, _, err = run(capsys, "map", tmp_path / "none", "-o", tmp_path / "m.html")
    assert code == 1 and "none" in err and err.count("\n") == 1


def test_groups_are_the_file_that_plots_take(capsys, folder, tmp_path):
    groups = tmp_path / "groups.txt"
    groups.write_text("# mine\nword\tcategory\nking person\n서울\tcity\nalone\n")
    words = ("map", folder, "-o", tmp_path / "map.html", "--groups", groups, "--projection", "pca")
    code, out, err = run(capsys, *words, "--json")
    assert code == 0 and json.loads(out)["groups"] == 2 and "1 lines are not WORD, CATEGORY" in err
    groups.write_text("alone\n")
    code, out, err = run(capsys, *words, "--overwrite")
    assert (code, out) == (1, "") and "line 1: expected WORD, CATEGORY with a tab between" in err


def test_a_model_in_the_folder_one_stands_in_has_its_name_as_title(capsys, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    assert run(capsys, "map", ".", "-o", tmp_path / "map.html", "--projection", "pca", "-q")[0] == 0
    assert "<title>some words</title>" in (tmp_path / "map.html").read_text("utf-8")


def test_rows_of_zeros_drag_no_row_away_from_its_own():
    draw = np.random.default_rng(2)
    matrix = (np.repeat(np.eye(4, 8), 50, axis=0) + draw.normal(0, 0.1, (200, 8))).astype(np.float32)
    for empty in (1, 60):
        rows = np.concatenate([matrix, np.zeros((empty, 8), np.float32)])
        points = atlas(Vectors([f"w{n}" for n in range(len(rows))], rows), clusters=0).points
        middle = points[:50].mean(axis=0)
        away = np.linalg.norm(points[:50] - middle, axis=1)
        assert away[:10].mean() < 2 * away[10:].mean()  # the first rows stand in the lists of the zeros
        assert np.isfinite(points).all()
