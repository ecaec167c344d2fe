"""Two sets of vectors side by side: which neighbours are the same, which words moved, which scores better.

from omnivec.explore.comparison import compare
"""

from omnivec.explore.comparison.compare import compare
from omnivec.explore.comparison.comparison import Comparison, Mover
from omnivec.explore.comparison.scores import PairedScore, analogy_scores, score_tables, similarity_scores

__all__ = [
    "Comparison",
    "Mover",
    "PairedScore",
    "analogy_scores",
    "compare",
    "score_tables",
    "similarity_scores",
]
