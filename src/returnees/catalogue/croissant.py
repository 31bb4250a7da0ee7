"""Croissant 1.1, the format of data sets for machine learning."""

from __future__ import annotations

from typing import Any

from returnees.catalogue.facts import DataFile, Facts, reference
from returnees.catalogue.forms import dumps
from returnees.catalogue.schemaorg import dataset
from returnees.tables.schema import Field, TableSchema

#: Types of fields; whatever is not here is text, as are dates of reduced precision.
_TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date"}
#: Terms that the specification maps to its own vocabulary, each under its own name.
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip


def croissant(facts: Facts) -> bytes:
    """Return the package as a Croissant data set: a file object each file, a record set each table."""
    head = dataset(facts)
    return dumps(
        {"@context": _context(facts), "conformsTo": "http://mlcommons.org/croissant/1.1"}
        | head
        | {
            "distribution": [_file(file) for file in facts.files],
            "recordSet": [_records(facts, file, schema) for file, schema in facts.tables],
        }
    )


def _context(facts: Facts) -> dict[str, Any]:
    """Return the context that the specification prescribes; its language is that of the package where it is stated."""
    about = facts.about
    return {
        "@language": about.languages[0] if about.languages else "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
    } | {term: f"cr:{term}" for term in _TERMS}


def _file(file: DataFile) -> dict[str, Any]:
    checksum = {file.algorithm: file.digest} if file.algorithm in ("md5", "sha256") else {}
    return {
        "@type": "cr:FileObject",
        "@id": _id(file.name),
        "name": file.path,
        "description": file.description,
        "contentUrl": f"../{reference(file.path)}",
        "contentSize": f"{file.size} B" if file.size is not None else None,
        "encodingFormat": file.mediatype,
    } | checksum


def _records(facts: Facts, file: DataFile, schema: TableSchema) -> dict[str, Any]:
    name = file.name
    # A key of several fields is one thing; Croissant refers field by field, which would say something else.
    single = {key.fields[0]: (key.target or name, key.target_fields[0]) for key in schema.foreign_keys
              if len(key.fields) == 1}  # fmt: skip
    tables = {other.name: set(fields.names) for other, fields in facts.tables}
    known = {field: to for field, to in single.items() if to[1] in tables.get(to[0], ())}
    return {
        "@type": "cr:RecordSet",
        "@id": f"{_id(name)}-records",
        "name": file.title,
        "description": file.description,
        "key": [{"@id": _id(name, field)} for field in schema.primary_key],
        "field": [_field(name, field, known.get(field.name)) for field in schema.fields],
    }


def _field(table: str, field: Field, target: tuple[str, str] | None) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": _id(table, field.name),
        "name": field.name,
        "description": field.description or field.title or None,
        "dataType": _TYPES.get(field.type, "sc:Text") if field.format == "default" else "sc:Text",
        "source": {"fileObject": {"@id": _id(table)}, "extract": {"column": field.name}},
        "references": {"field": {"@id": _id(*target)}} if target else None,
    }


def _id(table: str, field: str | None = None) -> str:
    """Return the identifier of a file, or of a field of its table."""
    return reference(table) if field is None else f"{reference(table)}/{reference(field)}"
