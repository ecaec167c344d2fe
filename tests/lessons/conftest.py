"""What lessons need: a small text in place of a large one, and every lesson carried out once."""

import random
from functools import cache

import pytest

from omnivec.lessons import lesson
from omnivec.lessons.running import Record, run

FILES = ("OMNIVEC_SST", "OMNIVEC_PTB", "OMNIVEC_BOOK")
WORDS = "war music king queen man woman river year car book string list the of and a in to".split()


@pytest.fixture(scope="session")
def small_text(tmp_path_factory):
    """Ten thousand words in which neighbours in the list follow each other oftener."""
    draw, words, place = random.Random(3), [], 0
    for _ in range(10_000):
        place = (place + draw.choice([1, 1, 1, 2, 5, 11])) % 60
        words.append(WORDS[place] if place < len(WORDS) else f"word{place}")
    path = tmp_path_factory.mktemp("lessons") / "small.txt"
    path.write_text("\n".join(" ".join(words[at : at + 50]) for at in range(0, len(words), 50)) + "\n")
    return path


@pytest.fixture(scope="session")
def carried_out(small_text):
    """A function: the names and the shown cells of a lesson in English, carried out at the first call."""
    patch = pytest.MonkeyPatch()
    for name in FILES:
        patch.delenv(name, raising=False)
    patch.setenv("OMNIVEC_PTB", str(small_text))

    @cache
    def names_and_cells(topic):
        record = Record()
        return run(lesson(topic), record), record.cells()

    yield names_and_cells
    patch.undo()
