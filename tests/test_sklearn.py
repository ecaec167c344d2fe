"""Estimators for scikit-learn: options of the learners, texts and labels in every form, and its checks."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from omnivec import Classifier, FastText, InputError, OptionError, Vectors, Word2Vec
from omnivec.config import options
from omnivec.data.sentences import embed
from omnivec.sklearn import FastTextClassifier, TextVectorizer

SMALL = {"dim": 8, "threads": 1}


def texts(count: int = 120, seed: int = 0) -> tuple[list[str], list[str]]:
    """Each label has words of its own among common ones."""
    draw, labels = np.random.default_rng(seed), ["New York, NY", "Paris", "서울"]
    y = [labels[number % 3] for number in range(count)]
    words = [
        [f"w{labels.index(label)}x{draw.integers(5)}" for _ in range(3)]
        + [f"c{draw.integers(9)}" for _ in range(4)]
        for label in y
    ]
    return [" ".join(draw.permutation(some).tolist()) for some in words], y


X, Y = texts()
ASKED = texts(30, 1)[0]


def classifier(**given) -> FastTextClassifier:
    return FastTextClassifier(**{**SMALL, "epochs": 12, "lr": 0.5, **given})


def vectorizer(**given) -> TextVectorizer:
    return TextVectorizer(**{**SMALL, "epochs": 2, "min_count": 1, **given})


@pytest.fixture(scope="module")
def fitted():
    return classifier().fit(X, Y)


def test_parameters_are_the_options_of_the_learner():
    found = inspect.signature(FastTextClassifier).parameters
    assert {name: found[name].default for name in options(Classifier)} == Classifier().as_dict()
    assert set(found) - set(options(Classifier)) == {*FastTextClassifier.own}
    assert FastTextClassifier().get_params() == {name: each.default for name, each in found.items()}


def test_options_in_which_learners_differ_are_open():
    found = {name: each.default for name, each in inspect.signature(TextVectorizer).parameters.items()}
    assert set(options(Word2Vec)) | set(options(FastText)) < set(found)
    one, two = Word2Vec().as_dict(), FastText().as_dict()
    differ = {name for name in {*one, *two} if name not in one or name not in two or one[name] != two[name]}
    assert "power" in differ and "minn" in differ
    assert {name for name in one if found[name] != one[name]} == differ & set(one)
    assert vectorizer().learner(FastText) == FastText(**SMALL, epochs=2, min_count=1)
    assert vectorizer(power=0.7, kind="fasttext").learner(FastText).power == 0.7


def test_a_wrong_name_is_answered_with_ours():
    with pytest.raises(OptionError, match="unknown option wordNgrams. Did you mean word_ngrams"):
        FastTextClassifier(wordNgrams=2)
    with pytest.raises(OptionError, match="unknown option recipie. Did you mean recipe"):
        TextVectorizer(recipie="sif")
    with pytest.raises(OptionError, match="unknown option bucket. Did you mean buckets"):
        TextVectorizer(bucket=10)
    with pytest.raises(OptionError, match="dim must lie between"):
        FastTextClassifier(dim=0).fit(X, Y)
    with pytest.raises(OptionError, match="minn: a word has no parts"):
        vectorizer(minn=2).fit(X)


def test_a_classifier_is_the_learner():
    fitted = classifier(shuffle=False).fit(X, Y)
    pairs = list(zip(X, Y, strict=True))
    model = Classifier(**SMALL, epochs=12, lr=0.5).fit(pairs)
    assert fitted.classes_.tolist() == sorted(set(Y))
    wanted = [dict(found) for found in model.predict(ASKED, k=-1)]
    found = fitted.predict_proba(ASKED)
    for row, by_label in zip(found, wanted, strict=True):
        assert dict(zip(fitted.classes_.tolist(), row, strict=True)) == pytest.approx(by_label, abs=1e-6)
    assert fitted.predict(ASKED).tolist() == [max(each, key=each.__getitem__) for each in wanted]
    assert fitted.score(X, Y) > 0.95


COLUMNS = {
    "list": list, "tuple": tuple, "array": np.array, "objects": lambda x: np.array(x, object),
    "pandas": pd.Series, "polars": pl.Series, "arrow": lambda x: pa.chunked_array([x[:50], x[50:]]),
    "tokens": lambda x: [text.split() for text in x],
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
def test_texts_and_labels_come_as_any_column(kind, fitted):
    labels = Y if kind == "tokens" else COLUMNS[kind](Y)
    again = classifier().fit(COLUMNS[kind](X), labels)
    assert again.predict_proba(ASKED) == pytest.approx(fitted.predict_proba(COLUMNS[kind](ASKED)), abs=1e-6)
    vectors = vectorizer().fit(COLUMNS[kind](X)).transform(COLUMNS[kind](ASKED))
    assert (vectors == vectorizer().fit(X).transform(ASKED)).all()


@pytest.mark.parametrize("labels", [[3, 11, 200], [True, False], ["b", "a"]])
def test_labels_keep_their_type(labels):
    y = [labels[number % len(labels)] for number in range(len(X))]
    made = classifier(epochs=2).fit(X, y)
    assert made.classes_.tolist() == sorted(labels)
    assert made.predict(ASKED).dtype == np.array(labels).dtype


@pytest.mark.parametrize("loss", ["softmax", "ova"])
def test_probabilities_of_one_label_sum_to_one(loss):
    made = classifier(loss=loss).fit(X, Y)
    assert np.allclose(made.predict_proba(ASKED).sum(1), 1) and made.score(X, Y) > 0.95


def several() -> list[list[str]]:
    return [[label, "early"] if number < 60 else [label] for number, label in enumerate(Y)]


def marked() -> list[str]:
    return [f"{text} e0 e1" if number < 60 else text for number, text in enumerate(X)]


def test_lists_of_labels_come_back_as_lists():
    made = classifier(loss="ova").fit(marked(), several())
    assert made.classes_.tolist() == sorted({*Y, "early"})
    assert made.score(marked(), several()) > 0.95
    assert [set(labels) for labels in made.predict(marked())[:3]] == [set(each) for each in several()[:3]]
    assert clone(made).set_params(threshold=1.0).fit(marked(), several()).predict(X[:1]) == [[]]
    assert (made.predict_proba(marked()).sum(1) > 1.5).sum() > 50


def test_a_table_of_labels_comes_back_as_a_table():
    names = sorted({*Y, "early"})
    table = np.array([[name in labels for name in names] for labels in several()]).astype(int)
    made = classifier(loss="ova").fit(marked(), table)
    assert made.predict(marked()).shape == table.shape and made.score(marked(), table) > 0.95
    assert cross_val_score(classifier(loss="ova"), marked(), table, cv=3).mean() > 0.9


def test_a_text_of_which_nothing_is_known_has_the_shares_of_the_classes(caplog):
    y = ["often" if number % 4 else "rare" for number in range(len(X))]
    made = classifier(line_end=None).fit(X, y)
    assert made.predict_proba(["", "zzz", X[0]])[:2].tolist() == [[0.75, 0.25]] * 2
    assert made.predict(["zzz"]) == ["often"]
    assert [record.getMessage()[:39] for record in caplog.records][
        0
    ] == "2 of 3 texts have no known word; they g"
    assert made.predict([]).shape == (0,)


def test_a_label_that_is_too_rare_has_no_probability():
    made = classifier(label_min_count=30).fit([*X, "c1 c2"], [*Y, "once"])
    assert "once" in made.classes_ and not made.predict_proba(ASKED)[:, made.classes_ == "once"].any()


def test_texts_sorted_by_label_are_learned_as_well():
    draw, rising = np.random.default_rng(0), np.linspace(1, 1.5, 40)
    shares = {"down": rising[::-1] / rising.sum(), "up": rising / rising.sum()}
    y = ["down"] * 200 + ["up"] * 200
    some = [" ".join(f"c{word}" for word in draw.choice(40, 100, p=shares[label])) for label in y]
    as_drawn, as_given = (
        classifier(epochs=5, lr=1, shuffle=shuffle).fit(some, y) for shuffle in (True, False)
    )
    assert as_drawn.score(some, y) > 0.8 and as_given.score(some, y) > 0.8


def test_given_vectors_are_where_a_classifier_begins():
    given = Vectors(["w0x1", "c1"], np.full((2, 8), 0.25, np.float32))
    made = classifier(pretrained=given, frozen=True).fit(X, Y)
    assert (made.model_.vectors["w0x1"] == 0.25).all() and made.model_.vectors["w0x2"][0] != 0.25


WRONG = {
    "one text": ("a text", ["a"], "put it into a list"),
    "a table": (np.array([["a", "b"], ["c", "d"]]), ["a", "b"], "one dimension, got shape"),
    "nothing": ([], [], "label|class"),
    "no text": (["a", None], ["a", "b"], "text 1 is None"),
    "a number": (["a", float("nan")], ["a", "b"], "text 1 is nan"),
    "fewer labels": (["a", "b"], ["a"], "each of 2 texts, got 1"),
    "no labels": (["a", "b"], None, "requires y"),
    "one class": (["a", "b"], ["x", "x"], "one class, x"),
    "a missing label": (["a", "b"], ["x", None], "label 1 is None"),
    "an empty label": (["a", "b"], ["x", ""], "label 1 is ''"),
    "an empty one of several": (["a", "b"], [["x"], ["", "y"]], "empty str"),
    "measures": (["a", "b"], [0.5, 1.5], "continuous"),
    "written alike": (["a", "b"], [["__label__a"], ["a"]], "two labels are written"),
    "not 0 or 1": (["a", "b"], np.array([[0, 2], [1, 0]]), "0 or 1"),
    "not texts": (5, [1, 2], "got int"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_wrong_input_is_named(what):
    given, y, message = WRONG[what]
    with pytest.raises(ValueError, match=message):
        classifier().fit(given, y)


def test_pickles_hold_the_model(fitted, tmp_path):
    wanted = fitted.predict_proba(ASKED)
    joblib.dump(fitted, tmp_path / "fitted")
    assert (joblib.load(tmp_path / "fitted").predict_proba(ASKED) == wanted).all()
    made = vectorizer(kind="fasttext", buckets=500, recipe="sif").fit(X)
    again = pickle.loads(pickle.dumps(made))
    assert (again.transform(["unheard", *ASKED]) == made.transform(["unheard", *ASKED])).all()
    assert (
        len(pickle.dumps(fitted))
        < 1.2 * sum(table.nbytes for table in fitted.model_.tables.values()) + 20_000
    )


def test_pipelines_and_searches(fitted):
    search = GridSearchCV(
        make_pipeline(vectorizer(), LogisticRegression(C=100)),
        {"textvectorizer__recipe": ["mean", "sif"], "textvectorizer__dim": [4, 8]},
        cv=2, error_score="raise",
    ).fit(X, Y)  # fmt: skip
    assert search.best_score_ > 0.5 and set(search.best_params_) == set(search.param_grid)
    assert cross_val_score(classifier(), X, Y, cv=3, scoring="neg_log_loss").mean() > -0.2
    both = make_pipeline(make_union(TfidfVectorizer(), vectorizer()), LogisticRegression())
    assert both.fit(X, Y).score(X, Y) > 0.9
    assert OneVsRestClassifier(classifier(epochs=3)).fit(X, Y).predict(ASKED).shape == (30,)


def test_a_clone_has_the_parameters_and_shares_given_vectors():
    given = Vectors(["a"], np.ones((1, 4), np.float32))
    made = vectorizer(pretrained=given).set_output(transform="pandas").fit(X)
    again = clone(made)
    assert again.pretrained is given and not hasattr(again, "model_")
    assert again.get_params() == made.get_params() and isinstance(again.fit_transform(["a"]), pd.DataFrame)


@pytest.mark.parametrize("seed", [7, np.int64(7), np.random.RandomState(3), None])
def test_random_state_stands_for_seed(seed):
    chosen = classifier(seed=5, random_state=seed).learner(Classifier).seed
    assert chosen == 7 if isinstance(seed, (int, np.integer)) else (chosen == 5) == (seed is None)


@pytest.mark.parametrize("recipe", ["mean", "sif", "idf"])
def test_a_text_is_the_recipe_over_its_words(recipe):
    made = vectorizer(recipe=recipe).fit(X)
    assert made.transform(X) == pytest.approx(embed(made.vectors_, X, recipe), abs=1e-6)
    assert made.transform(X).dtype == np.float32 and made.transform([]).shape == (0, 8)


@pytest.mark.parametrize("recipe", ["mean", "sif", "idf"])
def test_the_vector_of_a_text_does_not_depend_on_others(recipe):
    made = vectorizer(recipe=recipe).fit(X)
    apart = np.concatenate([made.transform([text]) for text in ASKED])
    assert made.transform(ASKED) == pytest.approx(apart, abs=1e-7)


def test_output_has_names_in_tables():
    made = vectorizer(dim=3).set_output(transform="pandas").fit(X)
    assert made.get_feature_names_out().tolist() == [f"textvectorizer{number}" for number in range(3)]
    found = made.transform(pd.Series(X[:2], index=["p", "q"]))
    assert found.index.tolist() == ["p", "q"] and [*found] == made.get_feature_names_out().tolist()
    assert isinstance(made.set_output(transform="polars").transform(X[:2]), pl.DataFrame)


def test_empty_texts_are_zeros_and_said_once(caplog):
    found = vectorizer().fit(X).transform(["", " ", "unheard", X[0]])
    assert not found[:3].any() and found[3].any()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].getMessage().startswith("3 of 4 texts")


def test_pretrained_vectors_come_as_a_path_a_model_or_vectors(tmp_path):
    model = Word2Vec(**SMALL, epochs=1, min_count=1).fit(X)
    model.save(tmp_path / "words")
    wanted = embed(model.vectors, ASKED)
    for given in (model, model.vectors, tmp_path / "words", str(tmp_path / "words")):
        assert (TextVectorizer(pretrained=given).fit_transform(ASKED) == wanted).all()
    with pytest.raises(OptionError, match="pretrained must be a path, a Model or Vectors, got int"):
        TextVectorizer(pretrained=3).fit(X)


def test_wrong_recipes_kinds_and_texts_are_named():
    with pytest.raises(OptionError, match="recipe must be one of mean"):
        TextVectorizer(recipe="median").fit(X)
    with pytest.raises(OptionError, match="kind must be one of word2vec, fasttext, got 'glove'"):
        TextVectorizer(kind="glove").fit(X)
    with pytest.raises(InputError, match="put it into a list"):
        vectorizer().fit(X).transform("a text")
    with pytest.raises(InputError, match="needs texts"):
        vectorizer().fit([])


def test_without_scikit_learn_the_extra_is_named():
    code = "import sys; sys.modules['sklearn'] = None\nimport omnivec.sklearn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert "MissingExtra" in last and last.endswith("pip install 'omnivec[sklearn]'")


# With honest tags scikit-learn runs a single check of an estimator of texts. So that all of them run, rows of
# numbers are written as texts: a word for each column and value.


def written(estimator, rows, reset):
    if not reset:
        check_is_fitted(estimator)
    checked = validate_data(estimator, rows, reset=reset)
    return [" ".join(f"{c}={round(2 * float(v))}" for c, v in enumerate(row)) for row in checked]


class ClassifierOfNumbers(FastTextClassifier):
    def fit(self, X, y):
        return super().fit(written(self, X, True), y)

    def predict_proba(self, X):
        return super().predict_proba(written(self, X, False))

    def __sklearn_tags__(self):
        return of_numbers(super().__sklearn_tags__())


class VectorizerOfNumbers(TextVectorizer):
    def fit(self, X, y=None):
        return super().fit(written(self, X, True))

    def transform(self, X):
        return super().transform(written(self, X, False))

    def __sklearn_tags__(self):
        return of_numbers(super().__sklearn_tags__())


def of_numbers(tags):
    tags.input_tags.two_d_array, tags.input_tags.string = True, False
    return tags


ONE_WORD = "a text of one word teaches word vectors nothing, and is refused in words of text"
EXPECTED = {
    "ClassifierOfNumbers": {
        "check_classifiers_multilabel_representation_invariance": "a list of lists holds labels, not 0 and 1",
    },
    "VectorizerOfNumbers": {"check_fit2d_1feature": ONE_WORD},
}


@parametrize_with_checks(
    [
        ClassifierOfNumbers(dim=4, threads=1, epochs=20, lr=1, buckets=100),
        VectorizerOfNumbers(dim=4, threads=1, epochs=1, min_count=1, recipe="sif"),
    ],
    expected_failed_checks=lambda estimator: EXPECTED[type(estimator).__name__],
)
@pytest.mark.filterwarnings(
    "ignore:invalid value encountered in cast:RuntimeWarning"
)  # of a check's own array
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore:Can't test estimator")  # what needs numbers, which is run above
@pytest.mark.parametrize("estimator", [classifier(), vectorizer()], ids=lambda each: type(each).__name__)
def test_scikit_learns_check_of_texts(estimator):
    assert {each["status"] for each in check_estimator(estimator, on_skip=None)} == {"passed"}
