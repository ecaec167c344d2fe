"""PyTorch-BigGraph checkpoints: all partitions with their names, the shared vector added."""

import json
import os
import pickle

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omnivec
from omnivec.errors import FormatError, MissingExtra, NotEnoughMemory, OmnivecError
from omnivec.store import formats, memory
from omnivec.store.formats import biggraph
from omnivec.store.formats.contents import Request

NAMES = [["anna", "안녕"], ["bob smith"], []]
DIM = 4


def part(row):
    return np.random.default_rng(row).normal(0, 1, (len(NAMES[row]), DIM)).astype(np.float32)


ROWS = np.concatenate([part(row) for row in range(3)])


class Runs:
    def __reduce__(self):
        return os.abort, ()


def embeddings(path, rows, **options):
    """A file of one partition as `torchbiggraph` writes it."""
    with h5py.File(path, "w") as file:
        file.attrs["format_version"] = 1
        file.create_dataset("embeddings", data=rows, **options)
        state = np.frombuffer(pickle.dumps(Runs()), np.dtype("V1"))
        file.create_dataset("optimizer/state_dict", data=state)
        file.create_dataset("config/json", data=b"{}")


def shared(path, name="user", vector=None):
    with h5py.File(path, "w") as file:
        data = np.arange(DIM, dtype=np.float32) if vector is None else vector
        file.create_dataset(f"model/entities/{name}/global_embedding", data=data)


def checkpoint(folder, kind="user", version=7, names=None):
    folder.mkdir(exist_ok=True)
    names = folder if names is None else names
    names.mkdir(exist_ok=True)
    for row, words in enumerate(NAMES):
        embeddings(folder / f"embeddings_{kind}_{row}.v{version}.h5", part(row))
        (names / f"entity_names_{kind}_{row}.json").write_text(json.dumps(words, indent=4))
        (names / f"entity_count_{kind}_{row}.txt").write_text(f"{len(words)}\n")
    (folder / "checkpoint_version.txt").write_text(f"{version}\n")
    (folder / "config.json").write_text("{}")
    return folder


@pytest.fixture
def folder(tmp_path):
    return checkpoint(tmp_path / "model")


def test_all_partitions_are_read_with_their_names(folder):
    model = omnivec.load(folder)
    assert list(model.keys) == ["anna", "안녕", "bob smith"]
    np.testing.assert_array_equal(model.vectors.vectors, ROWS)
    assert formats.detect(folder).name == "biggraph"
    assert formats.outline(folder)[1][:3] == (3, DIM, True)


def test_the_vector_that_all_entities_share_is_added(folder):
    shared(folder / "model.v7.h5")
    np.testing.assert_allclose(omnivec.load(folder).vectors.vectors, ROWS + np.arange(DIM), rtol=1e-6)
    shared(folder / "model.v7.h5", "other")
    np.testing.assert_array_equal(omnivec.load(folder).vectors.vectors, ROWS)


def test_names_may_lie_in_another_folder(tmp_path):
    folder = checkpoint(tmp_path / "model", names=tmp_path / "data")
    with pytest.raises(
        FormatError, match=r"entity_names_user_0\.json is missing; give training's entity_path"
    ):
        omnivec.load(folder)
    assert list(omnivec.load(folder, vocabulary=tmp_path / "data").keys)[2] == "bob smith"


def test_of_several_types_one_is_chosen_by_its_file_and_only_the_newest_version_counts(folder):
    checkpoint(folder, "item")
    embeddings(folder / "embeddings_user_0.v6.h5", np.zeros((9, 2), np.float32))
    with pytest.raises(FormatError, match=r"2 types, item, user; open embeddings_TYPE_0\.v7\.h5"):
        omnivec.load(folder)
    model = omnivec.load(folder / "embeddings_user_0.v7.h5")
    assert len(model.keys) == 3 and formats.detect(folder / "embeddings_user_0.v7.h5").name == "biggraph"


def test_limit_dtype_and_progress_are_heeded(folder):
    heard = []
    model = omnivec.load(folder, limit=1, dtype="float16", progress=heard.append)
    assert list(model.keys) == ["anna"] and heard == [1]
    np.testing.assert_array_equal(model.vectors.table.stored, ROWS[:1].astype(np.float16))


def test_files_of_the_newer_layout_of_hdf5_are_recognised(folder):
    with h5py.File(folder / "embeddings_user_1.v7.h5", "w", libver="latest") as file:
        file.create_dataset("embeddings", data=part(1))
    assert formats.detect(folder / "embeddings_user_1.v7.h5").name == "biggraph"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda f: (f / "embeddings_user_1.v7.h5").unlink(),
            r"embeddings_user_1\.v7\.h5 is missing; a broken",
        ),
        (lambda f: (f / "checkpoint_version.txt").write_text("8\n"), "no embeddings of version 8"),
        (lambda f: (f / "checkpoint_version.txt").write_text("x"), "a whole number was expected"),
        (
            lambda f: (f / "entity_count_user_0.txt").write_text("3"),
            "2 names, entity_count_user_0.txt says 3",
        ),
        (lambda f: (f / "entity_names_user_1.json").write_text("{}"), "a list of names was expected"),
        (lambda f: (f / "entity_names_user_1.json").write_text("[1]"), "a list of names was expected"),
        (lambda f: (f / "entity_names_user_1.json").write_text("["), "damaged, not JSON"),
        (lambda f: shared(f / "model.v7.h5", vector=np.zeros(3)), r"has shape \(3,\), \(4,\) was expected"),
        (lambda f: embeddings(f / "embeddings_user_1.v7.h5", np.zeros((1, 5))), "dim 5, partition 0 has 4"),
        (lambda f: embeddings(f / "embeddings_user_2.v7.h5", np.zeros((1, 4))), "1 rows for 0 names"),
        (lambda f: embeddings(f / "embeddings_user_0.v7.h5", np.zeros(3)), r"\(entities, dim\) was expected"),
        (lambda f: embeddings(f / "embeddings_user_0.v7.h5", np.zeros((2, 4), int)), "floats were expected"),
        (lambda f: embeddings(f / "embeddings_user_0.v7.h5", h5py.Empty("f4")), "no array 'embeddings'"),
    ],
)
def test_parts_that_do_not_fit_are_refused(folder, spoil, message):
    spoil(folder)
    with pytest.raises(FormatError, match=message):
        omnivec.load(folder)


@pytest.mark.parametrize("name", ["none", "model/none"])
def test_a_named_file_that_is_not_there_is_told(folder, tmp_path, name):
    with pytest.raises(FormatError, match="[Nn]o such file"):
        omnivec.load(tmp_path / name / "embeddings_user_0.v7.h5", format="biggraph")
    with pytest.raises(FormatError, match="embeddings_other_0.v7.h5: no such file"):
        omnivec.load(folder / "embeddings_other_0.v7.h5", format="biggraph")


def test_a_shape_that_the_file_does_not_hold_is_refused_before_it_is_allocated(folder):
    with h5py.File(folder / "embeddings_user_0.v7.h5", "w") as file:
        file.create_dataset("embeddings", (2**40, 2**20), np.float32, chunks=(1, 1024))
    with pytest.raises(FormatError, match=r"has 0 bytes, its shape \(1099511627776, 1048576\) needs"):
        omnivec.load(folder)


def test_links_that_lead_out_of_the_file_are_not_followed(folder, tmp_path):
    target = tmp_path / "secret.h5"
    embeddings(target, part(0))
    path = folder / "embeddings_user_0.v7.h5"
    raw = tmp_path / "raw"
    raw.write_bytes(part(0).tobytes())
    layout = h5py.VirtualLayout((2, DIM), np.float32)
    layout[:] = h5py.VirtualSource(str(target), "embeddings", (2, DIM))
    spoilers = [
        lambda file: file.__setitem__("embeddings", h5py.ExternalLink(str(target), "embeddings")),
        lambda file: file.__setitem__("embeddings", h5py.SoftLink("/other")),
        lambda file: file.create_virtual_dataset("embeddings", layout),
        lambda file: file.create_dataset("embeddings", (2, DIM), np.float32, external=[(str(raw), 0, 32)]),
    ]
    for spoil in spoilers:
        with h5py.File(path, "w") as file:
            spoil(file)
        with pytest.raises(FormatError, match="no array 'embeddings' of its own"):
            omnivec.load(folder)


def test_an_hdf5_file_under_another_name_is_refused(folder, tmp_path):
    (folder / "embeddings_user_0.v7.h5").rename(tmp_path / "user.h5")
    with pytest.raises(FormatError, match="its name must be embeddings_TYPE_PART"):
        omnivec.load(tmp_path / "user.h5")


def test_other_hdf5_files_are_not_taken_for_it(tmp_path):
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.create_dataset("model_weights", data=np.zeros(3))
    assert formats.detect(tmp_path / "model.h5").name == "hdf5"


def test_without_h5py_the_pip_command_is_told(folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingExtra, match=r"pip install 'omnivec\[hdf5\]'"):
        omnivec.load(folder)


def test_what_does_not_fit_is_refused_before_it_is_read(folder, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: (10, "container"))
    with pytest.raises(NotEnoughMemory, match="model"):
        biggraph.read(folder, Request())


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cut_and_scrambled_files_end_in_a_typed_error_or_load(tmp_path_factory, data):
    folder = checkpoint(tmp_path_factory.mktemp("fuzz") / "model")
    name = data.draw(st.sampled_from(["embeddings_user_0.v7.h5", "entity_names_user_0.json"]))
    content = bytearray((folder / name).read_bytes())
    content = content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))]
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, min(len(content), 1500) - 1))] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(content)
    try:
        formats.read(folder)
    except OmnivecError as error:
        assert str(folder) in str(error)
