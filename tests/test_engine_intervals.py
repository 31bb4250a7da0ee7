"""Every qualifier gives the interval of the table in the design, by decimal arithmetic on what was printed."""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl
import pytest
from engine.small import Printed, laid, profile, rules_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from returnees.consistency.intervals import ABOUT, with_intervals

WHOLE = st.one_of(st.integers(0, 2000), st.integers(0, 10**12), st.integers(0, 9999).map(lambda n: n * 10**8)).map(
    Decimal
)
PRINTED = st.one_of(WHOLE, st.decimals(0, 1000, places=1), st.decimals(0, 100, places=2))
QUALIFIERS = ("exact", "about", "at_least", "more_than", "up_to", "less_than", "range")


def interval(qualifier: str, *numbers: Decimal, unit: str = "persons", about: float = ABOUT) -> tuple[float, float]:
    first, last = float(numbers[0]), float(numbers[-1])
    row = {
        "qualifier": qualifier,
        "value": first if qualifier in ("exact", "about") else None,
        "low": first if qualifier in ("at_least", "more_than", "range") else None,
        "high": last if qualifier in ("up_to", "less_than", "range") else None,
        "unit": unit,
    }
    floats = dict.fromkeys(("value", "low", "high"), pl.Float64)
    least, most = with_intervals(pl.DataFrame([row], schema_overrides=floats), about).select("least", "most").row(0)
    return least, most


def half_unit(number: Decimal) -> Decimal:
    """Return half a unit of the last digit that is not a trailing zero of the number as it is printed."""
    if number == 0:
        return Decimal("0.5")
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(QUALIFIERS),
    PRINTED,
    PRINTED,
    st.sampled_from(["persons", "percent"]),
    st.sampled_from([0.05, 0.1, 0.0]),
)
@example("about", Decimal(5000), Decimal(0), "persons", 0.05)
@example("about", Decimal("49.6"), Decimal(0), "percent", 0.0)
@example("less_than", Decimal(0), Decimal(0), "persons", 0.05)
def test_intervals_are_those_of_the_design(
    qualifier: str, one: Decimal, other: Decimal, unit: str, about: float
) -> None:
    low, high = min(one, other), max(one, other)
    numbers = (low, high) if qualifier == "range" else (one,)
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
    found = interval(qualifier, *numbers, unit=unit, about=about)
    assert found == pytest.approx((max(0.0, float(least)), min(top, float(most))), rel=1e-12, abs=1e-12)


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
    assert interval(qualifier, Decimal(number)) == pytest.approx(expected)


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
