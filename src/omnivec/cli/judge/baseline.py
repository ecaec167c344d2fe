"""`omnivec baseline INPUT`: tf-idf with a linear SVC, word vectors and the classifier on one's own texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, Threads, count, seed_of
from omnivec.cli.judge.flags import PREFIX, Folds, LabelPrefix
from omnivec.cli.judge.labelled import read
from omnivec.cli.out import aligned, duration, emit, emit_json
from omnivec.cli.show import Display, logging_shown
from omnivec.store.extra import extra

if TYPE_CHECKING:
    from omnivec.sklearn.baseline import BaselineScore

INPUT_HELP = "Texts with their labels, a line each, or a table; - reads stdin."


def baseline(
    input: Annotated[str, Positional, Parameter(help=INPUT_HELP)],
    /,
    *,
    folds: Annotated[Folds, Parameter(help="Parts, each of which is predicted once. [default 5]")] = 5,
    seed: Annotated[int, seed_of("the folds and of all learning")] = 1,
    threads: Threads = None,
    vectors: Annotated[
        str | None,
        Parameter(metavar="MODEL", help="Vectors of words, in place of those learned from the texts."),
    ] = None,
    epochs: Annotated[
        int | None,
        Parameter(help="Passes over the texts for word vectors; few texts need more than the 5 there are."),
        count("epochs", 1, 100_000),
    ] = None,
    label_prefix: LabelPrefix = PREFIX,
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """How well labels are told by tf-idf with a linear SVC, by means of word vectors, and by the classifier:
    cross-validated on the same folds, the best first.
    """
    source = table.of(call.source(input))
    if vectors is not None:
        existing(vectors)
        if epochs is not None:
            raise WrongCall("--epochs and --vectors exclude each other: given vectors are not trained")
    extra("sklearn", "sklearn", what="baseline")
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with display.busy("Reading", input):
            texts, labels, without = read(source, label_prefix, input)
        kinds = len(set(labels))
        left_out = f" ({without:,} more without a label)" if without else ""
        display.line("Read", f"{len(texts):,} texts{left_out}, {kinds:,} labels")
        from omnivec.sklearn.baseline import baseline as compared

        def told(name: str, fold: int) -> None:
            display.living("Learning", f"{name}, fold {fold} of {folds} …")

        scores = compared(
            texts, labels, folds, seed=seed, threads=threads, pretrained=vectors, epochs=epochs, told=told
        )
        display.rest()
    if common.json:
        head = {"texts": len(texts), "without_label": without, "labels": kinds, "folds": folds, "seed": seed}
        emit_json({**head, "scores": {score.name: score.as_json() for score in scores}})
    else:
        emit(*lines(scores))
    return 0


def lines(scores: list[BaselineScore]) -> list[str]:
    """The scores as a table."""
    rows = [("Baseline", "accuracy", "± s.d.", "time")]
    rows += [
        (score.name, f"{score.accuracy:.4f}", f"{score.deviation:.4f}", duration(score.seconds))
        for score in scores
    ]
    return aligned(rows)
