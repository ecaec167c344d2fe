# %% [markdown]
# # Skip-gram by hand
#
# The second assignment of CS224n asks for three derivatives and the code that computes them. Here they are
# derived, written, checked number by number, broken on purpose so that the check has something to find, and
# compared with the numbers that the course printed. Words are rows: V holds centre vectors, U outside
# vectors, both (words, d).
#
# Naive softmax: a centre c, one outside word o,
#
# ```
# ŷ = softmax(U v_c)          J = −ln ŷ_o
# ∂J/∂v_c = Uᵀ(ŷ − y)         shape (d,)
# ∂J/∂U   = (ŷ − y) v_cᵀ      shape (words, d); row o is (ŷ_o − 1) v_c, row w is ŷ_w v_c
# ```
#
# y is one-hot, so the cross entropy −Σ y ln ŷ is this very J.
# %%
import numpy as np

from omnivec.reference.losses import sigmoid, softmax


def naive_softmax(v_c, o, U):
    """Loss, gradient by the centre vector (d,), gradient by all outside vectors (words, d)."""
    y_hat = softmax(U @ v_c)
    error = y_hat.copy()
    error[o] -= 1
    return -np.log(y_hat[o]), U.T @ error, np.outer(error, v_c)


# %% [markdown]
# The test vectors of the course: ten random rows of three numbers, scaled to length 1. The first five are V
# and the last five U, for the words a, b, c, d, e.
# %%
np_seeded = np.random.RandomState(9265)  # the course's numbers hang on this old generator
vectors = np_seeded.randn(10, 3)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
V, U = vectors[:5], vectors[5:]
a, b, c, d, e = range(5)


def skipgram(centre, outside, V, U, loss_and_gradient):
    """The sum over the outside words, in order; only row `centre` of gradV is not zero."""
    loss, gradV, gradU = 0.0, np.zeros_like(V), np.zeros_like(U)
    for o in outside:
        one, down_v, down_U = loss_and_gradient(V[centre], o, U)
        loss += one
        gradV[centre] += down_v
        gradU += down_U
    return loss, gradV, gradU


softmax_loss, softmax_gradV, softmax_gradU = skipgram(c, [a, b, e, d, b, c], V, U, naive_softmax)
print("loss     ", repr(float(softmax_loss)))
print("gradV[c] ", softmax_gradV[c])
print("column sums of gradU:", np.abs(softmax_gradU.sum(0)).max().round(15), "as Σ(ŷ − y) = 0")
# %% [markdown]
# The course prints 11.16610900153398 and (−1.26947339, −1.36873189, 2.45158957). Equal numbers are good; a
# check that needs no printed number is better. It moves one number at a time by ±0.0001 and looks at the
# loss:
# %%
from omnivec.reference.gradient_check import gradient_check


def of_V(table):
    return skipgram(c, [a, b, e, d, b, c], table, U, naive_softmax)[0]


def of_U(table):
    return skipgram(c, [a, b, e, d, b, c], V, table, naive_softmax)[0]


print("gradV:", gradient_check(of_V, V.copy(), softmax_gradV))
print("gradU:", gradient_check(of_U, U.copy(), softmax_gradU))
# %% [markdown]
# None: nothing is wrong. Now **negative sampling**. With K drawn words k, repetitions allowed,
#
# ```
# J = −ln σ(u_o·v_c) − Σ_k ln σ(−u_k·v_c)
# ∂J/∂v_c = −(1 − σ(u_o·v_c)) u_o + Σ_k (1 − σ(−u_k·v_c)) u_k
# ∂J/∂u_o = −(1 − σ(u_o·v_c)) v_c
# ∂J/∂u_k = n_k (1 − σ(−u_k·v_c)) v_c         n_k: how often k was drawn
# ```
#
# In code the signs of all but o are turned, and one sigmoid serves them all. What follows has a mistake, in
# one line. Find it before you go on.
# %%
drawn = {a: [3, 2, 2, 4, 1, 3, 1, 3, 1, 1], b: [2, 4, 0, 0, 0, 0, 4, 4, 2, 4]}


def almost(v_c, o, U):
    rows = np.array([o, *drawn[o]])
    signs = np.array([1.0] + [-1.0] * len(drawn[o]))
    s = sigmoid(signs * (U[rows] @ v_c))
    slope = -signs * (1 - s)
    gradU = np.zeros_like(U)
    gradU[rows] += np.outer(slope, v_c)
    return -np.log(s).sum(), slope @ U[rows], gradU


wrong_loss, wrong_gradV, wrong_gradU = skipgram(c, [a, b], V, U, almost)
print("loss", repr(float(wrong_loss)))
print("gradV[c]", wrong_gradV[c])


# %% [markdown]
# The course prints 16.15119285363322 and (−4.54650789, −1.85942252, 0.76397441): the loss is right, gradV is
# right, and yet a published solution has this very mistake. The check looks at gradU:
# %%
def objective(table):
    return skipgram(c, [a, b], V, table, almost)[0]


caught = gradient_check(objective, U.copy(), wrong_gradU)
row, column = caught.place
print(f"row {row}, column {column}: given {caught.given:.6f}, right {caught.expected:.6f}")


# %% [markdown]
# The first wrong index is in row 0, the word a: it is drawn four times for b, and `gradU[rows] += …` keeps
# only one of the four. `np.add.at` adds every one:
# %%
def negative_sampling(v_c, o, U):
    rows = np.array([o, *drawn[o]])
    signs = np.array([1.0] + [-1.0] * len(drawn[o]))
    s = sigmoid(signs * (U[rows] @ v_c))
    slope = -signs * (1 - s)
    gradU = np.zeros_like(U)
    np.add.at(gradU, rows, np.outer(slope, v_c))
    return -np.log(s).sum(), slope @ U[rows], gradU


loss, gradV, gradU = skipgram(c, [a, b], V, U, negative_sampling)
print("check:", gradient_check(objective, U.copy(), gradU))
print(gradU)
# %% [markdown]
# The derivative σ′ = σ(1 − σ) was used without saying so; a check of its own takes one line, and so does one
# of *your* function: `gradient_check(loss, x, gradient)` takes any loss of an array of floats.
#
# **The fast engine on the same batch.** One difference to keep in mind: the course lets the centre predict
# each outside word with its own negatives; word2vec, and the engine, let each context word predict the
# centre, and all words of a window share its negatives. The definition does the same, with the same samples:
# %%
from omnivec import Word2Vec
from omnivec.lessons.beside import beside

draw = np.random.default_rng(2)
text = [list("abcde"[n] for n in draw.integers(0, 5, 20)) for _ in range(50)]
learner = Word2Vec(dim=3, window=5, negatives=10, sample=0, min_count=1, epochs=2, threads=1)
both = beside(learner, text)
print("loss of each epoch:", " ".join(f"{value:.3f}" for value in both.model.record["loss"]))
print(f"largest difference between engine and definition: {both.difference:.1e}")
