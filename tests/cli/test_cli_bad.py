"""Bad calls and bad input: one line each, the right exit code, nothing written."""

import json
import shutil
import threading

import pytest

BAD_CALLS = {
    "command": ("nieghbors", "unknown command nieghbors. Did you mean neighbors?"),
    "fasttext's command": ("nn model", "unknown command nn. Did you mean neighbors?"),
    "fasttext's training": ("supervised x", "Did you mean train classifier?"),
    "fasttext's prediction": ("predict-prob m -", "unknown command predict-prob. Did you mean classify?"),
    "fasttext's n-grams": ("print-ngrams m w", "unknown command print-ngrams. Did you mean info --subwords?"),
    "fasttext's joined letters": (
        "train fasttext TEXT OUT -qnorm 1",
        "unknown option -qnorm: omnivec quantize MODEL",
    ),
    "fasttext's input": (
        "train fasttext -input TEXT -output OUT",
        "unknown option -input: the text and the model are given without flags: omnivec train fasttext",
    ),
    "fasttext's names": ("train fasttext TEXT OUT -ws 5", "unknown option -ws. Did you mean --window?"),
    "unheard-of command": ("frobnicate", "unknown command frobnicate; omnivec --help lists the commands"),
    "learner": ("train word2vek in out", "unknown learner word2vek. Did you mean word2vec?"),
    "option": ("train word2vec TEXT OUT --dimm 3", "unknown option --dimm. Did you mean --dim?"),
    "option before the places": (
        "train word2vec --dimm 3 TEXT OUT",
        "unknown option --dimm. Did you mean --dim?",
    ),
    "option with = before the places": ("train word2vec --dimm=3 TEXT OUT", "--dimm. Did you mean --dim?"),
    "fastText's flag before the places": (
        "train word2vec -minCount 1 TEXT OUT",
        "unknown option -minCount. Did you mean --min-count?",
    ),
    "option in the place of a text": ("evaluate MODEL --jsn", "unknown option --jsn. Did you mean --json?"),
    "option and its value there": ("embed MODEL --recpe mean TEXT", "--recpe. Did you mean --recipe?"),
    "option that nothing is like": ("embed MODEL -x TEXT", "unknown option -x"),
    "several without a value": ("evaluate MODEL --similarity", "--similarity needs a value; see omnivec"),
    "gensim's option": (
        "train word2vec TEXT OUT --vector-size 3",
        "unknown option --vector-size. Did you mean --dim?",
    ),
    "word2vec.c's flag": ("train word2vec TEXT OUT -size 100", "unknown option -size. Did you mean --dim?"),
    "word2vec.c's cbow": ("train word2vec TEXT OUT -cbow 1", "option -cbow. Did you mean --model cbow?"),
    "word2vec.c's skip-gram": ("train word2vec TEXT OUT -cbow 0", "-cbow. Did you mean --model skipgram?"),
    "word2vec.c's hs": ("train word2vec TEXT OUT -hs 1", "unknown option -hs. Did you mean --loss hs?"),
    "word2vec.c's hs alone": ("train word2vec TEXT OUT -hs", "unknown option -hs. Did you mean --loss?"),
    "word2vec.c's input": (
        "train word2vec -train TEXT -output OUT",
        "unknown option -train: the text and the model are given without flags: omnivec train word2vec",
    ),
    "word2vec.c's format": ("train word2vec TEXT OUT -binary 1", "unknown option -binary: omnivec convert "),
    "gensim's flag": ("plan word2vec TEXT --sg=1", "unknown option --sg. Did you mean --model skipgram?"),
    "fastText's flags": ("train word2vec TEXT OUT -minCount 1", "-minCount. Did you mean --min-count?"),
    "fastText's vectors": (
        "train word2vec TEXT OUT -pretrainedVectors F",
        "Vectors: --start FILE begins with",
    ),
    "fastText's parts": ("train word2vec TEXT OUT -minn 3", "unknown option -minn: a word has no parts"),
    "choice": ("train word2vec TEXT OUT --loss nss", "did you mean 'ns'?"),
    "preset's ancestor lacks": (
        "train word2vec TEXT OUT --preset gensim --loss softmax",
        "preset gensim and loss softmax exclude each other: its ancestor has no such loss; leave out one",
    ),
    "idle option": (
        "train word2vec TEXT OUT --loss hs --negatives 5",
        "negatives and loss hs exclude each other: negatives speaks of loss ns; leave out one of them",
    ),
    "idle beside the preset": (
        "plan word2vec TEXT --preset cs224n --reduction sum",
        "reduction and model skipgram exclude each other: ",
    ),
    "freeze alone": ("train word2vec TEXT OUT --freeze", "--freeze needs --start FILE"),
    "checkpoint": (
        "train word2vec TEXT OUT --checkpoint 0",
        "checkpoint must lie between 0.001 and 1,000,000",
    ),
    "checkpoint in words": ("train word2vec TEXT OUT --checkpoint x", "checkpoint must be a number, got 'x'"),
    "plan's learner": ("plan word2vek in", "unknown learner word2vek. Did you mean word2vec?"),
    "plan's option": ("plan word2vec TEXT --dimm 3", "unknown option --dimm. Did you mean --dim?"),
    "preset": ("train word2vec TEXT OUT --preset gensm", "unknown preset gensm"),
    "dim": ("train word2vec TEXT OUT --dim 0", "dim must lie between 1 and 4,096, got 0"),
    "window": ("train word2vec TEXT OUT --window -1", "window must lie between 1 and "),
    "epochs": ("train word2vec TEXT OUT --epochs 0", "epochs must lie between 1 and "),
    "lr": ("train word2vec TEXT OUT --lr 1e9", "lr must lie between "),
    "not a number": ("train word2vec TEXT OUT --dim ten", "dim must be a whole number, got 'ten'"),
    "nan": ("train word2vec TEXT OUT --lr nan", "lr must lie between "),
    "no value": ("train word2vec TEXT OUT --dim", "--dim needs a value; see omnivec train word2vec --help"),
    "no flag": ("map MODEL", "map needs --output; see omnivec map --help"),
    "word of a verb": ("learn rnn --language de", "--language must be 'en' or 'ko', got 'de'"),
    "near word of a verb": ("evaluate MODEL --suite korea", "got 'korea'. Did you mean korean?"),
    "given twice": ("train word2vec TEXT OUT --dim 3 --dim 4", "--dim is given twice"),
    "no output": ("train word2vec TEXT", "train word2vec needs OUTPUT; see omnivec train word2vec --help"),
    "too much": ("train word2vec TEXT OUT more", "train word2vec does not take 'more'"),
    "too much beside letters": ("classify MODEL TEXT more -k3 -qv", "classify does not take 'more'"),
    "topn": ("neighbors MODEL king --topn 0", "topn must lie between 1 and "),
    "two words": ("analogy MODEL king queen", "analogy takes three words A B C"),
    "two kinds of answers": (
        "info MODEL --words 3 --verify",
        "--subwords and --verify exclude",
    ),
    "nothing to replace": ("learn one-hot --overwrite", "--overwrite needs --notebook FILE.ipynb"),
    "suffix": ("convert MODEL out.xyz", ".txt, .vec, .bin (.gz), or .omnivec or nothing for a model, "),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_a_wrong_call_is_one_line_and_exit_2(call, case, vectors_folder, corpus, tmp_path):
    words, message = BAD_CALLS[case]
    paths = {"MODEL": vectors_folder, "TEXT": corpus, "OUT": tmp_path / "out"}
    code, out, err = call(*(paths.get(word, word) for word in words.split()))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1 and err.startswith("omnivec: ") and message in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("dimm = 3", "unknown option dimm. Did you mean dim?"),
        ("vector_size = 3", "unknown option vector_size. Did you mean dim?"),
        ("dim = 0", "dim must lie between 1 and 4,096, got 0"),
        ('dim = "ten"', "dim must be a whole number, got 'ten'"),
        ("sg = 1", "unknown option sg. Did you mean model='skipgram'?"),
        ("compute_loss = true", "unknown option compute_loss: the loss is always there, in model.history"),
        ("[lr]\ncbow = 0.1", "lr must be a number, got {'cbow': 0.1}"),
    ],
)
def test_a_wrong_config_file_is_named_with_its_key(call, toml, message, corpus, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text(toml)
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", "--config", config)
    assert (code, err) == (2, f"omnivec: {config}: {message}\n")


def test_an_option_of_the_file_that_says_nothing_beside_a_flag_is_refused(call, corpus, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text("negatives = 9")
    words = ("train", "word2vec", corpus, tmp_path / "out", "--config", config, "--loss", "hs")
    assert call(*words)[::2] == (
        2,
        "omnivec: negatives and loss hs exclude each other: negatives speaks of loss ns; leave out one of "
        "them\n",
    )


def test_a_config_file_that_is_not_toml_is_bad_input(call, corpus, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text("dim : 3")
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", "--config", config)
    assert code == 1 and err.startswith(f"omnivec: {config}: not TOML: ")


BAD_TEXTS = {
    "empty": (b"", "empty"),
    "white space": (b" \n\t\n", ""),
    "binary": (b"\x7fELF\x00\x01\x02" * 100, "binary"),
    "rare words": (b"a b c d a\n", "'a', occurs 2 times); lower --min-count"),
    "one word": (b"a " * 50, ""),
}


@pytest.mark.parametrize("case", BAD_TEXTS)
def test_bad_text_is_one_line_and_exit_1(call, case, tmp_path):
    content, message = BAD_TEXTS[case]
    (tmp_path / "bad.txt").write_bytes(content)
    code, out, err = call("train", "word2vec", tmp_path / "bad.txt", tmp_path / "out", "-q")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 and err.startswith("omnivec: ") and message in err and "bad.txt" in err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.txt"]


@pytest.mark.parametrize(
    "words",
    [
        ("train", "word2vec", "corpsu.txt", "OUT"),
        ("neighbors", "corpsu.txt", "king"),
        ("info", "corpsu.txt"),
        ("convert", "corpsu.txt", "OUT"),
        ("demo", "corpsu.txt"),
        ("plan", "word2vec", "corpsu.txt"),
        ("train", "word2vec", "corpus.txt", "OUT", "--start", "corpsu.txt"),
        ("train", "word2vec", "corpus.txt", "OUT", "--heldout-text", "corpsu.txt"),
    ],
)
def test_a_missing_file_is_answered_with_one_beside_it(call, words, tmp_path, monkeypatch):
    (tmp_path / "corpus.txt").write_text("a b")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    code, _, err = call(*words)
    assert (code, err) == (1, "omnivec: corpsu.txt: no such file or folder. Did you mean corpus.txt?\n")


def test_a_start_of_no_known_format_is_answered_with_the_command_that_takes_it(call, tmp_path):
    (tmp_path / "corpus.txt").write_text("a b\n" * 9)
    code, _, err = call(
        "train", "word2vec", tmp_path / "corpus.txt", tmp_path / "out", "--start", tmp_path / "corpus.txt"
    )
    assert code == 1 and err.endswith("--from NAME of omnivec convert, which makes a model folder of it\n")


def test_a_link_to_nothing_is_told_as_one(call, tmp_path):
    (tmp_path / "link").symlink_to("gone")
    code, _, err = call("info", tmp_path / "link")
    assert (code, err) == (1, f"omnivec: {tmp_path}/link: a link to gone, where there is nothing\n")


@pytest.mark.parametrize(
    "words",
    [
        ("train", "word2vec", "", "OUT"),
        ("train", "word2vec", "TEXT", ""),
        ("train", "word2vec", "TEXT", "", "--resume"),
        ("train", "word2vec", "TEXT", "OUT", "--start", ""),
        ("plan", "word2vec", ""),
        ("neighbors", "", "king"),
        ("info", ""),
        ("convert", "", "OUT"),
        ("convert", "MODEL", ""),
        ("evaluate", "MODEL", "--similarity", ""),
        ("demo", ""),
    ],
)
def test_an_empty_path_is_not_the_folder_we_are_in(
    call, words, corpus, vectors_folder, tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "text.txt").write_text("a b " * 100)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "here")
    paths = {"MODEL": vectors_folder, "TEXT": corpus, "OUT": tmp_path / "out"}
    code, out, err = call(*(paths.get(word, word) for word in words))
    assert (code, out, err) == (1, "", "omnivec: a path is needed, got an empty one\n")
    assert not (tmp_path / "out").exists()


def test_an_unreadable_file_is_bad_input(call, tmp_path, monkeypatch):
    text = tmp_path / "secret.txt"
    text.write_text("a b c")
    text.chmod(0)
    try:
        text.read_bytes()
        pytest.skip("this user may read everything")
    except PermissionError:
        pass
    code, _, err = call("train", "word2vec", text, tmp_path / "out", "-q")
    assert code == 1 and len(err.splitlines()) == 1 and "secret.txt" in err


def test_an_existing_output_is_refused_before_the_work(call, vectors_folder, corpus):
    before = {path: path.read_bytes() for path in vectors_folder.iterdir()}
    code, _, err = call("train", "word2vec", corpus, vectors_folder)
    assert (code, err) == (1, f"omnivec: {vectors_folder} exists; choose another name or add --overwrite\n")
    assert {path: path.read_bytes() for path in vectors_folder.iterdir()} == before


@pytest.mark.parametrize("name", ["out.bin", "out.omnivec"])
def test_convert_does_not_replace_unasked(call, vectors_folder, tmp_path, name):
    (tmp_path / name).write_text("mine")
    code, _, err = call("convert", vectors_folder, tmp_path / name)
    assert code == 1 and "exists; choose another name or add --overwrite" in err
    assert (tmp_path / name).read_text() == "mine"


def copied(folder, target):
    import shutil

    return shutil.copytree(folder, target)


def truncate(folder):
    tables = folder / "model.safetensors"
    tables.write_bytes(tables.read_bytes()[:-100])


def age(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "version": 99}))


def strip(folder):
    (folder / "config.json").unlink()


@pytest.mark.parametrize(("damage", "message"), [(truncate, "model.safetensors"), (age, "99"), (strip, "")])
@pytest.mark.parametrize("verb", ["info", "neighbors", "convert"])
def test_a_damaged_model_is_one_line_and_exit_1(call, damage, message, verb, vectors_folder, tmp_path):
    folder = copied(vectors_folder, tmp_path / "copy.omnivec")
    damage(folder)
    more = {"info": [], "neighbors": ["king"], "convert": [tmp_path / "out.txt"]}[verb]
    code, out, err = call(verb, folder, *more)
    assert (code, out) == (1, "")
    assert (
        len(err.splitlines()) == 1
        and err.startswith("omnivec: ")
        and message in err
        and "copy.omnivec" in err
    )
    assert not (tmp_path / "out.txt").exists()


def test_an_unknown_word_is_answered_with_near_ones(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "king", "kng")
    assert (code, out, err) == (1, "", "omnivec: unknown word 'kng'; near: 'king'\n")


def test_errors_are_json_when_asked(call, vectors_folder):
    code, out, err = call("neighbors", vectors_folder, "kng", "--json")
    assert (code, out) == (1, "")
    assert json.loads(err) == {
        "error": "unknown word 'kng'; near: 'king'",
        "kind": "UnknownKey",
        "near": ["king"],
    }


def test_too_little_memory_is_exit_3(call, corpus, tmp_path, monkeypatch):
    from omnivec.store import memory

    monkeypatch.setattr(memory, "available", lambda: (1000, "container"))
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", "-q")
    assert code == 3 and err.startswith("omnivec: needs ") and len(err.splitlines()) == 1


def test_a_failure_of_our_own_is_one_line_too(call, vectors_folder, monkeypatch):
    monkeypatch.setattr("omnivec.cli.ask.among.Among.opened", lambda *_: 1 / 0)
    code, _, err = call("neighbors", vectors_folder, "king")
    assert (
        code == 1
        and err.startswith("omnivec: internal error: ZeroDivisionError")
        and len(err.splitlines()) == 1
    )
    assert "Traceback" in call("neighbors", vectors_folder, "king", "-v")[2]


def test_a_word_that_looks_like_an_option_is_told_where_to_go(call, vectors_folder):
    code, _, err = call("neighbors", vectors_folder, "-lrb-")
    assert (code, err) == (2, "omnivec: unknown option -lrb-; words that begin with - go after --\n")
    assert call("neighbors", vectors_folder, "--", "-lrb-")[2] == "omnivec: unknown word '-lrb-'\n"


def test_a_full_disk_is_told_before_the_training(call, corpus, small, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**6, 10**6, 1000))
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", *small)
    assert code == 1 and "on the disk, 1.0 kB free; free some room" in err.splitlines()[-1]
    assert "Memory" in err and "Training" not in err


def test_a_missing_folder_of_an_output_is_named(call, vectors_folder, tmp_path):
    for name in ("out.txt", "out.omnivec"):
        code, _, err = call("convert", vectors_folder, tmp_path / "gone" / name)
        assert (code, err) == (
            1,
            f"omnivec: {tmp_path}/gone/{name}: there is no folder {tmp_path}/gone; create it first\n",
        )


def test_a_system_that_gives_no_more_threads_is_one_line(call, corpus, tmp_path, monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    code, _, err = call("train", "word2vec", corpus, tmp_path / "out", "-q")
    assert (code, err) == (1, "omnivec: the system starts no further thread; lower --threads\n")


def test_a_named_option_is_named_as_a_flag(call, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 " * 9)
    code, _, err = call(
        "train", "word2vec", tmp_path / "latin.txt", tmp_path / "out", "--encoding-errors", "strict"
    )
    assert code == 1 and err.endswith("; see --encoding-errors\n")
    (tmp_path / "bare.txt").write_text("a fine day\n" * 3)
    code, _, err = call("train", "classifier", tmp_path / "bare.txt", tmp_path / "out")
    assert code == 1 and err.endswith("; set --label-prefix, or name its column, --label-column\n")
    (tmp_path / "few.txt").write_text("__label__a a fine day\n__label__b cold rain\n")
    flags = ("--label-min-count", "9")
    code, _, err = call("train", "classifier", tmp_path / "few.txt", tmp_path / "out", *flags)
    assert code == 1 and err.endswith("; lower --label-min-count\n")
