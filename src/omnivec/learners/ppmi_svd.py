"""PPMISVD: a word is known by what stands near it more often than by chance, in few numbers.

Cells become positive pointwise mutual information, whose largest singular values and their vectors are kept:
nothing is drawn but where the search for them begins, and nothing is trained. Definition: reference/counts/.

Sources: Levy, Goldberg, Dagan 2015, Improving Distributional Similarity with Lessons Learned from Word
Embeddings; Levy, Goldberg 2014, Neural Word Embedding as Implicit Matrix Factorization.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from omnivec.config import Between
from omnivec.data.wanted import Wanted
from omnivec.errors import InputError
from omnivec.learners.learner import plural
from omnivec.learners.of_cells import Counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from omnivec.data.cells import Cells
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.factors import Factors
    from omnivec.engine.plan import Plan
    from omnivec.engine.ppmi import Sparse
    from omnivec.engine.progress import Listener
    from omnivec.model import Model

_log = logging.getLogger("omnivec")

_AT_ONCE = "the decomposition is computed at once; iterations refine it"


@dataclass(frozen=True, kw_only=True)
class PPMISVD(Counted):
    """Vectors of words, computed from how often they stand near each other."""

    name: ClassVar[str] = "ppmi-svd"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "book": {
            "dim": 100, "window": 2, "weighting": "one", "smoothing": 1.0, "shift": 1.0,
            "eigenvalue_power": 0.0, "vectors": "words", "iterations": 5, "unit": "document",
            "line_end": "<eos>", "min_count": 1,
        },
    }  # fmt: skip
    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "vector_size": "dim", "size": "dim", "workers": "threads", "thread": "threads", "win": "window",
        "window_size": "window", "thr": "min_count", "minCount": "min_count", "cds": "smoothing",
        "neg": "shift", "eig": "eigenvalue_power", "n_iter": "iterations", "n_components": "dim",
        "random_state": "seed",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("epochs", "lr", "resume", "checkpoint", "start", "freeze"), _AT_ONCE),
        "sentences": "the text goes to fit",
        "dyn": "set weighting to expected", "w+c": "set vectors to sum",
    }  # fmt: skip

    smoothing: Annotated[float, Between(0, 1)] = 0.75
    """Contexts are counted as count^smoothing, which makes a rare one less surprising."""
    shift: Annotated[float, Between(1e-3, 1e3)] = 1.0
    """k: ln k is taken from all mutual information, as skip-gram does with k negatives."""
    eigenvalue_power: Annotated[float, Between(0, 1)] = 0.5
    """Vectors are U·S^power: 1 keeps the products of the matrix's rows, 0 weighs all directions alike."""
    vectors: Literal["sum", "words"] = "words"
    """A word's vector: its row as a word plus its row as context, or the first alone."""
    iterations: Annotated[int, Between(0, 100)] = 5
    """Power iterations of the randomised decomposition; each passes over the matrix twice."""

    remedies: ClassVar[str] = "raise min_count or shift, lower window or dim, or set max_size"

    def summary(self) -> str:
        """The options in one line."""
        parts = [
            self.counts_of(), f"dim {self.dim}", f"smoothing {self.smoothing:g}", f"shift {self.shift:g}",
            f"eigenvalue power {self.eigenvalue_power:g}", *(["w + c"] if self.vectors == "sum" else []),
            plural(self.iterations, "iteration"), plural(self.threads, "thread"), f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def described(self) -> None:
        """A word is one row."""

    def head(self) -> None:
        """Nothing is predicted."""

    def fit(
        self,
        source: Source | Cells,
        *,
        tokenizer: Tokenizer | None = None,
        vocabulary: Vocabulary | None = None,
        rule: Rule | None = None,
        progress: Listener | None = None,
    ) -> Model:
        """Compute a vector for every word of a text.

        Args:
            source: a path (str or path-like) of a file or folder; or an iterable of texts (str), files (Path)
                and token lists; or cells that were counted before, as such or as the path of their file.
            tokenizer: a function from a line to its tokens, in place of splitting at white space.
            vocabulary: words and counts to use instead of those of the source; cells must be of just these.
            rule: a function of (word, count): True keeps a word, False drops it, None leaves it to min_count.
            progress: receives an `omnivec.engine.progress.Progress` for every finished phase, and while a
                text is read and counted.

        A word that stands near no other more often than by chance has a vector of zeros; how many do is
        logged. Where dim is more than the words, the numbers beyond them are zeros, too.

        Raises: InputError for a source that is missing, not text, empty, or of fewer than two words after
        min_count, and when no two words stand together more often than by chance; OptionError for cells that
        were counted in another way; FormatError for a damaged file of them; NotEnoughMemory before the matrix
        is made; MissingExtra without scikit-learn.

        """
        from omnivec.engine import factors, phases
        from omnivec.engine.ppmi import Sparse, positive
        from omnivec.engine.progress import Progress, silent

        factors.library()  # what is missing is said before a text is read
        listener, asked = progress or silent, self.suited(source)
        chosen = asked.derived()
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        cells = chosen.cells(source, listener, Wanted(tokenizer, vocabulary, rule))
        began = time.perf_counter()
        phases.require(chosen.memory(cells.words, len(cells)), self.remedies, listener)
        counts = Sparse(cells.starts, cells.columns, cells.weights)
        matrix = positive(
            counts, chosen.smoothing, chosen.shift, lambda done: listener(Progress(phase="ppmi", done=done))
        )
        if not len(matrix.values):
            raise InputError(
                f"{cells.name}: none of its {len(cells):,} pairs of words stands together more often than by "
                "chance; lower shift, or give more text"
            )
        kept = f"{len(matrix.values):,} of {len(cells):,} pairs are above 0"
        listener(Progress(phase="ppmi", done=1, text=kept))
        listener(Progress(phase="svd"))
        found = factors.factored(matrix, chosen.dim, chosen.iterations, chosen.seed)
        seconds, share = time.perf_counter() - began, explained(matrix, found)
        text = f"{len(found.singular)} singular values in {seconds:.1f} s, {share:.1%} of the squared numbers"
        listener(Progress(phase="svd", done=1, text=text.replace("%", " %")))
        record = chosen.record(cells, matrix, found, seconds)
        report_still(cells, matrix)
        return chosen.made(cells.vocabulary, cells.phrases, chosen.tables(found), record, asked.changed())

    def tables(self, found: Factors) -> dict[str, NDArray[Any]]:
        """`vectors`, and `output`: the contexts' vectors, V·S^power."""
        from omnivec.store.tables import empty_table

        scale, k = found.singular**self.eigenvalue_power, len(found.singular)
        vectors, output = (empty_table(len(side), self.dim) for side in (found.left, found.right))
        vectors[:, :k], output[:, :k] = found.left * scale, found.right * scale
        if self.vectors == "sum":
            vectors += output
        return {"vectors": vectors, "output": output}

    def memory(self, words: int, cells: int) -> dict[str, int]:
        """Bytes that the computation allocates at most for so many words and cells, by what for."""
        from omnivec.engine import factors, ppmi
        from omnivec.store.tables import padded_width

        table = words * padded_width(self.dim) * 4
        return {
            "matrix": ppmi.bytes_for(words, cells), "decomposition": factors.bytes_for(words, self.dim),
            "vectors": table, "output": table,
        }  # fmt: skip

    def record(self, cells: Cells, matrix: Sparse, found: Factors, seconds: float) -> dict[str, Any]:
        """What `Model.record` tells; seconds are those after the text was counted."""
        words, text = cells.vocabulary, cells.fingerprint
        return {
            "source": cells.name,
            "tokens": text["tokens"],
            "tokens_in_vocabulary": text["tokens_in_vocabulary"],
            "tokens_counted": words.total,
            "types": words.types,
            "units": text["units"],
            "invalid_tokens": cells.invalid,
            "cells": len(cells),
            "cells_above_zero": len(matrix.values),
            "singular_values": found.singular.tolist(),
            "explained": explained(matrix, found),
            "seconds": seconds,
            "tokens_per_second": text["tokens"] / max(seconds, 1e-9),
            "loss": [],
            "threads": self.threads,
            "deterministic": True,
            "interrupted": False,
            "history": [],
            "fingerprint": dict(text),
        }

    def plan(self, source: Source | Cells, *, progress: Listener | None = None) -> Plan:
        """What `fit` would do and need. A text is read and its pairs are counted, nothing is decomposed.

        An epoch is one product of the matrix with a vector for each number of `dim` and a few more; it moves
        a row for each cell, of which those that turn out to be 0 are none.

        Raises: InputError as `fit`; memory that does not suffice is said in the plan and not raised.
        """
        from omnivec.engine import factors
        from omnivec.engine.plan import Plan, tables_bytes
        from omnivec.engine.progress import Progress, silent
        from omnivec.store import memory
        from omnivec.store.tables import padded_width

        listener, chosen = progress or silent, self.suited(source).derived()
        listener(Progress(phase="options", done=1, text=chosen.summary()))
        cells = chosen.cells(source, listener)
        words, free = cells.vocabulary, memory.available()
        shape = len(words), padded_width(self.dim)
        return Plan(
            options=chosen.as_dict(),
            words=len(words),
            labels=None,
            tokens=cells.fingerprint["tokens"],
            tokens_in_vocabulary=cells.fingerprint["tokens_in_vocabulary"],
            tokens_kept=cells.fingerprint["tokens_in_vocabulary"],
            epochs=2 * self.iterations + 2,
            predictions=len(cells),
            rows_moved=len(cells),
            floats_moved=len(cells) * (self.dim + factors.MORE),
            memory=chosen.memory(len(words), len(cells)),
            memory_free=free[0],
            memory_limit=free[1],
            disk=tables_bytes(words, dict.fromkeys(("vectors", "output"), shape)),
        )


def explained(matrix: Sparse, found: Factors) -> float:
    """Share of the sum of the matrix's squares that the singular values kept hold."""
    import numpy as np

    whole = float(np.einsum("i,i->", matrix.values, matrix.values, dtype=np.float64))
    kept = float((found.singular.astype(np.float64) ** 2).sum())
    return min(1.0, kept / whole)  # both are of rounded numbers


def report_still(cells: Cells, matrix: Sparse) -> None:
    """Warn of words whose vector is zeros."""
    import numpy as np

    still = np.flatnonzero(np.diff(matrix.starts) == 0)
    if len(still):
        _log.warning(
            "%s: %s of %s words, such as %r, stand near no other more often than by chance: their vectors "
            "are zeros; lower shift, or raise min_count",
            cells.name, f"{len(still):,}", f"{cells.words:,}", cells.vocabulary.keys[int(still[0])],
        )  # fmt: skip
