"""Measures of whether vectors help, each with its coverage."""

from omnivec.evaluate.analogy import AnalogyScore, Share, analogies
from omnivec.evaluate.similarity import SimilarityScore, similarity

__all__ = ["AnalogyScore", "Share", "SimilarityScore", "analogies", "similarity"]
