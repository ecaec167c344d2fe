"""Classifier: what it learns, what it says of odd texts, and that every door gives the same numbers."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from omnivec import Classifier, InputError, OptionError, Word2Vec, autotune, extend, load, quantize
from omnivec.cli import main
from omnivec.data.audit import audit, distinct
from omnivec.data.features import Bag
from omnivec.data.means import Means
from omnivec.data.tokenize import Splitting, words_of
from omnivec.data.vocabulary import Vocabulary
from omnivec.evaluate.classification import classification
from omnivec.learners.weights import class_weights
from omnivec.reference import classifier as definition
from omnivec.store.keys import Keys

LOSSES = ["softmax", "hs", "ns", "ova"]
DIM = 12


def texts(seed: int = 0, count: int = 400, labels: int = 4) -> list[tuple[str, str | list[str]]]:
    """Each label has words of its own among common ones; every fifth text has two labels."""
    draw = np.random.default_rng(seed)
    found: list[tuple[str, str | list[str]]] = []
    for number in range(count):
        some = draw.choice(labels, 1 + (number % 5 == 0), replace=False).tolist()
        words = [f"w{label}x{draw.integers(5)}" for label in some for _ in range(3)]
        words += [f"c{draw.integers(20)}" for _ in range(4)]
        names = [f"L{label}" for label in some]
        found.append((" ".join(draw.permutation(words)), names if len(names) > 1 else names[0]))
    return found


def as_lines(pairs) -> str:
    rows = [([labels] if isinstance(labels, str) else labels, text) for text, labels in pairs]
    return "".join(" ".join(f"__label__{label}" for label in labels) + f" {text}\n" for labels, text in rows)


SMALL = Classifier(dim=DIM, epochs=12, lr=0.5, threads=1, buckets=400)
MORE = {"word_ngrams": 3, "minn": 2, "maxn": 3}


@pytest.fixture(scope="module")
def models():
    kinds = {loss: SMALL.replaced(loss=loss, **MORE) for loss in LOSSES}
    kinds["fasttext"] = SMALL.replaced(hash="fasttext", **MORE)
    kinds["words"] = SMALL
    return {name: learner.fit(texts()) for name, learner in kinds.items()}


@pytest.mark.parametrize("name", [*LOSSES, "fasttext", "words"])
def test_labels_are_learned(models, name):
    score = classification(models[name], [pair for pair in texts(1) if isinstance(pair[1], str)])
    assert score.precision > 0.97 and score.texts == 320


ODD = ["", "   ", "zzz qqq", "w0x1\tw0x2", "w0x1\u00a0w0x2", "w0x1 </s> w1x1", "w0x1\nw0x2",
       "w0x1 __label__L1", "é한국 😀", "x" * 5000, "w2x0 " * 3000]  # fmt: skip


@pytest.mark.parametrize("name", [*LOSSES, "fasttext", "words"])
def test_kernel_numpy_and_definition_predict_the_same(models, name, monkeypatch, tmp_path):
    model = models[name]
    asked = [text for text, _ in texts(2, 40)] + ODD
    by_kernel = model.predict(asked, k=-1)
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.predict(asked, k=-1) == by_kernel and again.label_names == model.label_names
    monkeypatch.setattr(Means, "_plain_rows", False)
    by_numpy = again.predict(asked, k=-1)
    bag, inputs = Bag.of(model.config["features"]), model.tables["inputs"][:, :DIM].astype(np.float64)
    table = model.tables["nodes" if "nodes" in model.tables else "output"][:, :DIM].astype(np.float64)
    loss = model.options["loss"]
    for text, one, two in zip(asked, by_kernel, by_numpy, strict=True):
        tokens = [token for token in words_of(text) if not token.startswith("__label__")]
        if bag.plain and "</s>" in tokens:  # a text ends there, as fastText's do
            tokens = tokens[: tokens.index("</s>")]
        rows = bag.rows(tokens, model.keys)
        wanted = definition.predicted(inputs[rows].mean(0)[None], table, loss, model.tables.get("tree"))[0]
        for answer in (dict(one), dict(two)):
            assert [answer[label] for label in model.label_names] == pytest.approx(wanted, rel=1e-5, abs=2e-5)
        if loss in ("softmax", "hs"):
            assert sum(dict(one).values()) == pytest.approx(1, abs=1e-6)


def test_features_of_a_line_are_those_of_training(models):
    """The rows that NumPy finds are those that the kernel trains: a line's own rows alone move."""
    learner = SMALL.replaced(epochs=1, **MORE)
    lines = [("alpha beta gamma", "a"), ("delta", "b")]
    model, start = learner.fit(lines), learner.replaced(lr=1e-9).fit(lines)
    moved = np.flatnonzero((model.tables["inputs"] != start.tables["inputs"]).any(1))
    bag = Bag.of(model.config["features"])
    rows = {row for text, _ in lines for row in bag.rows(text.split(), model.keys).tolist()}
    # The first line finds outputs of zero and moves no input; the second one does.
    assert set(moved.tolist()) <= rows and set(bag.rows(["delta"], model.keys).tolist()) <= set(
        moved.tolist()
    )


def test_without_a_line_end_a_text_of_nothing_known_has_no_labels():
    model = SMALL.replaced(line_end="").fit(texts())
    assert model.predict(["", "zzz", "w0x1"])[:2] == [[], []] and model.predict(["w0x1"])[0][0][0] == "L0"
    score = classification(model, [("zzz", "L1"), ("w0x1", "L0")])
    assert (score.unknown, score.precision, score.recall) == (1, 1.0, 0.5)


def test_k_and_threshold(models):
    model = models["softmax"]
    whole = model.predict(["w0x1 w1x1"], k=-1)[0]
    assert len(whole) == 4 and [p for _, p in whole] == sorted((p for _, p in whole), reverse=True)
    assert model.predict(["w0x1 w1x1"], k=2)[0] == whole[:2]
    assert model.predict(["w0x1 w1x1"], k=99)[0] == whole
    assert model.predict(["w0x1 w1x1"], k=-1, threshold=whole[1][1])[0] == whole[:2]
    assert model.predict(["w0x1"], threshold=1.0) == [[]] and model.predict([]) == []
    for given in ({"k": 0}, {"threshold": 1.5}):
        with pytest.raises(OptionError, match=next(iter(given))):
            model.predict(["a"], **given)
    with pytest.raises(InputError, match="list of texts"):
        model.predict("w0x1")
    with pytest.raises(OptionError, match="only a classifier"):
        Word2Vec(dim=8, min_count=1, epochs=1).fit(["a b a b a b"]).predict(["a"])


def test_many_labels_are_ranked_alike():
    draw = np.random.default_rng(0)
    model = SMALL.fit([(f"w{n % 60} c{draw.integers(9)}", f"L{n % 60}") for n in range(600)])
    asked = [f"w{n} c1" for n in range(60)]
    for k in (1, 5, 40):
        assert model.predict(asked, k) == [answer[:k] for answer in model.predict(asked, -1)]


@pytest.mark.parametrize("loss", LOSSES)
def test_files_and_pairs_train_the_same_model(loss, tmp_path):
    (tmp_path / "train.txt").write_text(as_lines(texts()))
    learner = SMALL.replaced(loss=loss, word_ngrams=2)
    one, two = learner.fit(tmp_path / "train.txt"), learner.fit(iter(texts()))
    np.testing.assert_array_equal(one.tables["inputs"], two.tables["inputs"])
    assert one.label_names == two.label_names == ["L0", "L1", "L2", "L3"] or set(one.label_names) == set(
        two.label_names
    )
    three = learner.fit(as_lines(texts()).splitlines())
    np.testing.assert_array_equal(one.tables["inputs"], three.tables["inputs"])


def test_labels_of_pairs_may_hold_anything_and_labels_stand_anywhere():
    pairs = [("a b", "one, two"), ("c d", ["three/4", "one, two"]), ("e __label__x", ("x,y",))] * 20
    model = SMALL.fit(pairs)
    assert set(model.label_names) == {"one, two", "three/4", "x,y"} and "__label__x" not in model.keys
    lines = SMALL.fit(["a b __label__x,y", "__label__z c __label__x,y", "d </s> e __label__z"] * 9)
    assert set(lines.label_names) == {"x,y", "z"} and lines.labels.counts.tolist() == [18, 18]


BAD = {
    "no word begins with '__label__'": ["a b c", "d e f"],
    "only one label \\('x'\\)": ["__label__x a", "__label__x b"],
    "no line has both": ["__label__x", "__label__y", "a b"],
    "holds labels and no words": ["__label__x", "__label__y"],
    "empty": [],
    "pairs of a text and its label": [("a b", 3)],
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_one_line(message):
    learner = SMALL.replaced(line_end="")
    with pytest.raises(InputError, match=message) as caught:
        learner.fit(BAD[message])
    assert "\n" not in str(caught.value)


def test_rare_labels_are_left_out_and_counted():
    lines = ["__label__a x y", "__label__b z u", "__label__rare x z"] * 5 + ["__label__a __label__b x"] * 5
    lines = [line for line in lines if "rare" not in line] + ["__label__rare x z"]
    assert set(SMALL.replaced(label_min_count=2).fit(lines).label_names) == {"a", "b"}
    with pytest.raises(InputError, match="lower label_min_count"):
        SMALL.replaced(label_min_count=100).fit(lines)


def test_a_line_of_a_million_tokens():
    model = SMALL.replaced(epochs=1, word_ngrams=2).fit(
        ["__label__a " + "x y z " * 333_000, "__label__b u v", "__label__a " + "x y " * 3]
    )
    assert np.isfinite(model.tables["inputs"]).all() and model.predict(["x y " * 100_000])[0][0][0] in "ab"


def test_texts_that_are_sorted_by_label_teach_as_much(monkeypatch):
    """In the order of the text, the last label would have the last word."""
    draw = np.random.default_rng(0)
    texts = [
        (" ".join(f"w{draw.integers(40) + 8 * label}" for _ in range(12)), f"L{label}")
        for label in range(6)
        for _ in range(2_000)
    ]
    some = [texts[k] for k in draw.permutation(len(texts))[:600]]
    learner = Classifier(dim=16, epochs=3, lr=0.5, threads=1)
    right = {spread: 0.0 for spread in (True, False)}
    for spread in right:
        monkeypatch.setattr(Classifier, "spread", spread)
        right[spread] = classification(learner.fit(texts), some).precision
    assert right[True] > right[False] + 0.1


def test_balanced_weights_give_all_labels_the_same_sum():
    counts = np.array([60, 30, 10])
    labels = Vocabulary(Keys.build(["__label__a", "__label__b", "__label__c"], counts), counts, 100, 3)
    weights = class_weights("balanced", labels, "__label__")
    np.testing.assert_allclose(weights * counts, 100 / 3, rtol=1e-6)
    assert class_weights("b=2", labels, "__label__").tolist() == [1, 2, 1]
    assert class_weights(None, labels, "__label__") is None


def test_weights_favour_a_label():
    pairs = [("a b", "often")] * 90 + [("a b", "rarely")] * 10
    share = {
        weights: dict(
            SMALL.replaced(class_weights=weights, lr=0.05, epochs=30).fit(pairs).predict(["a b"], -1)[0]
        )
        for weights in (None, "balanced", "rarely=50")
    }
    assert share[None]["rarely"] < 0.3 < share["balanced"]["rarely"] < 0.7 < share["rarely=50"]["rarely"]
    with pytest.raises(OptionError, match="does not have"):
        SMALL.replaced(class_weights="never=2").fit(pairs)
    for wrong in ("often", "often=x", "often=-1"):
        with pytest.raises(OptionError, match="class_weights"):
            Classifier(class_weights=wrong)


def test_pretrained_rows_frozen_or_tuned():
    """T62: frozen rows keep their bits; with few texts a label, pretrained rows are no worse than random."""
    draw = np.random.default_rng(0)
    wide = [
        (" ".join(f"w{label}x{draw.integers(9)}" for _ in range(6)), f"L{label}")
        for label in range(100)
        for _ in range(20)
    ]
    few = [(f"w{label}x{n}", f"L{label}") for label in range(100) for n in range(2)]
    asked = [(f"w{label}x{n}", f"L{label}") for label in range(100) for n in range(2, 9)]
    given = (
        Word2Vec(dim=32, epochs=20, min_count=1, threads=1, sample=0.0, lr=0.1)
        .fit([text for text, _ in wide])
        .vectors
    )
    learner = Classifier(dim=32, epochs=30, lr=1.0, threads=1)
    words = [(text, label) for text, label in few]
    vocabulary_of = words + [(text, "L0") for text, _ in asked[:0]]
    score = {}
    for name, start, frozen in (("random", None, False), ("tuned", given, False), ("frozen", given, True)):
        model = learner.fit(vocabulary_of, start=start, frozen=frozen)
        if frozen:
            for row, word in enumerate(model.keys):
                if word in given:
                    np.testing.assert_array_equal(model.tables["inputs"][row, :32], given[word])
        score[name] = classification(model, few).precision
    assert score["frozen"] >= score["random"] - 0.05 and score["tuned"] >= score["random"] - 0.05


def test_resumed_equals_uninterrupted_and_held_out_texts_are_measured(tmp_path):
    learner, left = SMALL.replaced(word_ngrams=2, epochs=4), iter(range(3))

    def stop(vectors) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    whole = learner.fit(texts(), heldout_text=texts(7, 60))
    part = learner.fit(texts(), heldout_text=texts(7, 60), evaluate=stop, every=0)
    assert part.record["interrupted"]
    part.save(tmp_path / "part")
    again = learner.fit(texts(), heldout_text=texts(7, 60), resume=tmp_path / "part")
    np.testing.assert_array_equal(again.tables["inputs"], whole.tables["inputs"])
    held = [row["heldout"] for row in whole.history]
    assert len(held) == 4 and held[-1] < held[0]
    share = learner.replaced(heldout=0.2, patience=2).fit(texts())
    assert share.record["heldout"][-1] < share.record["heldout"][0]
    with pytest.raises(InputError, match="resume"):
        learner.fit(texts(3), heldout_text=texts(7, 60), resume=tmp_path / "part")
    alone = learner.fit(texts(), heldout_text=[("w0x1 w0x2", "L0")])  # of one label
    assert alone.history[-1]["heldout"] < alone.history[0]["heldout"]


def test_labels_of_a_held_out_text_that_training_has_not_are_no_words():
    learner, held = SMALL.replaced(word_ngrams=2, epochs=1, labels="all"), texts(7, 60)
    odd = [(text, [*([some] if isinstance(some, str) else some), "new"]) for text, some in held]
    plain, more = (learner.fit(texts(), heldout_text=some).history[0]["heldout"] for some in (held, odd))
    assert plain == more


def test_labels_end_at_the_white_space_of_the_model():
    lines = [f"__label__{name}\u00a0{word} {word}s" for name, word in (("x", "cat"), ("y", "sun"))] * 20
    learner = SMALL.replaced(whitespace="unicode", epochs=20, lr=1)
    model = learner.fit(lines)
    assert model.evaluate(lines).precision == 1 and not model.evaluate(lines).unseen
    retrained = quantize(model, cutoff=3, retrain=lines, dtype="float16")
    assert retrained.evaluate(lines).precision == 1
    assert autotune(lines, lines, learner=learner, trials=1).trials[0].score == 1


def test_extend_refuses_a_classifier(models):
    with pytest.raises(OptionError, match="tells labels"):
        extend(models["words"], ["a b c"])


def test_scores_are_counted_by_hand(models):
    class Fixed:
        label_names, label_prefix, splitting = ["a", "b"], "__label__", Splitting()

        def predict(self, asked, k, threshold):
            return [[("a", 0.9), ("b", 0.1)][:k] for _ in asked]

    lines = ["__label__a x", "__label__b x", "__label__a __label__b x", "__label__new x", "nothing"]
    score = classification(Fixed(), lines)
    assert (score.texts, score.without, score.precision, score.recall) == (4, 1, 2 / 4, 2 / 5)
    assert score.unseen == {"new": 1} and score.labels["a"].f1 == 2 * 2 / (4 + 2)
    assert score.confusion == {("a", "a"): 1, ("b", "a"): 1, ("new", "a"): 1}
    theirs = classification(Fixed(), lines, ignore_unseen=True)  # as fastText counts
    assert (theirs.texts, theirs.precision, theirs.recall) == (3, 2 / 3, 2 / 4)
    both = classification(Fixed(), lines, k=2, ignore_unseen=True)
    assert (both.precision, both.recall) == (4 / 6, 1.0)
    with pytest.raises(InputError, match="no text has a label"):
        classification(Fixed(), ["a b"])


def test_an_audit_counts_different_ngrams():
    tokens, units = np.array([0, 1, 0, 1, 2, 0, 1], np.int32), np.array([0, 4, 7])
    found = [sorted(map(tuple, grams.tolist())) for grams in distinct(tokens, units, 3)]
    assert found == [[(0, 1), (1, 0), (2, 0)], [(0, 1, 0), (1, 0, 1), (2, 0, 1)]]
    draw = np.random.default_rng(0)
    lines = [" ".join(f"w{n}" for n in draw.integers(0, 300, 30)) for _ in range(400)]
    ours, theirs = audit(lines, 3, 5000)
    assert ours.ngrams == theirs.ngrams > 15_000
    assert ours.rate == pytest.approx(ours.expected, abs=0.005)
    bag = Bag("omnivec", 0, 0, 5000, 3, False, None)
    some = {tuple(line.split()[i : i + n]) for line in lines for n in (2, 3) for i in range(30 - n + 1)}
    taken = {bag.rows(gram, SMALL_KEYS)[-1] for gram in some if len(gram) == 2}
    taken |= {bag.rows(gram, SMALL_KEYS)[-2] for gram in some if len(gram) == 3}
    assert ours.ngrams == len(some) and ours.taken == len(taken)
    with pytest.raises(OptionError, match="word_ngrams"):
        audit(lines, 1)


def test_our_word_ngrams_have_no_structure_where_fasttexts_have():
    """Buckets of a power of two: fastText's hash keeps the low bits of its words' hashes."""
    lines = [f"w{i} v{j}" for i in range(150) for j in range(150)]
    ours, theirs = audit(lines, 2, 1 << 16)
    assert ours.rate == pytest.approx(ours.expected, rel=0.05)


def _keys():
    from omnivec.store.keys import Keys

    return Keys.build([])


SMALL_KEYS = _keys()


def test_command_line_trains_classifies_and_judges(tmp_path, capsys, monkeypatch):
    (tmp_path / "train.txt").write_text(as_lines(texts()))
    (tmp_path / "valid.txt").write_text(as_lines(texts(1)))
    model, flags = (
        str(tmp_path / "m"),
        ["--dim=12", "--epochs=12", "--lr=.5", "--threads=1", "--word-ngrams=2", "--buckets=400", "-q"],
    )
    assert main(["train", "classifier", str(tmp_path / "train.txt"), model, *flags]) == 0
    capsys.readouterr()
    assert main(["classify", model, str(tmp_path / "valid.txt"), "-k", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    answers = load(model).predict([text for text, _ in texts(1)], 2)
    assert lines == ["\t".join(f"{label}\t{p:.6f}" for label, p in answer) for answer in answers]
    bare = "\n".join(text for text, _ in texts(1))
    (tmp_path / "marked.txt").write_text(f"\ufeff{bare}", encoding="utf-8")
    assert main(["classify", model, str(tmp_path / "marked.txt"), "-k", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == lines
    assert main(["classify", model, str(tmp_path / "valid.txt"), "--threshold=.5", "--json"]) == 0
    assert all(p >= 0.5 for line in capsys.readouterr().out.splitlines() for _, p in json.loads(line))
    assert main(["evaluate", model, str(tmp_path / "valid.txt"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["classification"]
    assert told["texts"] == 400 and told["precision"] > 0.95
    assert main(["evaluate", model, str(tmp_path / "valid.txt")]) == 0
    assert "precision@1" in capsys.readouterr().out
    assert main(["audit", str(tmp_path / "train.txt"), "--word-ngrams=2"]) == 0
    assert "by chance" in capsys.readouterr().out
    word2vec = str(tmp_path / "w")
    Word2Vec(dim=8, min_count=1, epochs=1).fit(["a b a b a b"]).save(word2vec)
    assert main(["classify", word2vec, str(tmp_path / "valid.txt")]) == 2


def test_a_few_texts_load_no_compiler(models, tmp_path):
    import subprocess

    models["softmax"].save(tmp_path / "m")
    code = (
        f"import sys, omnivec; print(omnivec.load({str(tmp_path / 'm')!r}).predict(['w0x1 w0x2'])[0][0][0], "
        "'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["L0", "False"]
