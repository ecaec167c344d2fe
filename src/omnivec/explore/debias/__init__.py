"""Bias taken out of vectors, always with a report of what remains and what was lost."""

from omnivec.explore.debias.debias import RECORD, Debiased, debias
from omnivec.explore.debias.methods import METHODS
from omnivec.explore.debias.removal import equalised, neutralised
from omnivec.explore.debias.residual import Residual

__all__ = ["METHODS", "RECORD", "Debiased", "Residual", "debias", "equalised", "neutralised"]
