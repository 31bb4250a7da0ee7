"""Exports: what is written reads back the same, and the same package gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from effort import tried
from exports import READERS, wanted
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import returnees
from returnees.export import FORMATS, export, restored
from returnees.export.neutral import neutralised
from returnees.package.opening import open_package
from returnees.tables.canonical import csv_bytes
from returnees.tables.model import RawTable, Table
from returnees.tables.schema import Field, TableSchema

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "packages" / "valid"
#: Formats whose bytes do not depend on when they are written; docs/formats.md says why DuckDB's do.
STEADY = [name for name in FORMATS if name != "duckdb"]


@pytest.fixture(scope="module", params=["shipped", "valid"])
def package(request: pytest.FixtureRequest) -> returnees.Package:
    return open_package(ROOT if request.param == "shipped" else VALID)


@pytest.fixture(scope="module")
def exported(package: returnees.Package, shipped_exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if package.root == ROOT:
        return shipped_exports
    folder = tmp_path_factory.mktemp("exported")
    export(package, folder, FORMATS)
    return folder


@pytest.mark.parametrize("form", READERS)
def test_every_format_reads_back_the_same(form: str, package: returnees.Package, exported: Path) -> None:
    for name, table in package.tables.items():
        assert READERS[form](exported, package, name) == wanted(table), name


def test_every_format_has_a_reader_here() -> None:
    assert READERS.keys() == FORMATS.keys()


def test_the_json_of_the_whole_package_says_what_it_holds(package: returnees.Package, exported: Path) -> None:
    whole = json.loads((exported / f"{package.name}.json").read_text("utf-8"))
    assert whole["name"] == package.name
    assert whole["schemas"].keys() == whole["tables"].keys()
    for name, records in whole["tables"].items():
        fields = [field["name"] for field in whole["schemas"][name]["fields"]]
        assert all(list(record) == fields for record in records)


def test_same_package_same_bytes(package: returnees.Package, exported: Path, tmp_path: Path) -> None:
    again = export(open_package(package.root), tmp_path, STEADY)
    assert {file.name for file in again} == {file.name for file in exported.iterdir() if file.suffix != ".duckdb"}
    for file in again:
        assert file.read_bytes() == (exported / file.name).read_bytes(), file.name


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    export(open_package(VALID), tmp_path, ["json"], ["figures"])
    assert '"value": 129,' in (tmp_path / "figures.json").read_text("utf-8")


def test_parquet_is_typed_and_says_what_the_fields_mean(exported: Path) -> None:
    import pyarrow.parquet

    file = exported / "figures.parquet"
    types = dict(pl.read_parquet_schema(file))
    assert (types["value"], types["figure_id"]) == (pl.Float64, pl.String)
    said = {key.decode(): text.decode() for key, text in pyarrow.parquet.read_metadata(file).metadata.items()}
    schema = json.loads(said["table_schema"])
    described = {field["name"]: field["description"] for field in schema["fields"] if "description" in field}
    assert json.loads(said["field_descriptions"]) == described
    assert [field["name"] for field in schema["fields"]] == list(types)


def test_dates_and_switches_are_typed_where_a_format_has_types(tmp_path: Path) -> None:
    fields = [
        {"name": "day", "type": "date"},
        {"name": "moment", "type": "datetime"},
        {"name": "so", "type": "boolean"},
    ]
    rows = "day,moment,so\n2017-10-31,2017-10-31T12:00:00+02:00,true\n,,\n"
    package = made(tmp_path, fields, rows)
    export(package, tmp_path / "out", FORMATS)
    types = dict(pl.read_parquet_schema(tmp_path / "out" / "t.parquet"))
    assert types == {"day": pl.Date, "moment": pl.Datetime("us"), "so": pl.Boolean}
    for form in ("parquet", "duckdb"):
        assert READERS[form](tmp_path / "out", package, "t") == [
            ("2017-10-31", "2017-10-31T10:00:00", True),
            (None,) * 3,
        ]
    for form in ("json", "ndjson", "xlsx", "sqlite"):
        first, _ = READERS[form](tmp_path / "out", package, "t")
        assert first == ("2017-10-31", "2017-10-31T12:00:00+02:00", True), form


def made(folder: Path, fields: list[dict[str, Any]], rows: str, **schema: Any) -> returnees.Package:
    """Return a package of one table called t."""
    stated = {"name": "t", "path": "t.csv", "type": "table", "schema": {"fields": fields, **schema}}
    (folder / "datapackage.json").write_text(json.dumps({"name": "any", "resources": [stated]}))
    (folder / "t.csv").write_text(rows, encoding="utf-8", newline="")
    return open_package(folder)


#: Texts that some format or some program could take for something else.
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''-", "'", "＝1", "- a title", "=cmd|'/C calc'!A0", "004",
    "2017-10",
    "1E5", "TRUE", "NA", "NaN", "null", "None", " space ", '"', '""', ",", ";", "a\nb", "\n", "\\", "\\n", "<r>x</r>",
    "<b>&amp;</b>", "_x0041_", "_x000D_", "\x01\x1f", "\x7f\x85",
    "\u2028", "\u202e", "\ufffe", "\ufeff", "é", "😀", "\U0010ffff",
    "https://example.org/a b", "https://example.org/#a#b",
    "file:///etc/passwd", "javascript:alert(1)", "{}", "${x}", "%s", "?",
]  # fmt: skip


@tried(12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.sampled_from(HOSTILE) | st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), max_size=20),
        min_size=1,
        max_size=8,
    ),
    numbers=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1)),
)
def test_any_cell_survives_every_format(tmp_path: Path, cells: list[str], numbers: list[float | None]) -> None:
    fields = [{"name": "n", "type": "integer"}, {"name": "text"}, {"name": "number", "type": "number"}]
    rows = tmp_path / "rows.csv"
    with rows.open("w", newline="", encoding="utf-8") as stream:
        texts = [number if number is None else repr(number) for number in numbers]
        lines = [[n, cell, texts[n] if n < len(texts) else None] for n, cell in enumerate(cells)]
        csv.writer(stream, lineterminator="\n").writerows([["n", "text", "number"], *lines])
    package = made(tmp_path, fields, rows.read_bytes().decode("utf-8"))
    assert package.tables["t"].findings == ()
    export(package, tmp_path / "out", FORMATS)
    expected = wanted(package.tables["t"])
    assert [row[1] for row in expected] == [cell or None for cell in cells]
    for form, read in READERS.items():
        found = read(tmp_path / "out", package, "t")
        # A number that a spreadsheet would round is text there, and JSON does not tell 1 from 1.0.
        found = [(n, cell, None if number is None else float(number)) for n, cell, number in found]
        assert found == expected, form


@given(cells=st.lists(st.sampled_from(HOSTILE) | st.text(st.sampled_from("'=+-@\t\r\n＝a1 .")), min_size=1),
       kind=st.sampled_from(["string", "number", "integer", "year", "any"]))  # fmt: skip
def test_neutralising_is_undone_whatever_the_cells(cells: list[str], kind: str) -> None:
    text = pl.DataFrame({"=name": cells})
    table = Table("t", "t.csv", TableSchema((Field("=name", kind),)), text, RawTable(text))
    neutral = neutralised(table)
    assert neutral.columns == ["'=name"]
    for cell in neutral.to_series():
        number = kind not in ("string", "any") and cell.strip("+-.0123456789eE") == ""
        assert cell[:1] not in "=+-@\t\r\n＝" or cell == "" or number, cell
    assert restored(neutral).equals(text)
    read = list(csv.reader(io.StringIO(csv_bytes(neutral).decode("utf-8"), newline="")))
    assert [row[0] for row in read] == ["'=name", *neutral.to_series()]


def test_a_signed_number_is_no_formula(tmp_path: Path) -> None:
    fields = [{"name": "n", "type": "number"}, {"name": "text"}]
    package = made(tmp_path, fields, "n,text\n-5,-5\n+1.5e3,+1\n")
    export(package, tmp_path / "out", ["csv"])
    assert (tmp_path / "out" / "t.csv").read_text() == "n,text\n-5,'-5\n+1.5e3,'+1\n"


def test_a_number_in_disguise_is_neutralised(tmp_path: Path) -> None:
    fields = [{"name": "n", "type": "number", "bareNumber": False}, {"name": "m", "type": "integer"}]
    package = made(tmp_path, fields, "n,m\n=cmd|x!0,1\n")
    assert package.tables["t"].frame["n"].to_list() == [0.0]
    export(package, tmp_path / "out", ["csv"])
    assert (tmp_path / "out" / "t.csv").read_text() == "n,m\n'=cmd|x!0,1\n"


def test_a_cell_that_is_not_of_its_type_is_kept_as_text(tmp_path: Path) -> None:
    fields = [{"name": "n", "type": "integer"}, {"name": "day", "type": "date"}]
    package = made(tmp_path, fields, "n,day,more\n1,2017-02-30,x\nmany,2017-02-03,\n")
    export(package, tmp_path / "out", FORMATS)
    for form, read in READERS.items():
        if form != "csv":
            rows = read(tmp_path / "out", package, "t")
            assert rows == [("1", "2017-02-30", "x"), ("many", "2017-02-03", None)], form
    assert "many,2017-02-03," in (tmp_path / "out" / "t.csv").read_text()


def test_a_package_that_breaks_its_own_keys_is_still_exported(tmp_path: Path) -> None:
    fields = [{"name": "id", "constraints": {"required": True, "unique": True, "pattern": "[a-z]"}},
              {"name": "n", "type": "integer", "constraints": {"minimum": 5, "enum": [1, 5]}}]  # fmt: skip
    reference = {"fields": ["id"], "reference": {"resource": "", "fields": ["n"]}}
    package = made(tmp_path, fields, "id,n\nA,1\nA,5\n,9\n", primaryKey=["id"], foreignKeys=[reference])
    export(package, tmp_path / "out", ["sqlite", "duckdb"])
    for form in ("sqlite", "duckdb"):
        assert READERS[form](tmp_path / "out", package, "t") == [(None, 9), ("A", 1), ("A", 5)]


def test_a_name_cannot_choose_where_the_export_goes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    stated = {"name": "../../evil", "path": "t.csv", "type": "table", "schema": {"fields": [{"name": "a"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [stated]}))
    with pytest.raises(returnees.UsageError, match="cannot be the name of a file"):
        export(open_package(tmp_path), tmp_path / "out")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    stated = {"name": "metadata", "path": "t.csv", "type": "table", "schema": {"fields": [{"name": "a"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [stated]}))
    package = open_package(tmp_path)
    with pytest.raises(returnees.UsageError, match=r"two files would be called metadata.json"):
        export(package, tmp_path / "out", ["json", "sqlite"])
    assert not (tmp_path / "out").exists()


def test_a_table_without_rows_or_columns_is_written_in_every_format(tmp_path: Path) -> None:
    package = made(tmp_path, [{"name": "a"}], "a\n")
    export(package, tmp_path / "out", FORMATS)
    for form, read in READERS.items():
        assert read(tmp_path / "out", package, "t") == [], form


def test_what_is_no_number_is_not_lost(tmp_path: Path) -> None:
    package = made(tmp_path, [{"name": "n", "type": "number"}], "n\nNaN\nINF\n-INF\n0.5\n")
    export(package, tmp_path / "out", FORMATS)
    found = {form: [str(row[0]) for row in read(tmp_path / "out", package, "t")] for form, read in READERS.items()}
    words = ["NaN", "INF", "-INF", "0.5"]
    numbers = ["nan", "inf", "-inf", "0.5"]
    assert found == {
        **dict.fromkeys(("json", "ndjson"), words),
        **dict.fromkeys(("csv", "xlsx", "parquet", "duckdb"), numbers),
        "sqlite": ["NaN", "inf", "-inf", "0.5"],
    }


def test_a_table_that_cannot_be_read_is_not_exported_as_an_empty_one(tmp_path: Path) -> None:
    package = open_package(VALID.parent / "nul-bytes")
    with pytest.raises(returnees.UsageError, match="the table 'extra' cannot be read; 'returnees validate' says why"):
        export(package, tmp_path / "out", FORMATS)
    assert not (tmp_path / "out").exists()
    assert export(package, tmp_path / "out", FORMATS, ["figures", "areas"])
