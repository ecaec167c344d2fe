"""`omnivec demo [TEXT]`: the main job on text that is there, in under a minute."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli.ask.neighbors import pairs
from omnivec.cli.failure import STOPPED, existing
from omnivec.cli.flags import Common, CommonFlags
from omnivec.cli.look.rival import Race, race
from omnivec.cli.out import LABEL, aligned, emit, emit_json, labelled, shown, speed
from omnivec.cli.show import Display, logging_shown
from omnivec.data import datasets
from omnivec.data.datasets import Sample
from omnivec.data.spare import spare_folder
from omnivec.results.table import shown as cell

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.vectors import Vectors

ASKED = ("war", "music", "river", "science", "king", "string", "file", "error", "class", "number", "list")
"""Words whose neighbours anyone can judge; the first five that the text has are shown."""

TEXT_HELP = "A text file; without it, text that is on this machine already."
LARGEST_FOR_GENSIM = 20_000_000
"""Bytes; on more text gensim would take longer than the demo may."""


@dataclass(frozen=True)
class Scores:
    """One program's line of the table."""

    name: str
    tokens_per_second: float
    epochs: int
    similarity: dict[str, Any]
    """SimilarityScore by the name of its set; empty when training was cut short."""


def demo(
    text: Annotated[str | None, Parameter(help=TEXT_HELP)] = None,
    /,
    *,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """Train word vectors in seconds, beside gensim if it is installed, then look at them and measure them."""
    folder = spare_folder("demo")
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        sample = _sample(text, folder, display)
        model = _trained(sample, display)
        path = folder / f"{sample.name}.omnivec"
        model.save(path, overwrite=True)
        if model.record.get("interrupted"):
            display.line("Saved", f"{path}, stopped before its end")
            return STOPPED
        rival = _rival(sample, model, display)
        with display.busy("Measuring", "word similarity"):
            table = _table(model, rival)
    asked = _asked(model.vectors)
    found = dict(zip(asked, model.vectors.neighbors(asked, topn=6), strict=True))
    if common.json:
        emit_json(_as_json(sample, path, table, found))
    else:
        _show(path, table, found, asked)
    return 0


def given(path: Path) -> Sample:
    """The user's own text."""
    plain = path.is_file() and path.suffix not in (".gz", ".xz", ".bz2", ".zst")
    return Sample(path.stem, str(path), path, None, plain)


def _sample(text: str | None, folder: Path, display: Display) -> Sample:
    with display.busy("Text", text or "that is on this machine already"):
        sample = given(Path(existing(text))) if text is not None else datasets.carried(folder)
    words = f", {sample.words:,} words" if sample.words else ""
    display.line("Text", f"{shown(sample.about)}{words}")
    return sample


def _trained(sample: Sample, display: Display) -> Model:
    from omnivec.learners.word2vec import Word2Vec

    # A small text needs more passes: about ten million words in all, which is some seconds.
    words = sample.words or (sample.path.stat().st_size // 6 if sample.plain else 10**9)
    epochs = min(20, max(5, 10_000_000 // max(words, 1)))
    return Word2Vec(epochs=epochs).fit(sample.path, progress=display)


def _rival(sample: Sample, model: Model, display: Display) -> Race | None:
    if not datasets.gensim_data():
        display.line("gensim", "not installed; pip install 'omnivec[demo]' shows it beside ours")
        return None
    if not sample.plain or sample.path.stat().st_size > LARGEST_FOR_GENSIM:
        display.line("gensim", "left out: it takes a plain file of up to 20 MB to stay under a minute")
        return None
    done = race(sample.path, model.options, threads_of(model), lambda text: display.living("gensim", text))
    cut = f", stopped after {done.epochs} epochs" if done.epochs < model.options["epochs"] else ""
    display.line("gensim", f"the same text and options: {speed(done.tokens_per_second)}{cut}")
    return done


def threads_of(model: Model) -> int:
    """Threads that trained the model."""
    return int(model.record["threads"])


def _table(model: Model, rival: Race | None) -> list[Scores]:
    from omnivec.evaluate.similarity import similarity
    from omnivec.vectors import Vectors

    def scores(vectors: Vectors) -> dict[str, Any]:
        return {path.stem: similarity(vectors, path) for path in datasets.word_sets()}

    epochs = model.options["epochs"]
    table = [Scores("omnivec", model.record["tokens_per_second"], epochs, scores(model.vectors))]
    if rival is not None:
        whole = rival.epochs == epochs  # half-trained vectors are no match
        theirs = scores(Vectors(rival.keys, rival.matrix)) if whole else {}
        table.append(Scores(rival.version, rival.tokens_per_second, rival.epochs, theirs))
    return table


def _asked(vectors: Vectors) -> list[str]:
    known = [word for word in ASKED if word in vectors][:5]
    # A text in another language or of another kind: frequent words that are long enough to mean something.
    frequent: Iterable[str] = (word for word in vectors.index_to_key[20:500] if len(word) > 4)
    return known if len(known) > 2 else [*known, *frequent][:5] or list(vectors.index_to_key[:5])


def _show(path: Path, table: list[Scores], found: dict[str, Any], asked: list[str]) -> None:
    sets = {name: score for scores in table for name, score in scores.similarity.items()}
    rows = [("", "words/s", *map(shown, sets))]
    for scores in table:
        cells = (
            cell(scores.similarity[name].spearman if name in scores.similarity else None) for name in sets
        )
        rows.append((scores.name, speed(scores.tokens_per_second).removesuffix(" words/s"), *cells))
    if sets:
        rows.append(("pairs found", "", *(f"{score.covered}/{score.pairs}" for score in sets.values())))
    emit("", *aligned(rows))
    if len(table) > 1:
        ratio = table[0].tokens_per_second / table[1].tokens_per_second
        emit(f"{ratio:.1f} times as fast, on the same text with the same options.")
    if sets:
        emit("Beside the speed: rank correlation with people's scores of word pairs.")
    emit("")
    width = max(len(word) for word in asked)
    emit(
        *(
            f"{word:<{max(width + 2, LABEL)}}{'  '.join(shown(key) for key, _ in found[word])}"
            for word in asked
        )
    )
    emit("")
    place = shlex.quote(str(path))
    labelled(
        [
            ("Model", str(path)),
            ("Next", f"omnivec map {place} -o map.html"),
            ("", f"omnivec neighbors {place} {shlex.quote(asked[0])}"),
            ("", f"omnivec evaluate {place} --suite english"),
        ]
    )


def _as_json(sample: Sample, path: Path, table: list[Scores], found: dict[str, Any]) -> dict[str, object]:
    def line(scores: Scores) -> dict[str, object]:
        return {
            "tokens_per_second": scores.tokens_per_second,
            "epochs": scores.epochs,
            "similarity": {name: score.as_json() for name, score in scores.similarity.items()},
        }

    return {
        "text": sample.about,
        "model": str(path),
        "omnivec": line(table[0]),
        "gensim": line(table[1]) if len(table) > 1 else None,
        "neighbors": {word: pairs(answer) for word, answer in found.items()},
    }
