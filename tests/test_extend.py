"""A model goes on with a new text: what counts decide is decided anew, what was learned keeps its meaning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnivec import Classifier, FormatError, InputError, Model, OptionError, Sent2Vec, Word2Vec, extend, load
from omnivec.data import vocabulary
from omnivec.data.vocabulary import Vocabulary
from omnivec.engine import graft, start, tree
from omnivec.reference import huffman, windows

# As plain Python (NUMBA_DISABLE_JIT=1) a hash that wraps around warns.
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

DIM = 16
OLD = ["the king and the queen sat on a throne", "the cat and the dog ate a bone"] * 60
NEW = ["prince prince throne dog on on on on on on", "the prince and princess sat", "prince rare"] * 40 + [
    "once"
]
LEARNER = Word2Vec(dim=DIM, min_count=2, sample=0.01, threads=1, epochs=3)
LOSSES = ["ns", "hs", "softmax"]


def bits(model: Model) -> bytes:
    return b"".join(model.tables[name].tobytes() for name in sorted(model.tables))


def vectors_of(model: Model, keys: object) -> np.ndarray:
    return model.vectors.vectors[model.keys.rows(keys)]


@pytest.fixture(scope="module", params=LOSSES)
def model(request):
    return LEARNER.replaced(loss=request.param).fit(OLD)


@pytest.fixture(scope="module")
def plain():
    return LEARNER.fit(OLD)


def counted(*texts):
    found = {}
    for text in texts:
        for line in text:
            for word in line.split():
                found[word] = found.get(word, 0) + 1
    return found


def test_words_of_both_texts_in_the_order_of_their_summed_counts(model):
    longer = extend(model, NEW)
    together = counted(OLD, NEW)
    del together["once"]  # occurs once in the new text, and never in the old one
    wanted = sorted(together, key=lambda word: (-together[word], word.encode()))
    assert list(longer.keys) == wanted
    assert longer.keys.counts.tolist() == [together[word] for word in wanted]
    rows = longer.keys.rows(model.keys)
    assert (np.diff(rows) < 0).any()  # so rows of the old words were permuted, not appended to
    for table in longer.tables.values():
        assert len(table) in (len(wanted), len(wanted) - 1) and table.flags.c_contiguous


def test_what_was_learned_goes_along(model):
    """A rate of nearly nothing shows what training started from."""
    longer = extend(model, NEW, lr=1e-9)
    np.testing.assert_allclose(vectors_of(longer, model.keys), model.vectors.vectors, atol=1e-6)
    if "output" in model.tables:
        rows = longer.keys.rows(model.keys)
        np.testing.assert_allclose(longer.output.vectors[rows], model.output.vectors, atol=1e-6)
        fresh = np.delete(longer.output.vectors, rows, axis=0)
        assert len(fresh) == 3 and np.abs(fresh).max() < 1e-6
    else:
        inner = len(model.tables["nodes"])
        np.testing.assert_allclose(longer.tables["nodes"][:inner], model.tables["nodes"], atol=1e-6)
        assert np.abs(longer.tables["nodes"][inner:]).max() < 1e-6


def test_new_words_start_as_words_do_and_not_where_others_did(plain):
    longer = extend(plain, NEW, lr=1e-9)
    table = start.initial_table(len(longer.keys), DIM, LEARNER.seed + 1)[:, :DIM]
    rows = np.delete(np.arange(len(longer.keys)), longer.keys.rows(plain.keys))
    np.testing.assert_allclose(longer.vectors.vectors[rows], table[rows], atol=1e-6)


def worlds(seed, *of):
    """Lines of one world each, with words that both have between them."""
    draw = np.random.default_rng(seed)
    lines = [
        [*draw.choice(of[draw.integers(len(of))].split(), 5), *draw.choice(["the", "and"], 3)]
        for _ in range(400)
    ]
    return [" ".join(draw.permutation(line)) for line in lines]


@pytest.mark.parametrize("loss", LOSSES)
def test_new_words_learn_their_meaning(loss):
    court, farm = "king queen rules crown throne", "cat dog eats bone milk"
    model = LEARNER.replaced(loss=loss, epochs=20).fit(worlds(0, court, farm))
    vectors = extend(model, worlds(1, f"{court} prince", f"{farm} calf")).vectors
    for word, kin, stranger in [("prince", "king", "cat"), ("calf", "cat", "king")]:
        assert vectors.similarity(word, kin) > vectors.similarity(word, stranger) + 0.2


def test_the_model_itself_stays_as_it_is(model):
    before, record = bits(model), str(model.config)
    extend(model, NEW)
    assert bits(model) == before and str(model.config) == record


def test_the_same_call_gives_the_same_bits(model):
    assert bits(extend(model, NEW)) == bits(extend(model, NEW)) != bits(extend(model, NEW, seed=9))


# What gensim's build_vocab(update=True) followed by train gets wrong, one test each.


@pytest.fixture
def spied(monkeypatch):
    """The arguments of the functions that make thresholds and sampler."""
    seen = {}
    for module, name in ((vocabulary, "keep_thresholds"), (start, "alias_table")):
        true = getattr(module, name)

        def spy(*args, _true=true, _name=name):
            seen[_name] = (args, _true(*args))
            return seen[_name][1]

        monkeypatch.setattr(module, name, spy)
    return seen


@pytest.mark.parametrize("total", ["kept", "all"])
def test_defect_1_thresholds_are_of_all_words_and_both_texts(total, spied):
    model = LEARNER.replaced(sample_total=total, min_count=61).fit(OLD)
    assert len(model.keys) == 3 and model.record["tokens"] == 60 * 17  # the, a, and
    spied.clear()
    longer = extend(model, NEW, min_count=2)
    counts = longer.keys.counts
    tokens = 60 * 17 + longer.record["tokens"] if total == "all" else counts.sum()
    np.testing.assert_array_equal(spied["keep_thresholds"][1], windows.keep_thresholds(counts, 0.01, tokens))
    assert len(spied["keep_thresholds"][1]) == len(longer.keys)


def test_the_total_is_of_all_that_was_counted_also_what_was_held_out(spied):
    held = LEARNER.replaced(sample_total="all", min_count=61, heldout=0.5).fit(OLD)
    given = LEARNER.replaced(sample_total="all").fit(
        OLD, vocabulary=Vocabulary.of({"king": 900, "throne": 100})
    )
    for model, before in ((held, 60 * 17), (given, 1000)):
        spied.clear()
        extend(model, NEW)
        assert spied["keep_thresholds"][0][2] == before + sum(counted(NEW).values())


def test_defect_2_the_sampler_follows_the_rows(plain, spied):
    longer = extend(plain, NEW)
    counts = counted(OLD, NEW)
    (seen, power), _ = spied["alias_table"]
    assert seen.tolist() == [counts[word] for word in longer.keys] and power == LEARNER.power


@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_defect_3_inner_nodes_keep_their_meaning(kind):
    model = LEARNER.replaced(model=kind, loss="hs", epochs=20).fit(OLD)
    # Only what is untouched by further training can be compared to the bit, so none follows here.
    corpus = LEARNER.reading().corpus(NEW, known=vocabulary.Vocabulary(model.keys, model.keys.counts, 0, 0))
    words = corpus.vocabulary
    rows, larger = words.keys.rows(model.keys), LEARNER.replaced(loss="hs").initial(words)
    graft.carry_over(model.tables, larger, rows, words.counts)
    old_paths, paths = huffman.paths(model.tables["tree"]), huffman.paths(larger["tree"])
    above = paths[rows[0]][: len(paths[rows[0]]) - len(old_paths[0])]
    for row, new_row in enumerate(rows):
        assert paths[new_row] == above + old_paths[row]
    for h in 30 * np.eye(DIM):  # one product a score, which no order of summing can round in another way
        old = huffman.probabilities(model.tables["tree"], model.tables["nodes"][:, :DIM].astype(float), h)
        new = huffman.probabilities(larger["tree"], larger["nodes"][:, :DIM].astype(float), h)
        assert new.sum() == pytest.approx(1) and old.std() > 0.01
        # The nodes above are new, and so they halve exactly.
        np.testing.assert_array_equal(new[rows], old * 0.5 ** len(above))


def test_defect_4_min_count_asks_new_words_alone(plain):
    text = ["throne crown jewel jewel"] * 2 + ["dog crown"]
    longer = extend(plain, text, min_count=3)
    assert set(longer.keys) - set(plain.keys) == {"jewel", "crown"}
    assert longer.record["tokens_in_vocabulary"] == 10
    counts = dict(zip(longer.keys, longer.keys.counts.tolist(), strict=True))
    assert (counts["throne"], counts["dog"], counts["crown"]) == (62, 61, 3)
    moved = (vectors_of(longer, ["throne", "dog"]) != vectors_of(plain, ["throne", "dog"])).any(axis=1)
    assert moved.all()  # they occur less often than a new word must, and are learned from all the same
    assert (vectors_of(longer, ["king"]) == vectors_of(plain, ["king"])).all()


def test_defect_5_row_order_is_frequency_order(model):
    longer = extend(model, NEW)
    assert (np.diff(longer.keys.counts) <= 0).all()
    assert longer.keys.row("on") < model.keys.row("on")


@given(
    old=st.lists(st.integers(0, 50), min_size=2, max_size=12),
    fresh=st.lists(st.integers(0, 200), max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_a_grafted_tree_is_a_tree_that_holds_the_old_one(old, fresh, order):
    """Whatever the counts, ties and the order in which old and new words mix."""
    small = tree.grown(np.sort(np.array(old))[::-1].astype(np.int64))
    counts = np.array(old + fresh, np.int64)
    by_count = np.lexsort(([order.random() for _ in counts], -counts))  # old words may change places, too
    place = np.empty(len(counts), np.int64)
    place[by_count] = np.arange(len(counts))
    rows = place[: len(old)]
    grown = graft.grafted(small, rows, counts[by_count])
    words = len(counts)
    assert grown.shape == (words - 1, 2) and grown.dtype == np.int32
    assert sorted(grown.ravel().tolist()) == list(
        range(2 * words - 2)
    )  # all but the root are one node's child
    inner = np.arange(words - 1)[:, None]
    assert ((grown < words) | (grown - words < inner)).all()  # children come before their node
    old_paths, paths = huffman.paths(small), huffman.paths(grown)
    above = paths[rows[0]][: len(paths[rows[0]]) - len(old_paths[0])]
    assert [paths[row] for row in rows] == [above + path for path in old_paths]
    assert all(node >= len(small) for node, _ in above)
    # The part above is as short as any: Huffman's own cost for the new words and one leaf for the old.
    leaves = sorted([*fresh, sum(old)], reverse=True)
    optimum = sum(n * len(p) for n, p in zip(leaves, huffman.paths(huffman.tree(leaves)), strict=True))
    cost = sum(old) * len(above) + sum(counts[k] * len(paths[place[k]]) for k in range(len(old), len(counts)))
    assert cost == optimum


def test_text_without_new_words_only_trains(model):
    longer = extend(model, ["throne dog " * 40] * 8)
    assert set(longer.keys) == set(model.keys) and list(longer.keys) != list(model.keys)
    assert longer.record["extended"][0]["new_words"] == 0
    assert (longer.vectors["throne"] != model.vectors["throne"]).any()
    np.testing.assert_array_equal(longer.vectors["king"], model.vectors["king"])


def test_frozen_words_keep_every_bit(model):
    longer = extend(model, NEW, frozen=True)
    np.testing.assert_array_equal(vectors_of(longer, model.keys), model.vectors.vectors)
    fresh = np.delete(np.arange(len(longer.keys)), longer.keys.rows(model.keys))
    table = start.initial_table(len(longer.keys), DIM, LEARNER.seed + 1)[:, :DIM]
    assert (longer.vectors.vectors[fresh] != table[fresh]).any(axis=1).all()
    assert longer.record["extended"][0]["frozen"] is True


def test_options_are_the_models_unless_given(plain):
    longer = extend(plain, NEW)
    assert longer.options == plain.options | {"seed": 2} and longer.options["dim"] == DIM
    other = extend(plain, NEW, epochs=1, lr=0.01, min_count=9, threads=2, seed=7)
    given = {"epochs": 1, "lr": 0.01, "min_count": 9, "threads": 2, "seed": 7}
    assert other.options == plain.options | given
    assert other.record["deterministic"] is False and len(other.history) == 1


def test_changed_options_are_those_of_the_model_and_of_the_call(plain):
    longer = extend(plain, NEW, lr=0.02)
    assert longer.config["changed"] == plain.config["changed"] | {"lr": 0.02, "seed": 2}


def test_a_share_is_held_out_as_the_model_s_options_say():
    model = LEARNER.replaced(heldout=0.2, patience=1).fit(OLD)
    longer = extend(model, NEW)
    record, plain = longer.record, extend(LEARNER.fit(OLD), NEW).record
    assert record["heldout_tokens"] > 0 and record["heldout"]
    both = record["heldout_tokens"] + record["tokens_in_vocabulary"]
    assert both == plain["tokens_in_vocabulary"]  # once, and not a share of what is left again
    assert all("heldout" in row for row in longer.history)


def test_patience_without_a_text_held_out_is_dropped():
    model = LEARNER.replaced(patience=1).fit(OLD, heldout_text=NEW)
    assert extend(model, NEW).options["patience"] is None


def test_an_option_out_of_range_is_named(plain):
    with pytest.raises(OptionError, match="^epochs must lie between"):
        extend(plain, NEW, epochs=0)


def test_preset_goes_along():
    model = Word2Vec.preset("gensim", dim=DIM, min_count=2, threads=1).fit(OLD)
    longer = extend(model, NEW)
    assert longer.config["preset"] == model.config["preset"] == "gensim"


def test_the_record_says_what_was_extended(plain):
    once = extend(plain, NEW)
    entry = {"source": "Python list", "tokens": 60 * 17, "words": 12, "new_words": 3, "frozen": False}
    assert once.record["extended"] == [entry]
    assert once.record["tokens"] == sum(counted(NEW).values()) and once.record["interrupted"] is False
    twice = extend(once, ["jester jester king"], frozen=True)
    second = {"tokens": 60 * 17 + once.record["tokens"], "words": 15, "new_words": 1, "frozen": True}
    assert twice.record["extended"] == [entry, {"source": "Python list", **second}]
    assert plain.record.get("extended") is None


def test_a_saved_model_goes_on_as_the_one_in_memory(model, tmp_path):
    model.save(tmp_path / "old")
    longer = extend(load(tmp_path / "old"), NEW)
    assert bits(longer) == bits(extend(model, NEW)) == bits(extend(tmp_path / "old", NEW))
    longer.save(tmp_path / "new")
    again = load(tmp_path / "new")
    assert again.record == longer.record and bits(extend(again, OLD)) == bits(extend(longer, OLD))


def test_an_interrupted_model_goes_on():
    pressed = []

    def stop(record):
        if record.phase == "train" and not pressed:
            pressed.append(record)
            raise KeyboardInterrupt

    part = LEARNER.replaced(epochs=100_000).fit(OLD, progress=stop)
    assert part.record["interrupted"] is True
    longer = extend(part, NEW, epochs=1)
    assert longer.record["interrupted"] is False and longer.record["epochs"] == 1


def test_an_interrupted_extension_is_a_model_that_goes_on(plain):
    pressed = []

    def stop(record):
        if record.phase == "train" and not pressed:
            pressed.append(record)
            raise KeyboardInterrupt

    part = extend(plain, NEW, epochs=100_000, frozen=True, progress=stop)
    assert part.record["interrupted"] is True and len(part.record["extended"]) == 1
    assert set(extend(part, NEW, epochs=1).keys) == set(part.keys)
    with pytest.raises(OptionError, match="resume"):
        LEARNER.replaced(epochs=100_000, seed=2).fit(NEW, resume=part)


def test_progress_says_how_many_words_are_new(plain):
    records = []
    extend(plain, NEW, progress=records.append)
    [line] = [record.text for record in records if record.phase == "read" and record.text]
    assert "15 words known, 3 of them new" in line


def test_tokenizer_and_rule_are_those_of_fit(plain):
    longer = extend(plain, ["King|Jester|jester"], tokenizer=lambda line: line.lower().split("|"))
    assert set(longer.keys) - set(plain.keys) == {"jester"}
    longer = extend(
        plain, NEW, rule=lambda word, count: {"prince": False, "king": False, "once": True}.get(word)
    )
    assert set(longer.keys) - set(plain.keys) == {"once", "princess", "rare"}


def test_max_size_leaves_room_for_new_words_only_beside_the_old(plain):
    small = LEARNER.replaced(max_size=12).fit(OLD)
    assert set(extend(small, NEW).keys) == set(plain.keys)


@pytest.mark.parametrize("kind", ["file", "vectors folder"])
def test_vectors_alone_cannot_go_on(kind, plain, tmp_path):
    if kind == "file":
        plain.vectors.save_word2vec_format(tmp_path / "old")
    else:
        plain.vectors.save(tmp_path / "old")
    with pytest.raises(OptionError) as caught:
        extend(load(tmp_path / "old"), NEW)
    assert str(caught.value) == (
        "this model holds vectors alone, and training goes on from its prediction side too; "
        "give its vectors as start to fit instead"
    )


def test_what_is_no_model_is_refused(plain):
    with pytest.raises(OptionError, match="extend takes a Model or its path, got Vectors"):
        extend(plain.vectors, NEW)


def test_model_of_a_learner_that_is_not_known_is_named(plain):
    other = Model({**plain.config, "learner": "node2vec"}, plain.keys, plain.tables)
    with pytest.raises(OptionError, match="fasttext, sent2vec.* is needed, got one of node2vec"):
        extend(other, NEW)


def test_model_without_counts_is_refused(plain):
    from omnivec.store.keys import Keys

    other = Model(plain.config, Keys.build(list(plain.keys)), plain.tables)
    with pytest.raises(OptionError, match="came without counts"):
        extend(other, NEW)


@pytest.mark.parametrize("damage", ["shape", "dtype", "missing"])
def test_damaged_table_is_named(damage, plain):
    tables = {**plain.tables}
    output = tables.pop("output")
    tables["nodes"] = output  # of another loss than the options say
    if damage != "missing":
        tables["output"] = output[:-1] if damage == "shape" else output.astype(np.float64)
    with pytest.raises(FormatError, match=r"expected a table 'output', float32 of shape \(12, 16\), got "):
        extend(Model(plain.config, plain.keys, tables), NEW)


def test_text_of_other_words_is_refused(plain):
    with pytest.raises(
        InputError, match="none of its 2 different words is known, and no other occurs 2 times"
    ):
        extend(plain, ["foo bar"])


def test_sentences_go_on_with_their_ngrams():
    """A bucket is a hash of words as they are written, so that it is the same row among more words."""
    learner = Sent2Vec(
        word_ngrams=2, dim=DIM, min_count=2, sample=0.0, ngram_dropout=0, buckets=300, threads=1, epochs=3
    )
    model = learner.fit(OLD)
    asked = ["the king sat on a bone", "the dog", "nothing known"]
    before = model.embed(asked)
    longer = extend(model, NEW, lr=1e-9)
    assert "prince" in longer.keys and longer.recipe == "sent2vec"
    assert (np.diff(longer.keys.rows(model.keys)) < 0).any()  # rows of words were permuted
    np.testing.assert_allclose(longer.embed(asked), before, atol=1e-6)
    words, more = len(model.keys), len(longer.keys)
    assert model.tables["inputs"][words:].any()
    np.testing.assert_allclose(longer.tables["inputs"][more:], model.tables["inputs"][words:], atol=1e-6)

    learned = extend(model, NEW, frozen=True, epochs=20)
    np.testing.assert_array_equal(vectors_of(learned, model.keys), model.vectors.vectors)
    assert (learned.tables["inputs"][more:] != model.tables["inputs"][words:]).any()
    assert learned.vectors.similarity("prince", "throne") != pytest.approx(
        longer.vectors.similarity("prince", "throne"), abs=0.01
    )


def test_a_classifier_is_told_what_to_do():
    model = Classifier(dim=DIM, threads=1, buckets=100).fit(["__label__a x y", "__label__b y z"])
    with pytest.raises(OptionError, match="train one on all texts, with this model as start"):
        extend(model, NEW)
