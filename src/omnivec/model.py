"""A trained model: options, keys, tables and the record of its training, whatever the learner."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import FormatError, OptionError
from omnivec.store import formats
from omnivec.store.card import card
from omnivec.store.folder import read_folder, write_folder
from omnivec.store.keys import Keys
from omnivec.vectors import Vectors


@final
class Model:
    """Options, keys, tables and record.

    config: what `config.json` holds: learner, options, preset, changed, head, dim, rows, training. tables: by
    name, `vectors` (rows, padded width) float32 and, when it was trained here, `output` of the same shape.
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
        """What training did: tokens, epochs, seconds, tokens_per_second, loss by epoch, threads,
        interrupted.
        """
        return dict(self.config["training"])

    @property
    def history(self) -> list[dict[str, Any]]:
        """One dictionary for each epoch that was begun: epoch and mean loss."""
        return [{"epoch": epoch, "loss": loss} for epoch, loss in enumerate(self.record.get("loss", []), 1)]

    @cached_property
    def vectors(self) -> Vectors:
        """The words' vectors."""
        return self._vectors("vectors")

    @cached_property
    def output(self) -> Vectors:
        """The prediction side: another table than `vectors`. OptionError where the model has none."""
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
    """Open a model folder, mapped and read-only, or a file of vectors of any known format, recognised by its
    content.

    limit: the first so many rows of a file; a folder is mapped whole, whatever its size.

    Raises: FormatError for what is missing, damaged, newer, or nothing we know; NotEnoughMemory for a file
    too large.
    """
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
    config, tables = folder.config, folder.tables
    keys = Keys.from_tables(tables)
    rows = {name: table for name, table in tables.items() if not name.startswith("keys.")}
    dim, vectors = config.get("dim"), rows.get("vectors")
    if (
        vectors is None
        or not isinstance(dim, int)
        or vectors.ndim != 2
        or len(vectors) != len(keys)
        or dim > vectors.shape[1]
    ):
        shape = None if vectors is None else vectors.shape
        raise FormatError(
            f"{path}: expected vectors for {len(keys):,} keys of dim {dim}, found a table of shape {shape}"
        )
    return Model(config, keys, rows, mapped=True)


def _padded(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The padded table that a matrix is a view of."""
    base = matrix.base
    return base if isinstance(base, np.ndarray) and base.ndim == 2 else matrix
