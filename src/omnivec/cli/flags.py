"""Options as flags: a learner's dataclass is the only home of name, default, range and help."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from cyclopts import Group, Parameter, Token

from omnivec.cli.failure import Mistyped, WrongCall, existing
from omnivec.config import Between, Option, Options, options
from omnivec.errors import InputError, OptionError

if TYPE_CHECKING:
    from types import GenericAlias


def _stdin_or_path(_: Any, tokens: Sequence[Token]) -> str:
    word = tokens[0].value
    if word.startswith("-") and word != "-" and not Path(word).exists():
        raise Mistyped(word)
    return word


Positional = Parameter(allow_leading_hyphen=True, converter=_stdin_or_path)
"""For an argument that may be `-`. The parser would take a mistyped flag for it, too."""

OPPOSITES = {"symmetric": ("--one-sided",)}
"""What a switch is called that is off, beside --no-…."""

OPTIONS, EVERYWHERE = Group("Options", sort_key=1), Group("Everywhere", sort_key=2)


@dataclass(frozen=True)
class Common:
    """What every verb takes."""

    json: Annotated[bool, Parameter(group=EVERYWHERE, help="One JSON object on stdout (docs/json.md).")] = (
        False
    )
    quiet: Annotated[bool, Parameter(alias="-q", group=EVERYWHERE, help="No progress, no warnings.")] = False
    verbose: Annotated[
        bool,
        Parameter(alias="-v", group=EVERYWHERE, help="More detail; a traceback if omnivec itself fails."),
    ] = False


CommonFlags = Annotated[Common, Parameter(name="*")]


def learner_flags(learner: type[Options]) -> Any:
    """The flags of a learner's options."""
    return flags_of(options(learner).values())


def flags_of(known: Iterable[Option]) -> Any:
    """A dictionary type with one optional key per option: what the parser fills holds *only* the flags given.

    A dataclass could not tell a given value from a default, and preset < file < flags needs to.
    """
    fields = {option.name: Annotated[_type(option), _parameter(option)] for option in known}
    make: Any = TypedDict  # a dictionary type whose keys are data is beyond what a type checker follows
    return Annotated[make("Flags", fields, total=False), Parameter(name="*", group=OPTIONS)]


def _type(option: Option) -> GenericAlias | type:
    literal: Any = Literal
    return literal[option.choices] if option.choices else option.kind


def _parameter(option: Option) -> Parameter:
    switch = option.kind is bool
    return Parameter(
        help=help_of(option),
        converter=None if switch else converted(option),
        negative=_negatives(option) if switch else "",
        show_choices=False,
        show_default=False,
        metavar=metavar(option),
    )


def _negatives(option: Option) -> list[str]:
    """What takes back a switch that is on, or that a preset or a file set: --no-…, or another word."""
    return [f"--no-{option.name.replace('_', '-')}", *OPPOSITES.get(option.name, ())]


def metavar(option: Option) -> str | None:
    """How a value is written in the help: its choices, or N, X, TEXT."""
    if option.choices:
        return "|".join(option.choices)
    return {int: "N", float: "X", bool: None}.get(option.kind, "TEXT")


def help_of(option: Option) -> str:
    """The option's help with its range and default."""
    notes = [f"{_plain(option.between.low)} to {_plain(option.between.high)}"] if option.between else []
    if option.default is not None:
        notes.append(f"default {option.default}")
    text = " ".join(option.help.split())
    return f"{text} [{'; '.join(notes)}]" if notes else text


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def converted(option: Option) -> Callable[[Any, Sequence[Token]], object]:
    """A parser's converter that checks as Python would, so that both doors give one message."""

    def convert(_: Any, tokens: Sequence[Token]) -> object:
        text = tokens[0].value
        try:
            return option.checked(_number(text) if option.kind in (int, float) else text)
        except OptionError as error:
            raise WrongCall(str(error), difflib.get_close_matches(text, option.choices, 1)) from None

    return convert


def _number(text: str) -> object:
    """`text` as int or float where it is one (1e6 is a whole number), else as it came."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def count(name: str, low: int = 1, high: int = 2**31 - 1) -> Parameter:
    """A verb's own flag that takes a whole number from `low` to `high`."""
    option = Option(name, int, None, False, (), Between(low, high), "")
    return Parameter(converter=converted(option), metavar="N")


Threads = Annotated[
    int | None,
    count("threads", 1, 1024),
    Parameter(help="As many as there are processors when not given."),
]


def number(name: str, low: float, high: float, metavar: str = "X") -> Parameter:
    """A verb's own flag that takes a number from `low` to `high`."""
    option = Option(name, float, None, False, (), Between(low, high), "")
    return Parameter(converter=converted(option), metavar=metavar)


def choice(name: str, known: Callable[[], tuple[str, ...]]) -> Parameter:
    """A verb's own flag that takes one of the words that `known` gives when it is asked."""

    def convert(kind: Any, tokens: Sequence[Token]) -> object:
        return converted(Option(name, str, None, False, known(), None, ""))(kind, tokens)

    return Parameter(converter=convert)


def given(asked: object, *, but: Iterable[str] = ()) -> list[str]:
    """The flags of a dataclass of flags that have another value than its default, as words of a call."""
    return [
        f"--{name.replace('_', '-')}"
        for name, value in vars(asked).items()
        if value != getattr(type(asked), name) and name not in but
    ]


def several(metavar: str, text: str) -> Parameter:
    """A verb's own flag that takes words one behind the other, one or more."""
    return Parameter(consume_multiple=(1, None), negative="", metavar=metavar, help=text)


def seed_of(what: str, high: int = 2**31 - 1) -> Parameter:
    """`--seed` of a verb that draws something, 1 unless it is given."""
    told = Parameter(show_default=False, help=f"Of {what}. [default 1]")
    return Parameter.combine(count("seed", 0, high), told)


def minutes(name: str) -> Parameter:
    """A verb's own flag that takes minutes."""
    return number(name, 0.001, 1_000_000, "MINUTES")


def toml_values(path: str, learner: type[Options]) -> dict[str, object]:
    """The options in a TOML file. Unknown keys and values out of range are named, with the file."""
    try:
        values = tomllib.loads(Path(existing(path)).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML: {error}") from None
    known = options(learner)
    for name, value in values.items():
        if name not in known:
            message, near = learner.unknown(name, value)
            raise WrongCall(f"{path}: {message}", near)
        try:
            known[name].checked(value)
        except OptionError as error:
            raise WrongCall(f"{path}: {error}") from None
    return values
