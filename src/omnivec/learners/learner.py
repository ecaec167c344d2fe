"""What all learners share: options, and a `fit` that turns a source into a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from omnivec.config import Between, Options, options
from omnivec.store.processors import processors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from omnivec.data.cells import Cells
    from omnivec.data.corpus import Reading
    from omnivec.data.phrases import Phrases
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.plan import Plan
    from omnivec.engine.progress import Listener
    from omnivec.model import Model


@dataclass(frozen=True, kw_only=True)
class Learner(Options, ABC):
    """Abstract. A learner is its options, frozen and checked, and `fit`; no constructor trains."""

    name: ClassVar[str]
    """What `config.json` and the command line call it."""

    dim: Annotated[int, Between(1, 4096)] = 100
    """Floats in a vector; time and memory grow in proportion."""
    threads: Annotated[int, Between(1, 1024)] | None = None
    """As many as the process has processors when not given; one gives the same bits for a seed."""
    seed: Annotated[int, Between(0, 2**63 - 1)] = 1
    """Start of every random number."""

    remedies: ClassVar[str]
    """What makes it smaller, for the message when memory does not suffice."""

    @abstractmethod
    def fit(
        self,
        source: Source | Cells,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        progress: Listener | None = None,
    ) -> Model:
        """Learn a vector for every word of a text; glove and ppmi-svd take its cells, too."""

    @abstractmethod
    def plan(self, source: Source | Cells, *, progress: Listener | None = None) -> Plan:
        """What `fit` would do and need. The text is read and counted, nothing is learned.

        Raises: InputError as `fit`; memory that does not suffice is said in the plan and not raised.
        """

    def suited(self, source: object) -> Self:
        """The same learner with the options that the source has decided already: none, where it is text."""
        return self

    def derived(self) -> Self:
        """The same learner with the options filled in that follow from others or from the machine."""
        return self.replaced(threads=self.threads or processors())

    @abstractmethod
    def summary(self) -> str:
        """The options in one line."""

    @abstractmethod
    def reading(self) -> Reading:
        """How the text is read."""

    @abstractmethod
    def described(self) -> dict[str, Any] | None:
        """What a word is made of, for `config.json`; None where it is one row."""

    @abstractmethod
    def head(self) -> dict[str, Any] | None:
        """What is predicted beside words, for `config.json`; None where nothing is."""

    def made(
        self,
        words: Vocabulary,
        phrases: Sequence[Phrases],
        tables: Mapping[str, NDArray[Any]],
        record: Mapping[str, Any],
        changed: dict[str, object],
    ) -> Model:
        """A model of finished tables; self has no option left open."""
        from omnivec.model import Model
        from omnivec.store.keys import Keys

        config: dict[str, Any] = {
            "learner": self.name,
            "options": self.as_dict(),
            "preset": self.preset_name,
            "changed": changed,
            "features": self.described(),
            "head": self.head(),
            "dim": self.dim,
            "rows": len(words),
            "training": dict(record),
        }
        if phrases:
            from omnivec.data.phrase_file import remembered

            config["phrases"] = remembered(each.contents for each in phrases)
        keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
        return Model(config, keys, tables)

    def changed(self) -> dict[str, object]:
        """The options whose value is not the default."""
        given = self.as_dict()
        return {
            name: given[name] for name, option in options(type(self)).items() if given[name] != option.default
        }


def plural(count: int | None, noun: str) -> str:
    """`1 epoch`, `5 epochs`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
