"""Writing word2vec's formats, beside gensim."""

from __future__ import annotations

import sys
from typing import Any

from common import child
from common.settings import Settings
from common.table import spread, table

TITLE = "Writing a file of vectors"
PROGRAMS = ("omnivec", "gensim")
FILES: dict[str, tuple[str, int, int]] = {
    "vectors.txt": ("text", 100_000, 100),
    "vectors.bin": ("binary", 400_000, 100),
}
"""What the table says, rows and dim, by the name of the file."""


def measure(settings: Settings) -> dict[str, Any]:
    """Rounds in which both programs write the same vectors, one after the other."""
    files = []
    for name, (title, rows, dim) in FILES.items():
        path, rows = settings.work / name, max(int(rows * settings.scale), 1000)
        rounds = [
            child.in_turn(PROGRAMS, "files.write_file", rows, dim, path) for _ in range(settings.repeats)
        ]
        path.unlink()
        if name.endswith(".txt") and len({run["digest"] for round_ in rounds for run in round_.values()}) > 1:
            raise SystemExit("the programs write different text")
        said = (f"{program} {run['seconds']:.2f} s" for program, run in rounds[-1].items())
        print(f"  {title:<10}", *said, file=sys.stderr, flush=True)
        files.append({"title": title, "rows": rows, "dim": dim, "rounds": rounds})
    return {"files": files}


def report(result: dict[str, Any]) -> str:
    """A row for each format."""
    rows = []
    for file in result["files"]:
        rounds = file["rounds"]
        rates = {
            name: [run[name]["bytes"] / 1e6 / run[name]["seconds"] for run in rounds] for name in rounds[0]
        }
        times = [run["gensim"]["seconds"] / run["omnivec"]["seconds"] for run in rounds if "gensim" in run]
        beside = (spread(rates["gensim"], 0), spread(times, 1) + " ×") if times else ("", "")
        size = f"{rounds[0]['omnivec']['bytes'] / 1e6:,.0f}"
        shape = f"{file['rows']:,} × {file['dim']}"
        rows.append((file["title"], shape, size, spread(rates["omnivec"], 0), *beside))
    heading = (
        "Random numbers in memory, `save_word2vec_format` of both; the text of both is the same to the byte. "
        "A new process each, imports apart, which writes twice; the faster time counts."
    )
    header = ("format", "shape", "MB", "omnivec, MB/s", "gensim, MB/s", "times as fast")
    return f"{heading}\n\n{table(header, rows)}"
