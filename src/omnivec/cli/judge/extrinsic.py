"""Texts with labels on the command line: told and clustered by models in turn, with all else the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from cyclopts import Group, Parameter

from omnivec.cli.columns import Labelled
from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import count, given
from omnivec.cli.judge.flags import PREFIX, Folds, LabelPrefix, Punctuation
from omnivec.cli.judge.labelled import labelled, located
from omnivec.cli.judge.sets import Data
from omnivec.cli.recipe import Recipe
from omnivec.store.extra import extra

if TYPE_CHECKING:
    from omnivec.cli.show import Display
    from omnivec.model import Model
    from omnivec.results import ResultTable
    from omnivec.sklearn import ClusterScore, SwapScore

TEXTS = Group("Texts with labels", sort_key=0)


class Read(NamedTuple):
    """Texts, the label of each, and those that they are judged by, where there are."""

    texts: list[str]
    labels: list[str]
    test: tuple[list[str], list[str]] | None


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
        Folds, Parameter(group=TEXTS, help="Of --texts without --test. [default 10]")
    ] = 10  # fmt: skip
    clusters: Annotated[
        int | None,
        count("clusters", 2),
        Parameter(group=TEXTS, help="Of --texts by k-means; as many as there are labels when not given."),
    ] = None
    recipe: Annotated[
        Recipe,
        Parameter(
            group=TEXTS,
            help="How words become texts, for all models alike, as omnivec embed has them. [default mean]",
        ),
    ] = "mean"
    punctuation: Annotated[Punctuation, Parameter(group=TEXTS)] = False
    label_prefix: Annotated[LabelPrefix, Parameter(group=TEXTS)] = PREFIX
    data: Annotated[Data, Parameter(group=TEXTS)] = None

    def check(self, table: Labelled, sets: bool = False) -> None:
        """sets: other sets are asked for, which --data may be about.

        Raises: WrongCall for flags of texts where there are none, as `located`, and MissingExtra.
        """
        if self.texts is None:
            if words := given(self, but=["data"] if sets else ()) or table.words():
                raise WrongCall(f"{words[0]} needs --texts FILE: it speaks of texts with labels", ["--texts"])
            return
        if self.texts == self.test == "-":
            raise WrongCall("--texts and --test cannot both be stdin")
        table.columns()
        located(self.texts, self.test, self.data)
        extra("sklearn", "sklearn", what="--texts")

    def read(self, table: Labelled, display: Display) -> Read:
        """The texts, which were asked for, found fit for what follows before models are opened.

        Raises: InputError for texts that cannot be read, have several labels or one only, or are too few for
        the folds or clusters.
        """
        assert self.texts is not None
        from omnivec.sklearn.clustering import check_clusters
        from omnivec.sklearn.parts import check_folds, check_test

        path, tested = located(self.texts, self.test, self.data)
        texts, labels = labelled(path, self.label_prefix, table, display)
        test = None if tested is None else labelled(tested, self.label_prefix, table, display)
        if test is None:
            check_folds(texts, labels, self.folds)
        else:
            check_test(texts, labels, *test)
        check_clusters(texts, labels, self.clusters)
        return Read(texts, labels, test)


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
    read: Read,
    asked: Asked,
    display: Display,
    *,
    fold_case: bool = True,
    seed: int = 1,
) -> Told:
    """Labels and clusters of the texts by each model, which embeds them once, and by tf-idf."""
    from omnivec.sklearn import clustering, swap
    from omnivec.sklearn.embedded import embedded

    recipe = asked.recipe or "mean"
    how: dict[str, Any] = {"seed": seed, "recipe": recipe}
    all_texts = [*read.texts, *(read.test[0] if read.test is not None else ())]
    rows = {
        name: embedded(model, all_texts, recipe, fold_case, asked.punctuation)
        for name, model in models.items()
    }

    def learning(name: str, part: int) -> None:
        of = "" if read.test is not None else f", fold {part} of {asked.folds}"
        display.living("Learning", f"{name}{of} …")

    def clustered(name: str) -> None:
        display.living("Clusters", f"{name} …")

    found = swap(rows, read.texts, read.labels, read.test, folds=asked.folds, told=learning, **how)
    alone = {name: made.first(len(read.texts)) for name, made in rows.items()}
    grouped = clustering(alone, read.texts, read.labels, asked.clusters, told=clustered, **how)
    display.rest()
    return Told(found, grouped)
