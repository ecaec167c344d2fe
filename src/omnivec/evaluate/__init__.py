"""Measures of whether vectors help, each with its coverage."""

from omnivec.evaluate.analogy import AnalogyScore, Share, analogies
from omnivec.evaluate.categorisation import CategorisationScore, categorisation
from omnivec.evaluate.classification import classification
from omnivec.evaluate.curve import Curve
from omnivec.evaluate.diagnostics import Diagnostics, diagnose
from omnivec.evaluate.intervals import Difference, Interval, bootstrap, paired
from omnivec.evaluate.label_scores import ClassificationScore, LabelScore
from omnivec.evaluate.outliers import OutlierScore, outliers
from omnivec.evaluate.sentence_pairs import PairFile, pair_files
from omnivec.evaluate.similarity import SimilarityScore, similarity
from omnivec.evaluate.sts import STSAverage, STSScore, average, sts
from omnivec.evaluate.suite import Suite, SuiteScore, suite

__all__ = [
    "AnalogyScore",
    "CategorisationScore",
    "ClassificationScore",
    "Curve",
    "Diagnostics",
    "Difference",
    "Interval",
    "LabelScore",
    "OutlierScore",
    "PairFile",
    "STSAverage",
    "STSScore",
    "Share",
    "SimilarityScore",
    "Suite",
    "SuiteScore",
    "analogies",
    "average",
    "bootstrap",
    "categorisation",
    "classification",
    "diagnose",
    "outliers",
    "pair_files",
    "paired",
    "similarity",
    "sts",
    "suite",
]
