"""The processors that this process may use, and work done on them in turn."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_turn(
    work: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Generator[tuple[_Item, Callable[[], _Result]], None, None]:
    """Each item, in order, with what gives the result of `work` or raises what it raised.

    As many items as there are processors are worked on at once, and no more are taken ahead. What `items`
    raises is raised after the items before it.
    """
    threads, failure = processors(), None
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[_Item, Future[_Result]]] = deque()
        coming = iter(items)
        while True:
            try:
                while failure is None and len(waiting) <= threads:
                    item = next(coming)
                    waiting.append((item, pool.submit(work, item)))
            except Exception as error:  # StopIteration as well
                failure = error
            if not waiting:
                break
            item, future = waiting.popleft()
            yield item, future.result
    if failure is not None and not isinstance(failure, StopIteration):
        raise failure
