"""Runs one program as a whole process of its own and says what it cost."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOMS = Path(__file__).resolve().parents[1]
STARTED = "OMNIVEC_BENCH_STARTED"  # time.time() at the start, so that a child can count its own start-up
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # for NumPy


def python(module: str, *arguments: object, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a module of these rooms, as "files.opened", and return the JSON object it printed last, with
    `wall_seconds` and `peak_bytes`.
    """
    return run([*command(module), *map(str, arguments)], {**importable(), **(env or {})})


def installed(module: str) -> bool:
    """Whether a program is there; one that is not is left out, and that is said."""
    found = importlib.util.find_spec(module) is not None
    if not found:
        print(f"{module} is not installed: left out", file=sys.stderr)
    return found


def in_turn(programs: Iterable[str], module: str, *arguments: object) -> dict[str, dict[str, Any]]:
    """What `module` prints for each program that is there; its first argument is the program."""
    return {name: python(module, name, *arguments) for name in programs if installed(name)}


def omnivec(*words: object, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The command line, as `python` and `run` do it."""
    return run([sys.executable, "-m", "omnivec", *map(str, words)], env)


def command(module: str) -> list[str]:
    """What starts a module of these rooms where they are importable; -P: and not whatever lies around."""
    return [sys.executable, "-P", "-m", module]


def importable() -> dict[str, str]:
    """The environment in which a child finds these rooms."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOMS), os.environ.get("PYTHONPATH"))))}


def run(command: list[str], env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run `command`; its last line on stdout is a JSON object, or it prints nothing.

    `peak_bytes` is the child's own peak of resident memory, from wait4. Linux carries the caller's size over
    into the child, so this process must stay small: whatever needs memory is a child, too.
    """
    with tempfile.TemporaryFile("w+") as errors:
        began, started = time.perf_counter(), time.time()
        child = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(env or {}), STARTED: repr(started)},
        )
        assert child.stdout is not None
        try:
            output = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:  # Ctrl-C, or a signal that ends us: nothing goes on alone
            child.kill()
            child.wait()
            raise
        wall = time.perf_counter() - began
        child.stdout.close()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{errors.read()[-3000:]}")
    lines = output.strip().splitlines()
    record: dict[str, Any] = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {**record, "wall_seconds": wall, "peak_bytes": peak}
