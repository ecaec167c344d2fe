"""pictures.py MODEL [--korean MODEL] [--to docs]: the pictures of docs/plots.md, drawn from trained models.

They are of vectors of English and Korean Wikipedia; a word that a model lacks ends the run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from omnivec import Model, load
from omnivec.explore import arrows, blank, heat_map, losses, save, scatter
from omnivec.explore.plots import size_for_grid, size_for_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS = {
    "metal": "iron copper silver gold zinc tin brass steel aluminum",
    "relative": "father mother brother sister uncle aunt cousin grandfather grandmother",
    "time": "second minute hour day week month year decade century",
    "instrument": "guitar piano violin flute cello trumpet drums clarinet",
}
CAPITALS = (
    "france paris italy rome japan tokyo germany berlin russia moscow spain madrid poland warsaw "
    "china beijing greece athens portugal lisbon"
)
ALIKE = "king queen prince river stream lake bread wheat butter guitar piano violin"
KOREAN = {
    "나라": "한국 일본 중국 미국 영국 프랑스 독일 러시아",
    "도시": "서울 부산 도쿄 베이징 런던 파리 베를린 모스크바",
    "학문": "수학 물리학 화학 철학 역사 문학 음악 미술",
}


def of_groups(model: Model, groups: dict[str, str]) -> Axes:
    """Words in groups, by PCA."""
    group = {word: name for name, words in groups.items() for word in words.split()}
    return scatter(model.vectors, group, blank(*size_for_words(len(group))), groups=group)


def pictures(model: Model) -> Iterator[tuple[str, Callable[[], Axes]]]:
    """The English pictures by name."""
    words, alike = CAPITALS.split(), ALIKE.split()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    yield "words", lambda: of_groups(model, GROUPS)
    yield "arrows", lambda: arrows(model.vectors, pairs, blank())
    yield "similarity", lambda: heat_map(model.vectors, alike, blank(*size_for_grid(len(alike), len(alike))))
    yield "losses", lambda: losses(model.history, blank())


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--korean", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parents[1] / "docs")
    given = parser.parse_args()
    drawn = dict(pictures(load(given.model)))
    if given.korean:
        drawn["korean"] = lambda: of_groups(load(given.korean), KOREAN)
    for name, draw in drawn.items():
        save(draw(), given.to / f"plots-{name}.svg", overwrite=True)
        print(given.to / f"plots-{name}.svg")


if __name__ == "__main__":
    main()
