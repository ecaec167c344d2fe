"""Short word lists that papers have published, each with its paper; longer ones are read from files."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from omnivec.errors import OptionError
from omnivec.evaluate.bias.lists import BiasTest, Pairs, read_pairs
from omnivec.evaluate.bias.words import Group

PairSource: TypeAlias = Sequence[Sequence[str]] | Path | str
"""Pairs, the path of a file of them, or the name of published ones."""


def tests() -> dict[str, BiasTest]:
    """The ten tests of Caliskan, Bryson and Narayanan 2017, WEAT1 to WEAT10."""
    return {name: published_test(name) for name in _data()["tests"]}


def published_test(name: str) -> BiasTest:
    """A test by its name, in any case. Raises: OptionError for an unknown one."""
    return of_sets(_known(name, _data()["tests"], "test"), sets())


def of_sets(name: str, sets: dict[str, Group]) -> BiasTest:
    """A published test, its lists taken from `sets`, which have the names that WEFE gives them.

    Raises: OptionError for an unknown test, or sets that lack a list.
    """
    known = _known(name, _data()["tests"], "test")
    test = _data()["tests"][known]
    (one, other), (first, second) = (
        [named(each, sets) for each in test[side]] for side in ("targets", "attributes")
    )
    return BiasTest(known, (one, other), (first, second), test["source"])


def sets() -> dict[str, Group]:
    """The lists of the tests by name."""
    return {name: Group(name, tuple(entry["words"])) for name, entry in _data()["sets"].items()}


def sources() -> dict[str, str]:
    """Where each list and each table of pairs was published first."""
    data = _data()
    return {name: entry["source"] for part in ("sets", "pairs") for name, entry in data[part].items()}


def pairs(name: str) -> Pairs:
    """A table of pairs by its name: "gender", the ten of Bolukbasi and others 2016.

    Raises: OptionError for an unknown one.
    """
    tables = _data()["pairs"]
    return tuple(tuple(pair) for pair in tables[_known(name, tables, "table of pairs")]["words"])


def pairs_of(source: PairSource) -> tuple[str, Pairs]:
    """What pairs are called, and the pairs: given, of a file, or published; errors are those of reading."""
    if isinstance(source, str):
        return f"{source} (published)", pairs(source)
    if isinstance(source, Path):
        return source.stem, read_pairs(source)
    return "the given pairs", tuple(tuple(pair) for pair in source)


def named(name: str, sets: dict[str, Group]) -> Group:
    """A list by its name. Raises: OptionError, with near names."""
    return sets[_known(name, sets, "list")]


def _known(name: str, there: dict[str, Any], what: str) -> str:
    spelled = {each.lower(): each for each in there}
    if (found := spelled.get(name.lower())) is not None:
        return found
    near = difflib.get_close_matches(name.lower(), spelled, 3)
    offer = (
        f"did you mean {', '.join(spelled[each] for each in near)}?"
        if near
        else f"there is {', '.join(there)}"
    )
    raise OptionError(f"unknown {what} {name!r}; {offer}")


@cache
def _data() -> dict[str, Any]:
    text = files("omnivec.evaluate.bias").joinpath("published.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
