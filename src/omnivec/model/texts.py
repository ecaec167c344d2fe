"""How a model reads texts, and what makes their vectors and tells their labels, ready when first asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from omnivec.data.features import Bag
from omnivec.data.means import Means
from omnivec.data.phrase_file import unpacked
from omnivec.data.phrases import Phrases, unwrapped
from omnivec.data.predicting import Predictor
from omnivec.data.tokenize import Splitting
from omnivec.data.tree import check_tree
from omnivec.errors import OptionError
from omnivec.store.folder import CONFIG
from omnivec.store.keys import Keys
from omnivec.store.tables import Table


@dataclass(frozen=True)
class Texts:
    """Made of what a model holds.

    labels: the names of those that it tells, None where it tells none; prefix: what a word begins with that
    is a label.
    """

    config: Mapping[str, Any]
    tables: Mapping[str, NDArray[Any]]
    keys: Keys
    labels: Sequence[str] | None
    prefix: str

    @cached_property
    def splitting(self) -> Splitting:
        """How a text becomes words, as in training."""
        return Splitting.of(self.config["options"], self._prefix, self.phrases)

    @cached_property
    def phrases(self) -> tuple[Phrases, ...]:
        """What was joined in the text of training, in turn."""
        return tuple(Phrases(*unpacked(CONFIG, each)) for each in self.config.get("phrases", ()))

    def read(self, texts: Any) -> Any:
        """Texts as `embed` and `predict` take them; those of `Phrases.apply` become tokens."""
        inner, steps = unwrapped(texts)
        if not steps or not isinstance(inner, Iterable) or isinstance(inner, (str, bytes)):
            return texts
        split = replace(self.splitting, phrases=steps)
        return (split(text) if isinstance(text, str) else split.joined(text) for text in inner)

    def split(self, tokenizer: Callable[[str], Sequence[str]] | str | None) -> Any:
        """What makes words of a text in place of `splitting`; None where nothing does."""
        if isinstance(tokenizer, str):
            return replace(self.splitting, tokenizer=tokenizer)
        if tokenizer is not None and self.phrases:
            return lambda text: self.splitting.joined(tokenizer(text))
        return tokenizer

    @cached_property
    def means(self) -> Means:
        """What makes one vector of a text, of a model that knows more of it than its words."""
        return Means(
            bag=Bag.of(self.config["features"]), splitting=self.splitting, keys=self.keys,
            inputs=Table.named("inputs", self.tables, self.config["dim"]), prefix=self._prefix,
            pruned=self.tables.get("pruned"),
        )  # fmt: skip

    @cached_property
    def predictor(self) -> Predictor:
        """What tells labels. Raises: OptionError for a model that is no classifier, or but a part of one."""
        head, learner = self.config.get("head"), self.config["learner"]
        if self.labels is None or not head or not self.config.get("features"):
            what = f"this is a model of {learner or 'vectors alone'}"
            if learner == "classifier":
                what = "of this one words alone were read; load all of it, without limit and dtype"
            raise OptionError(f"only a classifier predicts labels, {what}")
        if "tree" in self.tables:
            check_tree(self.tables["tree"])
        name = "nodes" if "nodes" in self.tables else "output"
        return Predictor(
            means=self.means, output=Table.named(name, self.tables, self.config["dim"]), loss=head["loss"],
            labels=self.labels, tree=self.tables.get("tree"),
        )  # fmt: skip

    @property
    def _prefix(self) -> str | None:
        return None if self.labels is None else self.prefix
