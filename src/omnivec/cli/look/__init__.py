"""Verbs to look and to learn by: plot, map, classes, learn, demo, datasets."""
