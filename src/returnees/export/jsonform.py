"""JSON: one file of records a table, and one file that holds the whole package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from returnees.package.model import Package
from returnees.tables.canonical import canonical_text
from returnees.tables.lexical import present, typed
from returnees.tables.model import Table
from returnees.tables.schema import Field
from returnees.writing import file_name, replacing

#: What JSON (RFC 8259, section 7) demands to be escaped in a text.
_ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(0x20)} | {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}  # fmt: skip
_JSON_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"


def write_json(package: Package, tables: list[Table], folder: Path) -> list[Path]:
    """Write ``folder/NAME.json`` for each table, and ``folder/PACKAGE.json`` with all of them; return the files.

    A number is written as the package prints it, a missing cell as null.
    """
    written = []
    for table in tables:
        target = folder / file_name(f"{table.name}.json")
        with replacing(target) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(_array(table, ""))
            stream.write("\n")
        written.append(target)
    target = folder / file_name(f"{package.name}.json")
    with replacing(target) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(_whole(package, tables))
    return [*written, target]


def _whole(package: Package, tables: list[Table]) -> Iterator[str]:
    """Yield the text of the self-contained file: what the package says of itself, its schemas, its tables."""
    about = {key: value for key, value in package.descriptor.items() if key not in ("resources", "$schema")}
    schemas = {item.name: item.schema for item in package.resources if item.schema is not None}
    about["schemas"] = {table.name: schemas[table.name] for table in tables if table.name in schemas}
    head = json.dumps(about, ensure_ascii=False, indent=2)
    yield head[: head.rindex("\n}")] + ',\n  "tables": {'
    for number, table in enumerate(tables):
        yield ("," if number else "") + f"\n    {json.dumps(table.name, ensure_ascii=False)}: "
        yield from _array(table, "    ")
    yield "\n  }\n}\n"


def _array(table: Table, indent: str) -> Iterator[str]:
    """Yield the text of a table's records, one a line."""
    lines = json_records(table)
    yield "["
    for number, line in enumerate(lines):
        yield (",\n" if number else "\n") + indent + "  " + line
    yield f"\n{indent}]" if len(lines) else "]"


def json_records(table: Table) -> pl.Series:
    """Return one JSON object a row, as text, in canonical order."""
    text = canonical_text(table)
    fields = [field for field in table.schema.fields if field.name in text.columns]
    if not fields:
        return pl.Series([], dtype=pl.String)
    parts: list[pl.Expr] = []
    for number, field in enumerate(fields):
        name = json.dumps(field.name, ensure_ascii=False)
        parts += [pl.lit(("{" if number == 0 else ", ") + name + ": "), _literal(field)]
    return text.select(pl.concat_str([*parts, pl.lit("}")]).alias("record")).to_series()


def _literal(field: Field) -> pl.Expr:
    """Return each cell of `field` as a JSON literal."""
    cell = present(field)
    quoted = pl.concat_str(pl.lit('"'), _escaped(cell), pl.lit('"'))
    if field.type in ("integer", "number", "year"):
        # As printed where JSON allows it; a number that JSON cannot write stays text rather than being lost.
        literal = pl.when(cell.str.contains(_JSON_NUMBER)).then(cell).otherwise(quoted)
    elif field.type == "boolean":
        value = typed(field)
        literal = pl.when(value.is_null()).then(quoted).when(value).then(pl.lit("true")).otherwise(pl.lit("false"))
    else:
        literal = quoted
    return pl.when(cell.is_null()).then(pl.lit("null")).otherwise(literal)


def _escaped(cell: pl.Expr) -> pl.Expr:
    """Return text with the characters escaped that JSON demands to be."""
    return cell.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
