"""Do these vectors help more than those? Labels of texts, with everything the same but the vectors.

The same texts, the same parts, the same classifier and seed, and a paired test of every two; always beside
tf-idf with a linear SVC, which is the baseline to beat.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import f1_score

from omnivec.evaluate.intervals import bootstrap, paired
from omnivec.sklearn.embedded import Coverage, Embedded, embedded
from omnivec.sklearn.parts import Parts, by_folds, by_test
from omnivec.sklearn.pretrained import Given, check_names
from omnivec.sklearn.svc import ScaledSVC, sparse_svc
from omnivec.sklearn.swapped import SwapDifference, Swapped, SwapScore
from omnivec.sklearn.tfidf import BASELINE, tf_idf

log = logging.getLogger("omnivec")

Labelled = tuple[Sequence[str], Sequence[str]]
"""Texts, and the label of each."""


def swap(
    embeddings: Mapping[str, Given | Embedded],
    texts: Sequence[str],
    labels: Sequence[str],
    test: Labelled | None = None,
    *,
    folds: int = 10,
    seed: int = 1,
    recipe: str = "mean",
    fold_case: bool = True,
    punctuation: bool = False,
    level: float = 0.95,
    resamples: int = 1000,
    told: Callable[[str, int], None] | None = None,
) -> SwapScore:
    """Tell the labels of texts by each embedding in turn, and by tf-idf; every text is asked once.

    embeddings: a path, a `Model` or `Vectors` for each name, or all these texts as
    `omnivec.sklearn.embedded.embedded` made them; texts, labels: one label for each text; test: texts to be
    judged by, with their labels, in place of `folds` parts with labels in the same proportions; recipe,
    fold_case, punctuation: how a text becomes a vector, as in `omnivec.evaluate.sts`, for all alike;
    level, resamples: of the bootstrap over texts; told: hears who comes next, and in which part.

    Columns are scaled and a linear SVC learns from them, as `baseline` does. The p-value of a difference is
    that of McNemar's exact test on the texts of which just one is right: of other texts of the same kind, not
    of another training. Texts of one word are fine, so nodes of a graph with labels are, too.

    Raises: InputError for fewer than two labels, or too few for the folds; OptionError for no embedding,
    folds and recipe; as `load` for a path.
    """
    check_names(embeddings, BASELINE)
    parts = by_folds(texts, labels, folds, seed) if test is None else by_test(texts, labels, *test)
    asked = np.concatenate([asked for _, asked in parts.parts])
    said: dict[str, tuple[NDArray[Any], float, Coverage | None]] = {}
    for name, given in embeddings.items():
        made = embedded(given, parts.texts.tolist(), recipe, fold_case, punctuation)
        coverage = made.coverage  # before the clock runs, since it takes the rows of all texts
        said[name] = (*_predicted(name, ScaledSVC(seed), made.learning, parts, told), coverage)
    plain = tf_idf(parts.texts, sparse_svc(seed))
    said[BASELINE] = (
        *_predicted(BASELINE, plain, lambda _: parts.texts.__getitem__, parts, told),
        None,
    )
    wanted = parts.labels[asked]
    right = {name: predicted == wanted for name, (predicted, _, _) in said.items()}
    sizes = [len(asked) for _, asked in parts.parts]

    def scored(name: str, predicted: Any, seconds: float, coverage: Coverage | None) -> Swapped:
        return Swapped(
            name=name,
            accuracy=float(right[name].mean()),
            interval=bootstrap("mean", right[name], resamples=resamples, level=level, seed=seed),
            macro_f1=float(f1_score(wanted, predicted, average="macro", zero_division=0)),
            folds=[float(part.mean()) for part in np.split(right[name], np.cumsum(sizes)[:-1])],
            coverage=coverage,
            seconds=seconds,
        )

    def compared(a: str, b: str) -> SwapDifference:
        found = paired(right[a], right[b], resamples=resamples, level=level, seed=seed)
        only_a, only_b = right[a] & ~right[b], right[b] & ~right[a]
        return SwapDifference(a, b, found, int(only_a.sum()), int(only_b.sum()))

    return SwapScore(
        scores=sorted((scored(name, *each) for name, each in said.items()), key=lambda one: -one.accuracy),
        differences=[compared(a, b) for a, b in combinations(said, 2)],
        texts=len(texts),
        tested=len(asked),
        labels=len(set(parts.labels.tolist())),
        folds=len(parts.parts) if test is None else None,
        seed=seed,
        recipe=recipe,
    )


def _predicted(
    name: str,
    learner: Any,
    learning: Callable[[Any], Callable[[Any], Any]],
    parts: Parts,
    told: Callable[[str, int], None] | None,
) -> tuple[NDArray[Any], float]:
    """What each asked text is said to be, part by part, and the seconds that took; as `Embedded.learning`."""
    said, began = [], time.perf_counter()
    for number, (learned, asked) in enumerate(parts.parts, 1):
        if told is not None:
            told(name, number)
        rows = learning(learned)
        with warnings.catch_warnings(record=True, category=ConvergenceWarning) as found:
            warnings.simplefilter("always", ConvergenceWarning)
            said.append(clone(learner).fit(rows(learned), parts.labels[learned]).predict(rows(asked)))
        if found:
            log.warning("%s, part %s: %s", name, number, found[0].message)
    return np.concatenate(said), time.perf_counter() - began
