"""Do clusters agree with labels? Purity, normalised mutual information, adjusted Rand index; NumPy alone.

All take clusters and labels as numbers from 0 on, (n,) each, and do not care which number is whose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def purity(clusters: Codes, labels: Codes) -> float:
    """Share of the n whose label is the most frequent one of their cluster; 1 for clusters of one.

    Source: Manning, Raghavan, Schuetze 2008, Introduction to Information Retrieval, eq. 16.1.
    """
    return float(contingency(clusters, labels).max(axis=1).sum() / len(labels))


def nmi(clusters: Codes, labels: Codes) -> float:
    """Mutual information of clusters and labels over the mean of their entropies, 0 to 1.

    1 where both have one value only. Source: Strehl & Ghosh 2002, with the arithmetic mean, as scikit-learn.
    """
    table = contingency(clusters, labels) / len(labels)
    by_cluster, by_label = table.sum(axis=1), table.sum(axis=0)
    entropies = _entropy(by_cluster) + _entropy(by_label)
    shared = entropies - _entropy(table)
    return float(min(max(2 * shared / entropies, 0.0), 1.0)) if entropies > 0 else 1.0


def ari(clusters: Codes, labels: Codes) -> float:
    """Share of pairs that clusters and labels put together or apart alike, 0 by chance and 1 at best.

    Source: Hubert & Arabie 1985, eq. 5.
    """
    table = contingency(clusters, labels)
    together, by_cluster, by_label = (
        float((counts * (counts - 1)).sum()) for counts in (table, table.sum(axis=1), table.sum(axis=0))
    )
    chance = by_cluster * by_label / max(len(labels) * (len(labels) - 1), 1)
    most = (by_cluster + by_label) / 2
    return (together - chance) / (most - chance) if most != chance else 1.0


def contingency(clusters: Codes, labels: Codes) -> NDArray[np.int64]:
    """How many have a cluster and a label, (clusters, labels)."""
    rows, columns = int(clusters.max()) + 1, int(labels.max()) + 1
    return np.bincount(clusters * columns + labels, minlength=rows * columns).reshape(rows, columns)


def _entropy(shares: NDArray[np.float64]) -> float:
    there = shares[shares > 0]
    return float(-(there * np.log(there)).sum())
