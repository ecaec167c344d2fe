"""The text that everything is measured on: enwiki100 where it is, else a synthetic twin of it."""

from __future__ import annotations

import functools
import itertools
import lzma
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from common import child

ROOT = Path(__file__).resolve().parents[2]
TWIN_TOKENS, TWIN_WORDS = 17_000_000, 70_000  # the size of enwiki100


@dataclass(frozen=True)
class Corpus:
    """A text file and how to call it on the page."""

    path: Path
    name: str

    @functools.cached_property
    def units(self) -> int:
        """Tokens and line ends: what fastText calls tokens."""
        with self.path.open("rb") as source:
            return sum(len(line.split()) + 1 for line in source)


def cache() -> Path:
    """The folder for unpacked and generated texts, in omnivec's cache folder and never in the checkout."""
    home = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    default = Path(os.environ.get("XDG_CACHE_HOME") or home) / "omnivec"
    folder = Path(os.environ.get("OMNIVEC_CACHE_DIR") or default) / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def find(tokens: int | None = None) -> Corpus:
    """enwiki100 from the data folder, unpacked once; its first `tokens` tokens when they
    are given.
    """
    text = unpacked("enwiki100.txt")
    if text is not None:
        whole = Corpus(text, "enwiki100 (English Wikipedia, 17.0 M tokens)")
    else:
        twin = zipf(TWIN_TOKENS, TWIN_WORDS)
        whole = Corpus(
            twin,
            "a synthetic Zipf text of 17.0 M tokens, since enwiki100 is not here (says nothing of quality)",
        )
    return (
        whole
        if tokens is None
        else Corpus(first(whole.path, tokens), f"the first {tokens:,} tokens of {whole.name}")
    )


def data() -> Path:
    """The folder that OMNIVEC_DATA names, or ../shared/data."""
    return Path(os.environ.get("OMNIVEC_DATA") or ROOT.parent / "shared" / "data")


def sentences(scale: float) -> Corpus:
    """Wikipedia, a sentence a line, or a synthetic twin."""
    text = unpacked("enwiki_sentences.txt")
    if text is not None:
        return Corpus(text, "enwiki_sentences")
    return Corpus(
        zipf(int(5_000_000 * scale), 38_000), "a synthetic Zipf text, since enwiki_sentences is not here"
    )


def unpacked(name: str) -> Path | None:
    """A text of the data folder in the cache, unpacked once; None when it is not there."""
    text, packed = cache() / name, data() / "text" / f"{name}.xz"
    if not text.exists() and packed.exists():
        print(f"unpacking {packed.name} once", file=sys.stderr)
        part = text.with_suffix(".part")
        with lzma.open(packed) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        part.rename(text)
    return text if text.exists() else None


def zipf(tokens: int, words: int, *, every: int = 0) -> Path:
    """A synthetic text of that size (see synthetic.py), generated once, by a process of its own."""
    path = cache() / f"zipf-{tokens}-{words}-{every}.txt"
    if not path.exists():
        print(f"generating {path.name} once", file=sys.stderr)
        part = path.with_suffix(".part")
        child.python("common.synthetic", part, "--tokens", tokens, "--words", words, "--every", every)
        part.rename(path)
    return path


def words(number: int) -> Path:
    """The words of a synthetic text with the count 1 each, one a line, written once."""
    path = cache() / f"words-{number}.txt"
    if not path.exists():
        part = path.with_suffix(".part")
        child.python("common.synthetic", part, "--words", number)
        part.rename(path)
    return path


def first(path: Path, tokens: int) -> Path:
    """The first `tokens` tokens of a text as a file of their own, written once."""
    part = cache() / f"{path.stem}-first-{tokens}.txt"
    if not part.exists():
        left, temporary = tokens, part.with_suffix(".part")
        with path.open() as source, temporary.open("w") as target:
            for line in source:
                words = list(itertools.islice(line.split(), left))
                target.write(" ".join(words) + "\n")
                left -= len(words)
                if left <= 0:
                    break
        temporary.rename(part)
    return part
