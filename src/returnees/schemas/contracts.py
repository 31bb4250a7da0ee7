"""Contracts of tables in memory, by pandera for Polars, and one look at a whole table before pandera is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from returnees.schemas.asked import IN_MEMORY, Rule, asked, column_type, keys, needed
from returnees.tables.schema import TableSchema

if TYPE_CHECKING:
    from pandera.polars import Check, DataFrameSchema, PolarsData

#: What `violations` returns.
_VIOLATIONS = {"row": pl.UInt32, "field": pl.String, "constraint": pl.String, "value": pl.String}
#: Above this many fields a contract is made in parts: the time of pandera grows with the square of their number.
_WIDE = 100


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
    rules = asked(schema, IN_MEMORY)
    for field in schema.fields:
        # Pandera takes NaN, which is a value of a number, for a missing one.
        if field.type == "number" and needed(schema, field):
            rules[field.name].append(("required", lambda cell: cell.is_not_null()))
    columns = {
        field.name: polars.Column(
            column_type(field),
            checks=[_check(constraint, rule) for constraint, rule in rules[field.name]],
            nullable=not needed(schema, field) or field.type == "number",
            title=field.title or None,
            description=field.description or None,
        )
        for field in schema.fields
    }
    checks = [_key_check(what, key) for what, key in keys(schema)]
    contract: DataFrameSchema = polars.DataFrameSchema(columns, checks=checks, name=name, strict=True, ordered=True)
    return contract


def satisfies(schema: TableSchema, frame: pl.DataFrame) -> bool:
    """Whether `frame` is seen to keep the contract of `schema`.

    The contract's own checks are made in one pass over the table, without pandera, which takes much longer to import
    and makes them one by one. A check that cannot be made is not satisfied; nor, very rarely, one of a key.
    """
    if frame.schema != pl.Schema({field.name: column_type(field) for field in schema.fields}):
        return False
    rules = asked(schema, IN_MEMORY)
    kept = [pl.col(field.name).null_count() == 0 for field in schema.fields if needed(schema, field)]
    kept += [
        _all_different((field.name,)) if constraint == "unique" else _passes(rule, field.name).all()
        for field in schema.fields
        for constraint, rule in rules[field.name]
    ]
    kept += [_all_different(key) for _, key in keys(schema)]
    try:
        return all(frame.select(check.alias(str(place)) for place, check in enumerate(kept)).row(0)) if kept else True
    except pl.exceptions.PolarsError:
        return False


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


def _check(constraint: str, rule: Rule) -> Check:
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


def _passes(rule: Rule, name: str) -> pl.Expr:
    passes: pl.Expr = rule(pl.col(name)).fill_null(True)
    return passes


def _first_of_key(key: tuple[str, ...]) -> pl.Expr:
    return pl.struct(key).is_first_distinct() | pl.any_horizontal(pl.col(name).is_null() for name in key)


def _all_different(key: tuple[str, ...]) -> pl.Expr:
    """Whether no two rows have the same values in all fields of `key`.

    As many hashes as rows are proof of it, and ten times quicker to tell apart; fewer may also be so by chance.
    """
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in key)
    values = pl.struct(key) if len(key) > 1 else pl.col(*key)
    return values.hash().filter(whole).n_unique() == whole.sum()
