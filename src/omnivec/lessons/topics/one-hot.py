# %% [markdown]
# # From one-hot vectors to a lookup
#
# A word is a number in a list. A network wants a vector, and the plainest one is **one-hot**: as many places
# as there are words, a 1 in the word's own place and 0 elsewhere. Multiplied by a matrix W it picks one row.
# This lesson computes that, then leaves the multiplication out, and shows what must not be lost on the way:
# a word that stands twice in a batch is corrected twice.
# %%
import numpy as np

V, H = 7, 3  # words; numbers in a vector
W = np.arange(V * H, dtype=float).reshape(V, H)
one_hot = np.zeros(V)
one_hot[3] = 1
print("one-hot:    ", one_hot)
print("one-hot · W:", one_hot @ W)
print("W[3]:       ", W[3])
# %% [markdown]
# [0, 0, 0, 1, 0, …] has its 1 at index 3, counted from 0: it picks the **fourth** row. The product
# multiplies V · H numbers, nearly all by zero; the lookup copies H. With a million words, a batch of 100
# windows of 10 words is, in float32:
# %%
words, batch = 10**6, 100 * 10
print(f"as one-hot vectors: {words * batch * 4 / 1e9:.1f} GB")
print(f"as row numbers:     {batch * 8 / 1e3:.1f} kB")
# %% [markdown]
# **Backwards.** Let `dout` be the gradient of the loss by the rows that were picked, shape (batch, H).
# Through the product the gradient of W is one-hotᵀ · dout: every row of `dout` is *added* to the row of its
# word. The lookup has to do the same. Word 2 stands twice in this batch:
# %%
ids = np.array([2, 2, 5])
dout = np.array([[1.0, 1, 1], [1, 1, 1], [4, 4, 4]])
onehots = np.eye(V)[ids]

by_product = onehots.T @ dout
by_lookup = np.zeros_like(W)
np.add.at(by_lookup, ids, dout)
print("row 2 by the product:", by_product[2])
print("row 2 by np.add.at:  ", by_lookup[2])
# %% [markdown]
# A tempting shorthand loses one of the two. NumPy reads the row, adds, and writes it back, for both
# occurrences from the *old* value:
# %%
wrong = np.zeros_like(W)
wrong[ids] += dout
print("row 2 by dW[ids] +=: ", wrong[2], "<- half")
# %% [markdown]
# No error is raised, and training still goes somewhere. A **gradient check** finds it: move each number of W
# by h to both sides and see what the loss does. Here the loss is Σ W[ids] · dout, whose gradient we know.
# The check names the first index that is wrong, what was given and what is right.
# %%
from omnivec.reference.gradient_check import gradient_check


def loss(weights):
    return float(np.sum(weights[ids] * dout))


right_answer = gradient_check(loss, W, by_lookup)
wrong_answer = gradient_check(loss, W, wrong)
print("np.add.at:  ", right_answer)
print("dW[ids] +=: ", wrong_answer)
# %% [markdown]
# **Which rows change.** Of W's rows only those in the batch have a gradient. `rows, values` says the same as
# the dense matrix of zeros, and an optimiser that takes it touches 2 rows instead of V:
# %%
rows, place = np.unique(ids, return_inverse=True)
values = np.zeros((len(rows), H))
np.add.at(values, place, dout)
print("rows:  ", rows)
print("values:", values.tolist())
# %% [markdown]
# **The fast engine on the same batch.** A skip-gram with full softmax is the one-hot network of the text
# books: one row of W in, scores of all words out. Here it is trained twice on seven words: by the definition
# in plain NumPy (`omnivec.reference.word2vec`), which reads like this page, and by the compiled engine. Both
# look rows up; neither ever builds a one-hot vector. (The very first call compiles the engine for this
# processor, once.)
# %%
from omnivec import Word2Vec
from omnivec.lessons.beside import beside

text = [["you", "say", "goodbye", "and", "i", "say", "hello", "."]] * 20
learner = Word2Vec(loss="softmax", dim=5, window=1, sample=0, min_count=1, epochs=5, threads=1)
both = beside(learner, text)
print("loss of each epoch:", " ".join(f"{value:.3f}" for value in both.model.record["loss"]))
print(f"largest difference between engine and definition: {both.difference:.1e}")
