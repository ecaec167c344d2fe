"""Sets of texts with labels, as files that every program reads; a synthetic twin where there is none."""

from __future__ import annotations

import lzma
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common import corpus


@dataclass(frozen=True)
class Labelled:
    """A file to learn from, one to judge by, and what both programs are told."""

    name: str
    train: Path
    test: Path
    options: Mapping[str, object]


SETS = {
    "SST-2": ("sst2-train.tsv", "sst2-test.tsv", {"lr": 0.1, "epochs": 5}),
    "TREC": ("trec-train.tsv", "trec-test.tsv", {"lr": 0.5, "epochs": 25}),
    "R8": ("r8-train.tsv.xz", "r8-test.tsv.xz", {"lr": 0.5, "epochs": 10}),
    "cooking tags": ("cooking.train", "cooking.valid", {"lr": 1.0, "epochs": 25}),
    "NSMC": ("nsmc_train.tsv.xz", "nsmc_test.tsv.xz", {"lr": 0.1, "epochs": 5, "word_ngrams": 2}),
}
"""By the name on the page: files, and options at which fastText does well."""


def found(work: Path, scale: float) -> list[Labelled]:
    """The sets that are here, and a synthetic one."""
    known = []
    for name, (train, test, options) in SETS.items():
        files = [
            path for part in ("textclass", "text") for path in [corpus.data() / part / train] if path.exists()
        ]
        if files:
            folder = files[0].parent
            slug = name.replace(" ", "-")
            learned = _lines(folder / train, work / f"{slug}.train")
            judged = _lines(folder / test, work / f"{slug}.test")
            known.append(Labelled(name, learned, judged, options))
            if name == "TREC":
                known.append(Labelled("TREC, sorted by label", _sorted(learned, work), judged, options))
    return [*known, twin(work, scale)]


def twin(work: Path, scale: float) -> Labelled:
    """The synthetic set, made in the folder `work`."""
    learned = _twin(work / "twin.train", 1, int(100_000 * scale))
    judged = _twin(work / "twin.test", 2, int(50_000 * scale))
    return Labelled("synthetic", learned, judged, {"lr": 0.1, "epochs": 5, "word_ngrams": 2})


def _sorted(source: Path, work: Path) -> Path:
    """The same lines, by their labels."""
    lines = source.read_text(encoding="utf-8").splitlines()
    target = work / f"{source.stem}-sorted.train"
    target.write_text("\n".join(sorted(lines, key=lambda line: line.split()[0])) + "\n", encoding="utf-8")
    return target


def _lines(source: Path, target: Path) -> Path:
    """A table with a header and columns label and text as lines with a prefix; a file that is so as it is."""
    if ".tsv" not in source.name:
        return source
    opened = lzma.open if source.suffix == ".xz" else open
    with opened(source, "rt", encoding="utf-8") as rows, target.open("w", encoding="utf-8") as out:
        names = next(rows).rstrip("\n").split("\t")
        text = names.index("text" if "text" in names else "document")
        for row in rows:
            cells = row.rstrip("\n").split("\t")
            out.write(f"__label__{cells[names.index('label')]} {cells[text]}\n")
    return target


def _twin(target: Path, seed: int, texts: int) -> Path:
    """Texts of twenty Zipf words, three of which speak for one of ten labels."""
    draw = random.Random(seed)
    with target.open("w", encoding="utf-8") as out:
        for _ in range(texts):
            label = draw.randrange(10)
            words = [f"c{int(10 ** (4 * draw.random()))}" for _ in range(17)]
            words += [
                f"l{label if draw.random() < 0.8 else draw.randrange(10)}w{draw.randrange(50)}"
                for _ in range(3)
            ]
            draw.shuffle(words)
            out.write(f"__label__{label} {' '.join(words)}\n")
    return target
