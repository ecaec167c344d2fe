"""Ctrl-C and SIGTERM while something is at stake: the first one waits, the second leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM, which systems send before they kill, count as one Ctrl-C while the block runs."""
    if not _here() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def finished(asked: bool) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C wait for the end of the block, since what was learned would be lost.

    The second leaves at once. `asked`: whether there was one. Yields a function that says so in the end.
    """

    def hold(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    # In another thread, or where somebody else listens or nobody does, it is not ours to hold.
    ours = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _as_ctrl_c}
    held = {number: handler for number, handler in ours.items() if signal.getsignal(number) is handler}
    if not _here():
        held = {}
    for number in held:
        signal.signal(number, hold)
    try:
        yield lambda: asked
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    # Not through SIGINT's handler: a shell lets what it starts in the background ignore that.
    raise KeyboardInterrupt


def _here() -> bool:
    """Python lets the main thread alone set handlers."""
    return threading.current_thread() is threading.main_thread()
