"""A model less a bias: the direction found, taken away, and the report of what remains and what was lost."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

from omnivec.errors import OptionError
from omnivec.evaluate.bias import BiasTest, Direction, Group, Lookup, direction, pairs_of
from omnivec.evaluate.bias.lists import PathOrName
from omnivec.evaluate.bias.published import PairSource
from omnivec.evaluate.bias.words import coverage_notes, some
from omnivec.explore.debias.measured import Asked, residual
from omnivec.explore.debias.methods import METHODS, Removal
from omnivec.explore.debias.residual import Residual
from omnivec.explore.debias.scope import Scope, Sides, given, scope, sides
from omnivec.model import Model, load
from omnivec.results import ResultTable, Tabular
from omnivec.store import memory
from omnivec.store.tables import Table, table_bytes
from omnivec.vectors import Vectors

RECORD = "debiased"
"""Where a model's config keeps what was done and what remained; its card tells it."""

_DROPPED = ("fingerprint", "position")  # of a record of training: such a one cannot go on
_ABOUT = ("learner", "options", "preset", "changed", "training", "phrases")
"""What a config says of where vectors come from."""


@final
@dataclass(frozen=True)
class Debiased(Tabular):
    """The new model, and the report that belongs to it."""

    model: Model
    """Vectors alone, float32: what predicted or made words of their parts does not fit them any more."""
    residual: Residual
    direction: Direction
    left_out: tuple[str, ...]
    """Tables of the old model that the new one has not."""

    def tables(self) -> list[ResultTable]:
        """What remains, and what it cost."""
        return self.residual.tables()

    def as_json(self) -> dict[str, Any]:
        """Method, direction and report, as ``omnivec bias remove --json`` prints them."""
        method = self.model.config[RECORD]["method"]
        about = {"method": method, "direction": self.direction.as_json()}
        return {**about, **self.residual.as_json(), "left_out": list(self.left_out)}


def debias(
    source: Model | Vectors | str | os.PathLike[str],
    definitional: PairSource = "gender",
    *,
    method: str = "hard",
    equalise: PairSource | None = None,
    specific: Group | None = None,
    neutral: Group | None = None,
    words: Sequence[Group] | None = None,
    tests: Sequence[BiasTest] = (),
    similarity: Sequence[PathOrName] | None = None,
    analogies: PathOrName | None = None,
    components: int = 1,
    strength: float = 0.2,
    rounds: int = 35,
    fold_case: bool = True,
    unknown: str = "skip",
    seed: int = 1,
) -> Debiased:
    """Take the direction in which pairs differ out of vectors, and measure what is left of the bias.

    Args:
        source: a model, its path, or vectors; it stays as it is.
        definitional: the pairs, a path of a file of them, or as a text the name of published ones.
        method: "hard" makes neutral words orthogonal to the direction and the words of `equalise` equally far
            from them; "neutralise" does the former alone; "soft" maps all words such that inner products
            stay as far as they can; "nullspace" removes every direction by which a linear classifier tells
            the words that lie farthest along it. All but the last leave rows of length one.
        equalise: pairs for "hard"; when not given, `definitional`.
        specific: words that keep the direction; those of all pairs do in any case.
        neutral: the only words that lose it, in place of all others. The maps of "soft" and "nullspace" are
            made for them, and change all words.
        words: two lists to be told apart afterwards, in place of the words that lie farthest along; of longer
            ones 1,000 words are asked.
        tests: of association, before and after.
        similarity: files of word pairs; when not given, those that installed packages carry.
        analogies: a file of questions.
        components: axes of the direction.
        strength: of "soft", how much neutral words weigh.
        rounds: of "nullspace", axes that are removed at most.
        fold_case: as in `Lookup`; pairs to equalise are also looked for in lower, title and upper case.
        unknown: as in `Lookup`.
        seed: of what is drawn.

    Raises: OptionError for options out of range; InputError for lists without known words; NotFinite;
    NotEnoughMemory.

    """
    _check(method, equalise, strength, rounds)
    questions = Asked(tuple(tests), similarity, analogies, seed)
    before = _opened(source)
    lookup = Lookup(before.vectors, fold_case=fold_case, unknown=unknown)
    questions.check(lookup)
    before.vectors.index.lengths()  # a row with NaN is refused now, not after the work
    name, pairs = pairs_of(definitional)
    axis = direction(lookup, pairs, name=name, components=components)
    even = (pairs if equalise is None else pairs_of(equalise)[1]) if method == "hard" else ()
    chosen = scope(lookup, axis, even, specific, neutral, cases=fold_case)
    asked = (
        sides(lookup, axis, chosen.neutral)
        if words is None
        else given(lookup, words, halved=method == "nullspace")
    )
    need = {"the new vectors": table_bytes(len(before.keys), before.vectors.vector_size)}
    memory.require(need, "load the first rows alone (limit)")
    table, details = Removal(before.vectors, axis, chosen, asked, strength, rounds, seed).by(method)
    after = _with(before, table)
    found = residual(lookup, after.vectors, axis, asked.asked, questions, _notes(chosen, asked, table))
    after.config[RECORD] = {
        "method": method, "direction": axis.name, "pairs": len(axis.pairs), "explained": list(axis.explained),
        "neutral": int(chosen.neutral.sum()), "specific": chosen.specific, **details, **_earlier(before),
        **found.record(),
    }  # fmt: skip
    names = {table.partition(".")[0] for table in before.tables} - {"vectors"}
    return Debiased(after, found, axis, tuple(sorted(names)))


def _check(method: str, equalise: object, strength: float, rounds: int) -> None:
    if method not in METHODS:
        raise OptionError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if equalise is not None and method != "hard":
        raise OptionError(f"pairs to equalise are of the method hard, got {method}; leave them out")
    if not 0 <= strength < float("inf"):
        raise OptionError(f"strength must be 0 or more, got {strength}")
    if rounds < 1:
        raise OptionError(f"rounds must be 1 or more, got {rounds}")


def _opened(source: Model | Vectors | str | os.PathLike[str]) -> Model:
    if isinstance(source, Model):
        return source
    if not isinstance(source, Vectors):
        return load(source)
    config: dict[str, Any] = {
        "learner": None, "options": {}, "preset": None, "changed": {}, "head": None,
        "dim": source.vector_size, "rows": len(source), "training": {},
    }  # fmt: skip
    return Model(config, source.keys, source.table.arrays("vectors"))


def _with(before: Model, table: Table) -> Model:
    """A model of the new vectors alone, which remembers where the old ones came from."""
    told = {name: before.config[name] for name in _ABOUT if name in before.config}
    record = {name: value for name, value in before.record.items() if name not in _DROPPED}
    config = {**told, "training": record, "head": None, "dim": table.dim, "rows": len(table)}
    if "inputs" in before.tables or before.labels is not None:  # texts are read otherwise by those learners
        config |= {"learner": None, "options": {}, "changed": {}, "preset": None}
    return Model(config, before.keys, table.arrays("vectors"))


def _earlier(before: Model) -> dict[str, Any]:
    """The methods of removals that the old model went through."""
    record = before.config.get(RECORD)
    return {"earlier": [*record.get("earlier", []), record["method"]]} if record else {}


def _notes(chosen: Scope, asked: Sides, table: Table) -> list[str]:
    notes = [
        f"{found.name}: {note}" for found in (*chosen.lists, *asked.lists) if found.unknown
        for note in coverage_notes([found])[:1]
    ]  # fmt: skip
    if chosen.left_out:
        notes.append(f"Not made even, since a word is unknown or in two pairs: {some(chosen.left_out)}.")
    empty = int((~table.stored.any(axis=1)).sum())
    if empty:
        notes.append(f"{empty:,} words have nothing left, or had nothing: their vectors are zeros.")
    return notes
