"""The functions of Stanford's CS224n, assignments 1 and 2, under the names of the hand-outs.

    from omnivec.reference.cs224n import gradcheck, skipgram

Names are written with underscores: naiveSoftmaxLossAndGradient is `naive_softmax_loss_and_gradient`,
getRandomContext is `get_random_context`. Arguments stand in the order of the hand-outs.
"""

from omnivec.reference.cs224n.anisotropy import Neighbour, mean_cosine, neighbours_with_counts
from omnivec.reference.cs224n.cooccurrence import (
    compute_co_occurrence_matrix,
    distinct_words,
    read_corpus,
    reduce_to_k_dim,
)
from omnivec.reference.cs224n.descent import sgd
from omnivec.reference.cs224n.gradient import gradcheck, normalize_rows
from omnivec.reference.cs224n.losses import (
    get_negative_samples,
    naive_softmax_loss_and_gradient,
    neg_sampling_loss_and_gradient,
)
from omnivec.reference.cs224n.models import cbow, skipgram, word2vec_sgd_wrapper
from omnivec.reference.cs224n.plot import plot_embeddings, plot_words
from omnivec.reference.cs224n.run import train_sentiment
from omnivec.reference.cs224n.sentiment import StanfordSentiment
from omnivec.reference.cs224n.sparse import word2vec_sparse_wrapper
from omnivec.reference.losses import sigmoid

__all__ = [
    "Neighbour",
    "StanfordSentiment",
    "cbow",
    "compute_co_occurrence_matrix",
    "distinct_words",
    "get_negative_samples",
    "gradcheck",
    "mean_cosine",
    "naive_softmax_loss_and_gradient",
    "neg_sampling_loss_and_gradient",
    "neighbours_with_counts",
    "normalize_rows",
    "plot_embeddings",
    "plot_words",
    "read_corpus",
    "reduce_to_k_dim",
    "sgd",
    "sigmoid",
    "skipgram",
    "train_sentiment",
    "word2vec_sgd_wrapper",
    "word2vec_sparse_wrapper",
]
