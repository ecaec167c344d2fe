"""Word models: contexts, first losses, gradients, shared weights, and the definitions of the engine."""

import numpy as np
import pytest
from layer_checks import assert_gradients, normal, summed

from omnivec.reference import (
    CBOW,
    Embedding,
    EmbeddingDot,
    MatMul,
    SigmoidWithLoss,
    SimpleCBOW,
    SimpleSkipGram,
    SkipGram,
    WindowScorer,
    convert_one_hot,
    create_contexts_target,
)
from omnivec.reference.cbow import handed_back, hidden
from omnivec.reference.training.shared import remove_duplicate

TOY = [0, 1, 2, 3, 4, 1, 5, 6]
"""You say goodbye and I say hello ."""

V, H = 7, 3


def batch(window=1):
    return create_contexts_target(TOY, window)


def one_hots():
    contexts, target = batch()
    return convert_one_hot(contexts, V), convert_one_hot(target, V)


def negatives(*shape):
    return np.random.default_rng(6).integers(0, V, shape)


def weights(*shapes):
    return tuple(normal(seed, *shape, scale=0.5) for seed, shape in enumerate(shapes))


# contexts


def test_contexts_of_the_toy():
    contexts, target = batch()
    np.testing.assert_array_equal(contexts, [[0, 2], [1, 3], [2, 4], [3, 1], [4, 5], [1, 6]])
    np.testing.assert_array_equal(target, [1, 2, 3, 4, 1, 5])
    assert [x.shape for x in one_hots()] == [(6, 2, 7), (6, 7)]
    assert one_hots()[0].dtype == np.int32


def test_window_of_go_in_i_want_to_go_home():
    words = "I want to go home".split()
    contexts, target = create_contexts_target(range(5))
    (go,) = np.flatnonzero(target == words.index("go"))
    assert [(words[target[go]], words[other]) for other in contexts[go]] == [("go", "to"), ("go", "home")]


@pytest.mark.parametrize("window", [1, 2, 3])
def test_context_keeps_the_order_of_the_text(window):
    contexts, target = create_contexts_target(range(10), window)
    assert contexts.shape == (10 - 2 * window, 2 * window)
    np.testing.assert_array_equal(target, range(window, 10 - window))
    np.testing.assert_array_equal(contexts[0], [c for c in range(2 * window + 1) if c != window])


def test_words_at_the_edge_are_targets_where_asked():
    contexts, target = create_contexts_target([0, 1, 2, 3], 2, edges=True)
    np.testing.assert_array_equal(target, [0, 1, 2, 3])
    np.testing.assert_array_equal(contexts, [[-1, -1, 1, 2], [-1, 0, 2, 3], [0, 1, 3, -1], [1, 2, -1, -1]])


@pytest.mark.parametrize(("corpus", "window", "message"), [
    ([0, 1, 2], 0, "window_size is at least 1, not 0"),
    ([0, 1, 2], -1, "window_size is at least 1, not -1"),
    ([0, 1], 1, "2 words are too few for a window of 1"),
    ([], 1, "0 words are too few"),
    ([[0, 1]], 1, "a corpus is one row of ids"),
])  # fmt: skip
def test_contexts_that_cannot_be_are_refused(corpus, window, message):
    with pytest.raises(ValueError, match=message):
        create_contexts_target(corpus, window)


# gradients


def test_gradients_of_simple_cbow():
    contexts, target = one_hots()
    assert_gradients(SimpleCBOW(V, H, weights=weights((V, H), (H, V))), contexts, target, moving=())


def test_gradients_of_simple_skip_gram():
    contexts, target = one_hots()
    assert_gradients(SimpleSkipGram(V, H, weights=weights((V, H), (H, V))), contexts, target, moving=())


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_of_cbow(reduction, edges, sparse):
    contexts, target = create_contexts_target(TOY, 2, edges=edges)
    model = CBOW(V, H, 2, weights=weights((V, H), (V, H)), reduction=reduction, sample_size=3, sparse=sparse)
    assert_gradients(model, contexts, target, negatives(len(target), 3), moving=())


@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_of_skip_gram(sparse):
    contexts, target = batch(2)
    model = SkipGram(V, H, 2, weights=weights((V, H), (V, H)), sample_size=3, sparse=sparse)
    assert_gradients(model, contexts, target, negatives(len(target), 4, 3), moving=())


@pytest.mark.parametrize("activation", ["hardtanh", "tanh"])
@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_of_the_window_scorer(activation, sparse):
    model = WindowScorer(
        V,
        H,
        4,
        3,
        activation=activation,
        weights=weights((V, H), (3 * H, 4), (4,), (4, 1), (1,)),
        sparse=sparse,
    )
    windows = np.lib.stride_tricks.sliding_window_view(TOY, 3)
    assert_gradients(model, windows, np.array([6, 5, 4, 0, 2, 3]), moving=())


# cbow against its definitions


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize(
    ("reduction", "gradient"), [("mean", "true"), ("mean", "undivided"), ("sum", "true")]
)
def test_cbow_is_its_definition_row_by_row(reduction, gradient, edges):
    """h, then what each row of a context receives, with the number of words that are really there."""
    contexts, target = create_contexts_target(TOY, 2, edges=edges)
    W_in, W_out = weights((V, H), (V, H))
    wrong = negatives(len(target), 3)
    model = CBOW(V, H, 2, weights=(W_in, W_out), reduction=reduction, gradient=gradient, sample_size=3)
    model.forward(contexts, target, wrong), model.backward()
    by_W, rest = np.zeros_like(W_in), SkipGram(V, H, 2, weights=(W_in, W_out), sample_size=3).loss_layers[0]
    h = np.concatenate([hidden(W_in[row[row >= 0]], reduction) for row in contexts])
    np.testing.assert_allclose(model.hidden(contexts), h, atol=1e-12)
    rest.forward(h, target, wrong)
    for row, e in zip(contexts, rest.backward(), strict=True):
        there = row[row >= 0]
        np.add.at(by_W, there, handed_back(e[None], len(there), reduction, gradient))
    given = {id(w): g for w, g in summed(model.params, model.grads)}
    np.testing.assert_allclose(given[id(W_in)], by_W, atol=1e-12)


def test_undivided_gradient_is_the_true_one_times_the_words():
    contexts, target = batch(2)
    pair = weights((V, H), (V, H))
    true, undivided = (CBOW(V, H, 2, weights=pair, gradient=g, sample_size=3) for g in ("true", "undivided"))
    for model in (true, undivided):
        model.forward(contexts, target, negatives(len(target), 3)), model.backward()
    for c in range(4):
        np.testing.assert_allclose(undivided.grads[c], 4 * true.grads[c], atol=1e-8)
    np.testing.assert_array_equal(undivided.grads[4], true.grads[4])


def test_simple_cbow_has_the_five_quantities():
    """x, h, u, ŷ and e of Rong 2014 for one window."""
    W1, W2 = weights((V, H), (H, V))
    contexts, target = one_hots()
    model = SimpleCBOW(V, H, weights=(W1, W2))
    model.forward(contexts[:1], target[:1]), model.backward()
    x = contexts[0].mean(0)
    h = W1.T @ x
    u = W2.T @ h
    predicted = np.exp(u) / np.exp(u).sum()
    e = predicted - target[0]
    np.testing.assert_allclose(model.predict(contexts[:1])[0], u, atol=1e-8)
    np.testing.assert_allclose(model.loss_layer.y[0], predicted, atol=1e-8)
    given = {id(w): g for w, g in summed(model.params, model.grads)}
    np.testing.assert_allclose(given[id(W1)], np.outer(x, W2 @ e), atol=1e-8)
    np.testing.assert_allclose(given[id(W2)], np.outer(h, e), atol=1e-8)
    np.testing.assert_allclose(given[id(W1)][0], W2 @ e / 2, atol=1e-8)


def test_lookup_and_one_hot_give_the_same_hidden_row():
    contexts, _ = batch()
    W_in = normal(1, V, H)
    simple = SimpleCBOW(V, H, weights=(W_in, np.eye(H, V)))
    fast = CBOW(V, H, 1, weights=(W_in, np.eye(V, H)))
    np.testing.assert_allclose(
        simple.predict(convert_one_hot(contexts, V))[:, :H], fast.hidden(contexts), atol=1e-12
    )


# first losses


def test_first_losses_of_chapter_3():
    contexts, target = one_hots()
    rng = np.random.default_rng(0)
    assert SimpleCBOW(V, 5, rng=rng).forward(contexts, target) == pytest.approx(1.9459, abs=2e-4)
    assert SimpleSkipGram(V, 5, rng=rng).forward(contexts, target) == pytest.approx(3.8918, abs=2e-4)
    assert SimpleCBOW(V, 5, rng=rng).params[0].dtype == np.float32


def test_first_losses_of_chapter_4():
    corpus = np.random.default_rng(1).integers(0, 50, 400)
    contexts, target = create_contexts_target(corpus, 5)
    cbow = CBOW(50, 100, 5, corpus, rng=np.random.default_rng(2))
    assert cbow.forward(contexts[:100], target[:100]) == pytest.approx(6 * np.log(2), abs=2e-4)
    assert cbow.forward(contexts[:100], target[:100]) == pytest.approx(4.1589, abs=2e-4)
    skipgram = SkipGram(50, 100, 5, corpus, rng=np.random.default_rng(2))
    assert skipgram.forward(contexts[:100], target[:100]) == pytest.approx(41.589, abs=2e-3)


# shared weights


def test_sixteen_gradients_are_two():
    """W_in in 2w = 10 input layers, W_out in K + 1 = 6 output layers; one layer that sees all their uses."""
    corpus = np.random.default_rng(1).integers(0, 9, 60)
    contexts, target = create_contexts_target(corpus, 5)
    W_in, W_out = normal(1, 9, H), normal(2, 9, H)
    model = CBOW(9, H, 5, weights=(W_in, W_out))
    assert len(model.params) == len(model.grads) == 16
    wrong = np.random.default_rng(2).integers(0, 9, (len(target), 5))
    model.forward(contexts, target, wrong), model.backward()
    weights, gradients = remove_duplicate(model.params, model.grads)
    assert len(weights) == 2 and weights[0] is W_in and weights[1] is W_out
    dot, loss = EmbeddingDot(W_out), SigmoidWithLoss()
    answers = np.column_stack([target, wrong])
    labels = np.zeros(answers.shape)
    labels[:, 0] = 1
    loss.forward(dot.forward(model.hidden(contexts), answers), labels)
    dh = dot.backward(6 * loss.backward())  # the mean over 6 columns, where the model adds them
    np.testing.assert_allclose(gradients[1], dot.grads[0], atol=1e-7)
    one = Embedding(W_in)
    one.forward(contexts), one.backward(np.repeat(dh[:, None] / 10, 10, axis=1))
    np.testing.assert_allclose(gradients[0], one.grads[0], atol=1e-7)


def test_matrix_and_its_transpose_are_one_weight():
    """Weight tying: rows of W are looked up, and Wᵀ scores every word."""
    W, ids = normal(1, V, H), np.array([3, 3, 0])
    embed, score = Embedding(W), MatMul(W.T)
    dout = normal(2, 3, V)
    score.forward(embed.forward(ids)), embed.backward(score.backward(dout))
    (weight,), (gradient,) = remove_duplicate([*embed.params, *score.params], [*embed.grads, *score.grads])
    assert weight is W
    wanted = np.zeros_like(W)
    for n, word in enumerate(ids):
        wanted[word] += dout[n] @ W
        wanted += np.outer(dout[n], W[word])
    np.testing.assert_allclose(gradient, wanted, atol=1e-7)


def test_sparse_model_has_the_gradients_of_the_dense_one():
    contexts, target = batch(2)
    pair, wrong = weights((V, H), (V, H)), negatives(4, 3)
    dense, sparse = (CBOW(V, H, 2, weights=pair, sample_size=3, sparse=flag) for flag in (False, True))
    for model in (dense, sparse):
        model.forward(contexts, target, wrong), model.backward()
    for a, b in zip(dense.grads, sparse.grads, strict=True):
        np.testing.assert_allclose(a, b.dense(), atol=1e-15)
    (_, totals), (_, rows) = (remove_duplicate(model.params, model.grads) for model in (dense, sparse))
    for a, b in zip(totals, rows, strict=True):
        np.testing.assert_allclose(a, b.dense(), atol=1e-15)


def test_prediction_scores_every_word():
    contexts, target = batch()
    W_in, W_out = weights((V, H), (V, H))
    cbow, skipgram = (model(V, H, 1, weights=(W_in, W_out)) for model in (CBOW, SkipGram))
    np.testing.assert_allclose(cbow.predict(contexts), W_in[contexts].mean(1) @ W_out.T)
    np.testing.assert_allclose(skipgram.predict(target), W_in[target] @ W_out.T)
    assert cbow.word_vecs is W_in


def of_rows(model, **options):
    return model(V, H, 1, weights=weights((V, H), (V, H)), **options)


def of_matrices():
    return SimpleCBOW(V, H, weights=weights((V, H), (H, V)))


@pytest.mark.parametrize(("make", "message"), [
    (lambda: CBOW(V, H, 1, weights=weights((V, H), (H, V))), r"W_out has shape \(7, 3\), not \(3, 7\)"),
    (lambda: CBOW(V, H, 1), "pass rng="),
    (lambda: CBOW(V, H, 1, reduction="max"), "reduction is mean or sum, not max"),
    (lambda: CBOW(V, H, 1, gradient="half"), "gradient is true or undivided, not half"),
    (lambda: of_rows(CBOW).hidden([[0, 1, 2]]), r"shape \(N, 2\), not \(1, 3\)"),
    (lambda: of_rows(CBOW).hidden([[-1, -1]]), "without any word"),
    (lambda: of_rows(CBOW).hidden([[0, -2]]), r"ids 0 \.\.\. 6, not -2"),
    (lambda: of_rows(SkipGram).forward([[0]], [1]), r"shape \(N, 2\)"),
    (lambda: of_matrices().predict(batch()[0]), "convert_one_hot makes them"),
    (lambda: of_matrices().predict(np.zeros((1, 3, V))), "has 2 words, not 3"),
    (lambda: WindowScorer(V, H, 4, 4), "an odd number of words, at least 3, not 4"),
    (lambda: WindowScorer(V, H, 4, activation="relu"), "activation is hardtanh or tanh, not relu"),
    (lambda: WindowScorer(V, H, 4, weights=weights((V, H))), "weights have the shapes"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
