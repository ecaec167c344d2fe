"""Contests with a peer: equal options on both sides, speed in turn, then quality over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.settings import Settings
from common.table import met, millions, ratios, spread, table, verdict
from peers.judged import EPOCHS, HOW, SCORES, SECTIONS, apart, judged, known, noise, score
from peers.programs import FASTTEXT, GENSIM, OURS, Program, Record, Run, defaults
from peers.race import by_name, pairs, rounds, times

SPEED_BAR = 6  # times gensim's tokens per second
FASTTEXT_BAR = 2  # points of analogies


@dataclass(frozen=True)
class Contest:
    """What both sides are told, what only ours is, and which scores of ours may not lie below."""

    title: str
    both: Mapping[str, object]
    """Options of options.py; an lr that is absent is our default's."""
    preset: str | None = None
    scores: Sequence[str] = SCORES
    fasttext: bool = False
    """Whether fastText takes part in quality, too."""
    rival: Program = GENSIM
    bar: float = SPEED_BAR
    """Times the rival's tokens per second."""

    def sides(self) -> tuple[Run, Run]:
        """The run of the rival, and ours."""
        model, loss = self.both.get("model", "skipgram"), self.both.get("loss", "ns")
        rate = {} if "lr" in self.both else {"lr": defaults(model=model, loss=loss)["lr"]}
        both = {**rate, **self.both}
        preset = {"preset": self.preset} if self.preset else {}
        return Run(self.rival, both), Run(OURS, {**both, **preset})


def measure(settings: Settings, contests: Sequence[Contest]) -> dict[str, Any]:
    """Each contest's rounds and judged runs."""
    found = [_measured(settings, contest) for contest in contests]
    return {
        "corpus": settings.corpus.name, "epochs": settings.epochs, "threads": settings.threads,
        "contests": found,
    }  # fmt: skip


def _measured(settings: Settings, contest: Contest) -> dict[str, Any]:
    theirs, ours = contest.sides()
    timed = rounds(settings, [theirs, ours])
    runs: list[Record] = []
    for seed in range(1, max(settings.our_seeds, settings.peer_seeds) + 1):
        if seed <= settings.peer_seeds and contest.rival.here:
            runs.append(judged(settings, theirs, seed=seed))
        if seed <= settings.our_seeds:
            runs.append(judged(settings, ours, seed=seed))
    if contest.fasttext and FASTTEXT.here:
        runs.append(judged(settings, Run(FASTTEXT, theirs.options), seed=1))
    return {
        "title": contest.title, "options": dict(ours.options), "scores": list(contest.scores),
        "rounds": timed, "runs": runs, "rival": contest.rival.name, "bar": contest.bar,
    }  # fmt: skip


def report(result: dict[str, Any]) -> str:
    """A table and its bars for each contest."""
    seen = max(
        run["scores"]["seen"] for each in result["contests"] for run in each["runs"] if "scores" in run
    )
    heading = (
        f"dim 100, window 5, {result['corpus']}, {result['threads']} threads; both sides are told the same "
        "sample and lr. Tokens of the vocabulary per second of training, median (minimum–maximum) of runs in "
        f"turn, {result['epochs']} epoch each; a ratio compares neighbours in time. Quality after {EPOCHS} "
        f"epochs: {HOW.format(seen=seen)}"
    )
    return "\n\n".join([heading, *(part for each in result["contests"] for part in _contest(each))])


def _contest(each: dict[str, Any]) -> list[str]:
    groups: dict[str, list[Record]] = {}
    for run in each["runs"]:
        groups.setdefault(run["program"], []).append(run)
    speeds = by_name(each["rounds"])
    rival = each.get("rival", GENSIM.name)
    compared = ratios(*pairs(each["rounds"], rival))
    scored = [run["scores"] for run in each["runs"] if "scores" in run]
    names = [name for name in (*SCORES, *SECTIONS) if all(name in scores for scores in scored)]
    rows = []
    for name, runs in groups.items():
        speed = millions(speeds[name]) if name in speeds else ""
        ratio = spread(compared, 1) + " ×" if name == OURS.name and compared else ""
        rows.append((name, speed, ratio, len(runs), *(score(runs, one) for one in names)))
    header = ("program", "tokens/s", f"against {rival}", "seeds", *names)
    options = each["options"]
    told = f"sample {options.get('sample', 1e-4):g}, lr {options['lr']:g}"
    return [f"**{each['title']}** ({told})", table(header, rows), *_verdicts(each, groups)]


def _verdicts(each: dict[str, Any], groups: dict[str, list[Record]]) -> list[str]:
    said, rival = [], each.get("rival", GENSIM.name)
    if each["rounds"][0][0]["program"] == rival:
        bar = each.get("bar", SPEED_BAR)
        said.append(f"Speed against {rival}: {verdict(times(each['rounds'], rival), bar)}.")
    ours, theirs, fasttext = (
        [run for run in groups.get(name, []) if "scores" in run]  # one that diverged has none
        for name in (OURS.name, rival, FASTTEXT.name)
    )
    if ours and theirs:
        below = [name for name in each["scores"] if sum(apart(ours, theirs, name)) < 0]
        ok = f"**missed** ({', '.join(below)})" if below else "met"
        if not known(ours, theirs):
            ok = "unknown, since one seed shows no noise"
        said.append(
            f"Quality not below {rival}'s, {', '.join(each['scores'])}, within two standard deviations of "
            f"what the seed does: {ok}. omnivec less {rival}: {noise(ours, theirs)}."
        )
    if ours and fasttext:
        distance = 100 * apart(ours, fasttext, "analogies")[0]
        said.append(
            f"Analogies at most {FASTTEXT_BAR} points below fastText's: {met(distance >= -FASTTEXT_BAR)} "
            f"({distance:+.1f} points)."
        )
    return said
