"""GloVe beyond the contract: cells as a source, what its options mean, and the C program's own numbers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from omnivec import Classifier, GloVe, InputError, NotFinite, OptionError, Vectors, Word2Vec, load
from omnivec.cli import main
from omnivec.data.cooccurrence import count
from omnivec.data.counted import CountedText
from omnivec.data.vocabulary import Vocabulary
from omnivec.engine.schedule import Schedule
from omnivec.reference import glove as definition
from omnivec.reference.random import mixed

DIM = 16
LEARNER = GloVe(dim=DIM, epochs=6, threads=1, min_count=2, lr=0.1, window=4)


def lines(seed: int = 3, count: int = 120, words: int = 30) -> list[str]:
    """Text of words as frequent as in Zipf's law."""
    draw = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    return [" ".join(f"w{k}" for k in draw.choice(words, 12, p=share / share.sum())) for _ in range(count)]


TEXT = lines()


def bits(model) -> dict[str, bytes]:
    return {name: table.tobytes() for name, table in model.tables.items()}


@pytest.fixture(scope="module")
def cells():
    return LEARNER.cells(TEXT, lambda _: None)


@pytest.fixture(scope="module")
def trained():
    return LEARNER.fit(TEXT)


@pytest.fixture
def saved(cells, tmp_path):
    cells.save(tmp_path / "text.cells")
    return tmp_path / "text.cells"


def test_a_text_its_cells_and_their_file_make_the_same_model(cells, saved, trained):
    for source in (cells, saved, str(saved)):
        model = LEARNER.fit(source)
        assert bits(model) == bits(trained)
        assert model.config["options"] == trained.config["options"]
        same = ("tokens", "tokens_in_vocabulary", "units", "cells", "loss", "fingerprint", "types")
        assert {name: model.record[name] for name in same} == {name: trained.record[name] for name in same}


def test_cells_say_how_they_were_counted_and_are_not_contradicted(saved):
    learner = GloVe(dim=DIM, epochs=1, threads=1)
    model = learner.fit(saved)
    assert (model.options["window"], model.options["min_count"]) == (4, 2)
    assert model.config["changed"]["window"] == 4
    for wrong in ({"window": 7}, {"weighting": "one"}, {"min_count": 3}, {"unit": "document"}):
        with pytest.raises(OptionError, match=f"^{next(iter(wrong))} "):
            learner.replaced(**wrong).fit(saved)


def test_a_copy_of_all_options_insists_on_none_that_are_as_they_come(cells):
    copy = GloVe(**GloVe(dim=DIM, epochs=1, threads=1).as_dict())
    assert copy.fit(cells).options["window"] == 4 != copy.window
    with pytest.raises(OptionError, match="^window is 7"):
        GloVe(**{**copy.as_dict(), "window": 7}).fit(cells)
    with pytest.raises(OptionError, match=f"^window is {copy.window}"):
        GloVe(window=copy.window, dim=DIM).fit(cells)


def test_learners_of_text_say_who_learns_from_cells(cells):
    for learner in (Word2Vec(dim=DIM), Classifier(dim=DIM)):
        for asked in (learner.fit, learner.plan):
            with pytest.raises(InputError, match="learns from text, got cells; glove and ppmi-svd"):
                asked(cells)


def test_cells_of_another_vocabulary_and_wishes_about_text_are_refused(cells):
    with pytest.raises(InputError, match="of 30 words, the given vocabulary has 2"):
        LEARNER.fit(cells, vocabulary=Vocabulary.of({"king": 9, "queen": 8}))
    for wish in ({"tokenizer": str.split}, {"rule": lambda word, count: True}):
        with pytest.raises(OptionError, match="tokenizer and rule are for texts"):
            LEARNER.fit(cells, **wish)


def test_a_plan_tells_tokens_of_the_text_and_cells_as_predictions(trained):
    plan = LEARNER.plan(TEXT)
    assert (plan.tokens, plan.tokens_in_vocabulary) == tuple(
        trained.record[name] for name in ("tokens", "tokens_in_vocabulary")
    )
    assert plan.tokens_kept == plan.tokens_in_vocabulary
    assert plan.predictions == trained.record["cells"]


@pytest.mark.parametrize("x_max", [0, -1.0, float("nan"), float("inf")])
def test_x_max_below_or_at_zero_is_refused(x_max, capsys):
    with pytest.raises(OptionError, match="^x_max must lie between"):
        GloVe(x_max=x_max)
    assert main(["train", "glove", "nothing.txt", "nowhere", f"--x-max={x_max}"]) != 0
    assert "x_max must" in capsys.readouterr().err.replace("x-max", "x_max")


def test_nothing_is_held_out(tmp_path, capsys):
    for wish in ({"heldout": 0.1}, {"patience": 2}):
        with pytest.raises(OptionError, match=f"^unknown option {next(iter(wish))}: .* no common scale$"):
            LEARNER.replaced(**wish)
    with pytest.raises(OptionError, match="^leave heldout_text out: .* no common scale$"):
        LEARNER.fit(TEXT, heldout_text=TEXT)
    (tmp_path / "text").write_text("\n".join(TEXT))
    for flag in ("--heldout", "--patience", "--heldout-text"):
        assert main(["train", "glove", str(tmp_path / "text"), str(tmp_path / "model"), flag, "1"]) == 2
        assert f"unknown option {flag}: nothing is held out" in capsys.readouterr().err


def test_a_cost_that_is_not_finite_stops_and_names_the_cell():
    given = Vectors(["w3"], np.full((1, DIM), 5e37, np.float32))
    with pytest.raises(NotFinite, match=r"in epoch 1 at the cell of 'w\d+' and 'w\d+' \([\d.]+\); lower lr"):
        LEARNER.fit(TEXT, start=given)


def by_the_program(cells, side, other, eta, epochs, seed):
    """The C program's update, in its own order and words: sums of squares of steps, biases without η."""
    (w, _), (c, _) = side, other
    w, c, squares = w.copy(), c.copy(), [np.ones_like(w), np.ones_like(c)]
    costs, rows = [], cells.rows
    for epoch in range(epochs):
        total = 0.0
        for cell in definition.order(len(cells), key(seed, epoch)):
            i, j, x = rows[cell], cells.columns[cell], float(cells.weights[cell])
            diff = w[i, :-1] @ c[j, :-1] + w[i, -1] + c[j, -1] - np.log(x)
            fdiff = diff * (1 if x > 10 else (x / 10) ** 0.75)
            total += 0.5 * fdiff * diff
            t1, t2 = (np.clip(fdiff * row, -100, 100) * eta for row in (c[j, :-1], w[i, :-1]))
            w[i, :-1] -= t1 / np.sqrt(squares[0][i, :-1])
            c[j, :-1] -= t2 / np.sqrt(squares[1][j, :-1])
            squares[0][i, :-1] += t1**2
            squares[1][j, :-1] += t2**2
            w[i, -1] -= fdiff / np.sqrt(squares[0][i, -1])
            c[j, -1] -= fdiff / np.sqrt(squares[1][j, -1])
            squares[0][i, -1] += fdiff**2
            squares[1][j, -1] += fdiff**2
        costs.append(total / len(cells))
    return w, c, costs


def key(seed: int, epoch: int) -> int:
    from omnivec.engine.start import base

    return int(base(seed, epoch))


def test_the_preset_is_the_programs_update(cells):
    """Sums of steps from 1 on are sums of gradients from 1 / lr² on, with a rate of 1."""
    learner = GloVe.preset("glove", dim=DIM, epochs=3, x_max=10, threads=1, window=4, min_count=2, lr=0.1)
    tables = learner.initial(cells.vocabulary)
    side, other = (
        definition.start(tables[name][:, :DIM], tables[name][:, DIM + number], 1, 1)
        for number, name in enumerate(("left", "right"))
    )
    w, c, costs = by_the_program(cells, side, other, 0.1, 3, learner.seed)
    model = learner.fit(cells)
    np.testing.assert_allclose(model.record["loss"], costs, rtol=1e-5)
    np.testing.assert_allclose(model.vectors.vectors, (w + c)[:, :DIM], rtol=1e-4, atol=1e-5)
    biases = np.column_stack([w[:, -1], c[:, -1]])
    np.testing.assert_allclose(model.tables["biases"][:, :2], biases, rtol=1e-4, atol=1e-5)


def test_vectors_are_both_rows_or_one(trained):
    alone = LEARNER.replaced(vectors="words").fit(TEXT)
    np.testing.assert_array_equal(alone.tables["output"], trained.tables["output"])
    np.testing.assert_array_equal(alone.tables["biases"], trained.tables["biases"])
    np.testing.assert_array_equal(alone.tables["vectors"] + alone.tables["output"], trained.tables["vectors"])


def test_biases_move_at_the_rate_of_vectors_unless_they_have_their_own():
    slow = LEARNER.replaced(biases="random", epochs=1, lr=1e-6).fit(TEXT).tables["biases"]
    assert np.abs(slow).max() <= 0.5 / DIM + 1e-3
    free = LEARNER.replaced(biases="random", epochs=1, lr=1e-6, bias_lr=1.0).fit(TEXT).tables["biases"]
    assert np.abs(free).max() > 0.2


def test_words_begin_with_the_vectors_that_are_given():
    given = Vectors(["w3", "w5", "elsewhere"], np.random.default_rng(0).normal(size=(3, DIM)).astype("f4"))
    model = LEARNER.replaced(vectors="words", lr=1e-9, epochs=1).fit(TEXT, start=given)
    np.testing.assert_allclose(model.vectors["w3"], given["w3"], atol=1e-6)
    assert model.record["start"]["words"] == 2 and "elsewhere" not in model.keys


@pytest.mark.parametrize("weighting", ["distance", "one", "expected"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_biases_begin_as_words_meet_by_chance(weighting, symmetric):
    """Of a text in which they do, the sums of rows are foretold."""
    draw = np.random.default_rng(4)
    text = [" ".join(f"w{k}" for k in draw.geometric(0.3, 60_000))]
    learner = LEARNER.replaced(weighting=weighting, symmetric=symmetric)
    cells = learner.cells(text, lambda _: None)
    tables = learner.initial(cells.vocabulary)
    left, right = tables["left"][:, DIM].astype("f8"), tables["right"][:, DIM + 1].astype("f8")
    weights = {"distance": [1, 1 / 2, 1 / 3, 1 / 4], "one": [1] * 4, "expected": [1, 3 / 4, 1 / 2, 1 / 4]}
    reach = (1 + symmetric) * sum(weights[weighting])
    np.testing.assert_allclose(left, definition.chance(cells.vocabulary.counts, reach), rtol=1e-5, atol=1e-6)
    found = np.add.reduceat(cells.weights.astype("f8"), cells.starts[:-1])
    np.testing.assert_allclose((np.exp(left) * np.exp(right).sum())[:8], found[:8], rtol=0.01)


def test_a_gradient_in_its_own_divisor_keeps_large_rates_from_running_away(cells):
    wild = LEARNER.replaced(lr=3.0)
    assert wild.fit(cells).record["loss"][-1] < wild.fit(cells).record["loss"][0]
    with pytest.raises(NotFinite):
        wild.replaced(divide_by="before").fit(cells)


HELD = LEARNER.replaced(vectors="words", pull=0.3)


@pytest.fixture(scope="module")
def general():
    """Vectors of some words of the text and of one more."""
    words = ["w3", "w5", "w0", "w17", "elsewhere"]
    return Vectors(words, np.random.default_rng(0).normal(0, 0.5, (5, DIM)).astype("f4"))


def test_words_are_pulled_as_defined(cells, general):
    tables = HELD.initial(cells.vocabulary)
    sides = [
        definition.start(tables[name][:, :DIM], tables[name][:, DIM + number], *HELD.sums)
        for number, name in enumerate(("left", "right"))
    ]
    words, sums = sides[0]
    held = {row: general[key] for row, key in enumerate(cells.vocabulary.keys) if key in general}
    for row, vector in held.items():
        words[row, :DIM] = vector
    work = HELD.job(CountedText.of(cells), tables).work
    for shard in Schedule(len(cells), HELD.epochs, HELD.lr, HELD.lr_floor, work).shards():
        definition.train(
            cells.rows.tolist(), cells.columns.tolist(), cells.weights, *sides, x_max=HELD.x_max,
            rate=shard.rate / HELD.lr, decay=shard.decay / HELD.lr, key=key(HELD.seed, shard.epoch),
            first=shard.first, last=shard.last,
        )  # fmt: skip
        for row in range(cells.words * shard.first // len(cells), cells.words * shard.last // len(cells)):
            if row in held:
                words[row, :DIM] = definition.pulled(
                    words[row, :DIM], sums[row, :DIM], held[row], HELD.pull, shard.rate / HELD.lr
                )
    model = HELD.fit(cells, start=general)
    np.testing.assert_allclose(model.vectors.vectors, words[:, :DIM], rtol=1e-4, atol=2e-5)
    assert set(model.tables) == {"vectors", "output", "biases"}


def test_a_pulled_row_is_where_its_own_slope_leads():
    draw = np.random.default_rng(1)
    w, given, sums = draw.normal(size=5), draw.normal(size=5), draw.uniform(1, 9, 5)
    after = definition.pulled(w, sums, given, 0.7, 0.2)
    np.testing.assert_allclose(after, w - 0.2 * 0.7 * (after - given) / np.sqrt(sums))
    np.testing.assert_allclose(definition.pulled(w, sums, given, 1e9, 0.2), given, atol=1e-6)


def test_the_stronger_the_pull_the_nearer_words_stay(general):
    def moved(pull: float) -> float:
        vectors = HELD.replaced(pull=pull).fit(TEXT, start=general).vectors
        return max(np.linalg.norm(vectors[key] - general[key]) for key in ("w3", "w5", "w0", "w17"))

    distances = [moved(pull) for pull in (0.0, 0.1, 1.0, 10.0, 1e6)]
    assert distances == sorted(distances, reverse=True) and distances[-1] < 0.2 * distances[0]
    free = HELD.replaced(pull=0).fit(TEXT, start=general).vectors["w2"]
    assert (HELD.fit(TEXT, start=general).vectors["w2"] != free).any()  # it learns beside those that are held


def test_a_pull_needs_vectors_and_rows_that_are_the_vectors(general):
    for learner, wish, message in (
        (HELD, {}, "^pull holds words to the vectors of start, got none; give start"),
        (LEARNER.replaced(pull=0.3), {"start": general}, "^pull holds .* set vectors to words$"),
        (HELD, {"start": general, "frozen": True}, "^pull and frozen exclude each other"),
    ):
        with pytest.raises(OptionError, match=message):
            learner.fit(TEXT, **wish)


def test_the_command_line_says_what_a_pull_needs(saved, tmp_path, capsys):
    flags = ["--dim=16", "--pull=1", "--vectors=words", "-q"]
    assert main(["train", "glove", str(saved), str(tmp_path / "model"), *flags]) == 2
    assert "got none; give --start, or leave pull out" in capsys.readouterr().err


def test_a_pulled_run_that_stopped_goes_on_without_the_vectors(cells, general):
    left = iter(range(2))

    def stop(vectors) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    part = HELD.fit(cells, start=general, evaluate=stop, every=0)
    assert part.record["interrupted"]
    assert bits(HELD.fit(cells, resume=part)) == bits(HELD.fit(cells, start=general))
    assert HELD.memory(30)["given"] == part.tables["given"].nbytes


def test_a_run_that_stopped_goes_on_from_cells_as_from_the_text(cells, trained, tmp_path):
    left = iter(range(2))

    def stop(vectors) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    part = LEARNER.fit(TEXT, evaluate=stop, every=0)
    part.save(tmp_path / "part")
    assert part.record["interrupted"] and {"left", "right"} < part.tables.keys()
    assert load(tmp_path / "part").vectors["w3"].shape == (DIM,)
    assert bits(LEARNER.fit(cells, resume=tmp_path / "part")) == bits(trained)
    with pytest.raises(InputError, match="not the text that training began with"):
        LEARNER.fit(TEXT[1:], resume=tmp_path / "part")


def test_a_plan_foretells_cells_and_bytes(tmp_path, cells, trained):
    plan = LEARNER.plan(TEXT)
    trained.save(tmp_path / "model")
    assert plan.predictions == len(cells) == trained.record["cells"]
    assert plan.disk == (tmp_path / "model" / "model.safetensors").stat().st_size
    assert plan.tokens == trained.record["tokens"]


def test_the_command_line_takes_cells(saved, trained, tmp_path, capsys):
    flags = ["--dim=16", "--epochs=6", "--threads=1", "--lr=0.1", "-q"]
    assert main(["train", "glove", str(saved), str(tmp_path / "model"), *flags]) == 0
    assert bits(load(tmp_path / "model")) == bits(trained)
    assert main(["train", "glove", str(saved), str(tmp_path / "other"), *flags, "--window=7"]) == 2
    assert "window" in capsys.readouterr().err


GLOVE = os.environ.get("OMNIVEC_GLOVE")


@pytest.mark.skipif(not GLOVE, reason="OMNIVEC_GLOVE names no folder of GloVe's C programs")
def test_the_cost_is_within_one_per_cent_of_the_programs(tmp_path):
    """A text of 1 MB; test_the_preset_is_the_programs_update needs no program."""
    text, where = tmp_path / "text.txt", Path(str(GLOVE))
    text.write_text("\n".join(topics(95_000)) + "\n")
    assert text.stat().st_size > 1e6

    def run(program: str, *flags: object, source: str = "", target: str = "") -> str:
        with (
            open(source or os.devnull, "rb") as read,  # noqa: PTH123
            open(target or tmp_path / "said", "wb") as write,  # noqa: PTH123
        ):
            command = [str(where / program), *map(str, flags)]
            return subprocess.run(
                command, stdin=read, stdout=write, stderr=subprocess.PIPE, check=True, cwd=tmp_path
            ).stderr.decode()

    words, found, mixed_ = (str(tmp_path / name) for name in ("words", "cells", "shuffled"))
    run("vocab_count", "-min-count", 5, "-verbose", 0, source=str(text), target=words)
    run("cooccur", "-memory", 0.1, "-vocab-file", words, "-window-size", 10, source=str(text), target=found)
    run("shuffle", "-memory", 0.1, "-seed", 3, source=found, target=mixed_)
    said = run(
        "glove", "-input-file", mixed_, "-vocab-file", words, "-save-file", tmp_path / "out", "-vector-size",
        DIM, "-threads", 1, "-iter", 10, "-x-max", 100, "-eta", 0.05, "-seed", 4,
    )  # fmt: skip
    theirs = [float(cost) for cost in re.findall(r"cost: ([\d.]+)", said)]
    learner = GloVe.preset("glove", dim=DIM, epochs=10, window=10, threads=1)
    ours = learner.fit(text).record["loss"]
    assert len(theirs) == 10 and ours[-1] == pytest.approx(theirs[-1], rel=0.01)


def topics(count: int) -> list[str]:
    """Lines whose words are those of one of 40 topics more often than by chance."""
    draw = np.random.default_rng(1)
    share = 1 / np.arange(1, 3001) ** 0.9
    found = []
    for topic in draw.integers(0, 40, count // 15):
        words = draw.choice(3000, 15, p=share / share.sum())
        own = draw.random(15) < 0.5
        words[own] = words[own] // 40 * 40 + topic
        found.append(" ".join(f"word{mixed(int(k)) % 10**6}" for k in words))
    return found


def test_one_count_serves_other_options(cells):
    corpus = LEARNER.reading().corpus(TEXT)
    again = count(corpus, 4)
    np.testing.assert_array_equal(again.weights, cells.weights)
    losses = [LEARNER.replaced(x_max=x_max).fit(cells).record["loss"][0] for x_max in (1.0, 100.0)]
    assert losses[0] > losses[1]  # the smaller x_max, the more cells weigh 1
