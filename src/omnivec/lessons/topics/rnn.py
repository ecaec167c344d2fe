# %% [markdown]
# # From RNN to LSTM: what vanishes
#
# A recurrent network reads one step after another and carries a state h. Everything it knows of the past is
# in that state, and all that the past learns comes back through it. This lesson measures what comes back:
# through a plain recurrence, through an LSTM, and on a task that one of them cannot learn.
#
# ```
# h_t = tanh(x_t Wx + h_{t−1} Wh + b)          x (N, D), h (N, H), Wx (D, H), Wh (H, H)
# ```
#
# **There is one Wh**, used at every step. Its gradient is the *sum* of what each step contributes; no step
# has a weight of its own that could be left without an update.
# %%
import numpy as np

from omnivec.reference import TimeRNN, step_gradients

rng = np.random.default_rng(3)
N, T, D, H = 2, 12, 3, 4
Wx, Wh, b = rng.normal(0, 0.5, (D, H)), rng.normal(0, 0.4, (H, H)), np.zeros(H)
xs = rng.normal(0, 1, (N, T, D))

layer = TimeRNN(Wx, Wh, b)
hs = layer.forward(xs)
dhs = np.zeros_like(hs)
dhs[:, -1] = 1  # the loss looks at the last step alone
layer.backward(dhs)
norms = step_gradients(layer)  # of Wh
summed = float(np.abs(sum(cell.grads[1] for cell in layer.cells) - layer.grads[1]).max())
print(f"gradient of Wh against the sum over the steps: {summed:.1e}")
print("what each step contributes:", " ".join(f"{norm:.0e}" for norm in norms))
# %% [markdown]
# Wh is updated all right. What vanishes is the *contribution of early steps*: the network is taught by what
# it read last. Each step back multiplies by Whᵀ, and by tanh′ ≤ 1. Twenty multiplications by a matrix either
# blow up or die away. This is the experiment of the book's chapter 6, with its matrix and its numbers:
# %%
from omnivec.reference import gradient_norms

old = np.random.RandomState(3)  # the book's numbers hang on this old generator
matrix = old.randn(3, 3)
explodes = gradient_norms(matrix, np.ones((2, 3)))
vanishes = gradient_norms(0.5 * matrix, np.ones((2, 3)))
print(f"Wh:       {explodes[0]:.4f} → {explodes[-1]:.4f}")
print(f"0.5 · Wh: {vanishes[0]:.4f} → {vanishes[-1]:.6f}")
# %% [markdown]
# Too large is easily cured: **clip** the gradients to a greatest norm. Too small cannot be, since what is
# gone is gone. The LSTM builds another road:
#
# ```
# f, i, o = σ(…), σ(…), σ(…)      three gates: forget, input, output
# g = tanh(…)                     one candidate (not a gate: it says what to write, not how much)
# c_t = f · c_{t−1} + i · g       the cell, never squashed
# h_t = o · tanh(c_t)             what is shown
# ```
#
# Along the cell nothing is multiplied but the forget gates: ∂c_T/∂c_0 by that road is exactly ∏ f_t, number
# by number.
# %%
from omnivec.reference import LSTM


def cell_road(forget_bias):
    """The gradient that reaches c_0 from c_T along the cell, and the product of the forget gates."""
    draw = np.random.default_rng(8)
    wx, bias = draw.normal(0, 0.3, (D, 4 * H)), np.zeros(4 * H)
    bias[:H] = forget_bias  # the order of the four parts is f, g, i, o
    no_detour = np.zeros((H, 4 * H))  # gates that do not read h, so that the cell is the only road
    hidden, cell, cells = np.zeros((1, H)), np.zeros((1, H)), []
    for _ in range(20):
        cells.append(LSTM(wx, no_detour, bias))
        hidden, cell = cells[-1].forward(draw.normal(0, 1, (1, D)), hidden, cell)
    back = np.ones((1, H))
    for each in reversed(cells):
        _, _, back = each.backward(np.zeros((1, H)), back)
    return back[0], np.prod([each.f[0] for each in cells], axis=0)


by_bias = {bias: cell_road(bias) for bias in (0, 1, 5)}
for bias, (back, product) in by_bias.items():
    print(f"forget bias {bias}: back {back.round(6)}  apart from ∏ f: {np.abs(back - product).max():.0e}")
# %% [markdown]
# So an LSTM does not abolish vanishing. It makes it a *decision*: a gate near 1 keeps, a gate near 0
# forgets, and both can be learned. A bias of 1 or more for the forget gate at the start gives the road a
# chance to be found.
#
# **Does it matter?** A delayed copy: the first symbol must be named after 40 steps of nothing in particular.
# Both networks get the same batches, the same state size, the same number of steps.
# %%
from omnivec.reference import Adam, Rnnlm, SimpleRnnlm, clip_grads

SYMBOLS, DELAY, BLANKS = 4, 40, 3


def copies(draw, batch=32):
    """Questions (batch, DELAY + 1) and what is asked at each step: −1 is nothing."""
    asked = draw.integers(SYMBOLS, SYMBOLS + BLANKS, (batch, DELAY + 1))
    asked[:, 0] = draw.integers(0, SYMBOLS, batch)
    wanted = np.full_like(asked, -1)
    wanted[:, -1] = asked[:, 0]
    return asked, wanted


def taught(model, steps=200):
    """The share of right answers on new questions."""
    draw, adam = np.random.default_rng(1), Adam(0.01)
    for step in range(1, steps + 1):
        model.reset_state()
        loss = model.forward(*copies(draw))
        model.backward()
        clip_grads(model.grads, 1.0)
        adam.update(model.params, model.grads)
        if step % (steps // 4) == 0:
            print(f"  step {step:>4}  loss {float(loss):.4f}", flush=True)
    model.reset_state()
    asked, wanted = copies(np.random.default_rng(2), 400)
    return float((model.predict(asked)[:, -1].argmax(1) == wanted[:, -1]).mean())


words = SYMBOLS + BLANKS
print(f"a guess is right in 1 of {SYMBOLS} cases, at a loss of ln {SYMBOLS} = {np.log(SYMBOLS):.4f}")
print("plain RNN:")
rnn_right = taught(SimpleRnnlm(words, 8, 24, rng=np.random.default_rng(0)))
lstm = Rnnlm(words, 8, 24, rng=np.random.default_rng(0))
lstm.params[3][:24] = 3  # the forget gates begin open
print("LSTM:")
lstm_right = taught(lstm)
print(f"right after {DELAY} steps: plain RNN {rnn_right:.0%}, LSTM {lstm_right:.0%}")
# %% [markdown]
# **The same numbers elsewhere.** omnivec has no compiled engine for recurrent networks: these layers are for
# reading. PyTorch has one; its LSTM keeps the four parts in the order i, f, g, o where the book has f, g, i,
# o. After that permutation both are one function:
# %%
from omnivec.reference import TimeLSTM

try:
    import torch
except ImportError:
    apart = None
    print("PyTorch is not installed, so there is nothing to compare with.")
else:
    draw = np.random.default_rng(6)
    wx, wh, bias = (draw.normal(0, 0.3, shape) for shape in ((D, 4 * H), (H, 4 * H), 4 * H))
    order = np.concatenate([np.arange(H) + part * H for part in (2, 0, 1, 3)])
    theirs = torch.nn.LSTM(D, H, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight_ih_l0[:] = torch.from_numpy(wx[:, order].T.copy())
        theirs.weight_hh_l0[:] = torch.from_numpy(wh[:, order].T.copy())
        theirs.bias_ih_l0[:] = torch.from_numpy(bias[order])
        theirs.bias_hh_l0[:] = 0
        wanted = theirs(torch.from_numpy(xs))[0].numpy()
    apart = float(np.abs(TimeLSTM(wx, wh, bias).forward(xs) - wanted).max())
    print(f"largest difference between our LSTM and PyTorch's: {apart:.1e}")
