"""`omnivec embed MODEL [FILE|-] [-o OUT.npy]`: a vector for each line of a text."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack, closing, nullcontext
from itertools import chain
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.ask.classify import lines
from omnivec.cli.ask.rows import NPY, PARQUET, ending, put, put_json
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, choice, count
from omnivec.cli.opening import Model as ModelPath
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import TIMES, emit_json, shown
from omnivec.cli.recipe import recipes
from omnivec.cli.show import Display, logging_shown


def tokenizers() -> tuple[str, ...]:
    """Names of the tokenizers."""
    from omnivec.data.tokenize import TOKENIZERS

    return TOKENIZERS


def embed(
    model: ModelPath,
    file: Annotated[str, Positional, Parameter(help="Texts, one a line; - or nothing is stdin.")] = "-",
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(
            name=("--output", "-o"), metavar="OUT.npy",
            help="Where the array goes, (lines, dim) float32, by its ending: .npy, .safetensors, .txt (lines "
            "of numbers) or .parquet, which has the texts, too; without it, .npy to stdout.",
        ),
    ] = None,
    recipe: Annotated[
        str | None, choice("recipe", recipes),
        Parameter(
            metavar="NAME",
            help="mean of the words' vectors, fasttext-unsupervised (of length one each), "
            "fasttext-supervised (what a classifier sees), sent2vec (what a model of sent2vec sees), sif "
            "(rare words weigh more) or idf (words of few texts do). [default: that of the kind of model]",
            show_default=False,
        ),
    ] = None,
    components: Annotated[
        int | None, count("components", 0, 4096),
        Parameter(show_default=False, help="Principal components that sif removes. [default 1]"),
    ] = None,
    idf: Annotated[
        str | None,
        Parameter(
            metavar="FILE", show_default=False,
            help="Texts, one a line, by which idf weighs words. [default: those that become vectors]",
        ),
    ] = None,
    tokenizer: Annotated[
        str | None, choice("tokenizer", tokenizers),
        Parameter(
            metavar="NAME", show_default=False,
            help="What makes words of a line, whitespace or kiwi. [default: what the model was trained with]",
        ),
    ] = None,
    phrases: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Join these phrases, in place of those of the model's own text."),
    ] = None,
    overwrite: Annotated[bool, Parameter(help="Replace OUT.npy.")] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """A vector for each line of a text, by a named recipe."""
    for path in (file, idf or "-"):
        if path != "-":
            existing(path)
    if output is None and not common.json and sys.stdout.isatty():
        raise WrongCall("an array is no text for a terminal; add -o OUT.npy, --json, or > OUT.npy")
    kind = NPY if output is None else ending(output)
    from omnivec.data.embedded import gathered
    from omnivec.data.kept_texts import KeptTexts
    from omnivec.store.replace import replacing, target_of

    joined = call.joining(phrases)
    with (
        logging_shown(common.quiet, common.verbose), Display(common.quiet) as display, ExitStack() as stack,
    ):  # fmt: skip
        # The place is looked at before the work, and a file appears there after it, whole.
        with nullcontext() if output is None else replacing(output, overwrite=overwrite) as target:
            opened = opening.loaded(model, display)
            recipe = opened.recipe if recipe is None else recipe
            if components is not None and recipe != "sif":
                raise WrongCall(f"--components is of sif, and the recipe is {recipe}; add --recipe sif")
            counted = counting(recipe, file, idf)
            with display.busy("Reading", "stdin" if file == "-" else file):
                texts: Iterable[str] = chain.from_iterable(lines(file))
                beside = None if output is None else target_of(output).parent  # there it must go anyhow
                kept = None
                if kind == PARQUET:  # without what is left of a line's end
                    kept = stack.enter_context(
                        closing(KeptTexts((text.removesuffix("\r") for text in texts), beside))
                    )
                weights = None
                if counted is not None:
                    to_count = chain.from_iterable(lines(counted, again=counted == file))
                    weights = opened.idf(joined(to_count), tokenizer=tokenizer)
                parts = opened.embed_batches(joined(kept or texts), recipe, tokenizer=tokenizer, idf=weights)
                removed = (1 if components is None else components) if recipe == "sif" else 0
                found, empty = gathered(parts, opened.config["dim"], removed, beside)
            if target is not None:
                put(target, kind, found, kept)
        if output is not None:
            size = f"{len(found):,} {TIMES} {found.shape[1]} float32"
            display.line("Saved", f"{shown(output)}, {size}, recipe {recipe}")
    if output is not None and common.json:
        emit_json(
            {"recipe": recipe, "output": output, "rows": len(found), "dim": found.shape[1], "empty": empty}
        )
    elif common.json:
        put_json(recipe, found, empty)
    elif output is None:
        put(sys.stdout.buffer, kind, found, None)
    return 0


def counting(recipe: str, file: str, idf: str | None) -> str | None:
    """The file whose words idf counts; None for other recipes. Raises: WrongCall where there is none."""
    if recipe != "idf":
        if idf is not None:
            raise WrongCall(f"--idf is of idf, and the recipe is {recipe}; add --recipe idf")
        return None
    if idf == "-" or idf is None and (file == "-" or Path(file).is_fifo()):
        raise WrongCall(
            "idf counts the words of all lines before it weighs one, and a pipe can be read once; give "
            "a file, or --idf FILE with lines to count"
        )
    return file if idf is None else idf
