"""docs/from-fasttext.md has every command, flag and call of fastText, and each of ours beside it runs."""

import random
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from omnivec import Classifier, FastText, autotune, load, quantize
from omnivec.cli import main

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "from-fasttext.md").read_text(encoding="utf-8")
COMMANDS = """
    skipgram cbow supervised test test-label predict predict-prob print-word-vectors print-sentence-vectors
    print-ngrams nn analogies dump quantize
""".split()
FLAGS = """
    input output verbose minCount minCountLabel wordNgrams bucket minn maxn t label lr lrUpdateRate dim ws
    epoch neg loss thread pretrainedVectors saveOutput seed autotune-validation autotune-metric
    autotune-predictions autotune-duration autotune-modelsize cutoff retrain qnorm qout dsub
""".split()
CALLS = """
    train_unsupervised train_supervised load_model tokenize get_word_vector get_sentence_vector
    get_nearest_neighbors get_analogies get_word_id get_label_id get_subwords get_subword_id get_input_vector
    get_input_matrix get_output_matrix get_dimension get_words get_labels get_line predict test test_label
    get_meter precision_recall_curve precision_at_recall recall_at_precision save_model quantize is_quantized
    set_matrices on_unicode_error
""".split()
WORDS = "king queen man woman river sat by the a of boy girl prince princess stone water wind".split()
SMALL = {"--dim": "16", "--buckets": "500", "--epochs": "1", "--min-count": "1", "--threads": "1"}
"""What a training of the page is given besides, so that it takes no time."""


WHERE = {
    "autotune train.txt valid.txt flags.omnivec --trials 1": "--metric --k --seconds --trials --size",
    "train classifier train.txt flags.omnivec": "--label-min-count --word-ngrams --label-prefix ova",
    "train fasttext corpus.txt flags.omnivec": "--start --freeze",
    "quantize labels.omnivec flags-small.omnivec": "--cutoff --norms --output --no-output --dsub",
}
WRITES = ("train", "autotune", "convert", "export", "embed", "quantize")
PLAN = "plan fasttext corpus.txt"
"""A call that takes a flag, and the flags; PLAN for all others."""


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def code(text):
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with the files that the page names."""
    folder, draw = tmp_path_factory.mktemp("world"), random.Random(1)
    lines = [" ".join(draw.choices(WORDS, k=12)) for _ in range(100)]
    (folder / "corpus.txt").write_text("\n".join(lines) + "\n")
    labelled = [f"__label__{'good' if 'king' in line else 'bad'} {line}\n" for line in lines]
    (folder / "train.txt").write_text("".join(labelled))
    (folder / "valid.txt").write_text("".join(labelled[:30]))
    (folder / "texts.txt").write_text("the king sat\na stone\n")
    (folder / "words.txt").write_text("king\nunseen\n")
    FastText(dim=16, buckets=500, epochs=1, min_count=1).fit(
        folder / "corpus.txt"
    ).vectors.save_word2vec_format(folder / "model.vec")
    preset = Classifier.preset("fasttext", dim=16, buckets=500, min_count=1)
    preset.fit(folder / "train.txt").save(folder / "labels.omnivec")
    assert (
        main(["export", str(folder / "labels.omnivec"), str(folder / "model.bin"), "--to", "fasttext"]) == 0
    )
    return folder


def in_the_page():
    listed = [
        command for row in rows("Commands") for command in code(row[1]) if command.startswith("omnivec ")
    ]
    python = [command for row in rows("Python") for command in code(row[1]) if command.startswith("omnivec ")]
    shell = re.findall(r"^(omnivec .*)$", "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.S)), re.M)
    return [*shell, *listed, *python]


def small(words):
    """A call with what makes a training small, where it says nothing else."""
    if words[0] not in ("train", "autotune"):
        return words
    return [*words, *(part for flag, value in SMALL.items() if flag not in words for part in (flag, value))]


def test_every_command_of_the_page_runs(call, world, monkeypatch, capsys):
    """In the order of the page, since one writes what the next one reads."""
    monkeypatch.chdir(world)
    commands = in_the_page()
    assert len(commands) > 30
    seen = {}
    for command in commands:
        words = small(shlex.split(command, comments=True)[1:])
        if words[0] in WRITES and "--overwrite" not in words:
            words.append("--overwrite")
        stdin = "man king woman\n" if words[0] == "analogy" else "king\n"
        code_, out, err = call(*words, stdin=stdin)
        assert code_ == 0, f"{command}\n{err}"
        seen[command] = out
    by_verb = {command.split()[1]: out for command, out in seen.items() if out}
    assert {"neighbors", "analogy", "classify", "evaluate", "info"} <= by_verb.keys()
    assert np.load("words.npy").shape == np.load("hidden.npy").shape == (2, 16)


def test_every_flag_of_the_page_is_taken(call, world, monkeypatch):
    monkeypatch.chdir(world)
    given = [flags for row in rows("Flags of training") for flags in code(row[2]) if flags.startswith("--")]
    assert len(given) > 20
    for flags in given:
        words = flags.split()
        if words[0] == "--freeze":
            words += ["--start", "model.vec"]
        call_ = next(
            (each for each, flags_ in WHERE.items() if set(flags_.split()) & set(words)), PLAN
        ).split()
        if words[0] == "--trials":
            call_ = call_[: call_.index("--trials")]
        more = [] if call_[0] == "plan" else ["--overwrite"]
        done, _, err = call(*small([*call_, *words]), *more)
        assert done == 0, f"{flags}\n{err}"


def test_every_call_of_the_page_runs(world, monkeypatch):
    monkeypatch.chdir(world)
    train = {"dim": 16, "buckets": 500, "min_count": 1, "epochs": 1}
    names = {
        "FastText": FastText, "Classifier": Classifier, "load": load, "autotune": autotune,
        "quantize": quantize, "texts": ["the king sat", "a stone"],
        "words": FastText(**train).fit("corpus.txt"), "labels": Classifier(**train).fit("train.txt"),
    }  # fmt: skip
    calls = [
        each for row in rows("Python") for each in code(row[1])
        if "..." not in each and (re.match(r'\w+[.(]|"\w+"[ .]', each))
    ]  # fmt: skip
    assert len(calls) > 30
    for each in calls:
        assert eval(each, names) is not NotImplemented, each  # noqa: S307  (what the page shows)


def test_all_of_fasttext_is_in_the_page():
    commands, flags, calls = section("Commands"), section("Flags of training"), section("Python")
    assert [name for name in COMMANDS if f"`fasttext {name} " not in commands] == []
    assert [name for name in FLAGS if not re.search(rf"`-{name}[` ]", flags + commands)] == []
    assert [name for name in CALLS if not re.search(rf"\b{name}\b", calls)] == []


@pytest.mark.parametrize("learner", ["fasttext", "classifier"])
def test_every_flag_of_fasttext_is_answered(call, learner, world):
    """One of ours that takes its place, or what to do; never a bare "unknown option"."""
    for name in FLAGS:
        done, _, err = call("train", learner, world / "train.txt", world / "never", f"-{name}", "1")
        assert done == 2 and f"unknown option -{name}" in err
        assert re.search(rf"-{name}(: \S|\. Did you mean --\S)", err), err
    assert not (world / "never").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_fasttext_is_answered(call, name):
    if name == "quantize":
        return  # a verb here, too
    done, _, err = call(name, "model")
    assert done == 2 and f"unknown command {name}. Did you mean " in err
