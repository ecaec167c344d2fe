"""The model card: the README of a model folder, filled from the run. A field that is not known is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FRONT = """---
library_name: omnivec
tags:
- omnivec
- embeddings
- {learner}
---
"""

_USE = """## Use

```python
from omnivec import load

vectors = load("path/of/this/folder").vectors
```
"""

_TRAINING = {  # field of config["training"] → its words, in the order of the card
    "source": ("Corpus", "{}"),
    "extended": ("Extends a model of", "{}"),
    "start": ("Starts from", "{}"),
    "sha256": ("SHA-256 of the corpus", "{}"),
    "licence": ("Licence of the corpus", "{}"),
    "tokens": ("Tokens", "{:,}"),
    "cells": ("Pairs of words", "{:,}"),
    "cells_above_zero": ("Pairs above zero", "{:,}"),
    "explained": ("Share of the squares kept", "{:.3f}"),
    "epochs": ("Epochs", "{}"),
    "seconds": ("Wall time", "{:,.1f} s"),
    "tokens_per_second": ("Speed", "{:,.0f} tokens/s"),
    "processor": ("Processor", "{}"),
    "threads": ("Threads", "{}"),
    "deterministic": ("Same seed gives the same bits", "{}"),
    "interrupted": ("Interrupted before its end", "{}"),
    "stopped_early": ("Stopped early", "{}"),
    "best_epoch": ("Least held-out loss after epoch", "{}"),
    "heldout_tokens": ("Tokens held out", "{:,}"),
    "loss": ("Mean loss by epoch", "{}"),
    "heldout": ("Held-out loss by epoch", "{}"),
}


_DEBIASING = {  # field of config["debiased"] → its words; a pair is before and after
    "method": "Method",
    "earlier": "Debiased before by",
    "direction": "Direction of",
    "pairs": "Pairs of words that give it",
    "neutral": "Words meant to lose it",
    "specific": "Words of a list that keep it",
    "equalised": "Pairs made even",
    "removed": "Axes removed",
    "direct_bias": "Mean absolute cosine with the direction",
    "linear": "Sides told by a linear classifier",
    "kernel": "Sides told by a classifier with kernels",
    "clusters": "Sides told by two clusters",
    "neighbours": "Nearest ten on the same side",
    "chance": "The same by chance",
    "neighbours_kept": "Nearest ten kept",
    "cosine_mean": "Mean cosine with the vectors before",
}

_DEBIASED = """Measures that look along what was removed are small by construction.
That vectors are fair does not follow.
{verdict}
"""


def card(config: Mapping[str, Any]) -> str:
    """Markdown for a model with this `config.json`.

    Read are `learner`, `rows`, `dim`, `preset`, `changed` (the options that differ from their defaults) and
    `training`, and `debiased`; each may be missing.
    """
    learner = config.get("learner") or "vectors"
    sections = [
        _FRONT.format(learner=learner),
        f"# {learner}{_size(config)}\n",
        _table("Training", _training(config.get("training") or {})),
        _table("Options that differ from the defaults", _options(config)),
        *_debiasing(config.get("debiased") or {}),
        _USE,
    ]
    return "\n".join(section for section in sections if section)


def _size(config: Mapping[str, Any]) -> str:
    rows, dim = config.get("rows"), config.get("dim")
    return f": {rows:,} × {dim}" if rows is not None and dim is not None else ""


def _training(training: Mapping[str, Any]) -> dict[str, str]:
    known = {name: training[name] for name in _TRAINING if training.get(name) not in (None, "", [])}
    return {_TRAINING[name][0]: _TRAINING[name][1].format(_words(value)) for name, value in known.items()}


def _options(config: Mapping[str, Any]) -> dict[str, str]:
    preset = {"preset": config["preset"]} if config.get("preset") else {}
    return {
        f"`{name}`": _words(value) for name, value in (preset | dict(config.get("changed") or {})).items()
    }


def _debiasing(record: Mapping[str, Any]) -> list[str]:
    """What `omnivec.explore.debias` did, what remained and what it has cost."""
    if not record:
        return []
    told = {_DEBIASING[name]: record[name] for name in _DEBIASING if record.get(name) is not None}
    told |= {f"{name}, effect size": pair for name, pair in (record.get("weat") or {}).items()}
    told |= dict(record.get("quality") or {})
    fields = {
        name: " → ".join(map(_figure, value)) if isinstance(value, list) else _figure(value)
        for name, value in told.items()
    }
    return [_table("Debiased", fields), _DEBIASED.format(verdict=record.get("verdict", ""))]


def _figure(value: Any) -> str:
    """A count in full, a share in three places, a gap as such."""
    if value is None:
        return "not measured"
    return (
        f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )


def _words(value: Any) -> Any:
    """Booleans, lists and places as people write them; numbers stay numbers, for the formats above."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(f"{item:.4g}" if isinstance(item, float) else str(_words(item)) for item in value)
    if isinstance(value, dict):  # where words came from
        frozen = ", frozen" if value.get("frozen") and "new_words" not in value else ""
        return f"{value.get('source')} ({value.get('words')} words{frozen})"
    return value


def _table(title: str, fields: Mapping[str, object]) -> str:
    if not fields:
        return ""
    # A cell ends at a bar or a line's end; a path may hold both.
    cells = {name: " ".join(str(value).split()).replace("|", "\\|") for name, value in fields.items()}
    lines = [f"| {name} | {value} |" for name, value in cells.items()]
    return "\n".join([f"## {title}\n", "| | |", "|---|---|", *lines, ""])
