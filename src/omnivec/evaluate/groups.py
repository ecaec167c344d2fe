"""Files of words in groups: words with their category, and groups with words that do not belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from omnivec.evaluate.questions import TAB, PathOrName, read_lines, report_skipped
from omnivec.evaluate.words import once

_WORDS, _CATEGORIES = ("word", "concept"), ("category", "class", "type")
_OUTLIERS = ("category", "words", "outliers")


@dataclass(frozen=True)
class Group:
    """Words that belong together, and outliers, of which each is the odd one among them."""

    name: str
    words: list[str]
    outliers: list[str]


def read_categories(path: PathOrName) -> dict[str, str]:
    """Category by word, from lines of word and category; a tab or the last blank stands between them.

    A first line that names the columns is left out, and so are lines with #. A word that is in several
    categories has the first one. Other lines are skipped and logged as one warning.
    Raises: InputError for a file that cannot be read or has no such line.
    """
    found: dict[str, str] = {}
    skipped = []
    for number, line in enumerate(read_lines(path, "utf-8", "a file of words with categories"), 1):
        cells = line.split(TAB) if TAB in line else line.rsplit(maxsplit=1)
        cells = [cell.strip() for cell in cells]
        if len(cells) == 2 and all(cells) and not line.startswith("#"):
            if number > 1 or not (cells[0].lower() in _WORDS and cells[1].lower() in _CATEGORIES):
                found.setdefault(cells[0], cells[1])
        elif line.strip() and not line.startswith("#") and cells[0]:  # BLESS has each category once alone
            skipped.append(number)
    report_skipped(path, skipped, "WORD, CATEGORY with a tab between", found=len(found))
    return found


def read_groups(path: PathOrName) -> list[Group]:
    """Lines of a name, words and outliers, parted by tabs; words and outliers among themselves by blanks.

    A first line that names the columns is left out, and so are lines with #. A group has two words or more;
    other lines are skipped and logged as one warning.
    Raises: InputError for a file that cannot be read or has no such line.
    """
    groups, skipped = [], []
    for number, line in enumerate(read_lines(path, "utf-8", "a file of groups with outliers"), 1):
        cells = [cell.strip() for cell in line.split(TAB)]
        if number == 1 and tuple(cell.lower() for cell in cells) == _OUTLIERS:
            continue
        if len(cells) == 3 and len(cells[1].split()) > 1 and cells[2] and not line.startswith("#"):
            name, words, outliers = cells
            groups.append(Group(name, once(words.split()), once(outliers.split())))
        elif line.strip() and not line.startswith("#"):
            skipped.append(number)
    wanted = "NAME, WORDS, OUTLIERS with tabs between"
    report_skipped(path, skipped, wanted, found=len(groups))
    return groups
