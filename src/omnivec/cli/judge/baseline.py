"""`omnivec baseline INPUT`: tf-idf with a linear SVC, word vectors and the classifier on one's own texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, Threads, count, seed_of
from omnivec.cli.judge.flags import PREFIX, Folds, LabelPrefix
from omnivec.cli.out import aligned, duration, emit, emit_json
from omnivec.cli.show import Display, logging_shown
from omnivec.errors import InputError
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


def read(source: Any, prefix: str, name: str) -> tuple[list[str], list[str], int]:
    """The texts, the label of each, and how many were left out since they have none.

    Raises: InputError for texts with several labels, which a linear SVC does not tell.
    """
    from omnivec.data.tokenize import words_of
    from omnivec.evaluate.examples import examples

    texts, labels, without, several = [], [], 0, 0
    for text, there in examples(source, prefix):
        words = words_of(text) if isinstance(text, str) else text
        several += len(there) > 1
        without += not there
        if len(there) == 1:
            texts.append(" ".join(word for word in words if not word.startswith(prefix)))
            labels.append(there[0])
    if several:
        raise InputError(
            f"{name}: {several:,} of {len(texts) + several:,} texts have several labels; the baseline takes "
            "texts with one label each"
        )
    if not texts:
        raise InputError(f"{name}: no text has a label; name its column, or see --label-prefix")
    return texts, labels, without


def lines(scores: list[BaselineScore]) -> list[str]:
    """The scores as a table."""
    rows = [("Baseline", "accuracy", "± s.d.", "time")]
    rows += [
        (score.name, f"{score.accuracy:.4f}", f"{score.deviation:.4f}", duration(score.seconds))
        for score in scores
    ]
    return aligned(rows)
