"""A trained model: options, keys, tables and the record of its training, whatever the learner."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NO_PATH, FormatError, OptionError
from omnivec.store import formats
from omnivec.store.card import card
from omnivec.store.folder import CONFIG, TABLES, read_folder, write_folder
from omnivec.store.keys import Keys
from omnivec.vectors import Vectors


@final
class Model:
    """Options, keys, tables and record.

    config: what `config.json` holds: learner, options, preset, changed, head, dim, rows, training. tables: by
    name, `vectors` (rows, padded width) float32 and, when it was trained here, its prediction side: `output`
    of the same shape; or `nodes` (rows − 1, padded width) float32, a row for each inner node of a tree, and
    `tree` (rows − 1, 2) int32, their children: c < rows is the word of row c, others are node c − rows, and
    the root is the last node.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        keys: Keys,
        tables: Mapping[str, NDArray[Any]],
        *,
        mapped: bool = False,
    ) -> None:
        self.config = dict(config)
        self.keys = keys
        self.tables = dict(tables)
        self._mapped = mapped

    @property
    def learner(self) -> str | None:
        """Name of the learner; None where only vectors are known."""
        return self.config["learner"]  # type: ignore[no-any-return]

    @property
    def options(self) -> dict[str, Any]:
        """Every option the model was trained with, derived ones included."""
        return dict(self.config["options"])

    @property
    def record(self) -> dict[str, Any]:
        """What training did: tokens, epochs, seconds, tokens_per_second, loss by epoch, threads and more."""
        return dict(self.config["training"])

    @property
    def history(self) -> list[dict[str, Any]]:
        """What training said of itself, in its order; times are seconds of training alone.

        A dictionary for each epoch that ended: epoch (1, 2 …), tokens trained so far, seconds, lr, loss and,
        where a text was held out, heldout: mean losses of a prediction. And one for each evaluation: epoch
        (1.37), tokens, seconds, and what it returned, by name, or as `value`.
        """
        losses = enumerate(self.record.get("loss", []), 1)
        told = [{"epoch": epoch, "loss": loss} for epoch, loss in losses]  # all that older models know
        return [dict(row) for row in self.record.get("history", told)]

    @cached_property
    def vectors(self) -> Vectors:
        """The words' vectors."""
        return self._vectors("vectors")

    @cached_property
    def output(self) -> Vectors:
        """The prediction side: another table than `vectors`. OptionError where the model has none."""
        if "nodes" in self.tables:
            raise OptionError(
                "this model predicts by a tree: its output rows are tree nodes, not words, and have no keys"
            )
        if "output" not in self.tables:
            raise OptionError(
                "this model has no output table: it was read from a file that holds vectors only"
            )
        return self._vectors("output")

    def _vectors(self, table: str) -> Vectors:
        dim, rows = self.config["dim"], self.tables[table]
        return Vectors._of_table(self.keys, rows, dim, name=self.learner, mapped=self._mapped)

    def save(self, path: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Write the model folder, as a whole or not at all.

        Raises: OutputError when the path exists (unless `overwrite`), cannot be written, or the disk is too
        small.
        """
        write_folder(
            path, self.config, {**self.tables, **self.keys.tables()}, card(self.config), overwrite=overwrite
        )

    def __repr__(self) -> str:
        return f"Model({self.learner or 'vectors'}, {len(self.keys):,} × {self.config['dim']})"


def load(path: str | os.PathLike[str], limit: int | None = None) -> Model:
    """Open a model folder, mapped and read-only, or a file of vectors, recognised by its content.

    limit: the first so many rows of a file; a folder is mapped whole, whatever its size.

    Raises: FormatError for what is missing, damaged, newer, or nothing we know; NotEnoughMemory for a file
    too large.
    """
    if os.fspath(path) == "":
        raise FormatError(NO_PATH)
    if Path(path).is_dir() or not Path(path).exists():
        return _opened(path)
    keys, matrix, counts = formats.read(path, limit)
    rows, dim = matrix.shape
    config = {
        "learner": None, "options": {}, "preset": None, "changed": {}, "head": None, "dim": dim, "rows": rows,
        "training": {"source": Path(path).name},
    }  # fmt: skip
    return Model(config, Keys.build(keys, counts), {"vectors": _padded(matrix)})


def _opened(path: str | os.PathLike[str]) -> Model:
    folder = read_folder(path)
    try:
        keys = Keys.from_tables(folder.tables)
    except FormatError as error:
        raise FormatError(f"{folder.path / TABLES}: {error}") from None
    config = _known(folder.path / CONFIG, folder.config)
    rows = {name: table for name, table in folder.tables.items() if not name.startswith("keys.")}
    _check_tables(folder.path, rows, len(keys), config.get("dim"))
    return Model(config, keys, rows, mapped=True)


_FIELDS: dict[str, tuple[Any, str]] = {
    "learner": (str | None, "text or null"),
    "options": (dict, "an object"),
    "training": (dict, "an object"),
}


def _known(path: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with every field that a model reads; FormatError for one of another kind."""
    known = {"learner": None, "options": {}, "training": {}, **config}
    for name, (kind, words) in _FIELDS.items():
        if not isinstance(known[name], kind):
            raise FormatError(f'{path}: damaged: "{name}" is {known[name]!r}, {words} was expected')
    return known


def _check_tables(path: Path, tables: Mapping[str, NDArray[Any]], rows: int, dim: object) -> None:
    """FormatError naming the first table that is missing or not as a model of `rows` keys needs it."""
    vectors = tables.get("vectors")
    if vectors is None or vectors.ndim != 2 or type(dim) is not int or not 1 <= dim <= vectors.shape[1]:
        found = "none" if vectors is None else f"{vectors.dtype} of shape {vectors.shape}"
        raise FormatError(f"{path}: expected {rows:,} float32 rows of dim {dim!r} as vectors, got {found}")
    width, inner = vectors.shape[1], max(rows - 1, 0)
    wanted: dict[str, tuple[tuple[int, ...], str]] = {
        "vectors": ((rows, width), "float32"), "output": ((rows, width), "float32"),
        "nodes": ((inner, width), "float32"), "tree": ((inner, 2), "int32"), "frozen": ((rows,), "uint8"),
    }  # fmt: skip
    for name, (shape, dtype) in wanted.items():
        if name in tables and (tables[name].shape, str(tables[name].dtype)) != (shape, dtype):
            found = f"{tables[name].dtype} of shape {tables[name].shape}"
            raise FormatError(f"{path}: expected {dtype} of shape {shape} as {name}, got {found}; damaged")
    if ("nodes" in tables) != ("tree" in tables):
        raise FormatError(f"{path}: nodes and tree belong together, and one of them is missing; damaged")
    if "tree" in tables and not _is_tree(tables["tree"], rows):
        raise FormatError(f"{path}: tree does not lead to each of {rows:,} words once; damaged")


def _is_tree(children: NDArray[np.int32], rows: int) -> bool:
    """Whether every node but the root, the last, is the child of one node, which stands behind it.

    Then every way down ends at a word. 30 ms at two million rows.
    """
    behind = rows + np.arange(len(children), dtype=np.int32)[:, None]
    if not ((children >= 0) & (children < behind)).all():
        return False
    seen = np.zeros(2 * rows - 2, np.bool_)
    seen[children] = True
    return bool(seen.all())  # as many places as children: each is met once


def _padded(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The padded table that a matrix is a view of."""
    base = matrix.base
    return base if isinstance(base, np.ndarray) and base.ndim == 2 else matrix
