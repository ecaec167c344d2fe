"""GloVe: the product of two words' rows is the logarithm of how often they stand near each other.

A positive example is a cell of the co-occurrence table, the comparator a dot product with a bias on each
side, the loss weighted least squares, and every step is AdaGrad's. Definition: reference/glove.py.

Source: Pennington, Socher, Manning 2014, GloVe: Global Vectors for Word Representation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from omnivec.config import Between
from omnivec.data.wanted import NOTHING, Wanted
from omnivec.errors import NotFinite, OptionError
from omnivec.learners.learner import plural
from omnivec.learners.of_cells import Counted
from omnivec.learners.trained import Trained

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omnivec.data.cells import Cells
    from omnivec.data.corpus import Corpus
    from omnivec.data.counted import CountedText
    from omnivec.data.heldout import Text
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Vocabulary
    from omnivec.engine.job import Job
    from omnivec.engine.outcome import Outcome
    from omnivec.engine.plan import Work
    from omnivec.engine.progress import Listener
    from omnivec.engine.schedule import Shard
    from omnivec.model import Model

_NOT_HELD_OUT = (
    "nothing is held out: GloVe learns from cells, not from units of text, and cells of two texts have no "
    "common scale"
)

GIVEN = "given"
"""The table of vectors that words are held to, with a 1 behind each."""

SIDES = ("left", "right")
"""The tables that learn, of words and of contexts, as kernels/cells.py has them."""


@dataclass(frozen=True, kw_only=True)
class GloVe(Counted, Trained):
    """Vectors of words, learned from how often words stand near each other."""

    name: ClassVar[str] = "glove"
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "glove": {
            "dim": 50, "window": 15, "weighting": "distance", "symmetric": True, "min_count": 5,
            "x_max": 100.0, "alpha": 0.75, "lr": 0.05, "lr_floor": 1.0, "squares": "steps",
            "divide_by": "before", "bias_lr": 1.0, "biases": "random", "clip": 100.0, "vectors": "sum",
            "epochs": 25,
        },
    }  # fmt: skip
    needs: ClassVar[Mapping[str, tuple[str, object]]] = {"bias_lr": ("squares", "steps")}
    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {
        "vector_size": "dim", "iter": "epochs", "eta": "lr", "window_size": "window",
        "min_vocab_count": "min_count", "max_vocab": "max_size", "grad_clip": "clip",
        "distance_weighting": {0: ("weighting", "one"), 1: ("weighting", "distance")},
        "model": {1: ("vectors", "words"), 2: ("vectors", "sum")},
        "no_components": "dim", "learning_rate": "lr", "no_threads": "threads", "max_count": "x_max",
    }  # fmt: skip
    elsewhere: ClassVar[Mapping[str, str]] = {
        "negatives": "cells that are empty are left out, nothing is drawn",
        "checkpoint_every": "pass checkpoint to fit", "load_init_param": "pass start to fit",
        "vocab_file": "pass vocabulary to fit", "input_file": "the cells go to fit",
        "binary": "save the model, then convert it", "write_header": "save the model, then convert it",
        **dict.fromkeys(["heldout", "patience", "heldout_text"], _NOT_HELD_OUT),
    }  # fmt: skip

    window: Annotated[int, Between(1, 1000)] = 10
    """Words on each side that count as near."""
    epochs: Annotated[int, Between(1, 100_000)] = 15
    """Passes over the cells."""
    x_max: Annotated[float, Between(1e-6, 1e12)] = 10.0
    """Cells from here on weigh 1; the larger the text, the larger: 100 for a thousand million words."""
    alpha: Annotated[float, Between(0, 10)] = 0.75
    """A smaller cell x weighs (x / x_max)^alpha."""
    squares: Literal["gradients", "steps"] = "steps"
    """What AdaGrad sums up: gradients, or gradients times lr, so that rates fall later."""
    divide_by: Literal["all", "before"] = "all"
    """A gradient is divided by the root of all squares, its own too, or of those before it."""
    bias_lr: Annotated[float, Between(1e-9, 100)] | None = None
    """Learning rate of biases; that of vectors when not given."""
    biases: Literal["chance", "random"] = "chance"
    """How biases begin: as words would meet by chance, so that vectors learn the rest, or near 0."""
    clip: Annotated[float, Between(1e-6, 1e12)] | None = None
    """No derivative counts for more than this; any does when not given."""
    vectors: Literal["sum", "words"] = "sum"
    """A word's vector: its row as a word plus its row as context, or the first alone."""
    pull: Annotated[float, Between(0, 1e6)] = 0.0
    """How strongly words that begin with given vectors are held to them; 0 lets them go."""
    lr: Annotated[float, Between(1e-9, 100)] = 0.15
    """Learning rate at the start, of vectors and biases."""
    lr_floor: Annotated[float, Between(0, 1)] = 0.3
    """Share of lr that is left at the end, beside what AdaGrad does."""

    inputs: ClassVar[str] = SIDES[0]
    remedies: ClassVar[str] = "lower dim, raise min_count or set max_size"

    @property
    def rate(self) -> float:
        """Learning rate at the start."""
        return self.lr

    @property
    def floor(self) -> float:
        """Share of the rate that is left at the end."""
        return self.lr_floor

    def summary(self) -> str:
        """The options in one line."""
        parts = [
            self.counts_of(), f"dim {self.dim}", f"x_max {self.x_max:g}", f"alpha {self.alpha:g}",
            f"lr {self.lr:g}", plural(self.epochs, "epoch"), plural(self.workers, "thread"),
            f"seed {self.seed}",
        ]  # fmt: skip
        return " · ".join(parts)

    def described(self) -> None:
        """A word is one row."""

    def head(self) -> None:
        """Nothing is predicted."""

    def check_wishes(self, heldout_text: object, frozen: bool, given: bool) -> None:
        """Nothing is held out; rows stay near vectors that were given, and no sum of them does."""
        if heldout_text is not None:
            raise OptionError(f"leave heldout_text out: {_NOT_HELD_OUT}")
        if self.pull and not given:
            raise OptionError(
                "pull holds words to the vectors of start, got none; give start, or leave pull out"
            )
        if self.pull and frozen:
            raise OptionError(
                "pull and frozen exclude each other: what is frozen does not move; give one of them"
            )
        if (frozen or self.pull) and self.vectors == "sum":
            what = "frozen keeps" if frozen else "pull holds"
            raise OptionError(
                f"{what} the rows that were given, and vectors sum adds others to them; set vectors to words"
            )

    def corpus(self, source: Source | Cells, listener: Listener, wanted: Wanted = NOTHING) -> CountedText:
        """Count a text, or take the cells that the source is."""
        from omnivec.data.counted import CountedText

        return CountedText.of(self.cells(source, listener, wanted))

    def fingerprint(self, corpus: Corpus, heldout: Text | None) -> dict[str, Any]:
        """That of the text which was counted."""
        return dict(cast("CountedText", corpus).cells.fingerprint)

    def text_held_out(
        self, corpus: Corpus, source: Source, tokenizer: Tokenizer | None, listener: Listener
    ) -> tuple[Corpus, Text]:
        """Nothing is held out: `fit` has refused it."""
        raise OptionError(_NOT_HELD_OUT)

    def work(self, corpus: Corpus) -> Work:
        """Cells, each of which moves two rows."""
        from omnivec.engine.plan import Work

        cells = len(cast("CountedText", corpus).cells)
        return Work(tokens_kept=corpus.known, predictions=cells, rows_moved=2 * cells)

    def rows(self, words: int) -> int:
        """A row for each word."""
        return words

    def memory(self, words: int, labels: int = 0) -> dict[str, int]:
        """Bytes that training allocates for a vocabulary of `words`, by what for."""
        from omnivec.store.tables import padded_width

        side = words * self.width * 2 * 4
        row = padded_width(self.dim) * 4
        return {
            **dict.fromkeys(SIDES, side), "vectors": words * row, "output": words * row,
            "biases": words * padded_width(2) * 4,
            **({GIVEN: words * padded_width(self.dim + 1) * 4} if self.pull else {}),
        }  # fmt: skip

    @property
    def width(self) -> int:
        """Floats of a row in training: its vector, its bias, and the 1 that the other side's bias meets."""
        from omnivec.store.tables import padded_width

        return padded_width(self.dim + 2)

    def initial(self, vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
        """Both sides as kernels/cells.py takes them: vectors in ±1/(2 dim), biases, sums behind them."""
        import numpy as np

        from omnivec.engine import start
        from omnivec.store.tables import empty_table

        rows, dim, width = len(vocabulary), self.dim, self.width
        sums, bias_sums = self.sums
        tables = {}
        for number, name in enumerate(SIDES):
            table, generator = empty_table(rows, 2 * width), np.random.default_rng([self.seed, 2 + number])
            bias, one = dim + number, dim + 1 - number
            table[:, :dim] = start.initial_table(rows, dim, self.seed + number * 2**32)[:, :dim]
            near_0 = (generator.random(rows, dtype=np.float32) - np.float32(0.5)) / np.float32(dim)
            table[:, bias] = near_0 if self.biases == "random" else self._by_chance(vocabulary.counts)
            table[:, one] = 1
            table[:, width:] = np.inf  # what has no gradient of its own stays as it is
            table[:, width : width + dim], table[:, width + bias] = sums, bias_sums
            tables[name] = table
        if self.pull:
            tables[GIVEN] = empty_table(rows, dim + 1)
        return tables

    def begun(self, tables: Mapping[str, NDArray[Any]], rows: NDArray[np.uint8]) -> None:
        """Remember the vectors that words are held to."""
        if self.pull:
            from omnivec.engine.pull import remember

            remember(tables[GIVEN], tables[self.inputs], self.dim, rows)

    def _by_chance(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Biases of words that stand at random, (words,). Definition: reference/glove.py, `chance`."""
        import numpy as np

        from omnivec.data.cooccurrence import amounts_of

        amounts, whole = amounts_of(self.weighting, self.window)
        reach = (1 + self.symmetric) * amounts.sum() / whole  # what all neighbours of a word weigh together
        each = np.maximum(counts, 1).astype(np.float64)
        biases: NDArray[np.float64] = np.log(each) + 0.5 * np.log(reach / each.sum())
        return biases

    @property
    def sums(self) -> tuple[float, float]:
        """Where sums of squared gradients begin, of vectors and of biases.

        At 1 for gradients. A step lr · g / √(1 + Σ (lr · g)²) is g / √(1 / lr² + Σ g²), so they begin at
        1 / lr² and the rate is 1 where steps are summed.
        """
        if self.squares == "gradients":
            return 1.0, 1.0
        return self.lr**-2, (self.bias_lr or self.lr) ** -2

    def job(
        self, corpus: Corpus, tables: Mapping[str, NDArray[Any]], frozen: NDArray[np.uint8] | None = None
    ) -> Job:
        """What the engine runs: the kernel over cells in an order of its own for every epoch."""
        import numpy as np

        from omnivec.engine import start
        from omnivec.engine.job import Job
        from omnivec.engine.pull import pull
        from omnivec.kernels import cells as kernel

        cells = cast("CountedText", corpus).cells
        words, contexts = (tables[name] for name in SIDES)
        if frozen is not None:
            words[frozen == 1, self.width : self.width + self.dim] = np.inf
        scale = 1.0 if self.squares == "gradients" else 1 / self.lr

        def step(shard: Shard, sums: NDArray[np.float64]) -> None:
            bad = kernel.train(
                cells.starts, cells.columns, cells.weights, shard.first, shard.last, words, contexts,
                self.x_max, self.alpha, self.clip, self.divide_by == "all", shard.rate * scale,
                shard.decay * scale, start.base(self.seed, shard.epoch), sums,
            )  # fmt: skip
            if bad >= 0:
                row = int(np.searchsorted(cells.starts, bad, side="right")) - 1
                pair = f"{cells.vocabulary.keys[row]!r} and {cells.vocabulary.keys[cells.columns[bad]]!r}"
                raise NotFinite(
                    f"the cost became {sums[0]} in epoch {shard.epoch + 1} at the cell of {pair} "
                    f"({cells.weights[bad]:g}); lower lr (it was {shard.rate:.3g} there)"
                )
            if self.pull:  # each row once an epoch, as cells are: a share of rows with a share of cells
                first, last = (len(words) * cell // len(cells) for cell in (shard.first, shard.last))
                pull(words, tables[GIVEN], self.dim, first, last, shard.rate * scale * self.pull)

        def measure(tokens: NDArray[np.int32], units: NDArray[np.int64], sums: NDArray[np.float64]) -> None:
            raise OptionError(_NOT_HELD_OUT)

        def look() -> NDArray[np.float32]:
            vectors: NDArray[np.float32] = self.kept(corpus.vocabulary, tables)["vectors"]
            return vectors

        return Job(tables, step, measure, look, 4 * self.width, self.chance(cells))

    def chance(self, cells: Cells) -> float:
        """Mean cost of a cell where every product is 0: of biases as they begin alone."""
        import numpy as np

        total, block, by_chance = 0.0, 1 << 20, self._by_chance(cells.vocabulary.counts)
        biases = np.zeros(cells.words) if self.biases == "random" else by_chance
        for first in range(0, len(cells), block):
            some = slice(first, first + block)
            logs = np.log(cells.weights[some].astype(np.float64))
            shares = np.exp(np.minimum(0.0, self.alpha * (logs - np.log(self.x_max))))
            borders = np.clip(cells.starts, first, first + len(logs))  # of the rows' parts in this block
            rest = logs - np.repeat(biases, borders[1:] - borders[:-1]) - biases[cells.columns[some]]
            total += float(shares @ rest**2) / 2
        return total / len(cells)

    def kept(self, vocabulary: Vocabulary, tables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The tables of a model: vectors, the rows of contexts, and the biases of both, (words, 2)."""
        from omnivec.store.tables import empty_table

        rows, dim = len(vocabulary), self.dim
        sides = [empty_table(rows, dim) for _ in range(2)]
        biases = empty_table(rows, 2)
        for number, name in enumerate(SIDES):
            sides[number][:, :dim] = tables[name][:, :dim]
            biases[:, number] = tables[name][:, dim + number]
        if self.vectors == "sum":
            sides[0] += sides[1]
        return {"vectors": sides[0], "output": sides[1], "biases": biases}

    def shapes(self, words: int, predicted: int) -> dict[str, tuple[int, ...]]:
        """The tables of a model, by name."""
        from omnivec.store.tables import padded_width

        rows = (words, padded_width(self.dim))
        return {"vectors": rows, "output": rows, "biases": (words, padded_width(2))}

    def model_of(
        self,
        corpus: Corpus,
        tables: Mapping[str, NDArray[Any]],
        outcome: Outcome,
        changed: dict[str, object],
        more: Mapping[str, Any] | None = None,
    ) -> Model:
        """The model, with what a run goes on from while there is more to train; the record counts text."""
        from omnivec.model import Model

        text = cast("CountedText", corpus).cells.fingerprint
        counts = {name: text[name] for name in ("tokens_in_vocabulary", "units")}
        record = {**counts, "cells": len(corpus.tokens), **(more or {})}
        model = super().model_of(corpus, tables, outcome, changed, record)
        if not outcome.interrupted:
            return model
        return Model(model.config, model.keys, {**model.tables, **tables})
