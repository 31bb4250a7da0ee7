"""What a table is once read: typed columns, the text they came from, and the line each row stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from returnees.findings import Finding, finding
from returnees.tables.schema import TableSchema

#: Findings after which rows of the file are missing from the table.
_LOSSY = frozenset({"F100", "F101", "F102", "F104", "F105", "F108", "F118", "F119"})

#: How many characters of each cell a row's key keeps: a key is told with every finding on its row.
LONGEST_KEY = 300


@dataclass(frozen=True)
class RawTable:
    """A CSV file as text.

    ``text`` has a string column for each header; ``first_lines`` is the line on which each row starts, or None when
    row *i* (0-based) stands on line *i* + 2; ``faulty`` are the rows (0-based) whose shape was wrong; ``blank_lines``
    are the lines that hold no row.
    """

    text: pl.DataFrame
    first_lines: pl.Series | None = None
    faulty: frozenset[int] = frozenset()
    blank_lines: tuple[int, ...] = ()

    def line_of_record(self, record: int) -> int:
        """Return the line on which the 1-based `record` of the file starts; the header and blank lines count, too."""
        if self.first_lines is None:
            return record
        starts = sorted([1, *self.first_lines.to_list(), *self.blank_lines])
        return starts[record - 1] if record <= len(starts) else record

    def cells_at(self, lines: Collection[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the cells of each row that starts on one of `lines`, after its line."""
        if not self.text.width:
            return
        starts = pl.int_range(2, 2 + self.text.height, eager=True) if self.first_lines is None else self.first_lines
        rows = starts.is_in(list(lines)).arg_true()
        for line, cells in zip(starts[rows].to_list(), self.text[rows].iter_rows(), strict=True):
            yield line, tuple("" if cell is None else cell for cell in cells)


@dataclass(frozen=True)
class Table:
    """A table of a package.

    ``file`` is its path as findings name it; ``frame`` has one typed column a field of the schema, null where a cell is
    missing or does not read as its type; ``findings`` are what reading it gave.
    """

    name: str
    file: str
    schema: TableSchema
    frame: pl.DataFrame
    raw: RawTable
    findings: tuple[Finding, ...] = field(default=())

    def line(self, row: int) -> int:
        """Return the line of the file on which the 0-based `row` starts."""
        return row + 2 if self.raw.first_lines is None else int(self.raw.first_lines[row])

    @property
    def complete(self) -> bool:
        """Whether every row of the file was read; else nothing can be concluded from a row that is not there."""
        return not any(item.code in _LOSSY for item in self.findings)

    @cached_property
    def key_fields(self) -> tuple[str, ...]:
        """The fields of the primary key that the table really has."""
        return tuple(name for name in self.schema.primary_key if name in self.raw.text.columns)

    @cached_property
    def _key_columns(self) -> tuple[pl.Series, ...]:
        return tuple(self.raw.text[name] for name in self.key_fields)

    def key(self, row: int) -> str | None:
        """Return the primary key of the 0-based `row` as text, or None for a table without one."""
        if not self.key_fields:
            return None
        cells = (column[row] for column in self._key_columns)
        return ", ".join("" if cell is None else str(cell)[:LONGEST_KEY] for cell in cells)

    def finding(self, code: str, message: str, *, field: str | None = None, row: int | None = None) -> Finding:
        """Return a finding on this table, on the 0-based `row` when one is named."""
        line, key = (None, None) if row is None else (self.line(row), self.key(row))
        return finding(code, message, resource=self.name, file=self.file, line=line, field=field, key=key)

    def rows(self, name: str, values: Sequence[str]) -> dict[str, int]:
        """Return, for each of `values` that stands in the field `name`, the first row it stands on."""
        found = (
            self.frame.lazy()
            .select(pl.col(name).alias("value"))
            .with_row_index("row")
            .filter(pl.col("value").is_in(list(values)))
            .unique("value", keep="first")
            .collect()
        )
        return dict(zip(found["value"].to_list(), found["row"].to_list(), strict=True))
