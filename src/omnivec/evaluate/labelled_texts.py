"""Files of texts with one label each, as transfer tasks come: which layout they have, told by their content.

a header        columns named label (or fine_label beside it) and text or sentence, parted by tabs (SST-2)
a prefix        the label is a word that begins with it, as fastText has them
TREC            LABEL:fine before the question; the label is what stands before the colon
two columns     parted by a tab, the one with fewer different values being the label
a file a label  the texts of one label in a file, as MR, CR, SUBJ and MPQA have them: two files or more,
                whose endings are the labels
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from omnivec.errors import InputError
from omnivec.evaluate.questions import TAB, PathOrName, read_lines, report_skipped

PREFIX = "__label__"
_TEXTS = ("text", "sentence", "question")
_TREC = re.compile(r"([A-Za-z]+):\w+ +(\S.*)")
_ASKED = "texts with labels"


class Labelled(NamedTuple):
    """Texts, and the label of each."""

    texts: list[str]
    labels: list[str]


def labelled_texts(paths: Sequence[PathOrName]) -> Labelled:
    """The texts of a file with their labels, or of two and more files, one of each label.

    Empty lines are left out; others that fit no layout are skipped and logged.
    Raises: InputError for a file that cannot be read, or whose layout is none of those above.
    """
    if len(paths) == 1:
        return _one(Path(paths[0]), [line for line in read_lines(paths[0], "utf-8", _ASKED) if line.strip()])
    texts, labels = [], []
    names = [Path(path).suffix.lstrip(".") or Path(path).name for path in paths]
    names = names if len(set(names)) == len(names) else [Path(path).name for path in paths]
    for path, name in zip(paths, names, strict=True):
        lines = [line for line in _either(path) if line.strip()]
        texts += lines
        labels += [name] * len(lines)
    return Labelled(texts, labels)


def _either(path: PathOrName) -> list[str]:
    """The lines of a file: MR and its like are Latin-1 as they were published, and every byte of that is a
    letter.
    """
    try:
        return read_lines(path, "utf-8", _ASKED)
    except InputError:
        return read_lines(path, "latin-1", _ASKED)


def _one(path: Path, lines: list[str]) -> Labelled:
    head = [cell.strip().casefold() for cell in lines[0].split(TAB)]
    text = next((name for name in _TEXTS if name in head), None)
    if text is not None and "label" in head:
        return _columns(path, lines, 1, head.index(text), head.index("label"), len(head))
    if lines[0].startswith(PREFIX):
        return _prefixed(path, lines)
    if all(_TREC.fullmatch(line.strip()) for line in lines):
        found = [match.groups() for line in lines if (match := _TREC.fullmatch(line.strip()))]
        return Labelled([text for _, text in found], [label for label, _ in found])
    if len(head) == 2:
        cells = [line.split(TAB) for line in lines]
        kinds = [len({row[place] for row in cells if len(row) == 2}) for place in (0, 1)]
        label = int(kinds[1] < kinds[0])
        return _columns(path, lines, 0, 1 - label, label, 2)
    raise InputError(
        f"{path}, line 1: expected a label and a text (columns named label and text, LABEL<tab>TEXT, "
        f"{PREFIX}LABEL TEXT or LABEL:fine TEXT), got {lines[0][:60]!r}; texts of one label a file are given "
        "together"
    )


def _columns(path: Path, lines: list[str], head: int, text: int, label: int, columns: int) -> Labelled:
    texts, labels, skipped = [], [], []
    for number, line in enumerate(lines[head:], head + 1):
        cells = line.split(TAB)
        if len(cells) == columns and cells[label].strip():
            texts.append(cells[text])
            labels.append(cells[label].strip())
        else:
            skipped.append(number)
    report_skipped(path, skipped, f"{columns} columns", len(texts))
    return Labelled(texts, labels)


def _prefixed(path: Path, lines: list[str]) -> Labelled:
    texts, labels, skipped = [], [], []
    for number, line in enumerate(lines, 1):
        words = line.split()
        found = [word for word in words if word.startswith(PREFIX)]
        if len(found) == 1:
            texts.append(" ".join(word for word in words if word not in found))
            labels.append(found[0].removeprefix(PREFIX))
        else:
            skipped.append(number)
    report_skipped(path, skipped, "a text with one label", len(texts))
    return Labelled(texts, labels)
