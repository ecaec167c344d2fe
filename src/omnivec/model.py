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
        """What training did: tokens, epochs, seconds, tokens_per_second, loss by epoch, threads and more."""
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
    for name in ("vectors", "output") if "output" in rows else ("vectors",):
        _check_table(folder.path, name, rows.get(name), len(keys), config.get("dim"))
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


def _check_table(path: Path, name: str, table: NDArray[Any] | None, keys: int, dim: object) -> None:
    fits = table is not None and table.dtype == np.float32 and table.ndim == 2 and len(table) == keys
    if table is None or not fits or type(dim) is not int or not 1 <= dim <= table.shape[1]:
        found = "none" if table is None else f"{table.dtype} of shape {table.shape}"
        raise FormatError(f"{path}: expected {keys:,} float32 rows of dim {dim!r} as {name}, got {found}")


def _padded(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The padded table that a matrix is a view of."""
    base = matrix.base
    return base if isinstance(base, np.ndarray) and base.ndim == 2 else matrix
