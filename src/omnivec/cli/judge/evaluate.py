"""`omnivec evaluate`: words, sentences, each figure with its coverage and interval; labels of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from omnivec.cli import call
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import Common, CommonFlags, Positional, given
from omnivec.cli.judge import extrinsic
from omnivec.cli.judge import sentences as judge_sentences
from omnivec.cli.judge import words as judge_words
from omnivec.cli.judge.flags import FoldCase, Restrict
from omnivec.cli.judge.labelled import located
from omnivec.cli.judge.labels import Asked, judge_labels
from omnivec.cli.opening import Model, Opening, OpeningFlags
from omnivec.cli.report import Report, ReportFlags
from omnivec.cli.show import Display, logging_shown

Words = Annotated[judge_words.Asked, Parameter(name="*")]
Sentences = Annotated[judge_sentences.Asked, Parameter(name="*")]
Texts = Annotated[
    str | None,
    Positional,
    Parameter(
        help="Texts with their labels: for a classifier to tell, or for its vectors to be of use to one.",
        show_default=False,
    ),
]


_OF_TEXTS = ("test", "recipe", "punctuation", "folds")
"""Flags of sentences that TEXTS have, too."""


def evaluate(
    model: Model,
    texts: Texts = None,
    /,
    *,
    words: Words = judge_words.Asked(),  # noqa: B008  (frozen)
    labels: Annotated[Asked, Parameter(name="*")] = Asked(),  # noqa: B008  (frozen)
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    sentences: Sentences = judge_sentences.Asked(),  # noqa: B008  (frozen)
    restrict: Restrict = 300_000,
    fold_case: FoldCase = True,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """How well the vectors agree with people on similar words and sentences, how many analogies they solve,
    and how well sentence vectors tell labels; or, with TEXTS, how well a classifier tells theirs, or one that
    learns them from the vectors, beside tf-idf. Without any of these flags, all named sets of words that are
    on this machine, in the language of the model's letters.
    """
    if texts is not None:
        return _texts(model, texts, words, labels, sentences, table, fold_case, opening, report, common)
    if wrong := table.words() + given(labels):
        raise WrongCall(f"{wrong[0]} needs TEXTS: it speaks of texts with labels")
    sentences = sentences.located(words.data)
    if sentences.any and not words.any and (wrong := given(words, but=["data", "resamples"])):
        raise WrongCall(f"{wrong[0]} is about words; add --suite, --similarity FILE or another of their sets")
    report.check()
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        ready = words.ready(restrict, fold_case)
        loaded = opening.loaded(model, display)
        if not words.any and not sentences.any:
            if loaded.labels is not None:
                raise WrongCall(
                    f"evaluate needs TEXTS with labels: {model} is a classifier, which tells them"
                )
            words = words.by_letters(loaded.vectors, display)
            ready = words.ready(restrict, fold_case)
        found = ready.judged(loaded.vectors, display)
        told = judge_sentences.judged(loaded, sentences, fold_case, words.resamples, display)
    report.show(
        f"Evaluation of {model}",
        [*found.tables(), *filter(None, [words.policy(restrict, fold_case)]), *told.tables()],
        {**found.as_json(), **told.as_json()},
        json=common.json,
    )
    return 0


def _texts(
    model: str,
    texts: str,
    words: judge_words.Asked,
    labels: Asked,
    sentences: judge_sentences.Asked,
    table: Labelled,
    fold_case: bool,
    opening: Opening,
    report: Report,
    common: Common,
) -> int:
    """By the classifier that the model is; or, without labels of its own, by one that learns from vectors."""
    report.check()
    labels.check()
    if wrong := given(words, but=["data"]) + given(sentences, but=_OF_TEXTS):
        raise WrongCall(f"{wrong[0]} is no question about TEXTS; ask it in a call of its own")
    path, _ = located(texts, sentences.test, words.data)
    with logging_shown(common.quiet, common.verbose), Display(common.quiet) as display:
        loaded = opening.loaded(model, display)
        if loaded.labels is not None:
            if wrong := given(sentences):
                raise WrongCall(
                    f"{wrong[0]} is for vectors; {model} is a classifier, which tells labels itself"
                )
            source = table.of(call.source(path))
            return judge_labels(loaded, model, source, labels, report, common, display)
        if wrong := given(labels):
            raise WrongCall(f"{wrong[0]} is for a classifier; {model} has no labels")
        asked = extrinsic.Asked(
            texts=texts, test=sentences.test, folds=sentences.folds, recipe=sentences.recipe or "mean",
            punctuation=sentences.punctuation, data=words.data,
        )  # fmt: skip
        asked.check(table)
        read = asked.read(table, display)
        told = extrinsic.told({Path(model).stem or model: loaded}, read, asked, display, fold_case=fold_case)
    report.show(f"Evaluation of {model}", told.tables(), told.as_json(), json=common.json)
    return 0
