"""The rows that pruning has left are trained again: a text is the mean of those of its rows that are left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from omnivec.data.corpus import Corpus, Types
from omnivec.data.labelled import NONE, WORD
from omnivec.data.sources import describe
from omnivec.data.vocabulary import Vocabulary
from omnivec.errors import InputError, OptionError
from omnivec.evaluate.examples import Examples, examples
from omnivec.model import Model
from omnivec.store.keys import Keys
from omnivec.store.tables import Table, empty_table

if TYPE_CHECKING:
    from omnivec.engine.progress import Progress

_KEPT = (
    "epochs", "lr", "lr_floor", "labels", "negatives", "power", "class_weights", "seed", "threads",
    "deterministic",
)  # fmt: skip


def retrained(model: Model, source: Examples, progress: Callable[[Progress], None] | None = None) -> Model:
    """A pruned classifier whose rows and outputs went on learning from texts with labels, as at first.

    Every row that is left takes the part of a word, so that training knows of no n-grams.
    Raises: OptionError for a model that is no classifier; InputError when no text has a label and a row.
    """
    from omnivec.engine.progress import silent
    from omnivec.learners.classifier import Classifier

    if model.labels is None:
        raise OptionError("retrain goes on with texts and labels, and this model is no classifier")
    dim, given = model.config["dim"], model.options
    known = {name: given[name] for name in _KEPT if given.get(name) is not None}
    learner = Classifier(
        **known, dim=dim, loss=model.config["head"]["loss"], line_end=None, label_prefix=model.label_prefix
    )
    learner = learner.replaced(seed=(learner.seed + 1) % 2**63).derived()  # no number is drawn a second time
    tables: dict[str, NDArray[Any]] = {
        name: _writable(Table.named(name, model.tables, dim))
        for name in ("inputs", "output", "nodes")
        if name in model.tables
    }
    if "tree" in model.tables:
        tables["tree"] = model.tables["tree"]
    after = learner.trained(_corpus(model, source), tables, progress or silent, {})
    if after.record["interrupted"]:  # by Ctrl-C, which the engine turns into a model of what there is
        raise KeyboardInterrupt
    return Model(model.config, model.keys, {**model.tables, **{name: after.tables[name] for name in tables}})


def _corpus(model: Model, source: Examples) -> Corpus:
    """Texts as numbers: of the rows that they are the mean of, and behind all rows those of their labels."""
    assert model.labels is not None
    rows, names = len(model.tables["inputs"]), {name: row for row, name in enumerate(model.label_names)}
    parts: list[NDArray[np.int64]] = []
    units, predictor = [0], model.texts.predictor
    for text, labels in examples(source, model.label_prefix, model.splitting.whitespace):
        told = [rows + names[label] for label in labels if label in names]
        found = predictor.means.rows(text)
        if told and len(found):
            parts += [found, np.array(told, np.int64)]
            units.append(units[-1] + len(found) + len(told))
    if not parts:
        raise InputError(f"{describe(source)}: no text has a label and a word that the model knows")
    tokens = np.concatenate(parts).astype(np.int32)
    counts = np.bincount(tokens, minlength=rows + len(names)).astype(np.int64)
    is_row = np.arange(len(counts)) < rows
    types = Types(
        Keys.build(map(str, range(len(counts)))),
        np.where(is_row, np.arange(len(counts)), NONE).astype(np.int32),
        np.where(is_row, WORD, np.arange(len(counts)) - rows).astype(np.int32),
    )
    told_counts = model.labels.counts if model.labels.counts is not None else counts[rows:]
    labels_ = Vocabulary(model.labels, told_counts, int(told_counts.sum()), len(names))
    words = Vocabulary(Keys.build(map(str, range(rows))), counts[:rows], int(counts[:rows].sum()), rows)
    return Corpus(
        replace(words, labels=labels_), tokens, np.array(units, np.int64), len(tokens), 0,
        describe(source), types,
    )  # fmt: skip


def _writable(table: Table) -> NDArray[Any]:
    rows = empty_table(len(table), table.dim)
    rows[:, : table.dim] = table.span(0, len(table))
    return rows
