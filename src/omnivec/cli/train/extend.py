"""`omnivec extend MODEL INPUT OUTPUT`: a trained model goes on with a new text and its new words."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.failure import existing
from omnivec.cli.flags import Common, CommonFlags, Positional, flags_of
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.cli.train.saving import Saving
from omnivec.config import options
from omnivec.learners.windowed import Windowed

HELP = {
    "epochs": "Passes over the new text; the model's own when not given, like the next three.",
    "lr": "Learning rate at the start; a smaller one changes less of what the model knows.",
    "min_count": "How often a new word must occur in the new text.",
    "threads": "Threads that train.",
    "seed": "Start of every random number; the model's and one when not given.",
}
"""What can be chosen anew, as arguments of `omnivec.extend`; all other options stay the model's."""

Given: Any = flags_of(
    dataclasses.replace(options(Windowed)[name], default=None, help=text) for name, text in HELP.items()
)


def extend(
    model: Annotated[str, Parameter(help="A model folder that training here has left.")],
    input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
    output: Annotated[str, Parameter(help=call.OUTPUT_HELP)],
    /,
    *,
    flags: Any = None,
    freeze: Annotated[bool, Parameter(help="The vectors of the words that MODEL has do not move.")] = False,
    phrases: Annotated[str | None, Parameter(metavar="FILE", help=call.PHRASES_HELP)] = None,
    overwrite: Annotated[bool, Parameter(help="Replace the model that OUTPUT holds.")] = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """Go on with a trained model on a new text. MODEL stays as it is; OUTPUT gets its words and new ones."""
    from omnivec.learners.extend import extend as longer
    from omnivec.model import load
    from omnivec.store.folder import check_output

    existing(model)
    joined = call.joining(phrases)
    check_output(output, overwrite=overwrite)
    saving = Saving(output, overwrite)
    with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with display.busy("Opening", model):
            before = load(model)
        source, progress = joined(call.source(input)), saving.with_room(display)
        after = longer(before, source, **(flags or {}), frozen=freeze, progress=progress)
        return saving.keep(after, common, display)


extend.__annotations__["flags"] = Given
