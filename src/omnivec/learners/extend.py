"""A trained model goes on with a new text, whose new words come to its own.

What follows from the vocabulary follows anew from all of it: order, sampler, thresholds of subsampling, tree.
What was learned keeps its meaning.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from omnivec.errors import OptionError
from omnivec.learners.classifier import Classifier
from omnivec.learners.collobert_weston import CollobertWeston
from omnivec.learners.known import LEARNERS
from omnivec.learners.learner import Learner
from omnivec.learners.of_cells import Counted
from omnivec.learners.trained import Trained
from omnivec.store.tables import KINDS

if TYPE_CHECKING:
    from omnivec.data.sources import Source
    from omnivec.data.tokenize import Tokenizer
    from omnivec.data.vocabulary import Rule, Vocabulary
    from omnivec.engine.progress import Listener
    from omnivec.model import Model


def extend(
    model: Model | str | os.PathLike[str],
    source: Source,
    *,
    epochs: int | None = None,
    lr: float | None = None,
    min_count: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    frozen: bool = False,
    tokenizer: Tokenizer | None = None,
    rule: Rule | None = None,
    progress: Listener | None = None,
) -> Model:
    """Continue a model on a new text; the model itself stays as it is.

    All its words stay and the counts of both texts add up. New words must occur `min_count` times in the new
    text. Rows stand in the order of the summed counts, so a word's row may change; its vectors move there.
    With hierarchical softmax the trained tree becomes one leaf of a new one that holds the new words.

    Args:
        model: one that was trained here, or its path; an interrupted one too.
        source: a text, as in `Trained.fit`. The phrases of the model's own text are joined in it; what
            `Phrases.apply` has for it comes after them.
        epochs: passes over the new text; as many as the model had when not given, like the next three.
        lr: learning rate at the start, from where it falls as in a first training; a smaller one changes less
            of what the model knows.
        min_count: how often a new word must occur in the new text.
        threads: threads that train.
        seed: that of the model and one, when not given, so that no random number is drawn a second time.
        frozen: the vectors of the words the model has stay as they are; its prediction side still moves.
        tokenizer: as in `Trained.fit`.
        rule: as in `Trained.fit`, for new words alone.
        progress: as in `Trained.fit`.

    Raises: OptionError for a model of vectors alone; InputError as `fit`, and for a text in which no word is
    known or frequent enough; NotEnoughMemory; NotFinite when training diverges.

    """
    from omnivec.data.phrases import joined_alike
    from omnivec.data.wanted import Wanted
    from omnivec.engine import phases
    from omnivec.engine.beside import Beside
    from omnivec.engine.graft import carry_over, marked
    from omnivec.engine.progress import Progress, silent
    from omnivec.store.keys import Keys
    from omnivec.store.tables import laid_out

    asked = {"epochs": epochs, "lr": lr, "min_count": min_count, "threads": threads}
    given = {name: value for name, value in asked.items() if value is not None}
    model = _opened(model)
    source = joined_alike(source, model.phrases)
    listener, learner, known = progress or silent, _learner(model), _vocabulary(model)
    given["seed"] = (learner.seed + 1) % 2**63 if seed is None else seed
    chosen = learner.replaced(**given).derived()
    listener(Progress(phase="options", done=1, text=chosen.summary()))
    wanted = Wanted(tokenizer=tokenizer, rule=rule)
    corpus = phases.read(chosen.reading(), source, listener, wanted, known)
    words = corpus.vocabulary
    phases.require(chosen.memory(len(words)), chosen.remedies, listener)
    assert isinstance(words.keys, Keys)  # as the reading leaves them
    tables, rows = chosen.initial(words), words.keys.rows(known.keys)
    old = {
        name: laid_out(table, chosen.dim) if table.ndim == 2 else table
        for name, table in model.tables.items()
    }
    carry_over(old, tables, rows, words.counts)
    part = {
        "source": model.record.get("source"), "tokens": known.total, "words": len(known),
        "new_words": len(words) - len(known), "frozen": frozen,
    }  # fmt: skip
    longer = chosen.trained(
        corpus, tables, listener,
        {**model.config.get("changed", {}), **given},
        marked(rows, len(tables[chosen.inputs])) if frozen else None,
        Beside(record={"extended": [*model.record.get("extended", []), part]}),
    )  # fmt: skip
    longer.config["preset"] = model.config.get("preset")
    return longer


def _opened(model: object) -> Model:
    from omnivec.model import Model, load

    if isinstance(model, (str, os.PathLike)):
        return load(model)
    if not isinstance(model, Model):
        raise OptionError(f"extend takes a Model or its path, got {type(model).__name__}")
    return model


def _learner(model: Model) -> Trained:
    """The options of a model as the learner they are. OptionError for a model that cannot go on."""
    from omnivec.data.features import SENT2VEC

    if model.learner == Classifier.name:
        raise OptionError(
            "extend goes on with vectors of words, this model tells labels of texts; train one on all texts, "
            "with this model as start"
        )
    if model.learner == CollobertWeston.name:
        raise OptionError(
            "extend goes on with words that are predicted, this model scores windows; give its vectors as "
            "start to fit instead"
        )
    if model.learner is None or not {"output", "nodes"} & model.tables.keys():
        raise OptionError(
            "this model holds vectors alone, and training goes on from its prediction side too; "
            "give its vectors as start to fit instead"
        )
    rows = model.tables["vectors" if "vectors" in model.tables else "inputs"]
    if (dtype := KINDS[str(rows.dtype)]) != "float32":
        raise OptionError(f"training needs float32 numbers, this model holds {dtype}; take the original")
    if (model.config.get("features") or {}).get("hash") == SENT2VEC:
        raise OptionError(
            "this model came from a file of sent2vec: its n-grams are hashed by the rows of their words, and "
            "new words move those; give its vectors as start to fit instead"
        )
    if model.learner not in LEARNERS:
        known = ", ".join(name for name, learner in LEARNERS.items() if _extendable(learner))
        raise OptionError(f"a model of {known} is needed, got one of {model.learner}")
    learner = LEARNERS[model.learner](**model.options)
    if not isinstance(learner, Trained) or isinstance(learner, Counted):
        raise OptionError(
            f"extend goes on with a new text alone, and {model.learner} learns from the counts of a whole "
            "one; learn anew from both texts"
        )
    # Patience with a text of its own: that text was for the first training, and none is held out now.
    return learner if learner.heldout else learner.replaced(patience=None)


def _extendable(learner: type[Learner]) -> bool:
    return issubclass(learner, Trained) and not issubclass(learner, (Classifier, Counted))


def _vocabulary(model: Model) -> Vocabulary:
    """The model's words and counts; the total is that of all texts it has read."""
    from omnivec.data.vocabulary import Vocabulary

    counts, record = model.keys.counts, model.record
    if counts is None:
        raise OptionError("this model came without counts, and sampling needs them")
    total = max(record.get("tokens_counted", record.get("tokens", 0)), int(counts.sum()))
    return Vocabulary(model.keys, counts, total, record.get("types", len(counts)))
