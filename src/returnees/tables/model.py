"""What a table is once read: typed columns, the text they came from, and the line each row stands on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from returnees.findings import Finding, finding
from returnees.tables.schema import TableSchema

#: Findings after which rows of the file are missing from the table.
_LOSSY = frozenset({"F100", "F101", "F102", "F104", "F105", "F108", "F118", "F119", "F123"})

#: How many characters of each cell a row's key keeps: a key is told with every finding on its row.
LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a table that are of one of its files, from the row `start` (0-based) on."""

    file: str
    start: int


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    ``text`` has a string column for each header; ``first_lines`` is the line on which each row starts, or None when
    row *i* (0-based) of a file stands on line *i* + 2; ``faulty`` are the rows (0-based) whose shape was wrong;
    ``blank_lines`` are the lines that hold no row. ``stretches`` say which rows are of which file where these are not
    all of the one that the table is called by; ``lined`` is whether its files have lines.
    """

    text: pl.DataFrame
    first_lines: pl.Series | None = None
    faulty: frozenset[int] = frozenset()
    blank_lines: tuple[int, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    lined: bool = True

    def place(self, row: int) -> tuple[str | None, int | None]:
        """Return the file of the 0-based `row`, None for the table's own, and the line on which it starts, if any."""
        at = bisect_right(self.stretches, row, key=lambda stretch: stretch.start) - 1
        file, start = (self.stretches[at].file, self.stretches[at].start) if at >= 0 else (None, 0)
        if not self.lined:
            return file, None
        return file, row - start + 2 if self.first_lines is None else int(self.first_lines[row])

    def line_of_record(self, record: int) -> int:
        """Return the line on which the 1-based `record` of the file starts; the header and blank lines count, too."""
        if self.first_lines is None:
            return record
        starts = sorted([1, *self.first_lines.to_list(), *self.blank_lines])
        return starts[record - 1] if record <= len(starts) else record

    def cells_at(self, lines: Collection[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the cells of each row that starts on one of `lines`, after its line."""
        if not self.text.width or not self.lined or len(self.stretches) > 1:
            return  # a line alone does not tell the row
        starts = pl.int_range(2, 2 + self.text.height, eager=True) if self.first_lines is None else self.first_lines
        rows = starts.is_in(list(lines)).arg_true()
        for line, cells in zip(starts[rows].to_list(), self.text[rows].iter_rows(), strict=True):
            yield line, tuple("" if cell is None else cell for cell in cells)


@dataclass(frozen=True)
class Whole:
    """What is known of all rows of a table of which only some are here, those that findings speak of.

    ``faults`` has how many rows are wrong in one way, by code, field and what is asked of it, where they are not all
    here.
    """

    rows: int
    faults: Mapping[tuple[str, str, str], int]


@dataclass(frozen=True)
class Table:
    """A table of a package.

    ``file`` is its path as findings name it; ``frame`` has one typed column a field of the schema, null where a cell is
    missing or does not read as its type; ``findings`` are what reading it gave. ``whole`` tells of all its rows where
    only some of them are here.
    """

    name: str
    file: str
    schema: TableSchema
    frame: pl.DataFrame
    raw: RawTable
    findings: tuple[Finding, ...] = field(default=())
    whole: Whole | None = None

    @property
    def height(self) -> int:
        """How many rows it has, those that are not here among them."""
        return self.frame.height if self.whole is None else self.whole.rows

    def line(self, row: int) -> int | None:
        """Return the line of its file on which the 0-based `row` starts, None in a file without lines."""
        return self.raw.place(row)[1]

    def place(self, row: int) -> str:
        """Return where the 0-based `row` stands: ``data/figures.csv:118``."""
        file, line = self.raw.place(row)
        return f"{file or self.file}:{line}" if line is not None else file or self.file

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
        if row is None:
            return finding(code, message, resource=self.name, file=self.file, field=field)
        file, line = self.raw.place(row)
        return finding(
            code, message, resource=self.name, file=file or self.file, line=line, field=field, key=self.key(row)
        )

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
