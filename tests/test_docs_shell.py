"""The commands that a page shows run one after the other, as a reader would type them."""

import gzip
import random
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from omnivec import Classifier, FastText, Vectors, Word2Vec
from omnivec.cli.app import VERBS, parser
from omnivec.evaluate.bias import published_test

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {
    page.stem: [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
        for line in block.splitlines()
        if line.startswith("omnivec ")
    ]
    for page in sorted(DOCS.glob("*.md"))
    if page.stem != "from-fasttext"  # has a test of its own, which runs its tables, too
}
SMALL = {"--dim": "16", "--epochs": "1", "--buckets": "500", "--min-count": "1"}
TAKE = {
    "fasttext": SMALL.keys(), "classifier": SMALL.keys(),
    "word2vec": ["--dim", "--epochs"], "collobert-weston": ["--epochs"],
}  # fmt: skip
PARSED = re.compile(
    r"\s(bless|stsb|trec|sst2|--suite korean)(?![-.\w])"  # sets that no package carries
    r"|omnivec baseline"  # learns a table of two million rows in each fold
)
WORDS = """
    the a of king queen man woman boy girl prince princess river tiger cat car train bread butter
    doctor nurse money bank computer keyboard television radio planet star sat by near old new york
    lake guitar wheat france paris italy rome apple boss teacher engineer mother father he she his
    her brother sister john amy paul joan mike lisa rose daisy lily tulip ant spider flea wasp love
    peace happy friend war hatred murder death
""".split()


def lines(count):
    """A text in which words of the sets that packages carry are frequent, and two words are a phrase."""
    draw = random.Random(1)
    weights = [1 / rank for rank in range(8, len(WORDS) + 8)]
    drawn = (draw.choices(WORDS, weights, k=9) for _ in range(count))
    return [" ".join([*line, *("san", "marino")[: 2 * draw.randrange(2)]]) for line in drawn]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with all that the pages name."""
    folder = tmp_path_factory.mktemp("pages")
    text = lines(2000)
    weat = published_test("WEAT6")
    career = [word for group in (*weat.targets, *weat.attributes) for word in group.words]
    text += [" ".join(career[start::4]) for start in range(4)] * 10
    pairs = [f"{word}\t{WORDS[place // 2]}\t{place % 10}" for place, word in enumerate(WORDS)]
    told = [("good", "bad", "spam")[place % 3] for place in range(60)]
    labelled = [f"__label__{label} {line}" for label, line in zip(told, text, strict=False)]
    sentences = [f"{place % 6}\t{line}\t{text[place + 1]}" for place, line in enumerate(text[:20])]
    sick = [
        "sentence_A\tsentence_B\trelatedness_score",
        *(f"{line}\t{line[3:]}\t{len(line)}" for line in text[:9]),
    ]
    trec = [f"{('DESC', 'NUM')[place % 2]}:x {line}" for place, line in enumerate(text[:40])]
    for names, content in {
        "corpus.txt text.txt field.txt sentences.txt kowiki.txt": text,
        "queries.txt texts.txt asked.txt rt-polarity.pos": text[:20],
        "rt-polarity.neg": text[30:50],
        "train.txt reviews.txt": labelled,
        "valid.txt test.txt": labelled[:30],
        "mine.tsv KO-WS-353.txt": pairs,
        "stsb-test.tsv": sentences,
        "sick-test.tsv": sick,
        "trec-train.tsv trec-test.tsv": trec,
        "questions-words.txt KO-analogies.txt": [
            ": family",
            "man woman king queen",
            "boy girl prince princess",
        ],
        "A.txt": WORDS[-16:-12],
        "B.txt": WORDS[-12:-8],
        "X.txt": WORDS[-8:-4],
        "Y.txt": WORDS[-4:],
        "titles.txt": ["boss", "nurse", "teacher"],
        "keep.txt": ["mother", "father"],
        "groups.tsv": ["king\troyal", "queen\troyal", "river\twater", "lake\twater"],
        "reviews.csv valid.csv": [
            "text,label",
            *(f"{line},{label}" for label, line in zip(told, text, strict=False)),
        ],
        "reviews.tsv": [
            "text\tlabel",
            *(f"{line}\t{label}" for label, line in zip(told, text, strict=False)),
        ],
        "posts.tsv": [f"1\t{label}\t{line}" for label, line in zip(told, text, strict=False)],
        "questions.csv": [
            "title,tags",
            *(f'{line},"{label},all"' for label, line in zip(told, text, strict=False)),
        ],
        "new.csv": ["text,id", *(f"{line},1" for line in text[:5])],
    }.items():
        for name in names.split():
            (folder / name).write_text("\n".join(content) + "\n", encoding="utf-8")
    (folder / "huge.txt.gz").write_bytes(gzip.compress((folder / "corpus.txt").read_bytes()))
    for year in range(12, 17):
        (folder / f"STS{year}").mkdir()
        (folder / f"STS{year}" / "STS.input.x.txt").write_text("".join(f"{a}\t{a[2:]}\n" for a in text[:9]))
        (folder / f"STS{year}" / "STS.gs.x.txt").write_text("".join(f"{score / 2}\n" for score in range(9)))
    model = Word2Vec(dim=16, epochs=1).fit(text)
    for name in ("wiki.omnivec", "old.omnivec", "new.omnivec", "model.omnivec", "MODEL", "OTHER", "other"):
        model.save(folder / name)
    model.vectors.save_word2vec_format(folder / "other.vec")
    general = Vectors(WORDS, np.random.default_rng(1).normal(size=(len(WORDS), 300)))
    for name in ("general.vec", "glove.6B.300d.txt"):
        general.save_word2vec_format(folder / name)
    FastText(dim=16, epochs=1, buckets=500).fit(text).save(folder / "words.omnivec")
    return folder


def small(words):
    """The call with less to train: where it says how much itself, its own words hold."""
    if words[0] == "classes":
        return [{"500": "5"}.get(word, word) for word in words]
    if words[0] == "autotune":  # the first trial is those options
        words = [*words, *(() if "--trials" in words else ("--trials", "1"))]
        return [
            *[{"30": "2"}.get(word, word) for word in words],
            *(part for item in SMALL.items() for part in item),
        ]
    taken = TAKE.get(words[1], []) if words[0] == "train" else []
    given = [(flag, value) for flag, value in SMALL.items() if flag in taken and flag not in words]
    return [*words, *(part for item in given for part in item)]


@pytest.mark.parametrize("page", [page for page, calls in PAGES.items() if calls])
def test_the_commands_of_a_page_run_in_its_order(page, files, call, tmp_path, monkeypatch):
    """None stumbles over what an earlier one has written. Some are only parsed."""
    for extra in ("sklearn", "matplotlib", "voyager", "kiwipiepy"):
        pytest.importorskip(extra)
    models = pytest.importorskip("gensim.models")
    folder = shutil.copytree(files, tmp_path / "page")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("OMNIVEC_DATA", raising=False)
    if page == "quantize":  # there the model is one of labels
        Classifier(dim=16, epochs=1, buckets=500).fit("train.txt").save("model.omnivec", overwrite=True)
    if page == "from-gensim":
        shutil.rmtree("new.omnivec")
        models.KeyedVectors.load_word2vec_format("other.vec").save("old.kv")
    for shown in PAGES[page]:
        command, _, source = shown.partition("#")[0].partition("<")
        words = shlex.split(command)[1:]
        if PARSED.search(command):
            parser().parse_args(words, exit_on_error=False, print_error=False)
            continue
        stdin = Path(source.strip()).read_text() if source else ""
        code, _, err = call(*small(words), stdin=stdin)
        assert code == 0, f"{shown}\n{err}"


@pytest.mark.parametrize(("page", "left_out"), [("index", set()), ("errors", {"demo"})])
def test_a_table_by_command_has_every_command(page, left_out):
    table = (DOCS / f"{page}.md").read_text(encoding="utf-8").split("## By command")[1].split("\n## ")[0]
    first = " ".join(row.split("|")[1] for row in table.splitlines() if row.startswith("|"))
    assert set(VERBS) - set(re.findall(r"`(\w+)", first)) == left_out
