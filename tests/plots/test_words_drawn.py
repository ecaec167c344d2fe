"""Words as points and arrows: which are drawn, where, and what the caption claims."""

import re

import numpy as np
import pytest

from omnivec import UnknownKey, Vectors
from omnivec.errors import InputError, OptionError
from omnivec.explore import arrows, kept_neighbors, project, scatter

pytest.importorskip("matplotlib")


def names(axes):
    """What is written beside points, with where they are."""
    return {text.get_text(): text.xy for text in axes.texts if text.get_text()}


def caption(axes):
    return axes.get_title(loc="left")


def marks(axes):
    return np.concatenate([line.get_xydata() for line in axes.lines])


def test_only_the_listed_words_are_drawn_where_they_are_projected(vectors, axes):
    listed = ["violin", "king", "lake", "bread"]
    assert scatter(vectors, listed, axes) is axes
    points = project(vectors[listed]).points
    assert [*names(axes)] == listed
    np.testing.assert_allclose([*names(axes).values()], points, atol=1e-6)
    np.testing.assert_allclose(marks(axes), points, atol=1e-6)


def test_the_caption_says_how_much_is_kept(vectors, axes):
    words = vectors.index_to_key
    found = project(vectors.vectors)
    kept = kept_neighbors(vectors.vectors, found.points, 5)
    scatter(vectors, words, axes)
    assert caption(axes) == (
        f"PCA, {sum(found.explained):.0%} of the variance · keeps {kept:.0%} of the 5 nearest words "
        f"(chance {5 / 11:.0%})".replace("%", " %")
    )
    assert axes.get_xlabel() == f"first axis, {found.explained[0] * 100:.0f} %"


@pytest.mark.parametrize("method,start", [("svd", "SVD, "), ("tsne", "t-SNE · keeps")])
def test_other_projections_say_their_name(vectors, axes, method, start):
    pytest.importorskip("sklearn")
    scatter(vectors, vectors.index_to_key, axes, method=method)
    assert caption(axes).startswith(start)
    assert bool(axes.get_xlabel()) == (method == "svd")


def test_groups_have_colours_shapes_and_names_of_their_own(vectors, group, axes):
    del group["king"]
    scatter(vectors, vectors.index_to_key, axes, groups=group)
    drawn = {(line.get_color(), line.get_marker()): len(line.get_xdata()) for line in axes.lines}
    assert sorted(drawn.values()) == [1, 2, 3, 3, 3] and len({shape for _, shape in drawn}) == 4
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["people", "water", "food", "music"]


def test_many_groups_differ():
    from omnivec.explore.plots.figure import style

    assert len({(look["color"], look["marker"]) for look in map(style, range(42))}) == 42


def test_unknown_words_are_refused_or_counted(vectors, axes):
    with pytest.raises(UnknownKey, match="near: 'king'"):
        scatter(vectors, ["king", "kingg"], axes)
    scatter(vectors, ["king", "kingg", "lake"], axes, unknown="skip")
    assert [*names(axes)] == ["king", "lake"]
    assert caption(axes).endswith("1 of 3 words unknown")


def test_words_made_of_parts_need_not_be_keys(axes):
    class Parts:
        def unseen(self, word):
            return np.full(3, len(word), np.float32)

        def unseen_words(self, words):
            return np.stack([self.unseen(word) for word in words])

    vectors = Vectors(["a", "b"], np.eye(2, 3))
    vectors._parts = Parts()
    scatter(vectors, ["a", "strange"], axes, unknown="skip")
    assert [*names(axes)] == ["a", "strange"]


@pytest.mark.parametrize("draw", [scatter, lambda vectors, words, axes: arrows(vectors, [words], axes)])
def test_one_point_is_a_picture(vectors, axes, draw):
    draw(vectors, ["king", "king"] if draw is not scatter else ["king"], axes)
    assert set(names(axes)) == {"king"} and caption(axes) == "PCA"


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize("matrix", [np.zeros((5, 3)), np.ones((5, 1))], ids=["zeros", "ones"])
def test_words_in_one_place_claim_nothing(method, matrix, axes):
    pytest.importorskip("sklearn")
    scatter(Vectors([*"abcde"], matrix), [*"abcde"], axes, method=method)
    assert caption(axes) == {"pca": "PCA", "tsne": "t-SNE"}[method] and not marks(axes).any()


@pytest.mark.parametrize(
    "words,options,error,says",
    [
        ([], {}, OptionError, "no words to draw"),
        ("king", {}, OptionError, "the single text 'king'"),
        (["king", "lake", "king"], {}, OptionError, "'king' is given twice"),
        (["kng", "qun"], {"unknown": "skip"}, InputError, "none of 2 words is known"),
        (["king"], {"unknown": "ignore"}, OptionError, "error, skip, got 'ignore'"),
        (["king", "lake"], {"method": "tsne"}, OptionError, "t-SNE needs 4 rows, got 2"),
        (["king", "lake"], {"method": "mds"}, OptionError, "got 'mds'"),
    ],
)
def test_bad_lists_are_refused_in_a_sentence(vectors, axes, words, options, error, says):
    with pytest.raises(error, match=re.escape(says)):
        scatter(vectors, words, axes, **options)
    assert not axes.lines


def test_names_that_are_no_letters_are_spelled(axes):
    words = ["$a$", "two\nlines", "half\udc80", "_under", "\u1112\u1161\u11ab"]
    vectors = Vectors(words, np.random.default_rng(1).normal(size=(5, 4)))
    scatter(vectors, words[:4], axes)
    assert [*names(axes)] == ["$a$", "two\\nlines", "half\\udc80", "_under"]
    assert not any(text.get_parse_math() for text in axes.texts)
    axes.figure.draw_without_rendering()
    from omnivec.explore.plots.chosen import chosen

    assert chosen(vectors, words[4:], "error").names == ["한"]


def test_arrows_go_from_the_first_to_the_second_and_their_cosine_is_told(vectors, axes):
    pairs = [("king", "river"), ("queen", "stream"), ("bread", "guitar")]
    arrows(vectors, pairs, axes)
    where = names(axes)
    assert set(where) == {word for pair in pairs for word in pair}
    drawn = [text for text in axes.texts if not text.get_text()]
    for (start, end), arrow in zip(pairs, drawn, strict=True):
        np.testing.assert_allclose(arrow.xy, where[end], atol=1e-6)
        np.testing.assert_allclose(arrow.xyann, where[start], atol=1e-6)
    unit = {key: vectors.get_vector(key, norm=True).astype(float) for pair in pairs for key in pair}
    steps = [unit[end] - unit[start] for start, end in pairs]
    cosines = [
        steps[i] @ steps[j] / np.linalg.norm(steps[i]) / np.linalg.norm(steps[j])
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    assert caption(axes).endswith(f"mean cosine of the arrows {np.mean(cosines):.2f}")


def test_a_pair_with_an_unknown_word_is_left_out_whole(vectors, axes):
    arrows(vectors, [("king", "queen"), ("lake", "nowhere")], axes, unknown="skip")
    assert set(names(axes)) == {"king", "queen"}
    assert caption(axes).endswith("1 of 2 pairs unknown")
    with pytest.raises(OptionError, match="no pair has two known words"):
        arrows(vectors, [("lake", "nowhere")], axes, unknown="skip")
