"""docs/formats.md is true: it names every format, its suffixes, and what can be done with it."""

import re
from pathlib import Path

import pytest

from omnivec.store import formats

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
ROWS = {
    name: (suffixes.replace("`", "").split(), read, write)
    for name, suffixes, read, write in re.findall(
        r"^\| `([\w-]+)` \|([^|]*)\| (yes|no) \| (yes|no) \|", PAGE, re.MULTILINE
    )
}
REFUSED = re.findall(r"^\| `([\w-]+)` \|", PAGE.split("## Recognised, and not read")[1], re.MULTILINE)
RECOGNISED = re.findall(
    r"^\| `([\w-]+)` \|", PAGE.split("## How each")[1].split("## Recognised")[0], re.MULTILINE
)
OPEN = [known for known in formats.FORMATS if known.read is not None or known.write is not None]


def test_the_page_names_the_formats_in_the_order_of_the_table():
    assert [*ROWS] == RECOGNISED == [known.name for known in OPEN]
    assert REFUSED == [known.name for known in formats.FORMATS if known not in OPEN]


@pytest.mark.parametrize("known", OPEN, ids=lambda known: known.name)
def test_the_page_says_what_a_format_can(known):
    yes = {True: "yes", False: "no"}
    told = ([*known.suffixes], yes[known.read is not None], yes[known.write is not None])
    assert ROWS[known.name] == told


def test_a_format_that_is_read_can_be_looked_at_and_one_that_is_not_says_what_to_do():
    for known in formats.FORMATS:
        assert (known.outline is None) == (known.read is None), known.name
        assert known.read is not None or known.write is not None or known.instead, known.name
