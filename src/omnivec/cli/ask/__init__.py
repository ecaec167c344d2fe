"""Verbs that ask a model: neighbors, analogy, embed, classify, info."""
