"""`omnivec autotune INPUT VALIDATION OUTPUT`: the options of a classifier, found by trying them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.flags import Common, CommonFlags, Positional, count, learner_flags, number, toml_values
from omnivec.cli.out import MIDDLE_DOT, folded, labelled
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.cli.train.saving import Saving
from omnivec.learners.classifier import Classifier

if TYPE_CHECKING:
    from omnivec.model import Model

SEARCH = Group("The search", sort_key=0)


def autotune(
    input: Annotated[str, Positional, Parameter(help=f"Texts with labels to learn from. {call.INPUT_HELP}")],
    validation: Annotated[str, Parameter(help="Texts with labels that trials are judged by.")],
    output: Annotated[str, Parameter(help=call.OUTPUT_HELP)],
    /,
    *,
    metric: Annotated[
        str,
        Parameter(
            group=SEARCH, show_default=False, metavar="MEASURE",
            help="f1, precision_at_recall:X or recall_at_precision:X; with :LABEL behind it, of one label. "
            "[default f1]",
        ),
    ] = "f1",
    k: Annotated[
        int, count("k"),
        Parameter(name=["-k", "--k"], group=SEARCH, show_default=False,
                  help="Labels that are predicted for each text. [default 1]"),
    ] = 1,
    seconds: Annotated[
        float | None, number("seconds", 0.001, 1e9),
        Parameter(group=SEARCH, help="How long it lasts, reading included. [default 300]"),
    ] = None,
    trials: Annotated[
        int | None, count("trials"),
        Parameter(group=SEARCH, help="How many trials, in place of a time: the same each time."),
    ] = None,
    size: Annotated[
        str | None,
        Parameter(group=SEARCH, metavar="BYTES", help="What tables and words may have: 500k, 2M, 1G."),
    ] = None,
    flags: Any = None,
    preset: Annotated[str | None, Parameter(help=call.preset_help(Classifier), metavar="NAME")] = None,
    config: Annotated[str | None, Parameter(help=call.CONFIG_HELP, metavar="FILE")] = None,
    overwrite: Annotated[bool, Parameter(help="Replace the model that OUTPUT holds.")] = False,
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Find the options of a classifier by trying them, and save the best model.

    Options below that are given stay as they are; of epochs, lr, dim, word-ngrams, minn, maxn and buckets the
    others are searched. A line for each trial goes to stderr.
    """
    from omnivec.store.folder import check_output
    from omnivec.tuning.autotune import autotune as search

    learner = call.chosen(Classifier, preset, config, flags or {})
    fixed = {*(flags or {}), *(toml_values(config, Classifier) if config is not None else {})}
    check_output(output, overwrite=overwrite)
    saving = Saving(output, overwrite)
    errors = learner.encoding_errors
    texts: Any = table.of(call.source(input), errors)
    judge = table.of(call.source(validation), errors)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        model, tried = search(
            texts, judge, learner=learner, fixed=fixed, metric=metric, k=k, seconds=seconds, trials=trials,
            size=size, progress=display,
        )  # fmt: skip
        record = model.record["autotune"]
        best = max(trial.number for trial in tried if trial.best)
        told = {"metric": record["metric"], "best": best, "trials": record["trials"]}
        code = saving.keep(model, common, display, told, interrupted=record["interrupted"])
    if not common.json:
        labelled(lines(model))
    return code


def lines(model: Model) -> list[tuple[str, str]]:
    """The best trial as labelled lines."""
    from omnivec.tuning.trial import spoken

    record = model.record["autotune"]
    best = [trial for trial in record["trials"] if trial["best"]][-1]
    return [
        (
            "Best",
            f"trial {best['number']} of {len(record['trials'])}: {record['metric']} {best['score']:.4f}",
        ),
        ("Options", folded(spoken(best["options"]), f" {MIDDLE_DOT} ")),
    ]


autotune.__annotations__["flags"] = learner_flags(Classifier)
