"""What a trial was and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One training with some options.

    number: from 1 on; options: those that are searched, by name; score: what the measure says, None where the
    trial came to no end; size: bytes of the model's tables, None without a model; seconds: of all of it;
    reason: why there is no score; best: whether it was better than all before it.
    """

    number: int
    options: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None
    size: int | None = None
    seconds: float = 0.0
    reason: str | None = None
    best: bool = False

    def as_json(self) -> dict[str, Any]:
        """It as JSON."""
        return {**asdict(self), "options": dict(self.options)}

    def line(self, metric: str) -> str:
        """It in a line."""
        from omnivec.store.memory import human

        came = self.reason if self.score is None else f"{metric} {self.score:.4f}"
        best = ", the best so far" if self.best else ""
        size = [] if self.size is None else [human(self.size)]
        options = " · ".join(spoken(self.options))
        return f"{self.number}: {', '.join([f'{came}{best}', *size, f'{self.seconds:.1f} s'])}: {options}"


def spoken(options: Mapping[str, float]) -> list[str]:
    """`lr 0.2156` for each, without those that say nothing beside the others."""
    silent = set() if options.get("maxn") else {"minn", "maxn"}
    silent |= {"buckets"} if silent and options.get("word_ngrams") == 1 else set()
    shown = {name: value for name, value in options.items() if name not in silent}
    return [f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in shown.items()]  # fmt: skip
