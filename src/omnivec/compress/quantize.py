"""A model made small: rows pruned, trained again, and stored as codes or in a smaller type."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from omnivec.compress.coding import coded
from omnivec.compress.pruning import pruned
from omnivec.compress.report import compared
from omnivec.compress.retraining import retrained
from omnivec.errors import OptionError
from omnivec.evaluate.examples import Examples
from omnivec.model import Model, load
from omnivec.store.builder import stored_as
from omnivec.store.tables import DType, Table, checked_dtype

if TYPE_CHECKING:
    from omnivec.engine.progress import Progress

OUTPUT_DSUB = 2
"""Numbers that share a code in a table that predicts, whatever rows have: as fastText's files."""

MATRICES = ("vectors", "inputs", "output", "nodes")
RECORD = "quantised"
"""Where a model's config keeps what was asked for and what it has cost."""

_DROPPED = ("fingerprint", "position")  # of a record: such a training cannot go on


def quantize(
    model: Model | str | os.PathLike[str],
    *,
    dsub: int = 2,
    norms: bool = False,
    cutoff: int | None = None,
    output: bool | None = None,
    retrain: Examples | None = None,
    dtype: str | None = None,
    test: Examples | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Model:
    """A smaller model that predicts and embeds nearly as before; the given one stays as it is.

    Rows become codes of a byte for every `dsub` numbers. Vectors of words are not stored where they can be
    composed of rows: they are composed when they are asked for. What it cost is in ``config["quantised"]``:
    bytes and rows before and after; `cosine_mean`, `cosine_least` and `neighbours_kept` (the share of the ten
    nearest) of vectors of words; with `test`, `precision_before` and `precision`.

    Args:
        model: one of any learner, or its path; vectors alone, too.
        dsub: numbers of a row that share a byte, from 1 to dim; the last of a row may be fewer.
        norms: rows are coded at length one, and a further byte keeps their length.
        cutoff: rows of words and n-grams that stay at most, those of largest norm. A classifier loses words
            and n-grams; of vectors of words all words stay, and n-grams go.
        output: whether the side that predicts becomes codes as well, of two numbers; when not given, that of
            words does and that of labels does not.
        retrain: texts with labels on which the rows that `cutoff` has left are trained again before they are
            coded; of classifiers.
        dtype: "float16" or "int8" store numbers in that type instead of codes.
        test: texts with labels, on which a classifier is measured before and after.
        progress: as in `Trained.fit`, while rows are trained again.

    Raises: OptionError for options that are out of range, exclude each other, or ask of the model what it has
    not, and for a model that is quantised already; InputError for texts; NotFinite; NotEnoughMemory.

    """
    before = model if isinstance(model, Model) else load(model)
    _check(before, dsub, cutoff, retrain, test)
    kind = _checked_type(dtype, dsub, norms, output)
    small = before if cutoff is None else pruned(before, cutoff)
    if retrain is not None:
        small = retrained(small, retrain, progress)
    if output is None:
        output = before.labels is None
    tables, rounding = _tables(small, kind, dsub, norms, output)
    asked = {"dsub": dsub, "norms": norms, "output": output} if kind is None else {}
    record = {name: value for name, value in before.record.items() if name not in _DROPPED}
    config = {**small.config, "training": record, **rounding}
    after = Model({name: value for name, value in config.items() if name != "checksums"}, small.keys, tables)
    after.config[RECORD] = {
        "kind": kind or "pq", **asked, "cutoff": cutoff, "retrained": retrain is not None,
        **compared(before, after, test),
    }  # fmt: skip
    return after


def is_quantised(tables: Mapping[str, NDArray[Any]]) -> bool:
    """Whether a table of a model holds codes."""
    return any(name in tables and str(tables[name].dtype) == "uint8" for name in MATRICES)


def _tables(
    model: Model, kind: DType | None, dsub: int, norms: bool, output: bool
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The tables of the smaller model by name, and what its config says of their rounding."""
    composed = "inputs" in model.tables and model.config.get("features")
    rows, rounding = "inputs" if composed else "vectors", dict[str, Any]()
    large = {
        name: Table.named(name, model.tables, model.config["dim"])
        for name in MATRICES
        if name in model.tables
    }
    beside = {array for name, table in large.items() for array in table.arrays(name)}
    tables = {name: array for name, array in model.tables.items() if name not in beside and name != "frozen"}
    for name, table in large.items():
        if name == "vectors" and composed:
            continue
        if kind is not None:
            table, lost = stored_as(table, kind)
            rounding |= {"rounding": lost._asdict()} if name == rows else {}
        elif name == rows:
            table = coded(table, dsub, norms=norms)
        elif output:
            table = coded(table, min(OUTPUT_DSUB, table.dim), norms=norms)
        tables |= table.arrays(name)
    return tables, rounding


def _check(
    model: Model, dsub: int, cutoff: int | None, retrain: Examples | None, test: Examples | None
) -> None:
    dim = model.config["dim"]
    if is_quantised(model.tables):
        raise OptionError("this model is quantised already; quantise the one it was made of")
    if not 1 <= dsub <= dim:
        raise OptionError(f"dsub must lie between 1 and dim, {dim}, got {dsub}")
    if cutoff is not None and cutoff < 1:
        raise OptionError(f"cutoff must be 1 or more, got {cutoff}")
    if retrain is not None and cutoff is None:
        raise OptionError("retrain trains the rows that cutoff has left; give a cutoff too")
    if test is not None and model.labels is None:
        raise OptionError("test takes texts with labels, and this model is no classifier; leave it out")


def _checked_type(dtype: str | None, dsub: int, norms: bool, output: bool | None) -> DType | None:
    if dtype is None:
        return None
    kind = checked_dtype(dtype)
    if kind == "float32":
        raise OptionError("dtype must be float16 or int8, which are smaller than float32")
    if dsub != 2 or norms or output is not None:
        raise OptionError(
            f"dtype {dtype} stores all numbers in one type, dsub, norms and output are of codes"
        )
    return kind
