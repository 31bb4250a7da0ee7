"""Every qualifier gives the interval of the table in the design, by decimal arithmetic on what was printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import pytest
from effort import tried
from engine.small import Printed, laid, profile, rules_of
from hypothesis import example, given
from hypothesis import strategies as st

from returnees.consistency.intervals import ABOUT, with_intervals

WHOLE = st.one_of(st.integers(0, 2000), st.integers(0, 10**12), st.integers(0, 9999).map(lambda n: n * 10**8)).map(
    Decimal
)
PRINTED = st.one_of(WHOLE, st.decimals(0, 1000, places=1), st.decimals(0, 100, places=2))
QUALIFIERS = ("exact", "about", "at_least", "more_than", "up_to", "less_than", "range")


def intervals(figures: Sequence[tuple[str, Sequence[Decimal], str]], about: float = ABOUT) -> list[tuple[float, float]]:
    """Return the interval of each figure, given by its qualifier, its numbers and its unit."""
    rows = []
    for qualifier, numbers, unit in figures:
        first, last = float(numbers[0]), float(numbers[-1])
        rows.append({
            "qualifier": qualifier,
            "value": first if qualifier in ("exact", "about") else None,
            "low": first if qualifier in ("at_least", "more_than", "range") else None,
            "high": last if qualifier in ("up_to", "less_than", "range") else None,
            "unit": unit,
        })  # fmt: skip
    floats = dict.fromkeys(("value", "low", "high"), pl.Float64)
    frame = pl.DataFrame(rows, schema_overrides=floats, infer_schema_length=None)
    return with_intervals(frame, about).select("least", "most").rows()


def half_unit(number: Decimal) -> Decimal:
    """Return half a unit of the last digit that is not a trailing zero of the number as it is printed."""
    if number == 0:
        return Decimal("0.5")
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


Figure = tuple[str, Decimal, Decimal, str]
FIGURE = st.tuples(st.sampled_from(QUALIFIERS), PRINTED, PRINTED, st.sampled_from(["persons", "percent"]))


@tried(30)
@given(st.lists(FIGURE, min_size=1, max_size=40), st.sampled_from([0.05, 0.1, 0.0]))
@example([("about", Decimal(5000), Decimal(0), "persons")], 0.05)
@example([("about", Decimal("49.6"), Decimal(0), "percent")], 0.0)
@example([("less_than", Decimal(0), Decimal(0), "persons")], 0.05)
def test_intervals_are_those_of_the_design(figures: list[Figure], about: float) -> None:
    """Many at once: a table of forty takes hardly longer than one of one."""
    found = intervals([(name, (min(one, other), max(one, other)) if name == "range" else (one,), unit)
                       for name, one, other, unit in figures], about)  # fmt: skip
    for figure, ends in zip(figures, found, strict=True):
        assert ends == pytest.approx(designed(*figure, about), rel=1e-12, abs=1e-12), figure


def designed(qualifier: str, one: Decimal, other: Decimal, unit: str, about: float) -> tuple[float, float]:
    """Return the interval of a figure by the table in the design; only a range has the `other` number."""
    low, high = min(one, other), max(one, other)
    whole = unit != "percent" and one == one.to_integral_value()
    step = Decimal(1 if whole else 0)
    spread = max(half_unit(one), one * Decimal(str(about)))
    expected: dict[str, tuple[Decimal, Decimal | float]] = {
        "exact": (one, one),
        "about": (one - spread, one + spread),
        "at_least": (one, math.inf),
        "more_than": (one + step, math.inf),
        "up_to": (Decimal(0), one),
        "less_than": (Decimal(0), one - step),
        "range": (low, high),
    }
    least, most = expected[qualifier]
    top = 100.0 if unit == "percent" else math.inf
    return max(0.0, float(least)), min(top, float(most))


@pytest.mark.parametrize(
    ("qualifier", "number", "expected"),
    [
        ("exact", 129, (129, 129)),
        ("about", 5000, (4500, 5500)),
        ("about", 1230, (1168.5, 1291.5)),
        ("about", 3, (2.5, 3.5)),
        ("at_least", 5600, (5600, math.inf)),
        ("more_than", 300, (301, math.inf)),
        ("up_to", 300, (0, 300)),
        ("less_than", 300, (0, 299)),
    ],
)
def test_the_examples_of_the_design(qualifier: str, number: int, expected: tuple[float, float]) -> None:
    assert intervals([(qualifier, [Decimal(number)], "persons")]) == [pytest.approx(expected)]


@pytest.mark.parametrize("unit", ["percent", "persons"])
def test_a_number_that_was_not_read_leaves_everything_open(unit: str) -> None:
    row = pl.DataFrame(
        {"qualifier": [None], "value": [None], "low": [None], "high": [None], "unit": [unit]},
        schema_overrides={"qualifier": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
    )
    ends = with_intervals(row).select("least", "most").row(0)
    assert ends == (0.0, 100.0 if unit == "percent" else math.inf)


@pytest.mark.parametrize(
    "wrong",
    [
        Printed(("a", "W", "all"), "range", (9.0, 2.0)),
        Printed(("a", "W", "all"), "less_than", (0.0,)),
        Printed(("s", "W", "all"), "exact", (130.0,)),
    ],
    ids=lambda item: item.qualifier,
)
def test_a_figure_that_cannot_be_is_reasoned_from_no_more(wrong: Printed) -> None:
    known = profile()
    rules = rules_of(['assert = "a + b <= c"', 'assert = "a == s * c"'], known)
    others = [Printed(("b", "W", "all"), "exact", (1.0,)), Printed(("c", "W", "all"), "exact", (2.0,))]
    quantities, _ = laid([wrong, *others], rules, known)
    assert wrong.id not in quantities.frame["figure"].to_list()
