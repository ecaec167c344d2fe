"""Opening a model: what its parts must be to fit together."""

import numpy as np
import pytest

from omnivec import FormatError, OptionError, Vectors, load
from omnivec.data.tree import check_tree
from omnivec.engine.graft import carry_over
from omnivec.store.folder import write_folder
from omnivec.store.keys import Keys
from omnivec.store.tables import empty_table

CONFIG = {
    "learner": "word2vec", "options": {"dim": 4}, "preset": None, "changed": {}, "head": None, "dim": 4,
    "rows": 3, "training": {"loss": [2.0, 1.0]},
}  # fmt: skip


def saved(path, *, config=(), tables=()):
    keys = Keys.build(["a", "b", "c"])
    whole = {"vectors": empty_table(3, 4), "output": empty_table(3, 4), **keys.tables(), **dict(tables)}
    whole = {name: table for name, table in whole.items() if table is not None}
    write_folder(path, {**CONFIG, **dict(config)}, whole, "card")
    return path


def test_a_whole_model_opens(tmp_path):
    model = load(saved(tmp_path / "m"))
    assert model.learner == "word2vec" and model.vectors.vector_size == 4 and len(model.output) == 3
    assert model.history == [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}]


@pytest.mark.parametrize("dim", [0, -3, 17, True, 4.0, "4", None])
def test_a_dim_that_the_rows_cannot_have_is_refused(tmp_path, dim):
    with pytest.raises(FormatError, match=r"m: expected .* of dim"):
        load(saved(tmp_path / "m", config={"dim": dim}))


@pytest.mark.parametrize("name", ["vectors", "output"])
@pytest.mark.parametrize(
    "table",
    [np.zeros((2, 16), np.float32), np.zeros((3, 16), np.float64), np.zeros(16, np.float32)],
    ids=["rows", "dtype", "axes"],
)
def test_a_table_that_does_not_fit_is_refused_by_name(tmp_path, name, table):
    with pytest.raises(FormatError, match=f"m: expected .* {name}"):
        load(saved(tmp_path / "m", tables={name: table}))


TREE = np.array([[2, 1], [3, 0]], np.int32)  # of three words: node 0 joins the rarer two, node 1 is the root
HS = {"output": None, "nodes": empty_table(2, 4), "tree": TREE}


def test_a_model_with_a_tree_opens_and_shows_no_words_for_its_nodes(tmp_path):
    model = load(saved(tmp_path / "m", tables=HS))
    assert model.tables["nodes"].shape == (2, 16) and (model.tables["tree"] == TREE).all()
    with pytest.raises(OptionError, match="its output rows are tree nodes, not words"):
        _ = model.output


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"nodes": empty_table(3, 4)}, r"expected float32 .*of shape \(2, 16\) as nodes"),
        ({"tree": TREE[:1]}, r"expected int32 of shape \(2, 2\) as tree"),
        ({"tree": TREE.astype(np.int64)}, "expected int32"),
        ({"nodes": None}, "nodes and tree belong together"),
        ({"tree": None}, "nodes and tree belong together"),
        ({"frozen": np.zeros(2, np.uint8)}, r"expected uint8 of shape \(3,\) as frozen"),
    ],
)
def test_a_tree_that_could_lead_astray_is_refused(tmp_path, tables, says):
    with pytest.raises(FormatError, match=f"m: .*{says}"):
        load(saved(tmp_path / "m", tables={**HS, **tables}))


@pytest.mark.parametrize(
    "children",
    [[[2, 1], [4, 0]], [[4, 1], [3, 0]], [[2, 2], [3, 0]], [[-1, 1], [3, 0]], [[2, 1], [3, 2**31 - 1]]],
    ids=["its own child", "a circle", "a word is missing", "before the first", "beyond the last"],
)
def test_a_damaged_tree_opens_and_is_refused_where_it_would_be_walked(tmp_path, children):
    damaged = np.array(children, np.int32)
    assert load(saved(tmp_path / "m", tables={**HS, "tree": damaged})).tables["tree"].shape == (2, 2)
    with pytest.raises(FormatError, match="does not lead to each of 3 words"):
        check_tree(damaged)
    new = {"tree": np.empty((3, 2), np.int32)}
    with pytest.raises(FormatError, match="does not lead to each of 3 words"):
        carry_over({"tree": damaged}, new, np.arange(3), np.array([4, 3, 2, 1]))
    check_tree(TREE)


def test_a_model_without_vectors_is_refused(tmp_path):
    with pytest.raises(FormatError, match="m: .*vectors"):
        load(saved(tmp_path / "m", tables={"vectors": None}))


@pytest.mark.parametrize("field", ["learner", "options", "training"])
@pytest.mark.parametrize("value", [5, [1]])
def test_a_config_that_does_not_fit_is_refused_by_field(tmp_path, field, value):
    with pytest.raises(FormatError, match=f"config.json: .*{field}"):
        load(saved(tmp_path / "m", config={field: value}))


def test_damaged_keys_are_refused_with_the_path(tmp_path):
    with pytest.raises(FormatError, match=r"m/model.safetensors: .*keys\.offsets"):
        load(saved(tmp_path / "m", tables={"keys.offsets": None}))


def test_vectors_of_one_s_own_open_as_a_model(tmp_path):
    Vectors(["north", "south"], np.eye(2)).save(tmp_path / "own")
    model = load(tmp_path / "own")
    assert model.learner is None and model.options == {} and model.history == []


@pytest.mark.parametrize("limit", [0, -1, 1.5, "5", True])
def test_a_limit_that_is_no_number_of_rows_is_refused(tmp_path, limit):
    with pytest.raises(OptionError, match=r"limit must be a whole number from 1 on"):
        load(saved(tmp_path / "m"), limit=limit)
    assert len(load(saved(tmp_path / "n"), limit=np.int64(2)).vectors) == 2


def test_a_folder_in_place_of_a_file_and_a_name_with_a_zero_byte_are_refused(tmp_path):
    saved(tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    (tmp_path / "m" / "model.safetensors").mkdir()
    with pytest.raises(FormatError, match="m.*directory"):
        load(tmp_path / "m")
    with pytest.raises(FormatError, match="zero byte"):
        load("a\0b")
