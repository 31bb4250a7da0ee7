"""Cells of text read as values by an engine are what they are in memory, or come back to be read there."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from differential.cells import BOOLEANS, DATES, DATETIMES, LINKS, MAILS, MONTHS, NUMERALS, TEXTS, YEARS
from effort import times

from returnees.engines import duckdb as embedded
from returnees.engines import streaming
from returnees.engines.cells import cell_of, dialect_of
from returnees.engines.seam import ROW, Engine
from returnees.package.parts import Part
from returnees.schemas.asked import rules_of
from returnees.tables.lexical import present, typed
from returnees.tables.schema import Field, parse_schema

#: Fields of every type and lexical option, and near misses of what their cells may be.
FIELDS: list[tuple[Field, list[str]]] = [
    (Field("a", "string", missing_values=("", "-", "é")), TEXTS),
    (Field("a", "string", missing_values=()), TEXTS),
    *((Field("a", "string", name), [*MAILS, *LINKS, *TEXTS, "YQ==", "YQ=", "YWI="]) for name in ("email", "uri")),
    (Field("a", "string", "binary"), ["YQ==", "YQ=", "YWI=", "YWJj", "Y Q==", "YQ==\n"]),
    (Field("a", "string", "uuid"), ["123e4567-e89b-42d3-a456-426614174000", "123E4567-e89b-42d3-a456-42661417400"]),
    (Field("a", "time"), TEXTS),
    *(
        (Field("a", kind, options=options), [*NUMERALS, "1 234,5", "1.234,5", "80 pers.", "-$80", "..5", "+-.5", "1.."])
        for kind in ("integer", "number")
        for options in (
            {}, {"groupChar": ","}, {"groupChar": " ", "decimalChar": ","}, {"bareNumber": False}, {"groupChar": "."},
            {"bareNumber": False, "groupChar": ".", "decimalChar": ","}, {"decimalChar": "$"}, {"groupChar": "e"},
            {"groupChar": "\u00a0"}, {"decimalChar": "·"}, {"groupChar": "-"}, {"decimalChar": "e"},
        )
    ),
    (Field("a", "boolean"), BOOLEANS),
    (Field("a", "boolean", options={"trueValues": ["1", "yes"], "falseValues": ["1", "no"]}), [*BOOLEANS, "yes", "no"]),
    (Field("a", "boolean", options={"trueValues": [], "falseValues": []}), BOOLEANS),
    (Field("a", "date"), [*DATES, "1900-02-29", "2000-02-29", "9999-12-31", "0000-02-29"]),
    (Field("a", "datetime"), [*DATETIMES, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00",
                              "2016-12-31T23:59:60Z", "1969-12-31T23:59:59.5-00:30", "2017-10-31T12:00:00+14:30"]),
    (Field("a", "year"), [*YEARS, "2147483647", "2147483648", "-2147483648", "-2147483649", "-0000", "0000000001"]),
    (Field("a", "yearmonth"), [*MONTHS, "-0001-01", "123456789012345-01", "1234567890123456-01", "-12345-12"]),
    (Field("a", "any"), TEXTS),
]  # fmt: skip
_SIGNS = "0123456789019+-.,eE:TZ$· \u00a0\u2028\u0085\tnaINF\n\r٣１é👍e\u0301-"


@pytest.fixture(params=[embedded.opened, streaming.opened], ids=["duckdb", "polars, streaming"], scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with request.param() as opened:
        yield opened


def misses(texts: list[str], number: int, chosen: random.Random) -> list[str]:
    """Return the texts, and others that a sign or two more, less or changed makes of them."""
    made = list(texts)
    while len(made) < number:
        signs = list(chosen.choice(texts))
        for _ in range(chosen.randint(1, 2)):
            at = chosen.randint(0, len(signs))
            signs[at : at + chosen.randint(0, 1)] = chosen.choice([[], [chosen.choice(_SIGNS)], signs[at : at + 2] * 2])
        made.append("".join(signs))
    return made


def as_held(value: Any) -> Any:
    """Return a value in memory as an engine holds it."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(("field", "texts"), FIELDS, ids=lambda item: f"{item.type} {item.format} {dict(item.options)}"
                         if isinstance(item, Field) else "")  # fmt: skip
def test_a_cell_is_the_same_value_or_comes_back(field: Field, texts: list[str], engine: Engine) -> None:
    cells = misses(texts, times(100), random.Random(3))
    memory = pl.DataFrame({"a": cells}, schema={"a": pl.String})
    stated = memory.select(present(field).alias("text"), typed(field).alias("value"))
    cell = cell_of(field, "c0")
    held = engine.frame(memory.rename({"a": "c0"}).with_row_index(ROW).cast({ROW: pl.Int64}))
    doubt = nw.lit(False) if cell.doubtful is None else cell.doubtful.fill_null(False)
    asked = {"text": cell.text, "value": cell.value, "unread": cell.unread, "doubt": doubt}
    found = engine.fetch(held.select(ROW, *(one.alias(name) for name, one in asked.items()))).sort(ROW)
    assert found["text"].to_list() == stated["text"].to_list()
    unlike = [
        (text, ours, theirs, unread)
        for text, ours, theirs, unread, doubtful in zip(
            cells, map(as_held, found["value"]), map(as_held, stated["value"]), found["unread"], found["doubt"],
            strict=True,
        )
        if not doubtful and (ours != theirs or unread != (theirs is None and text not in field.missing_values))
    ]  # fmt: skip
    assert unlike == []


@pytest.mark.parametrize("others", [[0.01, 0.0], [math.inf, -math.inf], [None, None]], ids=["finite", "all", "missing"])
def test_what_is_no_number_is_read_from_parquet(others: list[Any], tmp_path: Path, engine: Engine) -> None:
    """DuckDB believes that no cell between the least and the greatest that a file states is NaN."""
    pl.DataFrame({"a": [*others, math.nan, -math.nan]}, schema={"a": pl.Float64}).write_parquet(tmp_path / "a.parquet")
    held = engine.parquet([Part("a.parquet", tmp_path / "a.parquet")], ["a"], [])
    value = engine.fetch(held.select(ROW, cell_of(Field("a", "number"), "c0").value.alias("value"))).sort(ROW)["value"]
    assert value.is_nan().to_list()[2:] == [True, True]
    assert value.to_list()[:2] == others


@pytest.mark.parametrize("field", [{"type": "number", "constraints": {"enum": [1, 2.5]}}, {"categories": [1.5, 2]}])
def test_values_of_two_kinds_in_one_list_are_compared(field: dict[str, Any], engine: Engine) -> None:
    schema = parse_schema({"fields": [{"type": "number", "name": "a", **field}]})
    ((_, rule),) = rules_of(schema, dialect_of(engine))["a"]
    held = engine.frame(pl.DataFrame({ROW: [0, 1, 2], "c0": ["1.0", "2.5", "2"]}))
    cell = cell_of(schema.field("a"), "c0")
    assert engine.fetch(held.select(ROW, rule(cell.value).alias("kept"))).sort(ROW)["kept"].to_list() == [
        stated in (schema.field("a").constraints.get("enum") or schema.field("a").categories) for stated in (1, 2.5, 2)
    ]
