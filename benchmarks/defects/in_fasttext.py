"""in_fasttext.py D15: whether a defect is in the fastText that is installed, as a JSON object.

Each check compares what fastText did with what it would have done without the defect.
"""

from __future__ import annotations

import importlib.metadata
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import fasttext
import numpy as np

from defects.finding import Finding, main, raised

LABELLED = "".join(f"__label__{letter} {letter}1 {letter}2 {letter}3\n" for letter in "xyz") * 50
ALLOWED = 2 << 30
"""Bytes of a process that loads a file which may fill the memory."""

KEPT = {"verbose": 0, "thread": 1, "minCount": 1, "dim": 8}
Model = fasttext.FastText._FastText


def written(text: str | bytes, name: str = "text.txt") -> str:
    """A file of this text in the working folder, which is a temporary one."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def words(text: str, **options: object) -> Model:
    """An unsupervised model without n-grams of letters."""
    return fasttext.train_unsupervised(written(text), **{**KEPT, "maxn": 0, "bucket": 0, **options})


def labels(text: str | bytes = LABELLED, **options: object) -> Model:
    """A classifier."""
    return fasttext.train_supervised(written(text), **{**KEPT, **options})


def predicted(model: Model, text: str, k: int = -1) -> list[tuple[float, str]]:
    """`predict` without the step that fails under NumPy 2 (D23)."""
    return model.f.predict(text + "\n", k, 0.0, "strict")


def saved(model: Model) -> bytes:
    """The bytes of its file."""
    model.save_model("model.bin")
    return Path("model.bin").read_bytes()


def opened_elsewhere(path: str) -> str:
    """How a process that loads a file ended."""
    code = f"import fasttext; fasttext.FastText.eprint = print; fasttext.load_model({path!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ALLOWED, ALLOWED)),
    )  # fmt: skip
    if done.returncode < 0:
        return f"{signal.Signals(-done.returncode).name}, {done.stderr.strip().splitlines()[-1]}"
    return done.stderr.strip().splitlines()[-1] if done.returncode else "loaded"


def d15() -> Finding:
    """Rows that are left as memory was; twin blocks; seeds 0 and 1 alike."""
    text = "a b c d e f g\n" * 20
    model = words(text, maxn=3, minn=3, bucket=20_000, epoch=0)
    touched = float((model.get_input_matrix() != 0).any(1).mean())
    many = words(text, maxn=3, minn=3, bucket=20_000 - 8, epoch=0, thread=10).get_input_matrix().ravel()
    tenth = len(many) // 10
    twins = np.array_equal(many[:tenth], many[tenth : 2 * tenth])
    one, two = (saved(labels(seed=seed)) for seed in (0, 1))
    return (
        touched < 0.2 and twins and one == two,
        f"with one thread {touched:.0%} of the rows are set; two tenths are {'' if twins else 'not '}"
        f"equal; seeds 0 and 1 give {'the same' if one == two else 'other'} bytes",
    )


def d16() -> Finding:
    """Two threads give other results each time."""
    text = "".join(f"w{n % 97} w{n % 89} w{n % 83} w{n % 79}\n" for n in range(20_000))
    results = {words(text, thread=2).get_input_matrix().tobytes() for _ in range(4)}
    return len(results) > 1, f"{len(results)} results of 4 runs with two threads"


def d17() -> Finding:
    """An epoch ends when as many kept tokens have passed as there are tokens at all: more passes."""
    lines = [
        [f"w{k}" for k in range(8) if n % (k + 1) == 0] for n in range(400)
    ]  # no two words occur as often
    common = "".join(" ".join(line) + "\n" for line in lines)
    rare = "".join(
        " ".join([*line, *(f"r{n}x{i}" for i in range(len(line) + 1))]) + "\n" for n, line in enumerate(lines)
    )
    options = {"minCount": 2, "t": 1.0}  # t: nothing is thinned out, whatever the total
    once, twice = (words(common, epoch=epochs, **options).get_input_matrix() for epochs in (1, 2))
    found = words(rare, epoch=1, **options).get_input_matrix()
    return (
        np.array_equal(found, twice) and not np.array_equal(found, once),
        "one epoch over a text of which half is pruned has the bits of two epochs over the other half",
    )


def d18() -> Finding:
    """Of two labels of a line one is drawn: where both are right, nothing had to be learned."""
    output = labels("__label__x __label__y a b c\n", epoch=1).get_output_matrix()
    alone = labels("__label__x a b c\n__label__y a b c\n", epoch=1).get_output_matrix()
    return bool(
        output.any() and alone.any()
    ), f"output rows of both labels move by {np.abs(output).max():.1e}"


def d19() -> Finding:
    """Probabilities beyond 1, and none below 1e-5."""
    chances = [chance for chance, _ in predicted(labels(epoch=500, lr=2.0), "x1 x2 x3")]
    return (
        max(chances) > 1 and 1e-5 <= min(chances) < 2e-5 and abs(sum(chances) - 1) > 2e-5,
        f"{max(chances):.6f} and {min(chances):.6f}, in sum {sum(chances):.6f}",
    )


def d20() -> Finding:
    """Unsupervised models are not quantised."""
    told = raised(words(LABELLED).quantize, ValueError)
    return bool(told), told


def d21() -> Finding:
    """A file is believed: cut in its words it fills the memory, cut in its numbers it is loaded."""
    whole = saved(labels())
    written(whole[:100], "words.bin")
    written(whole[: len(whole) - 64], "numbers.bin")
    inside, behind = opened_elsewhere("words.bin"), opened_elsewhere("numbers.bin")
    return (
        behind == "loaded" and "alloc" in inside,
        f"cut in its words, with {ALLOWED >> 20} MB allowed: {inside}; cut in its numbers: {behind}",
    )


def d22() -> Finding:
    """A model cannot go to another process."""
    told = raised(lambda: pickle.dumps(labels()), TypeError)
    return bool(told), told


def d23() -> Finding:
    """`predict` fails with NumPy 2."""
    told = raised(lambda: labels().predict("x1"), ValueError)
    return bool(told) and int(np.__version__.partition(".")[0]) >= 2, f"NumPy {np.__version__}: {told}"


def d24() -> Finding:
    """There is no wheel of it: what is installed was compiled on this machine."""
    tags = importlib.metadata.distribution("fasttext").read_text("WHEEL") or ""
    tag = next(line.partition(": ")[2] for line in tags.splitlines() if line.startswith("Tag:"))
    return "manylinux" not in tag and "macosx_1" not in tag, f"installed from a wheel tagged {tag}"


def d25() -> Finding:
    """Bytes that are no UTF-8 end in an exception, or not, depending on the call."""
    text = b"__label__\xff a b\n__label__y c d\n"
    model = labels(text)
    heeded = not raised(lambda: model.get_labels(on_unicode_error="replace"), UnicodeDecodeError)
    calls = {"labels": lambda: model.labels, "test_label": lambda: model.test_label("text.txt")}
    told = {name: raised(call, UnicodeDecodeError) for name, call in calls.items()}
    return (
        all(told.values()),
        f"{', '.join(name for name in told if told[name])}: UnicodeDecodeError, and no choice; get_labels "
        f"{'heeds' if heeded else 'does not heed'} on_unicode_error",
    )


def d26() -> Finding:
    """The vector of a sentence is not the mean of its words' vectors."""
    model = words(LABELLED)
    mean = np.mean([model.get_word_vector(word) for word in ("x1", "y2")], 0)
    sentence = model.get_sentence_vector("x1 y2")
    other = float(np.abs(sentence - mean).max())
    lengths = f"{np.linalg.norm(sentence):.3f} and {np.linalg.norm(mean):.3f}"
    return other > 0.1, f"the vector of two words and the mean of get_word_vector have the lengths {lengths}"


def d27() -> Finding:
    """Nothing goes on with a model: its own file is refused as a beginning."""
    words(LABELLED).save_model("model.bin")
    told = raised(lambda: words(LABELLED, pretrainedVectors="model.bin"), ValueError, RuntimeError)
    return bool(told) and not hasattr(Model, "train"), f"pretrainedVectors=model.bin: {told}"


def d28() -> Finding:
    """Texts must be in a file."""
    told = raised(lambda: fasttext.train_supervised(input=iter([LABELLED])), TypeError)
    return bool(told), told


def d31() -> Finding:
    """A rate that is too high: an error that does not say where."""
    told = raised(lambda: labels(lr=1e30, epoch=50), RuntimeError)
    return bool(told) and not any(sign.isdigit() for sign in told), told


def d32() -> Finding:
    """The label prefix is not in the file; in a pruned model rows of n-grams are wrong."""
    text = LABELLED.replace("__label__", "@")
    model = labels(text, label="@")
    saved(model)
    there, lost = (
        "@new" not in made.get_line("@new x1")[0] for made in (model, fasttext.load_model("model.bin"))
    )
    many = "".join(f"__label__{n % 2} word{n} word{n + 1}\n" for n in range(400))
    pruned = labels(many, minn=2, maxn=4, bucket=5000)
    pruned.quantize(cutoff=300)
    row = max(pruned.get_subword_id(gram) for gram in ("<wo", "wor", "ord", "rd1", "d12"))
    return (
        there and not lost and row >= 300,
        f"@new is a label where it was trained, {'and' if lost else 'and not'} where the file was opened; "
        f"of 300 rows that are left, an n-gram has row {row:,}",
    )


def d33() -> Finding:
    """Words end at white space alone, and not at every one."""
    found = fasttext.tokenize("私は猫です\u3000吾輩")
    return len(found) == 1, f"{len(found)} token"


def d40() -> Finding:
    """sent2vec's file is opened as one of its own, floret's ends the process."""
    matrix = struct.pack("<qq", 45, 4) + np.ones((45, 4), "<f4").tobytes()
    output = struct.pack("<?qq", False, 4, 4) + np.ones((4, 4), "<f4").tobytes()

    def file(version: int, model: int, more: tuple[int, ...]) -> bytes:
        numbers = (793712314, version, 4, 5, 5, 1, 5, 1, 2, model, 40, 3, 6, *more, 100)
        head = struct.pack(f"<{len(numbers)}i", *numbers)
        entries = b"".join(word + struct.pack("<xqB", 9, 0) for word in (b"a", b"b", b"c", b"d"))
        return head + struct.pack("<d3iqq", 1e-4, 4, 4, 0, 99, -1) + entries

    written(file(11, 4, ()) + b"\0" + matrix + output, "sent2vec.bin")
    rows = struct.pack("<qq", 44, 4) + np.ones((44, 4), "<f4").tobytes()
    written(file(12, 2, (2, 2)) + b"\0" + rows + output, "floret.bin")
    one, two = opened_elsewhere("sent2vec.bin"), opened_elsewhere("floret.bin")
    return one == "loaded" and two != "loaded", f"sent2vec: {one}; floret: {two}"


if __name__ == "__main__":
    fasttext.FastText.eprint = lambda *_: None
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main(globals(), importlib.metadata.version("fasttext"))
