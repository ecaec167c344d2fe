"""`omnivec train LEARNER INPUT OUTPUT`: a command per learner, its flags made from its dataclass."""

import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

from cyclopts import App, Parameter

from omnivec.cli.failure import WrongCall, existing, unknown
from omnivec.cli.flags import Common, CommonFlags, Positional, learner_flags, toml_values
from omnivec.cli.show import Display, logging_shown
from omnivec.learners.word2vec import Word2Vec

if TYPE_CHECKING:
    from omnivec.config import Options
    from omnivec.engine.progress import Progress
    from omnivec.model import Model

LEARNERS: dict[str, type[Word2Vec]] = {"word2vec": Word2Vec}
"""A new learner is a row here."""

app = App(name="train", help="Learn vectors from text.")

INPUT_HELP = "A text file or a folder of them; .gz and .xz are unpacked; - reads stdin."
OUTPUT_HELP = "The model folder to write."


def merged(
    learner: "type[Options]", preset: str | None, config: str | None, flags: dict[str, Any]
) -> dict[str, Any]:
    """What was asked for: flags win over the file, the file over the preset."""
    values: dict[str, Any] = {}
    if preset is not None:
        if preset not in learner.presets:
            refusal = unknown("preset", preset, learner.presets, {})
            known = ", ".join(learner.presets) or "none yet"
            raise refusal if refusal.near else WrongCall(f"{refusal}; there is: {known}")
        values |= learner.preset_values(preset)
    if config is not None:
        values |= toml_values(config, learner)
    return values | flags


def command(name: str, learner: type[Word2Vec]) -> Callable[..., int]:
    """The command that trains one learner."""

    def train(
        input: Annotated[str, Positional, Parameter(help=INPUT_HELP)],
        output: Annotated[str, Parameter(help=OUTPUT_HELP)],
        /,
        *,
        flags: Any = None,
        preset: Annotated[str | None, Parameter(help=_presets(learner), metavar="NAME")] = None,
        config: Annotated[
            str | None, Parameter(help="A TOML file of the options below; flags win over it.", metavar="FILE")
        ] = None,
        overwrite: Annotated[bool, Parameter(help="Replace the model that OUTPUT holds.")] = False,
        common: CommonFlags = Common(),  # noqa: B008  (frozen)
    ) -> int:
        from omnivec.store.folder import check_output

        chosen = learner(**merged(learner, preset, config, flags or {}))
        check_output(output, overwrite=overwrite)
        with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
            model = chosen.fit(_source(input), progress=with_room(display, output))
            model.config["preset"] = preset
            return _keep(model, output, overwrite, common, display)

    train.__annotations__["flags"] = learner_flags(learner)
    train.__doc__ = learner.__doc__
    train.__name__ = name
    return train


def with_room(display: Display, output: str) -> Callable[["Progress"], None]:
    """The display's listener, which also refuses a disk too small for the model, before the training."""

    def listen(record: "Progress") -> None:
        from omnivec.store.folder import check_room

        display(record)
        if record.phase == "memory":  # the model is what training allocates, with words for the sampler
            check_room(output, record.bytes)

    return listen


def _presets(learner: "type[Options]") -> str:
    names = ", ".join(learner.presets)
    return (
        f"An ancestor's conventions: {names}." if names else "An ancestor's conventions (there is none yet)."
    )


def _source(text: str) -> str | BinaryIO:
    return sys.stdin.buffer if text == "-" else existing(text)


def _keep(model: "Model", output: str, overwrite: bool, common: Common, display: Display) -> int:
    from omnivec.cli.app import STOPPED
    from omnivec.cli.move import described, disk_bytes
    from omnivec.cli.out import emit_json
    from omnivec.store.memory import human

    interrupted = bool(model.record.get("interrupted"))
    with display.busy("Saving", output), _finished(interrupted) as asked_to_stop:
        model.save(output, overwrite=overwrite)
    display.line(
        "Saved",
        f"{output}, {human(disk_bytes(output))}" + (", stopped before its end" if interrupted else ""),
    )
    display.line("Next", f"omnivec neighbors {shlex.quote(output)} WORD")
    if common.json:
        emit_json({"model": output, **described(model, output), "interrupted": interrupted})
    return STOPPED if asked_to_stop() else 0


@contextmanager
def _finished(asked: bool) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C wait for the end of the block, since what was learned would be lost.

    The second leaves at once. `asked`: whether there was one. Yields a function that says so in the end.
    """

    def hold(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    # In another thread, or where somebody else listens or nobody does, it is not ours to hold.
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: asked
        return
    signal.signal(signal.SIGINT, hold)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


for _name, _learner in LEARNERS.items():
    app.command(command(_name, _learner), name=_name)
