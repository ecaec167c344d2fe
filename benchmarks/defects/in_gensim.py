"""in_gensim.py D04: whether a defect is in the gensim that is installed, as a JSON object.

Each check compares what gensim did with what it would have done without the defect.
"""

from __future__ import annotations

import resource
import struct
import sys
import tempfile
from pathlib import Path

import gensim
import numpy as np
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.fasttext import load_facebook_model

from defects.finding import Finding, main, raised

RATE = 1e-3
WORDS = ["a", "b", "c", "d", "e", "f"]
KEPT = {"min_count": 1, "sample": 0, "workers": 1, "seed": 1}


def model(text: list[list[str]], **options: object) -> Word2Vec:
    """Trained for an epoch at one small rate, with a tree, so that nothing is drawn but windows' radii."""
    common = {"hs": 1, "negative": 0, "shrink_windows": False, "alpha": RATE, "min_alpha": RATE, "epochs": 1}
    made = Word2Vec(vector_size=4, **{**KEPT, **common, **options})
    made.build_vocab(text)
    return made


def again(made: Word2Vec, text: list[list[str]]) -> None:
    """One more epoch."""
    made.train(text, total_examples=len(text), epochs=1)


def steps(mean: int) -> tuple[float, float]:
    """Mean distance of the rows of a cbow from where the undivided and the divided step lead, over a step."""
    text = [WORDS]
    made = model(text, sg=0, cbow_mean=mean, window=9)
    draw = np.random.default_rng(0)
    made.syn1[:] = draw.normal(size=made.syn1.shape)
    rows, nodes = made.wv.vectors.astype(np.float64), made.syn1.astype(np.float64)
    undivided, divided = rows.copy(), rows.copy()
    for target in WORDS:
        context = [made.wv.key_to_index[word] for word in WORDS if word != target]
        hidden = rows[context].mean(0) if mean else rows[context].sum(0)
        codes, points = made.wv.get_vecattr(target, "code"), made.wv.get_vecattr(target, "point")
        wrong = 1 - codes - 1 / (1 + np.exp(-nodes[points] @ hidden))
        step = RATE * wrong @ nodes[points]
        undivided[context] += step
        divided[context] += step / len(context)
    again(made, text)
    size = np.abs(undivided - rows).mean()
    return (
        float(np.abs(made.wv.vectors - undivided).mean() / size),
        float(np.abs(made.wv.vectors - divided).mean() / size),
    )


def d01() -> Finding:
    """Cbow of a mean: the whole gradient for every word, where each has a share in the mean."""
    undivided, divided = steps(mean=1)
    return undivided < 0.1 < divided, f"rows lie {undivided:.0%} of a step from the undivided gradient's"


def d02() -> Finding:
    """Cbow of a sum: the gradient over the number of words, though each went in whole."""
    undivided, divided = steps(mean=0)
    return divided < 0.1 < undivided, f"rows lie {divided:.0%} of a step from the divided gradient's"


def d03() -> Finding:
    """A pair with a score beyond 6 on the wrong side learns nothing."""
    moved = {}
    for score in (5.0, 7.0):
        text = [["a", "b"]]
        made = model(text, sg=1, window=1)
        rows = made.wv.vectors
        rows[:] = 1.0
        signs = [1 - 2 * int(made.wv.get_vecattr(word, "code")[0]) for word in made.wv.index_to_key]
        rows *= np.array(signs[::-1], np.float32)[
            :, None
        ]  # the row of a predicts b, and that of b predicts a
        made.syn1[:] = -score / 4
        before = rows.copy()
        again(made, text)
        moved[score] = float(np.abs(made.wv.vectors - before).max())
    return (
        moved[5.0] > RATE and moved[7.0] == 0,
        f"a score of -5 moves a row by {moved[5.0]:.1e}, one of -7 by {moved[7.0]:g}",
    )


def d04() -> Finding:
    """The tail of a list of more than 10,000 tokens trains nothing."""
    text = [["a", "b"] * 5000 + ["c", "d"] * 500]
    made = model(text, sg=1, window=1)
    made.syn1[:] = 0.1
    before = made.wv.vectors.copy()
    again(made, text)
    moved = {word: bool((made.wv[word] != before[made.wv.key_to_index[word]]).any()) for word in "ac"}
    return moved == {"a": True, "c": False}, "of 11,000 tokens the last 1,000 move no row"


class _Loss(CallbackAny2Vec):
    """What the loss is said to be after each epoch."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def on_epoch_end(self, model: Word2Vec) -> None:
        self.told.append(float(model.get_latest_training_loss()))


def d05() -> Finding:
    """The loss is a running sum, and none for FastText."""
    text, told = [WORDS] * 50, {}
    for kind in (Word2Vec, FastText):
        listener, made = _Loss(), kind(vector_size=4, **KEPT)
        made.build_vocab(text)
        made.train(text, total_examples=50, epochs=4, compute_loss=True, callbacks=[listener])
        told[kind.__name__] = listener.told
    running, none = told["Word2Vec"], told["FastText"]
    grows = running[-1] > 3 * running[0] > 0
    return grows and not any(
        none
    ), f"after epochs 1 to 4: {', '.join(f'{x:.0f}' for x in running)}; FastText 0"


def d06() -> Finding:
    """sample=100 should thin what occurs more than 100 times; it begins at 685."""
    text = [["a"] * 600 + ["b"] * 700]
    made = model(text, sample=100)
    always = {word: int(made.wv.get_vecattr(word, "sample_int")) == 2**32 - 1 for word in "ab"}
    return always == {"a": True, "b": False}, "a word of 600 is never left out, one of 700 is"


def d07() -> Finding:
    """New words stand behind rarer ones, are counted in the new text alone, and old nodes get other codes."""
    made = model([["a"] * 30 + ["b"] * 20 + ["c"] * 10 + ["d"] * 3], min_count=5, sg=1)
    codes = {word: made.wv.get_vecattr(word, "code").tolist() for word in "abc"}
    nodes = made.syn1.copy()
    made.build_vocab([["e"] * 90 + ["f"] * 80 + ["d"] * 3], update=True)
    counts = [int(made.wv.get_vecattr(word, "count")) for word in made.wv.index_to_key]
    order = counts != sorted(counts, reverse=True)
    forgotten = "d" not in made.wv.key_to_index  # 6 times in both texts, 5 are asked for
    changed = [word for word in "abc" if made.wv.get_vecattr(word, "code").tolist() != codes[word]]
    same_nodes = np.array_equal(made.syn1[: len(nodes)], nodes)
    return (
        order and forgotten and bool(changed) and same_nodes,
        f"counts in order of rows {counts}; d, 3 + 3 times, left out; other codes for {', '.join(changed)} "
        "over the same nodes",
    )


def d08() -> Finding:
    """intersect_word2vec_format ends in an IndexError."""
    made = Word2Vec([WORDS] * 5, vector_size=4, **KEPT)
    with tempfile.TemporaryDirectory() as folder:
        made.wv.save_word2vec_format(f"{folder}/v.txt")
        told = raised(lambda: made.wv.intersect_word2vec_format(f"{folder}/v.txt", lockf=0.0), IndexError)
    return bool(told), told or "it returned"


def d09() -> Finding:
    """load_facebook_model takes a multiple of the file. 120 MB in the same shares stand in for the 7 GB of
    cc.*.300.bin.
    """
    rows, dim = 100_000, 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        _facebook(path, [f"word{number}" for number in range(rows)], rows, dim)
        size, before = path.stat().st_size, _peak()
        load_facebook_model(str(path))
        times = (_peak() - before) / size
    return times > 1.5, f"a file of {size / 1e6:.0f} MB took {times:.1f} times as much"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _facebook(path: Path, words: list[str], buckets: int, dim: int) -> None:
    """A skip-gram model of fastText, version 12, of zeros."""
    numbers = (793712314, 12, dim, 5, 5, 1, 5, 1, 2, 2, buckets, 3, 6, 100)
    head = struct.pack("<14id", *numbers, 1e-4) + struct.pack("<3iqq", len(words), len(words), 0, 90, -1)
    entries = b"".join(word.encode() + struct.pack("<xqB", 9, 0) for word in words)
    with path.open("wb") as file:
        file.write(head + entries)
        for rows in (len(words) + buckets, len(words)):
            file.write(struct.pack("<?qq", False, rows, dim))
            np.zeros((rows, dim), np.float32).tofile(file)


def d10() -> Finding:
    """The text reader splits from the left: a word with a space shifts its numbers."""
    return _refused("1 2\nnew york 1 2\n")


def _refused(vectors: str) -> Finding:
    """Whether a text of vectors is refused, and how."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.txt"
        path.write_text(vectors)
        told = raised(lambda: KeyedVectors.load_word2vec_format(str(path)), ValueError)
    return bool(told), told or "it is read"


def d12() -> Finding:
    """The names of before 4.0 end in an error that does not name the new ones."""
    pairs = (("size", "vector_size"), ("iter", "epochs"))
    told = {now: raised(lambda name=name: Word2Vec([WORDS], **{name: 4}), TypeError) for name, now in pairs}
    return (
        all(text and now not in text for now, text in told.items()),
        "TypeErrors for size and iter, without vector_size and epochs in them",
    )


def d14() -> Finding:
    """σ(0) is read from the table as .494."""
    text = [["a", "b"]]
    made = model(text, sg=1, window=1)
    made.syn1[:] = 0
    made.wv.vectors[0], made.wv.vectors[1] = 0.0, [1, 0, 0, 0]  # only the second moves the node
    again(made, text)
    moved = float(made.syn1[0, 0]) / RATE  # label - σ(0)
    read = 1 - moved if moved > 0 else -moved
    return abs(read - 0.5) > 0.004, f"σ(0) is {read:.3f}"


def d46() -> Finding:
    """A text without a header is refused unless somebody says that there is none."""
    return _refused("the 0.1 0.2\nof 0.3 0.4\n")


if __name__ == "__main__":
    main(globals(), gensim.__version__)
