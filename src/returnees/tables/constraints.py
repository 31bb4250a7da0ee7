"""Constraints and keys of Table Schema: contracts by pandera, references between tables by joins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from returnees.findings import Finding
from returnees.package.limits import Limits
from returnees.schemas import unsupported, violations
from returnees.tables.capped import rows_findings
from returnees.tables.lexical import present
from returnees.tables.model import Table
from returnees.tables.patterns import too_heavy, without_patterns
from returnees.tables.reading import shorten
from returnees.tables.schema import Field, ForeignKey

#: Which finding code a broken constraint gets.
CODES = {
    "required": "F130",
    "unique": "F131",
    "enum": "F132",
    "categories": "F132",
    "pattern": "F133",
    "minimum": "F134",
    "maximum": "F134",
    "exclusiveMinimum": "F134",
    "exclusiveMaximum": "F134",
    "minLength": "F135",
    "maxLength": "F135",
    "primaryKey": "F136",
    "uniqueKeys": "F137",
}


def check_contracts(tables: Iterable[Table], limits: Limits) -> list[Finding]:
    """Return a finding for each row of any table that breaks a constraint or a key of its own."""
    findings: list[Finding] = []
    left = limits.pattern_steps
    for table in tables:
        heavy, steps = too_heavy(table, left)
        left -= steps
        findings += check_contract(table, heavy)
    return findings


def check_contract(table: Table, heavy: Collection[str] = ()) -> list[Finding]:
    """Return a finding for each row of `table` that breaks a constraint or a key of its own.

    The patterns of the fields that `heavy` names are left out, and that is said.
    """
    schema = without_patterns(table.schema, heavy)
    findings = [
        table.finding("F122", f"The {constraint} of '{name}' was not checked: {why}.", field=name)
        for name, constraint, why in unsupported(schema)
    ]
    findings += [
        table.finding("F122", f"The pattern of '{name}' was not checked: it takes more steps than allowed.", field=name)
        for name in heavy
    ]
    findings += _unusable_keys(table)
    broken = violations(schema, table.frame)
    if not broken.height:
        return findings
    for _, name, constraint, why in broken.filter(pl.col("row").is_null()).iter_rows():
        message = f"The {constraint} of '{name}' was not checked: {shorten(why)}."
        findings.append(table.finding("F122", message, field=name))
    broken = broken.drop_nulls("row")
    for (name, constraint), group in broken.sort("row").group_by("field", "constraint", maintain_order=True):
        if constraint == "required" and name not in table.raw.text.columns:
            continue  # the column is missing, which has been said once and for all rows
        rows = group["row"]
        if constraint == "required":
            # A cell that does not read as its type is null in the frame: that it is missing, too, would be said twice.
            cells = table.raw.text.select(present(table.schema.field(str(name)))).to_series()
            rows = rows.filter(cells.gather(rows).is_null())
        texts = dict(zip(group["row"].to_list()[:2_000], group["value"].to_list()[:2_000], strict=True))
        findings += rows_findings(
            table,
            CODES[str(constraint)],
            rows,
            str(name) if name else None,
            lambda row, n=name, c=constraint, t=texts: _say(table, str(n), str(c), t.get(row), row),  # type: ignore[misc]
            already=len(findings),
            asked=str(constraint),
        )
    return findings


def _say(table: Table, name: str, constraint: str, value: str | None, row: int) -> str:
    """Return what is wrong with one cell or key, with the value and what the schema asks."""
    shown = f"'{shorten(value)}'" if value is not None else "an empty cell"
    if constraint == "primaryKey":
        return f"The primary key '{table.key(row)}' stands in an earlier row, too."
    if constraint == "uniqueKeys":
        key = next(key for key in table.schema.unique_keys if ", ".join(key) == name)
        cells = ", ".join(f"'{shorten(str(cell))}'" for cell in table.raw.text.select(key).row(row))
        return f"{cells} stand in an earlier row, too; {name} together must be unique."
    if constraint == "required":
        return f"'{name}' has no value, and must have one."
    if constraint == "unique":
        return f"{shown} in '{name}' stands in an earlier row, too."
    return f"{shown} in '{name}' {_wanted(table.schema.field(name), constraint)}."


def _wanted(field: Field, constraint: str) -> str:
    """Return what a constraint of the field asks."""
    stated = field.constraints.get(constraint)
    if constraint in ("enum", "categories"):
        values = [str(item) for item in (stated if constraint == "enum" else field.categories) or ()]
        listed = ", ".join(map(shorten, values[:12])) + (f" and {len(values) - 12} more" if len(values) > 12 else "")
        return f"is not one of {listed}"
    return {
        "pattern": f"does not match {shorten(str(stated), 200)}",
        "minimum": f"is below {stated}",
        "maximum": f"is above {stated}",
        "exclusiveMinimum": f"is not above {stated}",
        "exclusiveMaximum": f"is not below {stated}",
        "minLength": f"has fewer than {stated} characters",
        "maxLength": f"has more than {stated} characters",
    }[constraint]


def _unusable_keys(table: Table) -> list[Finding]:
    """Return a finding for each key that names a field the schema does not have."""
    known = set(table.schema.names)
    keys = [("primaryKey", table.schema.primary_key)]
    keys += [("uniqueKeys", key) for key in table.schema.unique_keys]
    keys += [("foreignKeys", key.fields) for key in table.schema.foreign_keys]
    findings = []
    for what, key in keys:
        if not key and what != "primaryKey":
            findings.append(table.finding("F139", f"{what} of '{table.name}' states a key of no fields."))
        if absent := [name for name in key if name not in known]:
            message = f"{what} of '{table.name}' names {', '.join(absent)}, which the schema does not have."
            findings.append(table.finding("F139", message))
    return findings


def check_references(tables: Mapping[str, Table]) -> list[Finding]:
    """Return a finding for each row of any table whose foreign key refers to no row.

    A key with a missing part refers to nothing and breaks nothing (SQL's simple match).
    """
    findings: list[Finding] = []
    for table in tables.values():
        said = len(findings)
        for key in table.schema.foreign_keys:
            findings += _references(tables, table, key, len(findings) - said)
    return findings


def _references(tables: Mapping[str, Table], table: Table, key: ForeignKey, already: int) -> list[Finding]:
    """Return the findings of one foreign key; `already` is how many those before it gave."""
    fields, target = ", ".join(key.fields), tables.get(key.target or table.name)
    if target is None:
        message = f"{fields} of '{table.name}' refers to the table '{key.target}', which is not there or not readable."
        return [table.finding("F139", message, field=fields)]
    if not target.complete:
        message = f"'{target.name}' was not read in full, so the references to it in {fields} were not checked."
        return [table.finding("F140", message, field=fields)]
    if not key.fields:
        return []  # said by the contract of the table itself
    if len(key.fields) != len(key.target_fields) or not set(key.target_fields) <= set(target.schema.names):
        message = f"{fields} of '{table.name}' refers to {', '.join(key.target_fields)} of '{target.name}'."
        return [table.finding("F139", f"{message} These fields are not there, or not as many.", field=fields)]
    if not set(key.fields) <= set(table.schema.names):
        return []  # said by the contract of the table itself
    parts = [f"part{number}" for number in range(len(key.fields))]
    pairs = zip(key.fields, key.target_fields, strict=True)
    types = [(table.frame.schema[mine], target.frame.schema[its]) for mine, its in pairs]
    numbers = [pl.Float64 in both and all(one.is_numeric() for one in both) for both in types]
    own = _as_parts(table, key.fields, parts, numbers)
    known = _as_parts(target, key.target_fields, parts, numbers)
    lost = own.with_row_index("row").join(known, on=parts, how="anti").drop_nulls().sort("row")
    texts = {row: ", ".join(cells) for row, *cells in lost.head(2_000).iter_rows()}
    return rows_findings(
        table,
        "F138",
        lost["row"],
        fields,
        lambda row: f"'{shorten(texts.get(row, ''))}' in '{fields}' is not in '{target.name}'.",
        already=already,
        asked=target.name,
    )


def _as_parts(table: Table, fields: tuple[str, ...], parts: list[str], numbers: list[bool]) -> pl.DataFrame:
    """Return the named fields of a table as text, under the names of the key's parts.

    A whole number and a number are compared as numbers: 1 and 1.0 are the same, and so are 0 and -0.
    """
    triples = zip(fields, parts, numbers, strict=True)
    return table.frame.select(
        (_as_number(pl.col(name)) if number else pl.col(name)).cast(pl.String).alias(part)
        for name, part, number in triples
    )


def _as_number(cell: pl.Expr) -> pl.Expr:
    number = cell.cast(pl.Float64)
    return pl.when(number == 0).then(0.0).otherwise(number)
