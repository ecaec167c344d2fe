"""The frame around the code: versions, changelog, links, and what must never be in a tracked file."""

from __future__ import annotations

import re
import subprocess
import tomllib
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
