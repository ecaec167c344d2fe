"""Vectors from counting: co-occurrence, mutual information, truncated SVD, and questions to their rows."""
