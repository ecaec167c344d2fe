"""`omnivec evaluate`: words, analogies, sentences, each figure with its coverage; labels of texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from omnivec.cli import judge_sentences
from omnivec.cli.ask import Model
from omnivec.cli.columns import Labelled, LabelledFlags
from omnivec.cli.failure import WrongCall, existing
from omnivec.cli.flags import Common, CommonFlags, Positional, count
from omnivec.cli.labels import Asked, judge_labels
from omnivec.cli.opening import Opening, OpeningFlags
from omnivec.cli.out import aligned, emit, emit_json, shown
from omnivec.cli.show import Display, logging_shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from omnivec.evaluate.analogy import AnalogyScore, Share
    from omnivec.evaluate.similarity import SimilarityScore
    from omnivec.model import Model as Opened

Sentences = Annotated[judge_sentences.Asked, Parameter(name="*")]
Similarity = Annotated[
    list[str] | None,
    Parameter(
        consume_multiple=True, metavar="FILE...", help="Word pairs with a person's score, parted by tabs."
    ),
]
Analogies = Annotated[
    str | None, Parameter(metavar="FILE", help="Questions of four words a line; ': name' begins a section.")
]
Restrict = Annotated[
    int,
    Parameter(help="Ask about the N most frequent words only. [default 300000]", show_default=False),
    count("restrict"),
]
FoldCase = Annotated[
    bool,
    Parameter(
        negative="--no-fold-case", help="Compare words in upper case. [default on]", show_default=False
    ),
]


Texts = Annotated[
    str | None,
    Positional,
    Parameter(help="For a classifier: texts with their labels, a line each.", show_default=False),
]


def evaluate(
    model: Model,
    texts: Texts = None,
    /,
    *,
    labels: Annotated[Asked, Parameter(name="*")] = Asked(),  # noqa: B008  (frozen)
    table: LabelledFlags = Labelled(),  # noqa: B008  (frozen)
    similarity: Similarity = None,
    analogies: Analogies = None,
    sentences: Sentences = judge_sentences.Asked(),  # noqa: B008  (frozen)
    restrict: Restrict = 300_000,
    fold_case: FoldCase = True,
    unseen: Annotated[
        bool, Parameter(help="Words that are no keys count, too, by their parts where words have parts.")
    ] = False,
    opening: OpeningFlags = Opening(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """How well the vectors agree with people on similar words and sentences, how many analogies they solve,
    and how well sentence vectors tell labels; or, with TEXTS, how well a classifier tells theirs.
    """
    if texts is not None:
        return judge_labels(model, texts, labels, table, opening, common)
    if given := table.words():
        raise WrongCall(f"{given[0]} needs TEXTS: it says where a table has them")
    sentences.check()
    if not similarity and not analogies and not sentences.any:
        raise WrongCall(
            "evaluate needs --similarity FILE, --analogies FILE, --sts FILE or --transfer FILE, or TEXTS "
            "with labels"
        )
    for path in [*(similarity or ()), *([analogies] if analogies else ())]:
        existing(path)
    with logging_shown(common.quiet, common.verbose):
        with Display(common.quiet) as display:
            loaded = opening.loaded(model, display)
            options = {"restrict": restrict, "fold_case": fold_case, "unseen": unseen}
            pairs, solved = _scores(loaded, similarity or [], analogies, options, display)
            found = judge_sentences.judged(loaded, sentences, fold_case, display)
    if common.json:
        emit_json({**as_json(pairs, solved), **found.as_json()})
    else:
        words, rest = lines(pairs, solved), judge_sentences.lines(found)
        emit(*words, *([""] if words and rest else []), *rest)
    return 0


def _scores(
    model: Opened, similarity: list[str], questions: str | None, options: dict[str, Any], display: Display
) -> tuple[dict[str, SimilarityScore], AnalogyScore | None]:
    from omnivec import evaluate

    pairs = {}
    for path, name in names(similarity).items():
        with display.busy("Similarity", path):
            pairs[name] = evaluate.similarity(model.vectors, Path(path), **options)
    if questions is None:
        return pairs, None
    with display.busy("Analogies", questions):
        return pairs, evaluate.analogies(model.vectors, Path(questions), **options)


def names(paths: Sequence[str]) -> dict[str, str]:
    """Each file's name without its ending; the path as given where two would share it."""
    stems = [Path(path).stem for path in dict.fromkeys(paths)]
    return {path: path if stems.count(Path(path).stem) > 1 else Path(path).stem for path in paths}


def as_json(pairs: Mapping[str, SimilarityScore], solved: AnalogyScore | None) -> dict[str, object]:
    """The scores as JSON: only what was asked for."""
    report: dict[str, object] = {}
    if pairs:
        report["similarity"] = {name: score.as_json() for name, score in pairs.items()}
    if solved is not None:
        report["analogies"] = solved.as_json()
    return report


def lines(pairs: Mapping[str, SimilarityScore], solved: AnalogyScore | None) -> list[str]:
    """The scores as tables."""
    text: list[str] = []
    if pairs:
        rows = [("Similarity", "Spearman", "Pearson", "found", "of pairs")]
        rows += [
            (shown(name), number(s.spearman), number(s.pearson), f"{s.covered:,}", f"{s.pairs:,}")
            for name, s in pairs.items()
        ]
        text += aligned(rows)
    if solved is not None:
        shares = [("semantic", solved.semantic), ("syntactic", solved.syntactic), ("total", solved.total)]
        rows = [("Analogies", "accuracy", "correct", "of seen", "of asked")]
        rows += [share_row(shown(name), share) for name, share in [*solved.sections.items(), *shares]]
        text += ([""] if text else []) + aligned(rows)
    return text


def share_row(name: str, share: Share) -> tuple[str, str, str, str, str]:
    """One section as cells."""
    accuracy = "-" if share.accuracy is None else f"{share.accuracy:.1%}".replace("%", " %")
    return name, accuracy, f"{share.correct:,}", f"{share.seen:,}", f"{share.asked:,}"


def number(value: float | None) -> str:
    """A correlation, or `-` where too few pairs were found to have one."""
    return "-" if value is None else f"{value:.3f}"
