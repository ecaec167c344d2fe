"""The forces of a layout by Numba: pairs that pull, and cells of the plane that push as one body each.

The rows of a small square ask for the same bodies, so these are listed once for all of them; the sum over a
list is what the processor's vectors are made for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omnivec.kernels.compiling import driver, part

NEAR = 0.7
"""A cell pushes as one body when its side is below this share of its distance."""
LISTED = 4096
"""Bodies in a list; a longer one is summed in pieces."""

Floats = NDArray[np.float32]


@driver
def sown(
    points: Floats, low: Floats, side: float, levels: int, bodies: Floats, rows: NDArray[np.int32],
    starts: NDArray[np.int32],
) -> None:  # fmt: skip
    """Put rows (n, 2) into the cells of the finest level, and add four cells into one up to the whole.

    bodies (cells, 3) begins as zeros and ends as the mass of each cell and its middle; the cells of level l
    begin at (4**l - 1) / 3, and the four of a cell follow each other. rows (n,) and starts (finest cells
    + 1,) become the rows of each finest cell: rows[starts[c]:starts[c + 1]].
    """
    count, first = points.shape[0], ((1 << (2 * levels)) - 1) // 3
    cells = np.empty(count, np.int32)
    wide = 1 << levels
    for row in range(count):
        i = min(max(int((points[row, 0] - low[0]) / side * wide), 0), wide - 1)
        j = min(max(int((points[row, 1] - low[1]) / side * wide), 0), wide - 1)
        cell = 0
        for bit in range(
            levels
        ):  # the bits of i and j in turns: who shares the upper ones shares the larger cell
            cell |= (((i >> bit) & 1) << (2 * bit + 1)) | (((j >> bit) & 1) << (2 * bit))
        cells[row] = cell
        bodies[first + cell, 0] += np.float32(1)
        bodies[first + cell, 1] += points[row, 0]
        bodies[first + cell, 2] += points[row, 1]
    for cell in range(1 << (2 * levels)):
        starts[cell + 1] = starts[cell] + np.int32(bodies[first + cell, 0])
    place = starts.copy()
    for row in range(count):
        rows[place[cells[row]]] = row
        place[cells[row]] += 1
    for cell in range(first - 1, -1, -1):
        for child in range(4 * cell + 1, 4 * cell + 5):
            for k in range(3):
                bodies[cell, k] += bodies[child, k]
    for cell in range(bodies.shape[0]):
        if bodies[cell, 0] > 0:
            bodies[cell, 1] /= bodies[cell, 0]
            bodies[cell, 2] /= bodies[cell, 0]


@driver
def pulled(
    points: Floats, rows: NDArray[np.int32], start: int, stop: int, pairs: NDArray[np.int32],
    starts: NDArray[np.int64], pull: Floats,
) -> None:  # fmt: skip
    """The sum over the neighbours of rows[start:stop] of q times the way to them, put into pull (n, 2)."""
    one = np.float32(1)
    for at in range(start, stop):
        row = rows[at]
        x, y, right, up = points[row, 0], points[row, 1], np.float32(0), np.float32(0)
        for place in range(starts[row], starts[row + 1]):
            other = pairs[place]
            dx, dy = points[other, 0] - x, points[other, 1] - y
            q = one / (one + dx * dx + dy * dy)
            right += q * dx
            up += q * dy
        pull[row, 0], pull[row, 1] = right, up


@part
def summed(
    points: Floats, rows: NDArray[np.int32], start: int, stop: int, listed: Floats, count: int, push: Floats
) -> float:
    """Add what the first `count` bodies of listed (3, any) do to rows[start:stop]; the sum of mass · q."""
    one, total = np.float32(1), 0.0
    masses, xs, ys = listed[0], listed[1], listed[2]
    for at in range(start, stop):
        row = rows[at]
        x, y = points[row, 0], points[row, 1]
        right, up, near = np.float32(0), np.float32(0), np.float32(0)
        for k in range(count):
            dx, dy = x - xs[k], y - ys[k]
            q = one / (one + dx * dx + dy * dy)
            close = masses[k] * q
            near += close
            right += close * q * dx
            up += close * q * dy
        push[row, 0] += right
        push[row, 1] += up
        total += float(near)
    return total


@driver
def pushed(
    points: Floats, rows: NDArray[np.int32], starts: NDArray[np.int32], bodies: Floats, side: float,
    levels: int, block: int, start: int, stop: int, push: Floats,
) -> float:  # fmt: skip
    """The sum over all other rows of q² times the way from them, added to push (n, 2), which begins as zeros.

    Of the rows in the cells from `start` to `stop` of level `block`. Returns the sum of q over all pairs of
    one of these rows and another, float64.
    """
    first, one = ((1 << (2 * levels)) - 1) // 3, np.float32(1)
    shift, squares = 2 * (levels - block), ((1 << (2 * block)) - 1) // 3
    listed = np.empty((3, LISTED), np.float32)
    stack, depths = np.empty(4 * levels + 4, np.int32), np.empty(4 * levels + 4, np.int32)
    total = 0.0
    for square in range(start, stop):
        begin, end = starts[square << shift], starts[(square + 1) << shift]
        if begin == end:
            continue
        # From the middle of its rows to the farthest: a body is far when it is far from all of them.
        x, y = bodies[squares + square, 1], bodies[squares + square, 2]
        reach = np.float32(0)
        for at in range(begin, end):
            dx, dy = points[rows[at], 0] - x, points[rows[at], 1] - y
            reach = max(reach, np.sqrt(dx * dx + dy * dy))
        count, top = 0, 1
        stack[0], depths[0] = 0, 0
        while top > 0:
            top -= 1
            cell, depth = stack[top], depths[top]
            mass = bodies[cell, 0]
            if mass == 0:
                continue
            dx, dy = bodies[cell, 1] - x, bodies[cell, 2] - y
            far = max(np.sqrt(dx * dx + dy * dy) - reach, np.float32(0))
            if np.float32(side / (1 << depth)) > np.float32(NEAR) * far and mass > 1:
                if depth < levels:
                    for child in range(4 * cell + 1, 4 * cell + 5):
                        stack[top], depths[top] = child, depth + 1
                        top += 1
                else:
                    for at in range(starts[cell - first], starts[cell - first + 1]):
                        if count == LISTED:
                            total += summed(points, rows, begin, end, listed, count, push)
                            count = 0
                        listed[0, count] = one
                        listed[1, count], listed[2, count] = points[rows[at], 0], points[rows[at], 1]
                        count += 1
                continue
            if count == LISTED:
                total += summed(points, rows, begin, end, listed, count, push)
                count = 0
            listed[0, count], listed[1, count], listed[2, count] = mass, bodies[cell, 1], bodies[cell, 2]
            count += 1
        total += summed(points, rows, begin, end, listed, count, push)
        total -= end - begin  # each row with itself
    return total
