"""Sweeps: what is trained and what it costs, resumed and extended, judged on what all know; bad input."""

import json
import lzma
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from omnivec import (
    PPMISVD,
    GloVe,
    InputError,
    OptionError,
    OutputError,
    Phrases,
    Word2Vec,
    find_phrases,
    load,
    sweep,
)
from omnivec.evaluate import similarity
from omnivec.tuning.grid import grid, grid_of_preset, varied
from omnivec.tuning.judging import Judge, common_items, plain_scores
from omnivec.tuning.planned import costs_table
from omnivec.tuning.speed import Run
from omnivec.tuning.swept import Sweep, Swept

SMALL = Word2Vec(dim=8, epochs=2, threads=1, min_count=1, sample=0.0)


@pytest.fixture(scope="session")
def swept(text, pairs, tmp_path_factory):
    """A sweep of two dims and two shares, its folder, and what was said of it beforehand."""
    folder, said = tmp_path_factory.mktemp("sweeps") / "sweep", []
    found = sweep(
        text, folder, grid(SMALL, dim=[4, 8]), shares=[0.2, 1], evaluate=Judge([pairs]), keep="all",
        before=said.extend,
    )  # fmt: skip
    return found, folder, said


@pytest.fixture
def copied(swept, tmp_path):
    shutil.copytree(swept[1], tmp_path / "sweep")
    return tmp_path / "sweep"


def never(self, *_, **__):
    raise AssertionError("nothing was to be trained")


def test_a_grid_is_every_combination_once():
    made = grid(SMALL, dim=[4, 8], window=[1, 2], epochs=[3])
    assert [(one.dim, one.window, one.epochs) for one in made] == [(4, 1, 3), (4, 2, 3), (8, 1, 3), (8, 2, 3)]
    assert varied(made) == ["dim", "window"]


def test_an_option_that_a_learner_lacks_stays_away_from_it():
    made = grid([SMALL, PPMISVD()], epochs=[1, 2], dim=[4])
    assert [one.name for one in made] == ["word2vec", "word2vec", "ppmi-svd"]


def test_defaults_of_two_learners_are_nothing_that_was_varied():
    assert varied(grid([Word2Vec(), GloVe()], dim=[4, 8])) == ["dim"]


def test_a_grid_begins_with_a_preset_which_values_win_over():
    made = grid_of_preset(
        [Word2Vec], "word2vec", {"threads": 1}, {"model": ["cbow", "skipgram"], "window": [2]}
    )
    assert made == [
        Word2Vec.preset("word2vec", model=model, window=2, threads=1) for model in ("cbow", "skipgram")
    ]
    assert [one.lr for one in made] == [0.05, 0.025]  # the preset's, by model
    assert [one.preset_name for one in made] == ["word2vec"] * 2


def test_a_preset_is_one_that_every_learner_has():
    both = grid_of_preset([Word2Vec, PPMISVD], "book", {}, {"dim": [4]})
    assert both == [Word2Vec.preset("book", dim=4), PPMISVD.preset("book", dim=4)]
    with pytest.raises(OptionError, match="ppmi-svd has no preset 'gensim'; it has: book"):
        grid_of_preset([Word2Vec, PPMISVD], "gensim", {}, {"dim": [4]})
    with pytest.raises(OptionError, match="its ancestor has no such loss"):
        grid_of_preset([Word2Vec], "gensim", {}, {"loss": ["ns", "softmax"]})


@pytest.mark.parametrize(
    ("values", "said"), [({"dimm": [1]}, "did you mean 'dim'"), ({"dim": []}, "no value")]
)
def test_what_is_no_grid_is_refused(values, said):
    with pytest.raises(OptionError, match=said):
        grid(SMALL, **values)
    with pytest.raises(OptionError, match="needs a learner"):
        grid([])


def test_every_model_is_trained_and_scored(swept, pairs, text):
    found, folder, _ = swept
    assert [(one.setting["dim"], one.setting["share"]) for one in found.models] == [
        (4, 0.2), (4, 1.0), (8, 0.2), (8, 1.0),
    ]  # fmt: skip
    for one in found.models:
        model = load(folder / "models" / f"{one.name}.omnivec")
        score = similarity(model.vectors, pairs)
        assert one.scores["topics"].known.value == pytest.approx(score.spearman, abs=1e-6)
        assert (one.scores["topics"].known.items, one.scores["topics"].asked) == (score.covered, score.pairs)
        assert one.words == len(model.keys) and one.tokens == model.record["tokens"]
    again = SMALL.replaced(dim=4).fit(text)
    assert (
        load(folder / "models" / f"{found.models[1].name}.omnivec").vectors.vectors == again.vectors.vectors
    ).all()


def test_a_planted_structure_is_learned(swept):
    assert swept[0].models[-1].scores["topics"].common.value > 0.4


def test_the_cost_is_said_before_and_true_of_what_was_trained(swept):
    found, _, said = swept
    for trial, model in zip(said, found.models, strict=True):
        assert (trial.cost.words, trial.cost.tokens) == (model.words, model.tokens)
        assert model.cost["floats"] == trial.cost.floats > 0 and trial.cost.fits
        assert trial.cost.seconds > 0
    rows = costs_table(said).rows
    assert [row[:3] for row in rows] == [["1", 4, 0.2], ["2", 4, 1.0], ["3", 8, 0.2], ["4", 8, 1.0]]
    assert said[1].cost.floats * 1.5 < said[1].learner.plan(["a b c d " * 9] * 9).floats_moved * 1e9


def test_the_cost_is_that_of_the_plan(text, pairs, tmp_path):
    said = []
    sweep(
        text,
        tmp_path / "s",
        SMALL,
        evaluate=Judge([pairs]),
        before=lambda trials: said.extend(trials) or False,
    )
    plan = SMALL.plan(text)
    assert said[0].cost.floats == pytest.approx(plan.floats_moved * plan.epochs)
    assert (said[0].cost.memory, said[0].cost.disk) == (plan.memory_total, plan.disk)


def test_a_plan_alone_writes_and_trains_nothing(text, pairs, tmp_path):
    found = sweep(
        text, tmp_path / "s", grid(SMALL, dim=[4, 8]), shares=[0.5, 1], evaluate=Judge([pairs]),
        before=lambda trials: False,
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []
    assert {one.reason for one in found.models} == {"not trained yet"} and found.best is None


def test_what_is_there_is_not_trained_again(text, pairs, copied, swept, monkeypatch):
    monkeypatch.setattr(Word2Vec, "fit", never)
    found = sweep(text, copied, grid(SMALL, dim=[4, 8]), shares=[0.2, 1], evaluate=Judge([pairs]), keep="all")
    said = [{**one.as_json(), "cost": None} for one in found.models]
    assert said == [{**one.as_json(), "cost": None} for one in swept[0].models]


def test_more_values_train_what_is_new_alone(text, pairs, copied, monkeypatch):
    trained, fit = [], Word2Vec.fit

    def counted(self, source, **rest):
        trained.append((self.dim, Path(source).name))
        return fit(self, source, **rest)

    monkeypatch.setattr(Word2Vec, "fit", counted)
    found = sweep(text, copied, grid(SMALL, dim=[4, 6, 8]), shares=[0.2, 1], evaluate=Judge([pairs]))
    assert sorted(trained) == [(6, "line-0.2.txt"), (6, text.name)]
    assert len(found.done) == 6


def test_a_sweep_that_was_stopped_goes_on(text, pairs, tmp_path, monkeypatch):
    fit, calls = Word2Vec.fit, []

    def stopped(self, source, **rest):
        calls.append(self.epochs)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return fit(self, source, **rest)

    judge, learners = Judge([pairs]), grid(SMALL, epochs=[3, 1, 2])  # the cheapest comes first
    monkeypatch.setattr("omnivec.tuning.planned.probed", lambda *_: Run(1, 1, 1))  # which trains, too
    monkeypatch.setattr(Word2Vec, "fit", stopped)
    found = sweep(text, tmp_path / "s", learners, evaluate=judge)
    assert found.interrupted and len(found.done) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    found = sweep(text, tmp_path / "s", learners, evaluate=judge)
    assert calls == [1, 2, 2, 3] and len(found.done) == 3 and not found.interrupted


def test_ctrl_c_between_two_trainings_ends_a_sweep_like_any_other(text, pairs, tmp_path):
    def pressed(record):
        if record.phase == "model":
            raise KeyboardInterrupt

    found = sweep(text, tmp_path / "s", grid(SMALL, epochs=[1, 2]), evaluate=Judge([pairs]), progress=pressed)
    assert found.interrupted and len(found.done) == 1


def test_the_best_model_is_kept(text, pairs, tmp_path):
    judge = Judge([pairs])
    found = sweep(text, tmp_path / "s", grid(SMALL, epochs=[1, 8]), evaluate=judge)
    worth = [judge.worth(judge.answers(SMALL.replaced(epochs=n).fit(text).vectors)) for n in (1, 8)]
    assert found.best is found.models[worth.index(max(worth))]
    assert found.kept == {found.best.name: str(tmp_path / "s" / "best.omnivec")}
    assert load(tmp_path / "s" / "best.omnivec").options["epochs"] == found.best.options["epochs"]
    found = sweep(text, tmp_path / "n", SMALL, evaluate=judge, keep="none")
    assert found.kept == {} and sorted(path.name for path in (tmp_path / "n").iterdir()) == [
        "runs",
        "sweep.json",
    ]


def test_models_are_compared_on_what_all_of_them_know(swept, pairs):
    found = swept[0]
    items = {one.scores["topics"].common.items for one in found.models}
    fewest = min(one.scores["topics"].known.items for one in found.models)
    assert items == {fewest} or max(items) < fewest
    assert found.models[0].scores["topics"].known.items <= found.models[1].scores["topics"].asked - 1


def test_tables_and_pictures_have_what_all_models_know(text, pairs, tmp_path):
    found = sweep(text, tmp_path / "s", grid(SMALL, min_count=[1, 290]), evaluate=Judge([pairs]))
    many, few = (one.scores["topics"] for one in found.models)
    assert 2 < few.known.items == few.common.items == many.common.items < many.known.items
    assert many.common.value != many.known.value
    assert [row[-1] for row in found.tables()[0].rows] == [many.common.value, few.common.value]
    assert [point["topics"] for point in found.points()] == [many.common.value, few.common.value]
    assert found.tables()[1].rows[0][2:5] == [many.known.items, many.known.value, many.common.value]


def test_common_items_are_those_with_an_answer_of_all():
    answers = [{"a": [0.1, None, 0.3]}, {"a": [None, None, 0.2]}]
    assert common_items(answers) == {"a": [False, False, True]} and common_items([]) == {}


def test_a_score_says_what_part_it_is_of(pairs, tmp_path):
    (tmp_path / "pairs.tsv").write_text("a\tb\t3\na\tc\t2\na\td\t1\n")
    judge = Judge([tmp_path / "pairs.tsv"])
    score = judge.scores({"pairs": [0.1, 0.5, None]}, {"pairs": [True, True, False]})["pairs"]
    assert (score.known.items, score.asked, score.known.value) == (2, 3, pytest.approx(-1))
    assert score.whole == pytest.approx(0.5)  # 3, 2, 1 beside 0.1, 0.5, 0
    (tmp_path / "questions").write_text(": one\na b c d\na b c e\n: gram\na b c f\n")
    judge = Judge(analogies=tmp_path / "questions")
    score = judge.scores({"questions": [1.0, 0.0, None]}, {"questions": [True, False, False]})["questions"]
    assert (score.known.value, score.common.value, score.whole) == (0.5, 1.0, pytest.approx(1 / 3))


def test_analogies_of_a_sweep_are_those_of_evaluate(text, tmp_path):
    from omnivec.evaluate import analogies

    questions = tmp_path / "questions.txt"
    questions.write_text(": topics\nriver lake flame smoke\nriver sea wind cloud\nash heat bird nowhere\n")
    found = sweep(text, tmp_path / "s", SMALL, evaluate=Judge(analogies=questions))
    model = load(tmp_path / "s" / "best.omnivec") if found.kept else SMALL.fit(text)
    score = analogies(model.vectors, questions).total
    said = found.models[0].scores["questions"]
    assert (said.known.value, said.known.items, said.asked) == (score.accuracy, score.seen, score.asked)


def test_a_function_may_judge(text, tmp_path):
    found = sweep(
        text, tmp_path / "s", grid(SMALL, dim=[4, 8]), evaluate=lambda vectors: {"dims": vectors.vector_size}
    )
    assert [one.scores["dims"].known.value for one in found.models] == [4.0, 8.0]
    assert found.best.setting == {"dim": 8} and found.measures == {"dims": ""}
    assert found.tables()[0].rows[1][-1] == 8.0
    with pytest.raises(OptionError, match="names and numbers"):
        sweep(text, tmp_path / "t", SMALL, evaluate=lambda vectors: "good")


def test_a_function_need_not_give_every_number_every_time(text, tmp_path):
    def told(vectors):
        return {"a": 1.0, **({"b": 2.0} if vectors.vector_size > 4 else {})}

    found = sweep(text, tmp_path / "s", grid(SMALL, dim=[4, 8]), evaluate=told)
    assert [row[-2:] for row in found.tables()[0].rows] == [[1.0, None], [1.0, 2.0]]
    assert [len(table.rows) for table in found.tables()] == [2, 2, 1]
    assert [point["b"] for point in found.points()] == [None, 2.0]


def test_seeds_are_told_apart_and_together(text, pairs, tmp_path):
    found = sweep(text, tmp_path / "s", grid(SMALL, dim=[4, 8], seed=[1, 2, 3]), evaluate=Judge([pairs]))
    over = found.tables()[-1]
    assert over.title == "Over seeds" and [row[:3] for row in over.rows] == [["1", 4, 3], ["2", 8, 3]]
    values = [one.scores["topics"].common.value for one in found.models[:3]]
    assert over.rows[0][3] == pytest.approx(sum(values) / 3) and over.rows[0][4] > 0
    assert [(point["dim"], point["topics"]) for point in found.points()][0] == (
        4,
        pytest.approx(sum(values) / 3),
    )


def test_a_training_that_fails_says_why_and_the_others_go_on(text, pairs, tmp_path):
    learners = grid(SMALL, min_count=[1, 100_000])
    found = sweep(text, tmp_path / "s", learners, evaluate=Judge([pairs]))
    good, bad = found.models
    assert good.scores and not bad.scores and "lower min_count" in bad.reason
    assert any("100000" in note for note in found.tables()[0].notes)
    again = sweep(text, tmp_path / "s", learners, evaluate=Judge([pairs]))
    assert again.models[0].scores == good.scores and again.models[1].reason == bad.reason
    with pytest.raises(InputError, match="lower min_count"):
        sweep(text, tmp_path / "t", SMALL.replaced(min_count=100_000), evaluate=Judge([pairs]))


def test_another_text_or_another_judge_is_refused(text, pairs, lines, copied, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("\n".join(lines[:300]))
    with pytest.raises(OptionError, match=r"holds a sweep of topics\.txt, and other\.txt is another text"):
        sweep(other, copied, SMALL, evaluate=Judge([pairs]))
    with pytest.raises(OptionError, match="judged by other files"):
        sweep(text, copied, SMALL, evaluate=Judge([pairs], restrict=10))
    with pytest.raises(OptionError, match="another seed"):
        sweep(text, copied, SMALL, evaluate=Judge([pairs]), seed=2)


def test_a_folder_of_something_else_is_refused(text, pairs, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "mine.txt").write_text("mine")
    for path, said in (
        (tmp_path / "s", "something else"),
        (text, "is a file"),
        (tmp_path / "a" / "b", "no folder"),
    ):
        with pytest.raises(OutputError, match=said):
            sweep(text, path, SMALL, evaluate=Judge([pairs]))
    assert (tmp_path / "s" / "mine.txt").read_text() == "mine"


def test_a_damaged_record_is_named(text, pairs, copied):
    next((copied / "runs").iterdir()).write_text("{")
    with pytest.raises(ValueError, match="its model is trained again"):
        sweep(text, copied, SMALL, evaluate=Judge([pairs]))


def test_other_bad_input_of_a_call(text, pairs, tmp_path):
    from omnivec import Classifier

    judge = Judge([pairs])
    for given, said in (
        ({"learners": []}, "needs a learner"),
        ({"learners": [Classifier()]}, "autotune"),
        ({"learners": ["word2vec"]}, "takes learners"),
        ({"learners": SMALL, "keep": "some"}, "keep must be"),
        ({"learners": SMALL, "shares": [2]}, "share must lie"),
    ):
        with pytest.raises(OptionError, match=said):
            sweep(text, tmp_path / "s", evaluate=judge, **given)
    with pytest.raises(OptionError, match="one or more files"):
        Judge([])
    with pytest.raises(OptionError, match="names of their own"):
        Judge([pairs, pairs])
    with pytest.raises(InputError, match="cannot be read"):
        Judge([tmp_path / "nowhere"])
    assert not (tmp_path / "s").exists()


def test_pictures_show_quality_against_cost_and_what_was_swept(swept):
    pytest.importorskip("matplotlib")
    from omnivec.explore import sweeps
    from omnivec.explore.plots import blank

    found = swept[0]
    axes = sweeps.against_cost(found, ax=blank())
    assert axes.get_xlabel().startswith("seconds") and axes.get_ylabel() == "topics, spearman"
    drawn = sorted(x for line in axes.get_lines() for x in line.get_xdata())
    assert drawn == sorted(one.seconds for one in found.models)
    assert [figure.caption for figure in sweeps.figures(found)] == [
        "topics against seconds of training", "topics against dim",
    ]  # fmt: skip
    with pytest.raises(OptionError, match="measure must be one of topics"):
        sweeps.against_cost(found, "nothing", ax=blank())


def test_a_single_model_is_a_picture_of_one_point(text, pairs, tmp_path):
    pytest.importorskip("matplotlib")
    from omnivec.explore import sweeps
    from omnivec.explore.plots import blank

    found = sweep(text, tmp_path / "s", SMALL, evaluate=Judge([pairs]))
    (line,) = sweeps.against_cost(found, ax=blank()).get_lines()
    assert len(line.get_xdata()) == 1
    with pytest.raises(OptionError, match="nothing was swept"):
        sweeps.against_axis(found, ax=blank())


def test_a_measure_of_models_that_lack_what_was_swept_is_drawn_against_cost_alone():
    pytest.importorskip("matplotlib")
    from omnivec.explore import sweeps

    def swept(name, epochs, **told):
        setting = {"learner": name, "epochs": epochs}
        return Swept(name=f"{name}{epochs}", learner=name, options={}, share=1.0, setting=setting, tokens=9,
                     seconds=float(epochs or 3), scores=plain_scores(told))  # fmt: skip

    models = [swept("word2vec", 1, a=0.1), swept("word2vec", 5, a=0.2), swept("ppmi-svd", None, a=0.3, b=2.0)]
    found = Sweep(folder="f", text="t", models=models, measures={"a": "", "b": "", "c": ""})
    assert [figure.caption for figure in sweeps.figures(found)] == [
        "a against seconds of training", "a against epochs", "b against seconds of training",
    ]  # fmt: skip


def test_where_nothing_can_be_drawn_the_table_is_printed_all_the_same(call, text, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "strange.tsv").write_text("x\ty\t1\ny\tz\t2\n")
    words = ("sweep", text, tmp_path / "s", "--dim", "4", "--similarity", tmp_path / "strange.tsv", *FLAGS)
    code, out, err = call(*words, "--plot", tmp_path / "p.png", "-q")
    assert code == 2 and out.startswith("Sweep") and "nothing to draw" in err


def test_a_page_is_written_where_nothing_draws_and_a_picture_is_refused(
    call, text, pairs, copied, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    words = ("sweep", text, copied, "--vary", "min_count=1", "sample=0.0", "--threads", "1", "--epochs", "2")
    words += ("--dim", "4", "--similarity", pairs)
    code, _, err = call(*words, "--html", tmp_path / "p.html")
    assert code == 0 and "the page has no pictures" in err and "omnivec[plot]" in err
    assert "<svg" not in (tmp_path / "p.html").read_text(encoding="utf-8")
    code, _, err = call(*words, "--plot", tmp_path / "p.svg")
    assert code == 1 and "omnivec[plot]" in err and not (tmp_path / "p.svg").exists()


def test_a_picture_is_written_without_a_display(call, text, pairs, copied, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.delenv("DISPLAY", raising=False)
    words = ("sweep", text, copied, "--vary", "min_count=1", "sample=0.0", "--threads", "1", "--epochs", "2")
    words += ("--dim", "4", "8", "--share", "0.2", "1", "--similarity", pairs, "-q")
    assert call(*words, "--plot", tmp_path / "p.png", "--html", tmp_path / "p.html")[0] == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "p.html").read_text(encoding="utf-8").count("<figure") == 2


DATA = Path(os.environ.get("OMNIVEC_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.mark.slow
def test_more_text_and_more_epochs_are_better_on_real_text(tmp_path):
    packed, sets = DATA / "text" / "enwiki_sentences.txt.xz", DATA / "wordsim" / "EN-WS-353-ALL.txt"
    if not packed.exists() or not sets.exists():
        pytest.skip(f"no enwiki_sentences and WS353 in {DATA}: OMNIVEC_DATA names another folder")
    text = tmp_path / "text.txt"
    with lzma.open(packed) as file:
        text.write_bytes(file.read(6_000_000))
    learners = grid(Word2Vec(dim=50, threads=1), epochs=[1, 10])
    found = sweep(text, tmp_path / "s", learners, shares=[0.2, 1], evaluate=Judge([sets]), keep="none")
    (few, many, long_few, long_many) = (one.scores["EN-WS-353-ALL"] for one in found.models)
    assert long_many.common.value > long_few.common.value + 0.1
    assert long_many.common.value > many.common.value + 0.1
    assert long_many.common.items == few.known.items < many.known.items
    assert found.best.setting == {"epochs": 10, "share": 1.0}


FLAGS = ("--vary", "min_count=1", "sample=0.0", "--threads", "1", "--epochs", "2")


def test_the_verb_trains_prints_and_goes_on(call, text, pairs, tmp_path):
    words = ("sweep", text, tmp_path / "s", "--dim", "4,8", "--similarity", pairs, *FLAGS)
    code, out, err = call(*words)
    assert code == 0, err
    assert (
        err.splitlines()[0].split() == "To train dim tokens words G floats memory MB disk MB seconds".split()
    )
    assert "2 models to train" in err and "2 of 2" in err
    assert out.splitlines()[0].split()[:2] == ["Sweep", "dim"] and "topics, spearman" in out
    _, again, err = call(*words, "--json")
    assert err == ""
    found = json.loads(again)
    assert [model["setting"] for model in found["models"]] == [{"dim": 4}, {"dim": 8}]
    page = tmp_path / "s.html"
    assert call(*words, "--html", page, "-q")[0] == 0
    assert "<table>" in page.read_text(encoding="utf-8")


def test_the_verb_says_what_a_sweep_would_cost(call, text, pairs, tmp_path):
    words = ("sweep", text, tmp_path / "s", "--dim", "4", "8", "--similarity", pairs, *FLAGS, "--plan")
    code, out, _ = call(*words)
    assert code == 0 and "2 models to train" in out and not (tmp_path / "s").exists()
    found = json.loads(call(*words, "--json")[1])
    assert [model["cost"]["fits"] for model in found["models"]] == [True, True]


def test_the_verb_sweeps_a_preset_over_a_text_with_phrases_joined(call, lines, text, pairs, tmp_path):
    phrases, other = tmp_path / "phrases.tsv", tmp_path / "other.tsv"
    found = find_phrases(lines, min_count=2, threshold=0, connectors=[]).found
    Phrases(found[:2]).save(phrases)
    Phrases(found[:1]).save(other)
    words = ("sweep", text, tmp_path / "s", "--preset", "book", "--dim", "4", "--similarity", pairs)
    told = (*words, "--epochs", "1", "--threads", "1", "--json", "--phrases")
    code, out, err = call(*told, phrases)
    assert code == 0, err
    options = json.loads(out)["models"][0]["options"]
    assert options == Word2Vec.preset("book", dim=4, epochs=1, threads=1).as_dict()
    best = load(tmp_path / "s" / "best.omnivec")
    assert any("_" in key for key in best.vectors.index_to_key)
    code, _, err = call(*told, other)
    assert code == 2 and "is another text" in err and "1 phrases joined" in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "needs --similarity FILE or --analogies FILE"),
        (("--similarity", "nowhere.tsv"), 1, "nowhere.tsv: no such file"),
        (("--similarity", "ws35"), 1, "ws35: no such file, nor a data set. Did you mean ws353?"),
        (("--similarity", "google"), 2, "expected a data set for similarity, got 'google'"),
        (("--similarity", "PAIRS", "PAIRS"), 2, "names of their own"),
        (("--learner", "word2ve", "--similarity", "PAIRS"), 2, "Did you mean word2vec?"),
        (("--learner", "classifier", "--similarity", "PAIRS"), 2, "omnivec autotune"),
        (("--dim", "0", "--similarity", "PAIRS"), 2, "dim must lie between 1 and 4,096, got 0"),
        (("--dim", "many", "--similarity", "PAIRS"), 2, "dim must be a whole number, got 'many'"),
        (("--share", "0", "--similarity", "PAIRS"), 2, "share must lie above 0"),
        (("--share", "all", "--similarity", "PAIRS"), 2, "share must be a number"),
        (("--vary", "windo=3", "--similarity", "PAIRS"), 2, "did you mean 'window'"),
        (("--vary", "learners=3", "--similarity", "PAIRS"), 2, "'learners' is no option"),
        (("--vary", "window", "--similarity", "PAIRS"), 2, "--vary takes NAME=VALUE"),
        (("--dim", "4", "--vary", "dim=8", "--similarity", "PAIRS"), 2, "give --dim, once"),
        (("--dim", "--similarity", "PAIRS"), 2, "--dim needs a value"),
        (("--vary", "preset=gensim", "--similarity", "PAIRS"), 2, "give --preset, once"),
        (("--preset", "gensi", "--similarity", "PAIRS"), 2, "word2vec has no preset 'gensi'"),
        (("--phrases", "nowhere.tsv", "--similarity", "PAIRS"), 1, "nowhere.tsv: no such file"),
        (("--vary", "min_count=9999999", "--similarity", "PAIRS"), 1, "; lower --vary min_count=N"),
        (("--keep", "some", "--similarity", "PAIRS"), 2, "keep must be"),
        (("--plot", "p.txt", "--similarity", "PAIRS"), 2, "png"),
        (("--html", "nowhere/p.html", "--similarity", "PAIRS"), 1, "there is no folder"),
    ],
)
def test_wrong_calls_of_the_verb(call, text, pairs, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    given = [pairs if word == "PAIRS" else word for word in words]
    found, _, err = call("sweep", text, tmp_path / "s", *given)
    assert found == code and said in err and err.count("\n") == 1
    assert not (tmp_path / "s").exists()


def test_a_text_that_is_read_once_is_refused_by_the_verb(call, pairs, tmp_path):
    code, _, err = call("sweep", "-", tmp_path / "s", "--similarity", pairs, stdin="a b\n")
    assert code == 2 and "stdin can be read once" in err and not (tmp_path / "s").exists()


def test_ctrl_c_keeps_what_was_found_and_the_same_call_goes_on(text, pairs, tmp_path):
    command = [sys.executable, "-m", "omnivec", "sweep", str(text), str(tmp_path / "s")]
    command += ["--dim", "4", "8", "--epochs", "2", "100000", "--similarity", str(pairs)]
    command += ["--vary", "min_count=1", "sample=0.0", "--threads", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    runs = tmp_path / "s" / "runs"
    try:
        while len(list(runs.glob("*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=600)
    finally:
        process.kill()
    assert process.returncode == 130 and "Stopped by Ctrl-C" in out
    assert len(list(runs.glob("*.json"))) == 2 and [path.name for path in tmp_path.iterdir()] == ["s"]
