"""What an option is: a field of a frozen dataclass, and nothing besides.

The annotation gives type, choices and range, the default is the default, the string below the field is the
help::

    @dataclass(frozen=True, kw_only=True)
    class Word2Vec(Learner):
        dim: Annotated[int, Between(1, 4096)] = 100
        \"\"\"Floats in a vector; time and memory grow in proportion.\"\"\"

Keyword argument, command-line flag, TOML key, `config.json`, model card and documentation all read this one
place.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import functools
import inspect
import math
import textwrap
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import index
from typing import Annotated, Any, ClassVar, Literal, Self, Union, cast, get_args, get_origin, get_type_hints

from omnivec.errors import OptionError


@dataclass(frozen=True)
class Between:
    """The closed range an option's number must lie in."""

    low: float
    high: float


@dataclass(frozen=True)
class Option:
    """One option as every surface sees it."""

    name: str
    kind: type
    default: object
    optional: bool
    choices: tuple[str, ...]
    between: Between | None
    help: str

    def checked(self, value: object) -> object:
        """Return `value` in the option's type, or raise OptionError naming the option and what it takes."""
        if value is None and self.optional:
            return None
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise OptionError(
                    f"{self.name} must be {one_of(self.choices)}, got {value!r}{self._near(value)}"
                )
            return str(value)
        if self.kind in (int, float):
            return self._number(value)
        if not isinstance(value, self.kind):
            raise OptionError(f"{self.name} must be {self.kind.__name__}, got {value!r}")
        return value

    def _number(self, value: object) -> float:
        number = self._converted(value)
        if number is None:
            wanted = "a whole number" if self.kind is int else "a number"
            raise OptionError(f"{self.name} must be {wanted}, got {value!r}")
        # Written so that NaN, for which every comparison is false, is outside too.
        if self.between and not self.between.low <= number <= self.between.high:
            raise OptionError(
                f"{self.name} must lie between {_number(self.between.low)} and {_number(self.between.high)}, "
                f"got {value}"
            )
        return number

    def _converted(self, value: Any) -> float | None:
        """As int or float; None for what is none: text, truth values, arrays with an axis."""
        try:
            if isinstance(value, str) or type(value).__name__ == "bool":  # Python's and NumPy's
                return None
            return index(value) if self.kind is int else float(value)
        except TypeError:
            return None
        except OverflowError:  # a whole number beyond float
            return math.inf

    def _near(self, value: object) -> str:
        near = difflib.get_close_matches(str(value), self.choices, 1)
        return f"; did you mean {near[0]!r}?" if near else ""


def _number(value: float) -> str:
    """With commas in a long one, and without a fraction where there is none."""
    return f"{int(value) if value == int(value) else value:,}"


def one_of(choices: tuple[str, ...]) -> str:
    """`'ns', 'hs' or 'softmax'`, for a message."""
    quoted = [repr(choice) for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def options(learner: type) -> dict[str, Option]:
    """The options of a dataclass in their order."""
    return _options(cast("Any", learner))


@functools.cache
def _options(learner: Any) -> dict[str, Option]:
    hints, helps = get_type_hints(learner, include_extras=True), _helps(learner)
    place = {name: number for number, name in enumerate(learner.last)}
    own = (field for field in dataclasses.fields(learner) if field.name not in learner.elsewhere)
    fields = sorted(own, key=lambda field: place.get(field.name, -1))
    return {f.name: _option(f, hints[f.name], helps.get(f.name, "")) for f in fields}


def _option(field: dataclasses.Field[Any], hint: object, text: str) -> Option:
    between, optional = None, False
    # Annotated[int, Between(…)] | None, or inside out
    while get_origin(hint) in (Annotated, Union, types.UnionType):
        inner = get_args(hint)
        if get_origin(hint) is Annotated:
            between = next((extra for extra in inner[1:] if isinstance(extra, Between)), None)
        else:
            optional, inner = True, tuple(kind for kind in inner if kind is not type(None))
        hint = inner[0]
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    kind = str if choices else hint
    assert isinstance(kind, type)
    return Option(field.name, kind, field.default, optional, choices, between, text)


def _helps(learner: type) -> dict[str, str]:
    """The strings below the fields. Python does not keep them, so they are read from the source."""
    helps: dict[str, str] = {}
    for cls in reversed(learner.__mro__):
        if not dataclasses.is_dataclass(cls):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, text in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
            ):
                helps[field.target.id] = inspect.cleandoc(ast.literal_eval(text.value))
    return helps


class _Described:
    """The docstring of a learner: what it is, and every option with its help; made when somebody reads it."""

    def __init__(self, first: str | None) -> None:
        self.first = first or ""

    def __get__(self, made: object, learner: type) -> str:
        if "__dataclass_fields__" not in vars(learner):  # the class is being made
            return self.first
        wrapped = textwrap.TextWrapper(100, initial_indent="    ", subsequent_indent="        ").fill
        told = [wrapped(f"{option.name}: {option.help}") for option in options(learner).values()]
        return "\n".join([self.first, "", "Args:", *told])


@dataclass(frozen=True, kw_only=True)
class Options:
    """Abstract base of every learner's options: checks values, names presets, makes plain dictionaries."""

    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    """Conventions of an ancestor, by its name: a dictionary of fields that belong together. Where a value is
    itself a dictionary, it holds one value for each `model`."""

    refuses: ClassVar[Mapping[str, Mapping[str, tuple[object, ...]]]] = {}
    """By preset and option: the values that its ancestor does not have."""

    needs: ClassVar[Mapping[str, tuple[str, object]]] = {}
    """Options that say nothing unless another one has a certain value: (that option, that value)."""

    former: ClassVar[Mapping[str, str | Mapping[int, tuple[str, object]]]] = {}
    """Names that users bring from other tools, and ours; by number where ours is a word: (option, value)."""

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Names of what is no option here, and what to do instead: from other tools, or of a field that all of a
    kind have and that says nothing here, which so keeps its default."""

    last: ClassVar[tuple[str, ...]] = ()
    """The options that are shown after all others, in this order, whichever class declares them."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__doc__ = _Described(cls.__doc__)  # type: ignore[assignment]

    def __new__(cls, *given: object, **values: object) -> Self:
        """Refuse unknown names with the nearest of ours, where the dataclass would raise a bare TypeError."""
        if given:
            raise OptionError(
                f"{cls.__name__} takes options by name, as in {cls.__name__}(dim=100); the text goes to fit"
            )
        known = options(cls)
        # `dataclasses.replace` gives every field, those at rest with their default.
        rest = {field.name: field.default for field in dataclasses.fields(cls) if field.name not in known}
        for name, value in values.items():
            if name not in known and (name not in rest or value != rest[name]):
                raise OptionError(cls.unknown(name, value)[0])
        made = super().__new__(cls)
        return made._said(() if known.keys() <= values.keys() else values)  # all of them are a copy's

    def __post_init__(self) -> None:
        for name, option in options(type(self)).items():
            object.__setattr__(self, name, option.checked(getattr(self, name)))

    @classmethod
    def unknown(cls, name: str, value: object = None) -> tuple[str, list[str]]:
        """What to say about a name that is no option of ours, and what may have been meant."""
        if name in cls.elsewhere:
            return f"unknown option {name}: {cls.elsewhere[name]}", []
        if ours := cls.ours(name, value):
            option, word = ours
            near = [option if word is None else f"{option}={word!r}"]
        else:
            near = difflib.get_close_matches(name, options(cls), 1)
        return f"unknown option {name}" + (f". Did you mean {near[0]}?" if near else ""), near

    @classmethod
    def ours(cls, name: str, value: object = None) -> tuple[str, object] | None:
        """What another tool's option is called here: (option, value); value is None where it is the same.

        `value` may be a number, a truth value or text that holds one. None for a name that nobody uses.
        """
        answer = cls.former.get(name)
        if answer is None or isinstance(answer, str):
            return None if answer is None else (answer, None)
        try:
            return answer[int(cast("Any", value))]
        except (TypeError, ValueError, KeyError, OverflowError):
            option, _ = next(iter(answer.values()))
            return option, None

    @classmethod
    def preset(cls, name: str, **values: object) -> Self:
        """The options of a named preset; `values` win over it."""
        return cls.merged(name, values)

    @classmethod
    def merged(cls, preset: str | None, *layers: Mapping[str, object]) -> Self:
        """A preset with layers of values over it, the last one on top: what every door builds options with.

        Raises: OptionError as the constructor does, and for a value that the preset's ancestor lacks.
        """
        base = cls.preset_values(preset) if preset is not None else {}
        given = {name: value for layer in layers for name, value in layer.items()}
        open_ = {name: by for name, by in base.items() if isinstance(by, Mapping) and name not in given}
        made = cls(**{name: value for name, value in {**base, **given}.items() if name not in open_})
        if open_:  # only now is it known which model they are for
            model = made.as_dict()["model"]
            made = dataclasses.replace(made, **{name: by[model] for name, by in open_.items()})
        made._check_ancestor(preset)
        return made._of_preset(preset)._said({*base, *given})

    @classmethod
    def preset_values(cls, name: str) -> Mapping[str, object]:
        """The fields that a preset sets. OptionError names the presets there are."""
        if name not in cls.presets:
            known = one_of(tuple(cls.presets)) if cls.presets else "not given: there is none yet"
            raise OptionError(f"preset must be {known}, got {name!r}")
        return cls.presets[name]

    def _check_ancestor(self, preset: str | None) -> None:
        for name, lacking in self.refuses.get(preset or "", {}).items():
            if (value := getattr(self, name)) in lacking:
                raise OptionError(
                    f"preset {preset} and {name} {value} exclude each other: its ancestor has no such "
                    f"{name}; leave out one of them"
                )

    def check_used(self, given: Iterable[str]) -> None:
        """Refuse options, named because somebody gave them, that say nothing beside the others.

        Raises: OptionError naming both. A constructor cannot ask this, since it sees every field.
        """
        for name in given:
            if name in self.needs:
                other, wanted = self.needs[name]
                if (value := getattr(self, other)) != wanted:
                    raise OptionError(
                        f"{name} and {other} {value} exclude each other: {name} speaks of {other} {wanted}; "
                        "leave out one of them"
                    )

    @property
    def preset_name(self) -> str | None:
        """The preset that these options were made from."""
        name: str | None = self.__dict__.get("_preset")
        return name

    def _of_preset(self, name: str | None) -> Self:
        # Not a field, since it is no option: it changes nothing that is computed, and is no part of equality.
        object.__setattr__(self, "_preset", name)
        return self

    def replaced(self, **values: object) -> Self:
        """The same with other values; `dataclasses.replace` forgets the preset's name and what was said."""
        made = dataclasses.replace(self, **values)
        return made._of_preset(self.preset_name)._said(self.said | values.keys())

    @property
    def said(self) -> frozenset[str]:
        """The options that were given by name or by a preset, whatever their value."""
        names: frozenset[str] = self.__dict__["_names"]
        return names

    def _said(self, names: Iterable[str]) -> Self:
        # As `_preset`, no field.
        object.__setattr__(self, "_names", frozenset(names))
        return self

    def as_dict(self) -> dict[str, object]:
        """Every option by name, ready for JSON."""
        return {name: getattr(self, name) for name in options(type(self))}
