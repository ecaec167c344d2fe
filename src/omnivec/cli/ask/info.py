"""`omnivec info`: what a model or a file holds and what opening it costs; its rows are not read."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from omnivec.cli.ask.cells import show_cells
from omnivec.cli.ask.described import as_json, lines
from omnivec.cli.ask.details import show_diagnostics
from omnivec.cli.ask.entries import show_entries
from omnivec.cli.ask.header import compare_checksums, looked_at
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, count
from omnivec.cli.opening import Model as ModelPath
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import emit_json, labelled
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown


def info(
    model: ModelPath,
    /,
    *,
    verify: Annotated[bool, Parameter(help="Read all of it and compare it with its checksums.")] = False,
    words: Annotated[
        int | None, count("words", -1),
        Parameter(help="Print the first N words with their counts instead; -1 for all."),
    ] = None,
    labels: Annotated[
        bool, Parameter(help="Print the labels of a classifier with their counts instead.")
    ] = False,
    subwords: Annotated[
        str | None, Parameter(metavar="WORD", help="Print the parts of a word, each with its row, instead.")
    ] = None,
    diagnostics: Annotated[
        bool,
        Parameter(help="Read all rows and print lengths, mean cosine, hubs, rows never updated, instead."),
    ] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """What a model or a file of vectors holds, and what opening it costs. It is not loaded.

    With --limit or --dtype the memory is that of a load with them.
    """
    from omnivec.data.cells import is_cells

    existing(model)
    entries = words is not None or labels or subwords is not None
    instead = {"--words, --labels or --subwords": entries, "--diagnostics": diagnostics, "--verify": verify}
    if len(asked := [flag for flag, given in instead.items() if given]) > 1:
        raise WrongCall(f"{asked[0]} and {asked[1]} exclude each other: each prints something of its own")
    if report.html is not None and not diagnostics:
        raise WrongCall("--html needs --diagnostics: the rest is lines", ["--diagnostics"])
    report.check()
    with logging_shown(common.quiet, common.verbose):
        if diagnostics:
            with Display(common.quiet) as display:
                loaded = opening.loaded(model, display)
                with display.busy("Reading", f"{len(loaded.keys):,} rows"):
                    show_diagnostics(loaded, model, report, common.json)
            return 0
        if entries:
            with Display(common.quiet) as display:
                found_in = opening.loaded(model, display)
            show_entries(found_in, model, words, labels, subwords, common.json)
            return 0
        if opening.format is None and is_cells(model):
            show_cells(model, common.json)
            return 0
        found = looked_at(model, opening)
        if verify:
            with Display(common.quiet) as display:
                compare_checksums(found, display)
    if common.json:
        emit_json(as_json(found, verify))
    else:
        labelled([*lines(found), *([("Checksums", "all agree")] if verify else [])])
    return 0
