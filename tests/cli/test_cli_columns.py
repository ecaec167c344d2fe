"""Texts and labels in columns of a table, in Python and on the command line."""

from __future__ import annotations

import csv
import io
import json

import pytest

from omnivec import Classifier, InputError, OptionError, load
from omnivec.data.columns import Columns, Rows
from omnivec.evaluate.classification import classification

BOTH = Columns(text="text", label="label")
PAIRS = [
    ('the "subway" is,\nlate', ["New York, NY"]), ("un café  crème", ["Paris 1er"]),
    ("\tno\rlabel", []), ("", ["Paris 1er"]), ("x" * 200_000, ["New York, NY"]),
]  # fmt: skip


def table(rows, **dialect) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue().encode()


def read(data: bytes, columns: Columns = BOTH, **more):
    return list(Rows(io.BytesIO(data), columns, **more))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("lineterminator", ["\n", "\r\n"])
def test_what_the_csv_module_writes_is_read(delimiter, lineterminator):
    rows = [
        ["id", "label", "text"],
        *([str(n), *labels, text] for n, (text, labels) in enumerate(PAIRS) if labels),
    ]
    data = table(rows, delimiter=delimiter, lineterminator=lineterminator)
    columns = Columns(text="text", label="label", delimiter=None if delimiter in ",\t" else delimiter)
    wanted = [pair for pair in PAIRS if pair[1]]
    assert read(data, columns) == wanted
    assert read(b"\xef\xbb\xbf" + data, columns) == wanted


def test_columns_by_number_have_no_row_of_names():
    data = b"0\tgood\ta fine day\n\n1\tbad\tcold wind\n"
    assert read(data, Columns(text="3", label="2")) == [("a fine day", ["good"]), ("cold wind", ["bad"])]
    assert read(data, Columns(text="3")) == [("a fine day", []), ("cold wind", [])]


def test_several_labels_of_a_cell_are_parted():
    data = b"text,label\na,x; y ;\nb,\n"
    assert read(data, Columns(text="text", label="label", separator=";")) == [("a", ["x", "y"]), ("b", [])]
    assert read(data) == [("a", ["x; y ;"]), ("b", [])]


def test_bare_quotes_are_read_where_they_are_characters():
    data = b'label\ttext\ngood\t"fine" day\n'
    with pytest.raises(InputError, match="line 2 is no CSV"):
        read(data)
    assert read(data, Columns(text="text", label="label", quotes=False)) == [('"fine" day', ["good"])]


def test_the_limit_of_other_readers_stays():
    before = csv.field_size_limit()
    read(table([["text", "label"], ["y" * 200_000, "x"]]))
    assert csv.field_size_limit() == before


def test_invalid_utf_8_is_counted_or_refused(caplog):
    data = b"text,label\na\xff,x\n\xffb,y\n"
    assert read(data) == [("a\ufffd", ["x"]), ("\ufffdb", ["y"])]
    assert "2 lines were not valid UTF-8 (replace)" in caplog.text
    read(data[:15])
    assert "1 line was not valid UTF-8 (replace)" in caplog.text
    assert read(data, encoding_errors="ignore")[0] == ("a", ["x"])
    with pytest.raises(InputError, match="byte 0xFF in line 2"):
        read(data, encoding_errors="strict")


BAD = {
    "no such column": (b"id,text\n1,a\n", BOTH, "no column 'label'; there is 'id', 'text'"),
    "two of a name": (b"text,text,label\n", BOTH, "more than one column 'text'"),
    "no such number": (b"a,b\n", Columns(text="2", label="3"), "no column 3: its first line has 2"),
    "more cells": (b"text,label\na,x\na, b,x\n", BOTH, "line 3 has 3 cells, the first has 2; .* a comma"),
    "fewer cells": (b"text\tlabel\na\n", BOTH, "line 2 has 1 cells, the first has 2; .* a tab"),
    "an open quote": (b'text,label\n"a,x\nb,y\n', BOTH, "line 3 is no CSV"),
    "a zero byte": (b"text,label\na\0,x\n", BOTH, "zero byte at 12"),
    "UTF-16": ("text,label\n".encode("utf-16"), BOTH, "expected UTF-8, got UTF-16"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_tables_are_named_by_line(what):
    data, columns, message = BAD[what]
    with pytest.raises(InputError, match=message):
        read(data, columns)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"text": "text", "label": "2"}, "named or numbered, both alike"),
        ({"text": "1", "label": "0"}, "from 1 on"),
        ({"text": "a", "label": "a"}, "different columns"),
        ({"text": "a", "separator": ""}, "got an empty one"),
        ({"text": "a", "delimiter": "tabs"}, "one character, or tab, comma"),
        ({"text": "a", "delimiter": '"'}, "one character, or tab, comma"),
    ],
)
def test_columns_that_cannot_be_are_refused(given, message):
    with pytest.raises(OptionError, match=message):
        Columns(**given)


def rows(count: int = 60) -> list[list[str]]:
    kinds = [("New York, NY", "subway bagel,"), ("Paris", 'metro "croissant"')]
    return [[kinds[number % 2][0], f"{kinds[number % 2][1]}\nc{number % 7}"] for number in range(count)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table with names, one without, and a model that learned from it."""
    made = tmp_path_factory.mktemp("tables")
    (made / "named.csv").write_bytes(table([["label", "text"], *rows()]))
    (made / "plain.tsv").write_bytes(table(rows(), delimiter="\t"))
    options = {"dim": 8, "epochs": 12, "lr": 0.5, "threads": 1}
    Classifier(**options).fit(Rows(made / "named.csv", BOTH)).save(made / "model")
    return made


def test_a_table_teaches_what_its_pairs_do(folder):
    pairs = [(text, label) for label, text in rows()]
    model, options = load(folder / "model"), {"dim": 8, "epochs": 12, "lr": 0.5, "threads": 1}
    assert (
        model.probabilities(["bagel"]).tolist()
        == Classifier(**options).fit(pairs).probabilities(["bagel"]).tolist()
    )
    assert model.record["source"] == "named.csv" and set(model.label_names) == {"New York, NY", "Paris"}
    assert classification(model, Rows(folder / "named.csv", BOTH)).precision == 1.0


def test_labels_may_be_given_with_their_prefix():
    pairs = [("a b", "__label__x"), ("c d", "y")] * 5
    model = Classifier(dim=8, epochs=1, threads=1).fit(pairs)
    assert sorted(model.label_names) == ["x", "y"]


NAMED, NUMBERED = (
    ["--label-column", "label", "--text-column", "text"],
    ["--label-column", "1", "--text-column", "2"],
)
SMALL = ["--dim", "8", "--epochs", "12", "--lr", "0.5", "--threads", "1"]


@pytest.mark.parametrize(("name", "columns"), [("named.csv", NAMED), ("plain.tsv", NUMBERED)])
def test_train_evaluate_and_classify_read_tables(call, folder, tmp_path, name, columns):
    text, model = str(folder / name), str(tmp_path / "model")
    code, _, err = call("train", "classifier", text, model, *columns, *SMALL)
    assert code == 0 and "60 texts, 2 labels" in err
    code, out, _ = call("evaluate", model, text, *columns, "--json")
    assert code == 0 and json.loads(out)["classification"]["precision"] == 1.0
    for stdin in (None, (folder / name).read_bytes().decode()):
        code, out, _ = call(
            "classify", model, text if stdin is None else "-", *columns[2:], stdin=stdin or ""
        )
        assert code == 0 and [line.split("\t")[0] for line in out.splitlines()] == [
            label for label, _ in rows()
        ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["train", "classifier", "TABLE", "new", "--label-column", "label"], 2, "add --text-column"),
        (["train", "classifier", "TABLE", "new", "--text-column", "text"], 2, "needs --label-column"),
        (["train", "classifier", "TABLE", "new", *NAMED[:3], "txt"], 1, "no column 'txt'; there is 'label'"),
        (["train", "classifier", "TABLE", "new", *NAMED, "--delimiter", "no"], 2, "one character"),
        (["train", "word2vec", "TABLE", "new", *NAMED], 2, "unknown option --label-column"),
        (["classify", "MODEL", "TABLE", "--delimiter", "tab"], 2, "add --text-column"),
        (["evaluate", "MODEL", *NAMED], 2, "needs TEXTS"),
        (
            ["evaluate", "MODEL", "TABLE", *NAMED, "--delimiter", "tab"],
            1,
            "no column 'text'; there is 'label,text'",
        ),
    ],
)
def test_wrong_calls_are_answered(call, folder, words, code, message):
    places = {"TABLE": str(folder / "named.csv"), "MODEL": str(folder / "model"), "new": str(folder / "new")}
    done, out, err = call(*[places.get(word, word) for word in words])
    assert (done, out) == (code, "") and message in err.splitlines()[-1]


def test_bare_quotes_are_answered_with_a_flag(call, tmp_path):
    (tmp_path / "bare.tsv").write_text('label\ttext\ngood\t"fine" day\nbad\tcold wind\n' * 3)
    words = ["train", "classifier", str(tmp_path / "bare.tsv"), str(tmp_path / "model"), *NAMED, *SMALL]
    code, _, err = call(*words)
    assert code == 1 and err.splitlines()[-1].endswith("add --no-quotes")


def test_the_way_on_has_the_columns():
    from omnivec.cli.columns import Labelled

    table_ = Labelled(text_column="text", label_column="a b", no_quotes=True)
    assert table_.words() == ["--text-column", "text", "--no-quotes", "--label-column", "a b"]
