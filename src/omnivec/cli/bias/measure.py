"""`omnivec bias measure MODEL`: association tests, directions and analogies, each with its coverage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli.ask.among import Topn
from omnivec.cli.bias.asked import Asked
from omnivec.cli.bias.lists import ListFlags, Lists
from omnivec.cli.flags import Common, CommonFlags, count, seed_of, several
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.evaluate.bias import Lookup
    from omnivec.results import Tabular


@dataclass(frozen=True)
class Chance:
    """How p-values are made."""

    permutations: Annotated[
        int,
        count("permutations"),
        Parameter(
            show_default=False,
            help="Partitions drawn for p, where there are more than 200,000. [default 10000]",
        ),
    ] = 10_000
    seed: Annotated[int, seed_of("all that is drawn")] = 1
    two_sided: Annotated[
        bool, Parameter(help="p of a difference in either direction, not of the first lists' alone.")
    ] = False


def measure(
    model: Model,
    /,
    *,
    lists: ListFlags = Lists(),  # noqa: B008  (frozen)
    measures: Annotated[
        list[str] | None,
        several(
            "NAME...",
            "weat, sc-weat and rnsb of lists, projection and ripa of --words on --pairs. [default weat, "
            "projection]",
        ),
        Parameter(name="--measure"),
    ] = None,
    pairs: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Pairs of words that give a direction: two a line, JSON, or gender."),
    ] = None,
    words: Annotated[
        str | None, Parameter(metavar="LIST", help="Words to project on the direction of --pairs.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        several("WORD...", "Ask the analogy of these words both ways, between --poles."),
    ] = None,
    poles: Annotated[
        list[str] | None,
        several("WORD WORD", "Of --probe. [default the first pair of --pairs: woman man]"),
    ] = None,
    counts: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Counts by omnivec cooccur: the tests on the text itself, too."),
    ] = None,
    chance: Annotated[Chance, Parameter(name="*")] = Chance(),  # noqa: B008  (frozen)
    topn: Topn = 10,
    unseen: Annotated[
        bool, Parameter(help="Words that are no keys count, too, by their parts where words have parts.")
    ] = False,
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """How strongly vectors associate some words with others: what a corpus' prejudice leaves in them."""
    asked = Asked.of(lists, measures, pairs, words, probe, poles, counts)
    report.check()
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        vectors = opening.loaded(model, display).vectors
        from omnivec.evaluate.bias import Lookup

        lookup = Lookup(vectors, fold_case=lists.fold_case, unknown=lists.unknown, unseen=unseen)
        with display.busy("Measuring", model):
            found = measured(lookup, asked, chance, topn)
    told = {name: as_json(name, result) for name, result in found.items()}
    tables = [table for result in found.values() for each in result for table in each.tables()]
    report.show(f"Bias of {model}", tables, told, json=common.json)
    return 0


def measured(lookup: Lookup, asked: Asked, chance: Chance, topn: int) -> dict[str, list[Tabular]]:
    """What was asked for, by its name in the JSON."""
    from omnivec.evaluate import bias

    options: dict[str, Any] = asdict(chance)
    found: dict[str, list[Tabular]] = {}
    if "weat" in asked.measures:
        name = "weat" if len(asked.tests) == 1 else "tests"
        found[name] = [bias.battery(lookup, asked.tests, counts=_counts(lookup, asked), **options)]
    if "sc-weat" in asked.measures:
        names = " and ".join(group.name for group in asked.targets)
        words = bias.Group(names, tuple(word for group in asked.targets for word in group.words))
        found["sc_weat"] = [bias.sc_weat(lookup, words, asked.attributes, **options)]
    if "rnsb" in asked.measures:
        found["rnsb"] = [bias.rnsb(lookup, asked.targets, asked.attributes)]
    if asked.words is not None and "projection" in asked.measures:
        axis = bias.direction(lookup, asked.pairs, name=asked.pairs_name)
        found["projection"] = [bias.projection(lookup, axis, asked.words)]
    if asked.words is not None and "ripa" in asked.measures:
        found["ripa"] = [bias.ripa(lookup, asked.pairs, asked.words)]
    if asked.probes:
        first = asked.pairs[0]
        poles = asked.poles or [first[0], first[-1]]
        found["probes"] = [bias.probe(lookup, word, poles, topn=topn) for word in asked.probes]
    return found


def as_json(name: str, results: list[Any]) -> object:
    """One kind of measure; of a single test its figures, of several those of each by name."""
    if name == "probes":
        return [result.as_json() for result in results]
    told = results[0].as_json()
    return next(iter(told.values())) if name == "weat" else told


def _counts(lookup: Lookup, asked: Asked) -> Lookup | None:
    if asked.cells is None:
        return None
    from omnivec.evaluate import bias

    words = (
        word for test in asked.tests for group in (*test.targets, *test.attributes) for word in group.words
    )
    return lookup.alike(bias.counted(asked.cells, words, fold_case=lookup.fold_case))
