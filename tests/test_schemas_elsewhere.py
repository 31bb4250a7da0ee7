"""What no contract can hold: it is said, or done where cells are read; and every property has its place."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from fields import PAIRS, one, table
from test_schemas import KEPT

from returnees.profiles import official_validator
from returnees.schemas import pandera_schema, unsupported, violations
from returnees.tables.schema import TYPES, parse_schema

#: Constraints that cannot be applied: the field, and the reason that `unsupported` gives.
SAID: list[tuple[dict[str, Any], str, str]] = [
    *(
        ({"type": type, "constraints": {name: 1}}, name, f"values of type {type} have no order")
        for type in ("string", "boolean", "any")
        for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    ),
    *(
        ({"type": type, "constraints": {name: stated}}, name, f"it is for text, and the field is of type {type}")
        for type in ("integer", "number", "boolean", "date", "datetime", "year", "yearmonth")
        for name, stated in (("pattern", "1"), ("minLength", 1), ("maxLength", 1))
    ),
    ({"type": "integer", "constraints": {"minimum": "many"}}, "minimum", "'many' is not a value of type integer"),
    ({"type": "integer", "constraints": {"minimum": 1.5}}, "minimum", "1.5 is not a value of type integer"),
    ({"type": "date", "constraints": {"maximum": "2017"}}, "maximum", "'2017' is not a value of type date"),
    ({"type": "yearmonth", "constraints": {"maximum": "2017"}}, "maximum", "'2017' is not a value of type yearmonth"),
    ({"type": "yearmonth", "constraints": {"minimum": f"{10**20}-01"}}, "minimum",
     "'100000000000000000000-01' is beyond numbers of 64 bits"),
    ({"type": "year", "constraints": {"minimum": 99999999999}}, "minimum", "99999999999 is not a value of type year"),
    ({"type": "integer", "constraints": {"enum": [1, "x"]}}, "enum", "'x' is not a value of type integer"),
    ({"type": "integer", "constraints": {"enum": [1, 1.5]}}, "enum", "1.5 is not a value of type integer"),
    ({"type": "integer", "constraints": {"enum": [True]}}, "enum", "True is not a value of type integer"),
    ({"type": "number", "constraints": {"enum": [None]}}, "enum", "None is not a value of type number"),
    ({"constraints": {"pattern": "[a"}}, "pattern", "the pattern is not understood (unclosed character class)"),
    ({"constraints": {"pattern": "a)|(b"}}, "pattern", "the pattern is not understood (unopened group)"),
    (
        {"constraints": {"pattern": "(?!a)b"}},
        "pattern",
        "the pattern is not understood (look-around, including look-ahead and look-behind, is not supported)",
    ),
    ({"constraints": {"pattern": "(a)\\1"}}, "pattern",
     "the pattern is not understood (backreferences are not supported)"),
    ({"constraints": {"jsonSchema": {}}}, "jsonSchema", "it is not supported"),
    ({"type": "date", "format": "%d.%m.%Y", "constraints": {"minimum": "2017-01-01"}}, "minimum",
     "the format '%d.%m.%Y' of type 'date' is not supported"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "constraint", "why"), SAID)
def test_what_cannot_be_applied_is_said_and_left_out(field: dict[str, Any], constraint: str, why: str) -> None:
    parsed, _ = table(one(**field))
    assert unsupported(parsed) == [("a", constraint, why)]
    assert [check.name for check in pandera_schema(parsed, "table").columns["a"].checks] == []


def test_pattern_that_takes_too_much_is_said() -> None:
    parsed, _ = table(one(constraints={"pattern": "a{1000}{1000}{1000}"}))
    ((_, _, why),) = unsupported(parsed)
    assert "size limit" in why


@pytest.mark.parametrize(
    "field",
    [
        {"type": "date", "format": "%d.%m.%Y"},
        {"type": "date", "format": "any"},
        {"type": "string", "format": "words"},
        {"type": "time"},
        {"type": "geopoint"},
        {"type": "words"},
    ],
    ids=lambda field: f"{field['type']} {field.get('format', '')}",
)
def test_a_type_or_format_that_is_not_read_is_text(field: dict[str, Any]) -> None:
    parsed, frame = table(one(**field), "31.10.2017", None)
    assert frame.schema["a"] == pl.String
    assert violations(parsed, frame).height == 0


#: Properties that act before there are values: what a cell reads as with them and without.
BEFORE: list[tuple[dict[str, Any], str, Any, Any]] = [
    ({"type": "integer", "missingValues": ["", "-"]}, "-", None, None),
    ({"type": "string", "missingValues": ["-"]}, "-", None, "-"),
    ({"type": "string", "missingValues": ["-"]}, "", "", None),
    ({"type": "string", "missingValues": [{"value": "-", "label": "none"}]}, "-", None, "-"),
    ({"type": "string", "format": "email"}, "no", None, "no"),
    ({"type": "string", "format": "uri"}, "no", None, "no"),
    ({"type": "string", "format": "uuid"}, "no", None, "no"),
    ({"type": "string", "format": "binary"}, "no!", None, "no!"),
    ({"type": "number", "decimalChar": ","}, "1,5", 1.5, None),
    ({"type": "number", "groupChar": " "}, "1 234", 1234.0, None),
    ({"type": "integer", "groupChar": ","}, "1,234", 1234, None),
    ({"type": "integer", "bareNumber": False}, "80 pers.", 80, None),
    ({"type": "integer", "bareNumber": False}, "approx. -80", -80, None),
    ({"type": "integer", "bareNumber": False}, "-$80", None, None),
    ({"type": "number", "bareNumber": False}, "€1.5e3!", 1500.0, None),
    ({"type": "boolean", "trueValues": ["yes"]}, "yes", True, None),
    ({"type": "boolean", "falseValues": ["no"]}, "no", False, None),
]


@pytest.mark.parametrize(("field", "cell", "with_it", "without"), BEFORE)
def test_what_acts_before_there_are_values_is_done_by_reading(
    field: dict[str, Any], cell: str, with_it: Any, without: Any
) -> None:
    parsed, frame = table(one(**field), cell)
    assert frame["a"].item() == with_it
    assert table(one(type=field["type"]), cell)[1]["a"].item() == without
    assert unsupported(parsed) == []
    assert pandera_schema(parsed, "table").columns["a"].checks == []


def test_foreign_keys_are_not_of_one_table() -> None:
    key = {"fields": ["b"], "reference": {"resource": "others", "fields": ["b"]}}
    parsed = parse_schema(PAIRS | {"foreignKeys": [key]})
    assert violations(parsed, pl.DataFrame({"a": [1], "b": ["not there"]})).height == 0


#: Properties that say something of a field and nothing about which cells it may hold.
WORDS = {"title", "description", "example", "rdfType", "unit", "categoriesOrdered"}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_words_about_a_field_change_no_check(name: str) -> None:
    parsed, frame = table(one(**{name: "x"}), "a", None)
    assert violations(parsed, frame).height == 0
    assert unsupported(parsed) == []


def stated_by_the_standard() -> tuple[set[str], set[str]]:
    """Return the properties and the constraints that the official profile has for fields of the types read here."""
    fields: set[str] = set()
    constraints: set[str] = set()
    kinds = official_validator("tableschema").schema["properties"]["fields"]["items"]["oneOf"]
    for kind in kinds:
        if kind["properties"]["type"].get("enum", ["string"])[0] in TYPES:
            fields |= kind["properties"].keys()
            constraints |= kind["properties"].get("constraints", {}).get("properties", {}).keys()
    return fields, constraints


def test_every_property_of_the_standard_is_placed_above() -> None:
    fields, constraints = stated_by_the_standard()
    before = {name for field, *_ in BEFORE for name in field}
    said = {constraint for _, constraint, _ in SAID}
    assert constraints - KEPT.keys() - said == set()
    assert fields - before - WORDS - KEPT.keys() - {"name", "type", "constraints"} == set()
