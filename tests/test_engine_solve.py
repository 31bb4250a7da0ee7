"""The deeper questions, held against exact elimination, a second solver and the trying of every set of figures."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pytest
from effort import tried
from engine.brute import Instance, instances
from engine.exact import ends, explanations, feasible, rows
from engine.small import COUNTS, SHARE, Place, Printed, laid, packages, profile, rules_of, setting
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from returnees.consistency.verdicts import BROKEN, verdicts
from returnees.contradictions import firm_system, tied_quantities
from returnees.solve.bounds import implied_bounds
from returnees.solve.components import Bounds, Component, Edit, components
from returnees.solve.conflicts import irreducible, joint_conflicts
from returnees.solve.locate import locate
from returnees.solve.program import Conflict, Question, ask

SMALL = tuple(float(number) for number in range(10))
#: Numbers from nothing to a million millions, side by side; all are tens, so that what differs at all differs by more
#: than the rounding that an edit of such numbers is forgiven.
WIDE = (0.0, 10.0, 20.0, 130.0, 5000.0, 1e6, 1e6 + 10, 1e9, 1e12 - 10, 1e12, 1e12 + 10)


@st.composite
def parts(draw: st.DrawFn, numbers: Sequence[float], coefficients: Sequence[float]) -> Component:
    """Draw a component: two to five quantities, most of them published; inequalities and equalities; guards."""
    count = draw(st.integers(2, 5))
    quantities = {number: draw(_bounds(f"f{number}", numbers)) for number in range(count)}
    edits: dict[int, Edit] = {}
    for number in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True))
        terms = tuple((quantity, draw(st.sampled_from(coefficients))) for quantity in chosen)
        limit = draw(st.sampled_from([0.0, 0.0, 0.0, *numbers])) * draw(st.sampled_from([1.0, -1.0]))
        guards = ("share",) if draw(st.integers(0, 4)) == 0 else ()
        edits[len(edits)] = Edit(f"r{number}", terms, limit, guards)
        if draw(st.booleans()):
            opposite = tuple((quantity, -value) for quantity, value in terms)
            edits[len(edits)] = Edit(f"r{number}", opposite, -limit, guards)
    used = {quantity for edit in edits.values() for quantity, _ in edit.terms}
    return Component(edits, {number: quantities[number] for number in sorted(used)})


@st.composite
def _bounds(draw: st.DrawFn, figure: str, numbers: Sequence[float]) -> Bounds:
    ends = sorted(draw(st.tuples(st.sampled_from(numbers), st.sampled_from(numbers))))
    published = draw(st.integers(0, 4)) > 0
    if not published:
        return Bounds(None, 0.0, math.inf, 0.0, math.inf)
    form = draw(st.sampled_from(["exact", "exact", "range", "at_least", "up_to"]))
    low, high = {
        "exact": (ends[0], ends[0]),
        "range": (ends[0], ends[1]),
        "at_least": (ends[0], math.inf),
        "up_to": (0.0, ends[1]),
    }[form]
    return Bounds(figure, low, high, 0.0, math.inf)


SMALL_PARTS = parts(SMALL, (1.0, -1.0, 2.0, -2.0, 0.6, -0.6, 0.3, -0.35))
WIDE_PARTS = parts(WIDE, (1.0, -1.0, 1.0, -1.0, 2.0, -0.5))
ANY_PARTS = st.one_of(SMALL_PARTS, WIDE_PARTS)


@tried(60)
@given(st.lists(ANY_PARTS, min_size=1, max_size=4))
def test_whether_all_can_be_true_is_what_exact_elimination_says(several: list[Component]) -> None:
    for part, answer in zip(several, ask([Question(part) for part in several]), strict=True):
        assert answer.sure
        assert (answer.conflict is None) == feasible(rows(part))


@tried(80)
@given(ANY_PARTS)
def test_a_conflict_is_one_no_more_without_any_part_of_it(part: Component) -> None:
    question = Question(part)
    conflict = ask([question])[0].conflict
    assume(conflict is not None)
    assert conflict is not None
    smallest = irreducible(question, conflict)
    assert not _conflicting_is_feasible(part, smallest.edits, smallest.figures)
    for edit in smallest.edits:
        assert _conflicting_is_feasible(part, smallest.edits - {edit}, smallest.figures)
    for figure in smallest.figures:
        assert _conflicting_is_feasible(part, smallest.edits, smallest.figures - {figure})


def _conflicting_is_feasible(part: Component, edits: frozenset[int], figures: frozenset[str]) -> bool:
    return feasible(rows(part, frozenset(part.figures) - figures, edits))


@tried(50)
@given(
    st.lists(ANY_PARTS, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["f0", "f1", "f2", "share"]), st.sampled_from([1.0, 2.0, 3.0, math.inf])),
)
def test_suspects_are_those_of_trying_every_set_of_figures(several: list[Component], weights: dict[str, float]) -> None:
    broken = [part for part in several if not feasible(rows(part))]
    found = locate(several, weights, most=1000)
    assert [item.component for item in found] == broken
    for item in found:
        weight, suspects = explanations(item.component, weights)
        assert item.optimal and item.complete
        assert {frozenset(figures) for figures in item.suspects} == suspects
        assert item.weight == (weight if suspects else math.inf)


@tried(80)
@given(ANY_PARTS)
def test_implied_bounds_are_those_of_exact_elimination(part: Component) -> None:
    outcome = implied_bounds([part], list(part.quantities))
    assert not outcome.late
    system = rows(part)
    if not feasible(system):
        assert outcome.contradictory == (part.figures,)
        return
    for item in outcome.bounds:
        low, high = ends(system, item.quantity)
        assert item.low == pytest.approx(low, rel=1e-9, abs=1e-9)
        assert item.high == pytest.approx(high, rel=1e-9, abs=1e-9)
        # The figures that bind are enough for the bounds, whatever the others are.
        others = set(part.figures) - set(item.binding) - {"share"}
        assert ends(rows(part, others), item.quantity) == pytest.approx((low, high), rel=1e-9, abs=1e-9)
    assert {item.quantity for item in outcome.bounds} == set(part.quantities)


@tried(20)
@given(packages())
def test_whether_a_package_can_be_true_is_what_a_second_solver_says(
    package: tuple[Sequence[Printed], Sequence[str], dict[str, bool]],
) -> None:
    figures, chosen, exhaustive = package
    known = profile(exhaustive)
    # A number in a rule would hold for every quantity that no one published, too, tied to a figure or not.
    bodies = [body for body in chosen if "count(" not in body and not re.search("[<>]= [0-9]", body)]
    assume(bodies)
    rules = rules_of(bodies, known)
    quantities, _ = laid(figures, rules, known)
    package_setting = setting(quantities, rules, known)
    system = firm_system(package_setting, tied_quantities(package_setting))
    broken = verdicts(system).filter(verdict=BROKEN)["edit"].to_list()
    joint = joint_conflicts(system, broken)
    assert not joint.undecided
    for part, conflict in joint.conflicts:
        assert not feasible(rows(part, frozenset(part.figures) - conflict.figures, conflict.edits))
    there = {item.place for item in figures}
    found = [
        item
        for item in instances(rules, figures, known, everywhere=True)
        if all(place in there for place in item.places if place[0] == SHARE)
    ]
    assert (not broken and not joint.conflicts) == _can_be_true(found, figures)


def _can_be_true(found: Sequence[Instance], figures: Sequence[Printed]) -> bool:
    """Whether scipy finds values for every quantity, published or not; shares stand at the end that says less."""
    intervals = {item.place: item.interval for item in figures}
    places = sorted({place for item in found for place in item.places if place[0] != SHARE} | {*intervals})
    at = {place: number for number, place in enumerate(places)}
    matrix, limits = [], []
    for item in found:
        base = item.excess(_values(item, intervals, {}))
        row = np.zeros(len(places))
        for place in item.places:
            if place[0] != SHARE:
                row[at[place]] = item.excess(_values(item, intervals, {place: 1.0})) - base
        matrix.append(row)
        limits.append(-base)
    if not matrix:
        return True
    bounds = [intervals.get(place, (0.0, None)) for place in places]
    answer = linprog(np.zeros(len(places)), A_ub=np.array(matrix), b_ub=limits, bounds=bounds, method="highs")
    return bool(answer.status == 0)


def _values(
    item: Instance, intervals: dict[Place, tuple[float, float]], given: dict[Place, float]
) -> dict[Place, float]:
    """Return 0 for every quantity but those given; a share is at the end at which the excess is least."""
    values = {place: given.get(place, 0.0) for place in item.places}
    for place in item.places:
        if place[0] == SHARE:
            probe = values | {other: 1.0 for other in item.places if other[0] in COUNTS}
            values[place] = min(intervals[place], key=lambda end: item.excess(probe | {place: end}))
    return values


def test_every_component_is_asked_on_its_own() -> None:
    """Blocks of one program do not touch each other, however different the sizes of their numbers are."""
    sizes = [1.0, 1e3, 1e6, 1e9, 1e12]
    several = [
        Component(
            {0: Edit("r", ((0, 1.0), (1, -1.0)), 0.0)},
            {0: Bounds("a", size + extra, size + extra, 0.0, math.inf), 1: Bounds("b", size, size, 0.0, math.inf)},
        )
        for size in sizes
        for extra in (0.0, 1.0)
    ]
    answers = ask([Question(part) for part in several])
    assert [answer.conflict is not None for answer in answers] == [False, True] * len(sizes)
    assert answers[-1].conflict == Conflict(frozenset({0}), frozenset({"a", "b"}))


def test_a_package_is_taken_apart_where_nothing_ties_it() -> None:
    known = profile()
    rules = rules_of(['assert = "a <= c"'], known)
    figures = [Printed((name, area, "all"), "exact", (1.0,)) for name in ("a", "c") for area in ("P", "Q", "W")]
    _, edits = laid(figures, rules, known)
    assert sorted(part.figures for part in components(edits.system)) == [
        (f"a-{area}-all--x", f"c-{area}-all--x") for area in ("P", "Q", "W")
    ]
