"""Exports: what is written reads back the same, and the same package gives the same bytes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import returnees
from returnees.export import export
from returnees.package.opening import open_package

VALID = Path(__file__).parent / "packages" / "valid"


@pytest.fixture(params=["shipped", "valid"])
def package(request: pytest.FixtureRequest) -> returnees.Package:
    return open_package(Path(__file__).parents[1] if request.param == "shipped" else VALID)


def test_csv_reads_back_the_same(package: returnees.Package, tmp_path: Path) -> None:
    export(package, tmp_path, ["csv"])
    for name, table in package.tables.items():
        with (tmp_path / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        key = table.schema.primary_key
        own = sorted(table.raw.text.iter_rows(named=True), key=lambda row: [row[part] for part in key])
        assert rows == own


def test_json_reads_back_the_same(package: returnees.Package, tmp_path: Path) -> None:
    export(package, tmp_path, ["json"])
    whole = json.loads((tmp_path / f"{package.name}.json").read_text("utf-8"))
    assert whole["name"] == package.name
    for name, table in package.tables.items():
        records = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
        assert whole["tables"][name] == records
        key = table.schema.primary_key
        own = table.frame.sort(key, maintain_order=True).rows(named=True)
        assert records == own
    assert whole["schemas"].keys() == whole["tables"].keys()


def test_same_package_same_bytes(package: returnees.Package, tmp_path: Path) -> None:
    first = export(package, tmp_path / "1")
    second = export(open_package(package.root), tmp_path / "2")
    assert [file.name for file in first] == [file.name for file in second]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    export(open_package(VALID), tmp_path, ["json"], ["figures"])
    assert '"value": 129,' in (tmp_path / "figures.json").read_text("utf-8")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8")), min_size=1, max_size=5))
def test_any_text_survives_csv_and_json(tmp_path: Path, cells: list[str]) -> None:
    schema = {"fields": [{"name": "n", "type": "integer"}, {"name": "text"}]}
    stated = {"name": "t", "path": "t.csv", "type": "table", "schema": schema}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "any", "resources": [stated]}))
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["n", "text"], *([n, cell] for n, cell in enumerate(cells))])
    package = open_package(tmp_path)
    assert package.tables["t"].findings == ()
    export(package, tmp_path / "out")
    wanted = [cell or None for cell in cells]
    assert [row["text"] for row in json.loads((tmp_path / "out" / "t.json").read_text("utf-8"))] == wanted
    with (tmp_path / "out" / "t.csv").open(newline="", encoding="utf-8") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == cells


def test_a_name_cannot_choose_where_the_export_goes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    stated = {"name": "../../evil", "path": "t.csv", "type": "table", "schema": {"fields": [{"name": "a"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [stated]}))
    with pytest.raises(returnees.UsageError, match="cannot be the name of a file"):
        export(open_package(tmp_path), tmp_path / "out")
