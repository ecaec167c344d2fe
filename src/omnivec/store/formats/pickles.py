"""A pickle taken apart without running it.

Python's own `pickle` is a program that calls whatever the file names, and that allocates what the file asks
for: a file of 8 bytes can make its table of 2^32 entries. This one knows the opcodes that text, whole
numbers, bytes, tuples, dictionaries and one array need. The names in the file are looked up in a table of
stand-ins of ours, never imported; every other opcode or name is refused where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol, final, runtime_checkable

from omnivec.errors import FormatError
from omnivec.store import memory

_STACK = 1 << 16  # things at once; Python's picklers put down 2,000 before they take them up
_CHECKED = 1 << 16  # opcodes after which memory is asked for again
_STEP = _CHECKED * 256  # bytes that so many opcodes take at most, their texts apart
_LOOK = 200  # opcodes looked at to recognise a pickle

_CUPY = (
    "it holds an array of CuPy, which only a GPU can read; save NumPy arrays: "
    "params['word_vecs'] = cupy.asnumpy(params['word_vecs'])"
)


class Glimpse(NamedTuple):
    """What the first opcodes of a pickle name."""

    names: list[str]
    """What it would import, as "module.name"."""
    texts: list[str]


def glimpse(head: bytes) -> Glimpse | None:
    """The names and texts at the beginning of a pickle of protocol 2 to 5; nothing is executed."""
    if len(head) < 3 or head[0] != 0x80 or not 2 <= head[1] <= 5:
        return None
    from pickletools import genops  # not at import time: few files are pickles

    found = Glimpse([], [])
    try:
        for code, argument, _ in islice(genops(head), _LOOK):
            if code.name in ("GLOBAL", "INST"):
                found.names.append(str(argument).replace(" ", "."))
            elif code.name == "STACK_GLOBAL":
                found.names.append(".".join(found.texts[-2:]))
            elif isinstance(argument, str):
                found.texts.append(argument)
    except ValueError:  # cut, or no pickle
        if not found.names and not found.texts:
            return None
    return found


@runtime_checkable
class Built(Protocol):
    """A stand-in for an object that a pickle makes first and gives its state later."""

    def build(self, state: object) -> None:
        """Take the state. Raises: ValueError for one that is not as expected."""


StandIns = Mapping[str, Callable[..., object]]
"""By "module.name": what is called in its place, with the arguments of the file."""


def load(
    path: Path, data: memoryview, stand_ins: StandIns, told: Callable[[float], None] | None = None
) -> object:
    """What a pickle holds: dictionaries, lists, tuples, text, whole numbers, memoryviews, and what stand-ins give.

    `told` hears the share of the bytes that is done.

    Raises: FormatError naming the byte of what is refused, cut or damaged; NotEnoughMemory before the machine
    runs out of it.
    """
    return _Machine(path, data, stand_ins).run(told)


class _Name(NamedTuple):
    """A name that stands for a call."""

    stand_in: Callable[..., object]


@final
class _Machine:
    """The stack, the memo and the place in the file; a method for each kind of opcode."""

    def __init__(self, path: Path, data: memoryview, stand_ins: StandIns) -> None:
        self.path, self.data, self.stand_ins = path, data, stand_ins
        self.at = 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self, told: Callable[[float], None] | None) -> object:
        begin = done = 0
        try:
            while True:
                begin = self.at
                code = self.take(1)[0]
                if code == _STOP:
                    break
                _STEPS[code](self)
                done += 1
                if done % _CHECKED == 0:
                    memory.require({"keys": _STEP}, f"{self.path} does not fit")
                    if told is not None:
                        told(self.at / len(self.data))
                if len(self.stack) > _STACK:
                    raise ValueError("too many things lie in one another")
            if len(self.stack) != 1 or self.at != len(self.data):
                raise ValueError("something is left over, or follows it")
            if told is not None:
                told(1)
            return self.stack[0]
        except KeyError:
            what = f"opcode {bytes(self.data[begin : begin + 1])!r} is none of a dictionary of words"
            raise FormatError(f"{self.path}: byte {begin:,}: {what} and one array; not read") from None
        except (ValueError, TypeError, IndexError, RecursionError) as error:
            if isinstance(error, FormatError):
                raise
            what = "a damaged pickle" if isinstance(error, IndexError) else f"a damaged pickle: {error}"
            raise FormatError(f"{self.path}: byte {begin:,}: {what}") from None

    def take(self, count: int) -> memoryview:
        if count > len(self.data) - self.at:
            where = f"byte {self.at:,}: {count:,} bytes were expected, {len(self.data) - self.at:,} follow"
            raise FormatError(f"{self.path}: {where}; truncated or damaged")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def line(self) -> str:
        for length in range(1, 201):
            if self.take(1)[0] == 0x0A:
                return str(self.data[self.at - length : self.at - 1], "utf-8")
        raise ValueError("a name does not end within 200 bytes")

    def push(self, value: object) -> None:
        self.stack.append(value)

    def marked(self) -> list[Any]:
        mark = self.marks.pop()
        found = self.stack[mark:]
        del self.stack[mark:]
        return found

    def last(self, count: int) -> tuple[Any, ...]:
        if len(self.stack) < count:
            raise IndexError
        found = tuple(self.stack[-count:])
        del self.stack[-count:]
        return found

    def protocol(self) -> None:
        if (found := self.number(1)) > 5:
            raise ValueError(f"protocol {found}, which is newer than 5")

    def frame(self) -> None:
        if (size := self.number(8)) > len(self.data) - self.at:
            raise ValueError(f"a frame of {size:,} bytes, {len(self.data) - self.at:,} follow")

    def text(self, size: int) -> None:
        self.push(str(self.take(self.number(size)), "utf-8", "surrogatepass"))

    def signed(self, size: int) -> None:
        self.push(int.from_bytes(self.take(size), "little", signed=True))

    def remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def recall(self, place: int) -> None:
        if place not in self.memo:
            raise ValueError(f"it recalls {place}, which it has not remembered")
        self.push(self.memo[place])

    def items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not dict or len(pairs) % 2:
            raise ValueError("items without a dictionary")
        keys = pairs[::2]
        # Not tuples: Python computes the hash of deeply nested ones by recursion, without a limit.
        if not {type(key) for key in keys} <= {str, int}:
            raise ValueError("a key that is neither text nor a whole number")
        target.update(zip(keys, pairs[1::2], strict=True))

    def entries(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise ValueError("entries without a list")
        target.extend(values)

    def name(self, module: object, name: object) -> None:
        full = f"{module}.{name}" if type(module) is str and type(name) is str else ""
        if full in self.stand_ins:
            return self.push(_Name(self.stand_ins[full]))
        what = f"the pickle asks for {full[:80]!r}"
        why = _CUPY if full.startswith("cupy") else "which could run code; only words and one array are read"
        raise FormatError(f"{self.path}: byte {self.at:,}: {what}: {why}")

    def call(self) -> None:
        function, arguments = self.last(2)
        if type(function) is not _Name or type(arguments) is not tuple:
            raise ValueError("a call of what is no function")
        self.push(function.stand_in(*arguments))

    def build(self) -> None:
        (state,) = self.last(1)
        if not isinstance(self.stack[-1], Built):
            raise ValueError("a state for what takes none")
        self.stack[-1].build(state)


_STOP = ord(".")
_STEPS: dict[int, Callable[[_Machine], None]] = {
    code[0]: step
    for code, step in {
        b"\x80": _Machine.protocol,
        b"\x95": _Machine.frame,
        b"(": lambda machine: machine.marks.append(len(machine.stack)),
        b"}": lambda machine: machine.push({}),
        b")": lambda machine: machine.push(()),
        b"]": lambda machine: machine.push([]),
        b"N": lambda machine: machine.push(None),
        b"\x88": lambda machine: machine.push(True),
        b"\x89": lambda machine: machine.push(False),
        b"\x8c": lambda machine: machine.text(1),
        b"X": lambda machine: machine.text(4),
        b"\x8d": lambda machine: machine.text(8),
        b"C": lambda machine: machine.push(machine.take(machine.number(1))),
        b"B": lambda machine: machine.push(machine.take(machine.number(4))),
        b"\x8e": lambda machine: machine.push(machine.take(machine.number(8))),
        b"\x96": lambda machine: machine.push(machine.take(machine.number(8))),  # of a bytearray
        b"K": lambda machine: machine.push(machine.number(1)),
        b"M": lambda machine: machine.push(machine.number(2)),
        b"J": lambda machine: machine.signed(4),
        b"\x8a": lambda machine: machine.signed(machine.number(1)),
        b"t": lambda machine: machine.push(tuple(machine.marked())),
        b"\x85": lambda machine: machine.push(machine.last(1)),
        b"\x86": lambda machine: machine.push(machine.last(2)),
        b"\x87": lambda machine: machine.push(machine.last(3)),
        b"s": lambda machine: machine.items(list(machine.last(2))),
        b"u": lambda machine: machine.items(machine.marked()),
        b"a": lambda machine: machine.entries(list(machine.last(1))),
        b"e": lambda machine: machine.entries(machine.marked()),
        b"\x94": lambda machine: machine.remember(len(machine.memo)),
        b"q": lambda machine: machine.remember(machine.number(1)),
        b"r": lambda machine: machine.remember(machine.number(4)),
        b"h": lambda machine: machine.recall(machine.number(1)),
        b"j": lambda machine: machine.recall(machine.number(4)),
        b"c": lambda machine: machine.name(machine.line(), machine.line()),
        b"\x93": lambda machine: machine.name(*machine.last(2)),
        b"R": _Machine.call,
        b"b": _Machine.build,
    }.items()
}
"""What protocols 2 to 5 write for text, numbers, bytes, tuples, lists, dictionaries and NumPy arrays."""
