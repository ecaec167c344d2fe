"""Word vectors from counts: co-occurrence, GloVe, PPMI."""
