"""What a classifier takes as labels: one for each text, lists of them, or a table of zeros and ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from omnivec.errors import InputError
from omnivec.sklearn.texts import as_list


@dataclass(frozen=True)
class Targets:
    """The labels of texts. classes: (classes,), sorted; members: (texts, classes), whose they are."""

    kind: Literal["one", "lists", "table"]
    classes: NDArray[Any]
    members: NDArray[np.bool_]

    @classmethod
    def of(cls, y: Any, texts: int) -> Targets:
        """Y of `texts` texts. Raises: InputError, a ValueError, for what are no labels."""
        if y is None:
            raise InputError("FastTextClassifier requires y to be passed, but the target y is None")
        made = cls._read(y)
        if len(made.members) != texts:
            raise InputError(f"expected labels for each of {texts:,} texts, got {len(made.members):,}")
        if len(made.classes) < 2:
            some = f"one class, {made.classes[0]!s:.60}" if len(made.classes) else "no class at all"
            raise InputError(f"y has {some}; there is something to tell apart from two classes on")
        return made

    @classmethod
    def _read(cls, y: Any) -> Targets:
        shape: tuple[int, ...] = getattr(y, "shape", (0,))
        if len(shape) == 2 and shape[1] > 1:
            table = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
            if not np.isin(table, (0, 1)).all():
                raise InputError("labels in a table are 0 or 1, a column for each; this one holds others")
            return cls("table", np.arange(shape[1]), table.astype(np.bool_))
        items = as_list(y) if len(shape) == 1 else []
        if items and all(isinstance(item, (list, tuple, set, frozenset, np.ndarray)) for item in items):
            return cls._lists(items)
        column = column_or_1d(y, warn=True)
        for number, label in enumerate(column.tolist()):
            if label is None or label != label or label == "":
                raise InputError(f"label {number:,} is {label!r}; leave such texts out")
        check_classification_targets(column)
        classes, numbers = np.unique(column, return_inverse=True)
        return cls("one", classes, numbers[:, None] == np.arange(len(classes)))

    @classmethod
    def _lists(cls, items: list[Any]) -> Targets:
        found = list(chain.from_iterable(items))
        if "" in found:
            raise InputError("a label is an empty str; leave it out")
        classes = np.unique(np.array(found)) if found else np.zeros(0, np.str_)
        places = {label: place for place, label in enumerate(classes.tolist())}
        members = np.zeros((len(items), len(classes)), np.bool_)
        for row, labels in zip(members, items, strict=True):
            row[[places[label] for label in np.asarray(labels, classes.dtype).tolist()]] = True
        return cls("lists", classes, members)

    def names(self, prefix: str) -> list[str]:
        """The classes as labels of a text, without prefix. Raises: InputError for two written alike."""
        names = [str(label).removeprefix(prefix) for label in self.classes.tolist()]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"two labels are written {twice!r}; give labels of one type")
        return names

    def given(self, members: NDArray[np.bool_]) -> Any:
        """Other members in the form that y came in: (texts,), a list of lists, or (texts, classes)."""
        if self.kind == "table":
            return members.astype(np.int64)
        if self.kind == "lists":
            return [self.classes[row].tolist() for row in members]
        return self.classes[members.argmax(1)]
