"""What a call that names a learner asks for: a preset below a file below flags, as the learner's options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from omnivec.cli.failure import WrongCall, existing, unknown
from omnivec.cli.flags import toml_values

if TYPE_CHECKING:
    from omnivec.config import Options

Chosen = TypeVar("Chosen", bound="Options")

FILES_HELP = "A text file or a folder of them; .gz, .xz and .zst are unpacked."
INPUT_HELP = f"{FILES_HELP[:-1]}; - reads stdin."
COUNTED_HELP = f"{INPUT_HELP} Or a file that omnivec cooccur wrote."
OUTPUT_HELP = "The model folder to write."
CONFIG_HELP = "A TOML file of the options below; flags win over it."


def chosen(
    learner: type[Chosen],
    preset: str | None,
    config: str | None,
    flags: Mapping[str, Any],
    before: Mapping[str, object] | None = None,
) -> Chosen:
    """The options asked for: flags win over the file, the file over the preset.

    before: the options of a training that goes on, over the preset.
    """
    if preset is not None and preset not in learner.presets:
        refusal = unknown("preset", preset, learner.presets, {})
        known = ", ".join(learner.presets) or "none yet"
        raise refusal if refusal.near else WrongCall(f"{refusal}; there is: {known}")
    file = toml_values(config, learner) if config is not None else {}
    options = learner.merged(preset, before or {}, file, flags)
    options.check_used([*file, *flags])
    return options


def preset_help(learner: type[Options]) -> str:
    """The help of --preset."""
    names = ", ".join(learner.presets)
    return f"An ancestor's conventions: {names or 'there is none yet'}."


PHRASES_HELP = "Phrases that are joined while texts are read; omnivec phrases writes such a file."


def source(text: str) -> str | BinaryIO:
    """INPUT as `fit` takes it."""
    return sys.stdin.buffer if text == "-" else existing(text)


def check_apart(what: str, one: str, other: str) -> None:
    """Refuse two arguments, such as "INPUT and OUTPUT", that are one file; - is none."""
    if one != "-" and os.path.realpath(one) == os.path.realpath(other):
        raise WrongCall(f"{what} are the same file, {other}; choose another name for one of them")


def joining(path: str | None) -> Callable[[Any], Any]:
    """What joins the phrases of a file in a text, or leaves it as it is. Raises: FormatError."""
    if path is None:
        return lambda text: text
    from omnivec.data.phrases import Phrases

    phrases = Phrases.load(existing(path))
    return lambda text: None if text is None else phrases.apply(text)
