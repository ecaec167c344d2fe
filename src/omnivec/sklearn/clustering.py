"""Do texts of one label lie together? Clusters of texts by k-means, with all the same but the vectors."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, final

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize

from omnivec.errors import InputError, OptionError
from omnivec.evaluate.differences import differences_table
from omnivec.evaluate.intervals import Difference, paired
from omnivec.evaluate.partition import Codes, ari, nmi, purity
from omnivec.results import ResultTable, Tabular
from omnivec.sklearn.embedded import Coverage, Embedded, embedded
from omnivec.sklearn.parts import counted
from omnivec.sklearn.pretrained import Given, check_names
from omnivec.sklearn.swapped import KNOWN, SPECS, known_and_unknown
from omnivec.sklearn.tfidf import vectorizer
from omnivec.store.extra import extra

log = logging.getLogger("omnivec")

BASELINE = "tf-idf"

MEASURES = {"nmi": nmi, "ari": ari, "purity": purity}
"""By name; see `omnivec.evaluate.partition`."""

TITLES = {"nmi": "NMI", "ari": "ARI", "purity": "purity"}

STARTS = 10
"""Of k-means, of which the tightest clusters are taken."""


@final
@dataclass(frozen=True)
class Clustered:
    """How well the clusters of one embedding agree with the labels. coverage: None of tf-idf."""

    name: str
    nmi: float
    ari: float
    purity: float
    coverage: Coverage | None

    def as_json(self) -> dict[str, object]:
        """All but the name, as ``omnivec compare --json`` prints it."""
        coverage = None if self.coverage is None else self.coverage.as_json()
        return {"nmi": self.nmi, "ari": self.ari, "purity": self.purity, "coverage": coverage}


@final
@dataclass(frozen=True)
class ClusterDifference:
    """A measure of `a` less that of `b`, over the same texts."""

    a: str
    b: str
    measure: str
    difference: Difference

    def as_json(self) -> dict[str, object]:
        """It as JSON."""
        return {"a": self.a, "b": self.b, "measure": self.measure, **self.difference.as_json()}


@final
@dataclass(frozen=True)
class ClusterScore(Tabular):
    """scores: by falling NMI; differences: every two, each by every measure."""

    scores: list[Clustered]
    differences: list[ClusterDifference]
    texts: int
    labels: int
    clusters: int
    seed: int
    recipe: str

    def tables(self) -> list[ResultTable]:
        """Scores, then differences."""
        rows = [
            (one.name, one.nmi, one.ari, one.purity, *known_and_unknown(one.coverage)) for one in self.scores
        ]
        notes = [
            f"{self.texts:,} texts, {self.labels:,} labels, {self.clusters:,} clusters, seed {self.seed}.",
            f"Texts by {self.recipe}, of length one, k-means from {STARTS} starts: the same for all models.",
            KNOWN,
        ]
        differences = [((each.a, each.b, TITLES[each.measure]), each.difference) for each in self.differences]
        return [
            ResultTable(
                "Clusters", ("contender", *TITLES.values(), "known", "unknown"), rows, SPECS, notes
            ),
            differences_table(
                "Clusters by A and B", ("A", "B", "measure"), differences,
                "low, high, p: paired bootstrap over texts, whose clusters stay.",
            ),
        ]  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """As ``omnivec compare --json`` prints it."""
        return {
            "texts": self.texts, "labels": self.labels, "clusters": self.clusters, "seed": self.seed,
            "recipe": self.recipe, "scores": {one.name: one.as_json() for one in self.scores},
            "differences": [each.as_json() for each in self.differences],
        }  # fmt: skip


def clustering(
    embeddings: Mapping[str, Given | Embedded],
    texts: Sequence[str],
    labels: Sequence[str],
    clusters: int | None = None,
    *,
    seed: int = 1,
    recipe: str = "mean",
    fold_case: bool = True,
    punctuation: bool = False,
    level: float = 0.95,
    resamples: int = 1000,
    told: Callable[[str], None] | None = None,
) -> ClusterScore:
    """Cluster texts by each embedding in turn, and by tf-idf, and compare the clusters with the labels.

    clusters: as many as there are labels when None; the rest as in `omnivec.sklearn.swap`. Rows are scaled
    to length one. Normalised mutual information, adjusted Rand index, and purity, which grows with the number
    of clusters by itself. The differences are of these clusters on other texts of the same kind.

    Raises: as `check_clusters`; OptionError; as `load`.
    """
    check_names(embeddings, BASELINE)
    number = check_clusters(texts, labels, clusters)
    _, codes = np.unique(np.array(labels, str), return_inverse=True)
    found: dict[str, tuple[Codes, Coverage | None]] = {}
    places = np.arange(len(texts))
    for name, given in embeddings.items():
        if told is not None:
            told(name)
        made = embedded(given, texts, recipe, fold_case, punctuation)
        rows = made.learning(places)(places).astype(np.float64)
        found[name] = _clusters(name, normalize(rows), number, seed), made.coverage
    if told is not None:
        told(BASELINE)
    found[BASELINE] = _clusters(BASELINE, vectorizer(texts).fit_transform(texts), number, seed), None
    scores = [
        Clustered(name, nmi(made, codes), ari(made, codes), purity(made, codes), coverage)
        for name, (made, coverage) in found.items()
    ]
    differences = [
        ClusterDifference(a, b, name, paired(
            found[a][0], found[b][0], codes, statistic=measure, resamples=resamples, level=level, seed=seed
        ))
        for a, b in combinations(found, 2)
        for name, measure in MEASURES.items()
    ]  # fmt: skip
    return ClusterScore(
        sorted(scores, key=lambda one: -one.nmi),
        differences,
        len(texts),
        len(set(labels)),
        number,
        seed,
        recipe,
    )


def check_clusters(texts: Sequence[str], labels: Sequence[str], clusters: int | None = None) -> int:
    """How many clusters there will be: as many as labels when None.

    Raises: InputError for fewer than two labels, and fewer texts than clusters; OptionError for one cluster.
    """
    kinds = counted(texts, labels)
    number = len(kinds) if clusters is None else clusters
    if number < 2:
        raise OptionError(f"clusters must be 2 or more, got {number}")
    if number > len(texts):
        raise InputError(f"{number:,} clusters need as many texts, got {len(texts):,}; lower clusters")
    return number


def _clusters(name: str, rows: Any, number: int, seed: int) -> Codes:
    """Threads would add up in another order every time, and the same vectors could get other clusters."""
    limits = extra("threadpoolctl", "sklearn", what="clustering").threadpool_limits
    with limits(1, "openmp"), warnings.catch_warnings(record=True, category=ConvergenceWarning) as warned:
        warnings.simplefilter("always", ConvergenceWarning)
        made: Codes = KMeans(number, n_init=STARTS, random_state=seed).fit_predict(rows).astype(np.int64)
    if warned:
        log.warning("%s: %s different clusters only, its texts are too alike", name, len(np.unique(made)))
    return made
