"""What lessons claim is what their own numbers say."""

import numpy as np
import pytest

from omnivec.lessons import TOPICS, lesson

ENGINE = [topic for topic in TOPICS if topic not in ("rnn", "attention")]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_lesson_runs_and_every_cell_of_code_says_something(carried_out, topic):
    _, cells = carried_out(topic)
    assert [(cell["kind"], cell["source"]) for cell in cells] == lesson(topic).cells
    silent = [cell["source"] for cell in cells if cell["kind"] == "code" and not cell["output"].strip()]
    assert len(silent) <= 2  # definitions of a function that the next cell calls
    assert (
        cells[-1]["kind"] == "code" and "difference" in cells[-1]["output"] or topic in ("rnn", "attention")
    )


@pytest.mark.parametrize("topic", ENGINE)
def test_engine_and_definition_end_at_the_same_numbers(carried_out, topic):
    names, _ = carried_out(topic)
    both = names["both"]
    assert 0 < both.difference < 1e-5
    assert both.model.record["loss"][-1] > 0 and np.abs(both.inputs).max() > 0


def test_one_hot(carried_out):
    names, _ = carried_out("one-hot")
    np.testing.assert_array_equal(names["by_lookup"], names["by_product"])
    assert names["by_lookup"][2].tolist() == [2, 2, 2] and names["wrong"][2].tolist() == [1, 1, 1]
    assert names["right_answer"] is None and names["wrong_answer"].place == (2, 0)
    assert names["rows"].tolist() == [2, 5]
    losses = names["both"].model.record["loss"]
    assert losses == sorted(losses, reverse=True)


def test_negative_sampling(carried_out):
    names, _ = carried_out("negative-sampling")
    assert names["moved_by_softmax"] == names["V"]
    assert (np.abs(names["gradient"]).sum(1) > 0).sum() == 5  # five different rows, one of them drawn twice
    np.testing.assert_allclose(names["gradient"][17], names["by_formula"], rtol=1e-12)
    np.testing.assert_allclose(names["powers"][0.75], [0.641969, 0.331504, 0.026527], atol=5e-7)
    np.testing.assert_allclose(names["powers"][0.5], [0.567159, 0.365052, 0.067788], atol=5e-7)
    np.testing.assert_allclose(names["without"], [0, 0.925908, 0.074092], atol=5e-7)
    assert names["right_answer"] is None and names["wrong_answer"].place == (17, 0)
    assert names["first"] == pytest.approx(6 * np.log(2), rel=1e-4)


def test_skip_gram_by_hand(carried_out):
    names, _ = carried_out("skip-gram")
    assert float(names["softmax_loss"]) == pytest.approx(11.16610900153398, abs=1e-12)
    np.testing.assert_allclose(names["softmax_gradV"][2], [-1.26947339, -1.36873189, 2.45158957], atol=1e-8)
    assert float(names["wrong_loss"]) == pytest.approx(16.15119285363322, abs=1e-12)
    assert names["caught"].place == (0, 0)  # the first wrong index
    assert names["caught"].expected == pytest.approx(-0.69148188, abs=1e-7)
    first = [-0.69148188, -0.22716495, -0.45528438, -0.31602611, -0.80620296]
    np.testing.assert_allclose(names["gradU"][:, 0], first, atol=1e-8)
    assert names["gradient_check"](names["objective"], names["U"].copy(), names["gradU"]) is None


def test_the_small_twin_of_assignment_two(carried_out):
    names, cells = carried_out("cs224n-a2")
    assert names["apart"] < 1e-12
    assert names["losses"][2000] < names["losses"][10] / 2
    assert -1 < names["cosine_of_pairs"] < 1
    pytest.importorskip("matplotlib")
    assert [text.get_text() for text in names["axes"].texts] == list(names["WORDS"]) and len(
        names["WORDS"]
    ) == 24
    assert names["picture"].read_bytes().startswith(b"\x89PNG")


def test_co_occurrence(carried_out):
    names, _ = carried_out("co-occurrence")
    assert names["you_i"] == pytest.approx(0.7071067691, abs=1e-10)
    assert [word for word, cosine in names["near_you"][:3] if cosine > 0.7] == ["goodbye", "i", "hello"]
    wanted = [3.168045, 3.168045, 2.702987, 2.702987, 1.514481, 1.514481, 0]
    np.testing.assert_allclose(names["S"], wanted, atol=1e-6)
    assert names["same"] < 1e-12 and np.abs(names["rows"] - names["turned"]).max() > 0.1
    assert names["count"] == 10 and names["reduced"].shape == (10, 2)


def test_cbow(carried_out):
    names, _ = carried_out("cbow")
    assert names["first_loss"] == pytest.approx(names["by_definition"], rel=1e-6)
    assert names["first_loss"] == pytest.approx(6 * np.log(2), abs=1e-3)
    assert {len(answers) for answers in names["found"].values()} == {5}
    loss = names["trained"].record["loss"]
    assert loss[-1] < loss[0] - 0.1


def test_why(carried_out):
    names, _ = carried_out("why")
    assert np.abs(names["slope"]).max() < 1e-15 and names["full"] < 1e-6
    assert all(names["sgns_loss"][dim] < names["svd_loss"][dim] for dim in (1, 2, 4, 8))
    assert min(names["sgns_loss"].values()) > names["least"]
    assert names["correlation"] > 0.99 and abs(names["shift"]) < 0.1


def test_what_vanishes(carried_out):
    names, _ = carried_out("rnn")
    assert names["summed"] < 1e-12 and names["norms"][-1] > 1000 * names["norms"][0]
    assert [round(names["explodes"][i], 4) for i in (0, -1)] == [2.4684, 249.4956]
    assert round(names["vanishes"][0], 4) == 1.2342 and round(names["vanishes"][-1], 6) == 0.000238
    for back, product in names["by_bias"].values():
        np.testing.assert_allclose(back, product, rtol=1e-12)
    assert names["lstm_right"] > 0.95 and names["rnn_right"] < 0.5
    pytest.importorskip("torch")
    assert names["apart"] < 1e-12


def test_attention(carried_out):
    names, _ = carried_out("attention")
    assert names["checks"] == (None, None)
    assert names["right"]["peeky and reversed"] > names["right"]["plain"] + 0.2
    assert names["right_days"]["with attention"] > 0.9 > 0.2 > names["right_days"]["without attention"]
    np.testing.assert_allclose(names["maps"].sum(1), 1, rtol=1e-5)
    assert names["book_right"] is None  # without the book's files
    pytest.importorskip("torch")
    assert names["apart"] < 1e-12
