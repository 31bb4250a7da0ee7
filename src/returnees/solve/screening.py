"""Which parts of a system may have no solution: what whole columns of numbers show before any component is looked at.

Of many thousand components nearly all have a solution, and most of these show one themselves as soon as their
quantities are made as small as their edits allow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from returnees.consistency.system import TOLERANCE, System, places
from returnees.solve.components import labels
from returnees.solve.program import LARGEST, NOTHING, elastic

#: How often quantities are raised before what is left is left to the solver.
MOST_ROUNDS = 5

#: Nothing times unbounded, and what is beyond all numbers, are looked for where they can come up.
_QUIETLY = np.errstate(over="ignore", invalid="ignore")


@_QUIETLY
def contested(system: System) -> System:
    """Return the part of `system` in which edits limit each other.

    A quantity that all edits only hold down can be as small, and one that they only push up as great, as its bounds
    allow; an edit that is then met says nothing about the others and is left out, until none is left that is.
    """
    left = _contested(_Matrix.of(system))
    return system.of(pl.Series("edit", left.edits))


@_QUIETLY
def doubtful(system: System, seconds: float) -> System:
    """Return the components of the `contested` part in which the edits are not known to be met together.

    Numbers that meet all edits of a component are sought first from the low ends of its quantities on. What is left is
    one linear program, that of `program.ask` made of whole columns; without time for it, all that is left is returned.
    """
    left = _contested(_Matrix.of(system))
    missed = _missed_by(_raised(left), left) != 0
    if not missed.any():
        return system.of(pl.Series("edit", [], pl.Int64))
    system = system.of(pl.Series("edit", left.edits))
    component = labels(system)["component"].to_numpy()
    doubted = _with_any(component, missed)
    left, component = left.only(doubted), component[doubted]
    amounts = _least_missed(left, component, seconds)
    if amounts is not None:
        beyond = np.bincount(component, amounts) > NOTHING
        left = left.only(beyond[component])
    return system.of(pl.Series("edit", left.edits))


def _with_any(component: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """Whether each row is of a component with a marked row."""
    found = np.zeros(int(component.max(initial=0)) + 1, dtype=bool)
    found[component[marked]] = True
    rows: np.ndarray = found[component]
    return rows


def _least_missed(matrix: _Matrix, component: np.ndarray, seconds: float) -> np.ndarray | None:
    """Return by how much each row is missed when the sum of that is least, None when there was not time enough."""
    used, column = np.unique(matrix.column, return_inverse=True)
    low, width = matrix.low[used], (matrix.high - matrix.low)[used]
    # Quantities are counted from their low ends, and the numbers of a component made small by one factor.
    limit = matrix.limit - matrix.sums(matrix.coefficient * low[column])
    largest = np.ones(int(component.max()) + 1)
    np.maximum.at(largest, component, np.abs(limit))
    np.maximum.at(largest, component[matrix.row], np.where(np.isfinite(width), width, 0.0)[column])
    factor = np.minimum(1.0, LARGEST / largest)
    of_column = np.ones(len(used))
    of_column[column] = factor[component[matrix.row]]
    order = np.argsort(matrix.row, kind="stable")
    solution = elastic(
        lower=np.zeros(len(used)),
        upper=width * of_column,
        limits=limit * factor[component],
        starts=np.concatenate([[0], np.cumsum(np.bincount(matrix.row, minlength=len(limit)))]),
        index=column[order],
        value=matrix.coefficient[order],
        seconds=seconds,
    )
    return None if solution is None else solution[0]


@dataclass(frozen=True)
class _Matrix:
    """A system as arrays: a row an edit, a column a quantity, an entry a term."""

    edits: np.ndarray
    limit: np.ndarray
    low: np.ndarray
    high: np.ndarray
    row: np.ndarray
    column: np.ndarray
    coefficient: np.ndarray

    @classmethod
    def of(cls, system: System) -> _Matrix:
        edits, quantities, terms = system.edits, system.quantities, system.terms
        return cls(
            edits["edit"].to_numpy(),
            edits["limit"].to_numpy(),
            quantities["low"].to_numpy(),
            quantities["high"].to_numpy(),
            places(edits["edit"], terms["edit"]),
            places(quantities["quantity"], terms["quantity"]),
            terms["coefficient"].to_numpy(),
        )

    def only(self, rows: np.ndarray) -> _Matrix:
        """Return these rows; all columns stay."""
        number = np.cumsum(rows) - 1
        kept = rows[self.row]
        return _Matrix(
            self.edits[rows], self.limit[rows], self.low, self.high,
            number[self.row[kept]], self.column[kept], self.coefficient[kept],
        )  # fmt: skip

    def sums(self, entries: np.ndarray) -> np.ndarray:
        """Return the sum of the entries of each row."""
        return np.bincount(self.row, entries, len(self.edits))

    def beyond(self, sizes: np.ndarray) -> np.ndarray:
        """Return by how much each row is beyond its limit at these sizes of its entries; 0 where that is rounding.

        It is no number where sizes are beyond all numbers: the row is then not known to be within its limit.
        """
        scale = self.sums(np.where(np.isfinite(sizes), np.abs(sizes), 0.0))
        miss = self.sums(sizes) - self.limit
        return np.where(miss <= TOLERANCE * (scale + np.abs(self.limit)), 0.0, miss)


def _contested(matrix: _Matrix) -> _Matrix:
    """Return the rows that limit each other, as `contested` has it."""
    while len(matrix.edits):
        down, up = (_marked(matrix, matrix.coefficient * sign > 0) for sign in (1, -1))
        least = np.where(down, matrix.low, matrix.high)[matrix.column]
        sizes = np.where(matrix.coefficient == 0, 0.0, matrix.coefficient * least)
        both = matrix.sums((down & up)[matrix.column]) > 0
        settled = ((matrix.beyond(sizes) == 0) & ~both) | np.isneginf(matrix.sums(sizes))
        if not settled.any():
            break
        matrix = matrix.only(~settled)
    return matrix


def _marked(matrix: _Matrix, entries: np.ndarray) -> np.ndarray:
    """Whether each column has one of these entries."""
    found = np.zeros(len(matrix.low), dtype=bool)
    found[matrix.column[entries]] = True
    return found


def _raised(matrix: _Matrix) -> np.ndarray:
    """Return a number within its bounds for each column, such that most rows are met."""
    numbers = matrix.low.copy()
    for _ in range(MOST_ROUNDS):
        miss = _missed_by(numbers, matrix)
        room = np.maximum(-matrix.coefficient, 0.0) * (matrix.high - numbers)[matrix.column]
        room = np.where(matrix.coefficient < 0, room, 0.0)
        # A greater side is raised where it has no end, in the first such place, which is often the same for all
        # measures; where there is none, everywhere, each as it has room.
        endless = np.flatnonzero(np.isinf(room))
        rows, first = np.unique(matrix.row[endless], return_index=True)
        free = np.zeros(len(matrix.edits), dtype=bool)
        free[rows] = True
        room[free[matrix.row]] = 0.0
        room[endless[first]] = 1.0
        total = matrix.sums(room)
        raised = (miss > 0) & (free | (total >= miss))
        if not raised.any():
            break
        entries = raised[matrix.row] & (room > 0)
        row, column = matrix.row[entries], matrix.column[entries]
        more = miss[row] * room[entries] / total[row] / -matrix.coefficient[entries]
        wanted = np.minimum(numbers[column] + more, matrix.high[column])
        # A coefficient next to nothing asks for more than there are numbers.
        np.maximum.at(numbers, column, np.where(np.isfinite(wanted), wanted, 0.0))
    return numbers


def _missed_by(numbers: np.ndarray, matrix: _Matrix) -> np.ndarray:
    """Return by how much each row is missed at these numbers."""
    return matrix.beyond(matrix.coefficient * numbers[matrix.column])
