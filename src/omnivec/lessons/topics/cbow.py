# %% [markdown]
# # CBOW on a real text
#
# CBOW turns skip-gram round: all words of a window *together* predict the one in the middle. This lesson
# follows chapter 4 of "Deep Learning from Scratch 2": windows cut from a text, a mean of rows, negative
# sampling, training with Adam, neighbours and analogies. The book's text is the Penn Treebank: give its
# `ptb.train.txt` as `--text`, or by OMNIVEC_PTB. Without it the lesson takes text that is on this machine
# already (Wikipedia articles if gensim is installed, else Python's documentation).
# %%
import os
import time

import numpy as np

from omnivec import Word2Vec
from omnivec.data import datasets
from omnivec.data.spare import spare_folder

path = os.environ.get("OMNIVEC_PTB") or datasets.carried(spare_folder("lessons")).path
book = Word2Vec.preset("book", epochs=10, threads=1)
corpus = book.reading().corpus(path)
words, tokens = list(corpus.vocabulary.keys), corpus.tokens
print(f"{len(tokens):,} words, {len(words):,} different ones:", " ".join(words[w] for w in tokens[:9]), "…")
# %% [markdown]
# **Contexts and targets.** Each word with a full window around it is a target, as the book cuts them; words
# at the edges are context only. (A window of 0 has no context, and our function says so instead of returning
# nothing.)
# %%
from omnivec.reference import CBOW, Adam, create_contexts_target, remove_duplicate

toy = np.array([0, 1, 2, 3, 4, 1, 5, 6])  # you say goodbye and i say hello .
contexts, targets = create_contexts_target(toy, window_size=1)
print("contexts", contexts.tolist())
print("targets ", targets.tolist())
# %% [markdown]
# **The hidden row** is the *mean* of the context's rows, over the words that are there: in the middle of a
# line 2 · window, at its edge fewer, which is why the divisor must be counted and not assumed. The sum is
# another option, and another model. Backwards, the derivative of a mean hands each of n rows 1/n of the
# gradient. word2vec.c, gensim and fastText hand the whole of it to each row, n times as much as the
# derivative; only fastText's supervised mode divides. Both are options with names here:
# %%
from omnivec.reference.cbow import handed_back, hidden

rows, told = np.array([[1.0, 2], [3, 4], [5, 9]]), np.array([[0.3, 0.6]])
print("mean", hidden(rows)[0], " sum", hidden(rows, "sum")[0])
for gradient in ("true", "undivided"):
    print(f"each row receives, {gradient}:", handed_back(told, 3, "mean", gradient)[0])
# %% [markdown]
# **The model of the book**: 2 · window embeddings that share one matrix, a mean, K + 1 sigmoid losses that
# share another. Both start as small numbers, so its first loss is (K + 1) ln 2 = 4.1589. One batch, with
# samples of our own, is the same number by the definition of a single window:
# %%
from omnivec.reference.losses import window_loss

draw = np.random.default_rng(0)
V, H, K, window = len(words), 100, 5, 5
model = CBOW(V, H, window, tokens, sample_size=K, rng=draw)
contexts, targets = create_contexts_target(tokens, window)
pick = draw.integers(0, len(targets), 100)
sampled = draw.integers(0, V, (100, K))
first_loss = float(model.forward(contexts[pick], targets[pick], sampled))
signs = [1] + [-1] * K
by_definition = np.mean([
    window_loss(hidden(model.word_vecs[around]), model.out_vecs[[target, *negatives]], signs)
    for around, target, negatives in zip(contexts[pick], targets[pick], sampled, strict=True)
])  # fmt: skip
print(f"first loss {first_loss:.6f}, by the definition {by_definition:.6f}, 6 ln 2 = {6 * np.log(2):.6f}")
# %% [markdown]
# **Training as the book does**, some batches of 100: each step moves two dense matrices of V × H, most of it
# zeros. The reference is for reading; look at the milliseconds.
# %%
adam, begun, seen = Adam(), time.perf_counter(), []
for _ in range(10):
    pick = draw.integers(0, len(targets), 100)
    seen.append(float(model.forward(contexts[pick], targets[pick])))
    model.backward()
    adam.update(*remove_duplicate(model.params, model.grads))  # a shared matrix once, its gradients added
seconds = (time.perf_counter() - begun) / len(seen)
print(f"loss {seen[0]:.4f} → {seen[-1]:.4f};  {1000 * seconds:.1f} ms for a batch of 100 windows")
# %% [markdown]
# **The same training in the engine.** The preset `book` has its conventions: a fixed window, the mean with
# its true gradient, five distinct negatives by count^0.75, no subsampling; plain gradient descent in place
# of Adam. All of the text, ten times over, by one thread:
# %%
trained = book.fit(path)
by_engine = 100 * trained.record["seconds"] / (len(tokens) * 10)
print(
    f"{len(tokens) * 10:,} windows in {trained.record['seconds']:.1f} s: "
    f"{1000 * by_engine:.3f} ms for 100 of them, {seconds / by_engine:,.0f} times as fast"
)
vectors = trained.vectors
asked = [word for word in ("you", "year", "car", "toyota", "war", "list", "file") if word in vectors]
for word in asked[:4]:
    near = vectors.most_similar(word, topn=5)
    print(f"{word:<8}", "  ".join(f"{other} {cosine:.3f}" for other, cosine in near))
# %% [markdown]
# **Analogies** depend on a detail that the book does not mention: it scores with rows as they are, and long
# rows win. The usual way, and ours, is unit rows. On the book's own published vectors king : man = queen : ?
# is *woman* with raw rows, and only fifth with unit rows. Two lists from what was just trained (a small text
# answers few analogies):
# %%
from omnivec.reference import analogy

asked = [("man", "king", "woman"), ("list", "lists", "file"), words[10:13]]
a, b, c = next(three for three in asked if all(word in vectors for word in three))
names = dict(enumerate(vectors.index_to_key))
found = {}
for rows_as in ("unit", "raw"):
    answer = analogy(a, b, c, vectors.key_to_index, names, vectors.vectors, rows=rows_as)
    found[rows_as] = [word for word, _ in answer.answers]
    print(f"{a} : {b} = {c} : ?  by {rows_as} rows:", ", ".join(found[rows_as]))
# %% [markdown]
# **Engine and definition on the same batch**, the first words of the text, the same windows and the same
# samples:
# %%
from omnivec.lessons.beside import beside

both = beside(Word2Vec.preset("book", epochs=1, threads=1), [[words[w] for w in tokens[:1500]]])
print(f"largest difference between engine and definition: {both.difference:.1e}")
