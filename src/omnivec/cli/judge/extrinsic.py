"""Texts with labels on the command line: told and clustered by models in turn, with all else the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from cyclopts import Group, Parameter

from omnivec.cli.ask.neighbors import recipes
from omnivec.cli.columns import Labelled
from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import choice, count
from omnivec.cli.judge.labelled import labelled, located
from omnivec.store.extra import extra

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.model import Model
    from omnivec.results import ResultTable
    from omnivec.sklearn import ClusterScore, SwapScore

TEXTS = Group("Texts with labels", sort_key=0)
PREFIX = "__label__"


@dataclass(frozen=True)
class Asked:
    """What is asked about texts with labels."""

    texts: Annotated[
        str | None,
        Parameter(
            group=TEXTS, metavar="FILE", allow_leading_hyphen=True,
            help="Texts with one label each, or a name of omnivec datasets: every model tells them by the "
            "same classifier, beside tf-idf.",
        ),
    ] = None  # fmt: skip
    test: Annotated[
        str | None,
        Parameter(
            group=TEXTS, metavar="FILE", allow_leading_hyphen=True,
            help="Texts to be judged by; without them by cross-validation.",
        ),
    ] = None  # fmt: skip
    folds: Annotated[
        int, count("folds", 2, 1000),
        Parameter(group=TEXTS, show_default=False, help="Of --texts without --test. [default 10]"),
    ] = 10  # fmt: skip
    clusters: Annotated[
        int | None,
        count("clusters", 2),
        Parameter(group=TEXTS, help="Of --texts by k-means; as many as there are labels when not given."),
    ] = None
    recipe: Annotated[
        str, choice("recipe", recipes),
        Parameter(
            group=TEXTS, metavar="NAME", show_default=False,
            help="How words become texts, for all models alike, as omnivec embed has them. [default mean]",
        ),
    ] = "mean"  # fmt: skip
    punctuation: Annotated[
        bool, Parameter(group=TEXTS, help="Keep punctuation and symbols, which are spaces otherwise.")
    ] = False
    label_prefix: Annotated[
        str,
        Parameter(
            group=TEXTS, metavar="TEXT", show_default=False, allow_leading_hyphen=True,
            help=f"What a word of a line begins with that is a label. [default {PREFIX}]",
        ),
    ] = PREFIX  # fmt: skip

    data: Annotated[
        str | None,
        Parameter(group=TEXTS, metavar="FOLDER", help="Where named sets are. [default: $OMNIVEC_DATA]"),
    ] = None

    def check(self, table: Labelled, sets: bool = False) -> None:
        """sets: other sets are asked for, which --data may be about.

        Raises: WrongCall for flags of texts where there are none, as `located`, and MissingExtra.
        """
        if self.texts is None:
            given = [
                name
                for name, value in vars(self).items()
                if value != getattr(Asked, name) and not (sets and name == "data")
            ]
            if words := [f"--{name.replace('_', '-')}" for name in given] or table.words():
                raise WrongCall(f"{words[0]} needs --texts FILE: it speaks of texts with labels", ["--texts"])
            return
        if self.texts == self.test == "-":
            raise WrongCall("--texts and --test cannot both be stdin")
        table.columns()
        located(self.texts, self.test, self.data)
        extra("sklearn", "sklearn", what="--texts")


class Told(NamedTuple):
    """What texts with labels say of models."""

    labels: SwapScore
    clusters: ClusterScore

    def tables(self) -> list[ResultTable]:
        """Of labels, then of clusters."""
        return [*self.labels.tables(), *self.clusters.tables()]

    def as_json(self) -> dict[str, object]:
        """As ``omnivec compare --json`` prints it."""
        return {"labels": self.labels.as_json(), "clusters": self.clusters.as_json()}


def told(
    models: Mapping[str, Model],
    asked: Asked,
    table: Labelled,
    display: Display,
    *,
    fold_case: bool = True,
    seed: int = 1,
) -> Told:
    """Labels and clusters of the texts by each model, and by tf-idf.

    Raises: InputError for texts that cannot be read, or have several labels, or one only.
    """
    from omnivec.sklearn import clustering, swap

    assert asked.texts is not None
    path, tested = located(asked.texts, asked.test, asked.data)
    texts, labels = labelled(path, asked.label_prefix, table, display)
    test = None if tested is None else labelled(tested, asked.label_prefix, table, display)
    how: dict[str, Any] = {
        "seed": seed, "recipe": asked.recipe, "fold_case": fold_case, "punctuation": asked.punctuation,
    }  # fmt: skip

    def learning(name: str, part: int) -> None:
        of = "" if test is not None else f", fold {part} of {asked.folds}"
        display.living("Learning", f"{name}{of} …")

    def clustered(name: str) -> None:
        display.living("Clusters", f"{name} …")

    found = swap(models, texts, labels, test, folds=asked.folds, told=learning, **how)
    grouped = clustering(models, texts, labels, asked.clusters, told=clustered, **how)
    display.rest()
    return Told(found, grouped)
