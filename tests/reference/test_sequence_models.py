"""Language models: gradients, tied weights, the state, perplexity by the protocol, generation."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, wrong_gradients

from omnivec.reference import (
    BetterRnnlm,
    BetterRnnlmGen,
    Rnnlm,
    RnnlmGen,
    SimpleRnnlm,
    TimeAffine,
    TimeDropout,
    TimeEmbedding,
    TimeSigmoidWithLoss,
    TimeSoftmaxWithLoss,
    eval_perplexity,
)

V, N, T = 6, 2, 4
IDS = np.random.default_rng(5).integers(0, V, (N, T + 1))
XS, TS = IDS[:, :-1], IDS[:, 1:]


def shaped(make, D=3, H=4):
    """A model of float64 with weights large enough that their gradients say something."""
    model = make(V, D, H, rng=np.random.default_rng(0), dtype=np.float64)
    for place, param in enumerate(model.params):
        if not (make is BetterRnnlm and place == 7):  # the embedding again, transposed
            param[...] = normal((1, place), *param.shape)
    return model


MODELS = {
    "simple": lambda: shaped(SimpleRnnlm),
    "lstm": lambda: shaped(Rnnlm),
    "better": lambda: shaped(BetterRnnlm, 3, 3),
}


@pytest.mark.parametrize("kind", ["simple", "lstm"])
def test_gradients_of_a_model(kind):
    model, ts = MODELS[kind](), TS.copy()
    ts[0, 1] = -1

    def loss():
        model.reset_state()
        return 10 * model.forward(XS, ts)

    loss()
    model.backward(10)
    assert wrong_gradients(model, loss) == []


def test_gradients_of_tied_weights_add_up_to_that_of_the_matrix():
    model = MODELS["better"]()

    def loss():
        model.reset_state()
        return 10 * model.forward(XS, TS, train_flg=False)

    loss()
    model.backward(10)
    assert np.shares_memory(model.params[0], model.params[7]) and model.params[7].shape == (3, V)
    model.grads[0][...] += model.grads[7].T
    model.params, model.grads = model.params[:7] + model.params[8:], model.grads[:7] + model.grads[8:]
    assert wrong_gradients(model, loss) == []


@pytest.mark.parametrize("kind", MODELS)
def test_two_halves_of_a_text_with_the_state_carried_are_the_whole(kind):
    model = MODELS[kind]()
    whole = model.predict(XS)
    model.reset_state()
    np.testing.assert_allclose(
        np.concatenate([model.predict(XS[:, :2]), model.predict(XS[:, 2:])], axis=1), whole
    )
    assert np.abs(model.predict(XS) - whole).max() > 1e-3  # it goes on from the end


@pytest.mark.parametrize("kind", MODELS)
def test_state_is_taken_out_and_put_back(kind):
    model = MODELS[kind]()
    model.predict(XS)
    state = model.get_state()
    after = model.predict(XS)
    model.set_state(state)
    np.testing.assert_array_equal(model.predict(XS), after)
    model.reset_state()
    fresh = model.predict(XS)
    model.set_state([None] * len(state))
    np.testing.assert_array_equal(model.predict(XS), fresh)


def test_dropout_drops_in_training_only():
    model = BetterRnnlm(V, 8, 8, rng=np.random.default_rng(0))
    quiet = model.predict(XS)
    model.reset_state()
    np.testing.assert_array_equal(model.predict(XS), quiet)
    model.reset_state()
    assert np.abs(model.predict(XS, train_flg=True) - quiet).max() > 1e-6


def test_embedding_must_be_as_wide_as_the_state_to_be_the_output():
    with pytest.raises(ValueError, match="wordvec_size 3 must be hidden_size 4"):
        BetterRnnlm(V, 3, 4, rng=np.random.default_rng(0))


def test_first_weights_are_the_books():
    E, Wx, Wh, b, W, c = Rnnlm(4000, 40, 60, rng=np.random.default_rng(0)).params
    for array, spread in ((E, 0.01), (Wx, 1 / np.sqrt(40)), (Wh, 1 / np.sqrt(60)), (W, 1 / np.sqrt(60))):
        assert array.dtype == np.float32 and array.std() == pytest.approx(spread, rel=0.03)
    assert not b.any() and not c.any()
    assert [Wx.shape, Wh.shape, W.shape] == [(40, 240), (60, 240), (60, 4000)]


def test_weights_are_used_as_given_and_their_shapes_are_checked():
    params = MODELS["lstm"]().params
    assert Rnnlm(V, 3, 4, weights=params).params[2] is params[2]
    with pytest.raises(ValueError, match=r"shapes \[\(6, 3\), .* were expected; \[\(6, 3\)"):
        Rnnlm(V, 3, 5, weights=params)
    with pytest.raises(ValueError, match="need a generator"):
        Rnnlm(V, 3, 4)


# The layers of a model


def test_time_embedding_and_affine_do_every_step_alike():
    W, b, xs = normal(0, 3, V), normal(1, V), normal(2, N, T, 3)
    out = TimeAffine(W, b).forward(xs)
    for t in range(T):
        np.testing.assert_allclose(out[:, t], xs[:, t] @ W + b)
    embedding = TimeEmbedding(normal(3, V, 3))
    np.testing.assert_array_equal(embedding.forward(XS)[:, 2], embedding.params[0][XS[:, 2]])
    with pytest.raises(ValueError, match=r"ids 0 \.\.\. 5, not -1"):
        embedding.forward(np.array([[0, -1]]))


def test_loss_is_the_mean_over_the_steps_that_count():
    xs, ts = normal(0, N, T, V), TS.copy()
    ts[0, :3] = -1
    shares = np.exp(xs) / np.exp(xs).sum(axis=2, keepdims=True)
    costs = [-np.log(shares[n, t, ts[n, t]]) for n in range(N) for t in range(T) if ts[n, t] != -1]
    layer = TimeSoftmaxWithLoss()
    assert layer.forward(xs, ts) == pytest.approx(np.mean(costs)) and len(costs) == 5
    dxs = layer.backward(10)
    assert not dxs[0, :3].any()
    assert wrong_gradients(layer, lambda: 10 * layer.forward(xs, ts), [(xs, dxs)]) == []
    assert layer.forward(xs, np.eye(V)[TS]) == pytest.approx(TimeSoftmaxWithLoss().forward(xs, TS))
    assert TimeSoftmaxWithLoss(ignore_label=2).forward(xs, np.full((N, T), 2)) == 0
    assert not TimeSoftmaxWithLoss().forward(xs, np.full((N, T), -1))


def test_nothing_to_predict_costs_nothing_and_pulls_nowhere():
    layer = TimeSoftmaxWithLoss()
    assert layer.forward(normal(0, N, T, V), np.full((N, T), -1)) == 0
    assert not layer.backward().any()


@pytest.mark.parametrize(
    ("ts", "message"),
    [(TS[:, 1:], r"labels \(2, 3\) do not fit scores \(2, 4, 6\)"), (TS * 0 + V, "0 ... 5")],
)
def test_labels_that_do_not_fit(ts, message):
    with pytest.raises(ValueError, match=message):
        TimeSoftmaxWithLoss().forward(normal(0, N, T, V), ts)


def test_sigmoid_loss_over_time():
    xs, ts = normal(0, N, T), XS % 2
    layer = TimeSigmoidWithLoss()
    chances = 1 / (1 + np.exp(-xs))
    assert layer.forward(xs, ts) == pytest.approx(-np.log(np.where(ts == 1, chances, 1 - chances)).mean())
    dxs = layer.backward(10)
    assert wrong_gradients(layer, lambda: 10 * layer.forward(xs, ts), [(xs, dxs)]) == []


def test_time_dropout_is_inverted():
    layer, xs = TimeDropout(0.25, rng=np.random.default_rng(0)), np.ones((20, 30, 10))
    out = layer.forward(xs)
    assert set(np.unique(out)) == {0, 1 / 0.75} and out.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_array_equal(layer.forward(xs, False), xs)


# Perplexity


def chain_model(make, P):
    """Next words have the chances of a Markov chain P (V, V): the state shows the last word, no more."""
    words = len(P)
    gates = 1 if make is SimpleRnnlm else 4
    Wx, b = np.zeros((words, gates * words)), np.zeros(gates * words)
    shown = np.tanh(np.tanh(20.0)) if gates == 4 else np.tanh(20.0)
    Wx[:, (words if gates == 4 else 0) : (2 * words if gates == 4 else words)] = 20 * np.eye(words)
    if gates == 4:  # forget everything, write and show everything
        b[:words], b[2 * words :] = -50, 50
    weights = [np.eye(words), Wx, np.zeros((words, gates * words)), b, np.log(P) / shown, np.zeros(words)]
    return make(words, words, words, weights=weights)


def chain(P, length):
    draw, word, ids = np.random.default_rng(0), 0, []
    for _ in range(length):
        word = draw.choice(len(P), p=P[word])
        ids.append(int(word))
    return np.array(ids)


@pytest.mark.parametrize("make", [SimpleRnnlm, Rnnlm])
def test_perplexity_of_a_planted_model_is_known(make):
    P = np.array([[0.1, 0.6, 0.3], [0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
    ids = chain(P, 2000)
    batch, time = 4, 7
    jump, batches = 1999 // batch, 1999 // (batch * time)
    read = [(i * jump + k, i * jump + k + 1) for i in range(batch) for k in range(batches * time)]
    costs = [-np.log(P[ids[a], ids[b]]) for a, b in read]
    assert len(costs) == batch * time * batches
    model = chain_model(make, P)
    assert eval_perplexity(model, ids, batch, time) == pytest.approx(np.exp(np.mean(costs)), rel=1e-9)
    coin = chain_model(make, np.full((4, 4), 0.25))
    assert eval_perplexity(coin, chain(np.full((4, 4), 0.25), 200)[:200], 2, 5) == pytest.approx(4)


@pytest.mark.parametrize("kind", MODELS)
def test_perplexity_is_read_with_the_state_carried_on(kind):
    model, ids = MODELS[kind](), np.random.default_rng(1).integers(0, V, 48)
    starts = np.arange(3)[:, None] * 15 + np.arange(12)  # ⌊47 / 3⌋ = 15, and 3 batches of 4 steps
    model.reset_state()
    whole = model.forward(ids[starts], ids[starts + 1], train_flg=False)
    assert eval_perplexity(model, ids, 3, 4) == pytest.approx(np.exp(whole))
    assert eval_perplexity(model, ids, 3, 4) == pytest.approx(np.exp(whole))  # whatever was read before


def test_too_short_a_text_has_no_perplexity():
    with pytest.raises(ValueError, match=r"10 × 35 \+ 1 words or more are needed for a batch; 350 came"):
        eval_perplexity(MODELS["lstm"](), np.zeros(350, int))
    with pytest.raises(ValueError, match="at least 1; 0 and 35 came"):
        eval_perplexity(MODELS["lstm"](), np.zeros(350, int), batch_size=0)


# Generation


def test_generated_text_follows_the_chain():
    P = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]]) + 1e-12
    model = chain_model(Rnnlm, P / P.sum(axis=1, keepdims=True))
    ids = model.generate(0, sample_size=400, rng=np.random.default_rng(0))
    assert len(ids) == 400 and ids[0] == 0 and all(type(i) is int for i in ids)
    assert {(a, b) for a, b in zip(ids, ids[1:], strict=False)} == {(0, 1), (1, 2), (2, 0), (2, 1)}
    after_2 = [b for a, b in zip(ids, ids[1:], strict=False) if a == 2]
    assert 0.35 < np.mean(after_2) < 0.65
    assert ids == chain_model(Rnnlm, P / P.sum(axis=1, keepdims=True)).generate(
        0, None, 400, np.random.default_rng(0)
    )


def test_skipped_words_are_never_drawn_and_do_not_touch_the_state():
    model = MODELS["lstm"]()
    ids = model.generate(0, [1, 3], 200, np.random.default_rng(0))
    assert not {1, 3} & set(ids[1:]) and len(set(ids)) > 2
    model.reset_state()
    scores = model.predict(np.array([ids[:-1]]))[0]  # every word was read exactly once
    state = model.get_state()
    other = MODELS["lstm"]()
    other.generate(0, [1, 3], 200, np.random.default_rng(0))
    np.testing.assert_allclose(state[0][0], other.get_state()[0][0])
    assert len(scores) == 199
    with pytest.raises(ValueError, match="all 6 words are skipped"):
        model.generate(0, range(V), 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"skip_ids are words, 0 to 5; \[1, 6\] came"):
        model.generate(0, [1, 6], 2, np.random.default_rng(0))


def test_without_a_generator_the_likeliest_word_is_taken():
    model = MODELS["lstm"]()
    ids = model.generate(2, sample_size=5)
    model.reset_state()
    assert ids[1:] == model.predict(np.array([ids[:-1]]))[0].argmax(axis=1).tolist()


def test_the_books_names_for_models_that_generate():
    assert RnnlmGen is Rnnlm and BetterRnnlmGen is BetterRnnlm
    assert len(MODELS["better"]().generate(0, sample_size=3)) == 3
