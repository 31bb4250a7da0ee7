"""CSV: one file a table, each cell as the package states it, none that a spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from returnees.export.contents import Contents, slices
from returnees.export.neutral import neutralised
from returnees.tables.canonical import csv_bytes
from returnees.writing import replacing


def write_csv(contents: Contents, files: Sequence[Path]) -> None:
    """Write each table to its file in canonical form."""
    for content, file in zip(contents.tables, files, strict=True):
        with replacing(file) as aside, aside.open("wb") as stream:
            for number, part in enumerate(slices(neutralised(content.table))):
                stream.write(csv_bytes(part, header=number == 0))
