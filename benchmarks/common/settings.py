"""What a section of the benchmarks is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.corpus import Corpus


@dataclass(frozen=True)
class Settings:
    """The text, a scratch folder, and how much to do."""

    corpus: Corpus
    work: Path
    threads: int
    repeats: int
    epochs: int
    peer_seeds: int
    our_seeds: int
    scale: float
    """Size of the synthetic texts beside the published ones; below 1 only to try the scripts."""
