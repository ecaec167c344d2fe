"""What all learners share: options, and a `fit` that turns a source into a model."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from omnivec.config import Between, Options, options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.corpus import Corpus
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.hogwild import Outcome
    from omnivec.engine.progress import Progress
    from omnivec.model import Model


@dataclass(frozen=True, kw_only=True)
class Learner(Options, ABC):
    """Abstract. A learner is its options, frozen and checked, and `fit`; no constructor trains."""

    name: ClassVar[str]
    """What `config.json` and the command line call it."""

    dim: Annotated[int, Between(1, 4096)] = 100
    """Floats in a vector; time and memory grow in proportion."""
    epochs: Annotated[int, Between(1, 100_000)] = 5
    """Passes over the text."""
    threads: Annotated[int, Between(1, 1024)] | None = None
    """As many as the process has processors when not given; one gives the same bits for a seed."""
    seed: Annotated[int, Between(0, 2**63 - 1)] = 1
    """Start of every random number."""

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

    def model_of(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[np.float32]],
        outcome: Outcome,
        changed: dict[str, object],
    ) -> Model:
        """The trained tables as a model, with the record of their training; self has no option left open."""
        from omnivec.model import Model
        from omnivec.store.keys import Keys

        words, epochs = corpus.vocabulary, outcome.tokens / len(corpus.tokens)
        record = {
            "source": corpus.name,
            "tokens": corpus.total,
            "tokens_in_vocabulary": len(corpus.tokens),
            "types": words.types,
            "units": len(corpus.units) - 1,
            "invalid_tokens": corpus.invalid,
            "epochs": int(epochs) if epochs == int(epochs) else epochs,
            "pairs": outcome.pairs,
            "seconds": outcome.seconds,
            "tokens_per_second": corpus.total * epochs / outcome.seconds,
            "loss": outcome.losses,
            "threads": self.threads,
            "deterministic": self.threads == 1,
            "interrupted": outcome.interrupted,
        }
        config = {
            "learner": self.name,
            "options": self.as_dict(),
            "preset": None,
            "changed": changed,
            "head": None,
            "dim": self.dim,
            "rows": len(words),
            "training": record,
        }
        keys = words.keys if isinstance(words.keys, Keys) else Keys.build(words.keys, words.counts)
        return Model(config, keys, dict(tables))

    def changed(self) -> dict[str, object]:
        """The options whose value is not the default."""
        given = self.as_dict()
        return {
            name: given[name] for name, option in options(type(self)).items() if given[name] != option.default
        }


def plural(count: int | None, noun: str) -> str:
    """`1 epoch`, `5 epochs`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
