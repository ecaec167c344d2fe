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

from omnivec.reference.counts.factorization import expected_loss, factorised
from omnivec.reference.counts.pmi import pmi

rng = np.random.default_rng(4)
words, k = 12, 5
affinity = np.exp(rng.normal(0, 1, (words, words)))
n_wc = np.ceil(40 * affinity + 40 * affinity.T)  # how often two words meet; symmetric, none is 0
shifted = pmi(n_wc, shift=k, base=np.e)  # PMI − ln k
print(
    f"{words} words, {n_wc.sum():.0f} pairs; PMI − ln {k} lies in {shifted.min():.2f} … {shifted.max():.2f}"
)
_, slope = expected_loss(shifted, n_wc, k)
print(f"largest derivative of J there: {np.abs(slope).max():.0e}")
# %% [markdown]
# Now the other way round: rows for words and rows for contexts, as many dimensions as words, and the
# gradient of J, which is all that SGNS follows (here by Adam, with every pair in every step). Nobody tells
# it what PMI is.
# %%
word_rows, context_rows = factorised(n_wc, k, words, np.random.default_rng(0))
learned = word_rows @ context_rows.T
full = float(np.abs(learned - shifted).max())
print("w·c        ", learned[0, :5].round(4))
print("PMI − ln k ", shifted[0, :5].round(4))
print(f"largest difference over all {words * words} pairs: {full:.1e}")
# %% [markdown]
# **With fewer dimensions** not all pairs can be met, and SGNS must choose. It weighs pairs by how often they
# occur, on either side. The singular value decomposition of the same matrix is the best fit of that rank
# when all cells weigh the same, and so it pays more of the loss that SGNS minimises:
# %%
left, values, right = np.linalg.svd(shifted)
least = expected_loss(shifted, n_wc, k)[0]
sgns_loss, svd_loss = {}, {}
print(f"dim    SGNS    SVD of PMI − ln k    (the least possible: {least:.5f})")
for dim in (1, 2, 4, 8):
    word_rows, context_rows = factorised(n_wc, k, dim, np.random.default_rng(0), steps=2000)
    sgns_loss[dim] = expected_loss(word_rows @ context_rows.T, n_wc, k)[0]
    svd_loss[dim] = expected_loss((left[:, :dim] * values[:dim]) @ right[:dim], n_wc, k)[0]
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

chances = (n_wc / n_wc.sum(1, keepdims=True)).cumsum(1)
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
wanted = pmi(met, shift=k, base=np.e)
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
