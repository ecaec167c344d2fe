"""Evaluation itself: what it costs, and what it says of our vectors."""
