"""Text that is on a fresh machine already: what installed packages carry. Nothing is downloaded.

With gensim: the Wikipedia articles and word sets among its test files. Without: the documentation of the
Python that runs this, its topics and the docstrings of its library, whose sources are read, never imported.
"""

from __future__ import annotations

import ast
import bz2
import os
import re
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from omnivec.data.catalogue import gensim_data as gensim_data  # this room's callers ask for it, too

_GENSIM_WIKIPEDIA = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
_GENSIM_SETS = ("wordsim353.tsv", "simlex999.txt")

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NOT_LIBRARY = {"site-packages", "dist-packages", "test", "tests", "idle_test", "lib2to3"}


@dataclass(frozen=True)
class Sample:
    """A text to train on."""

    name: str
    about: str
    """What it is, for people."""
    path: Path
    words: int | None
    """Counted where the text was made here."""
    plain: bool
    """One uncompressed file, which gensim can read, too."""


def carried(folder: Path) -> Sample:
    """The best text that installed packages carry, written into `folder`."""
    if (data := gensim_data()) and (data / _GENSIM_WIKIPEDIA).exists():
        about = "Wikipedia articles from gensim's test files"
        return _written("wikipedia", about, folder, _wikipedia(data / _GENSIM_WIKIPEDIA))
    return _written("python", "the documentation of this Python: topics and docstrings", folder, _python())


def word_sets() -> list[Path]:
    """Pairs of words with people's scores, where gensim brings them."""
    data = gensim_data()
    return [data / name for name in _GENSIM_SETS if (data / name).exists()] if data else []


def _written(name: str, about: str, folder: Path, paragraphs: Iterable[str]) -> Sample:
    """The words of the paragraphs in lower case, a paragraph a line."""
    path, words = folder / f"{name}.txt", 0
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            for paragraph in paragraphs:
                if line := _WORD.findall(paragraph.lower()):
                    words += len(line)
                    file.write(" ".join(line) + "\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Sample(name, about, path, words, plain=True)


def _wikipedia(dump: Path) -> Iterator[str]:
    from gensim.corpora.wikicorpus import extract_pages, filter_wiki

    with bz2.open(dump) as pages:
        for _, text, _ in extract_pages(pages, ["0"]):
            yield from filter_wiki(text).split("\n")


def _python() -> Iterator[str]:
    texts: list[str] = []
    with suppress(ImportError):  # some distributions leave it out
        from pydoc_data.topics import topics

        texts.extend(topics.values())
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        if not _NOT_LIBRARY & set(path.relative_to(library).parts):
            texts.extend(_docstrings(path))
    for text in texts:
        yield from re.split(r"\n\s*\n", text)


def _docstrings(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):  # templates and samples for other tools
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
