"""Writes docs/benchmarks.md, and figures in the README and in guides, from results.json, none by hand.

A section may name a page of docs/ as its `GUIDE`, and its `guide` writes the part between two markers there;
its `draw` makes pictures beside the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from common.table import table

INTRODUCTION = """# Benchmarks

After this page you know how fast and how good training is beside gensim and fastText, for each model and
loss, what it costs, and how to measure it yourself. `benchmarks/run.py` wrote it; no figure here was typed.

```
make bench                                  # everything; each section prints the seconds it took
make bench ARGS="--only speed,quality"      # some sections; the others keep their figures
```

Texts are read from the folder that `OMNIVEC_DATA` names; synthetic ones of the same size stand in for those
that are not there, and the section says so. A bar is the value to be reached, set before measuring.

Each program runs as a process of its own, in turn with the others within one run, because a machine is not
equally fast all day. Figures that stand in one table come from one run."""


def write(results: Mapping[str, Any], sections: Mapping[str, ModuleType], docs: Path, readme: Path) -> None:
    """Write the page, and the README's block between its two markers when there is something to say."""
    common = next(iter(results.values()))["machine"] if results else {}
    parts = [INTRODUCTION, f"Machine: {_machine(common)}." if common else "Nothing is measured yet."]
    for name, module in sections.items():
        if name in results:
            parts += [
                f"## {module.TITLE}",
                _facts(name, results[name], common),
                module.report(results[name]["result"]),
            ]
    docs.write_text("\n\n".join(parts) + "\n")
    for name, module in sections.items():
        if name in results and hasattr(module, "draw"):
            module.draw(results[name]["result"], docs.parent)
        if name in results and hasattr(module, "guide"):
            _fill(docs.parent / module.GUIDE, f"benchmarks, {name}", module.guide(results[name]["result"]))
    rows = [
        row
        for name, module in sections.items()
        if name in results and hasattr(module, "headline")
        for row in module.headline(results[name]["result"])
    ]
    if rows:
        machine = common["processor"]
        _fill(
            readme,
            "benchmarks",
            f"{table(('measured', 'result'), rows)}\n\nOn {machine}; [all figures and their "
            "commands](docs/benchmarks.md).",
        )


def _facts(name: str, section: Mapping[str, Any], common: Mapping[str, str]) -> str:
    said = f"`python benchmarks/run.py --only {name}{section['flags']}`, {section['date']}."
    other = section["machine"] != common
    return said + (
        f" On another machine or with other versions: {_machine(section['machine'])}." if other else ""
    )


def _machine(facts: Mapping[str, str]) -> str:
    return "; ".join(facts.values())


def _fill(page: Path, what: str, text: str) -> None:
    begin, end = f"<!-- {what}: begin (written by benchmarks/run.py) -->", f"<!-- {what}: end -->"
    whole = page.read_text()
    before, _, rest = whole.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{page} lacks the markers {begin} and {end}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")
