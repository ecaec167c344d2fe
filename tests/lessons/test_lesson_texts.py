"""Both editions of every lesson say the same, in order; each topic's file is on the list."""

import re

import pytest

from omnivec.lessons import TOPICS, lesson
from omnivec.lessons.library import FILES, FOLDER

HANGUL = re.compile(r"[가-힣]")
CODE = re.compile(r"`([^`]+)`")
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")


def test_every_file_is_a_topic_in_both_languages():
    there = {path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".md")}
    assert there == {f"{topic}{ending}" for topic in TOPICS for ending in (".py", ".ko.md")}
    assert set(FILES) <= set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_korean_edition_is_equal_in_content(topic):
    english, korean = lesson(topic), lesson(topic, "ko")
    assert [cell.kind for cell in english.cells] == [cell.kind for cell in korean.cells]
    for ours, theirs in zip(english.cells, korean.cells, strict=True):
        if ours.kind == "code":
            assert ours == theirs
            continue
        assert HANGUL.search(theirs.source) and not HANGUL.search(ours.source)
        assert ours.source.count("```") == theirs.source.count("```")
        said, wanted = (
            {" ".join(name.split()) for name in CODE.findall(cell.source)} for cell in (theirs, ours)
        )
        assert {name for name in wanted if name.startswith(("omnivec", "np."))} <= said
        decimals = {number for number in NUMBER.findall(ours.source) if "." in number.strip(".")}
        assert decimals <= set(NUMBER.findall(theirs.source)), "a number is missing in the translation"
        assert (ours.source.count("\n\n"), "**" in ours.source) == (
            theirs.source.count("\n\n"), "**" in theirs.source,
        )  # fmt: skip


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_lesson_begins_with_its_title_and_ends_with_code(topic, language):
    one = lesson(topic, language)
    assert one.cells[0].source.startswith("# ") and one.title and "#" not in one.title
    assert one.cells[-1].kind == "code"


def test_an_unknown_topic_or_language_is_refused():
    with pytest.raises(KeyError):
        lesson("skipgram")
    with pytest.raises(ValueError, match="language must be one of en, ko, got 'de'"):
        lesson("why", "de")
