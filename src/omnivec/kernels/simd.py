"""A handful of float32 as one Numba value: written once, legalised by LLVM to AVX-512, AVX2 or NEON.

Each operation is a plain Python function (its meaning, and what runs when the compiler is switched off) with
a compiled twin of the same name. A place in a table is (row, j): tables are C-contiguous (rows, width)
float32, width a multiple of 16; `j` counts floats from the row's start. Places are not views on purpose:
Numba counts references to every view, two locked instructions each, on a counter that all threads share. That
took as long as drawing the negatives, gathering the contexts and the logistic function together.

Why not let LLVM vectorise loops: a window touches more than a dozen rows, and LLVM gives up proving that they
do not overlap. Explicit values doubled the speed of skip-gram on one thread.
"""

# Numba is untyped.
# mypy: disable-error-code="untyped-decorator, no-untyped-call, attr-defined, assignment"

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.core.codegen import get_host_cpu_features
from numba.core.typing import signature
from numba.extending import lower_builtin, models, register_model, type_callable
from numpy.typing import NDArray

Table = NDArray[np.float32]  # (rows, width)
Floats = NDArray[np.float32]  # what a value is in plain Python: (LANES,) float32

_FEATURES = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES

LANES = 16 if "+avx512f" in _FEATURES else 8
"""Floats in one value. AVX-512 has 32 registers of 16; the blocks of `window.py` need 14 and spill into
memory when 16 lanes must be laid on the 16 registers of 8 that AVX2 has (4.3 M instead of 4.8 M tokens per
second and thread at dim 100)."""

COLUMNS = 8
"""Floats between two rows of scores: six outputs and two empty places, so that two rows are one value of 16
lanes.
"""

LARGE = 1e37
"""Where `inverse_root` becomes 0: Newton's steps go wrong near the end of float32."""

_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_BITS = ir.VectorType(ir.IntType(32), LANES)
_I32 = ir.IntType(32)

Emit = Callable[[Any, Any, Any, Any], Any]


class _Kind(types.Type):
    def __init__(self) -> None:
        super().__init__(name=f"float32x{LANES}")


floats = _Kind()


@register_model(_Kind)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


# What each operation means.


def load(table: Table, row: int, j: int) -> Floats:
    """LANES floats from place j of a row on; they go on in the next row where this one is shorter."""
    start = row * table.shape[1] + j
    return table.reshape(-1)[start : start + LANES].copy()


def store(table: Table, row: int, j: int, v: Floats) -> None:
    """Write a value into a row, from place j on, and into the next row where this one is shorter."""
    start = row * table.shape[1] + j
    table.reshape(-1)[start : start + LANES] = v


def spread(table: Table, row: int, j: int) -> Floats:
    """The one float at a place, in all lanes."""
    return np.full(LANES, table[row, j], np.float32)


def twice(table: Table, row: int, j: int) -> Floats:
    """COLUMNS floats from a place on, as often as there is room for them."""
    return np.tile(table[row, j : j + COLUMNS], LANES // COLUMNS)


def once(table: Table, row: int, j: int) -> Floats:
    """COLUMNS floats from a place on, and zeros behind them."""
    v = np.zeros(LANES, np.float32)
    v[:COLUMNS] = table[row, j : j + COLUMNS]
    return v


def zero() -> Floats:
    """All lanes 0."""
    return np.zeros(LANES, np.float32)


def splat(x: np.float32) -> Floats:
    """All lanes x."""
    return np.full(LANES, x, np.float32)


def add(a: Floats, b: Floats) -> Floats:
    """A + b, lane by lane."""
    return a + b


def sub(a: Floats, b: Floats) -> Floats:
    """A − b, lane by lane."""
    return a - b


def mul(a: Floats, b: Floats) -> Floats:
    """A · b, lane by lane."""
    return a * b


def fma(a: Floats, b: Floats, c: Floats) -> Floats:
    """A · b + c, lane by lane, rounded once where the processor can."""
    return a * b + c


def total(v: Floats) -> np.float32:
    """Sum of all lanes."""
    return cast(np.float32, v.sum(dtype=np.float32))


def logistic(m: Floats) -> tuple[Floats, Floats]:
    """(σ(−m), e^−|m|): minus the slope of ln(1 + e^−m), and the tail from which the loss is built.

    ln(1 + e^−m) = max(−m, 0) + ln(1 + e^−|m|), and no exponent is positive, so nothing overflows.
    """
    tail = np.exp(-np.abs(m))
    return np.where(m < 0, np.float32(1), tail) / (1 + tail), tail


def excess(m: Floats) -> Floats:
    """max(−m, 0), lane by lane; NaN stays NaN."""
    return np.where(m > 0, np.float32(0), -m)


def larger(a: Floats, b: Floats) -> Floats:
    """The larger of a and b, lane by lane; NaN where a is."""
    return np.where(b > a, b, a)


def magnitude(m: Floats) -> Floats:
    """|m|, lane by lane."""
    return np.abs(m)


def inverse_root(v: Floats) -> Floats:
    """1 / √v, lane by lane, for 1e-30 ≤ v; 0 from LARGE on, infinity included."""
    return np.where(v < np.float32(LARGE), np.float32(1) / np.sqrt(v), np.float32(0))


def store_totals(
    out: Table, row: int,
    a0: Floats, a1: Floats, a2: Floats, a3: Floats, a4: Floats, a5: Floats,
    b0: Floats, b1: Floats, b2: Floats, b3: Floats, b4: Floats, b5: Floats,
) -> None:  # fmt: skip
    """Write six sums and two zeros each into row and row + 1 of a table COLUMNS wide: Σa0 … Σa5 0 0, Σb0 …
    Σb5 0 0.

    Twelve separate sums cost eight instructions each; adding the values pairwise while transposing them costs
    three.
    """
    out[row] = [*map(total, (a0, a1, a2, a3, a4, a5)), 0, 0]
    out[row + 1] = [*map(total, (b0, b1, b2, b3, b4, b5)), 0, 0]


def prefetch(table: Table, row: int, j: int) -> None:
    """Ask for the cache line of a place that will soon be read and written."""


def borrowed(array: Any) -> Any:
    """The same array, or tuple of arrays and numbers, without reference counts. The caller must keep it
    alive; a kernel's arguments always are.

    Otherwise Numba counts references inside loops: locked instructions on a counter that all threads share.
    """
    return array


# How each is compiled. The compiler takes these definitions as they are, as it takes its own of `+`:
# functions to be inlined at each of some two hundred places took it more than twice as long.


def _compiled(meaning: Callable[..., Any], result: Callable[..., Any]) -> Callable[[Emit], Emit]:
    """Decorator: emit is what the compiler writes for a call of `meaning`; `result` gives its type from the
    arguments'.
    """
    form = inspect.signature(meaning)

    def typer(context: Any) -> Any:
        def kind(*given: Any) -> Any:
            return signature(result(*given), *given)

        kind.__signature__ = form  # Numba binds arguments by it
        return kind

    def register(emit: Emit) -> Emit:
        type_callable(meaning)(typer)
        lower_builtin(meaning, *[types.Any] * len(form.parameters))(emit)
        return emit

    return register


def _floats(*arguments: Any) -> Any:
    return floats


def _nothing(*arguments: Any) -> Any:
    return types.none


def _pointer(c: Any, b: Any, s: Any, a: Any, to: Any, more: int = 0) -> Any:
    """The address of a place, the first three arguments of a call: (table, row, j + more)."""
    array = c.make_array(s.args[0])(c, b, a[0])
    row, j = (c.cast(b, a[k], s.args[k], types.intp) for k in (1, 2))
    at = b.add(b.mul(row, b.extract_value(array.shape, 1)), b.add(j, ir.Constant(j.type, more)))
    return b.bitcast(b.gep(array.data, [at]), to.as_pointer())


def _call(builder: Any, name: str, result: Any, args: list[Any], **flags: Any) -> Any:
    kind = ir.FunctionType(result, [x.type for x in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args, **flags)


def _constant(x: float) -> Any:
    return ir.Constant(_VECTOR, [float(np.float32(x))] * LANES)


def _integers(x: int) -> Any:
    return ir.Constant(_BITS, [x] * LANES)


def _all_lanes(b: Any, x: Any) -> Any:
    none = ir.Constant(_VECTOR, ir.Undefined)
    return b.shuffle_vector(b.insert_element(none, x, ir.Constant(_I32, 0)), none, _integers(0))


@_compiled(load, _floats)
def _load(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.load(_pointer(c, b, s, a, _VECTOR), align=4)


@_compiled(store, _nothing)
def _store(c: Any, b: Any, s: Any, a: Any) -> Any:
    b.store(a[3], _pointer(c, b, s, a, _VECTOR), align=4)
    return c.get_dummy_value()


@_compiled(spread, _floats)
def _spread(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _all_lanes(b, b.load(_pointer(c, b, s, a, ir.FloatType())))


def _columns(c: Any, b: Any, s: Any, a: Any, lanes: list[int]) -> Any:
    """COLUMNS floats from memory, laid out as `lanes` says; place COLUMNS is 0."""
    few = ir.VectorType(ir.FloatType(), COLUMNS)
    v = b.load(_pointer(c, b, s, a, few), align=4)
    return b.shuffle_vector(v, ir.Constant(few, [0.0] * COLUMNS), ir.Constant(_BITS, lanes))


@_compiled(twice, _floats)
def _twice(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _columns(c, b, s, a, [k % COLUMNS for k in range(LANES)])


@_compiled(once, _floats)
def _once(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _columns(c, b, s, a, [min(k, COLUMNS) for k in range(LANES)])


@_compiled(zero, _floats)
def _zero(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _constant(0)


@_compiled(splat, _floats)
def _splat(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _all_lanes(b, c.cast(b, a[0], s.args[0], types.float32))


@_compiled(add, _floats)
def _add(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.fadd(*a)


@_compiled(sub, _floats)
def _sub(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.fsub(*a)


@_compiled(mul, _floats)
def _mul(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.fmul(*a)


@_compiled(fma, _floats)
def _fma(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _call(b, f"llvm.fma.v{LANES}f32", _VECTOR, a)


@_compiled(magnitude, _floats)
def _magnitude(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _call(b, f"llvm.fabs.v{LANES}f32", _VECTOR, a)


@_compiled(larger, _floats)
def _larger(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.select(b.fcmp_ordered(">", a[1], a[0]), a[1], a[0])


@_compiled(excess, _floats)
def _excess(c: Any, b: Any, s: Any, a: Any) -> Any:
    return b.select(b.fcmp_ordered(">", a[0], _constant(0)), _constant(0), b.fsub(_constant(0), a[0]))


@_compiled(inverse_root, _floats)
def _inverse_root(c: Any, b: Any, s: Any, a: Any) -> Any:
    """Half the exponent, taken from the bits, is right to three per cent; each step of Newton's squares that.

    The processor's own root and division of sixteen floats would take some forty cycles.
    """
    bits = b.sub(_integers(0x5F375A86), b.lshr(b.bitcast(a[0], _BITS), _integers(1)))
    y, half = b.bitcast(bits, _VECTOR), b.fmul(a[0], _constant(-0.5))
    for _ in range(3):
        y = b.fmul(y, _call(b, f"llvm.fma.v{LANES}f32", _VECTOR, [b.fmul(half, y), y, _constant(1.5)]))
    return b.select(b.fcmp_ordered("<", a[0], _constant(LARGE)), y, _constant(0))


@_compiled(total, lambda v: types.float32)
def _total(c: Any, b: Any, s: Any, a: Any) -> Any:
    none = ir.Constant(ir.FloatType(), 0.0)
    return _call(
        b, f"llvm.vector.reduce.fadd.v{LANES}f32", ir.FloatType(), [none, a[0]], fastmath=["reassoc"]
    )


def _exponential(b: Any, x: Any) -> Any:
    """e^x for x ≤ 0, relative error below 2e-7; NaN stays NaN.

    Source: Moshier, Cephes, expf: x = n ln 2 + r, and e^r is a polynomial.
    """

    def fused(*factors: Any) -> Any:
        return _call(b, f"llvm.fma.v{LANES}f32", _VECTOR, list(factors))

    x = b.select(b.fcmp_ordered("<", x, _constant(-87.0)), _constant(-87.0), x)
    shift = _constant(1.5 * 2**23)  # adding it rounds to a whole number, which then stands in the lowest bits
    rounded = fused(x, _constant(1.4426950408889634), shift)
    n = b.fsub(rounded, shift)
    r = fused(n, _constant(-0.693359375), x)
    r = fused(n, _constant(2.12194440e-4), r)
    # In Estrin's order rather than Horner's: half as deep, and the next window waits for it.
    square = b.fmul(r, r)
    low = fused(_constant(1.6666665459e-1), r, _constant(5.0000001201e-1))
    middle = fused(_constant(8.3334519073e-3), r, _constant(4.1665795894e-2))
    high = fused(_constant(1.9875691500e-4), r, _constant(1.3981999507e-3))
    p = fused(fused(high, square, middle), square, low)
    p = b.fadd(fused(p, square, r), _constant(1.0))
    scale = b.shl(b.add(b.bitcast(rounded, _BITS), _integers(127)), _integers(23))
    return b.fmul(p, b.bitcast(scale, _VECTOR))


@_compiled(logistic, lambda m: types.UniTuple(floats, 2))
def _logistic(c: Any, b: Any, s: Any, a: Any) -> Any:
    size = _call(b, f"llvm.fabs.v{LANES}f32", _VECTOR, a)
    tail = _exponential(b, b.fsub(_constant(0), size))
    above = b.select(b.fcmp_ordered("<", a[0], _constant(0)), _constant(1), tail)
    slope = b.fdiv(above, b.fadd(_constant(1), tail))
    return c.make_tuple(b, s.return_type, [slope, tail])


def _transposed_sums(b: Any, values: list[Any]) -> Any:
    """The sums of LANES values (None: zero) as one: halves are added and laid side by side until one is
    left.
    """
    values = [values[int(f"{k:0{LANES.bit_length() - 1}b}"[::-1], 2)] for k in range(LANES)]
    size = LANES
    while len(values) > 1:
        low = [g * size + k for g in range(LANES // size) for k in range(size // 2)]
        values = [_halves(b, u, v, low, size // 2) for u, v in zip(values[::2], values[1::2], strict=True)]
        size //= 2
    return values[0]


def _halves(b: Any, u: Any, v: Any, low: list[int], half: int) -> Any:
    if u is None and v is None:
        return None
    u, v = (_constant(0) if x is None else x for x in (u, v))
    groups = [low[k : k + half] for k in range(0, len(low), half)]

    def pick(start: int) -> Any:
        lanes = [x + start + o for g in groups for o, part in ((0, g), (LANES, g)) for x in part]
        return b.shuffle_vector(u, v, ir.Constant(_BITS, lanes))

    return b.fadd(pick(0), pick(half))


@_compiled(store_totals, _nothing)
def _store_totals(c: Any, b: Any, s: Any, a: Any) -> Any:
    table, row, values = a[0], a[1], a[2:]
    place = [table, row, ir.Constant(ir.IntType(64), 0)]
    kinds = signature(types.none, s.args[0], s.args[1], types.intp)
    rows = [*values[:6], None, None, *values[6:], None, None]
    for k in range(0, 2 * COLUMNS, LANES):
        sums = _transposed_sums(b, rows[k : k + LANES])
        b.store(sums, _pointer(c, b, kinds, place, _VECTOR, more=k), align=4)
    return c.get_dummy_value()


@_compiled(prefetch, _nothing)
def _prefetch(c: Any, b: Any, s: Any, a: Any) -> Any:
    line = _pointer(c, b, s, a, ir.IntType(8))
    _call(b, "llvm.prefetch.p0", ir.VoidType(), [line, *(ir.Constant(_I32, n) for n in (0, 3, 1))])
    return c.get_dummy_value()


@_compiled(borrowed, lambda array: array)
def _borrowed(c: Any, b: Any, s: Any, a: Any) -> Any:
    return _uncounted(c, b, s.args[0], a[0])


def _uncounted(c: Any, b: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        pairs = zip(kind.types, cgutils.unpack_tuple(b, value), strict=True)
        return c.make_tuple(b, kind, [_uncounted(c, b, *pair) for pair in pairs])
    if not isinstance(kind, types.Array):
        return value
    same = c.make_array(kind)(c, b, value)
    same.meminfo = cgutils.get_null_value(same.meminfo.type)
    same.parent = cgutils.get_null_value(same.parent.type)
    return same._getvalue()
