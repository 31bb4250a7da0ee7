"""Figures against their readings: what is said, against what one loop over the rows would say."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from returnees.figures.readings import reading_findings
from returnees.tables.model import RawTable, Table
from returnees.tables.schema import Field, TableSchema

FIELDS = ("figure_id", "qualifier", "value", "low", "high")

Row = tuple[str | None, str, float | None, float | None, float | None]
numbers = st.sampled_from([None, 1.0, 2.0])
rows = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["exact", "about"]), numbers, numbers, numbers),
    max_size=6,
)


def table(name: str, rows: Sequence[Row]) -> Table:
    types = {"figure_id": pl.String, "qualifier": pl.String, **dict.fromkeys(FIELDS[2:], pl.Float64)}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    return Table(name, f"{name}.csv", TableSchema(tuple(map(Field, FIELDS))), frame, RawTable(frame.cast(pl.String)))


def printed(row: Row) -> list[float]:
    return sorted(number for number in row[2:] if number is not None)


def expected(figures: Sequence[Row], readings: Sequence[Row]) -> list[tuple[str, int]]:
    # Of a figure without an id something else is said.
    read = {row[0] for row in readings} | {None}
    found = [("F307", line) for line, row in enumerate(figures, start=2) if row[0] not in read]
    for line, row in enumerate(readings, start=2):
        own = next((figure for figure in figures if figure[0] == row[0] is not None), row)
        if own[1:] != row[1:]:
            found.append(("F308" if printed(own) != printed(row) else "F309", line))
    return found


@settings(deadline=None)
@given(rows, rows)
def test_each_reading_is_held_against_the_first_figure_of_its_id(figures: list[Row], readings: list[Row]) -> None:
    tables = {"figures": table("figures", figures), "readings": table("readings", readings)}
    found = [(item.code, item.line) for item in reading_findings(tables)]
    assert sorted(found) == sorted(expected(figures, readings))
