"""Parquet: one typed file a table, with what is said of the table and of each field in its metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from returnees.errors import ReturneesError
from returnees.export.contents import ROWS_AT_A_TIME, Content, Contents
from returnees.writing import replacing


def write_parquet(contents: Contents, files: Sequence[Path]) -> None:
    """Write each table to its file, compressed with zstd.

    Raises
    ------
    ReturneesError
        If a file cannot be written.
    """
    for content, file in zip(contents.tables, files, strict=True):
        with replacing(file) as aside:
            try:
                content.table.frame.write_parquet(
                    aside, compression="zstd", row_group_size=2 * ROWS_AT_A_TIME, metadata=_metadata(contents, content)
                )
            except pl.exceptions.PolarsError as error:
                raise ReturneesError(f"{file} was not written and is as it was: {error}") from None


def _metadata(contents: Contents, content: Content) -> dict[str, str]:
    """Return the file's metadata: title, description, licence, the descriptions of the fields, the Table Schema."""
    descriptions = {field.name: field.description for field in content.table.schema.fields if field.description}
    licence, address = contents.licence
    said = {
        "title": content.title,
        "description": content.description,
        "package": contents.title,
        "version": contents.package.version or "",
        "license": " ".join(filter(None, (licence, address))),
        "field_descriptions": json.dumps(descriptions, ensure_ascii=False),
        "table_schema": json.dumps(content.stated, ensure_ascii=False),
    }
    return {key: value for key, value in said.items() if value}
