"""A figure as an interval: what its qualifier and its numbers leave possible, and never a midpoint."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
from narwhals.typing import IntoFrameT

#: "About" is read as at least this share of the number to either side; a package can set its own (``about`` in its
#: descriptor).
ABOUT = 0.05
INFINITY = float("inf")


def with_intervals(frame: IntoFrameT, about: float = ABOUT) -> IntoFrameT:
    """Return `frame` (qualifier, value, low, high and, if there, unit) with ``least`` and ``most`` for its numbers.

    | qualifier | interval |
    |---|---|
    | exact | [value, value] |
    | about | [value - r, value + r], r the larger of half a unit of the last significant digit and `about` × value |
    | at_least | [low, infinity) |
    | more_than | [low + 1, infinity) |
    | up_to | [0, high] |
    | less_than | [0, high - 1] |
    | range | [low, high] |

    No interval goes below 0, nor above 100 where the unit is percent. More than 49.6 is read as at least 49.6, and so
    is every bound in percent: only whole numbers have a next one. A row whose numbers are missing is left wide open;
    one whose numbers run backwards or exceed 100 percent, findings of their own, has ``least`` above ``most``.
    """
    data = nw.from_native(frame)  # type: ignore[type-var]  # a frame of any engine: no overload says so
    value, low, high = (nw.col(name).cast(nw.Float64) for name in ("value", "low", "high"))
    percent = nw.col("unit") == "percent" if "unit" in data.columns else nw.lit(False)
    qualifier = nw.col("qualifier")
    # A column of its own: an expression that two others are made of would be worked out twice.
    data = data.with_columns(nw.max_horizontal(*_half_units(value), value * about).alias("half width"))
    spread = nw.col("half width")
    step_up = nw.when(percent | (low != low.floor())).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
    step_down = nw.when(percent | (high != high.floor())).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
    least = (
        nw.when(qualifier == "exact").then(value)
        .when(qualifier == "about").then(value - spread)
        .when(qualifier == "more_than").then(low + step_up)
        .when(qualifier.is_in(["at_least", "range"])).then(low)
        .otherwise(nw.lit(0.0))
    )  # fmt: skip
    most = (
        nw.when(qualifier == "exact").then(value)
        .when(qualifier == "about").then(value + spread)
        .when(qualifier == "less_than").then(high - step_down)
        .when(qualifier.is_in(["up_to", "range"])).then(high)
        .otherwise(nw.lit(INFINITY))
    )  # fmt: skip
    top = nw.when(percent).then(nw.lit(100.0)).otherwise(nw.lit(INFINITY))
    return (
        data.with_columns(
            nw.max_horizontal(least.fill_null(0.0), nw.lit(0.0)).alias("least"),
            nw.min_horizontal(most.fill_null(INFINITY), top).alias("most"),
        )
        .drop("value", "low", "high", "half width")
        .to_native()
    )


def _half_units(value: nw.Expr) -> Iterator[nw.Expr]:
    """Yield half of each unit that a number is a whole number of; the largest is that of its last significant digit.

    That is 500 for 5,000, 5 for 1,230, 0.05 for 49.6. Decimals count to the thousandth.
    """
    yield nw.lit(0.0005)
    for decimals in (2, 1, 0):
        shifted = value * 10**decimals
        # A decimal fraction is a whole number of its units but for the rounding of its binary form.
        whole = (shifted - shifted.round(0)).abs() <= shifted * 1e-12
        yield nw.when(whole).then(nw.lit(0.5 / 10**decimals)).otherwise(nw.lit(0.0))
    for power in range(1, 13):
        unit = 10.0**power
        whole = (value > 0) & ((value / unit).floor() * unit == value)
        yield nw.when(whole).then(nw.lit(unit / 2)).otherwise(nw.lit(0.0))
