"""Files of sentence pairs with a person's score: which layout they have, told by their content.

    STS-Benchmark   genre, file, year, id, score, sentence 1, sentence 2, and more columns; no header
    with a header   columns named as SICK, KorSTS and GLUE name them, in any order
    SemEval         sentence 1, sentence 2, and more columns; the scores are in a file of their own, one a
                    line, where an empty line is a pair without a score
    plain           score, sentence 1, sentence 2

All are parted by tabs and without quoting: quotes are part of the sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from omnivec.errors import InputError
from omnivec.evaluate.questions import TAB, Pair, PathOrName, read_lines, report_skipped

_SCORES = ("score", "relatedness_score", "similarity_score", "similarity")
_LEFTS = ("sentence1", "sentence_a", "sentence_1")
_RIGHTS = ("sentence2", "sentence_b", "sentence_2")

_BENCHMARK = (4, 5, 6)
_PLAIN = (0, 1, 2)

_ASKED = "sentence pairs with scores"


@dataclass(frozen=True)
class PairFile:
    """A file of sentence pairs; gold: the file of their scores, where they are not in it."""

    path: Path
    gold: Path | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending; of SemEval's, what stands behind ``input.``."""
        stem = self.path.stem
        return stem.partition("input.")[2] or stem

    def pairs(self) -> list[Pair]:
        """The pairs that have a score. Other lines are skipped and logged as one warning.

        Raises: InputError for a file that cannot be read or has no pair, and for scores that are not as many.
        """
        lines = _lines(self.path)
        head, places = _layout(lines)
        if places is None:
            return self._scored_elsewhere(lines)
        pairs, skipped = [], []
        for number, line in enumerate(lines[head:], head + 1):
            if (pair := _pair(line.split(TAB), places)) is not None:
                pairs.append(pair)
            elif line.strip():
                skipped.append(number)
        report_skipped(self.path, skipped, "SCORE, SENTENCE, SENTENCE with tabs between", len(pairs))
        return pairs

    def _scored_elsewhere(self, lines: list[str]) -> list[Pair]:
        gold = self.gold or beside(self.path, "input", "gs")
        if gold is None:
            raise InputError(
                f"{self.path}, line 1: expected a score; its pairs have none, nor is there a file of scores "
                "beside it (STS.gs.X.txt of STS.input.X.txt): give that one, too"
            )
        scores = _lines(gold)
        if len(scores) != len(lines):
            raise InputError(
                f"{gold}: expected a score for each of the {len(lines):,} lines of {self.path}, "
                f"got {len(scores):,} lines"
            )
        pairs, skipped = [], []
        for number, (line, score) in enumerate(zip(lines, scores, strict=True), 1):
            if not score.strip():
                continue  # SemEval 2015 and 2016 had only some of their pairs judged
            if (pair := _pair([score, *line.split(TAB)], _PLAIN)) is not None:
                pairs.append(pair)
            else:
                skipped.append(number)
        report_skipped(self.path, skipped, "SENTENCE, SENTENCE with a score beside it", len(pairs))
        return pairs


def pair_files(paths: Iterable[PathOrName]) -> Iterator[PairFile]:
    """The pair files among paths of files and folders, in their order, each once.

    Of a folder those that are named as SemEval's inputs, or else all of its files. A file of scores belongs
    to the file of pairs before it, or else to the one beside it that is named alike.
    Raises: InputError for a path that is not there, and for scores whose pairs are not found.
    """
    found: list[PairFile] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += _in_folder(path)
        elif not _are_scores(_lines(path)):
            found.append(PairFile(path))
        elif (pairs := beside(path, "gs", "input")) is not None:
            found.append(PairFile(pairs))
        elif found and found[-1].gold is None and _layout(_lines(found[-1].path))[1] is None:
            found[-1] = PairFile(found[-1].path, path)
        else:
            raise InputError(f"{path}: holds scores alone; give the file of their sentence pairs before it")
    yield from dict.fromkeys(found)


def _in_folder(folder: Path) -> list[PairFile]:
    there = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    inputs = [path for path in there if "input." in path.name and beside(path, "input", "gs")]
    if not there:
        raise InputError(f"{folder}: expected files of {_ASKED}, got an empty folder")
    return [PairFile(path) for path in inputs or there]


def beside(path: Path, part: str, other: str) -> Path | None:
    """The file beside one whose name has ``other.`` in place of ``part.``; None where it is not there."""
    before, found, after = path.name.rpartition(f"{part}.")
    there = path.with_name(f"{before}{other}.{after}")
    return there if found and there.is_file() else None


def _lines(path: Path) -> list[str]:
    """The lines of a file; the last one of a text ends, too, and is followed by none."""
    lines = read_lines(path, "utf-8", _ASKED)
    return lines[:-1] if lines[-1] == "" else lines


def _layout(lines: list[str]) -> tuple[int, tuple[int, int, int] | None]:
    """How many lines are the header, and where score and sentences stand; None where there is no score."""
    first = next((line.split(TAB) for line in lines if line.strip()), [""])
    names = [cell.strip().casefold() for cell in first]
    score, left, right = (_place(names, known) for known in (_SCORES, _LEFTS, _RIGHTS))
    if score is not None and left is not None and right is not None:
        return lines.index(TAB.join(first)) + 1, (score, left, right)
    for places in (_BENCHMARK, _PLAIN):
        if _pair(first, places) is not None:
            return 0, places
    return 0, None


def _place(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)


def _pair(cells: list[str], places: tuple[int, int, int]) -> Pair | None:
    if len(cells) <= max(places):
        return None
    score, left, right = (cells[place] for place in places)
    number = _number(score)
    return None if number is None else Pair(left, right, number)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _are_scores(lines: list[str]) -> bool:
    return all(not line.strip() or _number(line) is not None for line in lines)
