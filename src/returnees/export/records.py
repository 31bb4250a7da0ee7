"""The rows of a table as JSON objects."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from returnees.export.contents import Content, slices
from returnees.tables.lexical import present, typed
from returnees.tables.schema import Field

#: What JSON (RFC 8259, section 7) demands to be escaped in a text.
_ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(0x20)} | {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}  # fmt: skip
_JSON_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"


def records(content: Content) -> Iterator[pl.Series]:
    """Give one JSON object a row, as text, some thousand rows at a time."""
    fields = content.table.schema.fields
    if not fields:
        return
    parts: list[pl.Expr] = []
    for number, field in enumerate(fields):
        name = json.dumps(field.name, ensure_ascii=False)
        parts += [pl.lit(("{" if number == 0 else ", ") + name + ": "), _literal(field)]
    for rows in slices(content.table.raw.text):
        yield rows.select(pl.concat_str([*parts, pl.lit("}")]).alias("record")).to_series()


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
