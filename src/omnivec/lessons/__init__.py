"""Lessons that run: `omnivec learn TOPIC`, in the terminal or as a notebook, in English or in Korean.

cells.py     a lesson's file, as cells of text and cells of code
library.py   which lessons there are, and where their texts lie
running.py   a lesson carried out, cell by cell
notebook.py  the same lesson as a Jupyter notebook
beside.py    the engine and the definition on one text: the largest difference
figures.py   where pictures of a lesson go
topics/      the lessons: NAME.py has code and English texts, NAME.ko.md the Korean ones
"""

from omnivec.lessons.library import LANGUAGES, TOPICS, Lesson, lesson
from omnivec.lessons.notebook import notebook
from omnivec.lessons.running import run

__all__ = ["LANGUAGES", "TOPICS", "Lesson", "lesson", "notebook", "run"]
