"""Reading word2vec's formats into memory, beside gensim."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import spread, table, verdict

TITLE = "Reading a file of vectors"
PROGRAMS = ("omnivec", "gensim")
TEXT_BAR, BINARY_BAR = 10, 5  # times as fast as gensim
RATE_BAR = 300  # MB/s, of a binary file
FILES: dict[str, tuple[str, int, int]] = {
    "word2vec.c.bin": ("binary, as word2vec.c and we write it", 200_000, 300),
    "gensim.bin": ("binary, as gensim writes it", 400_000, 100),
    "word2vec.c.txt": ("text, as word2vec.c writes it", 100_000, 100),
    "omnivec.txt": ("text, as gensim and we write it", 100_000, 100),
    "fasttext.vec": ("text, as fastText writes it", 100_000, 100),
}
"""What the table says, rows and dim, by the name in reading_files.py."""


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds in which both programs read each file, one after the other."""
    files = []
    for name, (title, rows, dim) in FILES.items():
        path, rows = settings.work / name, max(int(rows * settings.scale), 1000)
        child.python("files.reading_files", settings.work, rows, dim, name)
        rounds = [child.in_turn(PROGRAMS, "files.read_file", path) for _ in range(settings.repeats)]
        if len({(str(run["last"]), run["rows"]) for round_ in rounds for run in round_.values()}) > 1:
            raise SystemExit(f"the programs see different vectors in {name}")
        size = path.stat().st_size
        path.unlink()
        rates = (f"{name} {size / 1e6 / run['seconds']:6.0f} MB/s" for name, run in rounds[-1].items())
        print(f"  {title:<40}", *rates, file=sys.stderr, flush=True)
        files.append(
            {"name": name, "title": title, "rows": rows, "dim": dim, "bytes": size, "rounds": rounds}
        )
    return {"files": files}


def report(result: dict[str, Any]) -> str:
    """A table, and each bar."""
    rows, said = [], []
    for file in result["files"]:
        ours = _rates(file, "omnivec")
        theirs = _rates(file, "gensim") if "gensim" in file["rounds"][0] else []
        ratios = [a / b for a, b in zip(ours, theirs, strict=False)]
        beside = (spread(theirs, 0), spread(ratios, 1) + " ×") if theirs else ("", "")
        shape = f"{file['rows']:,} × {file['dim']}"
        rows.append((file["title"], shape, f"{file['bytes'] / 1e6:,.0f}", spread(ours, 0), *beside))
        binary = file["name"].endswith(".bin")
        if ratios:
            bar = verdict(statistics.median(ratios), BINARY_BAR if binary else TEXT_BAR)
            said.append(f"- {file['title']}, times as fast as gensim: {bar}.")
        if binary:
            said.append(f"- {file['title']}, MB/s: {verdict(statistics.median(ours), RATE_BAR)}.")
    heading = (
        "Random numbers, the files in the disk's cache. Megabytes of the file a second, until all words can "
        "be looked up, `omnivec.load(file)` beside `KeyedVectors.load_word2vec_format`. A new process each, "
        "imports apart, which reads twice; the faster time counts. Text is read on all processors, binary "
        "on one, and gensim uses one."
    )
    header = ("file", "shape", "MB", "omnivec, MB/s", "gensim, MB/s", "times as fast")
    return "\n\n".join([heading, table(header, rows), "\n".join(said)])


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """For the README."""
    found = []
    for file in result["files"]:
        if "gensim" in file["rounds"][0] and file["name"] in ("word2vec.c.bin", "word2vec.c.txt"):
            ratios = [a / b for a, b in zip(_rates(file, "omnivec"), _rates(file, "gensim"), strict=True)]
            what = f"reading word2vec {'binary' if file['name'].endswith('.bin') else 'text'}"
            rate = statistics.median(_rates(file, "omnivec"))
            found.append((what, f"{rate:,.0f} MB/s, {statistics.median(ratios):.0f} × as fast as gensim"))
    return found


def _rates(file: dict[str, Any], program: str) -> list[float]:
    """MB/s, round by round."""
    return [file["bytes"] / 1e6 / round_[program]["seconds"] for round_ in file["rounds"]]
