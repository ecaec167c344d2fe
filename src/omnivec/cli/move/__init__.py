"""Verbs that write a model in another shape: convert, export, quantize, index."""
