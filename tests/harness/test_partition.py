"""Clusters beside labels: purity, mutual information, Rand index; scikit-learn's are the truth."""

from __future__ import annotations

import numpy as np
import pytest

from omnivec.evaluate.partition import ari, nmi, purity


@pytest.mark.parametrize(("clusters", "labels"), [(2, 2), (5, 3), (3, 7), (1, 4), (4, 1), (40, 40)])
def test_scikit_learn_says_the_same(clusters, labels):
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(clusters)
    made, there = draw.integers(0, clusters, 60), draw.integers(0, labels, 60)
    there[:20] = made[:20] % labels  # some agreement
    assert nmi(made, there) == pytest.approx(metrics.normalized_mutual_info_score(there, made), abs=1e-12)
    assert ari(made, there) == pytest.approx(metrics.adjusted_rand_score(there, made), abs=1e-12)


def test_a_hand_made_case():
    """Manning et al. 2008, figure 16.4: purity 0.71, NMI 0.36, and the Rand index behind ARI 0.68."""
    clusters = np.repeat([0, 1, 2], [6, 6, 5])
    labels = np.array([0] * 5 + [1] + [0] + [1] * 4 + [2] + [0] * 2 + [2] * 3)
    assert purity(clusters, labels) == pytest.approx(12 / 17)
    assert nmi(clusters, labels) == pytest.approx(0.36, abs=0.01)


def test_agreement_and_its_absence():
    labels = np.repeat([0, 1, 2], 10)
    assert nmi(2 - labels, labels) == ari(2 - labels, labels) == purity(2 - labels, labels) == 1.0
    crossed = np.tile([0, 1], 15)
    assert nmi(crossed, labels) == pytest.approx(0, abs=1e-12) and ari(crossed, labels) < 0
    assert purity(np.arange(30), labels) == 1.0  # clusters of one, which is why it stands beside the others
