# %% [markdown]
# # Seq2seq and attention: additions and dates
#
# "Vamos!" is six characters, "Let's go!" nine: question and answer have lengths of their own. **Seq2seq**
# lets one LSTM read the question and another write the answer, one symbol after another, beginning with a
# start symbol (here "_"). All that the second knows of the question is the last state of the first. This
# lesson trains it on additions, in the three ways of the book, finds the bottleneck with dates, and removes
# it by **attention**.
#
# With the book's files, `--text FOLDER` or OMNIVEC_BOOK, its published attention network answers its own
# 5,000 test dates at the end; all else is made here.
# %%
import numpy as np

from omnivec.reference import (
    Adam,
    AttentionSeq2seq,
    PeekySeq2seq,
    Seq2seq,
    additions,
    clip_grads,
    exact_matches,
)
from omnivec.reference.sequence.pairs import pairs_of

sums = pairs_of(additions(20_000, np.random.default_rng(0), digits=2))
symbols = len(sums.char_to_id)


def spelled(ids, names):
    return "".join(names[int(i)] for i in ids)


for question, answer in zip(sums.train[0][:3], sums.train[1][:3], strict=True):
    print(repr(spelled(question, sums.id_to_char)), "→", repr(spelled(answer, sums.id_to_char)))


# %% [markdown]
# The three ways: **plain**; with the question **reversed**, so that its first symbols are near to the
# answer's first; and **peeky**, where every step of the answer sees the question's last state, not only the
# first step. Same seed, same batches, a few hundred steps:
# %%
def taught(model, x, t, steps=400, batch=128, rate=0.01, quiet=False):
    draw, adam = np.random.default_rng(0), Adam(rate)
    for step in range(1, steps + 1):
        pick = draw.integers(0, len(x), batch)
        loss = model.forward(x[pick], t[pick])
        model.backward()
        clip_grads(model.grads, 5.0)
        adam.update(model.params, model.grads)
        if not quiet and step % (steps // 4) == 0:
            print(f"  step {step:>4}  loss {float(loss):.4f}", flush=True)
    return model


sizes = {"vocab_size": symbols, "wordvec_size": 16, "hidden_size": 48}
right = {}
ways = {"plain": (Seq2seq, 1), "reversed": (Seq2seq, -1), "peeky and reversed": (PeekySeq2seq, -1)}
for name, (kind, turn) in ways.items():
    print(name)
    model = taught(kind(**sizes, rng=np.random.default_rng(1)), sums.train[0][:, ::turn], sums.train[1])
    right[name] = exact_matches(model, sums.test[0][:500, ::turn], sums.test[1][:500])
shares = ", ".join(f"{name} {share:.0%}" for name, share in right.items())
print("right, of 500 sums it has not seen:", shares)
# %% [markdown]
# An answer counts only if every symbol is right. In so few steps reversing alone need not help. And neither
# trick changes the bottleneck: however long the question, its last state has H numbers. **Attention** keeps
# the states of all steps, hs (T, H), and lets each step of the answer, with state h, look where it needs to:
#
# ```
# s_t = hs_t · h          how well step t of the question fits
# a   = softmax(s)        weights that add up to 1
# c   = Σ_t a_t hs_t      what is seen; the output reads (c, h)
# ```
#
# Nothing here is new: a dot product, a softmax, a weighted mean. So the gradient is known, and checked:
# %%
from omnivec.reference import Attention
from omnivec.reference.gradient_check import gradient_check

rng = np.random.default_rng(5)
hs, h, told = rng.normal(0, 1, (2, 6, 4)), rng.normal(0, 1, (2, 4)), rng.normal(0, 1, (2, 4))
layer = Attention()
layer.forward(hs, h)
weights = layer.attention_weight
dhs, dh = layer.backward(told)
print("weights of one question:", weights[0].round(3), "sum", weights[0].sum().round(12))
checks = (
    gradient_check(lambda x: float((Attention().forward(x, h) * told).sum()), hs, dhs),
    gradient_check(lambda x: float((Attention().forward(hs, x) * told).sum()), h, dh),
)
print("gradient checks, None where all is right:", *checks)
# %% [markdown]
# **Dates** are written in many ways and wanted in one. Two ways here, short, so that seconds are enough;
# `omnivec.reference.dates` makes those of the book.
# %%
from datetime import date, timedelta


def days(count, draw):
    lines = []
    for number, form in draw.integers(0, (15_000, 2), (count, 2)):
        day = date(1980, 1, 1) + timedelta(days=int(number))
        text = (day.strftime("%m/%d/%y"), f"{day.day} {day.strftime('%b %y').lower()}")[form]
        lines.append(f"{text:<9}_{day.isoformat()[2:]}")
    return lines


when = pairs_of(days(5000, np.random.default_rng(0)))
sizes = {"vocab_size": len(when.char_to_id), "wordvec_size": 16, "hidden_size": 48}
right_days = {}
for name, kind in (("without attention", Seq2seq), ("with attention", AttentionSeq2seq)):
    print(name)
    reader = kind(**sizes, rng=np.random.default_rng(1))
    taught(reader, when.train[0][:, ::-1], when.train[1], steps=240, batch=64, rate=0.02)
    right_days[name] = exact_matches(reader, when.test[0][:, ::-1], when.test[1])
print("right, of 500 days:", ", ".join(f"{name} {share:.0%}" for name, share in right_days.items()))
# %% [markdown]
# The same steps, the same size of state. **Where does it look?** For each symbol of an answer, the symbol of
# the question with the greatest weight; a picture of all weights is the heat map of the papers.
# %%
place = next(row for row, line in enumerate(when.test[0]) if "/" not in spelled(line, when.id_to_char))
question, answer = when.test[0][place : place + 1, ::-1], when.test[1][place : place + 1]
reader.forward(question, answer)
maps = np.array([each[0] for each in reader.decoder.attention.attention_weights])
print("question:", spelled(question[0, ::-1], when.id_to_char))
for wrote, weights_of_step in zip(answer[0, 1:], maps, strict=True):
    looked = int(weights_of_step.argmax())
    seen = when.id_to_char[int(question[0, looked])]
    weight = weights_of_step[looked]
    print(f"  writes {when.id_to_char[int(wrote)]!r}  looks at {seen!r}, weight {weight:.2f}")
# %% [markdown]
# A state of an LSTM has read what stands before it (here, since the question is reversed, what stands behind
# it), so a weight at one symbol means that symbol *and* what was read up to there.
# %%
import os
from pathlib import Path

folder = os.environ.get("OMNIVEC_BOOK")
found = {path.name: path for path in Path(folder).rglob("*")} if folder else {}
book_right = None
if {"AttentionSeq2seq.pkl", "date.txt"} <= set(found):
    from omnivec.reference import load_params
    from omnivec.reference.sequence.pairs import load_data
    from omnivec.store.formats.book_pickle import weights as book_weights

    book = load_data(found["date.txt"])
    published = AttentionSeq2seq(len(book.char_to_id), 16, 256)
    load_params(published, book_weights(found["AttentionSeq2seq.pkl"]))
    book_right = exact_matches(published, book.test[0][:, ::-1], book.test[1])
    print(f"the book's published network: {book_right:.2%} of its {len(book.test[0]):,} test dates")
else:
    print("no files of the book: set OMNIVEC_BOOK to a folder with date.txt and AttentionSeq2seq.pkl")
# %% [markdown]
# **The same numbers elsewhere.** omnivec has no compiled engine for sequences: these layers are for reading.
# PyTorch has attention as one function; it divides scores by √H unless told not to.
# %%
try:
    import torch
except ImportError:
    apart = None
    print("PyTorch is not installed, so there is nothing to compare with.")
else:
    keys, query = torch.from_numpy(hs), torch.from_numpy(h)[:, None]
    theirs = torch.nn.functional.scaled_dot_product_attention(query, keys, keys, scale=1.0)[:, 0]
    apart = float(np.abs(Attention().forward(hs, h) - theirs.numpy()).max())
    print(f"largest difference between our attention and PyTorch's: {apart:.1e}")
