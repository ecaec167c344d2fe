"""Shares of a text: nested, drawn by units, of every kind of source; what cannot be divided is refused."""

import gzip

import pytest

from omnivec import InputError, OptionError, Phrases, find_phrases
from omnivec.data.sources import documents
from omnivec.tuning.share import checked_shares, known, parts


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_a_larger_share_holds_the_smaller_one_in_the_order_of_the_text(text, tmp_path):
    found = parts(text, [0.1, 0.4, 1.0], tmp_path)
    whole = lines_of(text)
    numbers = {share: [whole.index(line) for line in lines_of(found[share])] for share in (0.1, 0.4)}
    assert set(numbers[0.1]) < set(numbers[0.4])
    assert all(sorted(some) == some for some in numbers.values())
    assert found[1.0] == text
    for share in (0.1, 0.4):
        assert abs(len(numbers[share]) / len(whole) - share) < 0.05


def test_another_seed_draws_other_lines(text, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, same, other = (
        lines_of(parts(text, [0.2], tmp_path / folder, seed=seed)[0.2])
        for folder, seed in (("a", 1), ("b", 1), ("b", 2))
    )
    assert one == same != other


def test_every_kind_of_source_gives_the_same_lines(text, lines, tmp_path):
    packed, folder = tmp_path / "t.gz", tmp_path / "texts"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    folder.mkdir()
    (folder / "1").write_text("\n".join(lines[:250]))  # without an end
    (folder / "2").write_text("\n".join(lines[250:]) + "\n")
    sources = [text, packed, folder, list(lines), [line.split() for line in lines]]
    found = []
    for number, source in enumerate(sources):
        place = tmp_path / str(number)
        place.mkdir()
        found.append(lines_of(parts(source, [0.3], place)[0.3]))
    assert all(one == found[0] for one in found)


def test_paragraphs_stay_whole(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text("".join(f"a{n} b{n}\nc{n}\n\n" for n in range(60)))
    part = parts(text, [0.5], tmp_path, unit="paragraph")[0.5].read_text()
    chosen = [line[1:].split()[0] for line in part.splitlines() if line.startswith("a")]
    assert part == "".join(f"a{n} b{n}\nc{n}\n\n" for n in chosen) and 15 < len(chosen) < 45


def test_phrases_are_joined_in_a_share_too(tmp_path):
    lines = ["new york is big"] * 60
    phrases = find_phrases(lines, min_count=2, threshold=0, connectors=[])
    assert isinstance(phrases, Phrases) and len(phrases)
    part = parts(phrases.apply(lines), [0.5], tmp_path)[0.5]
    tokens = [token for line in part for token in line]
    assert any("_" in token for token in tokens)


def test_the_same_text_is_known_again_however_it_comes(text, lines, tmp_path):
    packed = tmp_path / "t.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    assert known(text).sha256 == known(packed).sha256
    assert (
        known(text).bytes
        == text.stat().st_size
        == sum(len(piece) for document in documents(text) for piece in document)
    )
    changed = tmp_path / "u.txt"
    changed.write_text(text.read_text().replace("river", "brook", 1))
    assert known(changed).sha256 != known(text).sha256
    assert known(lines[:2]).sha256 != known(lines[1::-1]).sha256


def test_a_text_with_phrases_joined_is_another_text(lines):
    found = find_phrases(lines, min_count=2, threshold=0, connectors=[])
    fewer, connected = Phrases(found.found[1:]), Phrases(found.found, connectors=("zebra",))
    texts = [lines, found.apply(lines), fewer.apply(lines), connected.apply(lines)]
    assert len({known(text).sha256 for text in texts}) == 4
    assert known(found.apply(lines)) == known(found.apply(list(lines)))
    assert known(found.apply(lines)).name.endswith(f"{len(found)} phrases joined")


@pytest.mark.parametrize("source", [iter(["a b"]), (line for line in ["a b"])])
def test_what_is_read_only_once_is_refused(source):
    with pytest.raises(InputError, match="read only once"):
        known(source)


def test_an_empty_text_is_refused(tmp_path):
    (tmp_path / "t").write_text("")
    with pytest.raises(InputError, match="empty"):
        known(tmp_path / "t")


@pytest.mark.parametrize("shares", [[0], [1.5], [-0.1], [True], ["1"], [float("nan")], []])
def test_what_is_no_share_is_refused(shares):
    with pytest.raises(OptionError, match="share"):
        checked_shares(shares)


def test_shares_rise_and_stand_once():
    assert checked_shares([1, 0.1, 0.1]) == [0.1, 1.0]


def test_a_text_of_few_lines_is_not_divided(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text("one long line " * 1000)
    with pytest.raises(InputError, match="drawn from its lines, and it has 1"):
        parts(text, [0.5], tmp_path)
    assert parts(text, [1.0], tmp_path) == {1.0: text}


def test_documents_are_not_divided(text, tmp_path):
    with pytest.raises(OptionError, match="unit is document"):
        parts(text, [0.5], tmp_path, unit="document")
