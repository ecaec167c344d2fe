"""What went wrong in a call, in our words: the parser's errors become one `OmnivecError` each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from omnivec import errors
from omnivec.config import one_of
from omnivec.errors import NO_PATH, InputError, OmnivecError, OptionError

if TYPE_CHECKING:
    from cyclopts import CycloptsError
    from cyclopts.argument import Argument

    from omnivec.config import Options

STOPPED = 130
"""The exit code of what Ctrl-C ended: what a shell reports for such a program."""

FORMER_COMMANDS = {
    "word2vec": "train word2vec",
    "skipgram": "train fasttext",
    "cbow": "train fasttext --model cbow",
    "supervised": "train classifier",
    "fit": "train",
    "nn": "neighbors",
    "nearest": "neighbors",
    "most-similar": "neighbors",
    "similar": "neighbors",
    "analogies": "analogy",
    "test": "evaluate",
    "test-label": "evaluate --per-label",
    "predict": "classify",
    "predict-prob": "classify",
    "score": "evaluate",
    "dump": "info",
    "show": "info",
    "print-word-vectors": "embed --recipe mean",
    "print-sentence-vectors": "embed",
    "print-ngrams": "info --subwords",
    "save": "export",
    "help": "--help",
    "version": "--version",
}
"""What users of other tools type, and ours: an answer, not a second vocabulary."""

_AS_WORDS = "the text and the model are given without flags: omnivec VERB INPUT OUTPUT"
FORMER_FLAGS = {
    **dict.fromkeys(["train", "input", "output", "corpus_file", "sentences"], _AS_WORDS),
    **dict.fromkeys(["pretrainedVectors", "pretrained_vectors"], "--start FILE begins with given vectors"),
    "binary": "omnivec convert MODEL vectors.bin writes that format",
    "save_vocab": "the vocabulary is a part of the model",
    "read_vocab": "the vocabulary is a part of the model; in Python fit takes another one",
    "saveOutput": "the output table is a part of the model",
    "classes": "omnivec classes MODEL -k N groups the words of a trained model",
    **dict.fromkeys(["debug", "verbose"], "-v says more, -q nothing"),
    **dict.fromkeys(
        [f"autotune_{name}" for name in ("validation", "metric", "predictions", "duration", "modelsize")],
        "omnivec autotune INPUT VALIDATION OUTPUT searches the options",
    ),
    **dict.fromkeys(
        ["cutoff", "retrain", "qnorm", "qout", "dsub"], "omnivec quantize MODEL makes a trained model small"
    ),
}
"""Flags of other tools for what is no option of a learner here, by bare name, and what to do instead."""


LEARNS = ("train", "plan")
"""Verbs whose first word names a learner."""


class WrongCall(OptionError):
    """The call itself is wrong; `near` is what may have been meant."""

    def __init__(self, message: str, near: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.near = list(near)


class Mistyped(WrongCall):
    """A word that begins with - where only - or a path may stand: a flag that is none, as a rule."""

    def __init__(self, word: str) -> None:
        super().__init__(f"unknown option {word}")
        self.word = word


class NotThere(InputError):
    """A path that does not exist; `near` holds names beside it."""

    def __init__(self, message: str, near: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.near = list(near)


_OPTION = (
    "buckets|clusters|components|dim|encoding_errors|epochs|folds|heldout|heldout_text|hidden|label_min_count"
    "|label_prefix|limit|lr|max_size|memory|min_count|negatives|sample|shift|start|target_min_count|threads"
    "|threshold|unit|vectors|weighting|window"
)
_REMEDY = re.compile(rf"\b(?:give|lower|raise|see|set) (?:{_OPTION})\b(?: or (?:{_OPTION})\b)*")
"""What a message of the library says to do, in its keyword arguments."""

_ARGUMENT = re.compile(
    r"\b(?:set |give |take )?(limit|dtype|vocabulary|encoding|errors|format)=['\"]?([\w.-]+)['\"]?"
)
"""An argument of `load` and its value, as a remedy writes them."""
_FLAGS = {"format": "--from"}


_OPENING = re.compile(r"--(from|limit|dtype|vocabulary) ")


_SWEPT = {"dim", "window", "epochs", "threads"}
"""What `sweep` has a flag for; any other option is set by `--vary`."""


def in_flags(message: str, verb: str = "") -> str:
    """A message of the library, whose remedies are keyword arguments, with the flags of `verb`."""
    message = message.replace("pass overwrite=True", "add --overwrite")
    message = message.replace("set quotes to False", "add --no-quotes")
    message = message.replace("give pairs of a text and its label", "name its column, --label-column")
    message = message.replace("give its vectors as start to fit", "give it to omnivec train with --start")
    message = message.replace("build one, then save_index", "omnivec index builds one")
    message = re.sub(r"; map it\b", "; map it (the default)", message)
    message = message.replace("a folder, as vocabulary", "a folder, as --vocabulary")
    message = message.replace("(limit)", "(--limit N)").replace("(vocabulary)", "(--vocabulary FILE)")
    message = message.replace('format="gensim", or --from gensim', "--from gensim")
    message = _ARGUMENT.sub(lambda found: f"{_FLAGS.get(found[1], '--' + found[1])} {found[2]}", message)
    if verb == "train" and _OPENING.search(message):  # it has none of the flags that open a file
        message += " of omnivec convert, which makes a model folder of it"
    as_flag = _as_varied if verb == "sweep" else _as_flag
    return _REMEDY.sub(lambda found: re.sub(rf"\b({_OPTION})\b", as_flag, found[0]), message)


def _as_flag(found: re.Match[str]) -> str:
    return f"--{found[0].replace('_', '-')}"


def _as_varied(found: re.Match[str]) -> str:
    return _as_flag(found) if found[0] in _SWEPT else f"--vary {found[0]}=N"


def public_kind(error: OmnivecError) -> str:
    """The name of the public type that `error` is: what a program switches on."""
    return next(cls.__name__ for cls in type(error).__mro__ if cls.__module__ == errors.__name__)


def did_you_mean(near: list[str]) -> str:
    """The end of a message that suggests, or nothing."""
    return f". Did you mean {near[0]}?" if near else ""


def unknown(what: str, name: str, known: Iterable[str], former: Mapping[str, str]) -> WrongCall:
    """`unknown option --dimm. Did you mean --dim?`; names from other tools are answered with ours."""
    near = [former[name]] if name in former else difflib.get_close_matches(name, list(known), 1)
    return WrongCall(f"unknown {what} {name}{did_you_mean(near)}", near)


def existing(path: str) -> str:
    """Return `path` if it is there; otherwise raise with a near name out of its folder."""
    if not path:
        raise NotThere(NO_PATH)
    here = Path(path)
    if here.exists():
        return path
    if here.is_symlink():
        raise NotThere(f"{path}: a link to {here.readlink()}, where there is nothing")
    try:
        beside = [entry.name for entry in here.parent.iterdir()]
    except OSError:
        raise NotThere(f"{path}: no such file or folder") from None
    near = [str(here.with_name(name)) for name in difflib.get_close_matches(here.name, beside, 1)]
    raise NotThere(f"{path}: no such file or folder{did_you_mean(near)}", near)


def translated(error: CycloptsError, arguments: Sequence[str], learner: type[Options] | None) -> OmnivecError:
    """The parser's error in our words. `learner`: the one that was asked for, which knows former names."""
    from cyclopts import exceptions as cyclopts

    verb = " ".join(error.command_chain or ())
    match error:
        case cyclopts.UnknownOptionError():
            word = error.token.keyword or error.token.value
            return _unknown_option(word, _names(error.argument_collection), verb, arguments, learner)
        case cyclopts.UnknownCommandError():
            return _unknown_command(error, verb)
        case cyclopts.CoercionError() if isinstance(error.__cause__, Mistyped):
            return _unknown_option(error.__cause__.word, _flags(error), verb, arguments, learner)
        case cyclopts.UnusedCliTokensError():
            if word := _swallowed(arguments, _flags(error)):
                return _unknown_option(word, _flags(error), verb, arguments, learner)
            rest = " ".join(repr(token) for token in error.unused_tokens or ())
            return WrongCall(f"{verb} does not take {rest}; see omnivec {verb} --help")
        case cyclopts.RepeatArgumentError():
            return WrongCall(f"{error.token.keyword} is given twice")
        case cyclopts.MissingArgumentError() if error.argument is not None:
            wants = (
                f"{error.keyword} needs a value" if error.keyword else f"{verb} needs {error.argument.name}"
            )
            return WrongCall(f"{wants}; see omnivec {verb} --help")
        case cyclopts.CoercionError() if isinstance(error.__cause__, OmnivecError):
            return error.__cause__
        case cyclopts.CoercionError() if error.token is not None and (choices := _choices(error.target_type)):
            near = difflib.get_close_matches(error.token.value, choices, 1)
            wants = f"{error.token.keyword} must be {one_of(choices)}, got {error.token.value!r}"
            return WrongCall(f"{wants}{did_you_mean(near)}", near)
    message = str(error).strip().rstrip(".")
    return WrongCall(message[:1].lower() + message[1:])


def _names(arguments: Iterable[Argument]) -> list[str]:
    return [flag for argument in arguments for flag in argument.names]


def _flags(error: CycloptsError) -> list[str]:
    """The flags of the verb that was called."""
    return [] if error.app is None else _names(error.app.assemble_argument_collection())


def _swallowed(arguments: Sequence[str], known: Sequence[str]) -> str:
    """The unknown flag that stands where a place that may be - was to come, and was taken for it."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for before, word in zip(["", *words], words, strict=False):
        short = word[:2] if word[:2] != "--" else word  # of -k3 and -qv, which the parser takes apart
        if re.match(r"-[^\d.]", word) and not {before, short, word.partition("=")[0]} & {*known}:
            return word
    return ""


def _choices(hint: object) -> tuple[str, ...]:
    """The words of a `Literal`, which may stand beside None; none of another type."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return next((found for inner in get_args(hint) if (found := _choices(inner))), ())


def _unknown_option(
    word: str, known: Sequence[str], verb: str, arguments: Sequence[str], learner: type[Options] | None
) -> OmnivecError:
    name = _typed(word.split("=", 1)[0], arguments)
    # -minCount, --min-count and --min_count are one name to whoever types them.
    bare = name.lstrip("-").replace("-", "_")
    ours = {}
    if learner is not None:
        if hint := FORMER_FLAGS.get(bare) or learner.elsewhere.get(bare):
            return WrongCall(f"unknown option {name}: {hint.replace('VERB', verb)}")
        if answer := learner.ours(bare, _value_of(name, arguments)):
            option, value = answer
            ours[name] = f"--{option.replace('_', '-')}" + ("" if value is None else f" {value}")
    refusal = unknown("option", name, known, ours)
    if not refusal.near and verb in ("neighbors", "analogy"):
        return WrongCall(f"{refusal}; words that begin with - go after --")
    return refusal


def _typed(flag: str, arguments: Sequence[str]) -> str:
    """The word a flag of one letter was taken out of: the parser reads -verbose as -v -e …."""
    if flag in arguments or len(flag) != 2:
        return flag
    joined = (word for word in arguments if re.match(r"-\w\w", word) and flag[1] in word)
    return next(joined, flag)


def _value_of(flag: str, arguments: Sequence[str]) -> str | None:
    """The word that follows a flag, or stands behind its equals sign."""
    for place, word in enumerate(arguments):
        if word == flag:
            return next(iter(arguments[place + 1 :]), None)
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return None


def _unknown_command(error: CycloptsError, verb: str) -> OmnivecError:
    name = (error.unused_tokens or [""])[0]
    verbs = [] if error.app is None else [each for each in error.app if not each.startswith("-")]
    if name.startswith("-"):
        return unknown("option", name, ["--help", "--version", "--json", "--quiet", "--verbose"], {})
    if verb:  # `train word2ve`: the learner is the word that is not known
        near = difflib.get_close_matches(name, verbs, 1)
        offer = did_you_mean(near) or f"; there is {', '.join(verbs)}"
        what = "learner" if verb in LEARNS else "command"
        return WrongCall(f"unknown {what} {name}{offer}", near)
    refusal = unknown("command", name, verbs, FORMER_COMMANDS)
    return refusal if refusal.near else WrongCall(f"{refusal}; omnivec --help lists the commands")
