"""The definitions in plain NumPy: the truth for tests, the textbook for people.

Nothing here imports anything else of omnivec.
"""
