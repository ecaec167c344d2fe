"""Pairs and analogies as gensim answers them: what two methods of `Vectors` that have its names return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from omnivec.errors import InputError
from omnivec.evaluate.analogy import judge
from omnivec.evaluate.questions import PathOrName, read_analogies, read_pairs
from omnivec.evaluate.similarity import pair_cosines
from omnivec.evaluate.statistics import Correlation, pearson, spearman
from omnivec.evaluate.words import Words

if TYPE_CHECKING:
    from omnivec.index.questions import Questions

Correlations: TypeAlias = tuple[Correlation, Correlation, float]
"""Pearson, Spearman, and the percentage of pairs with an unknown word."""


def word_pairs(
    vectors: Questions,
    path: PathOrName,
    delimiter: str,
    encoding: str,
    restrict: int | None,
    fold_case: bool,
    dummy4unknown: bool,
) -> Correlations:
    """`similarity` as gensim's ``evaluate_word_pairs`` gives it: Pearson, Spearman, percent of unknown pairs.

    Raises: InputError, also when no pair is known.
    """
    pairs = read_pairs(path, delimiter, encoding)
    cosines = pair_cosines(Words(vectors, restrict=restrict, fold_case=fold_case), pairs)
    unknown = sum(value is None for value in cosines)
    if unknown == len(pairs) and not dummy4unknown:
        raise InputError(
            f"{path}: none of its {len(pairs)} pairs has two known words; expected another language?"
        )
    used = [pair.judgement for pair, v in zip(pairs, cosines, strict=True) if dummy4unknown or v is not None]
    computed = [v or 0.0 for v in cosines if dummy4unknown or v is not None]
    return pearson(used, computed), spearman(used, computed), 100 * unknown / len(pairs)


def word_analogies(
    vectors: Questions, path: PathOrName, restrict: int | None, fold_case: bool, dummy4unknown: bool
) -> tuple[float, list[dict[str, Any]]]:
    """`analogies` as gensim's ``evaluate_word_analogies`` gives it: accuracy, and questions by section."""
    sections = read_analogies(path)
    words = Words(vectors, restrict=restrict, fold_case=fold_case)
    verdicts = judge(words, sections)
    results: list[dict[str, Any]] = []
    for section, answers in zip(sections, verdicts, strict=True):
        asked = [tuple(map(words.spelt, question)) for question in section.questions]
        judged = list(zip(asked, answers, strict=True))
        correct = [question for question, answer in judged if answer]
        wrong = [q for q, answer in judged if answer is False or (answer is None and dummy4unknown)]
        results.append({"section": section.name, "correct": correct, "incorrect": wrong})
    total: dict[str, Any] = {"section": "Total accuracy"}
    for outcome in ("correct", "incorrect"):
        total[outcome] = [question for result in results for question in result[outcome]]
    correct_count, wrong_count = len(total["correct"]), len(total["incorrect"])
    return correct_count / max(correct_count + wrong_count, 1), [*results, total]
