"""Implied bounds: the least and the most that each quantity can be, given everything else (linear programming)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from returnees.solve.components import Component
from returnees.solve.program import Question, ask, exact, linear_program, optimal

#: Below this a dual value is the solver's rounding.
_NOTHING = 1e-9
#: Ends that differ by less, relative to their size, are the same but for the solver's rounding.
_ROUNDING = 1e-9
_SHARPEST = 10**6
#: How far the solver's rounding may leave a growth of 1 from it.
_GROWN = 0.5


@dataclass(frozen=True, slots=True)
class Implied:
    """The least and the most that a quantity can be, and the figures that make it so; infinite where nothing does."""

    quantity: int
    low: float
    high: float
    binding: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """Bounds of quantities, and the components (their figures) that contradict themselves, so that nothing follows.

    ``late`` are the quantities for which the time ran out.
    """

    bounds: tuple[Implied, ...]
    contradictory: tuple[tuple[str, ...], ...]
    late: tuple[int, ...]


def implied_bounds(parts: Sequence[Component], wanted: Collection[int], seconds: float = 10.0) -> Outcome:
    """Return the bounds of the `wanted` quantities of `parts`; `seconds` is the time limit for one linear program."""
    answers = ask([Question(part) for part in parts], seconds * max(1, len(parts)))
    bounds: list[Implied] = []
    contradictory: list[tuple[str, ...]] = []
    late: list[int] = []
    for part, answer in zip(parts, answers, strict=True):
        chosen = [quantity for quantity in part.quantities if quantity in wanted]
        if answer.conflict is not None:
            contradictory.append(part.figures)
        elif not answer.sure:
            late += chosen
        elif chosen:
            for quantity, found in _of_component(part, chosen, seconds):
                if found is None:
                    late.append(quantity)
                else:
                    bounds.append(found)
    return Outcome(tuple(bounds), tuple(contradictory), tuple(late))


class _Program:
    """The linear program of one component, asked about one quantity after another."""

    def __init__(self, component: Component, seconds: float) -> None:
        self.component = component
        self._asked: int | None = None
        self.columns = {quantity: number for number, quantity in enumerate(component.quantities)}
        self.items = list(component.quantities.values())
        ends = [abs(end) for item in self.items for end in (item.low, item.high) if math.isfinite(end)]
        limits = [edit.limit for edit in component.edits.values()]
        # One factor for all numbers keeps the solver's absolute tolerances meaningful.
        self.factor = min(1.0, 1e6 / max([1.0, *ends, *map(abs, limits)]))
        lengths = [len(edit.terms) for edit in component.edits.values()]
        terms = [(self.columns[quantity], value) for edit in component.edits.values() for quantity, value in edit.terms]
        self.solver: Any = linear_program(
            cost=np.zeros(len(self.items)),
            lower=np.array([item.low for item in self.items]) * self.factor,
            upper=np.array([item.high for item in self.items]) * self.factor,
            limits=np.array(limits) * self.factor,
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            index=np.array([column for column, _ in terms], dtype=np.int64),
            value=np.array([value for _, value in terms]),
        )
        self._seconds = seconds
        # The least and the most that each quantity was in any solution so far: an end that it reached needs no program.
        self._least = np.full(len(self.items), np.inf)
        self._most = np.full(len(self.items), -np.inf)
        everything = np.arange(len(self.items), dtype=np.int32)
        for sign in (1.0, -1.0):
            cost = [sign if sign > 0 or math.isfinite(item.high) else 0.0 for item in self.items]
            self.solver.changeColsCost(len(self.items), everything, np.array(cost))
            self._run()
        self.solver.changeColsCost(len(self.items), everything, np.zeros(len(self.items)))
        self._endless = self._without_end(seconds)

    def _run(self) -> bool:
        """Solve the program as it stands, note what each quantity is, return whether the best solution was found."""
        # The solver's clock runs on from one run to the next.
        self.solver.setOptionValue("time_limit", float(self.solver.getRunTime() + self._seconds))
        self.solver.run()
        if not optimal(self.solver):
            return False
        values = np.asarray(self.solver.getSolution().col_value)
        np.minimum(self._least, values, out=self._least)
        np.maximum(self._most, values, out=self._most)
        return True

    def _without_end(self, seconds: float) -> np.ndarray:
        """Return which quantities can grow for ever: those that grow along some direction that no edit stops.

        Directions add up and can be stretched, so one of them has at least 1 wherever any has more than nothing: the
        program counts in how many quantities a direction reaches 1.
        """
        edits = list(self.component.edits.values())
        count, free = len(self.items), np.array([math.isinf(item.high) for item in self.items])
        reached = count + np.arange(count)
        terms = [(self.columns[quantity], value) for edit in edits for quantity, value in edit.terms]
        lengths = [*(len(edit.terms) for edit in edits), *([2] * count)]
        solver: Any = linear_program(
            cost=np.concatenate([np.zeros(count), -np.ones(count)]),
            lower=np.zeros(2 * count),
            upper=np.concatenate([np.where(free, np.inf, 0.0), np.ones(count)]),
            limits=np.zeros(len(edits) + count),
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            index=np.concatenate(
                [np.array([column for column, _ in terms]), np.stack([reached, np.arange(count)], axis=1).ravel()]
            ).astype(np.int64),
            value=np.concatenate([np.array([value for _, value in terms]), np.tile([1.0, -1.0], count)]),
        )
        # Presolving takes a hundred times as long as solving here.
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("time_limit", float(seconds))
        solver.run()
        if not optimal(solver):
            return np.zeros(count, dtype=bool)
        return np.asarray(solver.getSolution().col_value)[count:] > 1.0 - _GROWN

    def _reached(self, column: int, sign: int) -> bool:
        """Whether some solution has the quantity at its own end."""
        own = self.items[column].low if sign > 0 else self.items[column].high
        seen = self._least[column] if sign > 0 else self._most[column]
        return math.isfinite(own) and bool(sign * (seen - own * self.factor) <= 0)

    def end(self, quantity: int, sign: int) -> tuple[float, set[str]] | None:
        """Return the least (`sign` 1) or the most (-1) the quantity can be and what binds it, None when out of time."""
        column = self.columns[quantity]
        item = self.items[column]
        if sign < 0 and self._endless[column]:
            return math.inf, set()
        if self._reached(column, sign):
            narrower = item.low > item.floor if sign > 0 else item.high < item.ceiling
            return (item.low if sign > 0 else item.high), {item.figure} if item.figure and narrower else set()
        if self._asked is not None:
            self.solver.changeColCost(self._asked, 0.0)
        self._asked = column
        self.solver.changeColCost(column, float(sign))
        if not self._run():
            return None if self._late() else (-sign * math.inf, set())
        solution = self.solver.getSolution()
        found = self._proved(quantity, sign, np.abs(np.asarray(solution.row_dual)))
        if found is not None:
            return found
        value = float(solution.col_value[column]) / self.factor
        own = item.low if sign > 0 else item.high
        return value, {item.figure} if item.figure is not None and math.isclose(value, own) else set()

    def _late(self) -> bool:
        import highspy

        unbounded = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
        return self.solver.getModelStatus() not in unbounded

    def _proved(self, quantity: int, sign: int, duals: np.ndarray) -> tuple[float, set[str]] | None:
        """Return the end as the weighted sum of edits gives it, in exact fractions, with the figures it needs.

        For weights y of the edits, sign * x is at least the sum of y times what each edit leaves, with all other
        quantities at the ends that their total coefficient asks for.
        """
        total = {quantity: Fraction(sign)}
        limit = Fraction(0)
        for weight, edit in zip(duals, self.component.edits.values(), strict=True):
            if weight > _NOTHING:
                exactly = Fraction(float(weight)).limit_denominator(_SHARPEST)
                limit -= exactly * exact(edit.limit)
                for other, coefficient in edit.terms:
                    total[other] = total.get(other, Fraction(0)) + exactly * exact(coefficient)
        binding: set[str] = set()
        for other, weighed in total.items():
            if weighed == 0:
                continue
            item = self.component.quantities[other]
            end = item.low if weighed > 0 else item.high
            if not math.isfinite(end):
                return None
            limit += weighed * exact(end)
            if item.figure is not None and (item.low > item.floor if weighed > 0 else item.high < item.ceiling):
                binding.add(item.figure)
        return float(sign * limit), binding


def _of_component(part: Component, chosen: Sequence[int], seconds: float) -> Iterator[tuple[int, Implied | None]]:
    """Yield the bounds of the chosen quantities of one component, None for one whose time ran out."""
    program = _Program(part, seconds)
    for quantity in chosen:
        low, high = program.end(quantity, 1), program.end(quantity, -1)
        if low is None or high is None:
            yield quantity, None
            continue
        # Within rounding, an end is what the figure itself says.
        item = part.quantities[quantity]
        least, most = (
            own if math.isclose(found, own, rel_tol=_ROUNDING) else found
            for found, own in ((low[0], item.low), (high[0], item.high))
        )
        yield quantity, Implied(quantity, least, most, tuple(sorted(low[1] | high[1])))
