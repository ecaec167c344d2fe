"""`omnivec datasets`: what figures are reported on, whose it is, and whether it is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall
from omnivec.cli.flags import Common, CommonFlags
from omnivec.cli.judge.sets import Data, folder_of
from omnivec.cli.report import Report, ReportFlags

if TYPE_CHECKING:
    from omnivec.data.catalogue import DataSet

KINDS = Literal["similarity", "analogies", "categorisation", "outliers", "sentences", "texts", "bias"]


def datasets(
    *names: Annotated[str, Parameter(help="Sets to tell all about; without a name all are listed.")],
    data: Data = None,
    kind: Annotated[KINDS | None, Parameter(show_choices=False, metavar="KIND", help="Only these.")] = None,
    report: ReportFlags = Report(),  # noqa: B008  (frozen)
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:
    """The named data sets: what they hold, from whom, under which licence, and whether they are here with the
    right checksum. Nothing is downloaded: put their files into one folder, which OMNIVEC_DATA names.
    """
    from omnivec.data.catalogue import catalogue, data_folder, data_set

    report.check()
    if names and kind:
        raise WrongCall("--kind is for the list; leave it out where sets are named")
    folder = data_folder(folder_of(data))
    chosen = [data_set(name) for name in dict.fromkeys(names)] or [
        one for one in catalogue().values() if kind in (None, one.kind)
    ]
    told = {one.name: _told(one, folder) for one in chosen}
    wrong = [one.name for one in chosen if told[one.name]["state"] == "wrong checksum"]
    if names and wrong:
        for part in (broken := data_set(wrong[0])).parts:
            broken.path(part, folder)  # raises, and says which file it is
    parts = _details(chosen, told) if names else [_list(chosen, told, folder)]
    report.show("Data sets", parts, told, json=common.json)
    return 0


def _told(one: DataSet, folder: Path | None) -> dict[str, Any]:
    """Everything about a set, as JSON has it."""
    return {
        "kind": one.kind, "language": one.language, "about": one.about, "items": one.items,
        "paper": one.paper, "licence": one.licence, "source": one.source, "state": one.state(folder),
        "files": [
            {
                "part": file.part, "path": file.path or f"gensim: {file.gensim}", "bytes": file.bytes,
                "sha256": file.sha256, "found": None if (at := file.found(folder)) is None else str(at),
            }
            for file in one.files
        ],
    }  # fmt: skip


def _list(chosen: list[DataSet], told: dict[str, dict[str, Any]], folder: Path | None) -> Any:
    from omnivec.results import ResultTable

    rows = [
        (
            one.name,
            one.kind,
            one.language,
            one.items,
            told[one.name]["state"],
            one.licence,
            _sum(one),
            _size(one),
        )  # fmt: skip
        for one in chosen
    ]
    here = sum(one["state"] == "present" for one in told.values())
    columns = ("set", "kind", "language", "items", "on this machine", "licence", "SHA-256", "bytes")
    where = (
        f"in {folder} or carried by gensim" if folder else "carried by gensim; OMNIVEC_DATA names no folder"
    )
    notes = [f"{here} of {len(rows)} are here: {where}", "omnivec datasets NAME tells all about one"]
    return ResultTable("", columns, rows, notes=notes)


def _sum(one: DataSet) -> str:
    """The beginning of the checksum, or how many there are."""
    return f"{one.files[0].sha256[:12]}…" if len(one.parts) == 1 else f"of {len(one.parts)} files"


def _size(one: DataSet) -> int:
    """Bytes of one spelling of each part."""
    return sum(next(file.bytes for file in one.files if file.part == part) for part in one.parts)


def _details(chosen: list[DataSet], told: dict[str, dict[str, Any]]) -> list[Any]:
    from omnivec.results import ResultTable

    tables = []
    for one in chosen:
        about = told[one.name]
        rows = [(name, about[name]) for name in ("kind", "language", "about", "items", "paper", "licence")]
        rows += [("source", one.source), ("on this machine", about["state"])]
        for file in about["files"]:
            part = f"{file['part']} " if file["part"] else ""
            rows.append((f"{part}file", file["path"]))
            rows.append((f"{part}bytes, SHA-256", f"{file['bytes']:,}, {file['sha256']}"))
            rows.append((f"{part}found", file["found"]))
        tables.append(ResultTable(one.name, (one.name, " "), rows))
    return tables
