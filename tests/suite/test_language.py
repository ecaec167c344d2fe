"""The language of words by their letters: what a model without a named suite is asked."""

import pytest

from omnivec.errors import InputError
from omnivec.evaluate.language import LETTERS, language
from omnivec.evaluate.suite import LANGUAGES


def test_there_are_letters_for_every_language_with_sets():
    assert sorted(LETTERS) == sorted(LANGUAGES)


def test_the_letters_of_most_words_decide_and_words_without_letters_count_for_nothing():
    assert language(["the", "of", "1", "2", ",", "왕"]) == ("english", 2, 3)
    assert language(["왕", "여왕", "3D영화", "the"]) == ("korean", 3, 4)
    assert language(["ᄀ", "ㅋㅋ"]) == ("korean", 2, 2)
    assert language(f"w{n}" for n in range(20_000)) == ("english", 10_000, 10_000)


@pytest.mark.parametrize("words", [[], ["1", "2"], ["король", "the", "и"], ["왕", "the"]])
def test_words_of_no_such_language_are_refused(words):
    with pytest.raises(InputError, match="named sets in english and korean"):
        language(words)
