"""From the resources of a package to typed tables, with a finding for each cell that does not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from returnees.findings import Finding, finding
from returnees.package.model import Package, Resource
from returnees.package.profile import listed, not_a_column, readable
from returnees.tables.capped import rows_findings
from returnees.tables.csvfile import read_csv
from returnees.tables.lexical import FORMS, not_checked, present, typed
from returnees.tables.model import RawTable, Table
from returnees.tables.schema import Field, TableSchema, parse_schema


def read_tables(package: Package) -> Mapping[str, Table]:
    """Read every resource of `package` that is a CSV table; those that cannot be told apart into rows come empty."""
    missing = _package_missing(package)
    tables = {}
    for resource in package.resources:
        if resource.file is None or not _is_table(resource):
            continue
        tables[resource.name] = read_table(package, resource, missing)
    return tables


def _is_table(resource: Resource) -> bool:
    """Whether the resource is a CSV table: said so, or a ``.csv`` file; and described in a way that is supported."""
    stated = resource.descriptor
    tabular = stated.get("type") == "table" or stated.get("format") in ("csv", "tsv") or resource.schema is not None
    return (tabular or resource.path.lower().endswith((".csv", ".tsv"))) and readable(stated)


def _package_missing(package: Package) -> tuple[str, ...]:
    """Return the missing values that hold where a schema states none of its own."""
    stated = package.descriptor.get("missingValues")
    if not isinstance(stated, list) or not listed(stated, str):
        return ("",)
    return tuple(item["value"] if isinstance(item, Mapping) else item for item in stated)


def read_table(package: Package, resource: Resource, missing: tuple[str, ...] = ("",)) -> Table:
    """Read one resource: shape, header, and each cell as the type of its field."""
    csv = read_csv(resource, package.limits)
    findings = list(csv.findings)
    raw = csv.table or RawTable(pl.DataFrame())
    if resource.schema is None:
        if "schema" not in resource.descriptor:
            message = f"'{resource.name}' states no Table Schema; its cells were not checked."
            findings.append(finding("F117", message, resource=resource.name, file=resource.path))
        for name in filter(not_a_column, raw.text.columns):
            message = f"{resource.path} has a column '{name}', which is not supported as a name; it was not read."
            findings.append(finding("F006", message, resource=resource.name, file=resource.path, line=1, field=name))
        schema = TableSchema(tuple(Field(name) for name in raw.text.columns if not not_a_column(name)))
    else:
        schema = parse_schema(resource.schema, missing)
    if csv.table is not None and resource.schema is not None:
        findings += _header(resource, schema, raw)
    frame = raw.text.select(
        # A literal would be one row in a frame without columns: a table without a file has none.
        typed(field)
        if field.name in raw.text.columns
        else pl.repeat(None, raw.text.height, dtype=_empty_type(field)).alias(field.name)
        for field in schema.fields
    )
    _share(frame, raw.text)
    table = Table(resource.name, resource.path, schema, frame, raw)
    findings += unread_findings(table)
    return replace(table, findings=tuple(findings))


def _share(frame: pl.DataFrame, text: pl.DataFrame) -> None:
    """Put the columns of `text` in the place of those of `frame` that say the same: so they are kept once."""
    for place, column in enumerate(frame.get_columns()):
        if column.dtype == pl.String and column.name in text.columns and not column.null_count():
            frame.replace_column(place, text[column.name])


def _empty_type(field: Field) -> pl.DataType:
    """Return the type a column would have if the file had it."""
    return pl.DataFrame({field.name: pl.Series([], dtype=pl.String)}).select(typed(field)).schema[field.name]


def _header(resource: Resource, schema: TableSchema, raw: RawTable) -> list[Finding]:
    """Return findings where the header and the fields of the schema are not the same, in the same order."""
    found = raw.text.columns
    expected = list(schema.names)

    def say(code: str, message: str, field: str | None = None) -> Finding:
        return finding(code, message, resource=resource.name, file=resource.path, line=1, field=field)

    findings = [say("F114", f"{resource.path} has no column '{name}'.", name) for name in expected if name not in found]
    findings += [say("F115", f"{resource.path} has a column '{name}' that the schema does not know.", name)
                 for name in found if name not in expected]  # fmt: skip
    if not findings and found != expected:
        findings.append(say("F116", f"{resource.path} has its columns in the order {', '.join(found)}."))
    return findings


def unread_findings(table: Table) -> list[Finding]:
    """Return findings for the cells that do not read as their type, and for the fields that are not checked."""
    findings = []
    fields = [field for field in table.schema.fields if field.name in table.raw.text.columns]
    for field in fields:
        if why := not_checked(field):
            message = f"The {why} of '{field.name}' is not supported; its cells were kept as text and not checked."
            findings.append(table.finding("F121", message, field=field.name))
    plain = ("string", "default")
    checked = [field for field in fields if not not_checked(field) and (field.type, field.format) != plain]
    if not checked:
        return findings
    # A type only ever loses cells, so equal counts of present and typed cells mean that all were read.
    counts = table.raw.text.lazy().select(present(field).is_not_null().sum() for field in checked).collect()
    for field in checked:
        if counts[field.name].item() == table.frame[field.name].is_not_null().sum():
            continue
        cells = table.raw.text.select(present(field))[field.name]
        bad = (cells.is_not_null() & table.frame[field.name].is_null()).arg_true()
        findings += rows_findings(
            table,
            "F120",
            bad,
            field.name,
            lambda row, cells=cells, field=field: (  # type: ignore[misc]
                f"'{shorten(cells[row])}' in '{field.name}' is not {_form(field)}."
            ),
            already=len(findings),
        )
    return findings


def _form(field: Field) -> str:
    """Return what a cell of the field looks like."""
    if field.type == "string":
        return f"of the format '{field.format}'"
    if field.type == "boolean" and "trueValues" in field.options:
        return "one of the field's true or false values"
    return FORMS[field.type]


def shorten(cell: str, most: int = 60) -> str:
    """Return a cell for use in a message: one line of at most `most` characters."""
    cell = str(cell)[: most * 20]
    flat = " ".join(str(cell).split()) if str(cell).strip() == str(cell) else str(cell)
    return flat if len(flat) <= most else flat[: most - 1] + "…"
