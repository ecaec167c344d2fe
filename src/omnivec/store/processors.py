"""The processors that this process may use, and work done on them in turn."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_turn(
    work: Callable[[_Item], _Result], items: Iterable[_Item], threads: int | None = None
) -> Generator[tuple[_Item, Callable[[], _Result]], None, None]:
    """Each item, in order, with what gives the result of `work` or raises what it raised.

    As many items as there are processors, or `threads`, are worked on at once, and no more are taken ahead:
    with the one that was given last, there are `threads` + 1. What `items` raises is raised after the items
    before it.
    """
    threads, failure = threads or processors(), None
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[_Item, Callable[[], _Result]]] = deque()
        coming = iter(items)
        while True:
            try:
                while failure is None and len(waiting) <= threads:
                    item = next(coming)
                    waiting.append((item, _begun(pool, work, item)))
            except Exception as error:  # StopIteration as well
                failure = error
            if not waiting:
                break
            yield waiting.popleft()
    if failure is not None and not isinstance(failure, StopIteration):
        raise failure


def _begun(pool: ThreadPoolExecutor, work: Callable[[_Item], _Result], item: _Item) -> Callable[[], _Result]:
    try:
        return pool.submit(work, item).result
    except RuntimeError:  # under ulimit -v or -u there may be no room for a thread
        return partial(work, item)
