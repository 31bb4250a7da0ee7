"""Error localisation: the lightest sets of figures of which one must be wrong all through (Fellegi & Holt 1976).

A set of figures explains a contradiction when the edits can be met once the set is not believed. Every conflict (a
proof that some figures cannot all be true) must lose a figure, so an explanation hits every conflict: the lightest sets
that hit all conflicts known so far are tried, and one that does not explain everything gives a new conflict (implicit
hitting sets, Moreno-Centeno & Karp 2013). Unlike a program with one switch a figure, this needs no constant as large as
the largest number, so that figures of any size stand side by side; and all components are asked about at once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from returnees.solve.components import Component
from returnees.solve.hitting import OutOfTime, hitting_sets
from returnees.solve.program import Answer, Conflict, Question, alone, ask

#: How many equally light explanations of one component are given.
MOST_EXPLANATIONS = 20


@dataclass(frozen=True)
class Located:
    """What must be wrong in a component.

    ``suspects`` are the lightest explanations, each a set of figures; ``complete`` says whether these are all of them;
    ``conflicts`` are the contradictions they mend. ``suspects`` is empty when no figures that may be doubted explain
    it. ``optimal`` is false when the time ran out: then there is one explanation, and there may be lighter ones.
    """

    component: Component
    conflicts: tuple[Conflict, ...]
    suspects: tuple[tuple[str, ...], ...]
    weight: float
    optimal: bool
    complete: bool


@dataclass
class _Search:
    """How far the search in one component has come."""

    component: Component
    spent: float = 0.0
    conflicts: list[Conflict] = field(default_factory=list)
    mended: set[frozenset[str]] = field(default_factory=set)
    candidates: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])
    late: bool = False
    done: bool = False


def locate(
    parts: Sequence[Component], weights: Mapping[str, float], *, most: int = MOST_EXPLANATIONS, seconds: float = 10.0
) -> list[Located]:
    """Return what must be wrong in each of `parts` that has a contradiction, or may have one when the time ran out.

    Parameters
    ----------
    weights
        How much each figure is believed; 1 for one that is not named; infinite for one that is never doubted.
    most
        How many explanations of a component are wanted.
    seconds
        Time limit for each component.
    """
    searches = [_Search(part, conflicts=alone(part)) for part in parts]
    for search in searches:
        if search.conflicts:
            _next(search, weights, most, seconds)
    while active := [search for search in searches if not search.done]:
        asked = [(search, tried) for search in active for tried in search.candidates]
        start = time.monotonic()
        answers = ask([Question(search.component, tried) for search, tried in asked], seconds * len(active))
        each = (time.monotonic() - start) / len(asked)
        for (search, tried), answer in zip(asked, answers, strict=True):
            search.spent += each
            _learn(search, tried, answer)
        for search in active:
            _next(search, weights, most, seconds)
    found = [_located(search, weights, most) for search in searches if search.conflicts or search.late]
    # Out of time, and in the end nothing had to be doubted: there is no contradiction.
    return [item for item in found if item.suspects != ((),)]


def _learn(search: _Search, tried: frozenset[str], answer: Answer) -> None:
    """Note what an answer says of a candidate."""
    if answer.conflict is not None:
        search.conflicts.append(answer.conflict)
    elif answer.sure:
        search.mended.add(tried)
    else:
        search.late = True


def _next(search: _Search, weights: Mapping[str, float], most: int, seconds: float) -> None:
    """Choose what to try next: one lightest set until one explains all, then every other that is as light."""
    start = time.monotonic()
    known = {figure: weights.get(figure, 1.0) for conflict in search.conflicts for figure in conflict.figures}
    sets = [conflict.figures for conflict in search.conflicts]
    try:
        if search.late or search.spent > seconds:
            raise OutOfTime
        deadline = start + seconds - search.spent
        lightest = hitting_sets(sets, known, 1, deadline)
        if lightest and lightest[0] in search.mended:
            lightest = hitting_sets(sets, known, most + 1, deadline)
    except OutOfTime:
        search.late = search.done = True
        return
    search.spent += time.monotonic() - start
    search.candidates = [item for item in lightest if item not in search.mended]
    if not search.candidates:
        search.done = True
        search.mended.intersection_update(lightest)


def _located(search: _Search, weights: Mapping[str, float], most: int) -> Located:
    """Return the outcome of a finished search."""
    explanations = search.mended
    if search.late:
        greedy = _some_explanation(search, weights)
        explanations = {greedy} if greedy is not None else set()
    chosen = sorted(tuple(sorted(item)) for item in explanations)
    weight = math.fsum(weights.get(figure, 1.0) for figure in chosen[0]) if chosen else math.inf
    return Located(
        search.component,
        tuple(search.conflicts),
        tuple(chosen[:most]),
        weight,
        optimal=not search.late,
        complete=not search.late and len(chosen) <= most,
    )


def _some_explanation(search: _Search, weights: Mapping[str, float]) -> frozenset[str] | None:
    """Return an explanation that no figure can be left out of, found by leaving out one figure after another."""
    doubted = [item for item in search.component.figures if math.isfinite(weights.get(item, 1.0))]
    if not _mends(search.component, doubted):
        return None
    for figure in sorted(doubted, key=lambda item: (-weights.get(item, 1.0), item)):
        fewer = [item for item in doubted if item != figure]
        if _mends(search.component, fewer):
            doubted = fewer
    return frozenset(doubted)


def _mends(component: Component, figures: Iterable[str]) -> bool:
    answer = ask([Question(component, frozenset(figures))], 1.0)[0]
    return answer.conflict is None and answer.sure
