"""Minimum hitting sets: the lightest sets of figures that have one of every conflict."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

#: Sums of weights that differ by less are the same.
_ROUNDING = 1 + 1e-12


class OutOfTime(Exception):
    """The search was not finished within its time."""


def hitting_sets(
    conflicts: Sequence[frozenset[str]], weights: Mapping[str, float], most: int, deadline: float = math.inf
) -> list[frozenset[str]]:
    """Return the sets of least weight that hit every conflict, at most `most` of them; none when no finite one does.

    Branch and bound on a conflict that is not hit yet; conflicts that share no figure give the bound.

    Parameters
    ----------
    weights
        The weight of each figure, above 0; one of infinite weight is never chosen.
    deadline
        When to give up, on the clock of `time.monotonic`.

    Raises
    ------
    OutOfTime
        At the deadline.
    """
    names = sorted({figure for conflict in conflicts for figure in conflict})
    cost = [weights[name] for name in names]
    search = _Search(cost, most, deadline)
    place = {name: number for number, name in enumerate(names)}
    search.visit(0, _smallest(sum(1 << place[figure] for figure in conflict) for conflict in conflicts), 0.0)
    return [frozenset(names[number] for number in _members(found)) for found in search.found[:most]]


class _Search:
    """Branch and bound; sets of figures are bits of one integer."""

    def __init__(self, cost: Sequence[float], most: int, deadline: float) -> None:
        self.found: list[int] = []
        self._best = math.inf
        self._cost, self._most, self._deadline = cost, most, deadline

    def visit(self, chosen: int, left: list[int], weight: float) -> None:
        """Go on from the figures `chosen`, given what the conflicts not yet hit still have to choose from."""
        if time.monotonic() > self._deadline:
            raise OutOfTime
        bound = weight + self._at_least(left)
        if bound > self._best * _ROUNDING or (len(self.found) >= self._most and bound * _ROUNDING >= self._best):
            return
        if not left:
            if weight * _ROUNDING < self._best:
                self.found, self._best = [], weight
            self.found.append(chosen)
            return
        seen = 0
        for number in sorted(_members(min(left, key=int.bit_count)), key=lambda member: self._cost[member]):
            bit = 1 << number
            if math.isfinite(self._cost[number]):
                # A set with an earlier figure of this conflict has been seen when that one was chosen.
                self.visit(
                    chosen | bit, [other & ~seen for other in left if not other & bit], weight + self._cost[number]
                )
            seen |= bit

    def _at_least(self, left: Sequence[int]) -> float:
        """Return a weight that no hitting set is below: that of the lightest figures of conflicts that share none."""
        total, seen = 0.0, 0
        for conflict in left:
            if not conflict & seen:
                total += min((self._cost[number] for number in _members(conflict)), default=math.inf)
                seen |= conflict
        return total


def _smallest(conflicts: Iterable[int]) -> list[int]:
    """Return the conflicts of which no other is a part, the smallest first."""
    kept: list[int] = []
    for conflict in sorted(set(conflicts), key=lambda item: (item.bit_count(), item)):
        if all(other & ~conflict for other in kept):
            kept.append(conflict)
    return kept


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
