"""What changed between two versions: found by key and field, and written in every form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from differing import bump_of, edit, run, table
from making import VALID

import returnees
from returnees.diff import Bump, diff


def test_nothing_changed(copy: Path) -> None:
    result = run(str(VALID), str(copy), "--check")
    assert result.exit_code == 0
    assert result.stdout == "Nothing changed (1.0.0, 1.0.0).\n"


def test_rows_are_found_by_key_and_cells_by_field(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    table(copy, "areas", "USA,United States", "FRA,France,country,250\nUSA,United States")
    found = diff(returnees.open_package(VALID), returnees.open_package(copy))
    assert [(item.file, item.action, dict(item.identifier)) for item in found.changes] == [
        ("data/areas.csv", "add", {"area_id": "FRA"}),
        ("data/figures.csv", "update", {"figure_id": "alpha-2017-fin-returned"}),
    ]
    assert (found.changes[1].initial, found.changes[1].new) == ({"value": "40"}, {"value": "45"})
    text = run(str(VALID), str(copy)).stdout
    assert "  ~ alpha-2017-fin-returned: value 40 -> 45" in text
    assert "  + FRA" in text


def test_another_order_of_rows_is_no_difference(copy: Path) -> None:
    file = copy / "data" / "figures.csv"
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(rows)]) + "\n")
    assert bump_of(copy) is Bump.NONE


def test_a_release_and_a_folder_can_be_compared(copy: Path, tmp_path: Path) -> None:
    from returnees.releasing import release

    package = returnees.open_package(VALID)
    zipped = release(package, tmp_path, returnees.validate(package, conformance=False))
    table(copy, "figures", "about,40", "about,45")
    assert "1 row changed" in run(str(zipped), str(copy)).stdout
    assert "1 row changed" in run(str(copy / "datapackage.json"), str(zipped)).stdout


def test_text_is_capped_and_the_other_forms_are_not(copy: Path) -> None:
    with (copy / "data" / "areas.csv").open("a") as stream:
        stream.writelines(f"X{number:03},Name {number},region,\n" for number in range(300))
    text = run(str(VALID), str(copy), "--max-changes", "4").stdout
    assert text.count("  + X") == 4
    assert "  + ... 296 more" in text
    assert len(json.loads(run(str(VALID), str(copy), "--format", "json").stdout)["tables"]["areas"]["changes"]) == 300
    assert len(run(str(VALID), str(copy), "--format", "csv").stdout.splitlines()) == 301


def test_csv_has_the_columns_of_gtfs_diff(copy: Path) -> None:
    edit(copy, resources=[item for item in edit(copy)["resources"] if item["name"] != "readings"])
    table(copy, "figures", "about,40", "about,45")
    rows = list(csv.DictReader(io.StringIO(run(str(VALID), str(copy), "--format", "csv").stdout)))
    assert list(rows[0]) == ["id", "file", "action", "target", "identifier", "initial_value", "new_value", "note"]
    assert [row["id"] for row in rows] == ["1", "2"]
    assert [row["target"] for row in rows] == ["file", "row"]
    assert json.loads(rows[0]["identifier"]) == {"filename": "data/readings.csv"}
    assert json.loads(rows[1]["identifier"]) == {"figure_id": "alpha-2017-fin-returned"}
    assert (rows[1]["initial_value"], rows[1]["new_value"]) == ('{"value": "40"}', '{"value": "45"}')


def test_control_characters_are_shown_and_not_sent(copy: Path) -> None:
    with (copy / "data" / "areas.csv").open("a") as stream:
        stream.write("X\x1b[2J\u202e,name,region,\n")
    for option in ("--format=text", "--changelog"):
        text = run(str(VALID), str(copy), option).stdout
        assert "\x1b" not in text
        assert "\\x1b[2J\\u202e" in text


def test_a_table_that_does_not_read_is_not_compared(copy: Path) -> None:
    table(copy, "areas", "USA,United States", 'USA,"United States')
    result = run(str(VALID), str(copy))
    assert isinstance(result.exception, returnees.PackageError)
    assert "its table 'areas' does not read (F108)" in str(result.exception)
    (copy / "data" / "areas.csv").unlink()
    assert "cannot be read" in str(run(str(VALID), str(copy)).exception)


def test_a_hundred_thousand_rows_are_compared_in_seconds(tmp_path: Path) -> None:
    import time

    folders = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        fields = [{"name": "id", "type": "string"}, {"name": "value", "type": "integer"}]
        schema = {"fields": fields, "primaryKey": ["id"]}
        stated = {"name": "t", "path": "t.csv", "type": "table", "schema": schema}
        (folder / "datapackage.json").write_text(json.dumps({"name": "p", "version": "1.0.0", "resources": [stated]}))
        rows = (f"k{number:06},{number + (name == 'b' and number % 1000 == 0)}\n" for number in range(100_000))
        (folder / "t.csv").write_text("id,value\n" + "".join(rows))
        folders.append(str(folder))
    started = time.process_time()
    assert "100 rows changed" in run(*folders).stdout
    assert time.process_time() - started < 10
