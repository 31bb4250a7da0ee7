"""Contracts of tables that stay where they are find what the contract of a table in memory finds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from engines import BRIEF
from fields import table as read
from test_schemas import KEPT, Kept

from returnees.errors import UsageError
from returnees.schemas import pandera_schema, unsupported, violations, violations_by
from returnees.tables.schema import TableSchema, parse_schema

#: For each type, the constraints of a field, and cells of which some break them.
CELLS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "string": ({"pattern": r"[a-zé]\w*", "minLength": 2, "maxLength": 3, "enum": ["ab", "é👍", "日本", "ab\n", "b"]},
               ["ab", "abc", "abcd", "é👍", "e\u0301", "日本", "ab\n", "", "b", "B", "👍👍👍👍"]),
    "integer": ({"minimum": -1, "exclusiveMaximum": 2**62, "enum": ["-1", 0, 2**62, 7]},
                [-1, 0, 1, 7, -2, 2**62, 2**63 - 1, -(2**63)]),
    "number": ({"minimum": 0, "exclusiveMaximum": 100, "enum": [0, 0.5, 99.5, 100], "required": True},
               [0.0, -0.0, 0.5, 99.5, 100.0, 1e300, float("nan"), float("inf"), float("-inf")]),
    "boolean": ({"enum": [True], "required": True}, [True, False]),
    "date": ({"minimum": "2000-01-01", "exclusiveMaximum": "2017-10-31", "enum": ["2000-01-01", "2017-10-31"]},
             [date(1999, 12, 31), date(2000, 1, 1), date(2017, 10, 31), date(1, 1, 1), date(9999, 12, 31)]),
    "datetime": ({"minimum": "2000-01-01T00:00:00Z", "exclusiveMaximum": "2017-10-31T12:00:00+02:00",
                  "enum": ["2000-01-01T00:00:00Z", "2017-10-31T10:00:00Z"]},
                 [datetime(1999, 12, 31, 23, 59, 59, 999_999), datetime(2000, 1, 1), datetime(2017, 10, 31, 10),
                  datetime(2017, 10, 31, 9, 59, 59, 999_999), datetime(1, 1, 1)]),
    "year": ({"minimum": 1900, "enum": [1900, 2017]}, [1900, 2017, 20171, -2017, 1899]),
    "yearmonth": ({"minimum": "2017-10", "enum": ["2017-10", "12017-01", "-2017-10"]},
                  ["2017-10", "2017-09", "12017-01", "-2017-10", "0000-01"]),
    "any": ({"maxLength": 2}, ["ab", "abc", "é👍"]),
}  # fmt: skip


def everything(rows: int) -> tuple[TableSchema, pl.DataFrame]:
    """Return a schema of every type and constraint, and a table of cells at random that were read by it."""
    chosen = random.Random(7)
    fields = [{"name": "id", "type": "integer"}, {"name": "rare", "type": "number", "constraints": {"unique": True}}]
    fields += [{"name": type, "type": type, "constraints": asked} for type, (asked, _) in CELLS.items()]
    fields.append({"name": "a, b", "categories": ["x", "y"]})
    schema = parse_schema({"fields": fields, "primaryKey": ["id"], "uniqueKeys": [["rare", "year"], ["date"]]})
    columns: dict[str, list[Any]] = {"id": list(range(rows)), "rare": [chosen.randrange(rows * 5) for _ in range(rows)]}
    columns |= {type: [chosen.choice([*cells, None]) for _ in range(rows)] for type, (_, cells) in CELLS.items()}
    columns["a, b"] = [chosen.choice(["x", "y", "z", None]) for _ in range(rows)]
    columns["rare"][:6] = [float("nan"), float("nan"), 0.0, -0.0, None, None]
    types = {"id": pl.Int64, "rare": pl.Float64, "number": pl.Float64, "year": pl.Int32, "datetime": pl.Datetime("us")}
    return schema, pl.DataFrame(columns, schema_overrides=types, strict=False)


def expected(schema: TableSchema, frame: pl.DataFrame) -> set[tuple[str, str, str]]:
    """Return what the contract in memory finds, with every row that repeats a value and not all but the first."""
    found = {(str(row), field, name) for row, field, name, _ in violations(schema, frame).iter_rows()}
    keys = [((field.name,), "unique") for field in schema.fields if field.constraints.get("unique")]
    keys += [(key, "uniqueKeys") for key in schema.unique_keys]
    for key, name in keys:
        whole = pl.all_horizontal(pl.col(part).is_not_null() for part in key)
        repeated = frame.filter(pl.struct(key).is_duplicated() & whole)
        found |= {(str(row), ", ".join(key), name) for row in repeated["id"]}
    return found


def found(schema: TableSchema, table: Any) -> set[tuple[str, str, str]]:
    return set(violations_by(schema, table, most=10**6).select("key", "field", "constraint").iter_rows())


@pytest.fixture
def duckdb() -> Iterator[Any]:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        yield connection


def in_duckdb(connection: Any, frame: pl.DataFrame, folder: Path) -> Any:
    """Return a table of DuckDB's own: in a column of Parquet it finds no NaN where the file states a greatest value."""
    frame.write_parquet(folder / "table.parquet")
    name = f"t{uuid4().hex}"
    connection.read_parquet(str(folder / "table.parquet")).to_table(name)
    return connection.table(name)


def test_a_table_of_cells_at_random_breaks_the_same(tmp_path: Path, duckdb: Any) -> None:
    schema, frame = everything(600)
    same = expected(schema, frame)
    assert {name for _, _, name in same} >= KEPT.keys() - {"exclusiveMinimum", "maximum"}
    assert found(schema, frame.lazy()) == same
    assert found(schema, in_duckdb(duckdb, frame, tmp_path)) == same


@pytest.mark.parametrize("kept", [kept for fields in KEPT.values() for kept in fields], ids=str)
def test_a_property_is_kept_in_duckdb(kept: Kept, tmp_path: Path, duckdb: Any) -> None:
    schema, frame = read({"fields": [{"name": "a", **kept.field}]}, *kept.passes, *kept.fails)
    held = in_duckdb(duckdb, frame, tmp_path)
    table = violations_by(schema, held, by=["a"])
    repeats = 2 if "unique" in table["constraint"] else 1
    assert table.height == repeats * len(kept.fails)
    sound = in_duckdb(duckdb, frame.head(len(kept.passes)), tmp_path)
    assert pandera_schema(schema, "table", backend="narwhals").validate(sound, lazy=True).columns == ["a"]


#: Finds in Spark what breaks the contract, and prints it. ANSI mode, in which a cast that cannot be is an error, is on.
IN_SPARK = """
import json, sys
from pyspark.sql import SparkSession
settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.sql.ansi.enabled": "true",
            "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false", "spark.python.sql.dataFrameDebugging.enabled": "false"}
session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
from returnees.schemas import violations_by
from returnees.tables.schema import parse_schema
table = session.read.parquet(sys.argv[1])
print(json.dumps(violations_by(parse_schema(json.loads(sys.argv[2])), table).rows()))
"""


@pytest.mark.needs("java 17")
def test_a_table_in_spark_breaks_the_same(tmp_path: Path) -> None:
    fields = [{"name": "id", "type": "integer"}]
    fields += [{"name": type, "type": type, "constraints": CELLS[type][0]} for type in CELLS if type != "any"]
    stated = {"fields": fields, "primaryKey": ["id"], "uniqueKeys": [["date", "year"]]}
    schema, frame = parse_schema(stated), everything(60)[1].drop("rare", "any", "a, b")
    frame.write_parquet(tmp_path / "table.parquet")
    command = [sys.executable, "-c", IN_SPARK, str(tmp_path / "table.parquet"), json.dumps(stated)]
    environment = {**os.environ, "JAVA_TOOL_OPTIONS": BRIEF}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert {(key, field, name) for key, field, name, _ in json.loads(done.stdout)} == expected(schema, frame)


def test_values_come_with_the_rows_and_no_more_than_asked_for(tmp_path: Path, duckdb: Any) -> None:
    fields = [{"name": "id"}, {"name": "n", "type": "integer", "constraints": {"minimum": 2}}]
    schema = parse_schema({"fields": fields, "primaryKey": ["id"]})
    held = in_duckdb(duckdb, pl.DataFrame({"id": ["a", "b", "c"], "n": [1, 2, 0]}), tmp_path)
    assert violations_by(schema, held).rows() == [("a", "n", "minimum", "1"), ("c", "n", "minimum", "0")]
    assert violations_by(schema, held, most=1).height == 1
    assert violations_by(schema, held, by=["n", "id"])["key"].to_list() == ["0, c", "1, a"]


@pytest.mark.parametrize("columns", [{"b": [1]}, {"a": ["1"]}, {"a": [1], "b": [1]}], ids=["name", "type", "more"])
def test_a_lazy_table_of_other_columns_is_refused(columns: dict[str, Any], tmp_path: Path, duckdb: Any) -> None:
    from pandera.errors import SchemaErrors

    schema = parse_schema({"fields": [{"name": "a", "type": "integer", "constraints": {"minimum": 0}}]})
    contract = pandera_schema(schema, "table", backend="narwhals")
    with pytest.raises(SchemaErrors):
        contract.validate(in_duckdb(duckdb, pl.DataFrame(columns), tmp_path), lazy=True)
    table = violations_by(schema, in_duckdb(duckdb, pl.DataFrame(columns), tmp_path), by=["a"])
    assert table.height and table["key"].null_count() == table.height


def test_a_pattern_that_engines_read_otherwise_is_said_and_left_out() -> None:
    schema = parse_schema({"fields": [{"name": "a", "constraints": {"pattern": "(?i)a"}}]})
    assert unsupported(schema) == []
    assert unsupported(schema, "narwhals") == [("a", "pattern", "engines read the pattern in different ways")]
    assert violations_by(schema, pl.LazyFrame({"a": ["b"]}), by=["a"]).height == 0


def test_what_there_is_no_contract_for_is_said() -> None:
    schema = parse_schema({"fields": [{"name": "check_output"}]})
    with pytest.raises(UsageError, match="did you mean 'narwhals'"):
        pandera_schema(schema, "table", backend="narwhal")
    with pytest.raises(UsageError, match="pandera uses the name"):
        pandera_schema(schema, "table", backend="narwhals")
    with pytest.raises(UsageError, match="there is no field 'b'"):
        violations_by(parse_schema({"fields": [{"name": "a"}]}), pl.LazyFrame({"a": ["x"]}), by=["b"])
    with pytest.raises(UsageError, match="has no primary key"):
        violations_by(parse_schema({"fields": [{"name": "a"}]}), pl.LazyFrame({"a": ["x"]}))
