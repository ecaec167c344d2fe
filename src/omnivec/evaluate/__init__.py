"""Measures of whether vectors help, each with its coverage."""

from omnivec.evaluate.analogy import AnalogyScore, Share, analogies
from omnivec.evaluate.classification import ClassificationScore, LabelScore, classification
from omnivec.evaluate.curve import Curve
from omnivec.evaluate.sentence_pairs import PairFile, pair_files
from omnivec.evaluate.similarity import SimilarityScore, similarity
from omnivec.evaluate.sts import STSAverage, STSScore, average, sts

__all__ = [
    "AnalogyScore",
    "ClassificationScore",
    "Curve",
    "LabelScore",
    "PairFile",
    "STSAverage",
    "STSScore",
    "Share",
    "SimilarityScore",
    "analogies",
    "average",
    "classification",
    "pair_files",
    "similarity",
    "sts",
]
