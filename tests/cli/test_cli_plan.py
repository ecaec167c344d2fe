"""`plan`: figures before a training, on stdout, for people and programs."""

import json

from omnivec.store import memory


def test_a_plan_is_lines_on_stdout_and_writes_nothing(call, corpus, small):
    beside = sorted(corpus.parent.iterdir())
    code, out, err = call("plan", "word2vec", corpus, *small)
    assert code == 0
    assert [line[:11].strip() for line in out.splitlines()] == [
        "Text", "Kept", "Predicts", "Moves", "Memory", "", "Disk",
    ]  # fmt: skip
    assert [line.split()[0] for line in err.splitlines()] == ["Options", "Read"]
    assert max(map(len, out.splitlines())) <= 80
    assert sorted(corpus.parent.iterdir()) == beside


def test_a_plan_is_python_s(call, corpus, small):
    from omnivec import Word2Vec

    found = json.loads(call("plan", "word2vec", corpus, *small, "--json", "-q")[1])
    plan = Word2Vec(dim=16, epochs=2, threads=1, min_count=2).plan(corpus)
    assert (found["predictions"], found["disk"]) == (plan.predictions, plan.disk)
    assert (found["options"], found["fits"]) == (plan.options, plan.fits)


def test_a_plan_takes_presets_and_stdin(call, corpus):
    words = ("plan", "word2vec", "-", "--preset", "book", "--json", "-q")
    options = json.loads(call(*words, stdin=corpus.read_text())[1])["options"]
    assert (options["line_end"], options["negatives"], options["distinct_negatives"]) == ("<eos>", 5, True)


def test_a_plan_that_does_not_fit_says_so(call, corpus, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: (1000, "container"))
    code, out, _ = call("plan", "word2vec", corpus)
    assert code == 0 and "does not fit: 1.0 kB free (container)" in out


def test_plans_of_sentences_and_of_labels(call, corpus, tmp_path):
    small = ("--dim", 16, "--buckets", 100, "--min-count", 1)
    code, out, err = call("plan", "sent2vec", corpus, *small)
    assert code == 0 and "labels" not in out and len(out.splitlines()) == 7
    told = tmp_path / "told.tsv"
    told.write_text("what\ttext\nx\ta b\ny\tb c\n")
    columns = ("--text-column", "text", "--label-column", "what")
    code, out, err = call("plan", "classifier", told, *small, *columns)
    assert code == 0 and "words, 2 labels" in out, err
    assert max(map(len, out.splitlines())) <= 80
    assert json.loads(call("plan", "classifier", told, *small, *columns, "--json", "-q")[1])["labels"] == 2
