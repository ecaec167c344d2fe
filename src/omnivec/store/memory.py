"""What memory is there, and a refusal with both numbers before anything is allocated."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from omnivec.errors import NotEnoughMemory, OptionError

_CGROUPS = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


def human(size: float) -> str:
    """Bytes in words: ``human(5_500_000_000)`` is ``"5.5 GB"``; powers of 1000."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if abs(size) < 999.5 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "bytes" or abs(size) >= 9.95 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def bytes_of(size: int | str, name: str) -> int:
    """Bytes: a number of them, or text such as 500k, 2M, 1.5GB, in powers of ten.

    Raises: OptionError that begins with the option's `name`.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", str(size).strip().lower())
    if isinstance(size, bool) or found is None or not float(found[1]):
        raise OptionError(f"{name} must be bytes, or such as 500k, 2M or 1G, got {size!r}")
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2] or " "))


def available() -> tuple[int, str]:
    """Bytes that this process may still take, and what limits them, "container",
    "ulimit -v", "ulimit -d" or "machine".

    The smallest of: the memory limits of the process's control groups (version 1 and 2, each ancestor) minus
    their use without page cache that the kernel can drop; what is left under ``ulimit -v`` and ``ulimit -d``;
    what the machine may still promise where it promises no more than it has; the machine's memory that is
    free or can be freed. Swap does not count. A limit that cannot be read does not count.
    """
    limits = [*_containers(), *_ulimits(), *_promises(), *_machine()]
    return min(limits, default=(sys.maxsize, "machine"))


def require(need: Mapping[str, int], remedies: str) -> None:
    """Raise NotEnoughMemory, its message ending with `remedies`, unless the sum of `need` is available.

    `need` is bytes by what they are for: ``{"tables": 5_500_000_000, "tokens": 90_000_000}``.
    """
    free = available()
    if sum(need.values()) > free[0]:
        raise refused(need, remedies, free)


def refused(
    need: Mapping[str, int], remedies: str, free: tuple[int, str], path: Path | None = None
) -> NotEnoughMemory:
    """The error for a need, that of opening `path` where it is given, beyond what `available` gave."""
    have, limit = free
    total = sum(need.values())
    parts = f" ({', '.join(f'{name} {human(size)}' for name, size in need.items())})" if len(need) > 1 else ""
    said = f"needs {human(total)}{parts}, {human(have)} {_SAID[limit]}; {remedies}"
    return NotEnoughMemory(said if path is None else f"{path}: {said}", total, have)


def release() -> None:
    """Give memory that was freed back to the system, where the C library would keep it (glibc).

    Called between reading and training: reading a million words leaves 130 MB of holes, which would stand
    beside the tables as long as the process runs.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


_SAID = {
    "container": "allowed by the container",
    "ulimit -v": "allowed by ulimit -v",
    "ulimit -d": "allowed by ulimit -d",
    "machine": "free",
}


def _containers() -> Iterator[tuple[int, str]]:
    """Limit minus use of each control group this process is in, from the innermost to the root."""
    for line in _text(_PROC / "self/cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers == "":
            # Above memory.high nobody is killed, but slowed until it looks hung.
            root, limits, use, total = _CGROUPS, ["memory.max", "memory.high"], "memory.current", ""
        elif "memory" in controllers.split(","):
            root, limits, use = _CGROUPS / "memory", ["memory.limit_in_bytes"], "memory.usage_in_bytes"
            total = "total_"  # with the groups below, as the use and the limit are
        else:
            continue
        # Inside a container the path may name a folder of the host; the mount's root is then the own group.
        inner = Path(path.lstrip("/"))
        for group in (inner, *inner.parents):
            used = _number(root / group / use)
            known = [most for limit in limits if (most := _number(root / group / limit)) is not None]
            if known and used is not None:
                fields = _fields(_text(root / group / "memory.stat"))
                droppable = sum(fields.get(f"{total}{kind}_file", 0) for kind in ("inactive", "active"))
                yield max(0, min(known) - max(0, used - droppable)), "container"


def _ulimits() -> Iterator[tuple[int, str]]:
    """Address space left, and room left for data: what is writeable and nobody else's (Linux 4.7)."""
    pages = _text(_PROC / "self/statm").split()
    limits = {"ulimit -v": (resource.RLIMIT_AS, 0), "ulimit -d": (resource.RLIMIT_DATA, 5)}
    for name, (number, field) in limits.items():
        soft, _ = resource.getrlimit(number)
        if soft != resource.RLIM_INFINITY:
            used = int(pages[field]) * os.sysconf("SC_PAGE_SIZE") if len(pages) > field else 0
            yield max(0, soft - used), name


def _promises() -> Iterator[tuple[int, str]]:
    """What is left to promise where the kernel promises no more than there is (vm.overcommit_memory = 2)."""
    if _number(_PROC / "sys/vm/overcommit_memory") == 2:
        fields = _fields(_text(_PROC / "meminfo").replace(":", ""))
        if {"CommitLimit", "Committed_AS"} <= fields.keys():
            yield max(0, fields["CommitLimit"] - fields["Committed_AS"]) * 1024, "machine"


def _machine() -> Iterator[tuple[int, str]]:
    kilobytes = _fields(_text(_PROC / "meminfo").replace(":", "")).get("MemAvailable")
    if kilobytes is not None:
        yield kilobytes * 1024, "machine"
    else:  # macOS has no such file: count all of its memory, since it drops caches and compresses under need
        try:
            yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), "machine"
        except (ValueError, OSError):
            return


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdigit() else None  # "max" is no limit


def _fields(text: str) -> dict[str, int]:
    """``name number …`` lines as a dictionary."""
    lines = (line.split() for line in text.splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) > 1 and line[1].isdigit()}
