"""What Datasette shows of a database: titles, descriptions and the licence (its ``metadata.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnees.export.contents import Content, Contents

#: Fields that name a row for a reader, the first that a table has.
_LABELS = ("title", "name")


def metadata(contents: Contents, database: str) -> dict[str, Any]:
    """Return the metadata of the database called `database`."""
    licence, address = contents.licence
    about = {
        "title": contents.title,
        "description": contents.said("description"),
        "license": licence,
        "license_url": address,
        "source": f"{contents.title}, version {contents.package.version}" if contents.package.version else "",
        "source_url": contents.said("homepage"),
    }
    said = {key: text for key, text in about.items() if text}
    tables = {content.name: _table(content) for content in contents.tables}
    return said | {"databases": {database: said | {"tables": tables}}}


def _table(content: Content) -> Mapping[str, Any]:
    """Return the metadata of one table or view."""
    schema = content.table.schema
    columns = {field.name: field.description or field.title for field in schema.fields}
    label = next((name for name in _LABELS if name in columns), None)
    said: dict[str, Any] = {"title": content.title, "description": content.description}
    said["columns"] = {name: text for name, text in columns.items() if text}
    if label is not None and label not in schema.primary_key:
        said["label_column"] = label
    return {key: value for key, value in said.items() if value}
