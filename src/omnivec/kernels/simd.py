"""A handful of float32 as one Numba value: written once, legalised by LLVM to AVX-512, AVX2 or NEON.

Each operation is a plain Python function (its meaning, and what runs when the compiler is switched off) with
a compiled twin of the same name. A place in a table is (row, j): tables are C-contiguous (rows, width)
float32, width a multiple of 16; `j` counts floats from the row's start. Places are not views on purpose:
Numba counts references to every view, two locked instructions each, on a counter that all threads share. That
took a third of the time of a window.

Why not let LLVM vectorise loops: a window touches more than a dozen rows, and LLVM gives up proving that they
do not overlap. Explicit values doubled the speed of skip-gram on one thread.
"""

# Numba's decorators are untyped, and a twin's signature is that of the function it stands for.
# mypy: disable-error-code="no-untyped-def, untyped-decorator, call-arg, no-untyped-call, attr-defined, assignment"

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic, models, overload, register_model
from numpy.typing import NDArray

Table = NDArray[np.float32]  # (rows, width)
Floats = NDArray[np.float32]  # what a value is in plain Python: (LANES,) float32

_FEATURES = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES

LANES = 16 if "+avx512f" in _FEATURES else 8
"""Floats in one value. AVX-512 has 32 registers of 16; the blocks of `window.py` need 14 and spill into
memory when 16 lanes must be laid on AVX2's 16 registers of 8 (5.8 M instead of 7.4 M tokens per second at dim
100)."""

COLUMNS = 8
"""Floats between two rows of scores: six outputs and two empty places, so that two rows are one value of 16
lanes.
"""

_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_BITS = ir.VectorType(ir.IntType(32), LANES)
_I32 = ir.IntType(32)

Emit = Callable[[Any, Any, Any, Any], Any]


class _Floats(types.Type):
    def __init__(self) -> None:
        super().__init__(name=f"float32x{LANES}")


floats = _Floats()


@register_model(_Floats)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


# What each operation means.


def load(table: Table, row: int, j: int) -> Floats:
    """The floats j … j + LANES − 1 of a row."""
    return table[row, j : j + LANES].copy()


def store(table: Table, row: int, j: int, v: Floats) -> None:
    """Write a value into a row, from place j on."""
    table[row, j : j + LANES] = v


def spread(table: Table, row: int, j: int) -> Floats:
    """The one float at a place, in all lanes."""
    return np.full(LANES, table[row, j], np.float32)


def zero() -> Floats:
    """All lanes 0."""
    return np.zeros(LANES, np.float32)


def splat(x: np.float32) -> Floats:
    """All lanes x."""
    return np.full(LANES, x, np.float32)


def add(a: Floats, b: Floats) -> Floats:
    """A + b, lane by lane."""
    return a + b


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


def magnitude(m: Floats) -> Floats:
    """|m|, lane by lane."""
    return np.abs(m)


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


def prefetch(table: Table, row: int) -> None:
    """Ask for all cache lines of a row that will soon be read and written."""


def borrowed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array without its reference count. The caller must keep it alive; a kernel's arguments always
    are.

    Otherwise Numba counts references inside loops: locked instructions on a counter that all threads share.
    """
    return array


# How each is compiled.


def _pointer(context: Any, builder: Any, kind: Any, table: Any, row: Any, j: Any, to: Any) -> Any:
    array = context.make_array(kind)(context, builder, table)
    width = builder.extract_value(array.shape, 1)
    return builder.bitcast(
        builder.gep(array.data, [builder.add(builder.mul(row, width), j)]), to.as_pointer()
    )


def _call(builder: Any, name: str, result: Any, args: list[Any], **flags: Any) -> Any:
    kind = ir.FunctionType(result, [x.type for x in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args, **flags)


def _constant(x: float) -> Any:
    return ir.Constant(_VECTOR, [float(np.float32(x))] * LANES)


def _all_lanes(b: Any, x: Any) -> Any:
    none = ir.Constant(_VECTOR, ir.Undefined)
    return b.shuffle_vector(b.insert_element(none, x, ir.Constant(_I32, 0)), none, _integers(0))


def _integers(x: int) -> Any:
    return ir.Constant(_BITS, [x] * LANES)


@intrinsic
def _load(typing: Any, table: Any, row: Any, j: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.load(_pointer(c, b, s.args[0], *a, _VECTOR), align=4)

    return floats(table, types.intp, types.intp), emit


@intrinsic
def _store(typing: Any, table: Any, row: Any, j: Any, v: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        b.store(a[3], _pointer(c, b, s.args[0], *a[:3], _VECTOR), align=4)
        return c.get_dummy_value()

    return types.void(table, types.intp, types.intp, floats), emit


@intrinsic
def _spread(typing: Any, table: Any, row: Any, j: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return _all_lanes(b, b.load(_pointer(c, b, s.args[0], *a, ir.FloatType())))

    return floats(table, types.intp, types.intp), emit


@intrinsic
def _zero(typing: Any) -> tuple[Any, Emit]:
    return floats(), lambda c, b, s, a: _constant(0)


@intrinsic
def _splat(typing: Any, x: Any) -> tuple[Any, Emit]:
    return floats(types.float32), lambda c, b, s, a: _all_lanes(b, a[0])


@intrinsic
def _add(typing: Any, a: Any, b: Any) -> tuple[Any, Emit]:
    return floats(floats, floats), lambda c, b, s, a: b.fadd(*a)


@intrinsic
def _mul(typing: Any, a: Any, b: Any) -> tuple[Any, Emit]:
    return floats(floats, floats), lambda c, b, s, a: b.fmul(*a)


@intrinsic
def _fma(typing: Any, a: Any, b: Any, x: Any) -> tuple[Any, Emit]:
    return floats(floats, floats, floats), lambda c, b, s, a: _call(b, f"llvm.fma.v{LANES}f32", _VECTOR, a)


@intrinsic
def _total(typing: Any, v: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        start = ir.Constant(ir.FloatType(), 0.0)
        return _call(
            b, f"llvm.vector.reduce.fadd.v{LANES}f32", ir.FloatType(), [start, *a], fastmath=("reassoc",)
        )

    return types.float32(floats), emit


@intrinsic
def _magnitude(typing: Any, m: Any) -> tuple[Any, Emit]:
    return floats(floats), lambda c, b, s, a: _call(b, f"llvm.fabs.v{LANES}f32", _VECTOR, a)


@intrinsic
def _excess(typing: Any, m: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        return b.select(b.fcmp_ordered(">", a[0], _constant(0)), _constant(0), b.fsub(_constant(0), a[0]))

    return floats(floats), emit


def _exponential(b: Any, x: Any) -> Any:
    """e^x for x ≤ 0, relative error below 2e-7; NaN stays NaN. Cephes' expf (Moshier): x = n ln 2 + r, e^r a
    polynomial.
    """
    x = b.select(b.fcmp_ordered("<", x, _constant(-87.0)), _constant(-87.0), x)
    fma = lambda *a: _call(b, f"llvm.fma.v{LANES}f32", _VECTOR, list(a))  # noqa: E731
    shift = _constant(1.5 * 2**23)  # adding it rounds to a whole number, which then stands in the lowest bits
    rounded = fma(x, _constant(1.4426950408889634), shift)
    n = b.fsub(rounded, shift)
    r = fma(n, _constant(-0.693359375), x)
    r = fma(n, _constant(2.12194440e-4), r)
    p = _constant(1.9875691500e-4)
    for k in (1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1):
        p = fma(p, r, _constant(k))
    p = b.fadd(fma(p, b.fmul(r, r), r), _constant(1.0))
    scale = b.shl(b.add(b.bitcast(rounded, _BITS), _integers(127)), _integers(23))
    return b.fmul(p, b.bitcast(scale, _VECTOR))


@intrinsic
def _logistic(typing: Any, m: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        size = _call(b, f"llvm.fabs.v{LANES}f32", _VECTOR, a)
        tail = _exponential(b, b.fsub(_constant(0), size))
        above = b.select(b.fcmp_ordered("<", a[0], _constant(0)), _constant(1), tail)
        slope = b.fdiv(above, b.fadd(_constant(1), tail))
        return c.make_tuple(b, s.return_type, [slope, tail])

    return types.UniTuple(floats, 2)(floats), emit


def _transposed_sums(b: Any, values: list[Any]) -> Any:
    """The sums of LANES values (None: zero) as the lanes of one: halves are added and laid side by side, four
    times.
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


@intrinsic
def _store_totals(
    typing: Any, out: Any, row: Any,
    a0: Any, a1: Any, a2: Any, a3: Any, a4: Any, a5: Any,
    b0: Any, b1: Any, b2: Any, b3: Any, b4: Any, b5: Any,
) -> tuple[Any, Emit]:  # fmt: skip
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        rows = [*a[2:8], None, None, *a[8:14], None, None]
        for k in range(0, 2 * COLUMNS, LANES):
            place = _pointer(c, b, s.args[0], a[0], a[1], ir.Constant(a[1].type, k), _VECTOR)
            b.store(_transposed_sums(b, rows[k : k + LANES]), place, align=4)
        return c.get_dummy_value()

    return types.void(out, types.intp, *[floats] * 12), emit


@intrinsic
def _prefetch(typing: Any, table: Any, row: Any, j: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        line = _pointer(c, b, s.args[0], *a, ir.IntType(8))
        _call(b, "llvm.prefetch.p0", ir.VoidType(), [line, *(ir.Constant(_I32, n) for n in (0, 3, 1))])
        return c.get_dummy_value()

    return types.void(table, types.intp, types.intp), emit


@intrinsic
def _borrowed(typing: Any, array: Any) -> tuple[Any, Emit]:
    def emit(c: Any, b: Any, s: Any, a: Any) -> Any:
        same = c.make_array(s.args[0])(c, b, a[0])
        same.meminfo = cgutils.get_null_value(same.meminfo.type)
        same.parent = cgutils.get_null_value(same.parent.type)
        return same._getvalue()

    return array(array), emit


def _twin(meaning: Any) -> Any:
    return overload(meaning, inline="always")


@_twin(load)
def _(table, row, j):
    return lambda table, row, j: _load(table, row, j)


@_twin(store)
def _(table, row, j, v):
    return lambda table, row, j, v: _store(table, row, j, v)


@_twin(spread)
def _(table, row, j):
    return lambda table, row, j: _spread(table, row, j)


@_twin(zero)
def _():
    return lambda: _zero()


@_twin(splat)
def _(x):
    return lambda x: _splat(x)


@_twin(add)
def _(a, b):
    return lambda a, b: _add(a, b)


@_twin(mul)
def _(a, b):
    return lambda a, b: _mul(a, b)


@_twin(fma)
def _(a, b, c):
    return lambda a, b, c: _fma(a, b, c)


@_twin(total)
def _(v):
    return lambda v: _total(v)


@_twin(magnitude)
def _(m):
    return lambda m: _magnitude(m)


@_twin(excess)
def _(m):
    return lambda m: _excess(m)


@_twin(logistic)
def _(m):
    return lambda m: _logistic(m)


@_twin(store_totals)
def _(out, row, a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5):
    return lambda out, row, a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5: _store_totals(
        out, row, a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5
    )


@_twin(prefetch)
def _(table, row):
    def lines(table, row):
        for j in range(0, table.shape[1], 16):
            _prefetch(table, row, j)

    return lines


@_twin(borrowed)
def _(array):
    return lambda array: _borrowed(array)
