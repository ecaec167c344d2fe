"""Texts with one label each on the command line: a file in any of several layouts, stdin, or a named set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnivec.cli import call
from omnivec.cli.columns import Labelled
from omnivec.cli.failure import existing
from omnivec.cli.judge.sets import file_or_set, folder_of
from omnivec.errors import InputError

if TYPE_CHECKING:
    from omnivec.cli.show import Display

HEADERS = ("text", "sentence", "question")
"""What the column of texts is called where a file names its columns, the labels being `label`."""


def located(texts: str, test: str | None, data: str | None) -> tuple[str, str | None]:
    """The paths of two files, or of the parts of a named set; a test that is given goes before the set's own.

    Raises: InputError for what is not there; FormatError for a set with other bytes than its own.
    """
    tested = test if test in (None, "-") else existing(str(test))
    found = Path(texts) if texts == "-" else file_or_set(texts, "texts")
    if isinstance(found, Path):
        return texts, tested
    folder = folder_of(data)
    if tested is None and "test" in found.parts:
        tested = str(found.path("test", folder))
    return str(found.path("train" if "train" in found.parts else found.parts[0], folder)), tested


def labelled(path: str, prefix: str, table: Labelled, display: Display) -> tuple[list[str], list[str]]:
    """Texts, and the label of each: of a table with named columns, or as the content tells.

    Raises: InputError for a file that cannot be read, or fits no layout, and texts with several labels.
    """
    without = 0
    with display.busy("Reading", path):
        if table.columns() is None and (text := _header(path)) is not None:
            table = Labelled(text_column=text, label_column="label", delimiter="tab", no_quotes=True)
        if table.columns() is not None or path == "-" or prefix.encode() in _first_line(path):
            texts, labels, without = read(table.of(call.source(path)), prefix, path)
        else:
            from omnivec.evaluate.labelled_texts import labelled_texts

            texts, labels = labelled_texts([path])
    left_out = f" ({without:,} more without a label)" if without else ""
    display.line("Read", f"{len(texts):,} texts{left_out}, {len(set(labels)):,} labels")
    return texts, labels


def read(source: Any, prefix: str, name: str) -> tuple[list[str], list[str], int]:
    """The texts, the label of each, and how many were left out since they have none.

    Raises: InputError for texts with several labels, which a linear SVC does not tell.
    """
    from omnivec.data.tokenize import words_of
    from omnivec.evaluate.examples import examples

    texts, labels, without, several = [], [], 0, 0
    for text, there in examples(source, prefix):
        words = words_of(text) if isinstance(text, str) else text
        several += len(there) > 1
        without += not there
        if len(there) == 1:
            texts.append(" ".join(word for word in words if not word.startswith(prefix)))
            labels.append(there[0])
    if several:
        raise InputError(
            f"{name}: {several:,} of {len(texts) + several:,} texts have several labels; a linear SVC takes "
            "texts with one label each"
        )
    if not texts:
        raise InputError(f"{name}: no text has a label; name its column, or see --label-prefix")
    return texts, labels, without


def _header(path: str) -> str | None:
    """The column of texts where the first line names columns, parted by tabs, one of which is `label`."""
    cells = [] if path == "-" else _first_line(path).decode("utf-8", "replace").split("\t")
    return next((name for name in HEADERS if name in cells and "label" in cells), None)


def _first_line(path: str) -> bytes:
    """The first line of a file, unpacked."""
    from omnivec.data.sources import documents

    head = b""
    for document in documents(path):
        for piece in document:
            assert isinstance(piece, bytes)  # as those of a path are
            head += piece
            if b"\n" in piece:
                break
        break
    return head.partition(b"\n")[0].rstrip(b"\r")
