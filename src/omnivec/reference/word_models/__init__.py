"""Word models made of layers: who predicts whom, and which weights are shared.

A model has `forward(contexts, target)`, the loss of a batch; `backward(dout=1)`; `params` and `grads`, where
a weight that several layers share stands once for each; `predict`; and `word_vecs`, the rows of the words.
"""
