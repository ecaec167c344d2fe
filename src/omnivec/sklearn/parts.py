"""Labelled texts and the parts they are judged by: the same for all that are compared."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from omnivec.errors import InputError, OptionError

log = logging.getLogger("omnivec")

Rows = NDArray[np.int64]


class Parts(NamedTuple):
    """Texts and labels (n,), and for each part the rows that are learned from and those that are asked."""

    texts: Any
    labels: Any
    parts: list[tuple[Rows, Rows]]


def by_folds(texts: Sequence[str], labels: Sequence[str], folds: int, seed: int) -> Parts:
    """Every text is asked once, in one of `folds` parts with labels in the same proportions.

    Raises: as `check_folds`.
    """
    counts = check_folds(texts, labels, folds)
    if rare := sum(count < folds for count in counts.values()):
        log.warning(
            "%s labels occur less often than there are folds: some folds learn or ask nothing of them", rare
        )
    X, y = _columns(texts, labels)
    with warnings.catch_warnings():  # of rare labels, which have been told
        warnings.filterwarnings("ignore", message="The least populated class")
        return Parts(X, y, list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y)))


def by_test(
    texts: Sequence[str], labels: Sequence[str], tests: Sequence[str], wanted: Sequence[str]
) -> Parts:
    """One part: `tests` are asked, with the labels that are `wanted`, after learning from the others.

    Raises: as `check_test`.
    """
    counts = check_test(texts, labels, tests, wanted)
    if strange := sum(label not in counts for label in wanted):
        log.warning("%s texts to be judged by have labels that are not learned: all count as wrong", strange)
    X, y = _columns([*texts, *tests], [*labels, *wanted])
    rows = np.arange(len(X))
    return Parts(X, y, [(rows[: len(texts)], rows[len(texts) :])])


def check_folds(texts: Sequence[str], labels: Sequence[str], folds: int) -> Counter[str]:
    """How often each label occurs, of texts that can be parted.

    Raises: InputError for fewer than two labels, or a label for every fold nowhere; OptionError for folds.
    """
    if folds < 2:
        raise OptionError(f"folds must be 2 or more, got {folds}")
    counts = counted(texts, labels)
    if (most := max(counts.values())) < folds:
        raise InputError(
            f"{folds} folds need a label that occurs {folds} times, the most frequent occurs {most} times; "
            "lower folds"
        )
    return counts


def check_test(
    texts: Sequence[str], labels: Sequence[str], tests: Sequence[str], wanted: Sequence[str]
) -> Counter[str]:
    """How often each label occurs, of texts by which `tests` can be told.

    Raises: InputError for fewer than two labels, no test, and tests none of whose labels is learned.
    """
    counts = counted(texts, labels)
    if len(tests) != len(wanted):
        raise InputError(f"a label for each text is needed, got {len(tests):,} texts, {len(wanted):,} labels")
    if not wanted or not counts.keys() & set(wanted):
        of = f"({min(wanted)!r}, ...)" if wanted else "(there are none)"
        raise InputError(
            f"none of the labels to be judged by {of} is among those that are learned "
            f"({min(counts)!r}, ...); give two files of one task"
        )
    return counts


def counted(texts: Sequence[str], labels: Sequence[str]) -> Counter[str]:
    """How often each label occurs. Raises: InputError for fewer than two, or a text without one."""
    if len(texts) != len(labels):
        raise InputError(f"a label for each text is needed, got {len(texts):,} texts, {len(labels):,} labels")
    counts = Counter(labels)
    if len(counts) < 2:
        raise InputError(f"two labels or more are needed, got {len(counts)}: there is nothing to tell apart")
    return counts


def _columns(texts: Sequence[str], labels: Sequence[str]) -> tuple[Any, Any]:
    # A last one that is taken away again: NumPy would make a table of lists of equal length.
    return np.array([*texts, ""], object)[:-1], np.array([*labels, ""], object)[:-1].astype(str)
