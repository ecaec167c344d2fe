"""Known defects of other programs: a row each of rows.toml, and the programs that are run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ZEROS = {"MALLOC_PERTURB_": "255"}
"""glibc hands out zeros: fastText trains on rows it has not set, and ends in NaN where they were used."""


@dataclass(frozen=True)
class Peer:
    """A program that is run: the version it is pinned to, when that came out, the module of its checks,
    and what that must find in its environment.
    """

    title: str
    version: str
    released: str
    module: str
    env: Mapping[str, str] = field(default_factory=dict)


PEERS = {  # the versions of requirements-bench.txt
    "gensim": Peer("gensim", "4.4.0", "2025-10-18", "defects.in_gensim"),
    "fasttext": Peer("fastText", "0.9.3", "2024-06-12", "defects.in_fasttext", ZEROS),
}


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One row.

    where: the programs that have it; what: the defect; ours: what is here instead; tests: what holds that, as
    file::name below tests/; none where omnivec has nothing yet that could have the defect. `peer` names the
    installed program whose checks have one for the row; without it `why` says why nothing is run.
    """

    number: str
    where: str
    what: str
    ours: str
    tests: tuple[str, ...] = ()
    peer: str | None = None
    why: str = ""


def _read(file: Path) -> tuple[Defect, ...]:
    rows = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Defect(number=number, **{**row, "tests": tuple(row.get("tests", ()))}) for number, row in rows.items()
    )


DEFECTS = _read(Path(__file__).with_suffix(".toml"))
