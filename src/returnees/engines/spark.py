"""Spark: on this machine, on a cluster, or behind Spark Connect. Rows stay there; Python sees only those it fetches."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import narwhals as nw
import polars as pl

from returnees.engines.holding import Shape
from returnees.engines.seam import ROW, Lazy, column
from returnees.engines.sparklines import shape_of
from returnees.engines.sparksession import address, session_of, told
from returnees.errors import EngineError
from returnees.package.model import Resource
from returnees.package.parts import Part
from returnees.schemas.regexes import portable
from returnees.tables.parquetfile import scanned

#: How many bytes of the tables a partition is made for.
_PARTITION = 2**25
#: Where in its file a row's block begins, and the row's number within what one task reads.
_BLOCK, _OWN = "block of file", "own number"
#: How what is handed over is called in Spark, where it is no whole number.
_STORED: dict[Any, str] = {pl.String: "string", pl.Boolean: "boolean", pl.Float64: "double"}


class Spark:
    """Tables in Spark: what is kept stays in the memory and on the disks of its workers."""

    name = "spark"
    #: Java matches a group that repeats by calling itself; when the stack is full, the whole of Spark ends.
    longest: int | None = 1_000

    def __init__(self, session: Any, cores: int) -> None:
        self._session = session
        self._cores = cores
        self._bytes = 0
        self._rows: dict[Part, int] = {}

    def pattern(self, stated: str) -> str | None:
        return portable(stated)

    def shape(self, resource: Resource, part: Part) -> Shape | None:
        found = shape_of(self._session, resource, part)
        if found is not None:
            self._rows[part] = found.rows
        return found

    def csv(
        self, parts: Sequence[Part], delimiter: str, names: Sequence[str], keys: Sequence[str], *, packed: bool
    ) -> Lazy:
        # Spark tells by its name that a file is packed, and so does the package.
        columns = [column(at) for at in range(len(names))]
        reader = self._session.read.schema(", ".join(f"{name} string" for name in columns)).options(
            header=True, sep=delimiter, quote='"', escape='"', encoding="UTF-8", mode="FAILFAST", enforceSchema=True,
            emptyValue="", maxColumns=max(20_480, len(names)), maxCharsPerColumn=-1,
        )  # fmt: skip
        with told():
            frames = [reader.csv(address(part)) for part in parts]
        return self._loaded(parts, frames, [columns] * len(parts), keys)

    def parquet(self, parts: Sequence[Part], names: Sequence[str], keys: Sequence[str]) -> Lazy:
        frames, cells = [], []
        for part in parts:
            if part.file.name.startswith(("_", ".")):
                raise EngineError(
                    f"Spark leaves out files whose names begin with _ or . as {part.path} does; rename it"
                )
            rows = scanned([part.file], sys.maxsize)
            self._rows[part] = rows.select(pl.len()).collect().item()
            with told():
                frames.append(self._session.read.parquet(address(part)))
            kinds = rows.collect_schema()
            cells.append([_as_text("`" + name.replace("`", "``") + "`", kinds[name]) for name in names])
        return self._loaded(parts, frames, cells, keys)

    def _loaded(
        self, parts: Sequence[Part], frames: Sequence[Any], cells: Sequence[Sequence[str]], keys: Sequence[str]
    ) -> Lazy:
        """Return the rows of several files, numbered in the order in which they stand there.

        A file is read in blocks by tasks that know nothing of each other. What each block has is counted, and a row's
        number is that of the first row of its block and its own in it.
        """
        from pyspark.sql.connect import functions as F

        self._make_room(parts)
        whole, start = None, 0
        for part, frame, own in zip(parts, frames, cells, strict=True):
            stated = dict(part.keys)
            texts = [F.coalesce(F.expr(cell), F.lit("")).alias(column(at)) for at, cell in enumerate(own)]
            texts += [F.lit(stated.get(name, "")).alias(column(len(own) + at)) for at, name in enumerate(keys)]
            place = F.col("_metadata.file_block_start").alias(_BLOCK)
            with told():
                read = frame.select(*texts, place, F.monotonically_increasing_id().alias(_OWN)).localCheckpoint()
                blocks = read.groupBy(_BLOCK).agg(F.count(F.lit(1)).alias("rows"), F.min(_OWN).alias("first"))
                counted = sorted((row[_BLOCK], row["rows"], row["first"]) for row in blocks.collect())
                self._compare(part, sum(rows for _, rows, _ in counted))
                shifts = []
                for block, rows, first in counted:
                    shifts.append((block, start - first))
                    start += rows
                table = self._small(pl.DataFrame(shifts, {"of": pl.Int64, "shift": pl.Int64}, orient="row"))
                named = [F.col(column(at)) for at in range(len(texts))]
                rows = read.join(F.broadcast(table), F.col(_BLOCK) == F.col("of"))
                rows = rows.select(*named, (F.col(_OWN) + F.col("shift")).alias(ROW))
                whole = rows if whole is None else whole.unionAll(rows)
        return nw.from_native(whole)

    def _compare(self, part: Part, rows: int) -> None:
        """Make sure that Spark has read what the file has."""
        has = self._rows[part]
        if rows != has:
            raise EngineError(f"Spark reads {rows:,} of the {has:,} rows of {part.path}, which it cannot check so")

    def _make_room(self, parts: Sequence[Part]) -> None:
        """Have as many partitions as the tables read so far ask for, and at least one for each core."""
        self._bytes += sum(part.file.stat().st_size for part in parts)
        partitions = max(self._cores, self._bytes // _PARTITION)
        with told():
            self._session.conf.set("spark.sql.shuffle.partitions", str(partitions))

    def frame(self, data: pl.DataFrame) -> Lazy:
        with told():
            taken: Lazy = nw.from_native(self._small(data))
        return taken

    def _small(self, data: pl.DataFrame) -> Any:
        """Return a table that is sent to every worker."""
        kinds = ", ".join(f"`{name}` {_STORED.get(kind, 'bigint')}" for name, kind in data.schema.items())
        rows = data.to_arrow(compat_level=pl.CompatLevel.oldest()) if data.height else []
        return self._session.createDataFrame(rows, kinds)

    def keep(self, frame: Lazy) -> Lazy:
        # Cut off from what it was made of: the plans of what builds on it would grow with every step.
        with told():
            kept: Lazy = nw.from_native(frame.to_native().localCheckpoint())
        return kept

    def numbered(self, frame: Lazy, name: str) -> Lazy:
        from pyspark.sql.connect import functions as F

        with told():
            numbered = frame.to_native().withColumn(name, F.monotonically_increasing_id())
            kept: Lazy = nw.from_native(numbered.localCheckpoint())
        return kept

    def fetch(self, frame: Lazy) -> pl.DataFrame:
        with told():
            found = pl.from_arrow(frame.to_native().toArrow())
        assert isinstance(found, pl.DataFrame)
        return found.cast({pl.Int32: pl.Int64, pl.Decimal: pl.Int64})


@contextmanager
def opened(master: str | None = None, remote: str | None = None) -> Iterator[Spark]:
    """Start Spark on this machine, or as the driver of the cluster `master`, or reach the server `remote`.

    Raises
    ------
    EngineError
        If that cannot be done: see `sparksession.session_of`.
    """
    # Plans that are being made ask Spark, too, where nobody expects an answer to fail.
    with session_of(master, remote) as (session, cores), told():
        yield Spark(session, cores)


def _as_text(cell: str, kind: pl.DataType) -> str:
    """Return, as SQL, what Table Schema writes for a cell of Parquet."""
    if kind.is_float():
        number = f"CAST({cell} AS DOUBLE)"
        return (
            f"CASE WHEN isnan({number}) THEN 'NaN' WHEN abs({number}) = double('Infinity') "
            f"THEN (CASE WHEN {number} > 0 THEN 'INF' ELSE '-INF' END) ELSE CAST({number} AS STRING) END"
        )
    if isinstance(kind, pl.Datetime):
        # What has nanoseconds is read as their number, for Spark has none.
        moment = f"timestamp_micros(({cell} - pmod({cell}, 1000)) div 1000)" if kind.time_unit == "ns" else cell
        zone = "'Z'" if kind.time_zone else ""
        return f"date_format({moment}, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS{zone}\")"
    return f"CAST({cell} AS STRING)"
