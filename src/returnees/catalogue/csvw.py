"""CSVW (CSV on the Web): the Table Schemas in the words of the W3C."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from returnees.catalogue.facts import DataFile, Facts, reference
from returnees.catalogue.forms import dumps
from returnees.tables.schema import Field, TableSchema

_TYPES = {
    "integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "datetime": "dateTime",
    "year": "gYear", "yearmonth": "gYearMonth",
}  # fmt: skip
_LIMITS = {
    "minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "minExclusive",
    "exclusiveMaximum": "maxExclusive", "minLength": "minLength", "maxLength": "maxLength",
}  # fmt: skip


def csvw(facts: Facts) -> bytes:
    """Return the metadata document of the table group."""
    about = facts.about
    return dumps(
        {
            "@context": "http://www.w3.org/ns/csvw",
            "dc:title": about.title,
            "dc:description": about.description,
            "dc:license": [{"@id": licence.url} for licence in about.licences if licence.url],
            "dc:creator": [who.name for who in about.creators],
            "tables": [_table(facts, file, schema) for file, schema in facts.tables],
        }
    )


def _table(facts: Facts, file: DataFile, schema: TableSchema) -> dict[str, Any]:
    return {
        "url": _url(file),
        "dc:title": file.title,
        "dc:description": file.description,
        "dialect": _dialect(file),
        "tableSchema": {
            "columns": [_column(field) for field in schema.fields],
            "primaryKey": [_name(name) for name in schema.primary_key],
            "foreignKeys": _foreign_keys(facts, file, schema),
        },
    }


def _url(file: DataFile) -> str:
    return f"../{reference(file.path)}"


def _dialect(file: DataFile) -> dict[str, Any]:
    """Return the dialect; what is not stated has the same default in both standards."""
    stated = file.dialect
    return {
        "encoding": file.encoding,
        "delimiter": stated.get("delimiter") if isinstance(stated.get("delimiter"), str) else None,
        "quoteChar": stated.get("quoteChar") if isinstance(stated.get("quoteChar"), str) else None,
        "lineTerminators": [stated["lineTerminator"]] if isinstance(stated.get("lineTerminator"), str) else None,
    }


def _column(field: Field) -> dict[str, Any]:
    return {
        "name": _name(field.name),
        # The header of the file; a reader compares the two.
        "titles": field.name,
        "dc:title": field.title or None,
        "dc:description": field.description or None,
        "required": True if field.required else None,
        "null": list(field.missing_values) if field.missing_values != ("",) else None,
        "datatype": _datatype(field),
    }


def _datatype(field: Field) -> Any:
    """Return the type with its constraints; a bare name where there are none."""
    base = _TYPES.get(field.type, "string") if field.format == "default" else "string"
    pattern: Any = None
    if base == "string":
        pattern = _pattern(field)
    elif base == "boolean":
        # CSVW knows one word for each of the two; else the cells stay text.
        yes, no = _words(field, "trueValues"), _words(field, "falseValues")
        alone = len(yes) == len(no) == 1
        base, pattern = ("boolean", f"{yes[0]}|{no[0]}") if alone else ("string", _choice(yes + no))
    elif base in ("integer", "number"):
        pattern = _number(field)
    limits = {
        ours: field.constraints[theirs]
        for theirs, ours in _LIMITS.items()
        if theirs in field.constraints and (base != "string" or "Length" in theirs)
    }
    described = {"base": base, "format": pattern} | limits
    return base if pattern is None and not limits else described


def _words(field: Field, key: str) -> list[str]:
    """Return the words for true or for false, with the defaults of the standard."""
    default = ["true", "True", "TRUE", "1"] if key == "trueValues" else ["false", "False", "FALSE", "0"]
    stated = field.options.get(key)
    return [str(word) for word in stated] if isinstance(stated, list) and stated else default


def _number(field: Field) -> dict[str, str] | None:
    """Return the signs of decimals and groups where they are stated."""
    stated = {key: field.options[key] for key in ("decimalChar", "groupChar") if key in field.options}
    return stated or None


def _pattern(field: Field) -> str | None:
    """Return a regular expression for text: the pattern, else the allowed values."""
    if isinstance(pattern := field.constraints.get("pattern"), str):
        return pattern
    allowed = field.constraints.get("enum") or field.categories
    return _choice([str(value) for value in allowed]) if allowed else None


def _choice(words: list[str]) -> str:
    return "|".join(re.sub(r"([\\^$.|?*+()\[\]{}-])", r"\\\1", word) for word in words)


def _foreign_keys(facts: Facts, file: DataFile, schema: TableSchema) -> list[dict[str, Any]]:
    files = {other.name: (other, fields) for other, fields in facts.tables}
    keys = []
    for key in schema.foreign_keys:
        target, fields = files.get(key.target or file.name, (None, None))
        # In CSVW an empty cell refers to nothing and so breaks the key; a reference that may be empty is not one.
        always = all(name in schema.names and schema.field(name).required for name in key.fields)
        if always and target and fields and set(key.target_fields) <= set(fields.names):
            keys.append(
                {
                    "columnReference": [_name(name) for name in key.fields],
                    "reference": {
                        "resource": _url(target),
                        "columnReference": [_name(name) for name in key.target_fields],
                    },
                }
            )
    return keys


def _name(name: str) -> str:
    """Return a field's name as a variable of a URI template, which is what CSVW asks of column names."""
    encoded = quote(name, safe="").replace("-", "%2D").replace("~", "%7E")
    return f"%5F{encoded[1:]}" if encoded.startswith("_") else encoded
