"""A learner's options as the parameters of an estimator: made from the learner's fields, their only home."""

from __future__ import annotations

import copy
import difflib
import inspect
from collections.abc import Callable, Mapping
from functools import reduce
from numbers import Integral
from typing import Any, ClassVar, Self, TypeVar

from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from omnivec.config import Option, options
from omnivec.errors import OptionError
from omnivec.learners.learner import Learner

Made = TypeVar("Made", bound=Learner)

_SEEDS = 2**31 - 1  # what check_random_state takes, and draws


def constructor(*learners: type[Learner], **own: object) -> Callable[..., None]:
    """An `__init__` that stores its arguments and nothing else, as scikit-learn wants it.

    Its signature has `own` names with their defaults, then every option of the learners; an option that not
    all of them have, or have with another default, is None until given: whatever the learner's is.
    """
    homes = [options(learner) for learner in learners]
    known: dict[str, Option] = reduce(lambda all_, some: {**some, **all_}, homes, {})
    defaults = own | {
        name: option.default if all(home.get(name) == option for home in homes) else None
        for name, option in known.items()
    }

    def __init__(self: object, **given: object) -> None:
        for name, value in given.items():
            if name not in defaults:
                raise OptionError(_unknown(name, value, learners, own))
        for name, default in defaults.items():
            setattr(self, name, given.get(name, default))

    parameter = inspect.Parameter
    __init__.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter("self", parameter.POSITIONAL_OR_KEYWORD),
            *(parameter(name, parameter.KEYWORD_ONLY, default=value) for name, value in defaults.items()),
        ]
    )
    __init__.__doc__ = "\n".join(
        ["The options of the learner:", "", *(f"{name}: {option.help}" for name, option in known.items())]
    )
    return __init__


def _unknown(name: str, value: object, learners: tuple[type[Learner], ...], own: Mapping[str, object]) -> str:
    """What to say about a name that is no parameter, by whoever knows what may have been meant."""
    answers = [learner.unknown(name, value) for learner in learners]
    if near := difflib.get_close_matches(name, own, 1):
        answers.append((f"unknown option {name}. Did you mean {near[0]}?", near))
    return next((text for text, near in answers if near), answers[0][0])


class Configured(BaseEstimator):  # type: ignore[misc]
    """Abstract. What estimators with a learner's options and given vectors share."""

    own: ClassVar[Mapping[str, object]]
    """Parameters that are no options of a learner, with their defaults."""

    pretrained: Any
    random_state: Any

    def learner(self, kind: type[Made]) -> Made:
        """The learner that the parameters ask for. Raises: OptionError as its constructor."""
        defaults: Mapping[str, inspect.Parameter] = inspect.signature(type(self)).parameters
        given = {
            name: value
            for name, value in self.get_params(deep=False).items()
            if name not in self.own and not (value is None and defaults[name].default is None)
        }
        if self.random_state is not None:
            state = self.random_state
            given["seed"] = (
                state if isinstance(state, Integral) else check_random_state(state).randint(_SEEDS)
            )
        return kind(**given)

    def __sklearn_clone__(self) -> Self:
        """A copy without what was learned; it shares the given vectors, which nothing changes."""
        bare = copy.copy(self)
        bare.pretrained = None
        made: Self = super(Configured, bare).__sklearn_clone__()
        made.pretrained = self.pretrained
        return made
