"""Dates: which figures meet in an edit, when they run the wrong way, and that no fall in a series is missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, product

import polars as pl
import pytest
from effort import tried
from engine.small import Place, Printed, laid, profile, rules_of
from hypothesis import assume, given
from hypothesis import strategies as st

from returnees.consistency.dates import spans
from returnees.consistency.verdicts import BROKEN, verdicts

GROWS = 'assert = "a + b <= c"'
NEVER_FALLS = 'assert = "earlier <= later"\nalong = "as_of"'


def figure(measure: str, as_of: str | None, number: float, qualifier: str = "exact", source: str = "x") -> Printed:
    return Printed((measure, "W", "all"), qualifier, (number,), as_of, source)


def judged(figures: Sequence[Printed], body: str, cumulative: bool = True) -> list[tuple[str, bool, list[str]]]:
    """Return verdict, whether the dates are reversed and the figures of each edit."""
    known = profile(cumulative=cumulative)
    _, edits = laid(figures, rules_of([body], known), known)
    system = edits.system
    named = system.terms.join(system.quantities, on="quantity").group_by("edit").agg(pl.col("figure").sort())
    found = verdicts(system).join(named, on="edit").sort("edit")
    return list(found.select("verdict", "dates_reversed", "figure").iter_rows())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014", "2014-01-01", "2014-12-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2017-10-31", "2017-10-31", "2017-10-31"),
    ],
)
def test_a_date_is_a_span(text: str, first: str, last: str) -> None:
    start, end = spans(pl.col("d"))
    row = pl.DataFrame({"d": [text]}).select(start.alias("first"), end.alias("last")).row(0)
    epoch = date(1970, 1, 1)
    assert [str(epoch + timedelta(days=days)) for days in row] == [first, last]


@pytest.mark.parametrize(
    ("smaller", "greater", "expected"),
    [
        ("2014", "2014", [False]),
        ("2014-05", "2014", [False]),
        ("2014", "2014-05", [False]),
        ("2013", "2014", [False]),  # It can only have grown since.
        ("2014", "2013", [True]),
        ("2014-05-31", "2014-05", [False]),
        (None, "2014", [False]),
    ],
)
def test_a_growing_count_may_be_dated_before_its_limit(smaller: str, greater: str, expected: list[bool]) -> None:
    found = judged([figure("a", smaller, 3), figure("c", greater, 2)], GROWS)
    assert [(verdict, turned) for verdict, turned, _ in found] == [(BROKEN, turned) for turned in expected]


@pytest.mark.parametrize(("smaller", "greater"), [("2013", "2014"), ("2014", "2013"), ("2014-05", "2014-06")])
def test_what_does_not_only_grow_meets_at_one_date_only(smaller: str, greater: str) -> None:
    assert judged([figure("a", smaller, 3), figure("c", greater, 2)], GROWS, cumulative=False) == []


def test_days_on_either_side_of_the_first_of_1970_are_two_dates() -> None:
    figures = [figure("a", "1969-12-31", 3), figure("c", "1970-01-02", 2)]
    assert judged(figures, GROWS, cumulative=False) == []


def test_figures_of_two_months_do_not_meet_at_the_year_of_a_third() -> None:
    """May and August both agree with 2014, but not with each other."""
    figures = [figure("a", "2014-05", 10), figure("b", "2014-08", 5), figure("c", "2014", 10)]
    assert {verdict for verdict, _, _ in judged(figures, GROWS, cumulative=False)} == {"unverifiable"}


def test_figures_that_grow_meet_at_the_later_month() -> None:
    figures = [figure("a", "2014-05", 10), figure("b", "2014-08", 5), figure("c", "2014", 12)]
    assert judged(figures, GROWS) == [(BROKEN, False, ["a-W-all-2014-05-x", "b-W-all-2014-08-x", "c-W-all-2014-x"])]


def test_a_figure_that_agrees_comes_before_one_that_is_nearer() -> None:
    figures = [figure("a", "2014", 20), figure("a", "2014-03", 12), figure("c", "2014-05", 15)]
    assert (BROKEN, False, ["a-W-all-2014-x", "c-W-all-2014-05-x"]) in judged(figures, GROWS)


def test_a_reversed_edit_is_not_laid_where_the_dates_also_run_the_right_way() -> None:
    figures = [figure("a", "2016", 12), figure("c", "2015", 10), figure("c", "2017", 20)]
    assert judged(figures, GROWS) == [("unverifiable", False, ["a-W-all-2016-x", "c-W-all-2017-x"])]


def test_two_figures_of_one_quantity_are_not_added() -> None:
    figures = [
        Printed(("a", "W", "all"), "exact", (6.0,), "2016", "x"),
        Printed(("a", "W", "all"), "at_least", (5.0,), "2016", "x"),
        figure("c", "2016", 10),
    ]
    frame_ids = [item.id for item in figures]
    assert frame_ids[0] == frame_ids[1]
    assert [(verdict, len(names)) for verdict, _, names in judged(figures, GROWS)] == [("unverifiable", 2)]


def test_of_two_figures_of_one_quantity_the_sharper_decides() -> None:
    figures = [figure("a", "2016", 12, "up_to"), figure("a", "2016", 11), figure("c", "2016", 10)]
    assert [verdict for verdict, _, _ in judged(figures, GROWS)] == [BROKEN]


def test_a_fall_is_found_across_vague_figures_in_between() -> None:
    figures = [
        figure("a", "2014", 12, source="x"),
        figure("a", "2015", 5, "at_least", source="y"),
        figure("a", "2016", 10, source="z"),
    ]
    found = judged(figures, NEVER_FALLS)
    assert (BROKEN, False, ["a-W-all-2014-x", "a-W-all-2016-z"]) in found
    assert len(found) == 3


def test_a_fall_is_found_where_a_longer_date_has_an_earlier_one() -> None:
    figures = [
        figure("a", "2015", 2),
        figure("a", "2015-01", 3),
        figure("a", "2015-03-04", 2),
        figure("a", "2016", 1, "at_least"),
        figure("a", "2016", 1, source="y"),
    ]
    broken = [names for verdict, _, names in judged(figures, NEVER_FALLS) if verdict == BROKEN]
    assert ["a-W-all-2015-03-04-x", "a-W-all-2016-y"] in broken


SERIES = st.lists(
    st.builds(
        figure,
        st.just("a"),
        st.sampled_from(["2014", "2014-05", "2015", "2015-01", "2015-03-04", "2016", None]),
        st.integers(1, 5).map(float),
        st.sampled_from(["exact", "at_least", "up_to"]),
        st.sampled_from(["x", "y", "z"]),
    ),
    max_size=8,
    unique_by=lambda item: item.id,
)


@tried(25)
@given(SERIES)
def test_every_fall_is_found_where_it_begins_and_ends_at_the_latest(figures: list[Printed]) -> None:
    if not figures:
        return
    broken = [names for verdict, _, names in judged(figures, NEVER_FALLS) if verdict == BROKEN]
    falls = [
        (one, other)
        for one, other in product(figures, figures)
        if _before(one, other) and one.interval[0] > other.interval[1]
    ]
    shown = [(one, other) for one, other in falls if sorted([one.id, other.id]) in broken]
    assert len(shown) == len(broken)
    for one, other in falls:
        within = (item for item in shown if not _before(item[0], one) and not _before(other, item[1]))
        assert any(within)


def _before(one: Printed, other: Printed) -> bool:
    """Whether every day of the one date is before every day of the other."""
    if one.as_of is None or other.as_of is None:
        return False
    return (one.as_of + "-12-31"[len(one.as_of) - 4 :])[:10] < (other.as_of + "-01-01"[len(other.as_of) - 4 :])[:10]


#: Two counts on the smaller side and one on the greater, each at one of five dates, so that all ways to meet are met.
DATED = st.lists(
    st.builds(
        figure,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["2014", "2014-05", "2014-08", "2015", "2015-01"]),
        st.integers(0, 4).map(float),
    ),
    min_size=2,
    max_size=6,
    unique_by=lambda item: item.id,
)


@tried(25)
@given(DATED, st.booleans())
def test_what_is_broken_at_a_date_has_no_numbers_at_any_day(figures: list[Printed], cumulative: bool) -> None:
    """Each strict finding is checked day by day: no true series of numbers gives what was printed."""
    for verdict, turned, names in judged(figures, GROWS, cumulative=cumulative):
        if verdict == BROKEN and not turned:
            own = [item for item in figures if item.id in names]
            assert _contradict(own, cumulative)


@tried(25)
@given(DATED, st.booleans())
def test_two_figures_that_cannot_be_true_are_found(figures: list[Printed], cumulative: bool) -> None:
    """A source that takes back what it said of an earlier date is another matter: each date is then held to its own."""
    for one, other in combinations(figures, 2):
        if one.place == other.place:
            assume(_grows(one, other) or _grows(other, one))
    found = judged(figures, GROWS, cumulative)
    broken = {name for verdict, turned, names in found if verdict == BROKEN and not turned for name in names}
    for one, other in product(figures, figures):
        if one.place[0] in "ab" and other.place[0] == "c" and _contradict([one, other], cumulative):
            assert one.id in broken


def _grows(earlier: Printed, later: Printed) -> bool:
    return _before(earlier, later) and earlier.numbers <= later.numbers


def _contradict(figures: Sequence[Printed], cumulative: bool) -> bool:
    """Whether there is a day on which figures dated so that it is theirs, too, cannot be true with the others."""
    return any(not _possible(figures, cumulative, day) for day in range(len(DAYS)))


#: Days enough to tell all dates of the figures apart, and one of 2014 before and after them.
DAYS = [f"{year}-{month:02d}" for year in (2014, 2015) for month in (1, 5, 8, 12)]


def _possible(figures: Sequence[Printed], cumulative: bool, common: int) -> bool:
    """Whether days within the printed dates can be chosen so that a + b is at most c on every day, as far as printed.

    A figure whose date has the `common` day is of that day. A count that only grows is at least what it was before and
    at most what it is later; one that does not is known on its own day only.
    """
    choices: list[list[int]] = []
    for item in figures:
        own = [number for number, day in enumerate(DAYS) if day.startswith(item.as_of or "")]
        choices.append([common] if common in own else own)
    return any(_holds(figures, chosen, cumulative) for chosen in product(*choices))


def _holds(figures: Sequence[Printed], chosen: Sequence[int], cumulative: bool) -> bool:
    for at in range(len(DAYS)):
        ends: dict[Place, list[float]] = {}
        for item, day in zip(figures, chosen, strict=True):
            low, high = ends.setdefault(item.place, [0.0, float("inf")])
            if day == at or (cumulative and day < at):
                low = max(low, item.interval[0])
            if day == at or (cumulative and day > at):
                high = min(high, item.interval[1])
            ends[item.place] = [low, high]
        least = sum(low for place, (low, _) in ends.items() if place[0] in "ab")
        most = min((high for place, (_, high) in ends.items() if place[0] == "c"), default=float("inf"))
        if least > most:
            return False
    return True
