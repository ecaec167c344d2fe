"""PPMISVD: mutual information of cells, its decomposition, and what a model makes of them."""

from __future__ import annotations

import json
import sys
import tracemalloc

import numpy as np
import pytest

from omnivec import PPMISVD, InputError, MissingExtra, NotEnoughMemory, OptionError, load
from omnivec.cli import main
from omnivec.data.vocabulary import Vocabulary
from omnivec.engine import ppmi as engine
from omnivec.engine.factors import bytes_for, factored
from omnivec.engine.ppmi import Sparse, positive
from omnivec.learners.of_cells import opened
from omnivec.reference import create_co_matrix, ppmi, truncated_svd
from omnivec.reference.counts.factorization import factorised
from omnivec.reference.counts.pmi import pmi
from omnivec.reference.losses import sigmoid
from omnivec.store import memory
from omnivec.store.folder import TABLES

TOY = ["you say goodbye and i say hello ."]
SINGULAR = [3.168045, 3.168045, 2.702987, 2.702987, 1.514481, 1.514481, 0]
"""Of the book's toy with window 1, logarithms to the base 2."""
BOOK = PPMISVD(dim=7, window=1, weighting="one", smoothing=1.0, min_count=1)


def text(words: int = 60, lines: int = 300) -> list[str]:
    draw = np.random.default_rng(0)
    chance = 1 / np.arange(1, words + 1)
    rows = draw.choice(words, (lines, 12), p=chance / chance.sum())
    return [" ".join(f"w{word}" for word in row) for row in rows]


SMALL = PPMISVD(dim=8, min_count=2)


def sparse(matrix: np.ndarray) -> Sparse:
    rows, columns = np.nonzero(matrix)
    starts = np.searchsorted(rows, np.arange(len(matrix) + 1)).astype(np.int64)
    return Sparse(starts, columns.astype(np.int32), matrix[rows, columns].astype(np.float32))


def dense(some: Sparse) -> np.ndarray:
    matrix = np.zeros((len(some.starts) - 1,) * 2, np.float32)
    matrix[np.repeat(np.arange(len(matrix)), np.diff(some.starts)), some.columns] = some.values
    return matrix


def counts(size: int = 40, seed: int = 0) -> np.ndarray:
    """A table with words and contexts that have no cell, one row that is full, and fractions."""
    draw = np.random.default_rng(seed)
    found = draw.integers(0, 9, (size, size)) * (draw.random((size, size)) < 0.2) / 4
    found[7], found[:, 11], found[3] = 0, 0, 1
    found[3, 11] = 0
    return found


def angle(exact: np.ndarray, ours: np.ndarray) -> float:
    """The largest principal angle between the spaces of two orthonormal bases, as its sine."""
    wide = ours.astype(np.float64)
    return float(np.linalg.norm(wide - exact @ (exact.T @ wide), 2))


@pytest.mark.parametrize("smoothing", [0.0, 0.75, 1.0])
@pytest.mark.parametrize("shift", [0.5, 1.0, 4.9])  # with 5 some pairs are at 0, up to rounding
@pytest.mark.parametrize("block", [1, 50, 1 << 20])
def test_sparse_information_is_its_definition(smoothing, shift, block, monkeypatch):
    monkeypatch.setattr(engine, "BLOCK", block)
    told: list[float] = []
    found = positive(sparse(counts()), smoothing, shift, told.append)
    wanted = ppmi(counts(), power=smoothing, shift=shift, base=np.e)
    np.testing.assert_allclose(dense(found), wanted, rtol=1e-6, atol=1e-7)
    assert (found.values > 0).all() and len(found.values) == np.count_nonzero(wanted)
    assert (found.values.dtype, found.columns.dtype, found.starts.dtype) == (np.float32, np.int32, np.int64)
    assert told == sorted(told) and told[-1] == 1


def test_the_toy_of_the_book_has_its_singular_values_and_products():
    """Every value is double, so vectors are one choice of many: values and products are compared."""
    model = BOOK.fit(TOY)
    np.testing.assert_allclose(np.array(model.record["singular_values"]) / np.log(2), SINGULAR, atol=2e-6)
    order = [model.keys.row(word) for word in "you say goodbye and i hello .".split()]
    M = ppmi(create_co_matrix([0, 1, 2, 3, 4, 1, 5, 6], 7), base=np.e, dtype=np.float64)
    products = model.vectors.vectors @ model.output.vectors.T
    np.testing.assert_allclose(products[np.ix_(order, order)], M, atol=1e-6)
    for dim in (2, 4, 6):
        vectors = BOOK.replaced(dim=dim, eigenvalue_power=1.0).fit(TOY).vectors.vectors[order]
        values, axes = np.linalg.eigh(M @ M.T)
        best = axes[:, -dim:] * values[-dim:] @ axes[:, -dim:].T
        np.testing.assert_allclose(vectors @ vectors.T, best, atol=1e-5)


@pytest.mark.parametrize("k", [1, 3])
def test_skip_grams_exact_minimum_is_what_is_decomposed(k):
    """Both sides of skip-gram with k negatives, trained on all pairs at once, and both of ours."""
    C = np.random.default_rng(0).integers(1, 5, (8, 8))
    C[range(8), range(-1, 7)] += 60  # so that some pairs stand out
    words, contexts = factorised(C, k, 8, np.random.default_rng(1))
    left, singular, right = factored(positive(sparse(C), 1.0, k), 8, 5, 1)
    ours = left * np.sqrt(singular) @ (right * np.sqrt(singular)).T
    above = pmi(C, shift=k, base=np.e) > 0
    assert above.sum() > 3
    np.testing.assert_allclose(ours[above], (words @ contexts.T)[above], atol=1e-3)
    np.testing.assert_allclose(ours[~above], 0, atol=1e-5)  # where skip-gram's scores are negative


@pytest.mark.parametrize("smoothing", [0.75, 1.0])
def test_smoothing_and_shift_are_how_skip_gram_draws_its_negatives(smoothing):
    """At our numbers what a pair's occurrences pull is what its draws as a negative push away."""
    C, k = counts(), 3
    found = dense(positive(sparse(C), smoothing, k)).astype(np.float64)
    drawn = C.sum(axis=0) ** smoothing
    negatives = k * np.outer(C.sum(axis=1), drawn / drawn.sum())
    above = found > 0
    pull, push = C * sigmoid(-found), negatives * sigmoid(found)
    np.testing.assert_allclose(pull[above], push[above], rtol=1e-5)
    assert above.sum() > 100


def test_the_decomposition_spans_the_space_of_the_exact_one():
    draw = np.random.default_rng(0)
    scale = 0.9 ** np.arange(300)
    whole = (draw.normal(size=(300, 300)) * scale) @ draw.normal(size=(300, 300))
    whole[np.abs(whole) < np.quantile(np.abs(whole), 0.8)] = 0
    left, singular, right = factored(sparse(whole), 20, 20, 1)
    u, s, vt = truncated_svd(whole, 20)
    np.testing.assert_allclose(singular, s, rtol=1e-4)
    for ours, exact in ((left[:, :10], u[:, :10]), (right[:, :10], vt[:10].T)):
        assert angle(exact, ours) < 1e-3
    assert (left[np.abs(left).argmax(0), range(20)] > 0).all()


def test_the_space_is_that_of_scikit_learn():
    from sklearn.decomposition import TruncatedSVD

    cells = SMALL.derived().cells(text(), lambda _: None)
    matrix = positive(Sparse(cells.starts, cells.columns, cells.weights), 0.75, 1.0)
    theirs = TruncatedSVD(8, algorithm="arpack", random_state=0).fit_transform(dense(matrix))
    ours = SMALL.replaced(iterations=20).fit(text()).vectors.vectors
    assert angle(np.linalg.qr(theirs)[0], np.linalg.qr(ours)[0]) < 1e-3


def test_words_and_contexts_without_a_cell_are_zeros():
    for seed in range(5):
        matrix = positive(sparse(counts(seed=seed)), 1.0, 1.0)
        left, _, right = factored(matrix, 8, 5, 1)
        words, contexts = (~dense(matrix).any(axis=axis) for axis in (1, 0))
        assert words.any() and contexts.any()
        assert not left[words].any() and not right[contexts].any()


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_eigenvalue_power_weighs_directions(power):
    model = SMALL.replaced(eigenvalue_power=power).fit(text())
    wanted = np.array(model.record["singular_values"]) ** power
    for side in (model.vectors, model.output):
        np.testing.assert_allclose(np.linalg.norm(side.vectors, axis=0), wanted, rtol=1e-5)


def test_a_sum_is_of_words_and_contexts():
    words, both = (SMALL.replaced(vectors=name).fit(text()) for name in ("words", "sum"))
    np.testing.assert_array_equal(both.output.vectors, words.output.vectors)
    np.testing.assert_allclose(
        both.vectors.vectors, words.vectors.vectors + words.output.vectors, rtol=1e-6, atol=1e-7
    )


def test_dimensions_beyond_the_words_are_zeros():
    model = BOOK.replaced(dim=20).fit(TOY)
    assert model.vectors.vectors.shape == (7, 20)
    assert not model.vectors.vectors[:, 7:].any() and len(model.record["singular_values"]) == 7


def test_threads_change_no_bit(monkeypatch):
    from sklearn.utils import extmath
    from threadpoolctl import threadpool_info, threadpool_limits

    search, used = extmath.randomized_svd, set()

    def watched(*given, **named):
        used.update(pool["num_threads"] for pool in threadpool_info())
        return search(*given, **named)

    monkeypatch.setattr(extmath, "randomized_svd", watched)
    wanted = SMALL.replaced(threads=1).fit(text())
    for threads, blas in ((1, 1), (3, 2), (3, 1)):
        with threadpool_limits(blas):
            model = SMALL.replaced(threads=threads).fit(text())
        assert model.tables["vectors"].tobytes() == wanted.tables["vectors"].tobytes()
        assert model.record["deterministic"] is True
    assert used == {1}  # in so small a matrix more would change nothing yet


def test_every_phase_is_told():
    records = []
    SMALL.fit(text(), progress=records.append)
    phases = [record.phase for record in records if record.text]
    assert phases == ["options", "read", "count", "memory", "ppmi", "svd"]
    assert all(0 <= record.done <= 1 for record in records)


def test_saved_cells_make_the_same_model(tmp_path):
    learner = SMALL.replaced(window=3, weighting="one", min_count=3, symmetric=False)
    wanted = learner.fit(text())
    learner.derived().cells(text(), lambda _: None).save(tmp_path / "text.cells")
    for chosen in (learner, PPMISVD(dim=8)):  # what nobody said, the cells decide
        model = chosen.fit(tmp_path / "text.cells")
        assert model.tables["vectors"].tobytes() == wanted.tables["vectors"].tobytes()
        assert model.options == wanted.options and list(model.keys) == list(wanted.keys)
        assert model.config["changed"] == wanted.config["changed"]
        same = wanted.record.keys() - {"seconds", "tokens_per_second"}
        assert {name: model.record[name] for name in same} == {name: wanted.record[name] for name in same}


def test_cells_that_were_counted_otherwise_are_refused(tmp_path):
    path = tmp_path / "text.cells"
    SMALL.derived().cells(text(), lambda _: None).save(path)
    with pytest.raises(OptionError, match="window is 2, and the cells .* counted with 5"):
        SMALL.replaced(window=2).fit(path)
    with pytest.raises(OptionError, match="min_count is 5, and the cells .* counted with 2"):
        PPMISVD(dim=8, min_count=5).fit(path)  # said, although it is the default
    with pytest.raises(OptionError, match="rule are for texts"):
        SMALL.fit(path, rule=lambda word, count: True)
    with pytest.raises(InputError, match="words"):
        SMALL.fit(path, vocabulary=Vocabulary.of({"king": 3, "queen": 2}))
    own = opened(path)
    assert own is not None
    assert SMALL.fit(path, vocabulary=own.vocabulary).record["cells"] == len(own)


def test_words_that_stand_out_nowhere_have_zeros_and_are_told(caplog):
    model = SMALL.replaced(shift=3.0).fit(text())
    still = ~model.vectors.vectors.any(axis=1)
    assert 0 < still.sum() < len(still)
    (said,) = [record.getMessage() for record in caplog.records]
    assert f"{still.sum():,} of {len(still):,} words, such as {list(model.keys)[still.argmax()]!r}" in said


def test_a_text_whose_pairs_are_all_chance_is_refused():
    with pytest.raises(InputError, match="more often than by chance; lower shift"):
        SMALL.replaced(shift=1000.0).fit(text())


def test_words_that_meet_by_chance_alone_do_not_stand_out():
    """Counts that are products of the words' own, as float32: what is left of them is rounding."""
    for seed in range(20):
        each = np.random.default_rng(seed).integers(1, 30, 12)
        assert not len(positive(sparse(np.outer(each, each) / 7), 1.0, 1.0).values)


def test_a_small_text_is_said_to_need_little():
    assert SMALL.plan(text()).memory_total < 3_000_000


def test_memory_is_refused_before_the_matrix_is_made(monkeypatch):
    learner = PPMISVD(dim=8, min_count=2)
    need = sum(learner.plan(text()).memory.values())
    cells = learner.derived().cells(text(), lambda _: None)
    monkeypatch.setattr(memory, "available", lambda: (need - 1, "machine"))
    monkeypatch.setattr(engine, "positive", None)  # is not reached
    with pytest.raises(NotEnoughMemory, match="raise min_count or shift"):
        learner.fit(cells)


def test_no_more_memory_is_taken_than_was_planned():
    draw = np.random.default_rng(0)
    starts = np.arange(0, 3001 * 40, 40, dtype=np.int64)
    columns = np.sort(draw.integers(0, 3000, (3000, 40), dtype=np.int32)).ravel()
    some = Sparse(starts, columns, draw.random(len(columns), np.float32) + 1)
    factored(some, 5, 1, 1)  # imports
    tracemalloc.start()
    try:
        matrix = positive(some, 0.75, 0.01)
        assert tracemalloc.get_traced_memory()[1] < engine.bytes_for(3000, len(columns))
        assert len(matrix.values) == len(columns)  # the most there can be
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        factored(matrix, 60, 3, 1)
        taken = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    # LAPACK's own work arrays are not traced: about as much again.
    assert 0.3 * bytes_for(3000, 60) < taken < bytes_for(3000, 60)


def test_a_plan_counts_and_says_what_fit_does(tmp_path):
    plan, model = SMALL.plan(text()), SMALL.fit(text())
    assert plan.words == len(model.keys) and plan.predictions == model.record["cells"]
    assert plan.epochs == 2 * SMALL.iterations + 2
    assert (plan.tokens, plan.fits) == (model.record["tokens"], True)
    model.save(tmp_path / "model")
    assert plan.disk == (tmp_path / "model" / TABLES).stat().st_size


def test_without_scikit_learn_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.utils.extmath", None)
    with pytest.raises(MissingExtra, match=r"decomposition.*pip install 'omnivec\[sklearn\]'"):
        SMALL.fit(text())


def test_the_command_line_takes_texts_and_cells_and_no_flag_of_passes(tmp_path, capsys):
    (tmp_path / "text.txt").write_text("\n".join(text()))
    SMALL.derived().cells(tmp_path / "text.txt", lambda _: None).save(tmp_path / "text.cells")
    for source in ("text.txt", "text.cells"):
        call = ["train", "ppmi-svd", str(tmp_path / source), str(tmp_path / f"{source}.model")]
        assert main([*call, "--dim=8", "--min-count=2", "-q"]) == 0
    first, second = (load(tmp_path / f"{name}.model") for name in ("text.txt", "text.cells"))
    assert first.tables["vectors"].tobytes() == second.tables["vectors"].tobytes()
    assert main(["info", str(tmp_path / "text.txt.model")]) == 0
    said = capsys.readouterr().out
    assert "8 singular values" in said and "epoch" not in said and "Loss" not in said
    for flag in ("--epochs=3", "--resume", "--checkpoint=1", "--start=x", "--lr=0.1"):
        assert main(["train", "ppmi-svd", str(tmp_path / "text.txt"), str(tmp_path / "no"), flag]) == 2
        assert "the decomposition is computed at once" in capsys.readouterr().err
    assert main(["plan", "ppmi-svd", str(tmp_path / "text.cells"), "--dim=8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["predictions"] == first.record["cells"]


def test_the_books_preset_is_the_books_settings():
    learner = PPMISVD.preset("book")
    assert (learner.window, learner.weighting, learner.eigenvalue_power) == (2, "one", 0.0)
    assert (learner.smoothing, learner.unit, learner.line_end) == (1.0, "document", "<eos>")
