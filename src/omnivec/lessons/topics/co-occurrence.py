# %% [markdown]
# # From co-occurrence to SVD
#
# Before words were predicted, they were counted: a word is known by the company it keeps. This lesson counts
# who stands next to whom, takes chance away from the counts (PPMI), and keeps the few directions that matter
# (SVD). It is the first half of CS224n's assignment 1 and chapter 2 of "Deep Learning from Scratch 2", on
# one sentence that you can check by hand.
# %%
import numpy as np

from omnivec.reference import create_co_matrix, preprocess

corpus, word_to_id, id_to_word = preprocess("You say goodbye and I say hello.")
C = create_co_matrix(corpus, len(word_to_id), window_size=1)
print("corpus", corpus.tolist())
print("       ", " ".join(f"{word:>7}" for word in word_to_id))
for word, row in zip(word_to_id, C, strict=True):
    print(f"{word:<7}", " ".join(f"{count:>7}" for count in row))
# %% [markdown]
# Row *say* has four ones: you, goodbye, i, hello. Two words that keep the same company have like rows,
# whatever they are: *you* and *i* both stand next to *say*, and their cosine is 1/√2, not because they ever
# met.
# %%
from omnivec.reference import cos_similarity, most_similar

you_i = cos_similarity(C[word_to_id["you"]], C[word_to_id["i"]])
near_you = most_similar("you", word_to_id, id_to_word, C)
print(f"cos(you, i) = {you_i:.10f}")
print("nearest to you:", ", ".join(f"{word} {cosine:.4f}" for word, cosine in near_you))
# %% [markdown]
# Equal scores stand in the order of their ids here; where they are left as a sort happens to leave them, the
# list differs from machine to machine.
#
# **Counts favour frequent words.** *The car* occurs often because *the* does. Pointwise mutual information
# divides by chance:
#
# ```
# PMI(w, c) = log₂( n_wc · n / (n_w · n_c) )        PPMI = max(0, PMI)
# ```
#
# Twice as often as by chance is 1, exactly by chance is 0. Below that, on a text this size, is noise, and
# PPMI cuts it off.
# %%
from omnivec.reference import ppmi

M = ppmi(C)
print(f"{C.sum()} neighbours in all")
for pair in (("you", "say"), ("say", "goodbye"), ("goodbye", "and"), ("hello", ".")):
    w, c = (word_to_id[word] for word in pair)
    print(f"PPMI{pair} = log₂({C[w, c]} · {C.sum()} / ({C[w].sum()} · {C[c].sum()})) = {M[w, c]:.6f}")
# %% [markdown]
# **Few directions.** The matrix has as many columns as there are words, nearly all of them zero. M = U · S ·
# Vᵀ turns it so that the first directions hold most of it; the first k columns of U · S are the best
# k-dimensional rows for M's dot products. How much do they hold?
# %%
from omnivec.reference import svd_vectors, truncated_svd

U, S, Vt = truncated_svd(M.astype(float), 7)
print("singular values", S.round(6))
rows = svd_vectors(M.astype(float), 2)
kept = float((S[:2] ** 2).sum() / (S**2).sum())
print(f"two of seven directions hold {kept:.1%} of the squares")
# %% [markdown]
# **Your picture may be turned, and right.** Every singular value here stands twice, so U is not unique: any
# rotation of two such columns is as good. Compare what does not depend on it, singular values, or the dot
# products of the rows; never coordinates or signs.
# %%
angle = 0.7
turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
turned = rows @ turn
print("you, first: ", rows[0].round(3), " you, turned: ", turned[0].round(3))
same = float(np.abs(rows @ rows.T - turned @ turned.T).max())
print(f"largest difference between all dot products: {same:.0e}")
# %% [markdown]
# **The functions of CS224n** count documents one by one, with `<START>` and `<END>` as words, in the order
# of the words' characters. Its test documents have ten words and a matrix of ones:
# %%
from omnivec.reference.cs224n.cooccurrence import (
    compute_co_occurrence_matrix,
    distinct_words,
    reduce_to_k_dim,
)

documents = [
    "START All that glitters isn't gold END".split(),
    "START All's well that ends well END".split(),
]
names, count = distinct_words(documents)
counted, word2ind = compute_co_occurrence_matrix(documents, window_size=1)
reduced = reduce_to_k_dim(counted, k=2)
print(count, "words:", " ".join(names))
print("neighbours of that:", [names[column] for column in np.flatnonzero(counted[word2ind["that"]])])
print("rows in two dimensions:", reduced.shape)
# %% [markdown]
# **A real text**: the Penn Treebank, as the book takes it, where its `ptb.train.txt` is given as `--text` or
# by OMNIVEC_PTB; else words that are on this machine already. Counts of the most frequent words, PPMI, 50
# dimensions. Nothing was trained; look at the neighbours.
# %%
import os

from omnivec import Word2Vec
from omnivec.data import datasets
from omnivec.data.spare import spare_folder

path = os.environ.get("OMNIVEC_PTB") or datasets.carried(spare_folder("lessons")).path
read = Word2Vec(min_count=1, max_size=1000).reading().corpus(path)
frequent = list(read.vocabulary.keys)
ids = {word: row for row, word in enumerate(frequent)}
large = create_co_matrix(read.tokens, len(frequent), window_size=4)
vectors = svd_vectors(ppmi(large), 50)
print(f"{len(read.tokens):,} tokens of the {len(frequent):,} most frequent words")
names_of = dict(enumerate(frequent))
asked = [
    word for word in ("war", "music", "king", "string", "class", "number", "year", "car") if word in ids
][:3]
for word in asked:
    print(f"{word:<8}", " ".join(near for near, _ in most_similar(word, ids, names_of, vectors)))
# %% [markdown]
# `omnivec learn why` shows that word2vec factorises the same matrix, shifted by ln k and weighed by how
# often pairs occur. Here is the engine on the same words, with as many dimensions: how many of the ten
# nearest of each of the hundred most frequent words do both name? (By chance: 0.1.)
# %%
lines = [
    [frequent[w] for w in read.tokens[start:stop]]
    for start, stop in zip([0, *read.units], [*read.units, len(read.tokens)], strict=True)
]
model = Word2Vec(dim=50, window=4, min_count=1, epochs=10, sample=0, threads=1).fit(lines)
shared = []
for word in frequent[:100]:
    counted_near = {near for near, _ in most_similar(word, ids, names_of, vectors, top=10)}
    trained_near = {near for near, _ in model.vectors.most_similar(word, topn=10)}
    shared.append(len(counted_near & trained_near))
print(f"of ten neighbours by counting, {np.mean(shared):.1f} are the engine's, too")
# %% [markdown]
# That is likeness, not equality: counting has no engine here that would do the same steps. Where there is
# one, the largest difference is printed. The engine and its definition on the first lines:
# %%
from omnivec.lessons.beside import beside

both = beside(
    Word2Vec(dim=50, window=4, min_count=1, epochs=1, threads=1), [line for line in lines[:40] if line]
)
print(f"largest difference between engine and definition: {both.difference:.1e}")
