"""Learners that differ in the options that are swept: all combinations of the values of each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from omnivec.config import options
from omnivec.errors import OptionError
from omnivec.learners.learner import Learner


def grid(learners: Learner | Iterable[Learner], /, **values: Sequence[object]) -> list[Learner]:
    """Each learner with every combination of values, the last option varying fastest; none occurs twice.

    values: for an option's name those it takes in turn. An option that a learner lacks (PPMISVD has no
    epochs) stays away from it, so that it is trained once for all of them.
    Raises: OptionError for a name that no learner has, for no value, and as a learner's constructor.
    """
    given = [learners] if isinstance(learners, Learner) else list(learners)
    if not given:
        raise OptionError("a sweep needs a learner, got none")
    _check_names(given, values)
    found: list[Learner] = []
    for learner in given:
        names = [name for name in values if name in options(type(learner))]
        for chosen in product(*(values[name] for name in names)):
            made = learner.replaced(**dict(zip(names, chosen, strict=True)))
            if made not in found:
                found.append(made)
    return found


def _check_names(learners: Sequence[Learner], values: Mapping[str, Sequence[object]]) -> None:
    known = [name for learner in learners for name in options(type(learner))]
    for name, some in values.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            trained = ", ".join(dict.fromkeys(learner.name for learner in learners))
            raise OptionError(f"{name!r} is no option of {trained}{hint}")
        if not some:
            raise OptionError(f"{name} has no value to try; give one or more")


def varied(learners: Iterable[Learner]) -> list[str]:
    """Names of the options that differ between learners of one kind, but for threads, in their order."""
    seen: dict[tuple[str, str], set[object]] = {}
    for learner in learners:
        for name, value in learner.as_dict().items():
            seen.setdefault((learner.name, name), set()).add(value)
    return list(dict.fromkeys(n for (_, n), found in seen.items() if len(found) > 1 and n != "threads"))
