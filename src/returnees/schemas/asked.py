"""What each constraint of Table Schema asks of a cell: the one definition, in memory as on every engine.

The operations are those that the expressions of Polars and of Narwhals have in common, so that either can be handed in
as the cell. What the two write differently is a `Dialect`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from returnees.tables.lexical import not_checked, typed
from returnees.tables.schema import Field, TableSchema

#: An expression of Polars or of Narwhals.
Expression = Any
#: Whether a cell that is there is as a constraint asks; of a missing one it says nothing.
Rule = Callable[[Expression], Expression]

#: The column that holds a field of each type; of all others text.
TYPES: dict[str, Any] = {
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "datetime": pl.Datetime("us"),
    "year": pl.Int32,
}
_COMPARISONS: dict[str, Callable[[Expression, Any], Expression]] = {
    "minimum": lambda cell, bound: cell >= bound,
    "maximum": lambda cell, bound: cell <= bound,
    "exclusiveMinimum": lambda cell, bound: cell > bound,
    "exclusiveMaximum": lambda cell, bound: cell < bound,
}
_LENGTHS: dict[str, Callable[[Expression, int], Expression]] = {
    "minLength": lambda cell, bound: cell.str.len_chars() >= bound,
    "maxLength": lambda cell, bound: cell.str.len_chars() <= bound,
}
_NUMBERS: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float)}
_ORDERED = ("integer", "number", "date", "datetime", "year", "yearmonth")
_TEXTUAL = ("string", "any")


@dataclass(frozen=True)
class Dialect:
    """What expressions are written with, besides the operations that all have.

    ``whole`` is the type of whole numbers of 64 bits; ``pattern`` gives what matches the whole cells that a pattern
    matches in Polars, None where nothing does; ``held`` gives a value as the cells of a field hold it; ``listed`` gives
    such values as ``is_in`` takes them; ``alone`` says whether a cell repeats none, None where that is asked of keys.
    """

    whole: Any
    pattern: Callable[[str], str | None]
    held: Callable[[Field, Any], Any]
    listed: Callable[[Field, Sequence[Any]], Any]
    alone: Rule | None


def whole_cell(pattern: str) -> str:
    """Return a pattern that matches only whole cells, as XML Schema's regular expressions do."""
    return f"^(?:{pattern})$"


#: Tables in memory, whose rows have an order: a value is broken where it stands in an earlier row, too.
IN_MEMORY = Dialect(
    whole=pl.Int64,
    pattern=whole_cell,
    held=lambda field, value: value,
    listed=lambda field, values: pl.Series(values, dtype=column_type(field)).implode(),
    alone=lambda cell: cell.is_first_distinct(),
)


def column_type(field: Field) -> Any:
    """Return the type of the column that holds `field`; what is not checked is kept as text."""
    return pl.String if not_checked(field) else TYPES.get(field.type, pl.String)


def needed(schema: TableSchema, field: Field) -> bool:
    """Whether each cell of `field` must have a value."""
    return field.required or field.name in schema.primary_key


def keys(schema: TableSchema) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys whose fields the schema has, each with what it is called."""
    stated = [("primaryKey", schema.primary_key), *(("uniqueKeys", key) for key in schema.unique_keys)]
    return [(what, key) for what, key in stated if key and set(key) <= set(schema.names)]


def rules_of(schema: TableSchema, dialect: Dialect) -> dict[str, list[tuple[str, Rule]]]:
    """Return for each field the constraints that can be applied, each with what it asks of a cell.

    Whether a cell must be there is not among them: see `needed`.
    """
    left_out = {(field, constraint) for field, constraint, _ in unsupported(schema)}
    return {
        field.name: [pair for pair in _rules(field, dialect) if (field.name, pair[0]) not in left_out]
        for field in schema.fields
    }


def unsupported(schema: TableSchema, backend: str = "polars") -> list[tuple[str, str, str]]:
    """Return the constraints that no contract for `backend` can apply, as (field, constraint, why)."""
    return [
        (field.name, constraint, why)
        for field in schema.fields
        for constraint, stated in field.constraints.items()
        if (why := _why_not(field, constraint, stated) or _unlike(constraint, stated, backend))
    ]


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


def _rules(field: Field, dialect: Dialect) -> list[tuple[str, Rule]]:
    """Return each constraint of `field` with what it asks of a cell."""
    rules: list[tuple[str, Rule | None]] = []
    if field.categories is not None:
        rules.append(("categories", _one_of(field, field.categories, dialect)))
    for constraint, stated in field.constraints.items():
        if constraint == "enum":
            rules.append((constraint, _one_of(field, stated, dialect)))
        elif constraint == "unique" and stated:
            rules.append((constraint, _alone(dialect)))
        elif constraint == "pattern":
            rules.append((constraint, _matching(dialect.pattern(str(stated)))))
        elif constraint in _COMPARISONS:
            rules.append((constraint, _within(field, _COMPARISONS[constraint], stated, dialect)))
        elif constraint in _LENGTHS:
            rules.append((constraint, _long(_LENGTHS[constraint], stated)))
    return [(constraint, rule) for constraint, rule in rules if rule is not None]


def _value(field: Field, stated: Any) -> Any:
    """Return a stated value in the type of the field's cells: not every engine compares with 1 and 0.5 in one list."""
    value = value_of(field, stated)
    return float(value) if field.type == "number" and isinstance(value, int) else value


def _alone(dialect: Dialect) -> Rule | None:
    alone = dialect.alone
    return None if alone is None else lambda cell: alone(cell) | cell.is_null()


def _one_of(field: Field, stated: Sequence[Any], dialect: Dialect) -> Rule:
    values = [dialect.held(field, value) for item in stated if (value := _value(field, item)) is not None]
    if not values:
        return lambda cell: cell.is_null()
    listed = dialect.listed(field, values)
    return lambda cell: cell.is_in(listed)


def _matching(pattern: str | None) -> Rule | None:
    return None if pattern is None else lambda cell: cell.str.contains(pattern)


def _within(
    field: Field, compare: Callable[[Expression, Any], Expression], stated: Any, dialect: Dialect
) -> Rule | None:
    value = _value(field, stated)
    if value is None:
        return None
    if field.type == "yearmonth":
        # As text, the year 12017 would come before 2017.
        bound = _months_of(value)
        return lambda cell: compare(_months(cell, dialect), bound)
    bound = dialect.held(field, value)
    if field.type == "number":
        # What is not a number lies within no bounds; most engines take it for the largest one.
        return lambda cell: compare(cell, bound) & ~cell.is_nan()
    return lambda cell: compare(cell, bound)


def _months(cell: Expression, dialect: Dialect) -> Expression:
    """Return the months since the year 0 of a cell of type yearmonth."""
    year = cell.str.replace_all(r"-[0-9]{2}\z", "").cast(dialect.whole)
    return year * 12 + cell.str.slice(-2, 2).cast(dialect.whole)


def _months_of(value: str) -> int:
    year, _, month = value.rpartition("-")
    return int(year) * 12 + int(month)


def _long(compare: Callable[[Expression, int], Expression], bound: int) -> Rule:
    return lambda cell: compare(cell, bound)


def _why_not(field: Field, constraint: str, stated: Any) -> str | None:
    """Return why a constraint cannot be applied to `field`, or None when it can."""
    if constraint in ("required", "unique"):
        return None
    if constraint == "enum":
        unread = [item for item in stated if value_of(field, item) is None]
        return f"{_told(unread[0])} is not a value of type {field.type}" if unread else None
    if constraint in _COMPARISONS:
        return _no_bound(field, stated)
    if field.type not in _TEXTUAL and constraint in ("pattern", *_LENGTHS):
        return f"it is for text, and the field is of type {field.type}"
    if constraint == "pattern":
        return _refused(str(stated))
    if constraint in _LENGTHS:
        return None if isinstance(stated, int) and 0 <= stated < 2**32 else f"{_told(stated)} is no length"
    return "it is not supported"


def _unlike(constraint: str, stated: Any, backend: str) -> str | None:
    """Return why a pattern cannot be applied by all engines alike, or None when it can."""
    if backend == "polars" or constraint != "pattern":
        return None
    from returnees.schemas.regexes import portable

    return "engines read the pattern in different ways" if portable(str(stated)) is None else None


def _no_bound(field: Field, stated: Any) -> str | None:
    """Return why the cells of `field` cannot be compared with a bound, or None when they can."""
    if field.type not in _ORDERED:
        return f"values of type {field.type} have no order"
    if why := not_checked(field):
        return f"the {why} is not supported"
    value = value_of(field, stated)
    if value is None:
        return f"{_told(stated)} is not a value of type {field.type}"
    # Int() of a text takes time that grows with the square of its length; no year of 64 bits is as long.
    if field.type == "yearmonth" and (len(value) > 22 or abs(_months_of(value)) >= 2**63):
        return f"{_told(stated)} is beyond numbers of 64 bits"
    return None


def _told(value: Any, most: int = 60) -> str:
    """Return a stated value for use in a message."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


@lru_cache(maxsize=256)
def _refused(pattern: str) -> str | None:
    """Return why the regular expression engine, whose time is linear, does not take `pattern`, or None."""
    try:
        # By itself first: 'a)|(b' is a pattern only between the parentheses that make it match whole cells.
        for tried in (pattern, whole_cell(pattern)):
            pl.Series([""]).str.contains(tried)
    except pl.exceptions.PolarsError as error:
        reason = str(error).split("\n\n")[0].splitlines()[-1].removeprefix("regex ").removeprefix("error: ")
        return f"the pattern is not understood ({reason})"
    return None
