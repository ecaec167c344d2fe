"""map_child.py model ROWS DIM FOLDER: saves clustered vectors; open MODEL PAGE DTYPE: asks the page."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ASKED = 40
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CLICK = """(row) => {
  const began = performance.now();
  choose(row, {remembered: false});
  document.getElementById("nearest").getBoundingClientRect();  // laid out, not only filled
  const seconds = (performance.now() - began) / 1000;
  return [seconds, state.answers.map(({row, score}) => [keys[row], score])];
}"""


def model(rows: int, dim: int, folder: str) -> None:
    """Clustered vectors with counts that fall as those of words do."""
    from omnivec import Vectors
    from search import clustered

    counts = np.maximum(5, 10**7 / np.arange(1, rows + 1)).astype(np.int64)
    keys = [f"word{row}" for row in range(rows)]
    Vectors(keys, clustered.table(rows, dim)[:, :dim], counts=counts).save(folder)


def opened(folder: str, page: str, dtype: str) -> dict[str, Any]:
    """Seconds until the page is ready and of each click, and how many of its answers are the library's.

    Empty where there is no browser.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("no map was opened: this needs playwright and Chromium", file=sys.stderr)
        return {}
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1200, "height": 800})
        began = time.perf_counter()
        tab.goto(Path(page).resolve().as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=300_000)
        ready = time.perf_counter() - began
        rows = tab.evaluate("about.rows")
        asked = np.linspace(0, rows - 1, ASKED).astype(int).tolist()
        answers = [tab.evaluate(CLICK, row) for row in asked]
        browser.close()
    return {
        "ready": ready,
        "clicks": [seconds for seconds, _ in answers],
        **_compared(folder, dtype, asked, answers),
    }


def _compared(folder: str, dtype: str, asked: list[int], answers: list[Any]) -> dict[str, int]:
    """How many of the page's neighbours are the library's, place by place, with scores to 1e-6.

    Two that are closer than that may stand in either order: their sums are rounded differently.
    """
    import omnivec

    vectors = omnivec.load(folder, dtype=dtype).vectors
    asked_pairs = equal = 0
    for row, (_, found) in zip(asked, answers, strict=True):
        wanted = vectors.neighbors(row)
        for (key, score), (_, near) in zip(found, wanted, strict=True):
            asked_pairs += 1
            tied = {other for other, close in wanted if abs(close - near) < 1e-6}
            equal += key in tied and abs(score - near) < 1e-6
    return {"asked": asked_pairs, "equal": equal}


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    if verb == "model":
        model(int(given[0]), int(given[1]), given[2])
    else:
        print(json.dumps(opened(*given)))
