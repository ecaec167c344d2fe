"""Vectors of texts, and phrases to be joined in them."""
