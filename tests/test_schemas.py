"""What a contract derived from a Table Schema keeps, property by property."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import polars as pl
import pytest
from fields import PAIRS, agreed, broken, one, table

import returnees
from returnees.schemas import pandera_schema, unsupported, violations
from returnees.tables.schema import TYPES, parse_schema

# What is kept: cells that pass, cells that fail.


class Kept(NamedTuple):
    """A property that a contract applies: the field that states it, and cells on both sides."""

    field: dict[str, Any]
    passes: list[str | None]
    fails: list[str | None]


def bound(type: str, name: str, stated: Any, passes: list[str | None], fails: list[str | None]) -> Kept:
    return Kept({"type": type, "constraints": {name: stated}}, passes, fails)


#: For each property, fields that state it. A missing cell passes everything but ``required``.
KEPT: dict[str, list[Kept]] = {
    "required": [
        bound(type, "required", True, [cell], [None])
        for type, cell in {
            "string": "x", "integer": "1", "number": "1.5", "boolean": "true", "date": "2017-10-31",
            "datetime": "2017-10-31T12:00:00Z", "year": "2017", "yearmonth": "2017-10", "any": "x",
        }.items()
    ]
    + [bound("string", "required", False, ["x", None], [])],
    "unique": [
        bound("string", "unique", True, ["x", "X", None, None], ["x"]),
        bound("integer", "unique", True, ["1", "2"], ["01"]),
        bound("number", "unique", True, ["1", "2"], ["1.0"]),
        bound("date", "unique", True, ["2017-10-31", None], ["2017-10-31"]),
        bound("string", "unique", False, ["x", "x"], []),
    ],
    "enum": [
        bound("string", "enum", ["a", "b"], ["a", "b", None], ["c", "A"]),
        bound("integer", "enum", [1, 2], ["1", "02", None], ["3"]),
        bound("integer", "enum", ["1", "2"], ["1"], ["3"]),
        bound("number", "enum", [1, 2.5], ["1.0", "2.50"], ["3"]),
        bound("boolean", "enum", [True], ["true", "1"], ["false"]),
        bound("date", "enum", ["2017-10-31"], ["2017-10-31"], ["2017-10-30"]),
        bound("datetime", "enum", ["2017-10-31T12:00:00Z"], ["2017-10-31T14:00:00+02:00"], ["2017-10-31T14:00:00Z"]),
        bound("year", "enum", [2017], ["2017"], ["2018"]),
        bound("yearmonth", "enum", ["2017-10"], ["2017-10"], ["2017-11"]),
        bound("any", "enum", ["a"], ["a"], ["b"]),
    ],
    "categories": [
        Kept({"type": "string", "categories": ["a", "b"]}, ["a", None], ["c"]),
        Kept({"type": "string", "categories": [{"value": "a", "label": "A"}]}, ["a"], ["A"]),
        Kept({"type": "integer", "categories": [{"value": 1, "label": "A"}]}, ["1"], ["2"]),
        Kept({"type": "string", "categories": ["b", "a"], "categoriesOrdered": True}, ["a", "b"], ["c"]),
    ],
    "pattern": [
        bound("string", "pattern", "[0-9]{3}", ["246", None], ["24", "2467", "x246", "246\n"]),
        bound("string", "pattern", "a|b", ["a", "b"], ["ax", "xb"]),
        bound("string", "pattern", "^a$", ["a"], ["b"]),
        bound("string", "pattern", "é.", ["éa", "é日"], ["é", "e\u0301"]),
        bound("any", "pattern", "[a-z]", ["a"], ["A"]),
    ],
    "minimum": [
        bound("integer", "minimum", 2, ["2", "3", None], ["1", "-5"]),
        bound("integer", "minimum", "2", ["2"], ["1"]),
        bound("number", "minimum", 0.5, ["0.5", "INF"], ["0.49", "-INF", "NaN"]),
        bound("date", "minimum", "2017-10-31", ["2017-10-31"], ["2017-10-30"]),
        bound("datetime", "minimum", "2017-10-31T12:00:00Z", ["2017-10-31T12:00:00"], ["2017-10-31T13:00:00+02:00"]),
        bound("year", "minimum", 2017, ["2017", "20171"], ["2016", "-2018"]),
        bound("yearmonth", "minimum", "2017-10", ["2017-10", "12017-01"], ["2017-09", "-3000-01"]),
    ],
    "maximum": [
        bound("integer", "maximum", 2, ["2", None], ["3"]),
        bound("number", "maximum", 100, ["100.0", "-INF"], ["100.1", "INF", "NaN"]),
        bound("date", "maximum", "2017-10-31", ["2017-10-31"], ["2017-11-01"]),
        bound("datetime", "maximum", "2017-10-31T12:00:00Z", ["2017-10-31T12:00:00"], ["2017-10-31T12:00:00.5"]),
        bound("year", "maximum", "2017", ["2017"], ["2018"]),
        bound("yearmonth", "maximum", "2017-10", ["2017-10"], ["2017-11", "12017-01"]),
    ],
    "exclusiveMinimum": [
        bound("integer", "exclusiveMinimum", 2, ["3", None], ["2"]),
        bound("number", "exclusiveMinimum", 0, ["0.01"], ["0", "-0", "NaN"]),
        bound("date", "exclusiveMinimum", "2017-10-31", ["2017-11-01"], ["2017-10-31"]),
        bound("year", "exclusiveMinimum", 2017, ["2018"], ["2017"]),
        bound("yearmonth", "exclusiveMinimum", "2017-12", ["2018-01"], ["2017-12"]),
    ],
    "exclusiveMaximum": [
        bound("integer", "exclusiveMaximum", 2, ["1", None], ["2"]),
        bound("number", "exclusiveMaximum", 100, ["99.99"], ["100", "NaN"]),
        bound("date", "exclusiveMaximum", "2017-10-31", ["2017-10-30"], ["2017-10-31"]),
        bound("year", "exclusiveMaximum", 2017, ["2016"], ["2017"]),
        bound("yearmonth", "exclusiveMaximum", "2018-01", ["2017-12"], ["2018-01"]),
    ],
    "minLength": [
        bound("string", "minLength", 2, ["ab", "日本", None], ["a", "👍"]),
        bound("any", "minLength", 2, ["ab"], ["a"]),
    ],
    "maxLength": [
        bound("string", "maxLength", 2, ["ab", "日本", None], ["abc"]),
        bound("any", "maxLength", 2, ["ab"], ["abc"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kept"),
    [(name, kept) for name, fields in KEPT.items() for kept in fields],
    ids=lambda item: item if isinstance(item, str) else item.field["type"],
)
def test_kept_property(name: str, kept: Kept) -> None:
    schema = one(**kept.field)
    parsed, frame = table(schema, *kept.passes, *kept.fails)
    assert unsupported(parsed) == []
    assert frame["a"].null_count() == [*kept.passes, *kept.fails].count(None), "a cell does not read as its type"
    assert agreed(*table(schema, *kept.passes))
    assert all(not agreed(*table(schema, *kept.passes, cell)) for cell in kept.fails)
    assert broken(schema, *kept.passes) == []
    first = len(kept.passes)
    assert broken(schema, *kept.passes, *kept.fails) == [(first + row, name) for row in range(len(kept.fails))]


#: The column that each type becomes, and a cell with its value.
COLUMNS = {
    "string": (pl.String, "x", "x"),
    "integer": (pl.Int64, "+129", 129),
    "number": (pl.Float64, "49.6", 49.6),
    "boolean": (pl.Boolean, "True", True),
    "date": (pl.Date, "2017-10-31", date(2017, 10, 31)),
    "datetime": (pl.Datetime("us"), "2017-10-31T12:00:00+02:00", datetime(2017, 10, 31, 10)),
    "year": (pl.Int32, "2017", 2017),
    "yearmonth": (pl.String, "2017-10", "2017-10"),
    "any": (pl.String, "x", "x"),
}


@pytest.mark.parametrize("type", TYPES)
def test_types_are_kept(type: str) -> None:
    dtype, cell, value = COLUMNS[type]
    parsed, frame = table(one(type=type), cell)
    assert frame.schema["a"] == dtype
    assert frame["a"].item() == value
    contract = pandera_schema(parsed, "table")
    assert contract.validate(frame).equals(frame)
    wrong = frame.select(pl.lit(1, pl.Int8).alias("a"))
    with pytest.raises(Exception, match="a"):
        contract.validate(wrong)
    assert not agreed(parsed, wrong)


def test_names_titles_and_descriptions_are_kept() -> None:
    schema = {"fields": [{"name": "a", "title": "A", "description": "The first."}, {"name": "b"}]}
    contract = pandera_schema(parse_schema(schema), "letters")
    assert contract.name == "letters"
    assert list(contract.columns) == ["a", "b"]
    assert (contract.columns["a"].title, contract.columns["a"].description) == ("A", "The first.")
    assert (contract.columns["b"].title, contract.columns["b"].description) == (None, None)


@pytest.mark.parametrize("names", [["b", "a"], ["a"], ["a", "b", "c"]], ids=["order", "missing", "unknown"])
def test_columns_are_those_of_the_schema_in_its_order(names: list[str]) -> None:
    contract = pandera_schema(parse_schema({"fields": [{"name": "a"}, {"name": "b"}]}), "table")
    contract.validate(pl.DataFrame({"a": ["x"], "b": ["y"]}))
    with pytest.raises(Exception, match="column"):
        contract.validate(pl.DataFrame({name: ["x"] for name in names}))
    assert not agreed(parse_schema({"fields": [{"name": "a"}, {"name": "b"}]}), pl.DataFrame(dict.fromkeys(names, "x")))


# Keys.


@pytest.mark.parametrize(
    ("keys", "rows", "expected"),
    [
        ({"primaryKey": ["a"]}, [(1, "x"), (2, "x")], []),
        ({"primaryKey": ["a"]}, [(1, "x"), (1, "y")], [(1, "a", "primaryKey")]),
        ({"primaryKey": "a"}, [(1, "x"), (1, "y")], [(1, "a", "primaryKey")]),
        ({"primaryKey": ["a", "b"]}, [(1, "x"), (1, "y")], []),
        ({"primaryKey": ["a", "b"]}, [(1, "x")] * 3, [(1, "a, b", "primaryKey"), (2, "a, b", "primaryKey")]),
        ({"primaryKey": ["a", "b"]}, [(1, None), (1, None)], [(0, "b", "required"), (1, "b", "required")]),
        ({"uniqueKeys": [["a", "b"]]}, [(1, "x"), (1, "y"), (None, "x"), (None, "x")], []),
        ({"uniqueKeys": [["a", "b"]]}, [(1, "x"), (1, "x")], [(1, "a, b", "uniqueKeys")]),
        ({"uniqueKeys": [["a"], ["b"]]}, [(1, "x"), (1, "x")], [(1, "a", "uniqueKeys"), (1, "b", "uniqueKeys")]),
        ({"primaryKey": ["c"], "uniqueKeys": [["a", "c"]]}, [(1, "x"), (1, "x")], []),
    ],
)  # fmt: skip
def test_keys(keys: dict[str, Any], rows: list[tuple[Any, Any]], expected: list[tuple[int, str, str]]) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.String}, orient="row")
    assert agreed(parse_schema(PAIRS | keys), frame) is (not expected)
    found = violations(parse_schema(PAIRS | keys), frame).sort("row", "field")
    assert found.select("row", "field", "constraint").rows() == expected


# What researchers do with contracts.


def test_every_row_is_told_at_once_with_its_value() -> None:
    schema = one(type="integer", constraints={"minimum": 2, "enum": [1, 2]})
    parsed, frame = table(schema, "1", "2", "3")
    found = violations(parsed, frame).sort("row").rows()
    assert found == [(0, "a", "minimum", "1"), (2, "a", "enum", "3")]


def test_what_is_not_a_number_is_a_value_all_the_same() -> None:
    """Whether a number must be there is one question, whatever else is wrong with the table."""
    needed = {"fields": [{"name": "n", "type": "number", "constraints": {"required": True, "unique": True}}]}
    assert broken(needed, "NaN", "1") == []
    assert broken(needed, "NaN", "1", "1", None) == [(2, "unique"), (3, "required")]


def test_an_empty_table_breaks_nothing() -> None:
    parsed, frame = table(one(constraints={"required": True}))
    assert violations(parsed, frame).height == 0


@pytest.mark.parametrize("name", ["a, b", "a: b", "primaryKey: a", "", "a\nb", "row"])
def test_any_name_of_a_field_is_only_a_name(name: str) -> None:
    schema = {"fields": [{"name": name, "constraints": {"maxLength": 1}}], "uniqueKeys": [[name]], "primaryKey": [name]}
    frame = pl.DataFrame({name: ["x", "x", "yy"]})
    found = violations(parse_schema(schema), frame).sort("row", "constraint")
    assert found["row"].to_list() == [1, 1, 2]
    assert found["constraint"].to_list() == ["primaryKey", "uniqueKeys", "maxLength"]


# The shipped tables.


@cache
def shipped() -> returnees.Package:
    return returnees.open_package()


@pytest.mark.parametrize("name", sorted(shipped().tables))
def test_shipped_tables_keep_their_contracts(name: str) -> None:
    item = shipped().tables[name]
    assert unsupported(item.schema) == []
    assert violations(item.schema, item.frame).height == 0
    contract = pandera_schema(item.schema, name)
    assert contract.validate(item.frame, lazy=True).equals(item.frame)


@pytest.mark.parametrize("name", sorted(name for name, item in shipped().tables.items() if item.frame.height))
def test_contracts_of_shipped_tables_find_what_is_broken(name: str) -> None:
    item = shipped().tables[name]
    twice = pl.concat([item.frame, item.frame.head(1)])
    found = violations(item.schema, twice).filter(pl.col("constraint") == "primaryKey")
    assert found["row"].to_list() == [item.frame.height]


def test_shipped_schemas_use_only_what_is_kept() -> None:
    stated = {key for item in shipped().tables.values() for field in item.schema.fields for key in field.constraints}
    assert stated <= KEPT.keys()
