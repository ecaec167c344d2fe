"""Where vectors go: a model folder or a file of another format, refused before the work if it cannot be."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import choice
from omnivec.errors import NO_PATH, OutputError

if TYPE_CHECKING:
    from omnivec.model import Model
    from omnivec.store.formats import Format

FOLDER = "omnivec"
"""What `--to` calls a model folder, which is no foreign format."""

TARGET_HELP = (
    "NAME or NAME.omnivec is a model folder; otherwise the suffix chooses the format "
    "(docs/formats.md), .gz, .xz or .zst behind it packs the file."
)


def written() -> tuple[str, ...]:
    """What `--to` may be."""
    from omnivec.store.formats import FORMATS

    return (FOLDER, *(known.name for known in FORMATS if known.write is not None))


To = Annotated[
    str | None,
    choice("to", written),
    Parameter(metavar="FORMAT", help="The format to write, where the suffix does not choose it."),
]


@dataclass(frozen=True)
class Target:
    """A place and what is written there; `format` None is a model folder."""

    path: str
    format: Format | None
    overwrite: bool

    @property
    def title(self) -> str:
        """What it is, in words."""
        return "a model folder" if self.format is None else self.format.title

    @property
    def holds_models(self) -> bool:
        """Whether it is a format of whole models, whose vectors are no table of their own."""
        return self.format is not None and "output rows" in self.format.holds

    def write(self, model: Model, told: Callable[[float], None]) -> None:
        """Write a model folder, or the vectors of the model as a file; `told` hears the share done."""
        if self.format is None:
            model.save(self.path, overwrite=self.overwrite, progress=told)
        else:
            assert self.format.write is not None
            self.format.write(self.path, model.contents(), overwrite=self.overwrite, told=told)

    def cannot_hold(self, model: Model) -> list[str]:
        """What the model has and the format has no place for."""
        if self.format is None:
            return []
        dtype = model.vectors.table.dtype
        writes = self.format.rounds or (dtype if dtype in self.format.holds else "float32")
        parts = {
            "counts": model.keys.counts is not None,
            "output rows": "output" in model.tables,
            "the tree and its rows": "nodes" in model.tables,
            "biases": "biases" in model.tables,
            "the hidden layer": "hidden" in model.tables,
            "options and record": bool(model.options),
            f"{dtype} (numbers become {writes})": dtype != writes,
        }
        return [name for name, lost in parts.items() if lost and name not in self.format.holds]


def target(path: str, to: str | None, overwrite: bool) -> Target:
    """The target that DST and `--to` mean. Raises now what writing would raise after the work."""
    from omnivec.store.folder import check_output
    from omnivec.store.replace import target_of

    if not path:
        raise OutputError(NO_PATH)
    chosen = _by_suffix(path) if to is None else _by_name(to)
    if chosen is None:
        check_output(path, overwrite=overwrite)
    elif os.path.lexists(target_of(path)) and not overwrite:
        raise OutputError(f"{path} exists; choose another name or add --overwrite")
    return Target(path, chosen, overwrite)


def _by_name(to: str) -> Format | None:
    from omnivec.store.formats import named

    return None if to == FOLDER else named(to)


def _by_suffix(path: str) -> Format | None:
    """The first format of the table that has the suffix of `path`; None for a model folder."""
    from omnivec.store.formats import FORMATS

    name = Path(path).name.lower()
    bare = name.removesuffix(".gz").removesuffix(".xz").removesuffix(".zst")
    if bare == name and Path(name).suffix in ("", f".{FOLDER}"):
        return None
    fitting = [known for known in FORMATS if bare.endswith(known.suffixes or ("\0",))]
    for known in fitting:
        if known.write is not None:
            return known
    if fitting:
        raise WrongCall(f"{fitting[0].title} is read, not written; choose another DST or add --to FORMAT")
    suffixes = dict.fromkeys(s for known in FORMATS if known.write is not None for s in known.suffixes)
    raise WrongCall(
        f"DST must end in {', '.join(suffixes)} (.gz), or .{FOLDER} or nothing for a model, got {path!r}; "
        "or add --to FORMAT"
    )
