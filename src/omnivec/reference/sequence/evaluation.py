"""How good a language model or a seq2seq is, by the book's protocols.

Source: "Deep Learning from Scratch 2", chapters 6 and 7 (`common/util.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from omnivec.reference.arrays import Array, to_cpu
from omnivec.reference.sequence.language_models import LanguageModel
from omnivec.reference.sequence.seq2seq import EncoderDecoder


def eval_perplexity(
    model: LanguageModel, corpus: NDArray[np.integer], batch_size: int = 10, time_size: int = 35
) -> float:
    """exp(mean loss) of a text, read as `batch_size` texts side by side, `time_size` words at a time.

    Text i begins at i ⌊(n − 1) / batch_size⌋; ⌊(n − 1) / (batch_size · time_size)⌋ batches are read with the
    state carried on, and words left over are not. The model begins from zeros and is left at zeros.

    Raises: ValueError for a corpus of fewer than batch_size · time_size + 1 words.
    """
    ids = to_cpu(corpus)
    n = len(ids)
    if min(batch_size, time_size) < 1:
        raise ValueError(f"batch_size and time_size are at least 1; {batch_size} and {time_size} came")
    jump, batches = (n - 1) // batch_size, (n - 1) // (batch_size * time_size)
    if batches < 1:
        raise ValueError(f"{batch_size} × {time_size} + 1 words or more are needed for a batch; {n} came")
    starts = np.arange(batch_size)[:, None] * jump + np.arange(time_size)
    model.reset_state()
    total = 0.0
    for batch in range(batches):
        places = starts + batch * time_size
        total += float(model.forward(ids[places % n], ids[(places + 1) % n], train_flg=False))
    model.reset_state()
    return math.exp(total / batches)


def eval_seq2seq(
    model: EncoderDecoder,
    question: Array,
    correct: Array,
    id_to_char: Mapping[int, str],
    report: Callable[[str], object] | None = None,
    is_reverse: bool = False,
) -> int:
    """1 if the greedy answer to question (1, T) or (T,) is `correct` (1 + S,), start symbol included, else 0.

    `report`, `print` for instance, is called with the question, turned again if it `is_reverse`, the right
    answer and the model's.
    """
    ids = to_cpu(question).reshape(1, -1)
    right = to_cpu(correct).reshape(-1)
    answer = to_cpu(model.generate(ids, int(right[0]), len(right) - 1))[0]
    equal = int(np.array_equal(answer, right[1:]))
    if report is not None:
        asked, true, guess = (
            "".join(id_to_char[int(c)] for c in text)
            for text in (ids[0, ::-1] if is_reverse else ids[0], right[1:], answer)
        )
        report(f"Q {asked}\nT {true}\n{'O' if equal else 'X'} {guess}\n---")
    return equal


def exact_matches(model: EncoderDecoder, questions: Array, corrects: Array, batch_size: int = 256) -> float:
    """The share of questions (n, T) answered as in corrects (n, 1 + S): `eval_seq2seq`, many at a time."""
    questions, right = to_cpu(questions), to_cpu(corrects)
    if not len(questions) == len(right) > 0:
        raise ValueError(
            f"as many answers as questions, at least one; {len(right)} and {len(questions)} came"
        )
    equal = 0
    for first in range(0, len(right), batch_size):
        wanted = right[first : first + batch_size]
        found = model.generate(questions[first : first + batch_size], int(right[0, 0]), right.shape[1] - 1)
        equal += int((to_cpu(found) == wanted[:, 1:]).all(axis=1).sum())
    return equal / len(right)
