"""JSON lines: one file a table, one record a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from returnees.export.contents import Contents
from returnees.export.records import records
from returnees.writing import replacing


def write_ndjson(contents: Contents, files: Sequence[Path]) -> None:
    """Write each table to its file: UTF-8, LF, the records that the JSON format has."""
    for content, file in zip(contents.tables, files, strict=True):
        with replacing(file) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
            for lines in records(content):
                if len(lines):
                    stream.write("\n".join(lines) + "\n")
