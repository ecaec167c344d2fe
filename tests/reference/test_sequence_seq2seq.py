"""Encoders and decoders: gradients, definitions, lengths that differ, and a small one that learns to add."""

from __future__ import annotations

import numpy as np
import pytest
from sequence_checks import normal, wrong_gradients

from omnivec.reference import (
    AttentionDecoder,
    AttentionEncoder,
    AttentionSeq2seq,
    Decoder,
    Encoder,
    PeekyDecoder,
    PeekySeq2seq,
    Seq2seq,
    eval_seq2seq,
    exact_matches,
)

V, D, H = 6, 3, 4
XS, TS = np.array([[1, 2, 3, 4], [5, 5, 0, 1]]), np.array([[0, 4, 3], [0, 1, 5]])
MODELS = [Seq2seq, PeekySeq2seq, AttentionSeq2seq]


def shaped(model):
    for place, param in enumerate(model.params):
        param[...] = normal((1, place), *param.shape)
    return model


def made(make, **more):
    return shaped(make(V, D, H, rng=np.random.default_rng(0), dtype=np.float64, **more))


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradients_of_a_model(make, bidirectional):
    model = made(make, bidirectional=bidirectional)

    def loss():
        return 10 * model.forward(XS, TS)

    loss()
    model.backward(10)
    assert wrong_gradients(model, loss) == []


@pytest.mark.parametrize("make", [Decoder, PeekyDecoder, AttentionDecoder])
def test_gradient_that_a_decoder_hands_to_the_encoder(make):
    decoder = made(make)
    question = normal(5, 2, 4, H) if make is AttentionDecoder else normal(5, 2, H)
    pull = normal(6, 2, 3, V)

    def loss():
        return (decoder.forward(TS, question) * pull).sum()

    loss()
    assert wrong_gradients(decoder, loss, [(question, decoder.backward(pull).copy())]) == []


def test_an_encoder_hands_on_its_last_state_and_an_attentive_one_all():
    last, steps = made(Encoder), made(AttentionEncoder)
    hs = steps.forward(XS)
    assert hs.shape == (2, 4, H)
    np.testing.assert_array_equal(last.forward(XS), hs[:, -1])


def test_both_directions_of_an_encoder_have_read_the_whole_question():
    encoder = made(Encoder, bidirectional=True)
    h = encoder.forward(XS)
    for place in (0, -1):
        other = XS.copy()
        other[:, place] = 2
        moved = np.abs(encoder.forward(other) - h)
        assert moved[:, : H // 2].max() > 1e-6 < moved[:, H // 2 :].max()


def test_decoder_begins_at_the_question_and_a_peeky_one_sees_it_at_every_step():
    h, plain, peeky = normal(5, 2, H), made(Decoder), made(PeekyDecoder)
    assert [param.shape for param in plain.params] == [(V, D), (D, 4 * H), (H, 4 * H), (4 * H,), (H, V), (V,)]
    assert [peeky.params[1].shape, peeky.params[4].shape] == [(H + D, 4 * H), (2 * H, V)]
    for make in (plain, peeky):
        assert np.abs(make.forward(TS, h) - make.forward(TS, 0 * h)).max() > 0.1
    peeky.start(h, None)
    at_once = peeky.steps(TS)
    by_hand, (c, state) = [], (np.zeros((2, H)), h)
    E, Wx, Wh, b, W, bias = peeky.params
    for s in range(3):
        f, g, i, o = np.split(np.concatenate([h, E[TS[:, s]]], axis=1) @ Wx + state @ Wh + b, 4, axis=1)
        f, i, o = (1 / (1 + np.exp(-gate)) for gate in (f, i, o))
        c = f * c + i * np.tanh(g)
        state = o * np.tanh(c)
        by_hand.append(np.concatenate([h, state], axis=1) @ W + bias)
    np.testing.assert_allclose(at_once, np.stack(by_hand, axis=1))


def test_scores_of_attention_are_made_from_what_was_found_and_the_state():
    decoder, hs = made(AttentionDecoder), normal(5, 2, 4, H)
    assert decoder.params[4].shape == (2 * H, V)
    scores = decoder.forward(TS, hs)
    W, bias = decoder.params[4:]
    plain = Decoder(V, D, H, weights=[*decoder.params[:4], W[H:], bias])
    plain.start(hs[:, -1], None)
    states = plain.lstm.forward(plain.embed.forward(TS))
    for s in range(3):
        a = np.exp(np.einsum("nth,nh->nt", hs, states[:, s]))
        found = np.einsum("nt,nth->nh", a / a.sum(axis=1, keepdims=True), hs)
        np.testing.assert_allclose(scores[:, s], np.concatenate([found, states[:, s]], axis=1) @ W + bias)


@pytest.mark.parametrize("make", MODELS)
def test_answer_is_as_long_as_asked_for_and_is_the_greedy_one(make):
    model = made(make)
    answers = model.generate(XS, 0, 7)  # seven symbols from four
    assert answers.shape == (2, 7)
    read = np.concatenate([np.zeros((2, 1), int), answers[:, :-1]], axis=1)
    np.testing.assert_array_equal(model.decoder.forward(read, model.encoder.forward(XS)).argmax(2), answers)
    assert model.generate(XS, 0, 2).tolist() == answers[:, :2].tolist()
    assert model.generate(XS, 0, 0).shape == (2, 0)


def test_attention_can_be_drawn_after_an_answer():
    model = made(AttentionSeq2seq)
    model.forward(XS, TS)
    assert [a.shape for a in model.attention_weights] == [(2, 4)] * 2


def test_an_odd_number_has_no_halves():
    with pytest.raises(ValueError, match="in halves: 5 is odd"):
        AttentionEncoder(V, D, 5, bidirectional=True, rng=np.random.default_rng(0))


@pytest.mark.parametrize("make", MODELS)
def test_weights_may_be_given(make):
    model = made(make, bidirectional=True)
    same = make(V, D, H, bidirectional=True, weights=model.params)
    assert all(a is b for a, b in zip(model.params, same.params, strict=True))
    assert same.forward(XS, TS) == model.forward(XS, TS)


def test_one_question_at_a_time_is_told_and_judged():
    model, names = made(Seq2seq), dict(enumerate("_abcde"))
    (answer,) = model.generate(XS[:1], 0, 2).tolist()
    right, told = np.array([0, *answer]), []
    wrong = np.array([0, answer[0], (answer[1] + 1) % V])
    assert eval_seq2seq(model, XS[:1], right, names) == 1
    assert eval_seq2seq(model, XS[0], wrong, names, told.append, True) == 0
    text = "".join(names[i] for i in answer)
    expected = f"Q dcba\nT {''.join(names[i] for i in wrong[1:])}\nX {text}\n---"
    assert told == [expected]
    questions, corrects = np.stack([XS[0]] * 5), np.stack([right, wrong, right, right, wrong])
    assert exact_matches(model, questions, corrects, batch_size=2) == 0.6
    with pytest.raises(ValueError, match="as many answers as questions, at least one; 4 and 5 came"):
        exact_matches(model, questions, corrects[:4])
