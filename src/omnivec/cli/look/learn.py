"""`omnivec learn [TOPIC]`: lessons in which every number is computed while one reads."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from omnivec.cli.failure import WrongCall, existing, unknown
from omnivec.cli.flags import Common, CommonFlags
from omnivec.cli.out import aligned, emit, emit_json
from omnivec.cli.show import logging_shown, print_line
from omnivec.errors import InputError, OmnivecError

if TYPE_CHECKING:
    from omnivec.lessons import Lesson

ALSO = {
    "embedding": "one-hot", "softmax": "negative-sampling", "word2vec": "skip-gram", "a2": "cs224n-a2",
    "cs224n": "cs224n-a2", "cs224n-a1": "co-occurrence", "a1": "co-occurrence", "svd": "co-occurrence",
    "ppmi": "co-occurrence", "pmi": "why", "lstm": "rnn", "gru": "rnn", "seq2seq": "attention",
}  # fmt: skip
"""What else a lesson may be asked for by."""


def learn(
    topic: Annotated[str | None, Parameter(help="A lesson; without it, the list of them.")] = None,
    /,
    *,
    language: Annotated[
        Literal["en", "ko"],
        Parameter(help="Of the texts: en or ko. [default en]", show_choices=False, show_default=False,
                  metavar="en|ko"),
    ] = "en",
    no_pause: Annotated[bool, Parameter(help="Run to the end without waiting for keys.")] = False,
    notebook: Annotated[
        str | None, Parameter(metavar="FILE.ipynb", help="Write the lesson as a notebook instead.")
    ] = None,
    overwrite: Annotated[bool, Parameter(help="Replace FILE.ipynb.")] = False,
    text: Annotated[
        str | None,
        Parameter(metavar="FILE", help="Real data for the lesson, in place of a small twin (docs/learn.md)."),
    ] = None,
    common: CommonFlags = Common(),  # noqa: B008  (frozen)
) -> int:  # fmt: skip
    """Lessons that run: one-hot to attention, by definitions you can read, then by the fast engine."""
    from omnivec.lessons import TOPICS, lesson

    if overwrite and notebook is None:
        raise WrongCall("--overwrite needs --notebook FILE.ipynb: nothing else is written", ["--notebook"])
    if topic is None:
        if notebook is not None or text is not None:
            raise WrongCall("--notebook and --text need a topic; omnivec learn lists them")
        _list(language, common.json)
        return 0
    if topic not in TOPICS:
        refusal = unknown("topic", topic, TOPICS, ALSO)
        raise WrongCall(f"{refusal}{'' if refusal.near else ';'} topics: {', '.join(TOPICS)}", refusal.near)
    chosen = lesson(topic, language)
    variable = _given(topic, text)
    if notebook is not None:
        _write(chosen, notebook, text, overwrite, common.json)
        return 0
    before = os.environ.get(variable)
    if text is not None:
        os.environ[variable] = text
    try:
        with logging_shown(common.quiet, common.verbose):
            _run(chosen, no_pause or common.json or not sys.stdin.isatty(), common.json)
    except ValueError as error:
        if isinstance(error, OmnivecError) or not (data := os.environ.get(variable)):
            raise
        raise InputError(f"{data}: {error}") from error  # the textbook knows the data, not the file
    finally:
        if text is not None:
            os.environ.pop(variable)
            if before is not None:
                os.environ[variable] = before
    return 0


def _list(language: str, as_json: bool) -> None:
    from omnivec.lessons import TOPICS, lesson

    if as_json:
        emit_json({"topics": list(TOPICS)})
        return
    emit(*aligned([(name, lesson(name, language).title) for name in TOPICS], left=2))
    emit("", "Next: omnivec learn one-hot")


def _given(topic: str, text: str | None) -> str:
    """The environment variable that names the data of a topic; '' where it takes none."""
    from omnivec.lessons.library import FILES, FOLDERS

    if text is not None:
        if topic not in FILES:
            raise WrongCall(f"{topic} takes no --text; lessons that do: {', '.join(FILES)}")
        existing(text)
        if FILES[topic] in FOLDERS and not Path(text).is_dir():
            raise WrongCall(f"{topic} takes a folder as --text (docs/learn.md), got the file {text}")
    return FILES.get(topic, "")


def _write(lesson: Lesson, path: str, text: str | None, overwrite: bool, as_json: bool) -> None:
    from omnivec.lessons import notebook
    from omnivec.store.formats.source import created

    if Path(path).suffix != ".ipynb":
        raise WrongCall(f"--notebook needs a name that ends in .ipynb, got {path}")
    content = notebook(lesson, None if text is None else str(Path(text).absolute()))
    with created(path, overwrite=overwrite) as file:
        file.write((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    if as_json:
        emit_json({**_as_json(lesson), "notebook": path})
    else:
        print_line(f"Saved      {path}")


def _run(lesson: Lesson, hurry: bool, as_json: bool) -> None:
    from omnivec.lessons.running import Record, run

    if as_json:
        record = Record()
        run(lesson, record)
        emit_json({**_as_json(lesson), "cells": record.cells()})
    else:
        from omnivec.cli.look.lesson_screen import Screen

        run(lesson, Screen(hurry))


def _as_json(lesson: Lesson) -> dict[str, object]:
    return {"topic": lesson.name, "language": lesson.language, "title": lesson.title}
