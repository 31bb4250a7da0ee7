"""Contracts of tables in memory, by pandera for Polars, and one look at a whole table before pandera is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from returnees.errors import UsageError, nearest
from returnees.schemas.asked import IN_MEMORY, Rule, column_type, keys, needed, rules_of
from returnees.schemas.pandera import pandera
from returnees.tables.schema import TableSchema

if TYPE_CHECKING:
    from pandera.polars import Check, DataFrameSchema, PolarsData

#: What contracts can be made for.
BACKENDS = ("polars", "narwhals")
#: What `violations` returns.
_VIOLATIONS = {"row": pl.UInt32, "field": pl.String, "constraint": pl.String, "value": pl.String}
#: Above this many fields a contract is made in parts: the time of pandera grows with the square of their number.
_WIDE = 100


def pandera_schema(schema: TableSchema, name: str, backend: str = "polars") -> DataFrameSchema:
    """Return the contract that a typed table must keep to satisfy `schema`.

    Each check is named after the constraint it comes from, so that a failure can be told back to the Table Schema.
    Constraints that cannot be applied are left out; `unsupported` names them.

    Parameters
    ----------
    schema, name
        What the contract is derived from, and what it is called.
    backend
        "polars" for tables in memory. "narwhals" for lazy ones that a database or a cluster holds, or that are larger
        than the memory: relations of DuckDB, DataFrames of Spark (with Spark Connect, too), LazyFrames of Polars. They
        stay where they are, and one answer for each check comes back (which takes pyarrow). Their rows have no order,
        so that all rows that repeat a value fail, and not all but the first. Dates and times have no time zone.

    Raises
    ------
    UsageError
        If there is no such backend, or a field of a lazy table has the name "check_output", which pandera uses.
    """
    if backend not in BACKENDS:
        raise UsageError(f"there is no backend {backend!a}{nearest(backend, BACKENDS)} (there are polars, narwhals)")
    if backend == "narwhals":
        from returnees.schemas.lazy import lazy_schema

        contract: DataFrameSchema = lazy_schema(schema, name)
        return contract
    return _in_memory(schema, name)


def _in_memory(schema: TableSchema, name: str) -> DataFrameSchema:
    polars = pandera().polars
    rules = rules_of(schema, IN_MEMORY)
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
    rules = rules_of(schema, IN_MEMORY)
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


def violations_by(schema: TableSchema, table: Any, by: Sequence[str] = (), most: int = 1_000) -> pl.DataFrame:
    """Return rows of a lazy `table` that break the contract of `schema`, named by their cells of the fields `by`.

    The columns are ``key`` (the cells of `by` joined by ", "; of the primary key where no fields are named), ``field``,
    ``constraint`` and ``value``, all as text that the table's own engine writes, sorted. No more than `most` rows come
    back for each constraint, and nothing else of the table. A row without a key stands for a constraint that could not
    be checked at all; the value then says why.

    Raises
    ------
    UsageError
        As `pandera_schema` with the backend "narwhals"; or if `by` names what is no field, or nothing names the rows.
    """
    named = tuple(by) or schema.primary_key
    if not named:
        raise UsageError("the schema has no primary key; name the fields that tell rows apart")
    if unknown := [name for name in named if name not in schema.names]:
        raise UsageError(f"there is no field {unknown[0]!a}{nearest(unknown[0], schema.names)}")
    from returnees.schemas.lazy import lazy_violations

    return lazy_violations(schema, table, named, most)


def _violations(schema: TableSchema, frame: pl.DataFrame) -> pl.DataFrame:
    """Return what `violations` does, by one contract: pandera names the rows."""
    try:
        _in_memory(schema, "table").validate(frame, lazy=True)
    except pandera().errors.SchemaErrors as errors:
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

    check: Check = pandera().polars.Check(applied, name=constraint, error=constraint)
    return check


def _key_check(what: str, key: tuple[str, ...]) -> Check:
    """Return a check that no row repeats the key of an earlier one; a key with a missing part repeats nothing."""

    def applied(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(_first_of_key(key))

    label = f"{what}: {', '.join(key)}"
    check: Check = pandera().polars.Check(applied, name=label, error=label)
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
