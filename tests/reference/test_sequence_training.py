"""Models that learn: a text by heart, a delayed copy, an addition; and the trainer's batches."""

from __future__ import annotations

import re

import numpy as np
import pytest

from omnivec.reference import (
    AttentionSeq2seq,
    PeekySeq2seq,
    Rnnlm,
    Seq2seq,
    SimpleRnnlm,
    additions,
    exact_matches,
)
from omnivec.reference.sequence.lengths import padded
from omnivec.reference.sequence.pairs import pairs_of
from omnivec.reference.sequence.rnnlm_trainer import RnnlmTrainer
from omnivec.reference.training.clipping import clip_grads
from omnivec.reference.training.optimizers import SGD, Adam


def text(length, words, successors, seed=0):
    """Each word is followed by one of a few others, most often by those of small number."""
    draw = np.random.default_rng(seed)
    follow, ids = (words * draw.random((words, successors)) ** 4).astype(int), [0]
    for choice in draw.integers(0, successors, length - 1):
        ids.append(int(follow[ids[-1], choice]))
    return np.array(ids)


def trainer(words=6, lr=0.1):
    return RnnlmTrainer(Rnnlm(words, 4, 5, rng=np.random.default_rng(0)), SGD(lr))


# The trainer


def test_batches_are_texts_side_by_side_read_in_order():
    one, xs = trainer(), np.arange(23)
    for begin in (0, 3):
        x, t = one.get_batch(xs, xs + 1, 4, 3)
        assert x.tolist() == [[5 * i + begin + k for k in range(3)] for i in range(4)]
        np.testing.assert_array_equal(t, x + 1)
    for _ in range(5):
        x, _ = one.get_batch(xs, xs + 1, 4, 3)
    assert x[3].tolist() == [(15 + 18 + k) % 23 for k in range(3)]  # on from the end to the beginning


def test_perplexities_are_told_every_few_batches_and_at_the_end_of_an_epoch():
    one, ids, told = trainer(), text(461, 6, 2), []
    one.fit(ids[:-1], ids[1:], max_epoch=2, batch_size=4, time_size=5, eval_interval=10, report=told.append)
    assert len(one.ppl_list) == 2 * 3  # ⌈23 / 10⌉ an epoch
    pattern = r"\| epoch (\d) \|  iter (\d+) / 23 \| time \d+\[s\] \| perplexity (\d+\.\d\d)"
    found = [re.fullmatch(pattern, str(line)).groups() for line in told]
    assert [(int(epoch), int(step)) for epoch, step, _ in found] == [
        (e, s) for e in (1, 2) for s in (10, 20, 23)
    ]
    assert [float(value) for _, _, value in found] == [round(value, 2) for value in one.ppl_list]
    assert one.ppl_list[-1] < one.ppl_list[0]


def test_a_step_is_that_of_the_definition():
    one, ids = trainer(), text(21, 6, 2)
    same = Rnnlm(6, 4, 5, rng=np.random.default_rng(0))
    xs, ts = ids[:-1].reshape(4, 5), ids[1:].reshape(4, 5)
    loss = same.forward(xs, ts)
    same.backward()
    one.fit(ids[:-1], ids[1:], max_epoch=1, batch_size=4, time_size=5, max_grad=0.01, eval_interval=1)
    norm = np.sqrt(sum((grad**2).sum() for grad in same.grads))
    assert one.ppl_list == [pytest.approx(np.exp(loss))] and norm > 0.02
    for param, old, grad in zip(one.model.params, same.params, same.grads, strict=True):
        np.testing.assert_allclose(param, old - 0.1 * grad * 0.01 / norm, atol=1e-6)


def test_a_text_shorter_than_a_batch_is_refused():
    with pytest.raises(ValueError, match="20 × 35 words and as many next words are needed; 699 and 699 came"):
        trainer().fit(np.zeros(699, int), np.zeros(699, int))
    with pytest.raises(ValueError, match="at least 1; 20 and 0 came"):
        trainer().fit(np.zeros(699, int), np.zeros(699, int), time_size=0)


def test_a_loss_that_is_no_number_ends_the_training():
    one = trainer()
    one.model.params[0][0, 0] = np.nan
    with pytest.raises(ArithmeticError, match="the loss is nan in epoch 1: lower lr, or pass max_grad"):
        one.fit(np.zeros(41, int), np.zeros(41, int), batch_size=4, time_size=5)


# Learning


def test_a_small_text_is_learned_by_heart():
    """The settings of the book's chapter 5 on as many words of a text of ours; fewer epochs."""
    ids = text(1000, 400, 3)
    model = SimpleRnnlm(400, 100, 100, rng=np.random.default_rng(0))
    one = RnnlmTrainer(model, SGD(0.1))
    one.fit(ids[:-1], ids[1:], max_epoch=60, batch_size=10, time_size=5)
    assert one.ppl_list[0] > 150 and one.ppl_list[-1] < 10


LAG, SYMBOLS, HIDDEN = 50, 8, 32


def delayed(draw, count, lag):
    """A symbol, then blanks; at the end the symbol is asked for."""
    xs, ts = np.full((count, lag + 1), SYMBOLS), np.full((count, lag + 1), -1)
    xs[:, 0] = ts[:, -1] = draw.integers(0, SYMBOLS, count)
    return xs, ts


def copied(make, lag, steps):
    """The share of 500 symbols that are right after training."""
    model = make(SYMBOLS + 1, 16, HIDDEN, rng=np.random.default_rng(0))
    model.params[0][...] *= 100  # symbols as large as what is recurrent
    if make is Rnnlm:
        model.params[3][:HIDDEN] = 3  # forget little at first: Jozefowicz, Zaremba, Sutskever 2015
    optimizer, draw = Adam(0.005), np.random.default_rng(1)
    for _ in range(steps):
        model.reset_state()
        model.forward(*delayed(draw, 32, lag))
        model.backward()
        clip_grads(model.grads, 1.0)
        optimizer.update(model.params, model.grads)
    model.reset_state()
    xs, ts = delayed(np.random.default_rng(2), 500, lag)
    return (model.predict(xs)[:, -1].argmax(axis=1) == ts[:, -1]).mean()


@pytest.mark.slow
def test_a_cell_remembers_over_fifty_steps_and_a_plain_recurrence_does_not(record_property):
    lstm, rnn = copied(Rnnlm, LAG, 500), copied(SimpleRnnlm, LAG, 500)
    record_property("right after 50 steps", {"LSTM": lstm, "RNN": rnn})
    print(f"delayed copy, lag {LAG}, chance {1 / SYMBOLS}: LSTM {lstm:.3f}, tanh RNN {rnn:.3f}")
    assert lstm > 0.95 and rnn < 0.5


def test_a_cell_remembers_over_some_steps():
    assert copied(Rnnlm, 15, 200) > 0.95 > 0.5 > copied(SimpleRnnlm, 15, 200)


def adds(digits, count, hidden, lr, batch, epochs):
    """What a peeky seq2seq that reads backwards gets right of questions new to it (of one digit: of all)."""
    pairs = pairs_of(additions(count, np.random.default_rng(0), digits))
    (x, t), (asked, right) = pairs.train, pairs.test
    x, asked = x[:, ::-1], asked[:, ::-1]
    model = PeekySeq2seq(len(pairs.char_to_id), 16, hidden, rng=np.random.default_rng(0))
    optimizer, draw = Adam(lr), np.random.default_rng(1)
    for _ in range(epochs):
        order = draw.permutation(len(x))
        for rows in order[: len(x) // batch * batch].reshape(-1, batch):
            model.forward(x[rows], t[rows])
            model.backward()
            clip_grads(model.grads, 5.0)
            optimizer.update(model.params, model.grads)
    seen = {tuple(question) for question in x.tolist()}
    new = [row for row, question in enumerate(asked.tolist()) if digits == 1 or tuple(question) not in seen]
    return exact_matches(model, asked[new], right[new]), len(new)


def test_a_small_seq2seq_learns_to_add_numbers_of_one_digit():
    share, count = adds(1, 1000, 32, 0.02, 32, 15)
    assert share > 0.9 and count == 100


@pytest.mark.slow
def test_a_small_seq2seq_learns_to_add_numbers_of_two_digits_that_it_has_not_met():
    share, count = adds(2, 10_000, 64, 0.01, 64, 15)
    print(f"two digits, {count} new questions: {share:.3f}")
    assert share > 0.9 and count > 300


@pytest.mark.parametrize("make", [Seq2seq, PeekySeq2seq, AttentionSeq2seq])
def test_an_answer_may_be_longer_or_shorter_than_its_question(make):
    said = {"Vamos!": "Let's go!", "Buenas noches": "Night", "Hola": "Hello there"}
    symbols = {
        char: number for number, char in enumerate(sorted({*"".join([*said, *said.values()]), "_", "."}))
    }
    xs, lengths = padded([[symbols[char] for char in question] for question in said])
    ts, _ = padded([[symbols[char] for char in f"_{answer}."] for answer in said.values()], -1)
    model = make(len(symbols), 16, 32, bidirectional=True, rng=np.random.default_rng(0))
    optimizer = Adam(0.02)
    for _ in range(80):
        model.forward(xs, ts, lengths)
        model.backward()
        clip_grads(model.grads, 5.0)
        optimizer.update(model.params, model.grads)
    names = {number: char for char, number in symbols.items()}
    answers = model.generate(xs, symbols["_"], 12, lengths).tolist()
    assert ["".join(names[i] for i in answer).partition(".")[0] for answer in answers] == [*said.values()]
