"""`omnivec phrases INPUT OUTPUT`: words that stand together, as a file; a text with them joined."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, choice, count, flags_of, number
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown
from omnivec.config import options
from omnivec.learners.text import TextLearner

if TYPE_CHECKING:
    from omnivec.data.phrases import Phrases

TOP = 10


def scores() -> tuple[str, ...]:
    """Names of the scores; imported late, since flags are made early."""
    from omnivec.data.phrases import THRESHOLDS

    return tuple(THRESHOLDS)


READING = ("whitespace", "normalize", "tokenizer", "encoding_errors")
"""How characters become words, as in train."""


@dataclass(frozen=True)
class Search:
    """How phrases are found; None is the default of `find_phrases`."""

    score: Annotated[
        str | None, choice("score", scores),
        Parameter(
            metavar="word2vec|gensim|npmi", show_default=False,
            help="word2vec and gensim grow with the text, npmi lies in -1 to 1. [default word2vec]",
        ),
    ] = None  # fmt: skip
    threshold: Annotated[
        float | None, number("threshold", -1, 1e15),
        Parameter(help="A phrase scores above it. [default 100 of word2vec, 10 of gensim, 0.5 of npmi]"),
    ] = None  # fmt: skip
    min_count: Annotated[
        int | None, count("min_count"), Parameter(help="A phrase occurs so often at least. [default 5]")
    ] = None
    discount: Annotated[
        float | None, number("discount", 0, 1e15),
        Parameter(help="What is subtracted from a pair's count. [default min_count]"),
    ] = None  # fmt: skip
    connectors: Annotated[
        str | None,
        Parameter(
            metavar="WORDS",
            help="Words that only stand inside phrases, as in bank_of_america: parted by spaces, or english.",
        ),
    ] = None
    passes: Annotated[
        int | None, count("passes", 1, 100),
        Parameter(help="The second pass finds phrases of phrases, and so on. [default 1]"),
    ] = None  # fmt: skip
    delimiter: Annotated[
        str | None, Parameter(metavar="TEXT", allow_leading_hyphen=True, help="What joins words. [default _]")
    ] = None
    max_size: Annotated[
        int | None, count("max_size"),
        Parameter(help="Keep so many pairs while counting, drop rare ones. [default all]"),
    ] = None  # fmt: skip
    label_prefix: Annotated[
        str | None,
        Parameter(
            metavar="TEXT", allow_leading_hyphen=True,
            help="Words that begin so stand in no phrase. [default __label__]",
        ),
    ] = None  # fmt: skip
    unit: Annotated[
        Literal["line", "paragraph", "document"] | None,
        Parameter(
            show_choices=False, metavar="line|paragraph|document",
            help="What no phrase crosses the border of. [default line]",
        ),
    ] = None  # fmt: skip

    def given(self) -> dict[str, Any]:
        """The arguments of `find_phrases` that were given."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        if self.connectors not in (None, "english"):
            found["connectors"] = str(self.connectors).split()
        return found


def phrases(
    input: Annotated[str, Positional, Parameter(help=call.INPUT_HELP)],
    output: Annotated[
        str | None, Parameter(help="The file of phrases to write; nothing where --phrases is given.")
    ] = None,
    /,
    *,
    search: Annotated[Search, Parameter(name="*")] = Search(),  # noqa: B008  (frozen)
    reading: Any = None,
    phrases: Annotated[
        str | None, Parameter(metavar="FILE", help="Phrases found before, to be applied; none are found.")
    ] = None,
    apply: Annotated[
        str | None,
        Parameter(
            metavar="TEXT", allow_leading_hyphen=True,
            help="Write INPUT with phrases joined, a line for each line; - writes to stdout.",
        ),
    ] = None,
    overwrite: Annotated[bool, Parameter(help="Replace OUTPUT and TEXT.")] = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Find the words of a text that stand together oftener than by chance, or join known ones."""
    given, read = search.given(), reading or {}
    _check(input, output, phrases, apply, list(given), common.json)
    from omnivec.data.phrases import Phrases
    from omnivec.store.formats.source import created

    source, lines = call.source(input), None
    with ExitStack() as stack:
        # The places are looked at before the work; the files appear there after it, whole.
        target, text = (
            None if path in (None, "-") else stack.enter_context(created(str(path), overwrite=overwrite))
            for path in (output, apply)
        )
        stack.enter_context(logging_shown(common.quiet, common.verbose))
        display = stack.enter_context(Display(common.quiet))
        if phrases is not None:
            found = Phrases.load(phrases)
        else:
            assert target is not None and output is not None
            found = _found(source, {**given, **read}, target, output, display)
        if apply is not None:
            with display.busy("Joining", input):
                lines = _write(found.apply(source, **read), text or sys.stdout.buffer)
            display.line("Text", f"{lines:,} lines, written to {'stdout' if text is None else shown(apply)}")
    if common.json:
        emit_json(as_json(found, output, apply, lines))
    elif phrases is None and apply != "-":
        head = ("Phrase", "count", "score")
        top = [(shown(found.key(each)), f"{each.count:,}", f"{each.score:.4g}") for each in list(found)[:TOP]]
        emit(*aligned([head, *top]))
    return 0


phrases.__annotations__["reading"] = flags_of(options(TextLearner)[name] for name in READING)


def _found(
    source: str | BinaryIO, how: dict[str, Any], target: BinaryIO, output: str, display: Display
) -> Phrases:
    """Find the phrases of a text and write them."""
    from omnivec.data.collocations import find_phrases
    from omnivec.data.phrase_file import text_of

    with display.busy("Reading", source if isinstance(source, str) else "stdin"):
        found = find_phrases(source, **how)
    target.write(text_of(output, found.contents))
    display.line("Phrases", f"{len(found):,}, written to {shown(output)}")
    return found


def as_json(found: Phrases, output: str | None, text: str | None, lines: int | None) -> dict[str, object]:
    """What was found, as JSON: the numbers, and the phrases of the highest scores."""
    top = [
        {"phrase": found.key(each), "words": list(each.words), "count": each.count, "score": each.score,
         "pass": each.turn}
        for each in list(found)[:TOP]
    ]  # fmt: skip
    return {
        "phrases": len(found), "passes": [len(turn) for turn in found.turns],
        "score": found.record.get("score"), "threshold": found.record.get("threshold"),
        "tokens": found.record.get("tokens"), "top": top, "output": output, "text": text, "lines": lines,
    }  # fmt: skip


def _check(
    input: str, output: str | None, phrases: str | None, apply: str | None, given: list[str], json: bool
) -> None:
    if phrases is None and output is None:
        raise WrongCall(
            "OUTPUT is missing, the file of phrases to write; or give --phrases FILE --apply TEXT"
        )
    if phrases is not None:
        existing(phrases)
        if output is not None or given:
            what = "OUTPUT" if output is not None else f"--{given[0].replace('_', '-')}"
            raise WrongCall(
                f"--phrases applies what is known, and {what} is for finding; leave out one of them"
            )
        if apply is None:
            raise WrongCall("--phrases needs --apply TEXT: where the text goes", ["--apply"])
    elif apply is not None and (input == "-" or Path(input).is_fifo()):
        what = "stdin" if input == "-" else "a pipe"
        raise WrongCall(f"--apply reads INPUT again, and {what} can be read once; save it to a file first")
    same = {
        "INPUT and OUTPUT": (input, output), "INPUT and TEXT of --apply": (input, apply),
        "OUTPUT and TEXT of --apply": (output, apply),
    }  # fmt: skip
    for what, (one, other) in same.items():
        if one is not None and other is not None:
            call.check_apart(what, one, other)
    if apply == "-" and json:
        raise WrongCall("--apply - and --json both write to stdout; leave out one of them")


def _write(text: Iterable[list[str]], file: BinaryIO) -> int:
    """Write tokens, a line for each list; the number of lines."""
    lines = 0
    for tokens in text:
        file.write((" ".join(tokens) + "\n").encode())
        lines += 1
    return lines
