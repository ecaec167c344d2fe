"""What a measurement found, as tables: for people, notebooks, data frames and one page of HTML."""

from omnivec.results.page import Figure, page
from omnivec.results.table import Cell, ResultTable, Tabular

__all__ = ["Cell", "Figure", "ResultTable", "Tabular", "page"]
