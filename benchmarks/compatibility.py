"""compatibility.py [--only D04,D15] [--page]: defects that other programs are known for, tried on what is
installed and on omnivec; writes docs/compatibility.md.

A peer's script looks for the defect; the tests of the row say whether omnivec does what the page claims.
Ends with 1 when a peer has changed (a defect is gone, or another version is installed) or a test of ours
fails, is skipped or is missing, with 2 when a peer is not installed. What was found is kept in
compatibility.json; --page writes the page from it and runs nothing.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from common.child import command, importable
from common.table import table
from defects.rows import DEFECTS, PEERS, Defect

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("compatibility.json")
PAGE = ROOT / "docs" / "compatibility.md"

Found = dict[str, Any]

INTRODUCTION = """# Compatibility: defects of other programs

After this page you know which known defects of gensim, fastText and others are still there, what omnivec does
instead, and which test holds it to that. `make compatibility` wrote it: it runs the pinned programs to see
whether the defect is there, and runs the tests that are named. It fails when a program has changed or a test
of ours does not pass. Numbers with # are issues of the program's own tracker."""


def main() -> int:
    """Check the chosen rows and write the page."""
    given = _parser().parse_args()
    kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {"found": {}}
    if not given.page:
        chosen = [row for row in DEFECTS if given.only is None or row.number in given.only]
        missing = [name for name in sorted({row.peer for row in chosen if row.peer}) if not _installed(name)]
        if missing:
            print(
                f"{', '.join(missing)} not installed; make bench installs what is compared", file=sys.stderr
            )
            return 2
        kept["found"].update(checked(chosen))
        kept.update(date=datetime.datetime.now(datetime.UTC).date().isoformat(), machine=machine())
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    PAGE.write_text(page(kept))
    wrong = {row.number: text for row in DEFECTS if (text := complaint(row, kept["found"].get(row.number)))}
    for number, text in wrong.items():
        print(f"{number}: {text}", file=sys.stderr)
    return 1 if wrong else 0


def checked(rows: Iterable[Defect]) -> dict[str, Found]:
    """What is found of each row: of the peer, and of our tests."""
    rows = list(rows)
    ours = tested([test for row in rows for test in row.tests])
    found = {}
    for row in rows:
        theirs = {} if row.peer is None else asked(row)
        found[row.number] = {
            "theirs": theirs,
            "ours": {test: ours.get(test, "missing") for test in row.tests},
        }
        print(f"{row.number} {theirs.get('seen', '')}", file=sys.stderr, flush=True)
    return found


def asked(row: Defect) -> Found:
    """What a peer's script says of a row; it runs as a process of its own, which may die."""
    assert row.peer is not None
    peer = PEERS[row.peer]
    call = [*command(peer.module), row.number]
    environment = {**os.environ, **importable(), **peer.env}
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=600, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(call)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def tested(tests: Iterable[str]) -> dict[str, str]:
    """What each test came to: passed, failed or skipped; of several forms the worst."""
    names = sorted(set(tests))
    if not names:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        chosen = [f"tests/{name}" for name in names]
        call = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *chosen]
        subprocess.run(call, cwd=ROOT, check=False, stdout=sys.stderr)
        cases = list(xml.parse(report).iter("testcase")) if report.exists() else []
    found: dict[str, str] = {}
    for case in cases:
        file = case.get("classname", "").removeprefix("tests.").replace(".", "/") + ".py"
        name = f"{file}::{case.get('name', '').partition('[')[0]}"
        found[name] = max(
            found.get(name, "passed"), _outcome(case), key=("passed", "skipped", "failed").index
        )
    return found


def _outcome(case: xml.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def complaint(row: Defect, found: Found | None) -> str:
    """What is wrong with a row; empty when nothing is."""
    if found is None:
        return "not checked yet"
    if row.peer is not None:
        theirs, peer = found["theirs"], PEERS[row.peer]
        if theirs["version"] != peer.version:
            return f"DRIFT: {peer.title} is {theirs['version']}, pinned is {peer.version}"
        if not theirs["there"]:
            return f"DRIFT: no longer in {peer.title} {peer.version}: {theirs['seen']}"
    bad = {test: outcome for test, outcome in found["ours"].items() if outcome != "passed"}
    bad |= dict.fromkeys(set(row.tests) - set(found["ours"]), "not run")
    return "; ".join(f"{test} {outcome}" for test, outcome in sorted(bad.items()))


def page(kept: Mapping[str, Any]) -> str:
    """The page, from what was found."""
    found = kept["found"]
    parts = [INTRODUCTION, f"Checked on {kept['date']} with {kept['machine']}."]
    peers = [(peer.title, peer.version, peer.released) for peer in PEERS.values()]
    parts += [table(("program that is run", "version", "released"), peers)]
    for name, peer in PEERS.items():
        rows = [row for row in DEFECTS if row.peer == name]
        head = ("", "defect", "still there?", "here", "held by")
        parts += [
            f"## {peer.title} {peer.version}",
            _table(head, [_run(row, found.get(row.number)) for row in rows]),
        ]
    rows = [row for row in DEFECTS if row.peer is None]
    head = ("", "defect", "why it is not run", "here", "held by")
    parts += ["## Not run", _table(head, [_told(row, found.get(row.number)) for row in rows])]
    return "\n\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return table(head, rows).replace("---:", "---")


def _run(row: Defect, found: Found | None) -> tuple[str, ...]:
    if found is None:
        return row.number, row.what, "not checked", row.ours, _tests(row, found)
    seen = found["theirs"]["seen"].replace("|", "\\|")
    there = "yes" if not complaint(row, found).startswith("DRIFT") else "**no longer: DRIFT**"
    return row.number, f"{row.what} ({row.where})", f"{there}: {seen}", row.ours, _tests(row, found)


def _told(row: Defect, found: Found | None) -> tuple[str, ...]:
    return row.number, f"{row.what} ({row.where})", row.why, row.ours, _tests(row, found)


def _tests(row: Defect, found: Found | None) -> str:
    if not row.tests:
        return "nothing yet"
    outcomes = {} if found is None else found["ours"]
    return ", ".join(
        f"`{test.partition('::')[2]}`"
        + ("" if outcomes.get(test) == "passed" else f" **{outcomes.get(test, 'not run')}**")
        for test in row.tests
    )


def machine() -> str:
    """What the report was made with."""
    return f"Python {platform.python_version()}, NumPy {version('numpy')}, {platform.system()}"


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_numbers, metavar="D04,...", help="some rows")
    parser.add_argument("--page", action="store_true", help="write the page from what was found before")
    return parser


def _numbers(text: str) -> list[str]:
    numbers = text.split(",")
    unknown = set(numbers) - {row.number for row in DEFECTS}
    if unknown:
        raise argparse.ArgumentTypeError(f"{sorted(unknown)[0]!r} is no row; they are D01 to D{len(DEFECTS)}")
    return numbers


if __name__ == "__main__":
    sys.exit(main())
