"""Programs that train the same text in turn: omnivec, gensim, fastText; and what judges their vectors."""
