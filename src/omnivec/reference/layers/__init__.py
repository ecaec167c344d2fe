"""Layers: small functions with weights, that know their derivative.

A layer has `params`, a list of arrays; `grads`, a list of the same shapes, written in place; `forward(...)`;
and `backward(dout=1)`, which takes ∂loss/∂output, fills `grads` and returns ∂loss/∂input. See `protocol`.
"""
