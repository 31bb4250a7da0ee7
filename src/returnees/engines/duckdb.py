"""DuckDB: embedded, and out of core: what does not fit into memory is spilled to a temporary folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from returnees.engines.holding import Shape
from returnees.engines.seam import ROW, Lazy, column
from returnees.engines.shape import shape_of
from returnees.errors import EngineError
from returnees.package.model import Resource
from returnees.package.parts import Part
from returnees.package.temporary import made, placing
from returnees.schemas.regexes import portable

#: How DuckDB writes what Table Schema writes otherwise.
_NUMBERS = "CASE WHEN isinf({0}) THEN (CASE WHEN {0} > 0 THEN 'INF' ELSE '-INF' END) WHEN isnan({0}) THEN 'NaN' "\
    "ELSE {0}::VARCHAR END"  # fmt: skip
_DAYS = "(CASE WHEN year({0}) > 9999 THEN '+' ELSE '' END || strftime({0}, '{1}'))"
_DAY, _MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f"
#: Nanoseconds as a moment to the microsecond that they are of; a cast rounds to the nearest.
_OF_NANOSECONDS = "make_timestamp((epoch_ns({0}) - (epoch_ns({0}) % 1000 + 1000) % 1000) // 1000)"
_KINDS = {"VARCHAR": pl.String, "BOOLEAN": pl.Boolean, "DOUBLE": pl.Float64, "FLOAT": pl.Float64}
#: The longest line of CSV, in bytes; `shape` leaves longer ones to the exact reader.
_LONGEST_LINE = 2**24


class DuckDb:
    """Tables in a DuckDB database of a temporary folder."""

    name = "duckdb"
    longest: int | None = None

    def __init__(self, connection: Any, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._made = 0

    def pattern(self, stated: str) -> str | None:
        return portable(stated)

    def shape(self, resource: Resource, part: Part) -> Shape | None:
        return shape_of(resource, part)

    def csv(
        self, parts: Sequence[Part], delimiter: str, names: Sequence[str], keys: Sequence[str], *, packed: bool
    ) -> Lazy:
        columns = {column(at): "VARCHAR" for at in range(len(names))}
        options = {
            "delim": delimiter, "header": True, "auto_detect": False, "columns": columns, "quote": '"', "escape": '"',
            "max_line_size": _LONGEST_LINE, "buffer_size": 2 * _LONGEST_LINE,
            "compression": "gzip" if packed else "none",
        }  # fmt: skip
        stated = ", ".join(f"{name} = {_literal(value)}" for name, value in options.items())
        cells = {name: f"coalesce({name}, '')" for name in columns}
        sources = [f"read_csv({_path(part.file)}, {stated})" for part in parts]
        return self._loaded(parts, sources, [cells] * len(parts), keys)

    def parquet(self, parts: Sequence[Part], names: Sequence[str], keys: Sequence[str]) -> Lazy:
        sources = [f"read_parquet({_path(part.file)}, hive_partitioning = false)" for part in parts]
        cells = []
        for part, source in zip(parts, sources, strict=True):
            # One file may hold as a number what another holds as text; and DuckDB gives a column another name when it
            # is that of an earlier one but for its case.
            kinds = self._rows(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})")
            stated = self._rows(f"SELECT name, logical_type FROM parquet_schema({_path(part.file)})")[1:]
            columns = {own[0]: (*kind, str(own[1])) for own, kind in zip(stated, kinds, strict=True)}
            texts = (_as_text(*columns[name]) for name in names)
            cells.append({column(at): f"coalesce({text}, '')" for at, text in enumerate(texts)})
        # Parquet's statistics leave NaN out, and DuckDB would conclude from them that a column has none.
        self._run("SET disabled_optimizers = 'statistics_propagation'")
        loaded = self._loaded(parts, sources, cells, keys)
        self._run("RESET disabled_optimizers")
        return loaded

    def _loaded(
        self, parts: Sequence[Part], sources: Sequence[str], cells: Sequence[dict[str, str]], keys: Sequence[str]
    ) -> Lazy:
        """Return the rows of several sources, one after the other, with what the folders of each state."""
        table = self._name()
        for number, (part, source, own) in enumerate(zip(parts, sources, cells, strict=True)):
            stated = dict(part.keys)
            more = {column(len(own) + at): _literal(stated.get(name, "")) for at, name in enumerate(keys)}
            listed = ", ".join(f"{cell} AS {name}" for name, cell in (own | more).items())
            make = f"CREATE TABLE {table} AS" if not number else f"INSERT INTO {table}"
            self._run(f"{make} SELECT {listed} FROM {source}")
        return self._lazy(f"SELECT *, rowid::BIGINT AS {ROW} FROM {table}")

    def frame(self, data: pl.DataFrame) -> Lazy:
        # By way of a file: handing over columns in memory would take pyarrow.
        file = self._folder / f"{self._name()}.parquet"
        try:
            data.write_parquet(file)
        except OSError as error:
            raise EngineError(f"DuckDB cannot go on: {error.strerror or error}") from None
        return self._lazy(f"SELECT * FROM read_parquet({_path(file)})")

    def keep(self, frame: Lazy) -> Lazy:
        table = self._name()
        self._run(f"CREATE TABLE {table} AS {frame.to_native().sql_query()}")
        return self._lazy(f"SELECT * FROM {table}")

    def numbered(self, frame: Lazy, name: str) -> Lazy:
        table = self._name()
        self._run(f"CREATE TABLE {table} AS {frame.to_native().sql_query()}")
        return self._lazy(f"SELECT *, rowid::BIGINT AS {name} FROM {table}")

    def fetch(self, frame: Lazy) -> pl.DataFrame:
        relation = frame.to_native()
        kinds = {
            name: _KINDS.get(str(kind), pl.Int64) for name, kind in zip(relation.columns, relation.types, strict=True)
        }
        with _told():
            found = relation.fetchall()
        return pl.DataFrame(found, schema=kinds, orient="row")

    def _name(self) -> str:
        self._made += 1
        return f"t{self._made}"

    def _lazy(self, query: str) -> Lazy:
        with _told():
            frame: Lazy = nw.from_native(self._connection.sql(query))
        return frame

    def _run(self, statement: str) -> None:
        with _told():
            self._connection.execute(statement)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with _told():
            found: list[tuple[Any, ...]] = self._connection.sql(query).fetchall()
        return found


@contextmanager
def opened() -> Iterator[DuckDb]:
    """Open DuckDB in a temporary folder, to which it also spills what does not fit into four fifths of the memory.

    Raises
    ------
    EngineError
        If there is no place for its folder, or DuckDB does not start.
    """
    import duckdb

    with placing(EngineError, "DuckDB's temporary files"):
        place = made("returnees-duckdb-")
    with place as folder:
        with _told():
            connection = duckdb.connect(str(Path(folder) / "tables.duckdb"))
        try:
            with _told():
                connection.execute(f"SET temp_directory = {_literal(folder)}")
                # Nothing is fetched, not even an extension of DuckDB's own.
                connection.execute("SET autoinstall_known_extensions = false")
                connection.execute("SET enable_progress_bar = false")
                connection.execute("SET TimeZone = 'UTC'")
            yield DuckDb(connection, Path(folder))
        finally:
            connection.close()


@contextmanager
def _told() -> Iterator[None]:
    """Say what DuckDB cannot do in one sentence."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        reason = " ".join(str(error).split())
        raise EngineError(f"DuckDB cannot go on: {reason[:400]}") from error
    except RuntimeError as error:
        # So DuckDB says that Ctrl-C was pressed while it was at work.
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in value.items()) + "}"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _path(file: Path) -> str:
    """Return a path as a literal in which no sign stands for others."""
    return _literal(re.sub(r"([*?\[])", r"[\1]", str(file)))


def _as_text(name: str, kind: str, stated: str) -> str:
    """Return a column as text; `stated` is what the file says of its kind."""
    cell = '"' + name.replace('"', '""') + '"'
    if kind in ("DOUBLE", "FLOAT"):
        return _NUMBERS.format(f"{cell}::DOUBLE")
    if kind == "DATE":
        return _DAYS.format(cell, _DAY)
    if kind.startswith("TIMESTAMP"):
        moment = _OF_NANOSECONDS.format(cell) if kind == "TIMESTAMP_NS" else f"{cell}::TIMESTAMP"
        # DuckDB knows no nanoseconds with a zone, and reads them as if they had none.
        return _DAYS.format(moment, _MOMENT) + (" || 'Z'" if "isAdjustedToUTC=1" in stated else "")
    return f"{cell}::VARCHAR"
