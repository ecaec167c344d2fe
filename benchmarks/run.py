"""run.py [--only speed,...] measures, then writes docs/benchmarks.md and the README's figures.

What was measured is kept in benchmarks/results.json, so that one section can be measured again alone, and
`--only none` writes the page anew from it.

common/      texts, child processes, tables      peers/     programs that train in turn, and what judges them
words/       each model and loss of a window     counts/    co-occurrence, GloVe, PPMI
texts/       sentence vectors, phrases           labels/    classifiers
training/    what training costs                 textbook/  what the textbook trains
evaluation/  evaluation itself                   files/     opening and reading
search/      nearest neighbours, the map         defects/   what compatibility.py tries on other programs

A room holds sections, and beside them the programs that they start, each a process of its own.
"""

from __future__ import annotations

import argparse
import datetime
import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import page
from common import corpus, machine
from common.settings import Settings
from counts import cooccurrence, glove, glove_options, ppmi_svd
from evaluation import baseline, bias, suite, swap, sweep
from files import opening, reading, writing
from labels import autotune, classifier, quantised
from peers.programs import OURS
from search import approximate, exact
from search import map as mapped
from textbook import book, cs224n
from texts import phrases, sent2vec, sentences, units
from training import avx2, bound, checkpoint, deterministic, growth, memory
from training import compile as compiling
from words import cbow, collobert_weston, gradient, hs, korean, quality, rates, softmax, speed, subwords

CHAPTERS: dict[str, dict[str, ModuleType]] = {
    "Word vectors": {
        "speed": speed, "quality": quality, "cbow": cbow, "gradient": gradient, "hs": hs, "rates": rates,
        "softmax": softmax, "subwords": subwords, "korean": korean, "collobert-weston": collobert_weston,
    },
    "Word vectors from counts": {
        "cooccurrence": cooccurrence, "glove": glove, "glove-options": glove_options, "ppmi-svd": ppmi_svd,
    },
    "Vectors of texts": {"sent2vec": sent2vec, "units": units, "sentences": sentences, "phrases": phrases},
    "Texts with labels": {"classifier": classifier, "quantize": quantised, "autotune": autotune},
    "What training costs": {
        "avx2": avx2, "bound": bound, "growth": growth, "memory": memory, "compile": compiling,
        "deterministic": deterministic, "checkpoint": checkpoint,
    },
    "Files": {"opening": opening, "reading": reading, "writing": writing},
    "Search": {"search": exact, "approximate": approximate, "map": mapped},
    "Evaluation": {"suite": suite, "baseline": baseline, "swap": swap, "sweep": sweep, "bias": bias},
    "The textbook": {"book": book, "cs224n": cs224n},
}  # fmt: skip
"""The sections by the names that --only takes, in the order of the page."""

SECTIONS = {name: section for chapter in CHAPTERS.values() for name, section in chapter.items()}
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure the chosen sections and write the page."""
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what is scratch is removed
    output: Path = given.output
    kept = output / "benchmarks" / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    if given.only:
        _warm_up()
    for name in given.only:
        began = time.perf_counter()
        print(f"{name}: {SECTIONS[name].TITLE}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=corpus.cache()) as work:
            result = SECTIONS[name].measure(_settings(given, Path(work)))
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        results[name] = {"date": today, "flags": _flags(given), "machine": machine.facts(), "result": result}
        part = kept.with_suffix(".part")  # whole or as it was, whenever a run is ended
        part.write_text(json.dumps(results, indent=1) + "\n")
        part.replace(kept)
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    page.write(results, CHAPTERS, output / "docs" / "benchmarks.md", output / "README.md")


def _warm_up() -> None:
    """Fill the compile cache, so that no timed process compiles; the section `compile` measures that."""
    text = corpus.Corpus(corpus.zipf(2_000, 50), "Zipf")
    with tempfile.TemporaryDirectory(dir=corpus.cache()) as work:
        for model in ("skipgram", "cbow"):
            for loss in ("ns", "hs", "softmax"):
                OURS.train(text, Path(work) / "warm.model", model=model, loss=loss)


def _flags(given: argparse.Namespace) -> str:
    """The flags that change a figure and were given, for the command on the page."""
    names = ("threads", "repeats", "epochs", "seeds", "peer_seeds", "tokens", "scale")
    defaults = vars(_parser().parse_args([]))
    values = {name: getattr(given, name) for name in names}
    return "".join(f" --{name.replace('_', '-')} {v}" for name, v in values.items() if v != defaults[name])


def _settings(given: argparse.Namespace, work: Path) -> Settings:
    return Settings(
        corpus=corpus.find(given.tokens), work=work, threads=given.threads, repeats=given.repeats,
        epochs=given.epochs, peer_seeds=given.peer_seeds, our_seeds=given.seeds, scale=given.scale,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        type=_sections,
        default=list(SECTIONS),
        metavar="NAME,...",
        help=f"of {', '.join(SECTIONS)}; or none",
    )
    parser.add_argument("--threads", type=int, default=2, help="of every program")
    parser.add_argument("--repeats", type=int, default=3, help="rounds of the timed sections")
    parser.add_argument(
        "--epochs", type=int, default=1, help="epochs of a timed run; runs that are judged have 5"
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs of ours that are judged")
    parser.add_argument("--peer-seeds", type=int, default=2, help="runs of gensim that are judged")
    parser.add_argument(
        "--tokens", type=int, help="use only the first so many tokens of the corpus (the page says so)"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="size of the synthetic texts and length of the long runs; below 1 only to try the scripts",
    )
    parser.add_argument(
        "--output",
        type=_folder,
        default=ROOT,
        help="a folder with README.md, docs/ and benchmarks/ instead of the checkout",
    )
    return parser


def _sections(text: str) -> list[str]:
    names = [] if text == "none" else text.split(",")
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no section; there are {', '.join(SECTIONS)}")
    return names


def _folder(text: str) -> Path:
    missing = [name for name in ("README.md", "docs", "benchmarks") if not Path(text, name).exists()]
    if missing:
        raise argparse.ArgumentTypeError(
            f"{text} has no {' and no '.join(missing)}; copy the checkout's there"
        )
    return Path(text)


if __name__ == "__main__":
    main()
