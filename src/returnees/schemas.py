"""Typed contracts for researchers and for validation: pandera schemas derived from Table Schemas.

``pandera.io.from_frictionless_schema`` is for pandas only and drops keys, bounds and dates, so the derivation is here.
What a contract keeps: name, type, order, ``required``, ``unique``, ``enum``, ``categories``, ``pattern``, bounds and
lengths, ``primaryKey`` and ``uniqueKeys``. What it cannot hold: ``foreignKeys`` (a contract sees one table),
``missingValues`` and lexical options (they act before there are values), titles and units beyond text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from returnees.tables.lexical import not_checked, typed
from returnees.tables.schema import Field, TableSchema

if TYPE_CHECKING:
    from pandera.polars import Check, DataFrameSchema, PolarsData

#: What a constraint asks of a cell.
_Rule = Callable[[pl.Expr], pl.Expr]

_TYPES: dict[str, Any] = {
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "datetime": pl.Datetime("us"),
    "year": pl.Int32,
}
_COMPARISONS: dict[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "minimum": lambda cell, bound: cell >= bound,
    "maximum": lambda cell, bound: cell <= bound,
    "exclusiveMinimum": lambda cell, bound: cell > bound,
    "exclusiveMaximum": lambda cell, bound: cell < bound,
}
_LENGTHS: dict[str, Callable[[pl.Expr, int], pl.Expr]] = {
    "minLength": lambda cell, bound: cell.str.len_chars() >= bound,
    "maxLength": lambda cell, bound: cell.str.len_chars() <= bound,
}
_NUMBERS: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float)}
#: What `violations` returns.
_VIOLATIONS = {"row": pl.UInt32, "field": pl.String, "constraint": pl.String, "value": pl.String}
#: Above this many fields a contract is made in parts: the time of pandera grows with the square of their number.
_WIDE = 100
_ORDERED = ("integer", "number", "date", "datetime", "year", "yearmonth")
_TEXTUAL = ("string", "any")


@cache
def _pandera() -> Any:
    """Return pandera, for Polars.

    Where PySpark is installed pandera imports all of it, with pandas, which takes a second and 300 MB that nothing here
    needs: it is told that there is none, unless something else has imported it already.
    """
    hidden = not {"pandera", "pyspark"} & sys.modules.keys()
    if hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        import pandera.errors
        import pandera.polars
    finally:
        if hidden:
            del sys.modules["pyspark"]
    return pandera


def pandera_schema(schema: TableSchema, name: str) -> DataFrameSchema:
    """Return the contract that a typed Polars table must keep to satisfy `schema`.

    Each check is named after the constraint it comes from, so that a failure can be told back to the Table Schema.
    Constraints that cannot be applied are left out; `unsupported` names them.
    """
    polars = _pandera().polars
    rules = _applicable(schema)
    for field in schema.fields:
        # Pandera takes NaN, which is a value of a number, for a missing one.
        if field.type == "number" and _needed(schema, field):
            rules[field.name].append(("required", lambda cell: cell.is_not_null()))
    columns = {
        field.name: polars.Column(
            _type(field),
            checks=[_check(constraint, rule) for constraint, rule in rules[field.name]],
            nullable=not _needed(schema, field) or field.type == "number",
            title=field.title or None,
            description=field.description or None,
        )
        for field in schema.fields
    }
    checks = [_key_check(what, key) for what, key in _keys(schema)]
    contract: DataFrameSchema = polars.DataFrameSchema(columns, checks=checks, name=name, strict=True, ordered=True)
    return contract


def satisfies(schema: TableSchema, frame: pl.DataFrame) -> bool:
    """Whether `frame` is seen to keep the contract of `schema`.

    The contract's own checks are made in one pass over the table, without pandera, which takes much longer to import
    and makes them one by one. A check that cannot be made is not satisfied; nor, very rarely, one of a key.
    """
    if frame.schema != pl.Schema({field.name: _type(field) for field in schema.fields}):
        return False
    rules = _applicable(schema)
    kept = [pl.col(field.name).null_count() == 0 for field in schema.fields if _needed(schema, field)]
    kept += [
        _all_different((field.name,)) if constraint == "unique" else _passes(rule, field.name).all()
        for field in schema.fields
        for constraint, rule in rules[field.name]
    ]
    kept += [_all_different(key) for _, key in _keys(schema)]
    try:
        return all(frame.select(check.alias(str(place)) for place, check in enumerate(kept)).row(0)) if kept else True
    except pl.exceptions.PolarsError:
        return False


def unsupported(schema: TableSchema) -> list[tuple[str, str, str]]:
    """Return the constraints that no contract can apply, as (field, constraint, why)."""
    return [
        (field.name, constraint, why)
        for field in schema.fields
        for constraint, stated in field.constraints.items()
        if (why := _why_not(field, constraint, stated))
    ]


def violations(schema: TableSchema, frame: pl.DataFrame) -> pl.DataFrame:
    """Return every row of `frame` that breaks the contract of `schema`.

    The columns are ``row`` (0-based), ``field`` (the names of a key's fields joined by ", "), ``constraint`` (as Table
    Schema calls it) and ``value`` (as text, null for a key). Of rows that repeat a value, all but the first are given.
    A null row stands for a constraint that could not be checked at all; the value then says why.
    """
    nothing = pl.DataFrame(schema=_VIOLATIONS)
    if not frame.height or satisfies(schema, frame):
        return nothing
    if len(schema.fields) <= _WIDE:
        return _violations(schema, frame)
    return pl.concat([nothing, *(_violations(part, frame.select(part.names)) for part in _parts(schema))]).unique(
        maintain_order=True
    )


def _parts(schema: TableSchema) -> Iterator[TableSchema]:
    """Yield schemas of some fields each, and one for its keys, that together ask what a wide `schema` asks."""
    for at in range(0, len(schema.fields), _WIDE):
        yield TableSchema(schema.fields[at : at + _WIDE])
    named = {name for key in (schema.primary_key, *schema.unique_keys) for name in key}
    keyed = tuple(replace(item, constraints={}, categories=None) for item in schema.fields if item.name in named)
    yield TableSchema(keyed, schema.primary_key, schema.unique_keys)


def _violations(schema: TableSchema, frame: pl.DataFrame) -> pl.DataFrame:
    """Return what `violations` does, by one contract: pandera names the rows."""
    try:
        pandera_schema(schema, "table").validate(frame, lazy=True)
    except _pandera().errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    else:
        return pl.DataFrame(schema=_VIOLATIONS)
    check = pl.col("check").replace({"not_nullable": "required"})
    key = check.str.extract(r"(?s)^(?:primaryKey|uniqueKeys): (.*)$")
    return cases.select(
        pl.col("index").cast(pl.UInt32).alias("row"),
        key.fill_null(pl.col("column")).alias("field"),
        check.str.replace("(?s): .*$", "").alias("constraint"),
        pl.when(key.is_null()).then(pl.col("failure_case").cast(pl.String)).alias("value"),
    )


def _check(constraint: str, rule: _Rule) -> Check:
    """Return a check of one column, called after its constraint; missing cells satisfy all but ``required``."""

    def applied(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(_passes(rule, data.key))

    check: Check = _pandera().polars.Check(applied, name=constraint, error=constraint)
    return check


def _key_check(what: str, key: tuple[str, ...]) -> Check:
    """Return a check that no row repeats the key of an earlier one; a key with a missing part repeats nothing."""

    def applied(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(_first_of_key(key))

    label = f"{what}: {', '.join(key)}"
    check: Check = _pandera().polars.Check(applied, name=label, error=label)
    return check


def _passes(rule: _Rule, name: str) -> pl.Expr:
    return rule(pl.col(name)).fill_null(True)


def _first_of_key(key: tuple[str, ...]) -> pl.Expr:
    return pl.struct(key).is_first_distinct() | pl.any_horizontal(pl.col(name).is_null() for name in key)


def _all_different(key: tuple[str, ...]) -> pl.Expr:
    """Whether no two rows have the same values in all fields of `key`.

    As many hashes as rows are proof of it, and ten times quicker to tell apart; fewer may also be so by chance.
    """
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in key)
    values = pl.struct(key) if len(key) > 1 else pl.col(*key)
    return values.hash().filter(whole).n_unique() == whole.sum()


def _needed(schema: TableSchema, field: Field) -> bool:
    """Whether each cell of `field` must have a value."""
    return field.required or field.name in schema.primary_key


def _keys(schema: TableSchema) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys whose fields the schema has, each with what it is called."""
    keys = [("primaryKey", schema.primary_key), *(("uniqueKeys", key) for key in schema.unique_keys)]
    return [(what, key) for what, key in keys if key and set(key) <= set(schema.names)]


def _applicable(schema: TableSchema) -> dict[str, list[tuple[str, _Rule]]]:
    """Return for each field the constraints that can be applied, each with what it asks of a cell."""
    left_out = {(field, constraint) for field, constraint, _ in unsupported(schema)}
    return {
        field.name: [pair for pair in _rules(field) if (field.name, pair[0]) not in left_out] for field in schema.fields
    }


def _rules(field: Field) -> list[tuple[str, _Rule]]:
    """Return each constraint of `field` with what it asks of a cell."""
    rules: list[tuple[str, _Rule]] = []
    if field.categories is not None:
        rules.append(("categories", _one_of(field, field.categories)))
    for constraint, stated in field.constraints.items():
        if constraint == "enum":
            rules.append((constraint, _one_of(field, stated)))
        elif constraint == "unique" and stated:
            rules.append((constraint, lambda cell: cell.is_first_distinct() | cell.is_null()))
        elif constraint == "pattern":
            rules.append((constraint, _matching(str(stated))))
        elif constraint in _COMPARISONS:
            rules.append((constraint, _within(field, _COMPARISONS[constraint], value_of(field, stated))))
        elif constraint in _LENGTHS:
            rules.append((constraint, _long(_LENGTHS[constraint], stated)))
    return rules


def _one_of(field: Field, stated: Any) -> _Rule:
    values = pl.Series([value_of(field, item) for item in stated], dtype=_type(field))
    return lambda cell: cell.is_in(values.implode())


def _matching(pattern: str) -> _Rule:
    return lambda cell: cell.str.contains(_whole(pattern))


def _within(field: Field, compare: Callable[[pl.Expr, Any], pl.Expr], bound: Any) -> _Rule:
    if field.type == "yearmonth":
        return lambda cell: compare(_months(cell), _months(pl.lit(bound)))
    if field.type == "number":
        # What is not a number lies within no bounds; Polars takes it for the largest one.
        return lambda cell: compare(cell, bound) & cell.is_not_nan()
    return lambda cell: compare(cell, bound)


def _months(cell: pl.Expr) -> pl.Expr:
    """Return the months since the year 0: as text, the year 12017 would come before 2017."""
    year, month = (cell.str.extract(r"^(.*)-(..)$", part).cast(pl.Int64) for part in (1, 2))
    return year * 12 + month


def _long(compare: Callable[[pl.Expr, int], pl.Expr], bound: int) -> _Rule:
    return lambda cell: compare(cell, bound)


def _whole(pattern: str) -> str:
    """Return a pattern that matches only whole cells, as XML Schema's regular expressions do."""
    return f"^(?:{pattern})$"


def _type(field: Field) -> Any:
    """Return the type of the column that holds `field`; what is not checked is kept as text."""
    return pl.String if not_checked(field) else _TYPES.get(field.type, pl.String)


def value_of(field: Field, stated: Any) -> Any:
    """Return a value that a constraint states as a cell of the field would be read, or None when it is none.

    Given as text it is in the field's own form (``decimalChar``, ``trueValues``), given as JSON in that of JSON.
    """
    if not_checked(field) or field.type in _TEXTUAL:
        return str(stated)
    if isinstance(stated, float) and stated.is_integer():
        stated = int(stated)
    if type(stated) in _NUMBERS.get(field.type, ()) and abs(stated) < 2**63:
        return stated  # the common case, for which reading would take a millisecond
    text, options = (stated, field.options) if isinstance(stated, str) else (json.dumps(stated), {})
    plain = Field(field.name, field.type, missing_values=(), options=options)
    return pl.DataFrame({field.name: [text]}).select(typed(plain)).item()


def _why_not(field: Field, constraint: str, stated: Any) -> str | None:
    """Return why a constraint cannot be applied to `field`, or None when it can."""
    if constraint in ("required", "unique"):
        return None
    if constraint == "enum":
        unread = [item for item in stated if value_of(field, item) is None]
        return f"{_told(unread[0])} is not a value of type {field.type}" if unread else None
    if constraint in _COMPARISONS:
        if field.type not in _ORDERED:
            return f"values of type {field.type} have no order"
        if why := not_checked(field):
            return f"the {why} is not supported"
        return f"{_told(stated)} is not a value of type {field.type}" if value_of(field, stated) is None else None
    if field.type not in _TEXTUAL and constraint in ("pattern", *_LENGTHS):
        return f"it is for text, and the field is of type {field.type}"
    if constraint == "pattern":
        return _refused(str(stated))
    if constraint in _LENGTHS:
        return None if isinstance(stated, int) and 0 <= stated < 2**32 else f"{_told(stated)} is no length"
    return "it is not supported"


def _told(value: Any, most: int = 60) -> str:
    """Return a stated value for use in a message."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


@lru_cache(maxsize=256)
def _refused(pattern: str) -> str | None:
    """Return why the regular expression engine, whose time is linear, does not take `pattern`, or None."""
    try:
        # By itself first: 'a)|(b' is a pattern only between the parentheses that make it match whole cells.
        for tried in (pattern, _whole(pattern)):
            pl.Series([""]).str.contains(tried)
    except pl.exceptions.PolarsError as error:
        reason = str(error).split("\n\n")[0].splitlines()[-1].removeprefix("regex ").removeprefix("error: ")
        return f"the pattern is not understood ({reason})"
    return None
