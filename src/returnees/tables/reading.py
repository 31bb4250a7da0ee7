"""From the resources of a package to typed tables, with a finding for each cell that does not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from returnees.findings import Finding, finding
from returnees.package.model import Package, Resource
from returnees.package.parts import form_of
from returnees.package.profile import listed, not_a_column, readable
from returnees.tables.capped import rows_findings
from returnees.tables.csvfile import CsvFile
from returnees.tables.lexical import FORMS, not_checked, present, typed
from returnees.tables.model import RawTable, Table, Whole
from returnees.tables.schema import Field, TableSchema, parse_schema
from returnees.tables.stored import read_stored

#: What spreadsheets put between cells, and what it is called.
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def read_tables(package: Package) -> Mapping[str, Table]:
    """Read every resource of `package` that is a table; those that cannot be told apart into rows come empty."""
    missing = package_missing(package)
    return {resource.name: read_table(package, resource, missing) for resource in table_resources(package)}


def table_resources(package: Package) -> list[Resource]:
    """Return the resources of `package` that are tables and can be read as such."""
    return [resource for resource in package.resources if resource.files and _is_table(resource)]


def _is_table(resource: Resource) -> bool:
    """Whether the resource is a table: said so, or a file of one; and described in a way that is supported."""
    stated = resource.descriptor
    tabular = stated.get("type") == "table" or stated.get("format") in ("csv", "tsv", "parquet")
    return (tabular or resource.schema is not None or bool(form_of(resource.files[0].path))) and readable(stated)


def package_missing(package: Package) -> tuple[str, ...]:
    """Return the missing values that hold where a schema states none of its own."""
    stated = package.descriptor.get("missingValues")
    if not isinstance(stated, list) or not listed(stated, str):
        return ("",)
    return tuple(item["value"] if isinstance(item, Mapping) else item for item in stated)


def read_table(package: Package, resource: Resource, missing: tuple[str, ...] = ("",)) -> Table:
    """Read one resource: shape, header, and each cell as the type of its field."""
    return typed_table(resource, read_stored(resource, package.limits), missing)


def schema_of(resource: Resource, columns: Sequence[str], missing: tuple[str, ...] = ("",)) -> TableSchema:
    """Return the Table Schema of a resource; one that states none has the `columns` of its file, as text."""
    if resource.schema is not None:
        return parse_schema(resource.schema, missing)
    return TableSchema(tuple(Field(name) for name in columns if not not_a_column(name)))


def typed_table(
    resource: Resource, csv: CsvFile, missing: tuple[str, ...] = ("",), whole: Whole | None = None
) -> Table:
    """Return what was read of `resource` as a table: header checked, and each cell as the type of its field.

    `whole` is what is known of all its rows where only some of them were read.
    """
    findings = list(csv.findings)
    raw = csv.table or RawTable(pl.DataFrame())
    path = named_file(resource)
    if resource.schema is None:
        if "schema" not in resource.descriptor:
            message = f"'{resource.name}' states no Table Schema; its cells were not checked."
            findings.append(finding("F117", message, resource=resource.name, file=path))
        for name in filter(not_a_column, raw.text.columns):
            message = f"{path} has a column '{name}', which is not supported as a name; it was not read."
            findings.append(finding("F006", message, resource=resource.name, file=path, line=1, field=name))
    schema = schema_of(resource, raw.text.columns, missing)
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
    table = Table(resource.name, path, schema, frame, raw, whole=whole)
    return replace(table, findings=(*findings, *unread_findings(table)))


def named_file(resource: Resource) -> str:
    """Return the path by which findings on a whole table name it: of several files that are listed the first."""
    return resource.path or resource.files[0].path


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
    path = named_file(resource)
    # The fields that folders state have no place of their own.
    placed = {field for part in resource.parts for field, _ in part.keys}

    def say(code: str, message: str, field: str | None = None) -> Finding:
        line = 1 if raw.lined and path == resource.files[0].path else None
        return finding(code, message, resource=resource.name, file=path, line=line, field=field)

    if resource.form != "parquet" and (other := _other_delimiter(found, expected)) is not None:
        own = _DELIMITERS.get(resource.delimiter, repr(resource.delimiter))
        message = f"{path} has its cells separated by {other}, not by {own}."
        remedy = f"Save the file with {own} between the cells; a spreadsheet asks for it."
        return [finding("F115", message, remedy=remedy, resource=resource.name, file=path, line=1)]
    findings = [say("F114", f"{path} has no column '{name}'.", name) for name in expected if name not in found]
    findings += [say("F115", f"{path} has a column '{name}' that the schema does not know.", name)
                 for name in found if name not in expected]  # fmt: skip
    order = [[name for name in names if name not in placed] for names in (found, expected)]
    if not findings and order[0] != order[1]:
        findings.append(say("F116", f"{path} has its columns in the order {', '.join(found)}."))
    return findings


def _other_delimiter(found: Sequence[str], expected: Sequence[str]) -> str | None:
    """Return what separates the cells if the header, read as one column, names several fields when split by it."""
    for delimiter, words in _DELIMITERS.items():
        if len(found) == 1 and len(set(found[0].split(delimiter)) & set(expected)) > 1:
            return words
    return None


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
