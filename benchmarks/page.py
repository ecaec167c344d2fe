"""Writes docs/benchmarks.md and the README's figures from results.json; nobody writes a figure by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from table import table

BEGIN, END = "<!-- benchmarks: begin (written by benchmarks/run.py) -->", "<!-- benchmarks: end -->"
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


def _fill(readme: Path, text: str) -> None:
    whole = readme.read_text()
    before, _, rest = whole.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{readme} lacks the markers {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
