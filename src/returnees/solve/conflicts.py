"""Joint feasibility: sets of figures of which no two contradict each other by one edit, and that cannot all be true."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import polars as pl

from returnees.consistency.system import System
from returnees.solve.components import Component, components
from returnees.solve.program import Conflict, Question, ask
from returnees.solve.screening import doubtful

#: How many contradictions of one component are shown, each without a figure of those before it.
MOST_OF_ONE = 20


@dataclass(frozen=True)
class Joint:
    """The contradictions found, each irreducible, and the components that could not be decided (their figures)."""

    conflicts: tuple[tuple[Component, Conflict], ...]
    undecided: tuple[tuple[str, ...], ...]


def joint_conflicts(system: System, broken: Collection[int], seconds: float = 10.0) -> Joint:
    """Return the sets of edits of `system` that cannot all be met though each of them alone can.

    Parameters
    ----------
    broken
        Edits that are broken alone. One figure of each is not believed here, the one in most of them first: what is
        found then is another contradiction, not the same one in other words.
    seconds
        Time limit for one linear program.
    """
    kept = system.edits.filter(~pl.col("edit").is_in(list(broken)))["edit"]
    left = doubtful(_doubting(system.of(kept), _doubted(system, broken)), seconds)
    if left.edits.height == 0:
        return Joint((), ())
    parts = list(components(left))
    answers = ask([Question(part) for part in parts], seconds)
    found: list[tuple[Component, Conflict]] = []
    undecided = []
    for part, answer in zip(parts, answers, strict=True):
        if answer.conflict is not None:
            found += [(part, conflict) for conflict in _all_of(part, answer.conflict, seconds)]
        elif not answer.sure:
            undecided.append(part.figures)
    return Joint(tuple(found), tuple(undecided))


def _doubted(system: System, broken: Collection[int]) -> set[str]:
    """Return figures such that each broken edit has one of them."""
    terms = system.terms.filter(pl.col("edit").is_in(list(broken))).join(system.quantities, on="quantity")
    figures_of: dict[int, set[str]] = {}
    edits_of: dict[str, set[int]] = {}
    for number, figure in terms.select("edit", "figure").drop_nulls().iter_rows():
        figures_of.setdefault(number, set()).add(figure)
        edits_of.setdefault(figure, set()).add(number)
    waiting = [(-len(edits), figure) for figure, edits in edits_of.items()]
    heapify(waiting)
    doubted: set[str] = set()
    while waiting:
        count, figure = heappop(waiting)
        left = edits_of[figure]
        if left and -count > len(left):
            # Others have taken edits of it since: it waits for its new turn.
            heappush(waiting, (-len(left), figure))
        elif left:
            doubted.add(figure)
            for number in list(left):
                for other in figures_of[number]:
                    edits_of[other].discard(number)
    return doubted


def _doubting(system: System, figures: Collection[str]) -> System:
    """Return `system` with the bounds that are left without these figures, and without edits that they guard."""
    if not figures:
        return system
    names = list(figures)
    doubted = pl.col("figure").is_in(names)
    quantities = system.quantities.with_columns(
        pl.when(doubted).then("floor").otherwise("low").alias("low"),
        pl.when(doubted).then("ceiling").otherwise("high").alias("high"),
    )
    void = system.guards.filter(doubted)["edit"].unique()
    kept = system.edits.filter(~pl.col("edit").is_in(void.implode()))["edit"]
    return System(quantities, system.edits, system.terms, system.guards).of(kept)


def _all_of(component: Component, first: Conflict, seconds: float) -> Iterator[Conflict]:
    """Yield irreducible conflicts of a component, no two with a figure in common."""
    conflict: Conflict | None = first
    without: frozenset[str] = frozenset()
    for _ in range(MOST_OF_ONE):
        if conflict is None or not conflict.figures:
            return
        smallest = irreducible(Question(component, without), conflict, seconds)
        yield smallest
        without |= smallest.figures
        conflict = ask([Question(component, without)], seconds)[0].conflict


def irreducible(question: Question, conflict: Conflict, seconds: float = 10.0) -> Conflict:
    """Return a part of `conflict` that is one no more if any edit or any figure of it is left out.

    Each is left out in turn and stays out if the rest is still impossible (deletion filter, Chinneck & Dravnieks 1991).
    """
    component, without = question.component, question.without
    others = frozenset(component.figures) - conflict.figures
    tried: set[object] = set()
    while True:
        parts: list[object] = [
            item for item in (*sorted(conflict.edits), *sorted(conflict.figures)) if item not in tried
        ]
        if not parts:
            return conflict
        tried.add(parts[0])
        edits = conflict.edits - {parts[0]} if isinstance(parts[0], int) else conflict.edits
        doubted = others | without | ({parts[0]} if isinstance(parts[0], str) else set())
        smaller = ask([Question(component, frozenset(doubted), edits)], seconds)[0].conflict
        if smaller is not None:
            conflict = smaller
            others = frozenset(component.figures) - conflict.figures
