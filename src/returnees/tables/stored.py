"""A table as it is stored: one CSV file or Parquet file, compressed or not, or several that are read as one."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from returnees.findings import Finding, finding
from returnees.package.limits import Limits
from returnees.package.model import Resource
from returnees.package.parts import Part
from returnees.tables.csvfile import CsvFile, read_csv
from returnees.tables.model import RawTable, Stretch
from returnees.tables.parquetfile import NotRead, as_text, scanned


def read_stored(resource: Resource, limits: Limits) -> CsvFile:
    """Read the files of `resource` as text, row after row; the table is None when one of them cannot be read."""
    if resource.unlike_plain is None:
        return read_csv(resource, limits)
    found: list[RawTable] = []
    findings: list[Finding] = []
    left = limits
    for part in resource.files:
        read = _read_part(resource, part, left)
        findings += read.findings
        if read.table is None:
            return CsvFile(None, findings)
        table = _with_keys(read.table, part)
        left = replace(left, cells=left.cells - table.text.width * table.text.height)
        if found and (why := other_columns(found[0].text.columns, table.text.columns)):
            message = f"{part.path} {why}, unlike {resource.files[0].path}; it was not read."
            line = 1 if table.lined else None
            findings.append(finding("F123", message, resource=resource.name, file=part.path, line=line))
        else:
            found.append(_from(part, table))
    return CsvFile(_joined(found), findings)


def _read_part(resource: Resource, part: Part, limits: Limits) -> CsvFile:
    """Read one of the files of a table."""
    own = replace(resource, path=part.path, file=part.file, parts=())
    if resource.form != "parquet":
        return read_csv(own, limits)
    try:
        frame = scanned([part.file], limits.cells)
        text = frame.select(as_text(frame.collect_schema()))
        size = text.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).collect(engine="streaming").item()
        if size > limits.table_bytes:
            raise NotRead(f"has {size:,} bytes as text, more than {limits.table_bytes:,}; it was not read")
        return CsvFile(RawTable(text.collect(), lined=False), [])
    except NotRead as error:
        why = str(error)
    except (pl.exceptions.PolarsError, OSError) as error:
        why = f"is not readable Parquet ({str(error).splitlines()[0][:200]})"
    return CsvFile(None, [finding("F100", f"{part.path} {why}.", resource=resource.name, file=part.path)])


def _with_keys(table: RawTable, part: Part) -> RawTable:
    """Return the table with the fields that the folders of its file state; a column of the file comes first."""
    stated = [pl.lit(value).alias(field) for field, value in dict(part.keys).items() if field not in table.text.columns]
    return replace(table, text=table.text.with_columns(stated)) if stated else table


def other_columns(first: list[str], found: list[str]) -> str | None:
    """Return in words how the columns of a file differ from those of the first one, None when they do not."""
    lacking = [name for name in first if name not in found]
    more = [name for name in found if name not in first]
    words = [f"lacks the columns {', '.join(map(repr, lacking[:5]))}"] if lacking else []
    words += [f"has the columns {', '.join(map(repr, more[:5]))}"] if more else []
    return " and ".join(words) or None


def _from(part: Part, table: RawTable) -> RawTable:
    return replace(table, stretches=(Stretch(part.path, 0),))


def _joined(tables: list[RawTable]) -> RawTable:
    """Return several tables of the same columns as one, which knows from which file each row is."""
    if len(tables) == 1:
        return tables[0]
    names = tables[0].text.columns
    text = pl.concat([table.text.select(names) for table in tables])
    starts = [0]
    for table in tables:
        starts.append(starts[-1] + table.text.height)
    faulty = frozenset(start + row for start, table in zip(starts, tables, strict=False) for row in table.faulty)
    lines = None
    if any(table.first_lines is not None for table in tables):
        lines = pl.concat([_lines(table) for table in tables])
    stretches = tuple(Stretch(table.stretches[0].file, start) for start, table in zip(starts, tables, strict=False))
    return RawTable(text, lines, faulty, stretches=stretches, lined=tables[0].lined)


def _lines(table: RawTable) -> pl.Series:
    """Return the line on which each row of one file starts."""
    if table.first_lines is not None:
        return table.first_lines
    return pl.int_range(2, 2 + table.text.height, dtype=pl.UInt32, eager=True)
