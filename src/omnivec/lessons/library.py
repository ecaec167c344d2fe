"""Which lessons there are, in the order in which they build on each other, and where their texts lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omnivec.lessons.cells import Cell, cells, texts, translated

LANGUAGES = ("en", "ko")
FOLDER = Path(__file__).parent / "topics"

TOPICS = (
    "one-hot", "negative-sampling", "skip-gram", "cs224n-a2", "co-occurrence", "cbow", "why", "rnn",
    "attention",
)  # fmt: skip

FILES = {
    "cs224n-a2": "OMNIVEC_SST", "co-occurrence": "OMNIVEC_PTB", "cbow": "OMNIVEC_PTB",
    "attention": "OMNIVEC_BOOK",
}  # fmt: skip
"""The environment variable that names the real data of a lesson; without it the lesson takes what
is there or makes a small twin."""


@dataclass(frozen=True)
class Lesson:
    """A topic in a language."""

    name: str
    language: str
    cells: list[Cell]

    @property
    def title(self) -> str:
        """The first line of the first text, which is its heading."""
        return self.cells[0].source.split("\n", 1)[0].removeprefix("# ")


def lesson(name: str, language: str = "en") -> Lesson:
    """The lesson of that name.

    Raises: KeyError for a name that is not in TOPICS, ValueError for a language that is not in LANGUAGES.
    """
    if name not in TOPICS:
        raise KeyError(name)
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    steps = cells((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    if language != "en":
        steps = translated(steps, texts((FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8")))
    return Lesson(name, language, steps)
