"""Smaller models: rows as codes, fewer rows, and what both have cost."""
