"""Sweeps of dim and of the share of the text by `omnivec sweep`; the cost of diagnostics and classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common import child
from common.settings import Settings
from common.table import table

TITLE = "Sweeps"
GUIDE = "sweeps.md"
DIMS, SHARES, DIM, EPOCHS, CLASSES = (25, 50, 100, 200, 400), (0.01, 0.03, 0.1, 0.3, 1), 100, 5, 500
SETS = ("--similarity", "ws353", "simlex999", "--analogies", "google", "--restrict", "30000")
PLOTS = {"dim": "sweeps-dim.svg", "share": "sweeps-share.svg"}


def measure(settings: Settings) -> dict[str, Any]:
    """Two sweeps in one folder, which share the model of the whole text; then the best model alone."""
    folder, text = settings.work / "sweep", str(settings.corpus.path)
    epochs = max(1, round(EPOCHS * settings.scale))
    common = [*SETS, "--epochs", str(epochs), "--threads", str(settings.threads)]
    found: dict[str, Any] = {"corpus": settings.corpus.name, "threads": settings.threads, "epochs": epochs}
    for axis, values in (("dim", DIMS), ("share", SHARES)):
        given = ["--dim", *map(str, values)] if axis == "dim" else ["--dim", str(DIM)]
        given += ["--share", *map(str, values)] if axis == "share" else []
        run = child.omnivec("sweep", text, folder, *given, *common, "--json", "-q")
        found[axis] = {"models": run["models"], "measures": run["measures"]}
    best = folder / "best.omnivec"
    found["rows"] = child.omnivec("info", best, "--json")["rows"]
    found["diagnostics_seconds"] = child.omnivec("info", best, "--diagnostics", "--json")["wall_seconds"]
    flags = ("-k", CLASSES, "--threads", settings.threads, "--json", "-q")
    classes = child.omnivec("classes", best, *flags)
    found["classes_seconds"] = classes["wall_seconds"]
    return found


def report(result: dict[str, Any]) -> str:
    """Both tables, how true the expected seconds were, and what looking at a model costs."""
    models = [model for axis in PLOTS for model in result[axis]["models"]]
    told = [(m["seconds"], m["cost"]["seconds"]) for m in models if m["cost"] and m["cost"]["seconds"]]
    ratios = sorted(said / took for took, said in told if took)
    true = f"Expected over measured seconds: {ratios[0]:.2f} to {ratios[-1]:.2f}." if ratios else ""
    return "\n\n".join([
        guide(result),
        true,
        f"`info --diagnostics` of {result['rows']:,} words: {result['diagnostics_seconds']:.1f} s; "
        f"`classes -k {CLASSES}`: {result['classes_seconds']:.1f} s; both as whole processes.",
    ])  # fmt: skip


def guide(result: dict[str, Any]) -> str:
    """Quality against dim, and against the share of the text."""
    parts = [
        f"{result['corpus']}, Word2Vec, {result['epochs']} epochs, {result['threads']} threads, the first "
        "30,000 words of each model. Spearman and accuracy on the items that all models of a table know, "
        "with 95 % intervals."
    ]
    for axis in PLOTS:
        names = list(result[axis]["measures"])
        rows = [
            (f"{model['setting'][axis]:g}", f"{model['tokens']:,}", f"{model['seconds']:.0f}",
             f"{model['bytes'] / 1e6:.0f}", *(_score(model["scores"][name]) for name in names),
             *([f"{100 * model['scores'][names[-1]]['known']['value']:.1f} %"] if axis == "share" else []))
            for model in result[axis]["models"] if model["scores"]
        ]  # fmt: skip
        own = [f"{names[-1]}, on known items"] if axis == "share" else []
        parts.append(table((axis, "tokens", "seconds", "MB", *names, *own), rows))
    return "\n\n".join(parts)


def _score(score: dict[str, Any]) -> str:
    part = score["common"]
    if part["value"] is None:
        return "–"
    low, high = part["ci"] or (None, None)
    return f"{part['value']:.3f}" + ("" if low is None else f" ({low:.3f}–{high:.3f})")


def draw(result: dict[str, Any], folder: Path) -> None:
    """A picture of each sweep."""
    from omnivec.explore.plots import blank, curves, save

    for axis, name in PLOTS.items():
        along = "tokens" if axis == "share" else axis
        points = [
            {along: model["setting"].get(along, model["tokens"]), "score": score["common"]["value"],
             "set": measure, "low": ends[0], "high": ends[1]}
            for model in result[axis]["models"]
            for measure, score in model["scores"].items()
            for ends in [score["common"]["ci"] or (None, None)]
        ]  # fmt: skip
        axes = curves(points, along, "score", "set", blank(), interval=("low", "high"), log=True)
        save(axes, folder / name, overwrite=True)
