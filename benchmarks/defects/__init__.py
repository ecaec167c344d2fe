"""Known defects of other programs: a row each, and a check of each program that is installed."""
