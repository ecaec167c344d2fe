"""Flags that several of the verbs have which measure quality: what is said of them is said once."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from omnivec.cli.flags import count, several
from omnivec.learners.classifier import Classifier

PREFIX = Classifier.label_prefix

Similarity = Annotated[
    list[str] | None,
    several("FILE...", "Word pairs with a person's score, parted by tabs, or names of omnivec datasets."),
]
ANALOGIES_HELP = "Questions of four words a line, ': name' begins a section"
Suite = Annotated[
    Literal["english", "korean"] | None,
    Parameter(metavar="english|korean", show_choices=False, show_default=False),
]
Restrict = Annotated[
    int,
    count("restrict"),
    Parameter(help="Ask about the N most frequent words only. [default 300000]", show_default=False),
]
FoldCase = Annotated[
    bool,
    Parameter(
        negative="--no-fold-case", help="Compare words in upper case. [default on]", show_default=False
    ),
]
Folds = Annotated[int, count("folds", 2, 1000), Parameter(show_default=False)]
Punctuation = Annotated[bool, Parameter(help="Keep punctuation and symbols, which are spaces otherwise.")]
LabelPrefix = Annotated[
    str,
    Parameter(
        metavar="TEXT",
        show_default=False,
        allow_leading_hyphen=True,
        help=f"What a word of a line begins with that is a label. [default {PREFIX}]",
    ),
]
