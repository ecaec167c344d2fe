"""The map: how long `omnivec map` takes, how large the page is, and how soon it opens and answers."""

from __future__ import annotations

import statistics
from typing import Any

from common import child
from common.settings import Settings
from common.table import met, spread, table
from search import clustered

TITLE, GUIDE = "The map", "map.md"
SIZES = (
    (20_000, 100, "float32"),
    (100_000, 100, "float32"),
    (100_000, 100, "float16"),
    (100_000, 300, "int8"),
    (200_000, 100, "float32"),
)
PUBLISHED = 100_000, 100, "float32"  # what the bars are of
BUILD_BAR, CLICK_BAR = 60, 50  # seconds, milliseconds


def measure(settings: Settings) -> dict[str, Any]:
    """Every page is made by the command line, and opened in a headless Chromium."""
    env = {"OPENBLAS_NUM_THREADS": str(settings.threads)}
    found = []
    for rows, dim, dtype in SIZES:
        rows = int(rows * settings.scale)
        model, page = settings.work / f"{rows}-{dim}.omnivec", settings.work / "map.html"
        if not model.exists():
            child.python("search.map_child", "model", rows, dim, model)
        flags = ("--dtype", dtype, "--overwrite", "--json", "-q")
        made = child.omnivec("map", model, "-o", page, *flags, env=env)
        opened = child.python("search.map_child", "open", model, page, dtype)
        found.append({"rows": rows, "dim": dim, "dtype": dtype, "made": made, "opened": opened})
    return {"threads": settings.threads, "sizes": found}


def report(result: dict[str, Any]) -> str:
    """A table of sizes, then the bars."""
    rows = []
    for one in result["sizes"]:
        made, opened = one["made"], one["opened"]
        browser = ("–", "–", "–")
        if "clicks" in opened:
            equal = f"{opened['equal']:,} of {opened['asked']:,}"
            browser = (f"{opened['ready']:.1f}", spread([1000 * s for s in opened["clicks"]], 1), equal)
        kept = f"{100 * made['kept']:.0f} %"
        rows.append(
            (_size(one), f"{made['wall_seconds']:.0f}", f"{made['peak_bytes'] / 1e6:,.0f}", kept,
             f"{made['bytes'] / 1e6:.0f}", *browser)
        )  # fmt: skip
    header = (
        "rows × dim", "seconds to make", "memory, MB", "of the ten nearest kept", "page, MB",
        "seconds to open",
        "ms a click", "answers as the library's",
    )  # fmt: skip
    return "\n\n".join(
        [
            f"{clustered.HOW} `omnivec map MODEL -o map.html` by {result['threads']} threads with its "
            "default projection, start and saving included; then the page from disk in headless Chromium, "
            "which draws without a graphics card: until vectors are in memory, and from the click on a word "
            "until its neighbours stand in the table, median (minimum–maximum) of 40 words. Answers are "
            "compared place by place, scores to 1e-6.",
            table(header, rows),
            *_bars(result["sizes"]),
        ]
    )


def _bars(sizes: list[dict[str, Any]]) -> list[str]:
    one = next((one for one in sizes if (one["rows"], one["dim"], one["dtype"]) == PUBLISHED), None)
    if one is None:
        return []
    seconds = one["made"]["wall_seconds"]
    said = [f"{_size(one)} made in at most {BUILD_BAR} s: {met(seconds <= BUILD_BAR)} ({seconds:.0f})."]
    if "clicks" in one["opened"]:
        slowest = 1000 * max(one["opened"]["clicks"])
        said.append(
            f"A click answered in at most {CLICK_BAR} ms: {met(slowest <= CLICK_BAR)}; the slowest took "
            f"{slowest:.0f}."
        )
    return said


def _size(one: dict[str, Any]) -> str:
    return f"{one['rows']:,} × {one['dim']} {one['dtype']}"


def headline(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A row for the README."""
    one = next((one for one in result["sizes"] if (one["rows"], one["dim"], one["dtype"]) == PUBLISHED), None)
    if one is None or "clicks" not in one["opened"]:
        return []
    click = 1000 * statistics.median(one["opened"]["clicks"])
    told = f"{one['made']['wall_seconds']:.0f} s to make, {click:.0f} ms a click in a browser"
    return [(f"a map of {one['rows']:,} × {one['dim']}", told)]


def guide(result: dict[str, Any]) -> str:
    """For the page on the map: what a usual size costs."""
    rows = [
        (_size(one), f"{one['made']['wall_seconds']:.0f} s", f"{one['made']['bytes'] / 1e6:.0f} MB",
         f"{1000 * sorted(one['opened']['clicks'])[20]:.0f} ms" if "clicks" in one["opened"] else "–")
        for one in result["sizes"]
    ]  # fmt: skip
    return table(("rows × dim", "made in", "page", "a click"), rows)
