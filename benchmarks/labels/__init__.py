"""Texts with labels: the classifier, its smaller forms, its search for options."""
