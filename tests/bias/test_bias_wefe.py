"""The same numbers as WEFE 1.0.1 for vectors that a formula makes; it printed what is compared with here."""

import numpy as np
import pytest

from omnivec import Vectors
from omnivec.evaluate import bias
from omnivec.explore.debias import debias

ROWS, DIM = 40, 12
WORDS = [f"w{number:02}" for number in range(ROWS)]
X, Y, A, B = (
    bias.Group(name, tuple(WORDS[start:stop]))
    for name, start, stop in (("X", 0, 8), ("Y", 8, 16), ("A", 16, 24), ("B", 24, 30))
)


@pytest.fixture(scope="module")
def vectors():
    row, column = np.mgrid[1 : ROWS + 1, 1 : DIM + 1]
    matrix = np.sin(1.7 * row * column) + 0.3 * np.cos(row)
    matrix += 0.5 * (row <= 20) * (-1.0) ** row * (column >= 9)
    return Vectors(WORDS, matrix.astype(np.float32))


def test_weat(vectors):
    score = bias.weat(vectors, (X, Y), (A, B))
    assert score.statistic == pytest.approx(-0.4902605905663221, abs=1e-6)
    assert score.effect_size == pytest.approx(-0.4503012909940249, abs=1e-6)


def test_weat_of_lists_of_unequal_length(vectors):
    score = bias.weat(vectors, (X, bias.Group("Y", Y.words[:5])), (A, B))
    assert score.statistic == pytest.approx(-0.6711465400488426, abs=1e-6)
    assert score.effect_size == pytest.approx(-1.1143137722903185, abs=1e-6)


def test_rnsb_at_the_optimum_of_the_classifier(vectors):
    score = bias.rnsb(vectors, (X, Y), (A, B))
    assert score.divergence == pytest.approx(0.27890992263203584, abs=1e-6)
    assert score.divergence == pytest.approx(0.2789100844714859, abs=1e-6)  # with WEFE's default tolerance
    expected = {"w00": 0.2712525557623955, "w01": 0.7122044454371382, "w02": 0.29433355602197586}
    assert {word: score.negative[word] for word in expected} == pytest.approx(expected, abs=1e-6)


def test_ripa(vectors):
    pairs = list(zip(WORDS[:3], WORDS[3:6], strict=True))
    score = bias.ripa(vectors, pairs, A)
    assert score.mean == pytest.approx(0.013036653399467468, abs=1e-6)
    for word, expected in {
        "w16": (-0.3199302554130554, 0.14799945056438446),
        "w17": (-0.15567855536937714, 0.48672106862068176),
        "w18": (0.03421669080853462, 0.12621666491031647),
    }.items():
        assert score.words[word] == pytest.approx(expected, abs=1e-6)


def test_hard_debiasing(vectors):
    """WEFE's rows at length one: it divides the words that it made even by the lengths they had before."""
    pairs = list(zip(WORDS[0:20:2], WORDS[1:20:2], strict=True))
    found = debias(vectors, pairs, equalise=pairs[:2], similarity=[])
    axis = found.direction.axes[0]
    expected = [-0.03420514613389969, 0.05610622465610504, -0.0995415449142456, -0.0003426078474149108]
    assert axis[:4] * -np.sign(axis[0]) == pytest.approx(expected, abs=1e-6)
    after = found.model.vectors
    for word, row in {
        "w00": [0.16700200736522675, 0.011112579144537449, -0.22679558396339417, 0.2685139775276184],
        "w03": [-0.1588224172592163, 0.07392892986536026, 0.09107261151075363, 0.2750396132469177],
        "w05": [-0.13951504230499268, 0.4362877607345581, -0.14916537702083588, 0.11136996746063232],
        "w20": [-0.42015185952186584, 0.23224632441997528, 0.04348739609122276, -0.45063215494155884],
        "w39": [-0.41759830713272095, -0.3849421441555023, 0.010197866708040237, 0.29448944330215454],
    }.items():
        assert after[word][:4] == pytest.approx(row, abs=1e-6)
    assert np.abs(after.vectors.astype(np.float64)).sum() == pytest.approx(121.1406082144626, abs=1e-5)
