"""How kernels are compiled: one place for flags and for the cache on disk.

Numba's disk cache does not see edits in another file: change a primitive, and a cached driver silently
returns the old result. So the cache lies in a folder named by a hash of all sources in `kernels/`, and
drivers alone are cached.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config as numba_config

Function = TypeVar("Function", bound=Callable[..., Any])

FASTMATH = {"reassoc", "contract"}
"""Sums may be reordered and fused. Not `True`, which also promises that NaN never occurs: broken training
would look fine.
"""


def primitive(function: Function) -> Function:
    """One idea, inlined into the driver that calls it; takes over the driver's flags."""
    return cast(Function, njit(inline="always", error_model="numpy")(function))


def part(function: Function) -> Function:
    """A piece of a driver, compiled on its own; the arrays it is given live in its caller."""
    return cast(Function, njit(fastmath=FASTMATH, error_model="numpy")(function))


def driver(function: Function) -> Function:
    """A kernel that Python calls: without its lock, compiled at the first call, cached on disk."""
    folder = cache_folder()
    config: Any = numba_config
    before = config.CACHE_DIR
    try:
        # Set for this decoration only, so that other packages keep their folder.
        config.CACHE_DIR = str(folder or "")
        compile_ = njit(nogil=True, fastmath=FASTMATH, error_model="numpy", cache=folder is not None)
        return cast(Function, compile_(function))
    finally:
        config.CACHE_DIR = before


@functools.cache
def cache_folder() -> Path | None:
    """Where compiled kernels of exactly these sources lie, or None where nothing can be written."""
    return _writable(cache_root() / "kernels" / _fingerprint())


def cache_root() -> Path:
    """Where omnivec keeps what it can make again: OMNIVEC_CACHE_DIR, or the system's place for it."""
    given = os.environ.get("OMNIVEC_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "omnivec"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "omnivec"


def _fingerprint() -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _writable(folder: Path) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    logging.getLogger("omnivec").warning(
        "%s cannot be written: kernels are compiled anew in every process; "
        "set OMNIVEC_CACHE_DIR to a writable folder",
        folder,
    )
    return None
