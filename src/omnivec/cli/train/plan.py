"""`omnivec plan LEARNER INPUT`: what a training would do and need, printed without training."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.flags import Common, CommonFlags, Positional, learner_flags
from omnivec.cli.out import emit_json, labelled
from omnivec.cli.show import Display, logging_shown
from omnivec.learners.classifier import Classifier
from omnivec.learners.known import LEARNERS
from omnivec.learners.learner import Learner, plural
from omnivec.learners.of_cells import Counted

if TYPE_CHECKING:
    from omnivec.engine.plan import Plan

app = App(name="plan", help="What a training would do and need, without training.")


def command(name: str, learner: type[Learner]) -> Callable[..., int]:
    """The command that plans for one learner."""

    def plan(
        input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
        /,
        *,
        flags: Any = None,
        preset: Annotated[str | None, Parameter(help=call.preset_help(learner), metavar="NAME")] = None,
        config: Annotated[str | None, Parameter(help=call.CONFIG_HELP, metavar="FILE")] = None,
        phrases: Annotated[str | None, Parameter(metavar="FILE", help=call.PHRASES_HELP)] = None,
        table: Any = Labelled(),  # noqa: B008  (frozen)
        common: CommonFlags = Common(),  # noqa: B008  (frozen)
    ) -> int:
        chosen = call.chosen(learner, preset, config, flags or {})
        text = table.of(call.source(input), str(chosen.as_dict()["encoding_errors"]))
        joined = call.joining(phrases)
        with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
            found = chosen.plan(joined(text), progress=display)
        if common.json:
            emit_json(as_json(found))
        else:
            labelled(lines(found))
        return 0

    if issubclass(learner, Counted):
        plan.__annotations__["input"] = Annotated[str, Positional, Parameter(help=call.COUNTED_HELP)]
    plan.__annotations__["flags"] = learner_flags(learner)
    labelled_text = issubclass(learner, Classifier)
    plan.__annotations__["table"] = (
        LabelledFlags if labelled_text else Annotated[Labelled, Parameter(parse=False)]
    )
    plan.__doc__ = "What a training would do and need. The text is read and counted; nothing is written."
    plan.__name__ = name
    return plan


def as_json(plan: "Plan") -> dict[str, object]:
    """A plan as JSON."""
    return {**dataclasses.asdict(plan), "memory_total": plan.memory_total, "fits": plan.fits}


def lines(plan: "Plan") -> list[tuple[str, str]]:
    """A plan as labelled lines; work is told for a token of the text, as speed is."""
    from omnivec.store.memory import human

    parts = ", ".join(f"{name} {human(size)}" for name, size in plan.memory.items())
    limit = "" if plan.memory_limit == "machine" else f" ({plan.memory_limit})"
    fits = "fits" if plan.fits else "does not fit"
    kept = plan.tokens_kept / max(plan.tokens_in_vocabulary, 1)
    words = f"{plan.words:,} words" + ("" if plan.labels is None else f", {plan.labels:,} labels")
    return [
        ("Text", f"{plan.tokens:,} tokens, {plan.tokens_in_vocabulary:,} of them of {words}"),
        ("Kept", f"{plan.tokens_kept:,.0f} of these are expected in an epoch, {kept:.1%}".replace("%", " %")),
        ("Predicts", f"{plan.predictions:,.0f} times an epoch, {plural(plan.epochs, 'epoch')}: "
                     f"{each(plan.predictions, plan.tokens)} a token"),
        ("Moves", f"{each(plan.rows_moved, plan.tokens)} rows a token, "
                  f"{each(plan.floats_moved, plan.tokens)} floats"),
        ("Memory", f"{human(plan.memory_total)}: {parts}"),
        ("", f"{fits}: {human(plan.memory_free)} free{limit}"),
        ("Disk", human(plan.disk)),
    ]  # fmt: skip


def each(number: float, tokens: int) -> str:
    """A number for each token, to three digits where it is small: `0.504`, `7,071`."""
    share = number / tokens
    return f"{share:,.0f}" if share >= 100 else f"{share:.3g}"


for _name, _learner in LEARNERS.items():
    app.command(command(_name, _learner), name=_name)
