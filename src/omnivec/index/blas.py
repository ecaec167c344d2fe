"""The threads of NumPy's BLAS, so that its own and ours do not add up to more than the cores.

A product of matrices inside each of two Python threads runs, unless BLAS is told otherwise, on four threads
(or, in OpenBLAS, one after the other, because they share one pool). NumPy cannot tell it; its OpenBLAS can.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np


class _Control(NamedTuple):
    get: Callable[[], int]
    put: Callable[[int], None]


_lock = threading.Lock()
_inside: list[int] = []  # for each block of `at_most` that is running, the number of threads before the first


def threads() -> int | None:
    """How many threads NumPy's BLAS uses; None where that cannot be told (another BLAS than OpenBLAS)."""
    with _lock:
        control = _control()
        return None if control is None else _inside[0] if _inside else control.get()


def cores() -> int:
    """Threads that a question may take: those of NumPy's BLAS, or else the cores of this process."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return threads() or allowed or 1


@contextlib.contextmanager
def at_most(most: int) -> Iterator[None]:
    """While this block runs, BLAS uses at most `most` threads of its own, in the whole process."""
    control = _control()
    if control is None:
        yield
        return
    with _lock:
        now = control.get()
        _inside.append(_inside[0] if _inside else now)
        control.put(min(most, now))
    try:
        yield
    finally:
        with _lock:
            before = _inside.pop()
            if not _inside:
                control.put(before)


@cache
def _control() -> _Control | None:
    """The two functions of the OpenBLAS that NumPy's wheels bring, however its symbols are spelt."""
    package = Path(np.__file__).parent
    for path in [*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")]:
        library = ctypes.CDLL(str(path))  # NumPy has loaded it: this is another handle on the same
        for name in ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads"):
            with contextlib.suppress(AttributeError):
                return _Control(getattr(library, name.format("get")), getattr(library, name.format("set")))
    return None
