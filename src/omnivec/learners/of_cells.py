"""What the learners of cells share: a text is counted before it is learned from, or was, into a file.

Either way the model is the same: what decides how cells come to be are options, and cells know theirs.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from omnivec.config import Between, options
from omnivec.data.wanted import NOTHING, Wanted
from omnivec.errors import FormatError, OptionError
from omnivec.learners.text import READ, Reader

if TYPE_CHECKING:
    from omnivec.data.cells import Cells
    from omnivec.data.sources import Source
    from omnivec.engine.progress import Listener

COUNTED = ("window", "weighting", "symmetric")
"""The options that say what is counted."""


@dataclass(frozen=True, kw_only=True)
class Counted(Reader):
    """Abstract. Vectors of words, learned from how often they stand near each other."""

    last: ClassVar[tuple[str, ...]] = (*COUNTED, *Reader.last)

    window: Annotated[int, Between(1, 1000)] = 5
    """Words on each side that count as near."""
    weighting: Literal["distance", "one", "expected"] = "distance"
    """What a pair d words apart counts: 1/d, 1, or (window + 1 − d)/window as a dynamic window's does."""
    symmetric: bool = True
    """Count both words as near the other; else only what follows a word."""
    min_count: Annotated[int, Between(1, 2**62)] = 5
    """Words that occur less often are left out."""
    max_size: Annotated[int, Between(2, 2**31 - 1)] | None = None
    """At most so many words, the most frequent ones."""
    unit: Literal["line", "paragraph", "document"] = "line"
    """What a window never crosses the border of; a paragraph ends at an empty line."""
    line_end: str | None = None
    """A token to put at the end of every line, such as <eos>."""

    def counts_of(self) -> str:
        """What is counted, for the summary."""
        return counting(self.window, self.weighting, self.symmetric)

    def cells(self, source: Source | Cells, listener: Listener, wanted: Wanted = NOTHING) -> Cells:
        """The cells of a text, counted, or those that were given or saved; of a suited learner.

        source: a text as in `fit`, cells, or the path of a file of them.

        Raises: InputError for a text as `phases.read`, and for cells of other words than are wanted;
        OptionError for what comes too late for cells; FormatError for a damaged file.
        """
        from omnivec.data.cooccurrence import Cells, count
        from omnivec.engine import phases
        from omnivec.engine.progress import Progress

        if (given := opened(source)) is not None:
            if wanted.tokenizer is not None or wanted.rule is not None:
                raise OptionError("tokenizer and rule are for texts, and these cells have been counted")
            if wanted.vocabulary is not None:
                given.check_words(wanted.vocabulary.keys, "the given vocabulary")
            listener(Progress(phase="count", done=1, text=f"{told(given)} of {given.name}, from before"))
            return given
        assert not isinstance(source, Cells)  # they were opened
        corpus = phases.read(self.reading(), source, listener, wanted)
        began = time.perf_counter()

        def tell(done: float) -> None:
            listener(Progress(phase="count", done=min(done, 1 - 1e-9)))

        cells = count(
            corpus, self.window, self.weighting, self.symmetric, threads=self.threads, told=tell,
            reading=asdict(self.reading()),
        )  # fmt: skip
        text = f"{told(cells)} in {time.perf_counter() - began:.1f} s"
        listener(Progress(phase="count", done=1, text=text))
        return cells

    def suited(self, source: object) -> Self:
        """Self with the options by which given or saved cells came to be; as it is for a text.

        Raises: OptionError for an option that says another thing than the cells do; FormatError for a file.
        """
        cells = opened(source)
        return self if cells is None else self._as_counted(cells)

    def _as_counted(self, cells: Cells) -> Self:
        """Self with the options by which the cells came to be, which must not say another thing."""
        found = {name: cells.reading[name] for name in READ if name in cells.reading}
        found |= {name: getattr(cells, name) for name in COUNTED}
        known = options(type(self))
        for name, value in found.items():
            mine = getattr(self, name)
            if mine != value and (name in self.said or mine != known[name].default):
                raise OptionError(
                    f"{name} is {mine!r}, and the cells of {cells.name} were counted with {value!r}; leave "
                    "it out, set it to that, or count the text again"
                )
        try:
            return self.replaced(**found)
        except OptionError as error:
            raise FormatError(f"the cells of {cells.name} were counted with what is none: {error}") from None


def counting(window: int, weighting: str, symmetric: bool) -> str:
    """`window 10 (1/d)`."""
    weights = {"distance": "1/d", "one": "1", "expected": "dynamic"}[weighting]
    sides = "" if symmetric else ", one side"
    return f"window {window} ({weights}{sides})"


def opened(source: object) -> Cells | None:
    """Cells that were given, or lie in a file; None for a text. Raises: OptionError for phrases of cells."""
    from omnivec.data.cells import Cells, is_cells
    from omnivec.data.phrases import unwrapped

    inner, steps = unwrapped(source)
    if isinstance(inner, Cells):
        cells = inner
    elif isinstance(inner, (str, os.PathLike)) and is_cells(inner):
        cells = Cells.open(inner)
    else:
        return None
    if steps:
        raise OptionError("phrases are joined in a text, and these cells have been counted")
    return cells


def told(cells: Cells) -> str:
    """`28,365,449 pairs of 68,681 words`."""
    return f"{len(cells):,} pairs of {cells.words:,} words"
