# %% [markdown]
# # From softmax to negative sampling
#
# A hidden row h is asked for the right word among V. Softmax answers with V probabilities, and pays for all
# of them at each step. Negative sampling asks another question: *is this pair real, or did I draw it?* It
# pays for K + 1 rows, whatever V is. This lesson computes both losses and their gradients, shows where the
# samples come from, and ends with the fast engine on the same samples.
# %%
import numpy as np

from omnivec.reference.losses import sigmoid, softmax

rng = np.random.default_rng(7)
V, H = 1000, 10
h, U = rng.normal(0, 0.3, H), rng.normal(0, 0.3, (V, H))
target = 42

y_hat = softmax(h @ U.T)
print(f"P(target | h) = {y_hat[target]:.6f};  the {V} probabilities add up to {y_hat.sum():.6f}")
print(f"loss −ln P = {-np.log(y_hat[target]):.4f};  a guess would pay ln {V} = {np.log(V):.4f}")
# %% [markdown]
# **The gradient of softmax** is the error ŷ − y, where y is the one-hot of the target: for h it is (ŷ − y) ·
# U, shape (H,), and for U it is the outer product of (ŷ − y) and h, shape (V, H), words as rows. No row of U
# is spared. (With words as columns, U is H × V, and the same numbers read h · (ŷ − y)ᵀ.)
# %%
from omnivec.reference.losses import softmax_gradient

down_h, down_U = softmax_gradient(h[None], U, target)
moved_by_softmax = int((np.abs(down_U).sum(1) > 0).sum())
print(f"rows of U that move: {moved_by_softmax} of {V}")
print(f"sum of each column of the gradient: {np.abs(down_U.sum(0)).max():.1e}, as Σ(ŷ − y) = 0")
# %% [markdown]
# **Negative sampling.** One real pair and K drawn ones, each judged by a sigmoid:
#
# ```
# J = −ln σ(h·u_target) − Σ_k ln σ(−h·u_k)
# ```
#
# The label is the word itself: 1 for the one that stood in the text, 0 for those that were drawn. A word
# that is drawn twice counts twice, in the loss and in the gradient, which for a negative k is n_k · (1 −
# σ(−h·u_k)) · h with n_k the number of times it was drawn.
# %%
from omnivec.reference.losses import window_gradient, window_loss

negatives = [17, 5, 17, 600, 3]
rows = np.array([target, *negatives])
signs = np.array([1] + [-1] * len(negatives))
loss = window_loss(h[None], U[rows], signs)
_, down_rows = window_gradient(h[None], U[rows], signs)
gradient = np.zeros_like(U)
np.add.at(gradient, rows, down_rows)
by_formula = 2 * (1 - sigmoid(-h @ U[17])) * h
print(f"J = {loss:.4f};  rows of U that move: {(np.abs(gradient).sum(1) > 0).sum()} of {V}")
print(f"row 17, drawn twice, against 2 · (1 − σ(−h·u)) · h: {np.abs(gradient[17] - by_formula).max():.1e}")
# %% [markdown]
# Is that the right gradient? A check by central differences says None where nothing is wrong. And here is
# the mistake that is most often made: `gradient[rows] += …` keeps only one of the two additions to row 17.
# %%
from omnivec.reference.gradient_check import gradient_check


def objective(table):
    return window_loss(h[None], table[rows], signs)


lost = np.zeros_like(U)
lost[rows] += down_rows
right_answer = gradient_check(objective, U, gradient)
wrong_answer = gradient_check(objective, U, lost)
print("accumulated:      ", right_answer)
print("gradient[rows] +=:", wrong_answer)
# %% [markdown]
# **Where negatives come from.** Each word is drawn in proportion to its count *raised to the power* 0.75
# (not squared), divided by the sum of the raised counts. Frequent words are drawn less often than they
# occur, rare ones more often. fastText takes the power 0.5, a power of 0 is uniform.
# %%
counts = np.array([0.7, 0.29, 0.01])
powers = {}
for power in (1, 0.75, 0.5, 0):
    powers[power] = counts**power / (counts**power).sum()
    print(f"power {power:<4}:", " ".join(f"{share:.6f}" for share in powers[power]))
# %% [markdown]
# The target must not be its own negative. Drawn again whenever it comes up, the others share its chance:
# %%
without = powers[0.75].copy()
without[0] = 0
without /= without.sum()
print("target 0 left out:", " ".join(f"{share:.6f}" for share in without))
# %% [markdown]
# **A first loss you can predict.** With output rows of zero every sigmoid is ½, so the loss of a pair is (K
# + 1) · ln 2 before anything is learned, as softmax starts at ln V. If your first loss is another, look for
# the mistake there.
#
# **The fast engine on the same batch, with the same samples.** A random number is a function of the seed and
# the place in the text, so engine and definition draw the same negatives.
# %%
from omnivec import Word2Vec
from omnivec.lessons.beside import beside

draw = np.random.default_rng(1)
text = [[f"w{n}" for n in draw.zipf(1.4, 12) if n < 50] for _ in range(60)]
options = {"dim": 16, "negatives": 5, "sample": 0, "min_count": 1, "threads": 1}
first = Word2Vec(epochs=1, lr=1e-9, **options).fit(text).record["loss"][0]
print(f"first loss: {first:.4f};  6 · ln 2 = {6 * np.log(2):.4f}")
both = beside(Word2Vec(epochs=3, **options), text)
print("loss of each epoch:", " ".join(f"{value:.3f}" for value in both.model.record["loss"]))
print(f"largest difference between engine and definition: {both.difference:.1e}")
