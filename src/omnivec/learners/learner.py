"""What all learners share: options, and a `fit` that turns a source into a model."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from omnivec.config import Options, options

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.progress import Progress
    from omnivec.model import Model


@dataclass(frozen=True, kw_only=True)
class Learner(Options, ABC):
    """Abstract. A learner is its options, frozen and checked, and `fit`; nothing is trained in a
    constructor.
    """

    name: ClassVar[str]
    """What `config.json` and the command line call it."""

    @abstractmethod
    def fit(
        self,
        source: Source,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Model:
        """Train on a source and return the model."""

    def changed(self) -> dict[str, object]:
        """The options whose value is not the default."""
        given = self.as_dict()
        return {
            name: given[name] for name, option in options(type(self)).items() if given[name] != option.default
        }


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
