"""Layers and models that read one step after another: RNN, LSTM, GRU, language models, seq2seq, attention.

Shapes: N sequences in a batch, T steps, D numbers into a step, H numbers of hidden state, V words.
Source: "Deep Learning from Scratch 2", chapters 5 to 8, whose names and arguments these are.
"""

from omnivec.reference.sequence.pairs import load_data

__all__ = ["load_data"]
