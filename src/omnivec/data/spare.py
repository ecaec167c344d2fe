"""A folder for what can be made again."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def spare_folder(name: str) -> Path:
    """A folder of the user's own by that name: in the cache, or temporary where that cannot be written."""
    from omnivec.kernels.compiling import cache_root  # one place decides where that is

    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        folder = cache_root() / name
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix=f"omnivec-{name}-"))
