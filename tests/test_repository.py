"""The frame around the code: versions, changelog, links, and what must never be in a tracked file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import omnivec

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PARTS = ["Added", "Changed", "Fixed", "Removed"]


def project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def tracked() -> list[Path]:
    """Files that git tracks, or all files outside hidden folders in an archive without git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [p for p in ROOT.rglob("*") if not any(part[0] == "." for part in p.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def test_the_installed_version_is_the_projects():
    assert omnivec.__version__ == project()["version"]


def test_the_changelogs_newest_heading_names_the_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0].startswith("Unreleased")
    released = [heading for heading in headings if re.match(r"\[?\d", heading)]
    newest = (
        released[0] if released else headings[0]
    )  # before the first release the block says what it will be
    assert re.search(r"\d+\.\d+\.\d+", newest).group() == project()["version"]


def test_the_unreleased_block_has_four_parts():
    block = (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1]
    assert re.findall(r"^### (.+)$", block, re.MULTILINE) == PARTS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    links = LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    inside = [link.partition("#")[0] for link in links if not re.match(r"https?://|mailto:|#", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []
    for link in links:
        name, _, anchor = link.partition("#")
        if anchor and "://" not in link:
            assert anchor in anchors(page.parent / name if name else page), link


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_on_the_map():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {name for name in pages if f"({name})" not in text} == set()


def test_no_tracked_file_holds_a_path_of_a_machine():
    home = r"/(?:home|Users|root)/[a-z_][\w.-]*"
    scratch = r"/(?:" + "|".join(["work", "farm", "tmp"]) + r")/[\w.-]+"
    pattern = re.compile(rf"(?<![\w.:/-])(?:{home}|{scratch})".encode())
    found = {
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in tracked()
        for match in pattern.finditer(path.read_bytes())
    }
    assert found == set()


def test_the_readme_shows_its_two_commands_on_the_first_screen():
    screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:25])
    assert "make demo" in screen
    assert "make test" in screen


def test_benchmark_figures_are_what_the_results_say(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "docs").mkdir()
    pages = ["README.md", *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
    for name in (*pages, "benchmarks/results.json"):
        if (ROOT / name).exists():  # without results the page says that nothing is measured yet
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "run.py"),
        "--only",
        "none",
        "--output",
        str(tmp_path),
    ]
    subprocess.run(command, check=True)
    for name in pages:
        assert (tmp_path / name).read_text() == (ROOT / name).read_text(), name


@pytest.mark.parametrize(
    ("script", "flags", "said"),
    [
        ("run.py", ("--only", "speed,speedy"), "'speedy' is no section; there are speed, "),
        ("run.py", ("--only", "none", "--output", "nowhere"), "nowhere has no README.md and no docs"),
        ("compatibility.py", ("--only", "D01,D99"), "'D99' is no row; they are D01 to D50"),
    ],
)
def test_a_wrong_call_of_a_benchmark_is_refused_before_it_runs(script, flags, said):
    command = [sys.executable, str(ROOT / "benchmarks" / script), *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_child_processes_of_benchmarks_are_there():
    rooms = ROOT / "benchmarks"
    call = re.compile(r"""(?:(?:python|command)\(\s*|(?:Program|Peer|in_turn)\(.*?, )"(\w+\.\w+)\"""")
    named = {name for file in rooms.rglob("*.py") for name in call.findall(file.read_text())}
    assert {"files.opened", "peers.ours", "defects.in_gensim"} <= named
    assert {name for name in named if not (rooms / f"{name.replace('.', '/')}.py").exists()} == set()


def test_the_synthetic_text_has_the_size_and_the_words_it_is_asked_for(tmp_path):
    script, text = ROOT / "benchmarks" / "common" / "synthetic.py", tmp_path / "text.txt"
    sizes = ["--tokens", "20000", "--words", "900", "--every", "5"]
    subprocess.run([sys.executable, str(script), str(text), *sizes], check=True)
    lines = text.read_text().splitlines()
    counts = Counter(word for line in lines for word in line.split())
    assert [len(line.split()) for line in lines] == [1000] * 20
    assert len(counts) == 900
    assert min(counts.values()) >= 5
    assert counts.most_common(1)[0][0] == "a"  # the name of rank 0


@pytest.mark.parametrize("name", ["requirements-dev.txt", "requirements-bench.txt"])
def test_tools_and_peers_are_pinned(name):
    lines = [line.strip() for line in (ROOT / name).read_text().splitlines()]
    assert [line for line in lines if line and not line.startswith("#") and "==" not in line] == []


def test_peers_are_pinned_alike():
    def pinned(name):
        lines = (ROOT / name).read_text().splitlines()
        return dict(line.split("==") for line in lines if "==" in line)

    dev, bench = pinned("requirements-dev.txt"), pinned("requirements-bench.txt")
    assert {name for name in dev.keys() & bench.keys() if dev[name] != bench[name]} == set()
