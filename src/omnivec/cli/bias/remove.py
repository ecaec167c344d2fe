"""`omnivec bias remove MODEL OUTPUT`: vectors without a direction, and what remains all the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.bias.lists import ListFlags, Lists
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, choice, count, number, seed_of, several
from omnivec.cli.judge.sets import named
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.out import shown
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable

if TYPE_CHECKING:
    from omnivec.explore.debias import Debiased
    from omnivec.results import Figure, ResultTable


def methods() -> tuple[str, ...]:
    """Names of the methods; imported late, since flags are made early."""
    from omnivec.explore.debias import METHODS

    return METHODS


@dataclass(frozen=True)
class How:
    """The method, its numbers and which words are meant."""

    method: Annotated[
        str,
        choice("method", methods),
        Parameter(
            metavar="NAME",
            show_default=False,
            help="hard: words orthogonal to the direction, pairs made even; neutralise: the former; soft: "
            "one map of all words; nullspace: every axis that a linear classifier finds. [default hard]",
        ),
    ] = "hard"
    pairs: Annotated[
        str,
        Parameter(
            metavar="FILE",
            show_default=False,
            help="Pairs of words that differ in what is to go: two a line, or JSON. [default gender, ten "
            "published ones]",
        ),
    ] = "gender"
    equalise: Annotated[
        str | None, Parameter(metavar="FILE", help="Pairs to be made even, in place of --pairs.")
    ] = None
    specific: Annotated[
        str | None, Parameter(metavar="LIST", help="Words that keep the direction, as those of pairs do.")
    ] = None
    neutral: Annotated[
        str | None, Parameter(metavar="LIST", help="The only words that lose it, in place of all others.")
    ] = None
    sides: Annotated[
        list[str] | None,
        several(
            "LIST LIST",
            "Words to tell apart afterwards, in place of those that lie farthest along the direction.",
        ),
    ] = None
    components: Annotated[
        int, count("components"), Parameter(show_default=False, help="Axes of the direction. [default 1]")
    ] = 1
    strength: Annotated[
        float,
        number("strength", 0, 1_000_000),
        Parameter(show_default=False, help="Of soft: what the direction counts. [default 0.2]"),
    ] = 0.2
    rounds: Annotated[
        int, count("rounds"), Parameter(show_default=False, help="Of nullspace: axes at most. [default 35]")
    ] = 35
    seed: Annotated[int, seed_of("all that is drawn")] = 1


def remove(
    model: Model,
    output: Annotated[str, Parameter(help="The model folder to write.")],
    /,
    *,
    how: Annotated[How, Parameter(name="*")] = How(),  # noqa: B008  (frozen)
    lists: ListFlags = Lists(),  # noqa: B008  (frozen)
    similarity: Annotated[
        list[str] | None,
        several(
            "FILE...",
            "Word pairs with a person's score, or names of omnivec datasets, before and after. [default "
            "those of installed packages]",
        ),
    ] = None,
    analogies: Annotated[
        str | None,
        Parameter(
            metavar="FILE", help="Questions of four words a line, or the name of a set, before and after."
        ),
    ] = None,
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Vectors with a bias taken out, as a model of their own; what can be recovered all the same, and what it
    cost, is measured every time and written in the model's card. --overwrite is of OUTPUT, too.
    """
    from omnivec.store.folder import check_output

    existing(model)
    lists.check()
    if how.sides is not None and len(how.sides) != 2:
        raise WrongCall(f"--sides takes two lists, got {len(how.sides)}")
    pairs = [*named("similarity", similarity).values()]
    questions = next(iter(named("analogies", [analogies] if analogies else None).values()), None)
    report.check()
    check_output(output, overwrite=report.overwrite)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        found = _removed(model, how, lists, pairs or None, questions, opening, display)
        with display.measured("Saving", output) as told:
            found.model.save(output, overwrite=report.overwrite, progress=told)
        display.line("Saved", shown(output))
        if found.left_out:
            display.line("Left out", ", ".join(found.left_out))
    parts: list[ResultTable | Figure | str] = [*found.tables(), found.direction.note()]
    told_of = {"model": output, **found.as_json()}
    report.show(f"Bias removed from {model}", parts, told_of, json=common.json)
    return 0


def _removed(
    model: str,
    how: How,
    lists: Lists,
    similarity: list[Path] | None,
    analogies: Path | None,
    opening: Opening,
    display: Display,
) -> Debiased:
    tests = lists.tests()
    if lists.targets and lists.attributes:
        from omnivec.cli.bias.asked import own_test

        tests = [own_test(lists.groups(lists.targets), lists.groups(lists.attributes))]
    equalise = None if how.equalise is None else lists.pairs(how.equalise)
    specific, neutral = (None if name is None else lists.group(name) for name in (how.specific, how.neutral))
    words = None if how.sides is None else lists.groups(how.sides)
    pairs = lists.pairs(how.pairs)
    opened = opening.loaded(model, display)
    from omnivec.explore.debias import debias

    with display.busy("Removing", model):
        return debias(
            opened, pairs, method=how.method, equalise=equalise, specific=specific,
            neutral=neutral, words=words, tests=tests, similarity=similarity,
            analogies=analogies, components=how.components, strength=how.strength, rounds=how.rounds,
            fold_case=lists.fold_case, unknown=lists.unknown, seed=how.seed,
        )  # fmt: skip
