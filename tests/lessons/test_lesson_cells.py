"""A lesson's file becomes cells, and a translation has as many texts."""

import pytest

from omnivec.lessons.cells import Cell, cells, texts, translated

SOURCE = """before the first mark
# %% [markdown]
# # A title
#
# Text.
# %%
x = 1


# a comment stays one
print(x)
# %%
# %% [markdown]
# Last.
"""


def test_cells_are_texts_without_their_hashes_and_code_as_it_stands():
    assert cells(SOURCE) == [
        Cell("text", "# A title\n\nText."),
        Cell("code", "x = 1\n\n\n# a comment stays one\nprint(x)"),
        Cell("text", "Last."),
    ]


def test_a_translation_replaces_texts_and_nothing_else():
    both = translated(cells(SOURCE), texts("# 제목\n\n글.\n%%\n끝.\n"))
    assert [cell.kind for cell in both] == ["text", "code", "text"]
    assert [cell.source for cell in both if cell.kind == "text"] == ["# 제목\n\n글.", "끝."]
    assert both[1] == cells(SOURCE)[1]


@pytest.mark.parametrize("source", ["one", "one\n%%\ntwo\n%%\nthree"])
def test_a_translation_of_another_length_is_refused(source):
    with pytest.raises(ValueError, match=rf"expected 2 texts, .* got {source.count('%%') + 1}"):
        translated(cells(SOURCE), texts(source))
