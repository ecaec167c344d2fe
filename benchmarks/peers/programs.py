"""The programs of the comparison, each a script that trains in a process of its own."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import child
from common.corpus import Corpus

Record = dict[str, Any]


@dataclass(frozen=True)
class Program:
    """How to run it, what to call it, which module it needs, and what it must find in its environment."""

    name: str
    script: str
    module: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Whether it is installed; a peer that is not is left out, and said so."""
        return child.installed(self.module)

    def train(self, corpus: Corpus, saved: Path, /, **options: object) -> Record:
        """Train in a child. Options as in options.py; adds `tokens_per_second` of training to the child's
        record, which holds nothing but `diverged` when the numbers became infinite.
        """
        remove(saved)
        said = json.dumps(options)
        record = child.python(self.script, "train", corpus.path, saved, said, env=dict(self.env))
        if "diverged" in record:
            print(f"  {self.name:<22} diverged", said, file=sys.stderr, flush=True)
            return record
        if "trained_tokens" not in record:  # fastText, see there
            record["trained_tokens"] = int(str(options.get("epochs", 1))) * corpus.units
        record["tokens_per_second"] = record["trained_tokens"] / record["train_seconds"]
        rate, wall = record["tokens_per_second"] / 1e6, record["wall_seconds"]
        print(
            f"  {self.name:<22} {rate:7.2f} M tokens/s, {wall:6.1f} s in all", said,
            file=sys.stderr, flush=True,
        )  # fmt: skip
        return record

    def export(self, saved: Path, vectors: Path) -> None:
        """Write the trained model's vectors in word2vec's binary format."""
        child.python(self.script, "export", saved, vectors, env=dict(self.env))


@dataclass(frozen=True)
class Run:
    """A program, what it is told (see options.py), and what a table calls the two together."""

    program: Program
    options: Mapping[str, object] = field(default_factory=dict)
    title: str = ""

    @property
    def name(self) -> str:
        """The title, or else the program's name."""
        return self.title or self.program.name

    def train(self, corpus: Corpus, saved: Path, /, **common: object) -> Record:
        """Train in a child; `common` are options of the whole round, those of the run go first."""
        record = self.program.train(corpus, saved, **{**common, **self.options})
        return {"program": self.name, **record}


GENSIM = Program("gensim", "peers.peer_gensim", "gensim")
SUBWORDS = Program("fastText", "peers.peer_fasttext", "fasttext")
FASTTEXT = Program("fastText `-maxn 0`", "peers.peer_fasttext", "fasttext")
OURS = Program("omnivec", "peers.ours", "omnivec")


def defaults(**options: object) -> dict[str, Any]:
    """All options of our learner when these are given, asked of a child since this process stays small."""
    found: dict[str, Any] = child.python("peers.defaults", json.dumps(options))["options"]
    return found


def remove(path: Path) -> None:
    """Remove a model of any of them: a folder, or a file and its companions."""
    if path.is_dir():
        shutil.rmtree(path)
    for file in path.parent.glob(f"{path.name}*"):
        if file.is_dir():  # a checkpoint beside its model
            shutil.rmtree(file)
        else:
            file.unlink()
