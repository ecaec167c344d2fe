"""The book's own files: its data sets, and the numbers that its published weights give.

OMNIVEC_BOOK names its checkout, or a folder with these files; OMNIVEC_DATA the folder with text/ptb.*.txt.xz.
"""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import numpy as np
import pytest

from omnivec.reference import (
    AttentionSeq2seq,
    Rnnlm,
    SimpleRnnlm,
    eval_perplexity,
    eval_seq2seq,
    exact_matches,
    load_params,
)
from omnivec.reference.sequence import load_data
from omnivec.reference.sequence.rnnlm_trainer import RnnlmTrainer
from omnivec.reference.sequence.texts import corpus_of
from omnivec.reference.training.optimizers import SGD
from omnivec.store.formats import book_pickle

DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")


def book(name):
    """The path of a file of the book."""
    folder = os.environ.get("OMNIVEC_BOOK")
    found = sorted(Path(folder).rglob(name)) if folder else []
    if not found:
        pytest.skip(f"{name} of the book: OMNIVEC_BOOK names no folder that has it")
    return found[0]


@pytest.fixture(scope="module")
def treebank():
    """Training and test text of the Penn Treebank, the vocabulary from the first."""
    files = [DATA / "text" / f"ptb.{part}.txt.xz" for part in ("train", "test")]
    if not all(file.exists() for file in files):
        pytest.skip(f"no Penn Treebank in {DATA / 'text'}: OMNIVEC_DATA names another folder")
    train, test = (lzma.open(file, "rt", encoding="utf-8").read() for file in files)
    corpus = corpus_of(train)
    return corpus, corpus_of(test, corpus.word_to_id)


def test_treebank_is_numbered_as_in_the_book(treebank):
    train, test = treebank
    assert len(train.word_to_id) == 10_000 and len(test.ids) == 82_430 and len(train.ids) == 929_589
    known = {"aer": 0, "banknote": 1, "berlitz": 2, "car": 3856, "happy": 4428, "lexus": 7426, "you": 316}
    known |= {"year": 114, "toyota": 7396, "<unk>": 26, "N": 27}
    assert {word: train.word_to_id[word] for word in known} == known


def test_addition_is_split_as_in_the_book():
    pairs = load_data(book("addition.txt"))
    assert [part.shape for part in (*pairs.train, *pairs.test)] == [
        (45000, 7),
        (45000, 5),
        (5000, 7),
        (5000, 5),
    ]
    assert len(pairs.char_to_id) == 13
    assert pairs.train[0][0].tolist() == [3, 0, 2, 0, 0, 11, 5]
    assert ["".join(pairs.id_to_char[i] for i in part[0]) for part in pairs.train] == ["71+118 ", "_189 "]


def test_dates_are_split_as_in_the_book():
    pairs = load_data(book("date.txt"))
    assert [part.shape for part in pairs.train] == [(45000, 29), (45000, 11)] and len(pairs.char_to_id) == 59


@pytest.mark.slow
def test_perplexity_of_the_published_lstm(treebank):
    model = Rnnlm(rng=np.random.default_rng(0))
    load_params(model, book_pickle.weights(book("Rnnlm.pkl")))
    perplexity = eval_perplexity(model, treebank[1].ids)
    print(f"Rnnlm.pkl, Penn Treebank, test: perplexity {perplexity:.4f}")
    assert perplexity == pytest.approx(136.0776, abs=0.01)


@pytest.mark.slow
def test_published_attention_reads_every_date():
    pairs = load_data(book("date.txt"))
    questions, corrects = pairs.test[0][:, ::-1], pairs.test[1]
    model = AttentionSeq2seq(59, 16, 256, rng=np.random.default_rng(0))
    load_params(model, book_pickle.weights(book("AttentionSeq2seq.pkl")))
    assert len(corrects) == 5000 and exact_matches(model, questions, corrects) == 1
    told = []
    assert eval_seq2seq(model, questions[:1], corrects[0], pairs.id_to_char, told.append, True) == 1
    asked = "".join(pairs.id_to_char[i] for i in questions[0, ::-1])
    assert told[0].startswith(f"Q {asked}\nT ")


@pytest.mark.slow
def test_a_thousand_words_of_the_treebank_are_learned_by_heart(treebank):
    """Chapter 5: below 10 after 100 epochs."""
    ids = treebank[0].ids[:1000]
    words = int(ids.max()) + 1
    one = RnnlmTrainer(SimpleRnnlm(words, 100, 100, rng=np.random.default_rng(0)), SGD(0.1))
    one.fit(ids[:-1], ids[1:], max_epoch=100, batch_size=10, time_size=5)
    print(f"{words} words: perplexity {one.ppl_list[0]:.2f} in epoch 1, {one.ppl_list[-1]:.2f} in epoch 100")
    assert 300 < one.ppl_list[0] < 420 and one.ppl_list[-1] < 10
