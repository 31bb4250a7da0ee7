"""Linear programs over components, solved by HiGHS: how far a component is from having a solution, and the proof.

For a component, the *elastic* program (Chinneck & Dravnieks 1991) allows each edit to be missed by some amount and asks
for the least sum of these. It is 0 if and only if all edits can be met; if it is not, the dual values weigh edits such
that their weighted sum cannot be met by any numbers within the bounds (Farkas' lemma). That is then checked in exact
fractions: what is said to be impossible is proved to be, whatever the rounding of the solver.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from returnees.consistency.system import TOLERANCE
from returnees.solve.components import Bounds, Component, Edit

#: Numbers in a program are kept below this, so that the solver's absolute tolerance of 1e-7 is a ten-millionth of a
#: millionth of the largest of them.
LARGEST = 1e6
#: A sum of misses below the one is none at all; one that is not proved and below the other is the solver's rounding.
NOTHING, _ROUNDING = 1e-9, 1e-6
#: The largest denominators of weights in a proof, tried in turn: the first takes away more of the solver's rounding,
#: the second leaves room for rules with coefficients of a million.
_SHARPEST = (10**6, 10**10)


@dataclass(frozen=True)
class Question:
    """A component without its edits outside of ``edits`` (None: all) and without belief in the figures ``without``."""

    component: Component
    without: frozenset[str] = frozenset()
    edits: frozenset[int] | None = None

    def laid(self) -> dict[int, Edit]:
        """Return the edits that count."""
        return {
            number: edit
            for number, edit in self.component.edits.items()
            if (self.edits is None or number in self.edits) and self.without.isdisjoint(edit.guards)
        }

    def bounds(self, quantity: int) -> tuple[float, float]:
        """Return the bounds of a quantity, given which figures are believed."""
        item = self.component.quantities[quantity]
        return (item.floor, item.ceiling) if item.figure in self.without else (item.low, item.high)


@dataclass(frozen=True)
class Conflict:
    """A proof that edits cannot all be met: the edits, and the figures whose bounds the proof needs."""

    edits: frozenset[int]
    figures: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """Whether a question has a solution: ``conflict`` proves that it has none; ``sure`` is false if neither is sure."""

    conflict: Conflict | None
    sure: bool = True


def ask(questions: Sequence[Question], seconds: float = 60.0) -> list[Answer]:
    """Return the answer to each question, all found in one linear program of separate blocks."""
    program = _Blocks()
    laid = [question.laid() for question in questions]
    for question, edits in zip(questions, laid, strict=True):
        program.add(question, edits)
    weights = program.solve(seconds)
    if weights is None:
        return [Answer(None, sure=False) for _ in questions]
    answers, start = [], 0
    for question, edits in zip(questions, laid, strict=True):
        missed, duals = weights[0][start : start + len(edits)], weights[1][start : start + len(edits)]
        start += len(edits)
        answers.append(_answer(question, edits, missed, duals))
    return answers


class _Blocks:
    """One elastic program of many questions, each with columns and rows of its own."""

    def __init__(self) -> None:
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._limits: list[float] = []
        self._starts: list[int] = [0]
        self._index: list[int] = []
        self._value: list[float] = []

    def add(self, question: Question, edits: Mapping[int, Edit]) -> None:
        """Add a question: a column a quantity, counted from its low end, and a row an edit."""
        columns: dict[int, int] = {}
        base: dict[int, float] = {}
        rows, sizes = [], [1.0]
        for edit in edits.values():
            for quantity, _ in edit.terms:
                if quantity not in columns:
                    columns[quantity] = len(self._lower)
                    low, high = question.bounds(quantity)
                    base[quantity] = question.component.quantities[quantity].low
                    self._lower.append(low - base[quantity])
                    self._upper.append(high - base[quantity])
                    sizes += [abs(end) for end in (self._lower[-1], self._upper[-1]) if math.isfinite(end)]
            limit = math.fsum([edit.limit, *(-coefficient * base[quantity] for quantity, coefficient in edit.terms)])
            rows.append((edit, limit))
            sizes.append(abs(limit))
        # All of a block is made smaller by one factor, which changes nothing but the size of its numbers.
        factor = min(1.0, LARGEST / max(sizes))
        if factor < 1.0:
            for column in columns.values():
                self._lower[column] *= factor
                self._upper[column] *= factor
        for edit, limit in rows:
            for quantity, coefficient in edit.terms:
                self._index.append(columns[quantity])
                self._value.append(coefficient)
            self._starts.append(len(self._index))
            self._limits.append(limit * factor)

    def solve(self, seconds: float) -> tuple[np.ndarray, np.ndarray] | None:
        """Return by how much each row is missed and its dual value, or None when there was not time enough."""
        return elastic(
            lower=np.asarray(self._lower),
            upper=np.asarray(self._upper),
            limits=np.asarray(self._limits),
            starts=np.asarray(self._starts),
            index=np.asarray(self._index, dtype=np.int64),
            value=np.asarray(self._value, dtype=np.float64),
            seconds=seconds,
        )


def elastic(
    *,
    lower: np.ndarray,
    upper: np.ndarray,
    limits: np.ndarray,
    starts: np.ndarray,
    index: np.ndarray,
    value: np.ndarray,
    seconds: float,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return by how much each row is missed at least in sum, and its dual value; None when there was not time enough.

    Rows are compressed; each is the sum of value times the column of its index, at most its limit.
    """
    count, rows = len(lower), len(limits)
    if rows == 0:
        return np.zeros(0), np.zeros(0)
    # Behind each row's terms comes the amount by which it may be missed: a column of its own, with coefficient -1.
    solver = linear_program(
        cost=np.concatenate([np.zeros(count), np.ones(rows)]),
        lower=np.concatenate([lower, np.zeros(rows)]),
        upper=np.concatenate([upper, np.full(rows, np.inf)]),
        limits=limits,
        starts=starts + np.arange(rows + 1),
        index=np.insert(index, starts[1:], count + np.arange(rows)),
        value=np.insert(value, starts[1:], -1.0),
    )
    solver.setOptionValue("time_limit", float(seconds))
    # Blocks this small have nothing to be presolved: it takes as long as solving them.
    solver.setOptionValue("presolve", "off")
    solver.run()
    if not optimal(solver):
        return None
    solution = solver.getSolution()
    return np.asarray(solution.col_value)[count:], np.abs(np.asarray(solution.row_dual))


def linear_program(
    *,
    cost: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    limits: np.ndarray,
    starts: np.ndarray,
    index: np.ndarray,
    value: np.ndarray,
) -> Any:
    """Return HiGHS with the program: least cost within the bounds, each row at most its limit; rows are compressed."""
    import highspy

    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(cost), len(limits)
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, lower, upper
    program.row_lower_, program.row_upper_ = np.full(len(limits), -np.inf), limits
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = starts, index, value
    # The solver that highspy's own class wraps: the wrapper prints a line before it can be told to be silent.
    silent: Any = highspy.Highs.__base__
    solver = silent()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver


def optimal(solver: Any) -> bool:
    """Whether the last run found the best solution."""
    import highspy

    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _answer(question: Question, edits: Mapping[int, Edit], missed: np.ndarray, duals: np.ndarray) -> Answer:
    """Return the answer that one block of the solution gives; a claim of impossibility must have an exact proof."""
    if not len(missed) or float(missed.sum()) <= NOTHING:
        return Answer(None)
    tried = (_weights(edits, duals, sharpest) for sharpest in _SHARPEST)
    proofs = (prove(question, edits, weights) for weights in tried)
    conflict = next((proof for proof in proofs if proof is not None), None)
    return Answer(conflict, sure=conflict is not None or float(missed.sum()) <= _ROUNDING)


def _weights(edits: Iterable[int], duals: np.ndarray, sharpest: int) -> dict[int, Fraction]:
    """Return the weights of edits in a proof: their dual values as fractions with denominators up to `sharpest`."""
    return {
        number: Fraction(float(dual)).limit_denominator(sharpest)
        for number, dual in zip(edits, duals, strict=True)
        if dual > 1 / sharpest
    }


def prove(question: Question, edits: Mapping[int, Edit], weights: Mapping[int, Fraction]) -> Conflict | None:
    """Return the conflict if the weighted sum of the edits is beyond their weighted limits for all numbers."""
    total: dict[int, Fraction] = {}
    limit = scale = smallest = Fraction(0)
    for number, weight in weights.items():
        edit = edits[number]
        limit += weight * exact(edit.limit)
        scale += weight * abs(exact(edit.limit))
        for quantity, coefficient in edit.terms:
            total[quantity] = total.get(quantity, Fraction(0)) + weight * exact(coefficient)
    figures: set[str | None] = set()
    for quantity, weighed in total.items():
        if weighed == 0:
            continue
        low, high = question.bounds(quantity)
        end = low if weighed > 0 else high
        if not math.isfinite(end):
            return None
        smallest += weighed * exact(end)
        scale += abs(weighed * exact(end))
        if _needed(question.component.quantities[quantity], weighed, question.without):
            figures.add(question.component.quantities[quantity].figure)
    if smallest - limit <= scale * exact(TOLERANCE):
        return None
    guards = {guard for number in weights for guard in edits[number].guards}
    return Conflict(frozenset(weights), frozenset(item for item in figures if item is not None) | guards)


def alone(component: Component) -> list[Conflict]:
    """Return the conflicts that are one edit each."""
    question = Question(component)
    edits = question.laid()
    found = (prove(question, edits, {number: Fraction(1)}) for number in edits)
    return [conflict for conflict in found if conflict is not None]


def _needed(item: Bounds, coefficient: Fraction, without: Iterable[str]) -> bool:
    """Whether a sum with this coefficient is larger because the figure is believed."""
    if item.figure is None or item.figure in without:
        return False
    return item.low > item.floor if coefficient > 0 else item.high < item.ceiling


@lru_cache(maxsize=100_000)
def exact(number: float) -> Fraction:
    """Return the number that a person would write for a float: 3/5 for 0.6."""
    return Fraction(repr(float(number)))
