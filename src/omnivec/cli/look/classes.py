"""`omnivec classes MODEL`: words in groups with near directions, as word2vec's `-classes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.flags import Common, CommonFlags, Threads, choice, count, seed_of
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from omnivec.explore.classes import WordClasses


def classes(
    model: Model,
    /,
    *,
    k: Annotated[
        int, count("k"),
        Parameter(name=["-k", "--k"], show_default=False, help="How many classes. [default 500]"),
    ] = 500,
    output: Annotated[
        str | None,
        Parameter(
            name=["--output", "-o"], metavar="FILE",
            help="Write `word class` lines, as word2vec's -classes does; .gz packs them.",
        ),
    ] = None,
    restrict: Annotated[
        int | None, count("restrict"), Parameter(help="The N most frequent words only.")
    ] = None,
    raw: Annotated[
        bool, Parameter(help="By distance of rows as they are, in place of cosines.")
    ] = False,
    method: Annotated[
        str, choice("method", lambda: ("lloyd", "minibatch")),
        Parameter(
            metavar="lloyd|minibatch", show_default=False,
            help="All rows in every pass, or drawn ones: coarser, for millions of rows. [default lloyd]",
        ),
    ] = "lloyd",
    iterations: Annotated[
        int, count("iterations"), Parameter(show_default=False, help="Passes at most. [default 30]")
    ] = 30,
    seed: Annotated[int, seed_of("where it starts", 2**32 - 1)] = 1,
    threads: Annotated[
        Threads, Parameter(help="As many as there are processors when not given; one repeats exactly.")
    ] = None,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Group words by k-means, and show each class by its most frequent words.

    Needs scikit-learn, the extra sklearn.
    """
    report.check()
    if output is not None:
        from omnivec.store.replace import check_file

        check_file(output, overwrite=report.overwrite)
    with logging_shown(common.quiet, common.verbose):
        vectors = opening.vectors(model, quiet=common.quiet)
        with Display(common.quiet) as display, display.busy("Grouping", f"{k:,} classes"):
            from omnivec.explore.classes import word_classes

            found = word_classes(
                vectors, k, restrict=restrict, unit=not raw, method=method,  # type: ignore[arg-type]
                iterations=iterations, seed=seed, threads=threads,
            )  # fmt: skip
    if output is not None:
        found.save(output, overwrite=report.overwrite)
    told = {**found.as_json(), "output": output}
    report.show(f"Word classes of {model}", [*found.tables(), *_saved(found, output)], told, json=common.json)
    return 0


def _saved(found: WordClasses, output: str | None) -> list[str]:
    return [] if output is None else [f"Saved: {output}, {len(found.words) - found.without:,} words"]
