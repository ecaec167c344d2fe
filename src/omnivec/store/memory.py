"""What memory is there, and a refusal with both numbers before anything is allocated."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from omnivec.errors import NotEnoughMemory

_CGROUPS = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


def human(size: float) -> str:
    """Bytes in words: ``human(5_500_000_000)`` is ``"5.5 GB"``; powers of 1000."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if abs(size) < 999.5 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "bytes" or abs(size) >= 9.95 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def available() -> tuple[int, str]:
    """Bytes that this process may still take, and what limits them: "container", "ulimit -v" or "machine".

    The smallest of: the memory limits of the process's control groups (version 1 and 2, each ancestor) minus
    their use without page cache that the kernel can drop; the address space left under ``ulimit -v``; the
    machine's memory that is free or can be freed. A limit that cannot be read does not count.
    """
    limits = [*_containers(), *_address_space(), *_machine()]
    return min(limits, default=(sys.maxsize, "machine"))


def require(need: Mapping[str, int], remedies: str) -> None:
    """Raise NotEnoughMemory, its message ending with `remedies`, unless the sum of `need` is available.

    `need` is bytes by what they are for: ``{"tables": 5_500_000_000, "tokens": 90_000_000}``.
    """
    if sum(need.values()) > available()[0]:
        raise refused(need, remedies)


def remedies(rows: int, need: int) -> str:
    """What to do where `rows` rows of a model need `need` bytes, which is too much."""
    have, limit = available()
    fits = int(rows * have * 0.9 / max(need, 1))
    digits = max(len(str(fits)) - 2, 0)
    first = [f"limit={fits // 10**digits * 10**digits}"] if fits else []
    # A mapping takes no memory of its own, but it does take address space.
    ways = [*(["map it"] if limit != "ulimit -v" else []), *first, "a smaller dtype (float16, int8)"]
    return " or ".join(filter(None, [", ".join(ways[:-1]), ways[-1]]))


def refused(need: Mapping[str, int], remedies: str) -> NotEnoughMemory:
    """The error for a need that exceeds what is available, with both numbers."""
    have, limit = available()
    total = sum(need.values())
    allowed = f"{human(have)} free" if limit == "machine" else f"{human(have)} allowed by {_THE[limit]}"
    parts = f" ({', '.join(f'{name} {human(size)}' for name, size in need.items())})" if len(need) > 1 else ""
    return NotEnoughMemory(f"needs {human(total)}{parts}, {allowed}; {remedies}", total, have)


def release() -> None:
    """Give memory that was freed back to the system, where the C library would keep it (glibc).

    Called between reading and training: reading a million words leaves 130 MB of holes, which would stand
    beside the tables as long as the process runs.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


_THE = {"container": "the container", "ulimit -v": "ulimit -v"}


def _containers() -> Iterator[tuple[int, str]]:
    """Limit minus use of each control group this process is in, from the innermost to the root."""
    for line in _text(_PROC / "self/cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers == "":
            root, limit, use, total = _CGROUPS, "memory.max", "memory.current", ""
        elif "memory" in controllers.split(","):
            root, limit, use = _CGROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            total = "total_"  # with the groups below, as the use and the limit are
        else:
            continue
        # Inside a container the path may name a folder of the host; the mount's root is then the own group.
        inner = Path(path.lstrip("/"))
        for group in (inner, *inner.parents):
            most, used = _number(root / group / limit), _number(root / group / use)
            if most is not None and used is not None:
                fields = _fields(_text(root / group / "memory.stat"))
                droppable = sum(fields.get(f"{total}{kind}_file", 0) for kind in ("inactive", "active"))
                yield max(0, most - max(0, used - droppable)), "container"


def _address_space() -> Iterator[tuple[int, str]]:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        pages = _text(_PROC / "self/statm").split()
        used = int(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages else 0
        yield max(0, soft - used), "ulimit -v"


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
