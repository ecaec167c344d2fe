"""A checkpoint is a model folder like any other, whose record says where its training stood.

It is written while training goes on, and a later run continues from it as if nothing had happened.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from omnivec.config import Options, options
from omnivec.data.fingerprint import difference
from omnivec.data.tree import check_tree
from omnivec.engine.outcome import Outcome
from omnivec.errors import FormatError, InputError, OptionError, OutputError
from omnivec.model import Model, load
from omnivec.store import memory
from omnivec.store.folder import check_output, remove_folder

log = logging.getLogger("omnivec")

Path = str | os.PathLike[str]
Tables = Mapping[str, NDArray[Any]]

FROZEN = "frozen"
"""The table of an interrupted model, (rows,) uint8, that says which rows do not move, where some do not."""

MARGIN = 1.25
"""How much more memory than a copy of the tables must be free for one to be made."""


class Checkpoints:
    """Saves the model so far at one place, whenever it is called with where training stands.

    Where memory allows, the tables are copied and a thread writes the copy while training goes on; otherwise
    training waits. What cannot be written is a warning: training goes on, and the last checkpoint is whole.
    """

    def __init__(self, path: Path, tables: Tables, model_of: Callable[[Outcome, Tables], Model]) -> None:
        self._path, self._tables, self._model_of = path, tables, model_of
        self._due: SimpleQueue[tuple[Model, threading.Event] | None] = SimpleQueue()
        self._written = threading.Event()
        self._written.set()

    def __call__(self, outcome: Outcome) -> None:
        """Save; if the last checkpoint is not on the disk yet, the next time will do."""
        if not self._written.is_set():
            return
        copies = self._copies()
        if copies is None:
            self._save(self._model_of(outcome, self._tables))
            return
        model, written = self._model_of(outcome, copies), threading.Event()
        self._written = written  # Python hears Ctrl-C after calls: none comes between this and the next
        self._due.put((model, written))

    def last(self, outcome: Outcome) -> None:
        """Save now, after Ctrl-C."""
        self._written.wait()
        self._save(self._model_of(outcome, self._tables))

    def __enter__(self) -> Self:
        # One thread, begun before training: of one that Ctrl-C catches in its start or in `join`, Python 3.11
        # does not know whether it runs.
        try:
            threading.Thread(target=self._write, daemon=True).start()
        except BaseException:
            self._due.put(None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._due.put(None)
        if kind is not None and not issubclass(kind, Exception):
            return  # who presses Ctrl-C twice waits for nothing
        try:
            self._written.wait()
        except KeyboardInterrupt:  # the first one, and training is over: there is a model to return
            self._written.wait()

    def _write(self) -> None:
        while (due := self._due.get()) is not None:
            model, written = due
            self._save(model)
            del due, model  # the copy, which is as large as the tables, before the next one is made
            written.set()

    def _copies(self) -> Tables | None:
        if sum(table.nbytes for table in self._tables.values()) * MARGIN > memory.available()[0]:
            return None
        try:
            # Training stands still meanwhile, and memory that is new is slow to touch: all processors do it.
            with ThreadPoolExecutor() as pool:
                return dict(zip(self._tables, pool.map(np.copy, self._tables.values()), strict=True))
        except MemoryError:
            return None

    def _save(self, model: Model) -> None:
        try:
            model.save(self._path, overwrite=True)
        except Exception as error:  # whatever it is: training shall not be lost to it
            log.warning("no checkpoint was written, training goes on: %s", error)
        else:
            log.info("checkpoint written to %s", self._path)


def check_place(path: Path) -> None:
    """Refuse a place for checkpoints before training begins.

    Raises: OutputError as `check_output`, and for a model that is finished: only a checkpoint is replaced.
    """
    check_output(path, overwrite=True)
    _refuse_finished(path)


def remove(path: Path) -> None:
    """Remove a checkpoint that is no longer needed; nothing happens where there is none.

    Raises: OutputError for anything that is not a checkpoint, which is left as it is.
    """
    check_output(path, overwrite=True)
    _refuse_finished(path)
    remove_folder(path)


def _refuse_finished(path: Path) -> None:
    if not os.path.lexists(path) or not os.listdir(path):  # noqa: PTH208  (a path may be str)
        return
    try:
        interrupted = load(path).record.get("interrupted")
    except FormatError as error:
        raise OutputError(f"{error}; it is left as it is") from None
    if not interrupted:
        raise OutputError(f"{path} is a finished model, not a checkpoint, and is left as it is")


def resumable(given: Model | Path, learner: Options, name: str) -> Model:
    """The model to go on from, whose options are those of a learner named `name`; `threads` may differ.

    Raises: OptionError when it is finished, of another learner, or of other options (each is named).
    """
    model, title = (given, "the model") if isinstance(given, Model) else (load(given), str(given))
    if model.learner != name:
        raise OptionError(
            f"resume: {title} is a model of {model.learner or 'vectors alone'}, not of {name}; "
            "give the checkpoint that the training left"
        )
    if not model.record.get("interrupted"):
        raise OptionError(f"resume: {title} is finished; there is nothing left to train")
    if not isinstance(model.record.get("fingerprint"), dict):
        raise OptionError(f"resume: {title} does not say on which text it was begun; only fit leaves that")
    before, now = model.options, learner.as_dict()
    defaults = {name: option.default for name, option in options(type(learner)).items()}
    differ = [
        f"{name} {before.get(name, defaults[name])} then, {now[name]} now"
        for name in now
        if name != "threads" and before.get(name, defaults[name]) != now[name]
    ]
    if differ:
        raise OptionError(f"resume: {title} was begun with other options: {'; '.join(differ)}; give the same")
    return model


def check_text(model: Model, now: Mapping[str, Any], name: str) -> None:
    """InputError unless the text of a fingerprint is that of the model's record; it says what differs."""
    if differs := difference(model.record["fingerprint"], now):
        raise InputError(f"resume: {name} is not the text that training began with: {differs}")


def restored(model: Model, tables: Tables, record: dict[str, Any]) -> NDArray[np.uint8] | None:
    """Go on from a model: its tables are copied into those of a run, and its start into the run's record.

    Returns: (rows,) uint8, 1 for a row that does not move, or None.
    Raises: OptionError when the record tells of other vectors to start from; FormatError for a table that is
    missing or of another kind.
    """
    before = model.record.get("start")
    if "start" in record and record["start"] != before:
        raise OptionError(f"resume: training began with start {before}, got {record['start']}; leave it out")
    if before is not None:
        record["start"] = before
    for name, table in tables.items():
        old = model.tables.get(name)
        if old is None or (old.shape, old.dtype) != (table.shape, table.dtype):
            found = "none" if old is None else f"{old.dtype} of shape {old.shape}"
            raise FormatError(
                f"resume: expected a table {name!r}, {table.dtype} of shape {table.shape}, got {found}"
            )
        if name == "tree":
            check_tree(old)
        np.copyto(table, old)
    still = model.tables.get(FROZEN)
    return None if still is None else np.array(still)
