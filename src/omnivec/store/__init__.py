"""The model folder, and every foreign format behind one table. NumPy and the standard library only."""
