"""Databases: keys, references and checks that hold, views that agree with the tables, and Datasette."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from exports import plain, read_duckdb, read_sqlite
from test_export import made

import returnees
from returnees.export import export
from returnees.export.contents import gather
from returnees.package.opening import open_package

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def package() -> returnees.Package:
    return open_package(ROOT)


@pytest.fixture(scope="module")
def folder(shipped_exports: Path) -> Path:
    return shipped_exports


@pytest.fixture
def lite(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{folder / 'returnees.sqlite'}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.fixture
def duck(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(folder / "returnees.duckdb", read_only=True) as connection:
        yield connection


def test_sqlite_states_every_key_and_reference_and_all_hold(
    package: returnees.Package, lite: sqlite3.Connection
) -> None:
    assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
    assert lite.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for name, table in package.tables.items():
        columns = lite.execute(f"PRAGMA table_info('{name}')").fetchall()
        assert [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]] == list(
            table.schema.primary_key
        )
        assert {column[1] for column in columns if column[3]} == {
            field.name for field in table.schema.fields if field.required
        }
        stated = {(key[2], key[3], key[4]) for key in lite.execute(f"PRAGMA foreign_key_list('{name}')")}
        assert stated == {(key.target, key.fields[0], key.target_fields[0]) for key in table.schema.foreign_keys}


def test_duckdb_states_every_key_and_reference(package: returnees.Package, duck: duckdb.DuckDBPyConnection) -> None:
    for name, table in package.tables.items():
        rows = duck.execute(
            "SELECT constraint_type, constraint_column_names, referenced_table "
            "FROM duckdb_constraints() WHERE table_name = ?",
            [name],
        ).fetchall()
        assert [tuple(names) for kind, names, _ in rows if kind == "PRIMARY KEY"] == [table.schema.primary_key]
        references = {
            (tuple(names), target) for kind, names, target in rows if kind == "FOREIGN KEY" and target != name
        }
        assert {(key.fields, key.target) for key in table.schema.foreign_keys} <= references
        patterns = [field.name for field in table.schema.fields if "pattern" in field.constraints]
        checked = {column for kind, names, _ in rows if kind == "CHECK" for column in names}
        assert set(patterns) <= checked


#: Changes of one cell of a figure, each of which breaks one constraint of the schema.
BROKEN = {
    "qualifier": "'roughly'",
    "value": "-1",
    "source_id": "'nobody'",
    "area_id": "NULL",
    "basis": "''",
}


@pytest.mark.parametrize(
    ("column", "value"), [*BROKEN.items(), ("value", "'many'"), ("figure_id", "(SELECT max(figure_id) FROM figures)")]
)
def test_sqlite_refuses_what_the_schema_refuses(folder: Path, column: str, value: str) -> None:
    connection = sqlite3.connect(":memory:")
    with sqlite3.connect(folder / "returnees.sqlite") as source:
        source.backup(connection)
    source.close()
    connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(
            f"UPDATE figures SET {column} = {value} WHERE figure_id = (SELECT min(figure_id) FROM figures)"
        )
    connection.close()


@pytest.mark.parametrize(("column", "value"), [*BROKEN.items(), ("as_of", "'last year'"), ("figure_id", "'Not An Id'")])
def test_duckdb_refuses_what_the_schema_refuses(folder: Path, column: str, value: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{folder / 'returnees.duckdb'}' AS source (READ_ONLY)")
        connection.execute("ATTACH ':memory:' AS copy")
        connection.execute("COPY FROM DATABASE source TO copy")
        connection.execute("USE copy")
        names = "SELECT * REPLACE (%s) FROM figures WHERE figure_id = (SELECT min(figure_id) FROM figures)"
        new = (
            f"{value} AS {column}"
            if column == "figure_id"
            else f"'x-new' AS figure_id, {value} AS {column}, '1999' AS as_of"
        )
        if column == "as_of":
            new = f"'x-new' AS figure_id, {value} AS as_of"
        with pytest.raises(duckdb.ConstraintException):
            connection.execute(f"INSERT INTO figures {names % new}")


def test_constraints_of_every_type_become_checks(tmp_path: Path) -> None:
    fields = [
        {"name": "i", "type": "integer", "constraints": {"exclusiveMinimum": 0, "maximum": 9}},
        {"name": "b", "type": "boolean"},
        {"name": "d", "type": "date", "constraints": {"minimum": "2000-01-01"}},
        {"name": "s", "constraints": {"minLength": 2, "maxLength": 3}},
        {"name": "c", "type": "string", "categories": [{"value": "it's", "label": "x"}]},
        {"name": "y", "type": "year", "constraints": {"enum": [2017, 2018]}},
    ]
    good = ("1", "true", "2017-01-01", "ab", "it's", "2017")
    package = made(tmp_path, fields, "i,b,d,s,c,y\n" + ",".join(good) + "\n")
    export(package, tmp_path / "out", ["sqlite", "duckdb"])
    bad = {"i": "10", "b": "2", "d": "'1999-12-31'", "s": "'x'", "c": "'its'", "y": "2019"}
    with (
        sqlite3.connect(tmp_path / "out" / "any.sqlite") as lite,
        duckdb.connect(tmp_path / "out" / "any.duckdb") as duck,
    ):
        for column, value in bad.items():
            with pytest.raises(sqlite3.IntegrityError):
                lite.execute(f"INSERT INTO t ({column}) VALUES ({value})")
            if column != "b":
                with pytest.raises(duckdb.ConstraintException):
                    duck.execute(f"INSERT INTO t ({column}) VALUES ({value})")
        for value in ("'2017-02-30'", "'soon'"):
            with pytest.raises(sqlite3.IntegrityError):
                lite.execute(f"INSERT INTO t (d) VALUES ({value})")
    lite.close()


def test_what_is_said_of_tables_and_columns_is_in_duckdb(
    package: returnees.Package, duck: duckdb.DuckDBPyConnection
) -> None:
    said = dict(
        duck.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'figures'").fetchall()
    )
    assert said == {field.name: field.description for field in package.tables["figures"].schema.fields}
    ((comment,),) = duck.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'figures'").fetchall()
    assert comment.startswith("One row is one published figure")


def test_the_wide_view_is_the_wide_table(package: returnees.Package, folder: Path) -> None:
    (by_area,) = gather(package, ["by_area"]).tables
    rows = [tuple(map(plain, row)) for row in by_area.table.frame.rows()]
    assert read_sqlite(folder, package, "by_area") == rows
    assert read_duckdb(folder, package, "by_area") == rows


def test_figures_with_sources_has_each_figure_once(package: returnees.Package, folder: Path) -> None:
    figures, sources, publishers = (package.table(name) for name in ("figures", "sources", "publishers"))
    joined = figures.join(
        sources.rename({name: f"source_{name}" for name in sources.columns if name != "source_id"}), on="source_id"
    ).join(
        publishers.rename({name: f"publisher_{name}" for name in publishers.columns if name != "publisher_id"}),
        left_on="source_publisher_id",
        right_on="publisher_id",
    )
    expected = sorted(joined.rows())
    assert len(expected) == figures.height
    for read in (read_sqlite, read_duckdb):
        assert sorted(read(folder, package, "figures_with_sources")) == expected


def test_the_wide_table_is_stored_where_its_figures_are_not(package: returnees.Package, tmp_path: Path) -> None:
    chosen = ["area_id", "source_id", "travelled_low"]
    export(package, tmp_path, ["sqlite", "duckdb"], ["by_area"], columns=chosen)
    expected = gather(package, ["by_area"], columns=chosen).tables[0].table.frame.rows()
    assert read_sqlite(tmp_path, package, "by_area") == read_duckdb(tmp_path, package, "by_area") == expected


def test_chosen_figures_leave_no_reference_open(package: returnees.Package, tmp_path: Path) -> None:
    export(package, tmp_path, ["sqlite"], where=["area=GBR,FRA"])
    with sqlite3.connect(tmp_path / "returnees.sqlite") as lite:
        assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
        assert lite.execute("SELECT DISTINCT area_id FROM by_area").fetchall() == [("FRA",), ("GBR",)]
    lite.close()


def test_columns_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    package = made(tmp_path, [{"name": "a"}, {"name": "A"}], "a,A\n1,2\n")
    for form in ("sqlite", "duckdb"):
        with pytest.raises(
            returnees.UsageError, match=f"{form} cannot hold the table 't': it takes 'a' and 'A' for one"
        ):
            export(package, tmp_path / "out", [form])


def test_tables_that_refer_to_each_other_or_themselves(tmp_path: Path) -> None:
    def table(name: str, target: str) -> dict[str, Any]:
        key = {"fields": ["other"], "reference": {"resource": target, "fields": ["id"]}}
        schema = {"fields": [{"name": "id"}, {"name": "other"}], "primaryKey": ["id"], "foreignKeys": [key]}
        (tmp_path / f"{name}.csv").write_text("id,other\na,b\nb,a\nc,\n")
        return {"name": name, "path": f"{name}.csv", "type": "table", "schema": schema}

    resources = [table("one", "two"), table("two", "one"), table("self", "")]
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "any", "resources": resources}))
    package = open_package(tmp_path)
    export(package, tmp_path / "out", ["sqlite", "duckdb"])
    rows = [("a", "b"), ("b", "a"), ("c", None)]
    for name in ("one", "two", "self"):
        assert read_sqlite(tmp_path / "out", package, name) == read_duckdb(tmp_path / "out", package, name) == rows
    with sqlite3.connect(tmp_path / "out" / "any.sqlite") as lite:
        assert [key[2] for key in lite.execute("PRAGMA foreign_key_list('self')")] == ["self"]
    lite.close()


def test_datasette_shows_tables_views_titles_and_licence(package: returnees.Package, folder: Path) -> None:
    from datasette.app import Datasette

    metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
    licence = package.descriptor["licenses"][0]

    async def ask() -> dict[str, Any]:
        shown = Datasette([str(folder / "returnees.sqlite")], metadata=metadata)
        await shown.invoke_startup()
        found = {}
        for path in (
            "/",
            "/returnees/figures",
            "/returnees.json",
            "/returnees/by_area.json",
            "/returnees/figures.json?_shape=array",
        ):
            response = await shown.client.get(path)
            assert response.status_code == 200, path
            found[path] = response.json() if ".json" in path else response.text
        return found

    found = asyncio.run(ask())
    for page in ("/", "/returnees/figures"):
        assert licence["title"] in found[page] and licence["path"] in found[page]
    assert package.descriptor["title"] in found["/"]
    assert "One row is one published figure" in found["/returnees/figures"]
    assert {table["name"] for table in found["/returnees.json"]["tables"]} == set(package.tables)
    assert {view["name"] for view in found["/returnees.json"]["views"]} == {"by_area", "figures_with_sources"}
    assert found["/returnees/by_area.json"]["rows"]
    (first, *_) = found["/returnees/figures.json?_shape=array"]
    assert first["figure_id"] == package.table("figures").sort("figure_id")["figure_id"][0]


def test_pandas_and_polars_read_the_database(package: returnees.Package, folder: Path) -> None:
    import pandas

    with sqlite3.connect(folder / "returnees.sqlite") as lite:
        frame = pandas.read_sql("SELECT * FROM figures", lite)
    lite.close()
    assert frame["low"].sum() == package.table("figures").select(pl.col("low").sum()).item()
