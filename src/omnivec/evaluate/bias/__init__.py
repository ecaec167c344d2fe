"""What prejudice vectors carry: measures over word lists, each with its coverage and its chance."""

from omnivec.evaluate.bias.battery import Battery, battery
from omnivec.evaluate.bias.counted import counted
from omnivec.evaluate.bias.direction import Direction, ProjectionScore, direction, projection
from omnivec.evaluate.bias.lists import BiasTest, read_pairs, read_sets, read_words
from omnivec.evaluate.bias.probes import Probe, probe
from omnivec.evaluate.bias.published import pairs, pairs_of, published_test, sets, sources, tests
from omnivec.evaluate.bias.recovered import Recovered, recovered
from omnivec.evaluate.bias.ripa import RipaScore, ripa
from omnivec.evaluate.bias.rnsb import RnsbScore, rnsb
from omnivec.evaluate.bias.weat import ScWeatScore, WeatScore, WordAssociation, sc_weat, weat
from omnivec.evaluate.bias.words import Found, Group, Lookup

__all__ = [
    "Battery",
    "BiasTest",
    "Direction",
    "Found",
    "Group",
    "Lookup",
    "Probe",
    "ProjectionScore",
    "Recovered",
    "RipaScore",
    "RnsbScore",
    "ScWeatScore",
    "WeatScore",
    "WordAssociation",
    "battery",
    "counted",
    "direction",
    "pairs",
    "pairs_of",
    "probe",
    "projection",
    "published_test",
    "read_pairs",
    "read_sets",
    "read_words",
    "recovered",
    "ripa",
    "rnsb",
    "sc_weat",
    "sets",
    "sources",
    "tests",
    "weat",
]
