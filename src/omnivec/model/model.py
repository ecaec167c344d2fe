"""`Model`: options, keys, tables and the record of a training, whatever the learner."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from omnivec.errors import NotFinite, OptionError
from omnivec.model.checks import MATRICES
from omnivec.store import memory
from omnivec.store.card import card
from omnivec.store.folder import write_folder
from omnivec.store.formats.contents import Contents, Whole
from omnivec.store.formats.fasttext_names import LABELS, labels_of
from omnivec.store.keys import Keys
from omnivec.store.tables import LENGTHS, Padded, Table, as_stored, table_bytes
from omnivec.vectors import Parts, Vectors, parts_of

log = logging.getLogger("omnivec")

if TYPE_CHECKING:
    from omnivec.data.idf import Idf
    from omnivec.data.many_sentences import Many
    from omnivec.data.near_sentences import Sentences
    from omnivec.data.phrases import Phrases
    from omnivec.data.tokenize import Splitting
    from omnivec.evaluate.examples import Examples
    from omnivec.evaluate.label_scores import ClassificationScore
    from omnivec.evaluate.sts import STSScore
    from omnivec.model.texts import Texts

LABEL_PREFIX = "__label__"
"""What a label begins with where no model says so."""


@final
class Model:
    """Options, keys, tables and record.

    config: what `config.json` holds: learner, options, preset, changed, head, dim, rows, training. tables: by
    name, `vectors` (rows, padded width) float32, or as `omnivec.store.tables` stores a smaller type, and,
    when it was trained here, its prediction side: `output` of the same shape; or `nodes` (rows − 1, padded
    width) float32, a row for each inner node of a tree, and `tree` (rows − 1, 2) int32, their children:
    c < rows is the word of row c, others are node c − rows, and the root is the last node.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        keys: Keys,
        tables: Mapping[str, NDArray[Any]],
        *,
        mapped: bool = False,
    ) -> None:
        self.config = dict(config)
        self.keys = keys
        self.tables = {name: table for name, table in tables.items() if not name.endswith(LENGTHS)}
        self._lengths = {name: table for name, table in tables.items() if name.endswith(LENGTHS)}
        self._mapped = mapped

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: nothing that is made from the rest when it is asked for."""
        kept = ("config", "keys", "tables", "_lengths")
        return {**{name: self.__dict__[name] for name in kept}, "_mapped": False}

    @property
    def learner(self) -> str | None:
        """Name of the learner; None where only vectors are known."""
        return self.config["learner"]  # type: ignore[no-any-return]

    @property
    def options(self) -> dict[str, Any]:
        """Every option the model was trained with, derived ones included."""
        return dict(self.config["options"])

    @property
    def record(self) -> dict[str, Any]:
        """What training did: tokens, epochs, seconds, tokens_per_second, loss by epoch, threads and more."""
        return dict(self.config["training"])

    @property
    def history(self) -> list[dict[str, Any]]:
        """What training said of itself, in its order; times are seconds of training alone.

        A dictionary for each epoch that ended: epoch (1, 2 …), tokens trained so far, seconds, lr, loss and,
        where a text was held out, heldout: mean losses of a prediction. And one for each evaluation: epoch
        (1.37), tokens, seconds, and what it returned, by name, or as `value`.
        """
        losses = enumerate(self.record.get("loss", []), 1)
        told = [{"epoch": epoch, "loss": loss} for epoch, loss in losses]  # all that older models know
        return [dict(row) for row in self.record.get("history", told)]

    @cached_property
    def texts(self) -> Texts:
        """How texts are read, and what makes their vectors and tells their labels."""
        from omnivec.model.texts import Texts

        labels = None if self.labels is None else self.label_names
        return Texts(self.config, self.tables, self.keys, labels, self.label_prefix)

    @property
    def splitting(self) -> Splitting:
        """How a text becomes words, as in training."""
        return self.texts.splitting

    @property
    def phrases(self) -> tuple[Phrases, ...]:
        """What was joined in the text of training, in turn; `embed`, `predict` and `extend` join it, too."""
        return self.texts.phrases

    @cached_property
    def vectors(self) -> Vectors:
        """The words' vectors."""
        return self._vectors("vectors") if "vectors" in self.tables else self._composed()

    @cached_property
    def labels(self) -> Keys | None:
        """The labels of a classifier as texts have them, with their counts; None of another model."""
        return labels_of(self.tables) if f"{LABELS}offsets" in self.tables else None

    @cached_property
    def label_names(self) -> list[str]:
        """What `predict` calls the labels, the most frequent first: without their prefix if all have it."""
        names, prefix = list(self.labels or ()), self.label_prefix
        whole = all(name.startswith(prefix) for name in names)
        return [name.removeprefix(prefix) for name in names] if whole else names

    @property
    def label_prefix(self) -> str:
        """What a word of a text begins with that is a label."""
        return str((self.config.get("head") or {}).get("prefix", LABEL_PREFIX))

    def predict(
        self, texts: Iterable[str | Sequence[str]], k: int = 1, threshold: float = 0.0
    ) -> list[list[tuple[str, float]]]:
        """The likeliest labels of each text.

        texts: texts, or lists of tokens; line ends in a text are white space; k: at most so many labels for
        each, -1 for all; threshold: only labels that have at least this probability.

        Returns: a list for each text of (label, probability), the likeliest first; empty for a text of which
        nothing is known. Over all labels they sum to one with the losses softmax and hs; with ns and ova each
        answers for itself.

        Raises: OptionError for a model that is no classifier, and for k or threshold out of range; InputError
        for a single text in place of several.
        """
        from omnivec.data.predicting import checked

        return self.texts.predictor.predict(checked(self.texts.read(texts), k, threshold), k, threshold)

    def probabilities(self, texts: Iterable[str | Sequence[str]]) -> NDArray[np.float64]:
        """The probability of every label, (texts, labels) in the order of `label_names`.

        The numbers are those of `predict`; a text of which nothing is known has zeros. Raises: as `predict`.
        """
        from omnivec.data.predicting import checked

        predictor, asked = self.texts.predictor, checked(self.texts.read(texts), 1, 0.0)
        made = [
            np.where(known[:, None], predictor.probabilities(means), 0.0)
            for means, known in predictor.means.of(asked)
        ]
        return np.concatenate(made) if made else np.zeros((0, len(self.label_names)))

    def evaluate(
        self, source: Examples, k: int = 1, threshold: float = 0.0, *, ignore_unseen: bool = False
    ) -> ClassificationScore:
        """How well a classifier tells the labels of texts; see `omnivec.evaluate.classification`.

        source: a file whose labels are words with the model's prefix, or pairs of a text and its label or
        labels; k, threshold: as `predict`; ignore_unseen: leave out labels that training had not, as fastText
        does, in place of counting them as misses.

        Raises: InputError when no text has a label, or what is given is no pair; OptionError as `predict`.
        """
        from omnivec.evaluate.classification import classification

        return classification(self, source, k, threshold, ignore_unseen=ignore_unseen)

    def evaluate_sts(
        self,
        path: str | os.PathLike[str],
        recipe: str | None = None,
        *,
        gold: str | os.PathLike[str] | None = None,
        fold_case: bool = True,
        punctuation: bool = False,
    ) -> STSScore:
        """How well cosines of sentence vectors agree with people's scores; see `omnivec.evaluate.sts`."""
        from omnivec.evaluate.sts import sts

        return sts(self, path, recipe, gold=gold, fold_case=fold_case, punctuation=punctuation)

    def embed(
        self,
        texts: Iterable[str | Sequence[str]],
        recipe: str | None = None,
        *,
        tokenizer: Callable[[str], Sequence[str]] | str | None = None,
        a: float = 1e-3,
        components: int = 1,
        idf: Idf | None = None,
    ) -> NDArray[np.float32]:
        """A vector for each text, (texts, dim) float32, by a named recipe (docs/sentences.md).

        texts: str, in which the phrases of the model's own text are joined; lists of tokens, taken as they
        are; or what `Phrases.apply` gives, to join others; recipe: "mean" of the words' vectors,
        "fasttext-unsupervised" (each of length one), "fasttext-supervised" (the hidden layer of a
        classifier), "sent2vec" (the mean of rows of words and n-grams), "sif", or "idf"; None is `recipe`;
        tokenizer: text to words in place of the model's own, a function or a name as in training (what a
        classifier sees of a text it splits itself); a, components: of sif, how strongly frequent words are
        weighed down, and how many principal components are removed; idf: of the texts by which words are
        weighed, as `Model.idf` counts them, when those are not `texts`.

        Words without a vector are left out; a text without any gets zeros, and how many did is logged.

        Raises: OptionError for an unknown recipe, and one that needs what the model has not; InputError for a
        single text in place of several.
        """
        from omnivec.data import sentences

        chosen = self.recipe if recipe is None else recipe
        if chosen == "idf" and idf is None:
            texts = list(sentences.checked(self.texts.read(texts)))
            idf = self.idf(texts, tokenizer=tokenizer)
        parts = self.embed_batches(texts, chosen, tokenizer=tokenizer, a=a, idf=idf)
        return sentences.together(parts, self.config["dim"], components if chosen == "sif" else 0)

    def embed_batches(
        self,
        texts: Iterable[str | Sequence[str]],
        recipe: str | None = None,
        *,
        tokenizer: Callable[[str], Sequence[str]] | str | None = None,
        a: float = 1e-3,
        idf: Idf | None = None,
    ) -> Iterator[NDArray[np.float32]]:
        """As `embed`, some rows after the other: of a text of any length, no more than that is held.

        `sif` removes nothing here, since that takes all rows, and `idf` needs `idf` for the same reason;
        texts without a vector are not counted.
        """
        from omnivec.data import sentences

        split = self.texts.split(tokenizer)
        texts, chosen = self.texts.read(texts), self.recipe if recipe is None else recipe
        if chosen in sentences.WHOLE and chosen == self.recipe and "inputs" in self.tables:
            return sentences.hidden(self.texts.means, texts, split if self.labels is None else None)
        return sentences.batches(
            self.vectors, texts, chosen, tokenizer=split or self.splitting, a=a, idf=idf, many=self._many
        )

    def idf(
        self,
        texts: Iterable[str | Sequence[str]],
        *,
        tokenizer: Callable[[str], Sequence[str]] | str | None = None,
    ) -> Idf:
        """How rare words are among texts, by which `embed` weighs them in other texts.

        texts, tokenizer: as `embed`, which counts its own texts unless it is given this.
        """
        from omnivec.data.idf import Idf
        from omnivec.data.sentences import checked

        return Idf.of(checked(self.texts.read(texts)), self.texts.split(tokenizer) or self.splitting)

    def sentences(self, texts: Iterable[str], recipe: str | None = None, *, components: int = 1) -> Sentences:
        """The different texts of many, to be asked for those nearest to a text, and for analogies.

        recipe, components: as `embed`; what sif takes away is what these texts share, and idf counts these.
        Texts of which nothing is known are left out, which is logged.

        Raises: InputError when that is all of them; else as `embed`.
        """
        from omnivec.data import near_sentences

        keys = near_sentences.distinct(texts)
        idf = self.idf(keys) if recipe == "idf" else None

        def rows(some: list[str]) -> NDArray[np.float32]:
            return self.embed(some, recipe, components=0, idf=idf)

        taken = components if (recipe or self.recipe) == "sif" else 0
        return near_sentences.sentences(rows, keys, taken, self.learner)

    @cached_property
    def _many(self) -> Many:
        from omnivec.data.many_sentences import Many

        return Many(self.vectors)

    @property
    def recipe(self) -> str:
        """What `embed` does unless told: what fastText and sent2vec do with theirs, else the mean."""
        from omnivec.data.sentences import default

        return default(self.learner)

    @cached_property
    def inputs(self) -> Table:
        """The rows that words are made of: ``model.inputs.take(rows)`` are some of them, (n, dim) float32.

        A row for each key, then those that n-grams share; `Vectors.subwords` tells which are a word's. Where
        words have no parts these are their vectors.
        """
        return Table.named(
            "inputs" if "inputs" in self.tables else "vectors", self.tables, self.config["dim"]
        )

    def subwords(self, word: str) -> list[tuple[str, int]]:
        """As `Vectors.subwords`, without composing the words of a mapped file. Raises: UnknownKey."""
        return parts_of(word, self.keys, self._parts())

    @cached_property
    def output(self) -> Vectors:
        """The prediction side: another table than `vectors`. OptionError where the model has none."""
        if "nodes" in self.tables:
            raise OptionError(
                "this model predicts by a tree: its output rows are tree nodes, not words, and have no keys"
            )
        if "hidden" in self.tables:
            raise OptionError("this model scores windows by a hidden layer: it has no output table")
        if "output" not in self.tables:
            raise OptionError(
                "this model has no output table: it was read from a file that holds vectors only"
            )
        return self._vectors("output")

    def _composed(self) -> Vectors:
        """The words of a model of codes, or of a mapped file, out of its rows. Raises: NotEnoughMemory."""
        from omnivec.data.composing import composer, spelled

        need = {"vectors composed of their parts": table_bytes(len(self.keys), self.config["dim"])}
        memory.require(need, "load the first rows alone (limit)")
        source = composer(self.config, self.tables, len(self.keys))
        built, odd = source.all_words(spelled(self.tables, self.keys))
        if odd:
            log.warning("%s words have vectors with values that are NaN or infinite", f"{odd:,}")
        return Vectors._of_table(self.keys, built.table(), name=self.learner, parts=self._parts())

    def _vectors(self, name: str) -> Vectors:
        return Vectors._of_table(
            self.labels if name == "output" and self.labels is not None else self.keys,
            Table.named(name, self.tables, self.config["dim"]),
            lengths=self._lengths.get(name + LENGTHS),
            checksum=self._recorded(name),
            name=self.learner,
            mapped=self._mapped,
            parts=self._parts() if name == "vectors" else None,
        )

    def _parts(self) -> Parts | None:
        """What words are made of; None where they have only rows of their own."""
        features = self.config.get("features")
        if features is None or "inputs" not in self.tables or "unknown" in features:  # those are left out
            return None
        from omnivec.data.composing import composer

        return composer(self.config, self.tables, len(self.keys))

    def _recorded(self, name: str) -> str | None:
        """The checksum of a mapped table."""
        sums = self.config.get("checksums")
        found = sums.get(name) if self._mapped and isinstance(sums, dict) else None
        return found if isinstance(found, str) else None

    def contents(self) -> Contents:
        """What the writers of `omnivec.store.formats` take: keys and vectors, and the rest of the model."""
        return self.vectors.contents()._replace(whole=Whole(self.config, self.tables))

    def save(
        self,
        path: str | os.PathLike[str],
        overwrite: bool = False,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Write the model folder, as a whole or not at all; `progress` hears the share written.

        Raises: OutputError when the path exists (unless `overwrite`), cannot be written, or the disk is too
        small.
        """
        tables: dict[str, NDArray[Any] | Padded] = {
            name: as_stored(table, self.config["dim"]) if name in MATRICES else table
            for name, table in self.tables.items()
        }
        if self.inputs.dtype == "float32":  # words of what was made smaller are composed when asked for
            tables |= {**self.vectors.table.arrays("vectors"), **tables}
        if "vectors" in tables:
            with contextlib.suppress(NotFinite):  # such a table is saved all the same
                tables["vectors" + LENGTHS] = self.vectors.index.lengths()
        tables |= self.keys.tables()
        write_folder(path, self.config, tables, card(self.config), overwrite=overwrite, told=progress)

    def __repr__(self) -> str:
        return f"Model({self.learner or 'vectors'}, {len(self.keys):,} × {self.config['dim']})"
