"""Verbs that measure quality: evaluate, baseline, compare, sweep."""
