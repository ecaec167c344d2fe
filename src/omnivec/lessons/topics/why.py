# %% [markdown]
# # Why does word2vec work?
#
# Nothing in skip-gram with negative sampling (SGNS) mentions statistics of a text, yet it learns one. Levy
# and Goldberg showed in 2014 which: at its optimum the product of a word's row and a context's row is their
# **pointwise mutual information, shifted**: PMI(w, c) − ln k, where k is the number of negatives. This
# lesson derives that in three lines, checks it on a table small enough to solve, looks at what few
# dimensions do to it, and finds it in vectors that the engine has trained.
#
# Let n_wc be how often w and c meet, n_w and n_c the sums, n all pairs. Each meeting brings k negatives,
# drawn with probability n_c/n, so the loss of all pairs, with x the product of the rows, is
#
# ```
# J = −Σ n_wc ln σ(x_wc) − k Σ (n_w n_c / n) ln σ(−x_wc)
# ∂J/∂x_wc = −n_wc (1 − σ(x)) + k (n_w n_c / n) σ(x) = 0
# e^x = n_wc n / (k n_w n_c)      so      x = PMI(w, c) − ln k
# ```
# %%
import numpy as np

from omnivec.reference.losses import sigmoid

rng = np.random.default_rng(4)
words, k = 12, 5
affinity = np.exp(rng.normal(0, 1, (words, words)))
n_wc = np.ceil(40 * affinity + 40 * affinity.T)  # how often two words meet; symmetric, none is 0
n_w, n = n_wc.sum(1), n_wc.sum()
pmi = np.log(n_wc * n / np.outer(n_w, n_w))
drawn = k * np.outer(n_w, n_w) / n  # how often a pair is drawn as a negative


def loss(x):
    return float(np.sum(n_wc * np.logaddexp(0, -x) + drawn * np.logaddexp(0, x)) / n)


def slope(x):
    return (drawn * sigmoid(x) - n_wc * sigmoid(-x)) / n


print(f"{words} words, {n:.0f} pairs; PMI lies in {pmi.min():.2f} … {pmi.max():.2f}, ln k = {np.log(k):.4f}")


# %% [markdown]
# Rows for words and rows for contexts, as many dimensions as words, and the gradient of J, which is all that
# SGNS follows. Nobody tells it what PMI is.
# %%
def descended(dim, steps=4000):
    """Word rows and context rows after gradient descent with Adam's step sizes."""
    rows = np.random.default_rng(0).normal(0, 0.3, (2, words, dim))
    mean, square = np.zeros_like(rows), np.zeros_like(rows)
    for step in range(1, steps + 1):
        down = slope(rows[0] @ rows[1].T)
        gradient = np.stack([down @ rows[1], down.T @ rows[0]])
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        rate = 0.03 * min(1, 2 - 2 * step / steps)
        corrected = np.sqrt(square / (1 - 0.999**step)) + 1e-12
        rows -= rate * mean / (1 - 0.9**step) / corrected
    return rows


word_rows, context_rows = descended(words)
learned = word_rows @ context_rows.T
full = np.abs(learned - (pmi - np.log(k))).max()
print("w·c        ", learned[0, :5].round(4))
print("PMI − ln k ", (pmi - np.log(k))[0, :5].round(4))
print(f"largest difference over all {words * words} pairs: {full:.1e}")
# %% [markdown]
# **With fewer dimensions** not all pairs can be met, and SGNS must choose. It weighs pairs by how often they
# occur, on either side. The singular value decomposition of the same matrix is the best fit of that rank
# when all cells weigh the same, and so it pays more of the loss that SGNS minimises:
# %%
left, values, right = np.linalg.svd(pmi - np.log(k))
sgns_loss, svd_loss = {}, {}
print(f"dim    SGNS    SVD of PMI − ln k    (the least possible: {loss(pmi - np.log(k)):.5f})")
for dim in (1, 2, 4, 8):
    rows = descended(dim)
    sgns_loss[dim] = loss(rows[0] @ rows[1].T)
    svd_loss[dim] = loss((left[:, :dim] * values[:dim]) @ right[:dim])
    print(f"{dim:>3}  {sgns_loss[dim]:.5f}  {svd_loss[dim]:.5f}")
# %% [markdown]
# So SGNS is a *weighted* factorisation of shifted PMI: the same goal as counting and decomposing (`omnivec
# learn co-occurrence`), by another road, and with a say in which cells matter.
#
# What ancestors change moves the goal: negatives by count^0.75 make the shift a word's own, since its chance
# is no longer n_c/n; subsampling and a drawn radius change the n_wc that are seen; few epochs stop before
# the optimum.
#
# **In trained vectors.** A text in which these words follow each other with those very chances, and the
# engine with power 1, a window of 1, no subsampling. Its products are noisy (each pair is seen a limited
# number of times), so look at the correlation and at the mean of the difference:
# %%
from omnivec import Word2Vec

chances = (n_wc / n_w[:, None]).cumsum(1)
place, text = 0, []
for u in np.random.default_rng(5).random(60_000):
    place = min(int(np.searchsorted(chances[place], u)), words - 1)
    text.append(f"w{place}")
options = {
    "negatives": k, "power": 1, "exclude_target": "keep", "window": 1, "window_kind": "fixed", "sample": 0,
    "min_count": 1, "threads": 1,
}  # fmt: skip
model = Word2Vec(dim=16, epochs=60, lr=0.05, **options).fit([text])
order = [model.vectors.key_to_index[f"w{w}"] for w in range(words)]
inputs, outputs = (model.tables[name][order, :16] for name in ("vectors", "output"))
ids = np.array([int(word[1:]) for word in text])
met = np.zeros((words, words))
np.add.at(met, (ids[:-1], ids[1:]), 1)
met += met.T
around = met.sum(1)
wanted = np.log(met * met.sum() / np.outer(around, around)) - np.log(k)
correlation = np.corrcoef((inputs @ outputs.T).ravel(), wanted.ravel())[0, 1]
shift = float(np.mean(inputs @ outputs.T - wanted))
print(f"correlation of w·c with PMI − ln k over {words * words} pairs: {correlation:.4f}")
print(f"mean of w·c − (PMI − ln k): {shift:+.3f};  were w·c PMI itself, it would be ln k = {np.log(k):.3f}")
# %% [markdown]
# **The fast engine on the same batch.** The first 3000 words of that text, by the engine and by the
# definition:
# %%
from omnivec.lessons.beside import beside

both = beside(Word2Vec(dim=16, epochs=1, **options), [text[:3000]])
print(f"largest difference between engine and definition: {both.difference:.1e}")
