"""Analogies: gensim's accuracy, sections and subtleties."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from omnivec.errors import InputError
from omnivec.evaluate import Share, analogies
from omnivec.vectors import Vectors


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def gensim_vectors(vectors):
    keyed = pytest.importorskip("gensim").models.KeyedVectors(vectors.vector_size)
    keyed.add_vectors(list(vectors), vectors.vectors)
    return keyed


def planted(pairs, noise, seed=0, dim=30):
    """Vectors in which the second words of pairs differ from the first by nearly the same."""
    draw = np.random.default_rng(seed)
    shift = draw.normal(size=dim)
    keys, rows = [], []
    for one, other in pairs:
        row = draw.normal(size=dim)
        keys += [one, other]
        rows += [row, row + shift + noise * draw.normal(size=dim)]
    return keys, rows


@pytest.fixture
def asked(tmp_path):
    """Questions in mixed case, unknown words, lines that are none; and keys with several spellings."""
    draw = np.random.default_rng(5)
    pairs = [(f"land{n}", f"Town{n}") for n in range(30)]
    keys, rows = planted(pairs, noise=0.9)
    for n in range(
        0, 30, 2
    ):  # other spellings, near enough to be answers themselves, some of them five times
        for spelling in ("LAND{}", "Land{}", "lAnd{}", "laNd{}", "lanD{}", "LaNd{}")[: 1 + n % 7]:
            keys.append(spelling.format(n))
            rows.append(rows[2 * n] + 0.05 * draw.normal(size=30))
    lines = []
    for name in ("capital", "gram1-plural", "currency", "empty"):
        lines.append(f": {name}")
        for _ in range(40 if name != "empty" else 0):
            one, other = draw.choice(32, 2, replace=False)  # 30 and 31 are unknown
            lines.append(f"land{one} town{one} LAND{other} Town{other}")
        lines += ["three words only", ""]
    lines.append("land0 town0 land0 town0")
    lines.append("land0 land0 land0 land0")
    return write(tmp_path / "questions.txt", "\n".join(lines)), Vectors(keys, rows)


def agree(vectors, path, **options):
    """Equal accuracy and equal lists of questions; our own function counts the same."""
    accuracy, sections = vectors.evaluate_word_analogies(str(path), **options)
    wanted, wanted_sections = gensim_vectors(vectors).evaluate_word_analogies(str(path), **options)
    assert accuracy == pytest.approx(wanted, abs=1e-6)
    assert sections == wanted_sections
    return accuracy


@pytest.mark.parametrize("dummy4unknown", [False, True])
@pytest.mark.parametrize("case_insensitive", [True, False])
@pytest.mark.parametrize("restrict_vocab", [300_000, 60, 40, 5, 3])
def test_accuracy_equals_gensim(asked, restrict_vocab, case_insensitive, dummy4unknown):
    path, vectors = asked
    agree(
        vectors,
        path,
        restrict_vocab=restrict_vocab,
        case_insensitive=case_insensitive,
        dummy4unknown=dummy4unknown,
    )


def test_the_spellings_of_the_question_matter_in_this_file(asked):
    """Otherwise the test above would not see gensim's rule of five candidates."""
    path, vectors = asked
    folded, plain = analogies(vectors, path).total, analogies(vectors, path, fold_case=False).total
    assert 0 < folded.correct < folded.seen
    assert folded != plain


def test_when_all_candidates_are_spellings_of_the_question_the_fifth_answers(tmp_path):
    angles = {
        "king": 40,
        "queen": 50,
        "KING": 44,
        "QUEEN": 44.5,
        "King": 44.7,
        "Queen": 43,
        "kIng": 47,
        "x": 180,
    }
    rows = [[np.cos(np.radians(angle)), np.sin(np.radians(angle))] for angle in angles.values()]
    vectors = Vectors(list(angles), rows)
    asked = [": odd", "x king queen king", "x king queen queen", "king x queen x"]
    assert agree(vectors, write(tmp_path / "q.txt", "\n".join(asked))) == pytest.approx(1 / 3)


@pytest.mark.parametrize("restrict", [300_000, 600])
def test_accuracy_on_googles_questions_equals_gensim(restrict, tmp_path):
    gensim = pytest.importorskip("gensim")
    whole = Path(gensim.__file__).parent / "test" / "test_data" / "questions-words.txt"
    lines = whole.read_text(encoding="utf-8").splitlines()
    part = [line for number, line in enumerate(lines) if line.startswith(":") or number % 29 == 0]
    path = write(tmp_path / "part.txt", "\n".join(part))
    pairs = dict.fromkeys(tuple(line.split()[:2]) for line in lines if line[0] != ":")
    keys, rows = planted([pair for pair in pairs if len(set(pair)) == 2], noise=1.0)
    first = list({key.lower(): place for place, key in reversed(list(enumerate(keys)))}.values())
    vectors = Vectors([keys[place].lower() for place in first], [rows[place] for place in first])
    accuracy = agree(vectors, path, restrict_vocab=restrict)
    score = analogies(vectors, path, restrict=restrict)
    assert score.total.accuracy == accuracy and 0.05 < accuracy < 0.95
    assert score.total.asked == len(part) - 14 and len(score.sections) == 14


def test_googles_file_has_19544_questions_in_14_sections():
    gensim = pytest.importorskip("gensim")
    path = Path(gensim.__file__).parent / "test" / "test_data" / "questions-words.txt"
    score = analogies(Vectors(["athens", "greece"], np.eye(2)), path)
    assert (score.total.asked, len(score.sections), score.total.seen) == (19_544, 14, 0)
    assert (score.semantic.asked, score.syntactic.asked) == (8_869, 10_675)
    assert score.total.accuracy is None


def test_perfect_vectors_answer_everything(tmp_path):
    pairs = [(f"a{n}", f"b{n}") for n in range(8)]
    vectors = Vectors(*planted(pairs, noise=0))
    lines = [f"a{n} b{n} a{m} b{m}" for n in range(8) for m in range(8) if n != m]
    path = write(tmp_path / "q.txt", "\n".join([": sem", *lines[:20], ": gram1", *lines[20:]]))
    score = analogies(vectors, path)
    assert score.total == Share(56, 56, 56)
    assert (score.semantic, score.syntactic) == (Share(20, 20, 20), Share(36, 36, 36))


def test_a_score_as_json_has_the_documented_shape(asked, caplog):
    path, vectors = asked
    with caplog.at_level(logging.WARNING, logger="omnivec"):
        score = analogies(vectors, path)
    assert "4 lines are not four words" in caplog.text
    shape = json.loads(json.dumps(score.as_json(), allow_nan=False))
    assert list(shape) == ["total", "semantic", "syntactic", "sections"]
    assert list(shape["total"]) == ["accuracy", "correct", "seen", "asked", "covered", "ci"]
    assert list(shape["sections"]) == ["capital", "gram1-plural", "currency", "empty"]
    assert shape["semantic"]["asked"] + shape["syntactic"]["asked"] == shape["total"]["asked"] == 122
    assert shape["total"]["seen"] < 122 and shape["syntactic"]["asked"] == 40


def test_sections_of_one_name_are_added(tmp_path):
    path = write(tmp_path / "q.txt", ": x\na b c d\n: y\na b c d\n: x\na b c d\n")
    score = analogies(Vectors(["a"], [[1.0]]), path)
    assert {name: share.asked for name, share in score.sections.items()} == {"x": 2, "y": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b": x\na b c \0d\n", "line 2: a binary file"),
        (b": x\na b\n", "line 2: expected four words"),
        (b"a b c d\n: x\n", "line 1: expected ': SECTION'"),
    ],
)
def test_other_files_are_refused_by_name_and_line(tmp_path, content, message):
    path = tmp_path / "asked.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        analogies(Vectors(["a"], [[1.0]]), path)
    assert "asked.txt" in str(caught.value)
