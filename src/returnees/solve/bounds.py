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
        self.solver.setOptionValue("time_limit", float(seconds))

    def end(self, quantity: int, sign: int) -> tuple[float, set[str]] | None:
        """Return the least (`sign` 1) or the most (-1) the quantity can be and what binds it, None when out of time."""
        column = self.columns[quantity]
        item = self.items[column]
        if self._asked is not None:
            self.solver.changeColCost(self._asked, 0.0)
        self._asked = column
        self.solver.changeColCost(column, float(sign))
        self.solver.run()
        if not optimal(self.solver):
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
