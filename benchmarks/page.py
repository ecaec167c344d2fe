"""Writes docs/benchmarks.md, and figures in the README and in guides, from results.json, none by hand.

A section is a module with a `TITLE`, `measure(settings)`, which returns what JSON can hold, and
`report(result)`, its part of the page. It may have rows for the README (`headline`), a part between two
markers of the page of docs/ that its `GUIDE` names (`guide`), and pictures beside the page (`draw`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from common.table import table

INTRODUCTION = """# Benchmarks

After this page you know how fast and how good training, files, search and evaluation are beside gensim,
fastText and others, what they cost, and how to measure it yourself. `benchmarks/run.py` wrote it; no figure
here was typed.

```
make bench                                  # everything; each section prints the seconds it took
make bench ARGS="--only speed,quality"      # some sections; the others keep their figures
```

Texts are read from the folder that `OMNIVEC_DATA` names; synthetic ones of the same size stand in for those
that are not there, and the section says so. A bar is the value to be reached, set before measuring.

Each program runs as a process of its own, in turn with the others within one run, because a machine is not
equally fast all day. Figures that stand in one table come from one run."""


def write(
    results: Mapping[str, Any], chapters: Mapping[str, Mapping[str, ModuleType]], docs: Path, readme: Path
) -> None:
    """Write the page, the parts of guides, and the README's block when there is something to say."""
    common = next(iter(results.values()))["machine"] if results else {}
    measured = {
        chapter: found
        for chapter, sections in chapters.items()
        if (found := {name: module for name, module in sections.items() if name in results})
    }
    parts = [INTRODUCTION, f"Machine: {_machine(common)}." if common else "Nothing is measured yet."]
    parts += ["\n".join(map(_contents, measured, measured.values()))] if measured else []
    rows: list[tuple[str, str]] = []
    for chapter, sections in measured.items():
        parts.append(f"## {chapter}")
        for name, module in sections.items():
            result = results[name]["result"]
            parts += [f"### {module.TITLE}", _facts(name, results[name], common), module.report(result)]
            if hasattr(module, "draw"):
                module.draw(result, docs.parent)
            if hasattr(module, "guide"):
                _fill(docs.parent / module.GUIDE, f"benchmarks, {name}", module.guide(result))
            rows += module.headline(result) if hasattr(module, "headline") else []
    docs.write_text("\n\n".join(parts) + "\n")
    if rows:
        figures = "[all figures and their commands](docs/benchmarks.md)"
        text = f"{table(('measured', 'result'), rows)}\n\nOn {common['processor']}; {figures}."
        _fill(readme, "benchmarks", text)


def _contents(chapter: str, sections: Mapping[str, ModuleType]) -> str:
    """A line of links; an anchor is what GitHub makes of a heading."""
    titles = [module.TITLE for module in sections.values()]
    anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    return f"- {chapter}: {', '.join(f'[{t}](#{a})' for t, a in zip(titles, anchors, strict=True))}"


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
