"""What a stranger's tables, schemas and patterns cannot make the reader do."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from effort import tried
from hostile import findings, within
from hypothesis import given
from hypothesis import strategies as st
from making import codes, copy_of_valid, describe, descriptor_of, one_table

import returnees
from returnees.package.limits import Limits
from returnees.package.opening import open_package
from returnees.tables import capped
from returnees.tidying import tidying

# Sizes.


def test_a_huge_cell_is_read_and_told_in_short(tmp_path: Path) -> None:
    one_table(tmp_path, b"a,b\n" + b"x" * 10_000_000 + b",1\n", [{"name": "a", "type": "integer"}, {"name": "b"}])
    (found,) = findings(tmp_path)
    assert found.code == "F120"
    assert len(found.message) < 200


def test_a_huge_quoted_cell_takes_little_more_memory_than_it_is_large(tmp_path: Path) -> None:
    # Taken apart cell by cell, for a row is blank: the way back into a quoted cell was remembered at each quote.
    one_table(tmp_path, b'a\n"' + b'x""' * 2_000_000 + b'"\n\n', [{"name": "a"}])
    program = (
        "import sys, resource; from returnees.package.opening import open_package\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "open_package(sys.argv[1]).tables\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200


def test_a_huge_key_is_told_in_short(tmp_path: Path) -> None:
    one_table(tmp_path, b"a,b\n" + b"k" * 100_000 + b",x\n", [{"name": "a"}, {"name": "b", "type": "integer"}])
    descriptor = descriptor_of(tmp_path)
    descriptor["resources"][0]["schema"]["primaryKey"] = ["a"]
    (found,) = findings(describe(tmp_path, descriptor))
    assert found.key == "k" * 300


@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "header over many lines"])
def test_a_million_columns_are_not_read(tmp_path: Path, quoted: bool) -> None:
    header = ",".join(f'"c\n{n}"' if quoted else f"c{n}" for n in range(1_000_000))
    one_table(tmp_path, f"{header}\n{',' * 999_999}\n".encode(), [{"name": "a"}])
    with within(60):
        assert "F118" in codes(findings(tmp_path))


def test_a_table_of_two_thousand_columns_with_quotes_is_read(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(2_000)]
    content = ",".join(names) + "\n" + ",".join(['"x, ""y"""'] * 2_000) + "\n"
    package = open_package(one_table(tmp_path, content.encode(), [{"name": name} for name in names]))
    assert package.tables["t"].findings == ()
    assert package.tables["t"].raw.first_lines is None  # the quick way
    assert package.table("t")["c1999"].to_list() == ['x, "y"']


def test_a_wide_table_is_checked_in_time_that_grows_with_its_width(tmp_path: Path) -> None:
    # pandera alone takes a quarter of a minute for two thousand columns, however few the rows.
    names = [f"c{n}" for n in range(1_900)]
    content = ",".join(names) + "\n" + ",".join(["x"] * 1_900) + "\n" + ",".join(["x"] * 1_899) + ",\n"
    fields: list[dict[str, Any]] = [{"name": name, "constraints": {"enum": ["x"]}} for name in names]
    fields[7]["constraints"] = {"enum": ["y"]}
    folder = one_table(tmp_path, content.encode(), fields)
    descriptor = descriptor_of(folder)
    descriptor["resources"][0]["schema"] |= {"primaryKey": ["c1899"], "uniqueKeys": [["c3", "c1500"]]}
    with within(12):
        found = findings(describe(folder, descriptor))
    assert [(item.code, item.field, item.line) for item in found] == [
        ("F130", "c1899", 3), ("F132", "c7", 2), ("F132", "c7", 3), ("F137", "c3, c1500", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"a,b\n" + b"1,2\n" * 50, b"a,b\n" + b"1\n" * 50 + b'"\n'])
def test_more_cells_than_allowed_are_not_read(tmp_path: Path, content: bytes) -> None:
    one_table(tmp_path, content, [{"name": "a"}, {"name": "b"}])
    table = open_package(tmp_path, limits=Limits(cells=80)).tables["t"]
    assert "F119" in codes(table.findings)
    assert (table.frame.height, table.complete) == (0, False)


def test_a_large_file_that_must_be_taken_apart_cell_by_cell_is_not_read(tmp_path: Path) -> None:
    one_table(tmp_path, b"a,b\n" + b"1,2\n" * 50 + b"1\n", [{"name": "a"}, {"name": "b"}])
    assert "F119" in codes(open_package(tmp_path, limits=Limits(slow_bytes=100)).tables["t"].findings)


def test_a_bad_table_of_a_million_cells_gives_no_million_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capped, "MOST_FINDINGS", 2_500)
    fields = [{"name": f"c{n}", "type": "integer", "constraints": {"required": True}} for n in range(100)]
    row = ",".join(["x"] * 100)
    one_table(tmp_path, (",".join(f"c{n}" for n in range(100)) + "\n" + f"{row}\n" * 10_000).encode(), fields)
    found = findings(tmp_path)
    # A thousand of the first field, a thousand of the second, five hundred of the third, and what is left of each.
    assert 2_500 < len(found) <= 2_500 + 100
    assert sum("more rows" in item.message for item in found) == 100
    assert {item.code for item in found} == {"F120"}


def test_a_descriptor_of_too_many_fields_is_not_read(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": f"c{n}"} for n in range(3_000)])
    assert "F006" in codes(open_package(tmp_path).findings)


def test_thousands_of_foreign_keys_are_not_followed(tmp_path: Path) -> None:
    # Each is small to state and costs a pass over two tables; together they never end.
    one_table(tmp_path, b"a\n" + b"1\n" * 1_000, [{"name": "a"}])
    descriptor = descriptor_of(tmp_path)
    key = {"fields": ["a"], "reference": {"resource": "t", "fields": ["a"]}}
    descriptor["resources"][0]["schema"]["foreignKeys"] = [key] * 10_000
    with within(30):
        found = open_package(describe(tmp_path, descriptor)).findings
    assert any(item.code == "F006" and "10,000 keys" in item.message for item in found)


def test_tables_that_all_refer_to_each_other_end(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n2\n", [{"name": "a"}])
    first = descriptor_of(tmp_path)["resources"][0]
    tables = [{**first, "name": f"t{n}"} for n in range(40)]
    keys = [{"fields": ["a"], "reference": {"resource": f"t{n}", "fields": ["a"]}} for n in range(40)]
    tables = [{**table, "schema": {**first["schema"], "foreignKeys": keys}} for table in tables]
    with within(60):
        assert findings(describe(tmp_path, {"name": "x", "resources": tables})) == []


# The profile's fields, of whatever type a schema says they are.

TYPES = [
    "string",
    "integer",
    "number",
    "boolean",
    "date",
    "datetime",
    "year",
    "yearmonth",
    "any",
    "geopoint",
    "duration",
]


@pytest.mark.parametrize("kind", TYPES)
def test_no_type_of_a_field_is_a_traceback(tmp_path: Path, kind: str) -> None:
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    for table in descriptor["resources"]:
        for field in table["schema"]["fields"]:
            field["type"] = kind
            field.pop("constraints", None)
    found = returnees.validate(open_package(describe(folder, descriptor)), conformance=False).findings
    numeric = kind in ("integer", "number")
    unfit = {item.field for item in found if item.code == "F300" and item.field in ("value", "low", "high")}
    assert unfit == (set() if numeric else {"value", "low", "high"})


@pytest.mark.parametrize("field", ["qualifier", "unit", "value", "figure_id", "as_of"])
def test_a_foreign_key_of_any_field_of_figures_is_no_traceback(tmp_path: Path, field: str) -> None:
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    figures = next(item for item in descriptor["resources"] if item["name"] == "figures")
    figures["schema"]["foreignKeys"].append(
        {"fields": [field], "reference": {"resource": "figures", "fields": [field]}}
    )
    assert returnees.validate(open_package(describe(folder, descriptor)), conformance=False).valid


@pytest.mark.parametrize(
    "name", ["row", "key", "quantity", "publisher_id", "group", "least", "rule", "slot", "source", "measure"]
)
def test_a_coordinate_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = copy_of_valid(tmp_path / "p")
    text = json.dumps(descriptor_of(folder)).replace('"area_id"', f'"{name}"')
    (folder / "datapackage.json").write_text(text)
    for file in ("areas", "figures"):
        table = folder / "data" / f"{file}.csv"
        table.write_text(table.read_text().replace("area_id", name))
    rules = folder / "schemas" / "rules.toml"
    rules.write_text(rules.read_text())
    report = returnees.validate(open_package(folder), conformance=False)
    assert not [item for item in report.findings if item.code.startswith(("F2", "F4"))]
    assert report.verdicts["returned-within-travelled"].edits == 2


def test_a_table_of_figures_without_any_known_field_is_no_traceback(tmp_path: Path) -> None:
    one_table(tmp_path, b"a\n1\n", [{"name": "a"}])
    descriptor = descriptor_of(tmp_path)
    descriptor["resources"][0]["name"] = "figures"
    assert returnees.validate(open_package(describe(tmp_path, descriptor)), conformance=False).valid


@pytest.mark.parametrize(
    "field", ["qualifier", "value", "low", "high", "unit", "measure_id", "source_id", "figure_id", "as_of"]
)
@pytest.mark.parametrize("table", ["figures", "readings"])
def test_a_field_that_the_file_has_and_the_schema_does_not_is_no_traceback(
    tmp_path: Path, table: str, field: str
) -> None:
    folder = copy_of_valid(tmp_path / "p")
    descriptor = descriptor_of(folder)
    for item in descriptor["resources"]:
        if item["name"] == table:
            fields = item["schema"]["fields"]
            item["schema"]["fields"] = [each for each in fields if each["name"] != field] or fields
    report = returnees.validate(open_package(describe(folder, descriptor)), conformance=False)
    assert table == "readings" or "F115" in codes(report.findings)


@pytest.mark.parametrize("name", ["t", "figures"])
@pytest.mark.parametrize(
    ("fields", "target"),
    [([], []), ([], ["a"]), (["a"], []), (["a", "b"], ["a"]), ("a", ["a", "b"]), (["a", "a"], "a")],
)
def test_a_foreign_key_of_too_few_fields_is_said(tmp_path: Path, name: str, fields: Any, target: Any) -> None:
    one_table(tmp_path, b"a,b\n1,2\n", [{"name": "a"}, {"name": "b"}])
    descriptor = descriptor_of(tmp_path)
    descriptor["resources"][0]["name"] = name
    key = {"fields": fields, "reference": {"resource": name, "fields": target}}
    descriptor["resources"][0]["schema"] |= {"foreignKeys": [key], "uniqueKeys": [[]], "primaryKey": []}
    assert "F139" in codes(findings(describe(tmp_path, descriptor))) or "F010" in codes(open_package(tmp_path).findings)


@pytest.mark.parametrize("constraint", ["minLength", "maxLength"])
@pytest.mark.parametrize("stated", [10**400, -1, 2**40])
def test_a_length_that_is_none_is_said(tmp_path: Path, constraint: str, stated: int) -> None:
    one_table(tmp_path, b"a\nx\n", [{"name": "a", "constraints": {constraint: stated}}])
    assert "F122" in codes(returnees.validate(open_package(tmp_path), conformance=False).findings)


@given(st.binary(max_size=200), st.sampled_from([",", ";", "\t", "|"]))
@tried(150)
def test_no_bytes_are_a_traceback_and_tidying_keeps_every_cell(content: bytes, mark: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = one_table(Path(place), b"a,b\n".replace(b",", mark.encode()) + content, [{"name": "a"}, {"name": "b"}],
                           dialect={"delimiter": mark})  # fmt: skip
        before = open_package(folder)
        table = before.tables["t"].raw.text
        result = tidying(before)
        result.write()
        if not result.left:
            after = open_package(folder).tables["t"].raw.text
            assert after.sort(after.columns).equals(table.sort(table.columns))
