"""The tables of a package as an engine holds them, and what reading them says of their shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from returnees.engines.seam import ROW, Engine, Lazy, Tell, column
from returnees.findings import Finding, finding
from returnees.package.limits import Limits
from returnees.package.model import Package, Resource
from returnees.tables.csvfile import CsvFile
from returnees.tables.model import RawTable, Stretch, Table, Whole
from returnees.tables.parquetfile import NotRead, scanned
from returnees.tables.reading import package_missing, schema_of, table_resources, typed_table
from returnees.tables.schema import TableSchema
from returnees.tables.stored import other_columns, read_stored

#: Tables of at most so many bytes are read and checked where this program runs: handing them over takes longer.
SMALL = 2**22


@dataclass(frozen=True)
class Shape:
    """What a CSV file of sound lines is: the columns of its header, its rows, and whether its lines end with CRLF."""

    names: tuple[str, ...]
    rows: int
    returns: bool


@dataclass(frozen=True)
class Held:
    """A table that an engine holds, or that is *here*, whole, because it is small or only the exact reader can tell it.

    ``names`` are the columns of its files; ``cells`` are its cells as text, under the names that `column` gives, with
    `ROW`; ``stretches`` say which rows are of which file.
    """

    resource: Resource
    missing: tuple[str, ...]
    engine: Engine
    names: tuple[str, ...]
    rows: int
    findings: tuple[Finding, ...]
    stretches: tuple[Stretch, ...]
    cells: Lazy | None
    here: Table | None

    @cached_property
    def schema(self) -> TableSchema:
        """The Table Schema, or one of texts where none is stated."""
        return schema_of(self.resource, self.names, self.missing)

    @cached_property
    def frame(self) -> Lazy:
        """The cells in the engine."""
        if self.cells is not None:
            return self.cells
        assert self.here is not None
        text = self.here.raw.text
        named = text.select(pl.col(name).alias(column(at)) for at, name in enumerate(text.columns))
        return self.engine.frame(named.with_row_index(ROW).cast({ROW: pl.Int64}))

    @cached_property
    def place(self) -> Mapping[str, str]:
        """The engine's column of each field that the files have."""
        at = {name: column(number) for number, name in enumerate(self.names)}
        return {name: at[name] for name in self.schema.names if name in at}

    def extract(self, rows: pl.Series, faults: Mapping[tuple[str, str, str], int]) -> Table:
        """Return the table with only these of its rows (0-based, sorted), which know where each of them stands."""
        if self.here is not None:
            return self.here
        wanted = self.engine.frame(pl.DataFrame({ROW: rows.cast(pl.Int64)}))
        found = self.engine.fetch(self.frame.join(wanted, on=ROW, how="semi")).sort(ROW)
        text = found.select(pl.col(column(at)).cast(pl.String).alias(name) for at, name in enumerate(self.names))
        starts = pl.Series([stretch.start for stretch in self.stretches], dtype=pl.Int64)
        numbers = rows.cast(pl.Int64)
        within = tuple(
            Stretch(stretch.file, int(at))
            for stretch, at in zip(self.stretches, numbers.search_sorted(starts).to_list(), strict=True)
        )
        lined = self.resource.form != "parquet"
        lines = None
        if lined:
            begun = starts.gather(starts.search_sorted(numbers, side="right") - 1)
            lines = (numbers - begun + 2).cast(pl.UInt32)
        stretches = within if self.resource.parts else ()
        raw = RawTable(text, lines, stretches=stretches, lined=lined)
        return typed_table(self.resource, CsvFile(raw, list(self.findings)), self.missing, Whole(self.rows, faults))


def is_small(_: Resource, size: int) -> bool:
    """Whether a table is checked where this program runs, for its size in bytes."""
    return size <= SMALL


def hold(package: Package, engine: Engine, tell: Tell) -> dict[str, Held]:
    """Hand every table of `package` to the engine, but for those that are small or not one sound row a line."""
    missing = package_missing(package)
    held = {}
    for resource in table_resources(package):
        tell(f"reading {resource.name}")
        held[resource.name] = _hold(resource, package.limits, engine, missing)
    return held


def _hold(resource: Resource, limits: Limits, engine: Engine, missing: tuple[str, ...]) -> Held:
    size = sum(part.file.stat().st_size for part in resource.files)
    small = is_small(resource, size)
    if not small:
        found = (_parquet if resource.form == "parquet" else _csv)(resource, limits, engine, missing)
        if found is not None:
            return found
    if not small and size > limits.slow_bytes:
        path = resource.path or resource.files[0].path
        message = (
            f"The lines of {path} are not one sound row each in UTF-8, and it has more than {limits.slow_bytes:,} "
            "bytes; it was not read."
        )
        csv = CsvFile(None, [finding("F119", message, resource=resource.name, file=path)])
    else:
        csv = read_stored(resource, limits)
    table = typed_table(resource, csv, missing)
    return Held(resource, missing, engine, tuple(table.raw.text.columns), table.height, table.findings, (), None, table)


def _csv(resource: Resource, limits: Limits, engine: Engine, missing: tuple[str, ...]) -> Held | None:
    """Hand over CSV files of sound lines and the same columns; None when they are something else."""
    shapes: list[Shape] = []
    for part in resource.files:
        shape = engine.shape(resource, part)
        if shape is None or (shapes and shape.names != shapes[0].names):
            return None
        shapes.append(shape)
    names = shapes[0].names
    if sum(shape.rows for shape in shapes) * len(names) > limits.cells or len(names) > limits.columns:
        return None
    findings = [
        finding(
            "F106", f"{part.path} ends {shape.rows + 1:,} lines with CRLF; the canonical end is LF.",
            resource=resource.name, file=part.path, line=1,
        )
        for part, shape in zip(resource.files, shapes, strict=True)
        if shape.returns
    ]  # fmt: skip
    keys = _keys(resource, names)
    if keys is None:
        return None
    cells = engine.csv(resource.files, resource.delimiter, names, keys, packed=resource.packed)
    return _held(resource, missing, engine, (*names, *keys), [shape.rows for shape in shapes], findings, cells)


def _parquet(resource: Resource, limits: Limits, engine: Engine, missing: tuple[str, ...]) -> Held | None:
    """Hand over Parquet files of the same columns; None when one is something else, which the exact reader says."""
    sizes: list[int] = []
    names: list[str] = []
    try:
        for part in resource.files:
            frame = scanned([part.file], limits.cells)
            found = frame.collect_schema().names()
            if names and other_columns(names, found):
                return None
            names = names or found
            sizes.append(frame.select(pl.len()).collect().item())
    except NotRead:
        return None
    if sum(sizes) * max(1, len(names)) > limits.cells:
        return None
    keys = _keys(resource, names)
    if keys is None:
        return None
    return _held(resource, missing, engine, (*names, *keys), sizes, [], engine.parquet(resource.files, names, keys))


def _keys(resource: Resource, names: Sequence[str]) -> tuple[str, ...] | None:
    """Return the fields that the folders of the files state and the files themselves do not have.

    None when the folders of one file state others than those of the first.
    """
    keys = [tuple(dict.fromkeys(key for key, _ in part.keys if key not in names)) for part in resource.files]
    return keys[0] if all(set(own) == set(keys[0]) for own in keys) else None


def _held(
    resource: Resource, missing: tuple[str, ...], engine: Engine, names: tuple[str, ...], sizes: Sequence[int],
    findings: list[Finding], cells: Lazy,
) -> Held:  # fmt: skip
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    stretches = tuple(Stretch(part.path, start) for part, start in zip(resource.files, starts, strict=True))
    return Held(resource, missing, engine, names, sum(sizes), tuple(findings), stretches, cells, None)
