"""One iteration of the book's CBOW in NumPy, written from its formulas: peer_book.py TEXT ITERATIONS.

Batches of 100 centres, window 5, 5 negatives in proportion to count^0.75, drawn for each centre without
replacement and never the centre itself; inputs and outputs N(0, 0.01²); the loss is the mean over the batch.
Adam moves every row of both tables in each iteration. Sources: Deep Learning from Scratch 2, chapter 4;
Kingma, Ba 2015 for Adam, with the bias correction folded into the rate.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BATCH, WINDOW, NEGATIVES, DIM, POWER = 100, 5, 5, 100, 0.75
RATE, BETA1, BETA2, TINY = 0.001, 0.9, 0.999, 1e-7
WARM = 3  # iterations that are not timed

Floats = NDArray[np.float32]


class Adam:
    """Both moments of every entry of a table."""

    def __init__(self, table: Floats) -> None:
        self.table, self.first, self.second, self.steps = table, np.zeros_like(table), np.zeros_like(table), 0

    def step(self, gradient: Floats) -> None:
        """Move the whole table."""
        self.steps += 1
        rate = np.float32(RATE * np.sqrt(1 - BETA2**self.steps) / (1 - BETA1**self.steps))
        self.first += np.float32(1 - BETA1) * (gradient - self.first)
        self.second += np.float32(1 - BETA2) * (gradient**2 - self.second)
        self.table -= rate * self.first / (np.sqrt(self.second) + np.float32(TINY))


class Book:
    """The model, its optimiser and its sampler."""

    def __init__(self, corpus: NDArray[np.int32], words: int) -> None:
        self.random = np.random.default_rng(1)
        self.corpus = corpus
        start = self.random.standard_normal((2, words, DIM), np.float32) * np.float32(0.01)
        self.inputs, self.outputs = Adam(start[0]), Adam(start[1])
        self.weights = np.bincount(corpus, minlength=words) ** POWER
        self.around = np.array([o for o in range(-WINDOW, WINDOW + 1) if o])

    def negatives(self, centres: NDArray[np.int32]) -> NDArray[np.int64]:
        """(batch, NEGATIVES), each row without replacement and without its centre."""
        drawn = np.empty((len(centres), NEGATIVES), np.int64)
        for row, centre in enumerate(centres):
            shares = self.weights.copy()
            shares[centre] = 0
            drawn[row] = self.random.choice(len(shares), NEGATIVES, replace=False, p=shares / shares.sum())
        return drawn

    def iteration(self) -> float:
        """One step from a random batch; its loss."""
        places = self.random.integers(WINDOW, len(self.corpus) - WINDOW, BATCH)
        context, centre = self.corpus[places[:, None] + self.around], self.corpus[places]
        hidden = self.inputs.table[context].mean(1)  # (batch, DIM)
        right = np.column_stack([centre, self.negatives(centre)])  # (batch, 1 + NEGATIVES)
        outputs = self.outputs.table[right]
        sign = np.where(np.arange(1 + NEGATIVES) == 0, 1, -1).astype(np.float32)
        margin = sign * np.einsum("bd,bkd->bk", hidden, outputs)
        loss = float(np.logaddexp(0, -margin).sum() / BATCH)
        error = -sign / (1 + np.exp(margin)) / np.float32(BATCH)
        down_outputs, down_inputs = np.zeros_like(self.outputs.table), np.zeros_like(self.inputs.table)
        np.add.at(down_outputs, right, error[:, :, None] * hidden[:, None])
        back = np.einsum("bk,bkd->bd", error, outputs) / np.float32(2 * WINDOW)
        np.add.at(down_inputs, context, np.repeat(back[:, None], 2 * WINDOW, 1))
        self.inputs.step(down_inputs)
        self.outputs.step(down_outputs)
        return loss


def read(path: Path) -> tuple[NDArray[np.int32], int]:
    """The text as one stream, every line end a word of its own; words are numbered as they come."""
    rows: dict[str, int] = {}
    stream = [
        rows.setdefault(word, len(rows))
        for line in path.read_text().splitlines()
        for word in (*line.split(), "<eos>")
    ]
    return np.array(stream, np.int32), len(rows)


if __name__ == "__main__":
    corpus, words = read(Path(sys.argv[1]))
    book, iterations = Book(corpus, words), int(sys.argv[2])
    losses = [book.iteration() for _ in range(WARM)]
    began = time.perf_counter()
    losses += [book.iteration() for _ in range(iterations)]
    seconds = time.perf_counter() - began
    print(json.dumps({
        "seconds": seconds, "iterations": iterations, "words": words, "first_loss": losses[0],
    }))  # fmt: skip
