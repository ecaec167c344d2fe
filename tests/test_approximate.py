"""An approximate index proposes rows; what it answers has exact scores, and it is saved beside its model."""

import json
import pickle
import sys
from subprocess import run

import numpy as np
import pytest

from omnivec import load
from omnivec.errors import FormatError, MissingExtra, NotEnoughMemory, NotFinite, OptionError, OutputError
from omnivec.index import approximate, saved
from omnivec.index.approximate import KINDS
from omnivec.index.voyager import Voyager
from omnivec.store import memory
from omnivec.store.builder import stored_as
from omnivec.store.tables import Table
from omnivec.vectors import Vectors

ROWS, DIM = 3000, 16


def matrix(rows=ROWS, seed=0):
    """Clusters of ten, so that an index has something to find."""
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(rows // 10, DIM))
    return (np.repeat(centres, 10, axis=0) + 0.4 * draw.normal(size=(rows // 10 * 10, DIM))).astype(
        np.float32
    )


def keys(rows=ROWS):
    return [f"w{row}" for row in range(rows)]


@pytest.fixture(scope="module")
def exact():
    return Vectors(keys(), matrix())


@pytest.fixture(scope="module", params=["voyager", "faiss"])
def kind(request):
    pytest.importorskip(request.param)
    return request.param


@pytest.fixture(scope="module")
def built(exact, kind):
    return exact.approximate(kind)


def recall(got, wanted):
    found = [
        len({key for key, _ in one} & {key for key, _ in other})
        for one, other in zip(got, wanted, strict=True)
    ]
    return sum(found) / sum(map(len, wanted))


def same(got, wanted):
    assert [key for key, _ in got] == [key for key, _ in wanted]
    np.testing.assert_allclose([score for _, score in got], [score for _, score in wanted], atol=1e-6)


def test_most_neighbours_are_found_and_their_scores_are_exact(exact, built):
    asked = keys()[::7]
    got, wanted = built.neighbors(asked), exact.neighbors(asked)
    assert recall(got, wanted) > 0.97
    for query, answer in zip(asked, got, strict=True):
        assert query not in dict(answer) and len(answer) == 10
        assert [score for _, score in answer] == sorted((score for _, score in answer), reverse=True)
        for key, score in answer[::3]:
            assert score == pytest.approx(exact.similarity(query, key), abs=1e-6)


def test_more_rows_are_proposed_than_asked_for_since_the_index_rounds(built):
    rows = built.index.finder.find(built.index.unit(np.arange(3)), 10, 1)
    assert rows.shape == (3, {"voyager": Voyager().ef, "faiss": 30}[built.index.kind])


def test_vectors_in_a_narrow_cone_are_found(kind):
    narrow = Vectors(keys(), matrix() + 15)  # their cosines are all above .98
    assert recall(narrow.approximate(kind).neighbors(keys()[::7]), narrow.neighbors(keys()[::7])) > 0.95


def test_axes_whose_numbers_are_the_largest_a_byte_holds_are_indexed(kind):
    axes = np.eye(12, DIM, dtype=np.float32).repeat(10, axis=0) * np.float32(1 / 3)
    same(
        Vectors(keys(120), axes).approximate(kind).neighbors("w0", topn=3), [("w1", 1), ("w2", 1), ("w3", 1)]
    )


def test_a_batch_is_a_loop_of_single_questions(built):
    for query, answer in zip(keys()[:20], built.neighbors(keys()[:20]), strict=True):
        same(answer, built.neighbors(query))


def test_other_questions_go_through_the_index_too(exact, built):
    for ask in (
        lambda vectors: vectors.most_similar(["w1", "w2"], ["w3"], topn=5),
        lambda vectors: vectors.analogy("w1", "w2", "w3", topn=5),
        lambda vectors: vectors.similar_by_vector(matrix()[5] + matrix()[6], topn=5),
    ):
        assert recall([ask(built)], [ask(exact)]) >= 0.8
    assert {"w1", "w2", "w3"}.isdisjoint(key for key, _ in built.analogy("w1", "w2", "w3"))


def test_what_an_index_cannot_answer_is_answered_exactly(exact, built):
    for ask in (
        lambda vectors: vectors.neighbors("w5", unit=False),
        lambda vectors: vectors.neighbors("w5", restrict=500),
        lambda vectors: vectors.neighbors(["w5", "w6"], among=keys()[100:300]),
        lambda vectors: vectors.most_similar("w5", clip_start=1000),
        lambda vectors: vectors.most_similar("w5", topn=2000),
        lambda vectors: vectors.most_similar_cosmul(["w5", "w7"], ["w9"]),
    ):
        assert ask(built) == ask(exact)
    np.testing.assert_array_equal(built.most_similar("w5", topn=None), exact.most_similar("w5", topn=None))
    with pytest.raises(OptionError, match="topn must be 1 or more"):
        built.neighbors("w5", topn=0)
    with pytest.raises(OptionError, match="expected a vector of 16 floats"):
        built.neighbors(np.ones(3, np.float32))
    with pytest.raises(NotFinite):
        built.neighbors(np.full(DIM, np.nan, np.float32))
    assert built.neighbors([]) == []


def test_the_index_is_asked_where_it_can_answer(exact, built, monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("exact search was asked")

    monkeypatch.setattr(type(exact.index), "query", refuse)
    assert len(built.neighbors("w5")) == 10
    assert len(built.most_similar("w5", clip_end=ROWS)) == 10


def test_too_few_proposals_are_made_good_by_exact_search(exact, built, monkeypatch):
    proposed = np.array([[5, 6, -1, -1], [7, 8, 9, 10]])
    monkeypatch.setattr(type(built.index.finder), "find", lambda *arguments: proposed)
    got = built.neighbors(["w5", "w7"], topn=3)
    same(got[0], exact.neighbors("w5", topn=3))
    assert {key for key, _ in got[1]} == {"w8", "w9", "w10"}


def test_equal_scores_come_by_row(kind):
    twice = np.concatenate([matrix(200), matrix(200)])
    found = Vectors(keys(400), twice).approximate(kind, **({"probes": 100} if kind == "faiss" else {}))
    for row, answer in enumerate(found.neighbors(keys(200), topn=4)):
        rows = [int(key[1:]) for key, _ in answer]
        assert rows[0] == row + 200
        twins = [(a, b) for a, b in zip(rows, rows[1:], strict=False) if a % 200 == b % 200]
        assert all(a < b for a, b in twins)


def test_small_tables_are_indexed_as_they_are_decoded(kind):
    table, _ = stored_as(Table(matrix()), "int8")
    small = Vectors(keys(), table)
    got = small.approximate(kind).neighbors(keys()[:100])
    assert recall(got, small.neighbors(keys()[:100])) > 0.95


def test_keys_and_table_are_shared_not_copied(exact, built):
    assert built.keys is exact.keys and np.shares_memory(built.vectors, exact.vectors)
    assert repr(built) == f"Vectors(3,000 × 16 float32, in memory, {built.index.kind})"
    assert repr(exact) == "Vectors(3,000 × 16 float32, in memory)"
    same(built.approximate(built.index.kind).neighbors("w5"), built.neighbors("w5"))


def test_a_saved_index_answers_as_it_did(built, tmp_path):
    built.save(tmp_path / "model")
    again = load(tmp_path / "model").vectors.load_index(tmp_path / "model")
    assert again.mapped and again.index.parameters == built.index.parameters
    for query, answer in zip(keys()[:50], again.neighbors(keys()[:50]), strict=True):
        same(answer, built.neighbors(query))
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {
        "config.json",
        "model.safetensors",
        "README.md",
        "index.json",
        built.index.parameters.file,
    }


def test_another_kind_takes_the_place_of_the_saved_one(exact, tmp_path):
    pytest.importorskip("voyager"), pytest.importorskip("faiss")
    exact.approximate("faiss").save(tmp_path / "model")
    exact.approximate("voyager").save_index(tmp_path / "model")
    assert not (tmp_path / "model" / "index.faiss").exists()
    assert exact.load_index(tmp_path / "model").index.kind == "voyager"


def test_a_replaced_model_keeps_no_index(exact, built, tmp_path):
    built.save(tmp_path / "model")
    exact.save(tmp_path / "model", overwrite=True)
    with pytest.raises(FormatError, match="no index is saved there; build one"):
        exact.load_index(tmp_path / "model")


def test_an_index_of_other_vectors_is_refused(built, tmp_path):
    built.save(tmp_path / "model")
    other = Vectors(keys(), matrix(seed=1))
    with pytest.raises(
        FormatError, match=r"index\.json: an index of other vectors than these; build it again"
    ):
        other.load_index(tmp_path / "model")
    other.save(tmp_path / "other")
    with pytest.raises(OptionError, match="holds other vectors than the index"):
        built.save_index(tmp_path / "other")
    with pytest.raises(OutputError, match="is not an omnivec model folder"):
        built.save_index(tmp_path)
    with pytest.raises(OptionError, match="exact search has nothing to save"):
        other.save_index(tmp_path / "other")


def test_padding_is_no_part_of_what_vectors_are(tmp_path):
    pytest.importorskip("voyager")
    narrow = Vectors(keys(), matrix()[:, :10])  # padded to 16 floats where it is saved
    narrow.approximate("voyager").save(tmp_path / "model")
    opened = load(tmp_path / "model").vectors
    assert opened.table.stored.shape == (ROWS, 16)
    assert opened.load_index(tmp_path / "model").index.kind == "voyager"


def test_a_checksum_does_not_depend_on_blocks(monkeypatch):
    narrow = Vectors(keys(), matrix()[:, :10]).table
    whole = saved.checksum(narrow)
    monkeypatch.setattr(saved, "_FLOATS_AT_ONCE", 100)
    assert saved.checksum(narrow) == whole


def test_a_model_that_is_replaced_while_its_index_is_loaded_is_told(exact, built, tmp_path, monkeypatch):
    built.save(tmp_path / "model")
    kind = type(built.index.parameters)
    note, load_index = tmp_path / "model" / "index.json", kind.load

    def replaced(self, *given):
        note.write_text(json.dumps({**json.loads(note.read_text()), "vectors": "0" * 64}))
        return load_index(self, *given)

    monkeypatch.setattr(kind, "load", replaced)
    with pytest.raises(FormatError, match="the model was replaced meanwhile; load it again"):
        exact.load_index(tmp_path / "model")


def test_as_many_rows_are_proposed_as_may_be_barred(built, monkeypatch):
    asked, find = [], type(built.index.finder).find

    def counted(self, queries, k, threads):
        asked.append(k)
        return find(self, queries, k, threads)

    monkeypatch.setattr(type(built.index.finder), "find", counted)
    built.neighbors("w1", topn=4)
    built.analogy("w1", "w2", "w3", topn=4)
    assert asked == [5, 7]


@pytest.mark.parametrize("damage", ["cut", "longer", "flipped", "gone"])
def test_a_damaged_index_is_refused_before_the_library_reads_it(exact, built, tmp_path, damage):
    built.save(tmp_path / "model")
    file = tmp_path / "model" / built.index.parameters.file
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-9], "longer": whole + b"x", "flipped": content, "gone": b""}[damage])
    if damage == "gone":
        file.unlink()
    with pytest.raises(FormatError, match=f"{file.name}: "):
        exact.load_index(tmp_path / "model")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "x", "was expected"),
        ("version", 2, "version 2, kind '.*': this program reads version 1 of voyager, faiss"),
        ("kind", "annoy", "kind 'annoy'"),
        ("kind", [], r"kind \[\]"),
        ("parameters", [], "damaged: 'parameters'"),
        ("bytes", None, "damaged: 'bytes'"),
    ],
)
def test_a_damaged_note_is_refused(exact, built, tmp_path, field, value, message):
    built.save(tmp_path / "model")
    note = tmp_path / "model" / "index.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), field: value}))
    with pytest.raises(FormatError, match=message):
        exact.load_index(tmp_path / "model")
    note.write_text("{")
    with pytest.raises(FormatError, match="not JSON"):
        exact.load_index(tmp_path / "model")


def test_an_index_is_saved_beside_a_model_without_checksums(exact, built, tmp_path):
    exact.save(tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "checksums": None}))
    built.save_index(tmp_path / "model")
    same(exact.load_index(tmp_path / "model").neighbors("w5"), built.neighbors("w5"))


def test_an_index_whose_place_is_taken_is_an_output_error(exact, built, tmp_path):
    exact.save(tmp_path / "model")
    (tmp_path / "model" / "index.json").mkdir()
    with pytest.raises(OutputError, match="index.json: cannot be written"):
        built.save_index(tmp_path / "model")


def test_files_that_are_no_index_are_refused_by_their_library(kind, tmp_path):
    for content in (b"", b"x" * 1000):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(FormatError, match=f"not an index that {kind} reads"):
            KINDS[kind]().load(tmp_path / "file", ROWS, DIM)


def test_a_saved_index_may_be_asked_with_other_parameters(exact, kind, tmp_path):
    exact.approximate(kind).save(tmp_path / "model")
    asked, built = {"voyager": ("ef", "m"), "faiss": ("probes", "lists")}[kind]
    again = exact.load_index(tmp_path / "model", **{asked: 7})
    assert getattr(again.index.parameters, asked) == 7
    with pytest.raises(OptionError, match=f"{built} belongs to building; the saved index has"):
        exact.load_index(tmp_path / "model", **{built: 7})
    with pytest.raises(OptionError, match="unknown option depth"):
        exact.load_index(tmp_path / "model", depth=7)


def test_unknown_kinds_and_parameters_are_named(exact):
    with pytest.raises(OptionError, match="kind must be 'voyager' or 'faiss', got 'annoy'"):
        exact.approximate("annoy")
    with pytest.raises(OptionError, match="ef must lie between 1 and"):
        exact.approximate("voyager", ef=0)
    with pytest.raises(OptionError, match="unknown option efs. Did you mean ef?"):
        exact.approximate("voyager", efs=10)
    with pytest.raises(OptionError, match="needs one row or more"):
        Vectors([], np.empty((0, 3), np.float32)).approximate("voyager")


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_few_rows_are_no_exception(kind, rows):
    few = Vectors(keys(rows), np.random.default_rng(0).normal(size=(rows, DIM)))
    same(few.approximate(kind).neighbors("w0"), few.neighbors("w0"))


def test_progress_is_told_and_threads_are_bounded(exact, kind, monkeypatch):
    told, given = [], []
    build = KINDS[kind].build
    monkeypatch.setattr(approximate.blas, "cores", lambda: 3)
    monkeypatch.setattr(KINDS[kind], "build", lambda self, *rest: given.append(rest[1]) or build(self, *rest))
    exact.approximate(kind, threads=2, progress=told.append)
    exact.approximate(kind, threads=8)
    exact.approximate(kind)
    assert given == [2, 3, 3]
    assert told == sorted(told) and told[-1] == 1 and told[0] > 0


def test_what_is_interrupted_while_building_stops(exact, kind):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exact.approximate(kind, progress=stop)


def test_memory_is_asked_for_before_it_is_taken(exact, built, kind, tmp_path, monkeypatch):
    built.save(tmp_path / "model")
    monkeypatch.setattr(memory, "available", lambda: (1000, "machine"))
    with pytest.raises(NotEnoughMemory, match="needs .* MB, 1.0 kB free; .*exact search"):
        exact.approximate(kind)
    if kind == "voyager":
        with pytest.raises(NotEnoughMemory, match="index of kind 'faiss', which is mapped"):
            exact.load_index(tmp_path / "model")
    else:
        assert exact.load_index(tmp_path / "model").index.kind == "faiss"


def test_a_missing_library_names_its_command(exact, monkeypatch):
    monkeypatch.setitem(sys.modules, "voyager", None)
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtra, match=r"needs voyager .*; pip install 'omnivec\[ann\]'"):
        exact.approximate()
    with pytest.raises(MissingExtra, match="needs faiss .*; pip install faiss-cpu"):
        exact.approximate("faiss")


def test_an_index_travels_to_another_process(built):
    same(pickle.loads(pickle.dumps(built)).neighbors("w5"), built.neighbors("w5"))


def test_libraries_are_loaded_when_they_are_needed_only():
    code = """
import sys
from omnivec.index import approximate, saved
from omnivec.vectors import Vectors
Vectors(["a", "b"], [[1.0], [2.0]]).most_similar("a")
heavy = {"voyager", "faiss"} & set(sys.modules)
sys.exit(str(heavy) if heavy else 0)
"""
    done = run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_checksum_is_that_of_the_folder_and_not_computed_where_it_is_mapped(exact, tmp_path, monkeypatch):
    exact.save(tmp_path / "model")
    recorded = json.loads((tmp_path / "model" / "config.json").read_text())["checksums"]["vectors"]
    assert saved.checksum(exact.table) == recorded
    monkeypatch.setattr(saved, "checksum", lambda table: "computed")
    assert load(tmp_path / "model").vectors._checksum == recorded
    assert load(tmp_path / "model", limit=20).vectors._checksum == "computed"
