"""`omnivec train LEARNER INPUT OUTPUT`: a command per learner, its flags made from its dataclass."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, learner_flags, minutes
from omnivec.cli.show import Display, logging_shown
from omnivec.cli.signals import terminable
from omnivec.cli.train import resume
from omnivec.cli.train.saving import Saving
from omnivec.config import options
from omnivec.errors import NO_PATH, OutputError
from omnivec.learners.classifier import Classifier
from omnivec.learners.known import LEARNERS
from omnivec.learners.learner import Learner
from omnivec.learners.of_cells import Counted
from omnivec.learners.trained import Trained

app = App(name="train", help="Learn vectors from text.")

RUN = Group("This run", sort_key=0)


@dataclass(frozen=True)
class Run:
    """What belongs to a run and not to a learner, of one that learns in passes."""

    checkpoint: Annotated[
        float | None, minutes("checkpoint"),
        Parameter(group=RUN, help="Write OUTPUT.checkpoint every so many minutes."),
    ] = None  # fmt: skip
    resume: Annotated[
        bool, Parameter(group=RUN, help="Go on where a training to OUTPUT was stopped, with its options.")
    ] = False
    start: Annotated[
        str | None,
        Parameter(
            group=RUN, metavar="FILE", help="Vectors to begin with, a model or a file; matched by word."
        ),
    ] = None
    freeze: Annotated[bool, Parameter(group=RUN, help="Vectors out of --start do not move.")] = False

    def check(self) -> None:
        """Refuse flags that exclude each other and files that are not there."""
        if self.freeze and self.start is None:
            raise WrongCall("--freeze needs --start FILE: it keeps the vectors of that file", ["--start"])
        if self.start is not None:
            existing(self.start)


@dataclass(frozen=True)
class Measured:
    """What belongs to a run of one that can be measured on a text it does not learn from."""

    heldout_text: Annotated[
        str | None,
        Parameter(group=RUN, metavar="FILE", help="A text whose loss is measured after each epoch."),
    ] = None

    def check(self) -> None:
        """Refuse a file that is not there."""
        if self.heldout_text is not None:
            existing(self.heldout_text)


def command(name: str, learner: type[Learner]) -> Callable[..., int]:
    """The command that trains one learner."""

    def train(
        input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
        output: Annotated[str, Parameter(help=call.OUTPUT_HELP)],
        /,
        *,
        flags: Any = None,
        preset: Annotated[str | None, Parameter(help=call.preset_help(learner), metavar="NAME")] = None,
        config: Annotated[str | None, Parameter(help=call.CONFIG_HELP, metavar="FILE")] = None,
        run: Any = Run(),  # noqa: B008  (frozen)
        measured: Any = Measured(),  # noqa: B008  (frozen)
        phrases: Annotated[str | None, Parameter(group=RUN, metavar="FILE", help=call.PHRASES_HELP)] = None,
        overwrite: Annotated[bool, Parameter(group=RUN, help="Replace the model that OUTPUT holds.")] = False,
        table: Any = Labelled(),  # noqa: B008  (frozen)
        common: CommonFlags = Common(),  # noqa: B008  (frozen)
    ) -> int:
        from omnivec.store.folder import check_output

        run.check()
        measured.check()
        if not output:
            raise OutputError(NO_PATH)
        point = resume.stopped(output, name) if run.resume else None
        before = {} if point is None else point.model.options
        preset = preset if point is None else point.preset(preset)
        learner_chosen = call.chosen(learner, preset, config, flags or {}, before)
        check_output(output, overwrite=overwrite or (point is not None and point.replaced))
        if point is None:
            resume.check_none(output, overwrite)
        errors = str(learner_chosen.as_dict()["encoding_errors"])
        joined = call.joining(phrases)
        given = (call.source(input), measured.heldout_text)
        text, heldout = (joined(table.of(each, errors)) for each in given)
        # A checkpoint is replaced as a whole, so for a moment there are two of them.
        copies, replace = 1 if run.checkpoint is None else 2, overwrite or run.resume
        again = _again(name, input, output, run, measured, phrases, table)
        saving = Saving(output, replace, copies, again)
        with terminable(), logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
            if not isinstance(learner_chosen, Trained):
                # What it computes with is several times the model; saving itself asks for room.
                model = learner_chosen.fit(text, progress=display)
                return saving.keep(model, common, display)
            model = learner_chosen.fit(
                text,
                start=run.start,
                frozen=run.freeze,
                heldout_text=heldout,
                checkpoint=None if run.checkpoint is None else resume.checkpoint_of(output),
                checkpoint_minutes=run.checkpoint or 10.0,
                resume=None if point is None else point.model,
                progress=saving.with_room(display),
            )
            return saving.keep(model, common, display)

    if issubclass(learner, Counted):
        train.__annotations__["input"] = Annotated[str, Positional, Parameter(help=call.COUNTED_HELP)]
    train.__annotations__["flags"] = learner_flags(learner)
    in_passes, labelled = issubclass(learner, Trained), issubclass(learner, Classifier)
    train.__annotations__["run"] = Annotated[
        Run, Parameter(name="*") if in_passes else Parameter(parse=False)
    ]
    train.__annotations__["measured"] = Annotated[
        Measured, Parameter(name="*") if "heldout" in options(learner) else Parameter(parse=False)
    ]
    train.__annotations__["table"] = (
        LabelledFlags if labelled else Annotated[Labelled, Parameter(parse=False)]
    )
    train.__doc__ = (learner.__doc__ or "").partition("\n")[0]  # the options are flags
    train.__name__ = name
    return train


def _again(
    learner: str, input: str, output: str, run: Run, measured: Measured, phrases: str | None, table: Labelled
) -> str:
    """The call that goes on with this one: options and given vectors are in the checkpoint."""
    words = ["omnivec", "train", learner, input, output, "--resume", *table.words()]
    if run.checkpoint is not None:
        words += ["--checkpoint", f"{run.checkpoint:g}"]
    if measured.heldout_text is not None:
        words += ["--heldout-text", measured.heldout_text]
    if phrases is not None:
        words += ["--phrases", phrases]
    return shlex.join(words)


for _name, _learner in LEARNERS.items():
    app.command(command(_name, _learner), name=_name)
