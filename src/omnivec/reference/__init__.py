"""The definitions in plain NumPy: the truth for tests, the textbook for people.

    import numpy as np
    from omnivec.reference import CBOW, Embedding

    embedding = Embedding(np.eye(3))
    embedding.forward([2, 0])

Nothing here imports anything else of omnivec, and names are imported when they are first touched.
"""

import importlib
from typing import Any

_HOMES: dict[str, str] = {
    # layers
    "Affine": "omnivec.reference.layers.linear",
    "BOOK_FLOOR": "omnivec.reference.layers.losses",
    "Dropout": "omnivec.reference.layers.dropout",
    "Embedding": "omnivec.reference.layers.embedding",
    "EmbeddingDot": "omnivec.reference.layers.embedding",
    "HardTanh": "omnivec.reference.layers.activations",
    "HierarchicalSoftmaxLoss": "omnivec.reference.layers.hierarchical",
    "HingeLoss": "omnivec.reference.layers.losses",
    "Layer": "omnivec.reference.layers.protocol",
    "MatMul": "omnivec.reference.layers.linear",
    "NegativeSamplingLoss": "omnivec.reference.layers.negative_sampling",
    "OneHot": "omnivec.reference.layers.linear",
    "Relu": "omnivec.reference.layers.activations",
    "RowGradient": "omnivec.reference.layers.row_gradient",
    "Sigmoid": "omnivec.reference.layers.activations",
    "SigmoidWithLoss": "omnivec.reference.layers.losses",
    "Softmax": "omnivec.reference.layers.activations",
    "SoftmaxWithLoss": "omnivec.reference.layers.losses",
    "Tanh": "omnivec.reference.layers.activations",
    "UnigramSampler": "omnivec.reference.layers.samplers",
    "cross_entropy_error": "omnivec.reference.layers.losses",
    "one_hot": "omnivec.reference.layers.embedding",
    "relu": "omnivec.reference.layers.functions",
    "sigmoid": "omnivec.reference.layers.functions",
    "softmax": "omnivec.reference.layers.functions",
    "to_cpu": "omnivec.reference.arrays",
    "to_gpu": "omnivec.reference.arrays",
    # word_models
    "CBOW": "omnivec.reference.word_models.cbow",
    "SimpleCBOW": "omnivec.reference.word_models.simple",
    "SimpleSkipGram": "omnivec.reference.word_models.simple",
    "SkipGram": "omnivec.reference.word_models.skipgram",
    "WindowScorer": "omnivec.reference.word_models.window_scorer",
    "convert_one_hot": "omnivec.reference.word_models.contexts",
    "create_contexts_target": "omnivec.reference.word_models.contexts",
    # training
    "AdaGrad": "omnivec.reference.training.optimizers",
    "Adam": "omnivec.reference.training.optimizers",
    "Momentum": "omnivec.reference.training.optimizers",
    "Nesterov": "omnivec.reference.training.optimizers",
    "Optimizer": "omnivec.reference.training.optimizers",
    "Progress": "omnivec.reference.training.trainer",
    "RMSprop": "omnivec.reference.training.optimizers",
    "SGD": "omnivec.reference.training.optimizers",
    "Trainer": "omnivec.reference.training.trainer",
    "clip_grads": "omnivec.reference.training.clipping",
    "remove_duplicate": "omnivec.reference.training.shared",
    # counts
    "analogy": "omnivec.reference.counts.queries",
    "cos_similarity": "omnivec.reference.counts.queries",
    "create_co_matrix": "omnivec.reference.counts.cooccurrence",
    "most_similar": "omnivec.reference.counts.queries",
    "normalize": "omnivec.reference.counts.queries",
    "ppmi": "omnivec.reference.counts.pmi",
    "preprocess": "omnivec.reference.counts.cooccurrence",
    "svd_vectors": "omnivec.reference.counts.svd",
    "truncated_svd": "omnivec.reference.counts.svd",
    "weighted_co_matrix": "omnivec.reference.counts.cooccurrence",
    # cs224n: its functions stand together in omnivec.reference.cs224n, under the names of the assignments
    # sequence
    "Attention": "omnivec.reference.sequence.attention",
    "AttentionDecoder": "omnivec.reference.sequence.decoders",
    "AttentionEncoder": "omnivec.reference.sequence.encoders",
    "AttentionSeq2seq": "omnivec.reference.sequence.seq2seq",
    "AttentionWeight": "omnivec.reference.sequence.attention",
    "BetterRnnlm": "omnivec.reference.sequence.language_models",
    "BetterRnnlmGen": "omnivec.reference.sequence.language_models",
    "Decoder": "omnivec.reference.sequence.decoders",
    "Encoder": "omnivec.reference.sequence.encoders",
    "GRU": "omnivec.reference.sequence.gru",
    "LSTM": "omnivec.reference.sequence.lstm",
    "PeekyDecoder": "omnivec.reference.sequence.decoders",
    "PeekySeq2seq": "omnivec.reference.sequence.seq2seq",
    "RNN": "omnivec.reference.sequence.rnn",
    "Rnnlm": "omnivec.reference.sequence.language_models",
    "RnnlmGen": "omnivec.reference.sequence.language_models",
    "RnnlmTrainer": "omnivec.reference.sequence.rnnlm_trainer",
    "Seq2seq": "omnivec.reference.sequence.seq2seq",
    "SimpleRnnlm": "omnivec.reference.sequence.language_models",
    "TimeAffine": "omnivec.reference.sequence.timewise",
    "TimeAttention": "omnivec.reference.sequence.attention",
    "TimeBiLSTM": "omnivec.reference.sequence.bidirectional",
    "TimeDropout": "omnivec.reference.sequence.timewise",
    "TimeEmbedding": "omnivec.reference.sequence.timewise",
    "TimeGRU": "omnivec.reference.sequence.gru",
    "TimeLSTM": "omnivec.reference.sequence.lstm",
    "TimeRNN": "omnivec.reference.sequence.rnn",
    "TimeSigmoidWithLoss": "omnivec.reference.sequence.timewise",
    "TimeSoftmaxWithLoss": "omnivec.reference.sequence.timewise",
    "WeightSum": "omnivec.reference.sequence.attention",
    "additions": "omnivec.reference.sequence.pairs",
    "cell_contributions": "omnivec.reference.sequence.probes",
    "dates": "omnivec.reference.sequence.pairs",
    "eval_perplexity": "omnivec.reference.sequence.evaluation",
    "eval_seq2seq": "omnivec.reference.sequence.evaluation",
    "exact_matches": "omnivec.reference.sequence.evaluation",
    "gates": "omnivec.reference.sequence.probes",
    "gradient_norms": "omnivec.reference.sequence.probes",
    "load_params": "omnivec.reference.sequence.parameters",
    "load_text": "omnivec.reference.sequence.texts",
    "save_params": "omnivec.reference.sequence.parameters",
    "saved_params": "omnivec.reference.sequence.parameters",
    "step_gradients": "omnivec.reference.sequence.probes",
}
"""Public name: the module that defines it, one block a folder. No name is that of a module in this folder."""

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'omnivec.reference' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
