"""`omnivec plot words|arrows|similarity|losses`: pictures of a model, as PNG, SVG or PDF."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import App, Parameter

from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, choice, count, seed_of
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.out import emit_json, shown
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from omnivec.explore.projection import Method
    from omnivec.vectors import Vectors

TOLD = 20
"""Unknown words that are told by name; --json has them all."""

app = App(name="plot", help="Pictures of a model: words, arrows, similarity, losses.")

Output = Annotated[
    str, Parameter(name=("--output", "-o"), metavar="FILE", help="The picture: .png, .svg or .pdf.")
]
Overwrite = Annotated[bool, Parameter(help="Replace the picture when it exists.")]
Words = Annotated[str, Parameter(help="Without words they are read from stdin, one a line.")]


def methods() -> tuple[str, ...]:
    """Names of the projections; imported late, since flags are made early."""
    from omnivec.explore.projection import TITLES

    return tuple(TITLES)


Projected = Annotated[
    str, choice("method", methods),
    Parameter(
        metavar="pca|svd|tsne|umap", show_default=False,
        help="How words come into the plane; tsne needs scikit-learn, umap umap-learn. [default pca]",
    ),
]  # fmt: skip
Seed = Annotated[int, seed_of("tsne and umap")]


class Drawn(NamedTuple):
    """A picture, how many things were asked for, and those of which nothing is known."""

    axes: Axes
    asked: int
    unknown: Sequence[str]


@app.command
def words(
    model: Model,
    /,
    *words: Words,
    output: Output,
    groups: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Lines of WORD and GROUP, a tab between: these words, too, by group."),
    ] = None,
    near: Annotated[
        int | None, count("near"), Parameter(help="Also the N words nearest to each, as its group.")
    ] = None,
    most: Annotated[int | None, count("most"), Parameter(help="Also the N most frequent words.")] = None,
    method: Projected = "pca",
    seed: Seed = 1,
    overwrite: Overwrite = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """Chosen words as points in the plane, each with its name; unknown words are left out and told."""
    if groups is not None:
        existing(groups)

    def draw(display: Display) -> Drawn:
        from omnivec.evaluate.groups import read_categories
        from omnivec.explore.plots import blank, scatter, size_for_words

        group = {} if groups is None else read_categories(groups)
        asked = list(words) if words or groups is not None or most is not None else piped("plot words")
        vectors = opening.vectors(model, quiet=common.quiet)
        if near is not None:
            asked, group = with_nearest(vectors, [*asked, *group], near)
        chosen = unique([*asked, *group, *vectors.index_to_key[: most or 0]])
        with display.busy("Drawing", output):
            axes = scatter(
                vectors, chosen, blank(*size_for_words(len(chosen))), method=_method(method), groups=group,
                seed=seed, unknown="skip",
            )  # fmt: skip
        return Drawn(axes, len(chosen), unknown_of(vectors, chosen))

    return made(output, overwrite, common, draw, "words")


@app.command
def arrows(
    model: Model,
    /,
    *words: Annotated[
        str, Parameter(help="A B C D …: an arrow from A to B, from C to D; or lines of stdin.")
    ],
    output: Output,
    method: Projected = "pca",
    seed: Seed = 1,
    overwrite: Overwrite = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """An arrow for each pair of words: parallel where they are analogies."""

    def draw(display: Display) -> Drawn:
        from omnivec.explore.plots import arrows, blank, size_for_words

        asked = list(words) or [word for line in piped("plot arrows") for word in two(line)]
        if len(asked) % 2:
            raise WrongCall(f"plot arrows takes words in pairs, got {len(asked)}; the last is {asked[-1]!r}")
        vectors = opening.vectors(model, quiet=common.quiet)
        pairs = list(zip(asked[::2], asked[1::2], strict=True))
        ends = unique(asked)
        with display.busy("Drawing", output):
            axes = arrows(
                vectors,
                pairs,
                blank(*size_for_words(len(ends))),
                method=_method(method),
                seed=seed,
                unknown="skip",
            )
        return Drawn(axes, len(ends), unknown_of(vectors, ends))

    return made(output, overwrite, common, draw, "words")


@app.command
def similarity(
    model: Model,
    /,
    *words: Words,
    output: Output,
    overwrite: Overwrite = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The cosine of every two of some words, as colours in a grid."""

    def draw(display: Display) -> Drawn:
        from omnivec.explore.plots import blank, heat_map, size_for_grid

        asked = unique(words or piped("plot similarity"))
        vectors = opening.vectors(model, quiet=common.quiet)
        with display.busy("Drawing", output):
            axes = heat_map(vectors, asked, blank(*size_for_grid(len(asked), len(asked))), unknown="skip")
        return Drawn(axes, len(asked), unknown_of(vectors, asked))

    return made(output, overwrite, common, draw, "words")


@app.command
def losses(
    *models: Annotated[str, Parameter(help="Model folders.")],
    output: Output,
    overwrite: Overwrite = False,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """Loss by epoch of models, and that of the text they held out."""
    if not models:
        raise WrongCall("plot losses needs a model; see omnivec plot losses --help")
    models = tuple(unique(models))
    for path in models:
        existing(path)

    def draw(display: Display) -> Drawn:
        from omnivec.explore.plots import blank, losses

        several = len({Path(path).stem for path in models}) == len(models)
        found = {
            "" if len(models) == 1 else Path(path).stem if several else path: Opening().loaded(path, display)
            for path in models
        }
        history = {name: model.history for name, model in found.items()}
        without = [
            path
            for path, rows in zip(models, history.values(), strict=True)
            if not any("loss" in row for row in rows)
        ]
        return Drawn(losses(history, blank()), len(models), without)

    return made(output, overwrite, common, draw, "models")


def made(output: str, overwrite: bool, common: Common, draw: Callable[[Display], Drawn], what: str) -> int:
    """Draw a picture and save it; refused before the work if it could not be saved."""
    from omnivec.explore.plots import kind_of, save
    from omnivec.store.extra import extra
    from omnivec.store.replace import check_file

    kind_of(output)
    check_file(output, overwrite=overwrite)
    extra("matplotlib", "plot", what="a picture")
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", UserWarning)  # not what packages say to programmers
            axes, asked, unknown = draw(display)
            save(axes, output, overwrite)
        for warning in caught:
            logging.getLogger("omnivec").warning("%s", warning.message)
        caption = axes.get_title(loc="left")
        found = asked - len(unknown)
        told = f"{found:,} of {asked:,} {what}" + (f"; {caption}" if caption else "")
        display.line("Saved", f"{shown(output)}, {told}")
        if unknown:
            more = f" and {len(unknown) - TOLD:,} more" if len(unknown) > TOLD else ""
            display.line("Unknown", " ".join(map(shown, unknown[:TOLD])) + more)
    if common.json:
        counts = {"asked": asked, "found": found, "unknown": list(unknown)}
        emit_json({"picture": output, **counts, "caption": caption})
    return 0


def piped(verb: str) -> list[str]:
    """The lines of stdin. Raises: WrongCall where somebody sits at it."""
    if sys.stdin.isatty():
        raise WrongCall(f"{verb} needs words; see omnivec {verb} --help")
    from omnivec.cli.ask.classify import lines

    texts = (line.strip() for line in chain.from_iterable(lines("-")))
    return [text for text in texts if text]


def two(line: str) -> list[str]:
    """The words of a line: parted by a tab if it has one, so that a word may hold spaces, else by spaces."""
    found = [word.strip() for word in line.split("\t")] if "\t" in line else line.split()
    if len(found) != 2:
        raise WrongCall(f"plot arrows takes two words in a line, got {len(found)}: {line!r}")
    return found


def unique(words: Sequence[str]) -> list[str]:
    """Words in their order, each once."""
    return list(dict.fromkeys(words))


def unknown_of(vectors: Vectors, words: Sequence[str]) -> list[str]:
    """Those that have no vector."""
    return [] if vectors.composes else [word for word in words if word not in vectors]


def with_nearest(vectors: Vectors, words: Sequence[str], near: int) -> tuple[list[str], dict[str, str]]:
    """Words and those nearest to each; and of every word the one it came with, itself first."""
    missing = set(unknown_of(vectors, words))
    known = [word for word in unique(words) if word not in missing]
    group = {word: word for word in known}
    for word, found in zip(known, vectors.neighbors(known, topn=near), strict=True):
        for key, _ in found:
            group.setdefault(key, word)
    return unique([*words, *group]), group


def _method(name: str) -> Method:
    return name  # type: ignore[return-value]  # the flag takes no other
