"""python benchmarks/files/fasttext_files.py TEXT LABELLED: fastText's models, opened by both and given back.

Every kind of model is trained by fastText on the first 2 MB of a text, or of lines with labels, and opened by
both. Largest differences are of the vectors of all words and some unseen ones, and of probabilities of the
last lines; fastText adds 1e-5 to each before its logarithm, and looks those of ns and ova up in a table of
512 places, which is 8e-3.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fasttext
import numpy as np

from omnivec import load
from omnivec.store import formats

BYTES, LINES = 2_000_000, 150
KINDS = {
    "skip-gram": {"model": "skipgram"}, "cbow": {"model": "cbow"}, "skip-gram hs": {"loss": "hs"},
    "words alone": {"maxn": 0}, "supervised": {}, "word n-grams": {"wordNgrams": 3, "minn": 2, "maxn": 4},
    "supervised hs": {"loss": "hs"}, "supervised ns": {"loss": "ns"}, "one-vs-all": {"loss": "ova"},
    "quantised": {"wordNgrams": 2, "quantize": {}},
    "quantised, all flags": {"wordNgrams": 2, "quantize": {"qnorm": True, "qout": True, "cutoff": 3000}},
}  # fmt: skip
SUPERVISED = list(KINDS)[4:]
UNSEEN = ("unseenly", "한국어말", "é", "x", "zzyzx")


def train(kind: str, text: str, saved: str) -> None:
    """In a process of its own: with used memory fastText finds NaN in rows that it does not set."""
    options = {
        "dim": 20,
        "epoch": 3,
        "bucket": 50_000,
        "minCount": 2,
        "thread": 12,
        "verbose": 0,
        **KINDS[kind],
    }
    quantise = options.pop("quantize", None)
    learn = fasttext.train_supervised if kind in SUPERVISED else fasttext.train_unsupervised
    model = learn(text, **options)
    if quantise is not None:
        model.quantize(input=text, **quantise)
    model.save_model(saved)


def compared(kind: str, saved: Path, lines: list[str]) -> str:
    """A line of the table."""
    begin = time.perf_counter()
    theirs = fasttext.load_model(str(saved))
    middle = time.perf_counter()
    ours = load(saved)
    end = time.perf_counter()
    words = [word for word in theirs.get_words(on_unicode_error="replace")] + list(UNSEEN)
    vectors = max(np.abs(ours.vectors[word] - theirs.get_word_vector(word)).max() for word in words)
    again = saved.with_suffix(".again")
    formats.named("fasttext").write(again, ours.contents(), overwrite=True)
    same = "same" if again.read_bytes() == saved.read_bytes() else "other"
    chances = "" if ours.labels is None else f"{probabilities(ours, theirs, lines):.1e}"
    times = f"{middle - begin:.2f} {end - middle:.2f}"
    return f"{kind:22} {len(words):7,} {vectors:9.1e} {chances:>9} {same:>6}   {times}"


def probabilities(ours: object, theirs: object, lines: list[str]) -> float:
    """The largest difference among the first five labels of each line."""
    worst = 0.0
    for line, answer in zip(lines, ours.predict(lines, k=-1), strict=True):
        mine = dict(answer)
        for chance, label in theirs.f.predict(line + "\n", 5, 0.0, "strict"):
            worst = max(worst, abs(mine[label.removeprefix("__label__")] + 1e-5 - chance))
    return worst


def main() -> None:
    """The table."""
    if sys.argv[1] in KINDS:
        train(*sys.argv[1:])
        return
    fasttext.FastText.eprint = lambda *_: None
    with tempfile.TemporaryDirectory() as folder:
        texts = [Path(folder) / "text", Path(folder) / "labelled"]
        for source, text in zip(sys.argv[1:], texts, strict=True):
            with Path(source).open("rb") as file:
                text.write_bytes(file.read(BYTES).rpartition(b"\n")[0] + b"\n")
        last = texts[1].read_text(encoding="utf-8").splitlines()[-LINES:]
        lines = [
            " ".join(itertools.dropwhile(lambda word: word.startswith("__label__"), line.split()))
            for line in last
        ]
        print(
            f"{'model':22} {'words':>7} {'vectors':>9} {'labels':>9} {'bytes':>6}   "
            "seconds to open: fastText, omnivec"
        )
        for kind in KINDS:
            saved = Path(folder) / "model.bin"
            text = texts[kind in SUPERVISED]
            subprocess.run(
                [sys.executable, __file__, kind, str(text), str(saved)], check=True, capture_output=True
            )
            print(compared(kind, saved, lines), flush=True)


if __name__ == "__main__":
    main()
