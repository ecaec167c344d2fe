"""One file a learner: its options, and what it learns from. The engine is imported when `fit` runs."""
