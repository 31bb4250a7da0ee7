"""Linear inequalities in exact fractions, by elimination of one quantity after another (Fourier and Motzkin)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from returnees.solve.components import Component

#: The sum of coefficient times quantity is at most the limit.
Row = tuple[tuple[tuple[int, Fraction], ...], Fraction]


def rows(component: Component, without: Collection[str] = (), edits: Collection[int] | None = None) -> list[Row]:
    """Return the edits of a component and the bounds of its quantities, without belief in the figures `without`."""
    found = [
        _row(edit.terms, edit.limit)
        for number, edit in component.edits.items()
        if set(edit.guards).isdisjoint(without) and (edits is None or number in edits)
    ]
    for quantity, item in component.quantities.items():
        doubted = item.figure in without
        found.append(_row([(quantity, -1.0)], -(item.floor if doubted else item.low)))
        high = item.ceiling if doubted else item.high
        if math.isfinite(high):
            found.append(_row([(quantity, 1.0)], high))
    return found


def _row(terms: Iterable[tuple[int, float]], limit: float) -> Row:
    total: dict[int, Fraction] = {}
    for quantity, coefficient in terms:
        total[quantity] = total.get(quantity, Fraction(0)) + Fraction(repr(coefficient))
    return tuple(sorted((key, value) for key, value in total.items() if value)), Fraction(repr(limit))


def feasible(system: Sequence[Row]) -> bool:
    """Whether any numbers satisfy all rows."""
    return all(limit >= 0 for terms, limit in _eliminated(system, keep=None) if not terms)


def ends(system: Sequence[Row], quantity: int) -> tuple[float, float]:
    """Return the least and the most that a quantity can be where the rows can be satisfied."""
    low, high = -math.inf, math.inf
    for terms, limit in _eliminated(system, keep=quantity):
        for _, coefficient in terms:
            end = float(limit / coefficient)
            low, high = (low, min(high, end)) if coefficient > 0 else (max(low, end), high)
    return low, high


def _eliminated(system: Sequence[Row], keep: int | None) -> set[Row]:
    left = {_scaled(row) for row in system}
    while names := {name for terms, _ in left for name, _ in terms} - {keep}:
        sides = {name: ([row for row in left if dict(row[0]).get(name, 0) > 0],
                        [row for row in left if dict(row[0]).get(name, 0) < 0]) for name in names}  # fmt: skip
        name = min(names, key=lambda item: (len(sides[item][0]) * len(sides[item][1]), item))
        above, below = sides[name]
        rest = left.difference(above, below)
        left = _sharpest(rest | {_combined(one, other, name) for one in above for other in below})
    return left


def _combined(above: Row, below: Row, name: int) -> Row:
    one, other = 1 / dict(above[0])[name], -1 / dict(below[0])[name]
    total = {key: value * one for key, value in above[0]}
    for key, value in below[0]:
        total[key] = total.get(key, Fraction(0)) + value * other
    return _scaled(
        (tuple(sorted((key, value) for key, value in total.items() if value)), above[1] * one + below[1] * other)
    )


def _scaled(row: Row) -> Row:
    """Return the row with 1 or -1 as its first coefficient, so that equal rows are equal."""
    terms, limit = row
    if not terms:
        return terms, limit
    size = abs(terms[0][1])
    return tuple((key, value / size) for key, value in terms), limit / size


def _sharpest(system: Iterable[Row]) -> set[Row]:
    limits: dict[tuple[tuple[int, Fraction], ...], Fraction] = {}
    for terms, limit in system:
        limits[terms] = min(limit, limits.get(terms, limit))
    return set(limits.items())


def explanations(component: Component, weights: dict[str, float]) -> tuple[float, set[frozenset[str]]]:
    """Return the least weight of figures that must be doubted, and every such set, by trying all sets of figures."""
    best, found = math.inf, set()
    figures = [figure for figure in component.figures if math.isfinite(weights.get(figure, 1.0))]
    for size in range(len(figures) + 1):
        for chosen in combinations(figures, size):
            weight = math.fsum(weights.get(figure, 1.0) for figure in chosen)
            if weight <= best and feasible(rows(component, chosen)):
                found = found if weight == best else set()
                best = weight
                found.add(frozenset(chosen))
    return best, found
