"""The word lists of the bias verbs: files of one's own, lists of a JSON file by name, published ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group as FlagGroup
from cyclopts import Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import several

if TYPE_CHECKING:
    from omnivec.evaluate.bias import BiasTest, Group

IN_LISTS = Parameter(group=FlagGroup("Word lists", sort_key=1))
ALL = "all"


@dataclass(frozen=True)
class Lists:
    """Which lists; a LIST is a file, a list of the file of `lists`, or a published one."""

    test: Annotated[
        list[str] | None, several("NAME...", "Published tests, WEAT1 to WEAT10, or all."), IN_LISTS
    ] = None
    lists: Annotated[
        str | None,
        Parameter(
            metavar="FILE", help="Lists by name as JSON, such as WEFE's WEAT.json: what NAME and LIST mean."
        ),
        IN_LISTS,
    ] = None
    targets: Annotated[
        list[str] | None, several("LIST...", "Two lists to compare; a file has a word a line."), IN_LISTS
    ] = None
    attributes: Annotated[
        list[str] | None, several("LIST...", "Two lists they may be near to."), IN_LISTS
    ] = None
    unknown: Annotated[
        str,
        Parameter(
            metavar="skip|refuse", show_default=False,
            help="What becomes of words without a vector: left out and told, or an error. [default skip]",
        ),
        IN_LISTS,
    ] = "skip"  # fmt: skip
    fold_case: Annotated[
        bool,
        Parameter(
            negative="--no-fold-case", show_default=False,
            help="A word may also be found in other case. [default on]",
        ),
        IN_LISTS,
    ] = True  # fmt: skip

    def check(self) -> None:
        """Raises: WrongCall for flags that say nothing together, before the model is opened."""
        if self.targets and not self.attributes or self.attributes and not self.targets:
            raise WrongCall("--targets and --attributes belong together: give two lists of each")
        if self.attributes and len(self.attributes) != 2:
            raise WrongCall(f"--attributes takes two lists, got {len(self.attributes)}")
        if self.test and self.targets:
            raise WrongCall("--test has its own targets and attributes; leave out one of them")
        if self.lists is not None:
            existing(self.lists)

    def tests(self) -> list[BiasTest]:
        """The tests that are named, each once. Raises: OptionError for an unknown one."""
        from omnivec.evaluate.bias import published

        names = [*published.tests()] if self.test and ALL in self.test else list(self.test or ())
        known = self._by_name()
        return [
            published.published_test(name) if self.lists is None else published.of_sets(name, known)
            for name in dict.fromkeys(name.upper() for name in names)
        ]

    def groups(self, names: Sequence[str]) -> list[Group]:
        """Each list that is named."""
        return [self.group(name) for name in names]

    def group(self, name: str) -> Group:
        """One list. Raises: InputError, WrongCall for a name of nothing."""
        from omnivec.evaluate.bias import published, read_words

        known = self._by_name()
        if self.lists is not None and name in known:
            return known[name]
        return read_words(existing(name)) if _is_path(name) else published.named(name, known)

    def pairs(self, name: str) -> Path | str:
        """Where pairs of words are: the name of published ones, or a file that is there."""
        from omnivec.evaluate.bias import published

        if _is_path(name):
            return Path(existing(name))
        published.pairs(name)
        return name

    def _by_name(self) -> dict[str, Group]:
        from omnivec.evaluate.bias import published, read_sets

        return published.sets() if self.lists is None else read_sets(self.lists)


def _is_path(name: str) -> bool:
    """Whether a LIST is meant as a file: there is one, or its spelling says so."""
    return Path(name).exists() or bool(Path(name).suffix) or Path(name).name != name


ListFlags = Annotated[Lists, Parameter(name="*")]
