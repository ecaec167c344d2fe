"""`omnivec audit FILE`: how often word n-grams share a bucket, by each hash, beside chance."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.flags import Common, CommonFlags, Positional, count
from omnivec.cli.out import aligned, emit, emit_json
from omnivec.cli.show import Display, logging_shown


def audit(
    input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
    /,
    *,
    word_ngrams: Annotated[
        int,
        Parameter(help="Words of the longest n-grams. [default 2]", show_default=False),
        count("word_ngrams", 2, 100),
    ] = 2,
    buckets: Annotated[
        int,
        Parameter(help="Rows that n-grams share. [default 2000000]", show_default=False),
        count("buckets"),
    ] = 2_000_000,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """How many of a text's different word n-grams come to a row that another one has, beside chance."""
    from omnivec.data.audit import audit as counted

    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with display.busy("Reading", input):
            found = counted(call.source(input), word_ngrams, buckets)
    if common.json:
        emit_json([each.as_json() for each in found])
    else:
        rows = [("Hash", "n-grams", "rows taken", "of", "collide", "by chance")]
        rows += [
            (
                each.hash, f"{each.ngrams:,}", f"{each.taken:,}", f"{each.buckets:,}", share(each.rate),
                share(each.expected),
            )
            for each in found
        ]  # fmt: skip
        emit(*aligned(rows))
    return 0


def share(part: float) -> str:
    """`2.31 %`."""
    return f"{100 * part:.2f} %"
