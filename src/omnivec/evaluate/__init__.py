"""Measures of whether vectors help, each with its coverage."""

from omnivec.evaluate.analogy import AnalogyScore, Share, analogies
from omnivec.evaluate.classification import ClassificationScore, LabelScore, classification
from omnivec.evaluate.curve import Curve
from omnivec.evaluate.similarity import SimilarityScore, similarity

__all__ = [
    "AnalogyScore",
    "ClassificationScore",
    "Curve",
    "LabelScore",
    "Share",
    "SimilarityScore",
    "analogies",
    "classification",
    "similarity",
]
