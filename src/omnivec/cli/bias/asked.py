"""What `omnivec bias measure` is asked for: flags that must go together, and their lists, read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnivec.cli.bias.lists import Lists
from omnivec.cli.failure import WrongCall, did_you_mean, existing

if TYPE_CHECKING:
    from omnivec.data.cells import Cells
    from omnivec.evaluate.bias import BiasTest, Group
    from omnivec.evaluate.bias.lists import Pairs

OF_LISTS = ("weat", "sc-weat", "rnsb")
OF_PAIRS = ("projection", "ripa")


@dataclass(frozen=True)
class Asked:
    """What is to be measured, its lists read."""

    measures: tuple[str, ...]
    tests: list[BiasTest]
    targets: list[Group]
    attributes: list[Group]
    pairs_name: str
    pairs: Pairs
    words: Group | None
    probes: list[str]
    poles: list[str]
    cells: Cells | None

    @classmethod
    def of(
        cls,
        lists: Lists,
        measures: list[str] | None,
        pairs: str | None,
        words: str | None,
        probe: list[str] | None,
        poles: list[str] | None,
        counts: str | None,
    ) -> Asked:
        """Read the lists. Raises: WrongCall for flags that say nothing together; InputError, OptionError."""
        from omnivec.evaluate.bias import pairs_of

        lists.check()
        chosen = _measures(lists, measures, words)
        if pairs is not None and words is None and not probe:
            raise WrongCall("--pairs gives a direction: name words that may lie along it by --words LIST")
        if not chosen and not probe:
            raise WrongCall(
                "bias measure needs --test NAME, or --targets and --attributes, or --words LIST, "
                "or --probe WORD"
            )
        if poles is not None and len(poles) != 2:
            raise WrongCall(f"--poles takes two words, as woman man, got {len(poles)}")
        if poles is not None and not probe:
            raise WrongCall("--poles are what --probe asks between: name words by --probe WORD")
        if words is not None and not {*OF_PAIRS} & {*chosen}:
            raise WrongCall("--words are projected: add projection or ripa to --measure")
        if counts is not None and "weat" not in chosen:
            raise WrongCall("--counts makes the tests of lists on a text, too; name one by --test")
        tests, targets = lists.tests(), lists.groups(lists.targets or ())
        attributes = lists.groups(lists.attributes or ())
        if "weat" in chosen and targets:
            tests = [own_test(targets, attributes)]
        if len(tests) == 1 and not targets:
            targets, attributes = [*tests[0].targets], [*tests[0].attributes]
        if len(tests) > 1 and {"sc-weat", "rnsb"} & {*chosen}:
            raise WrongCall(f"sc-weat and rnsb are of one test at a time, got {len(tests)}")
        return cls(
            chosen, tests, targets, attributes, *pairs_of(lists.pairs(pairs or "gender")),
            None if words is None else lists.group(words), probe or [], poles or [],
            None if counts is None else _cells(counts),
        )  # fmt: skip


def _measures(lists: Lists, measures: list[str] | None, words: str | None) -> tuple[str, ...]:
    has_lists = bool(lists.test or lists.targets)
    if measures is None:
        return (*(["weat"] if has_lists else []), *(["projection"] if words is not None else []))
    for name in measures:
        if name not in OF_LISTS + OF_PAIRS:
            near = difflib.get_close_matches(name, OF_LISTS + OF_PAIRS, 1)
            known = ", ".join(OF_LISTS + OF_PAIRS)
            raise WrongCall(f"--measure takes {known}, got {name!r}{did_you_mean(near)}", near)
        if name in OF_LISTS and not has_lists:
            raise WrongCall(f"{name} needs --test NAME, or --targets and --attributes")
        if name in OF_PAIRS and words is None:
            raise WrongCall(f"{name} needs --words LIST, and --pairs that give the direction")
    return tuple(dict.fromkeys(measures))


def own_test(targets: list[Group], attributes: list[Group]) -> BiasTest:
    """The test of one's own lists. Raises: WrongCall unless there are two of targets."""
    from omnivec.evaluate.bias import BiasTest

    if len(targets) != 2:
        raise WrongCall(
            f"weat compares two lists of --targets, got {len(targets)}; one alone: --measure sc-weat"
        )
    return BiasTest("lists", (targets[0], targets[1]), (attributes[0], attributes[1]))


def _cells(path: str) -> Cells:
    from omnivec.data.cells import Cells

    return Cells.open(existing(path))
