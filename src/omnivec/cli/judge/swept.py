"""What `omnivec sweep` is asked for: learners in all combinations of options, and what judges them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from omnivec.cli.failure import WrongCall, did_you_mean
from omnivec.cli.flags import several
from omnivec.cli.judge.flags import ANALOGIES_HELP, FoldCase, Restrict, Similarity
from omnivec.cli.judge.sets import file_or_set
from omnivec.errors import OptionError
from omnivec.learners.classifier import Classifier
from omnivec.learners.known import LEARNERS

if TYPE_CHECKING:
    from omnivec.learners.learner import Learner
    from omnivec.tuning.judging import Judge

SWEPT, JUDGED = Group("What is swept", sort_key=0), Group("By what it is judged", sort_key=1)
SWEEPABLE = [name for name, learner in LEARNERS.items() if not issubclass(learner, Classifier)]


def _swept(metavar: str, text: str) -> Parameter:
    return Parameter.combine(several(f"{metavar}...", text), Parameter(group=SWEPT))


@dataclass(frozen=True)
class Swept:
    """What tells models apart."""

    learner: Annotated[
        list[str] | None, _swept("NAME", f"Some of {', '.join(SWEEPABLE)}. [default word2vec]")
    ] = None
    preset: Annotated[
        str | None,
        Parameter(
            group=SWEPT, metavar="NAME",
            help="An ancestor's conventions, which every learner of the sweep has, below what is swept.",
        ),
    ] = None  # fmt: skip
    dim: Annotated[list[str] | None, _swept("N", "Floats in a vector.")] = None
    window: Annotated[list[str] | None, _swept("N", "Words on each side.")] = None
    epochs: Annotated[list[str] | None, _swept("N", "Passes over the text.")] = None
    share: Annotated[
        list[str] | None,
        _swept("X", "Of the text, above 0 to 1; several are a learning curve. [default 1]"),
    ] = None
    seed: Annotated[list[str] | None, _swept("N", "Several tell how far chance goes.")] = None
    vary: Annotated[
        list[str] | None,
        _swept("NAME=V,V", "Any other option and its values; with one it is set for all."),
    ] = None

    def shares(self) -> list[float]:
        """Of the text. Raises: WrongCall for what is no number."""
        return [_number("share", text) for text in _split(self.share or ["1"])]

    def learners(self, threads: int | None) -> list[Learner]:
        """All combinations. Raises: WrongCall for what is no learner, preset, option or value."""
        from omnivec.tuning.grid import grid_of_preset

        kinds = list(dict.fromkeys(_learner(name) for name in _split(self.learner or ["word2vec"])))
        common = {} if threads is None else {"threads": threads}
        values = {name: [_value(text) for text in texts] for name, texts in self._values().items()}
        try:
            return grid_of_preset(kinds, self.preset, common, values)
        except OptionError as error:
            raise WrongCall(str(error)) from None

    def _values(self) -> dict[str, list[str]]:
        """The values of each option, as they were written."""
        own = {"dim": self.dim, "window": self.window, "epochs": self.epochs, "seed": self.seed}
        given = {name: _split(texts) for name, texts in own.items() if texts}
        for text in self.vary or ():
            name, equals, rest = text.partition("=")
            name = name.replace("-", "_")
            if not equals or not rest:
                raise WrongCall(f"--vary takes NAME=VALUE,VALUE, got {text!r}")
            if name in given or name in ("threads", "preset"):
                raise WrongCall(f"--vary {name}: give --{name}, once")
            given[name] = _split([rest])
        return given


@dataclass(frozen=True)
class Judged:
    """What judges all models."""

    similarity: Annotated[Similarity, Parameter(group=JUDGED)] = None
    analogies: Annotated[
        str | None,
        Parameter(group=JUDGED, metavar="FILE", help=f"{ANALOGIES_HELP}, or the name of a set."),
    ] = None
    restrict: Annotated[Restrict, Parameter(group=JUDGED)] = 300_000
    fold_case: Annotated[FoldCase, Parameter(group=JUDGED)] = True

    def judge(self) -> Judge:
        """Its files, read at once. Raises: WrongCall without any file, and as the readers."""
        from omnivec.tuning.judging import Judge

        if not self.similarity and self.analogies is None:
            raise WrongCall(
                "sweep needs --similarity FILE or --analogies FILE to judge models by; omnivec datasets "
                "lists sets"
            )
        asked = self.similarity or []
        pairs = dict(_file(text, "similarity") for text in asked)
        questions = {} if self.analogies is None else dict([_file(self.analogies, "analogies")])
        if len(pairs) < len(asked):
            raise WrongCall(f"--similarity takes files with names of their own, got {' '.join(asked)}")
        return Judge(pairs, questions, restrict=self.restrict, fold_case=self.fold_case)


def _file(text: str, kind: str) -> tuple[str, Path]:
    """A file and its name, or a set that `omnivec datasets` lists."""
    found = file_or_set(text, kind)
    return (found.stem, found) if isinstance(found, Path) else (found.name, found.path())


def _learner(name: str) -> type[Learner]:
    if name == Classifier.name:
        raise WrongCall("a classifier is judged by labels of other texts: omnivec autotune tries its options")
    if name not in SWEEPABLE:
        near = difflib.get_close_matches(name, SWEEPABLE, 1)
        hint = did_you_mean(near) or f"; there is {', '.join(SWEEPABLE)}"
        raise WrongCall(f"unknown learner {name}{hint}", near)
    return LEARNERS[name]


def _split(texts: Sequence[str]) -> list[str]:
    """`50,100 200` as three."""
    return [part for text in texts for part in text.split(",") if part]


def _value(text: str) -> object:
    """A number or truth value as TOML writes them; any other text as it is."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WrongCall(f"{name} must be a number above 0 and not above 1, got {text!r}") from None
