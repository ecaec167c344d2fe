"""Learners that differ in the options that are swept: all combinations of the values of each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
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
    return _combined([(type(learner), partial(_replaced, learner)) for learner in given], values)


def grid_of_preset(
    kinds: Sequence[type[Learner]],
    preset: str | None,
    common: Mapping[str, object],
    values: Mapping[str, Sequence[object]],
) -> list[Learner]:
    """As `grid`, of learners that begin with a preset: what it sets by `model` follows each combination's.

    common: values of all, which win over the preset as those of a combination do.
    Raises: OptionError also for a preset that a learner lacks, or whose ancestor lacks a value.
    """
    for kind in kinds:
        if preset is not None and preset not in kind.presets:
            known = ", ".join(kind.presets) or "none"
            raise OptionError(f"{kind.name} has no preset {preset!r}; it has: {known}")
    return _combined([(kind, partial(kind.merged, preset, common)) for kind in kinds], values)


def _replaced(learner: Learner, values: Mapping[str, object]) -> Learner:
    return learner.replaced(**values)


def _combined(
    makers: Sequence[tuple[type[Learner], Callable[[Mapping[str, object]], Learner]]],
    values: Mapping[str, Sequence[object]],
) -> list[Learner]:
    """Each kind with what makes one of it out of values: all combinations of the options that it has."""
    if not makers:
        raise OptionError("a sweep needs a learner, got none")
    _check_names([kind for kind, _ in makers], values)
    found: list[Learner] = []
    for kind, make in makers:
        names = [name for name in values if name in options(kind)]
        for chosen in product(*(values[name] for name in names)):
            made = make(dict(zip(names, chosen, strict=True)))
            if made not in found:
                found.append(made)
    return found


def _check_names(kinds: Sequence[type[Learner]], values: Mapping[str, Sequence[object]]) -> None:
    known = [name for kind in kinds for name in options(kind)]
    for name, some in values.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            trained = ", ".join(dict.fromkeys(kind.name for kind in kinds))
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
