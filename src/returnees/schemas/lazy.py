"""Contracts of lazy tables, which a database or a cluster holds, by pandera's Narwhals backend.

Pandera has a backend for Narwhals' expressions, and schemas of its own for Ibis (by way of a further library) and for
PySpark (which cannot be imported beside pandas 3). So the schema is that of Polars, as in memory, and the backend is
told to take any table that Narwhals knows. The checks are computed where the table is; only a verdict each comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from returnees.errors import UsageError
from returnees.schemas.asked import Dialect, Rule, column_type, keys, needed, rules_of
from returnees.schemas.pandera import pandera
from returnees.schemas.regexes import portable
from returnees.tables.schema import TableSchema

#: The column in which pandera keeps whether a row passes.
_PASSES = "check_output"
#: What `lazy_violations` returns.
_VIOLATIONS = dict.fromkeys(("key", "field", "constraint", "value"), pl.String)


def lazy_schema(schema: TableSchema, name: str) -> Any:
    """Return what `returnees.schemas.pandera_schema` does with ``backend="narwhals"``."""
    if _PASSES in schema.names:
        raise UsageError(f"no contract of a lazy table can have a field called '{_PASSES}': pandera uses the name")
    classes, rules = _classes(), rules_of(schema, _dialect())
    columns = {}
    for field in schema.fields:
        # Of failures that concern several columns pandera makes one text, which not every engine can.
        keyed = [_key_check(what, key) for what, key in keys(schema) if key[0] == field.name]
        asked = [("required", _there)] if needed(schema, field) else []
        columns[field.name] = classes.column(
            column_type(field),
            checks=[*(_check(constraint, rule) for constraint, rule in [*asked, *rules[field.name]]), *keyed],
            # Pandera takes NaN, which is a value of a number, for a missing one; ``required`` is a check of our own.
            nullable=True,
            title=field.title or None,
            description=field.description or None,
        )
    return classes.schema(columns, name=name, strict=True, ordered=True)


def lazy_violations(schema: TableSchema, table: Any, by: Sequence[str], most: int) -> pl.DataFrame:
    """Return what `returnees.schemas.violations_by` does."""
    found = [pl.DataFrame(schema=_VIOLATIONS)]
    try:
        lazy_schema(schema, "table").validate(table, lazy=True)
    except pandera().errors.SchemaErrors as errors:
        found += [_rows(error, by, most) for error in errors.schema_errors]
    return pl.concat(found).sort(pl.all())


def _rows(error: Any, by: Sequence[str], most: int) -> pl.DataFrame:
    """Return the rows that one check found, or a row without a key for a check that could not be made."""
    import narwhals.stable.v1 as nw

    label = error.check if isinstance(error.check, str) else error.check.name
    constraint, _, key = label.partition(": ")
    field = key or error.schema.name or ""
    if not isinstance(error.check_output, nw.LazyFrame):
        return pl.DataFrame([(None, field, constraint, str(error.failure_cases))], _VIOLATIONS, orient="row")
    names = [f"k{number}" for number in range(len(by))]
    texts = [nw.col(name).cast(nw.String).alias(alias) for name, alias in zip(by, names, strict=True)]
    value = (nw.lit(None) if key else nw.col(field)).cast(nw.String).alias("value")
    failing = error.check_output.filter(~nw.col(_PASSES)).head(most).select(*texts, value)
    rows: pl.DataFrame = failing.collect(backend="polars").to_native()
    return rows.select(
        pl.concat_str([pl.col(name).fill_null("") for name in names], separator=", ").alias("key"),
        pl.lit(field).alias("field"),
        pl.lit(constraint).alias("constraint"),
        pl.col("value").cast(pl.String),
    )


def _there(cell: Any) -> Any:
    return ~cell.is_null()


@cache
def _dialect() -> Dialect:
    import narwhals.stable.v1 as nw

    return Dialect(
        whole=nw.Int64,
        pattern=portable,
        held=lambda field, value: value,
        listed=lambda field, values: list(values),
        # The rows have no order in which one is the first.
        alone=lambda cell: cell.is_unique(),
    )


def _check(constraint: str, rule: Rule) -> Any:
    """Return a check of one column. What fails it becomes text: pandera lays the failures of all columns together."""
    import narwhals.stable.v1 as nw

    def applied(table: Any, name: str) -> Any:
        cell = nw.col(name)
        return nw.from_native(table).lazy().with_columns(rule(cell).alias(_PASSES), cell.cast(nw.String).alias(name))

    return pandera().polars.Check(applied, name=constraint, error=constraint)


def _key_check(what: str, key: tuple[str, ...]) -> Any:
    """Return a check that no two rows have the same key; a key with a missing part repeats nothing."""
    import narwhals.stable.v1 as nw

    def applied(table: Any, first: str) -> Any:
        missing = nw.any_horizontal(*(nw.col(name).is_null() for name in key), ignore_nulls=True)
        counted = (missing | (nw.len().over(*key) == 1)).alias(_PASSES)
        return nw.from_native(table).lazy().with_columns(counted, nw.col(first).cast(nw.String))

    label = f"{what}: {', '.join(key)}"
    return pandera().polars.Check(applied, name=label, error=label)


class _Classes:
    """Pandera's classes of schemas and columns, for any table that Narwhals knows."""

    def __init__(self) -> None:
        import narwhals.stable.v1 as nw
        from pandera.api.checks import Check
        from pandera.backends.narwhals.checks import NarwhalsCheckBackend
        from pandera.backends.narwhals.components import ColumnBackend
        from pandera.backends.narwhals.container import DataFrameSchemaBackend
        from pandera.config import ValidationDepth, config_context, get_config_context

        polars = pandera().polars

        class LazyColumn(polars.Column):  # type: ignore[misc, name-defined]
            @staticmethod
            def register_default_backends(check_obj_cls: type) -> None:
                LazyColumn.register_backend(check_obj_cls, ColumnBackend)
                Check.register_backend(nw.LazyFrame, NarwhalsCheckBackend)

        class LazySchema(polars.DataFrameSchema):  # type: ignore[misc, name-defined]
            @staticmethod
            def register_default_backends(check_obj_cls: type) -> None:
                LazySchema.register_backend(check_obj_cls, DataFrameSchemaBackend)
                Check.register_backend(nw.LazyFrame, NarwhalsCheckBackend)

            def validate(self, check_obj: Any, *arguments: Any, **options: Any) -> Any:
                # Of a lazy table pandera looks at the types only, unless it is told otherwise.
                depth = get_config_context(validation_depth_default=None).validation_depth
                with config_context(validation_depth=depth or ValidationDepth.SCHEMA_AND_DATA):
                    return super().validate(check_obj, *arguments, **options)

        self.column, self.schema = LazyColumn, LazySchema


@cache
def _classes() -> _Classes:
    return _Classes()
