"""Questions that come as lines: from a pipe all lines that are there at once, from a terminal one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from omnivec.cli.failure import public_kind
from omnivec.cli.out import TIMES, shown, write_json
from omnivec.cli.show import print_line
from omnivec.errors import OmnivecError, UnknownKey

if TYPE_CHECKING:
    from omnivec.vectors import Vectors

END = "EXIT"
"""What ends a dialogue, as in word2vec's `distance`; in a pipe it is a word as any other."""


@dataclass(frozen=True)
class Session:
    """How one verb answers lines."""

    prompt: str
    vectors: Vectors
    words: Callable[[str], Sequence[str]]
    """The words of a line; raises when the line is not a question."""
    answer: Callable[[list[str]], Sequence[Any]]
    """Answers to lines whose words are all known."""
    show: Callable[[str, Any], None]
    json: bool


def answer_lines(session: Session) -> int:
    """Answer every line. A line that cannot be answered gets its error on stderr and the next one its turn.

    Returns: the exit code; 1 when a piped line had no answer, since nobody was there to read the error.
    """
    typed = sys.stdin.isatty()
    failed = False
    for lines in _typed_lines(session) if typed else _piped_lines():
        good = [line for line in lines if _answerable(session, line)]
        failed = failed or len(good) < len(lines)
        if good:
            for line, found in zip(good, session.answer(good), strict=True):
                session.show(line, found)
            sys.stdout.flush()
    return int(failed and not typed)


def _answerable(session: Session, line: str) -> bool:
    try:
        for word in session.words(line):
            # Raises the typed error with near spellings; a word of which no part is known is unknown, too.
            if word not in session.vectors and not session.vectors[word].any():
                session.vectors.keys.row(word)
        return True
    except OmnivecError as error:
        if session.json:
            near = error.near if isinstance(error, UnknownKey) else []
            write_json({"error": str(error), "kind": public_kind(error), "near": near}, sys.stderr)
        else:
            print_line(f"omnivec: {shown(str(error))}")
        return False


def _piped_lines() -> Iterator[list[str]]:
    """Lists of the lines that have arrived: a file makes large batches, a dialogue batches of one."""
    # read1 returns what is there; an iterator over the file would wait for a full buffer.
    rest = b""
    stdin: Any = sys.stdin.buffer
    while block := stdin.read1(1 << 16):
        *lines, rest = (rest + block).split(b"\n")
        yield _questions(lines)
    yield _questions([rest])


def _questions(lines: list[bytes]) -> list[str]:
    texts = (line.decode("utf-8", "replace").strip() for line in lines)
    return [text for text in texts if text]


def _typed_lines(session: Session) -> Iterator[list[str]]:
    rows = len(session.vectors)
    print_line(f"{rows:,} {TIMES} {session.vectors.vector_size}. Tab completes a word, EXIT or Ctrl-D ends.")
    _complete(session.vectors)
    while True:
        try:
            line = _typed(session.prompt)
        except EOFError:
            print_line("")
            return
        except KeyboardInterrupt:
            print_line("")
            raise
        text = line.strip()
        if text == END:
            return
        if text:
            yield [text]


def _typed(prompt: str) -> str:
    if sys.stdout.isatty():
        return input(prompt)
    # The answers go to a file or a pipe, and input() would put the prompt there, too.
    sys.stderr.write(prompt)
    sys.stderr.flush()
    if not (line := sys.stdin.readline()):
        raise EOFError
    return line


def _complete(vectors: Vectors) -> None:
    """Tab completes from the vocabulary, where Python was built with readline."""
    try:
        import readline
    except ImportError:
        return

    def completion(text: str, state: int) -> str | None:
        found = vectors.prefix(text) if text else []
        return found[state] if state < len(found) else None

    readline.set_completer(completion)
    readline.set_completer_delims(" \t")
    readline.parse_and_bind("tab: complete")
