"""CSV: one file a table, each cell as the package states it."""

from __future__ import annotations

from pathlib import Path

from returnees.package.model import Package
from returnees.tables.canonical import canonical_text, csv_bytes
from returnees.tables.model import Table
from returnees.writing import file_name, write_bytes


def write_csv(package: Package, tables: list[Table], folder: Path) -> list[Path]:
    """Write each table to ``folder/NAME.csv`` in canonical form; return the files."""
    written = []
    for table in tables:
        target = folder / file_name(f"{table.name}.csv")
        write_bytes(target, csv_bytes(canonical_text(table)))
        written.append(target)
    return written
