"""What docs/engines.md says engines find otherwise: each difference is shown, and there is no other beside it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from engines import OPENINGS, Found, assert_the_same, follow_ties_of_at_most, held_by_the_engine, in_memory, on_engine

import returnees
from returnees.engines import duckdb
from returnees.engines.seam import Opening
from returnees.findings import Finding
from returnees.package.model import Package

PACKAGES = Path(__file__).parent / "packages"
PAGE = Path(__file__).parent.parent / "docs" / "engines.md"


def both_ways(opening: Opening, package: Package) -> tuple[Found, Found, list[Finding], list[Finding]]:
    """Return what an engine finds and what is found in memory, with the findings that only either has."""
    with opening() as engine:
        ours = on_engine(engine, package)
    theirs = in_memory(package)
    return ours, theirs, sorted(ours[0] - theirs[0], key=str), sorted(theirs[0] - ours[0], key=str)


def without(found: Found, *findings: Finding) -> Found:
    return found[0] - set(findings), *found[1:]


def many_broken(folder: Path, sources: int) -> Package:
    """Write a package in which one rule is broken once in each of so many sources, whose names run backwards."""
    shutil.copytree(PACKAGES / "figures-break-a-rule", folder)
    names = [f"source-{sources - number:06}" for number in range(sources)]
    figures = ["figure_id,source_id,area_id,measure_id,as_of,qualifier,value,low,high,unit"]
    readings = ["figure_id,document_id,as_printed,qualifier,value,low,high"]
    for name in names:
        for measure, value in (("returned", 7), ("travelled", 5)):
            figures.append(f"{name}-{measure},{name},FIN,{measure},2017-10,exact,{value},,,persons")
            readings.append(f"{name}-{measure},{name},{value},exact,{value},,")
    tables = {"figures": figures, "readings": readings}
    tables["sources"] = ["source_id,title,published", *(f"{name},Made up,2018" for name in names)]
    for table, lines in tables.items():
        (folder / f"data/{table}.csv").write_text("\n".join([*lines, ""]), "utf-8")
    return returnees.open_package(folder)


def test_the_page_lists_the_differences_that_are_shown_here() -> None:
    """One test below for each row of the table, in its order."""
    table = PAGE.read_text("utf-8").split("## Where the findings can differ")[1]
    rows = re.findall(r"^\| (?!difference|---)(.{12})", table, re.MULTILINE)
    assert rows == ["A pattern th", "Of more than", "Of more than", "Numbers with", "Float column", "Moments of P"]


def test_a_pattern_that_engines_read_otherwise_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "made"
    shutil.copytree(PACKAGES / "pattern", folder)
    text = (folder / "datapackage.json").read_text("utf-8")
    (folder / "datapackage.json").write_text(re.sub('"pattern": "', '"pattern": "(?i)', text), "utf-8")
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(folder)
    ours, theirs, here, there = both_ways(duckdb.opened, package)
    assert {item.code for item in here} == {"F122"} and {item.code for item in there} <= {"F133"}
    assert all("the engine 'duckdb' reads it otherwise" in item.message for item in here)
    fields = {field["name"] for item in json.loads(text)["resources"] for field in item["schema"]["fields"]
              if "pattern" in field.get("constraints", {})}  # fmt: skip
    assert {item.field for item in here} == fields
    assert_the_same(without(ours, *here), without(theirs, *there))


@pytest.mark.parametrize("opening", OPENINGS)
def test_of_many_broken_edits_of_a_rule_other_ones_are_shown(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("contradictions", "engines.judging"):
        monkeypatch.setattr(f"returnees.{place}.MOST_BROKEN", 3)
    held_by_the_engine(monkeypatch)
    package = many_broken(tmp_path / "made", 5)
    ours, theirs, here, there = both_ways(opening, package)
    assert here and len(here) == len(there)
    assert {item.code for item in [*here, *there]} == {"F201"}
    assert_the_same(without(ours, *here), without(theirs, *there))


@pytest.mark.parametrize("opening", OPENINGS)
def test_too_many_broken_edits_are_not_looked_at_together(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.engines.judging.MOST_BROUGHT", 4)
    follow_ties_of_at_most(0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = many_broken(tmp_path / "made", 5)
    ours, theirs, here, there = both_ways(opening, package)
    assert [item.code for item in here] == ["F208"] and there == []
    assert "5 edits are broken, and 0 may not be met together; up to 4 are looked at together" in here[0].message
    assert_the_same(without(ours, *here), theirs)


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize(
    ("kind", "number"),
    [("number", "1e100"), ("number", "1" * 201), ("integer", "1" + "0" * 18)],
    ids=["exponent", "digits", "whole"],
)
def test_numbers_that_are_too_long_take_no_part_in_rules(
    tmp_path: Path, opening: Opening, kind: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "made"
    shutil.copytree(PACKAGES / "valid", folder)
    for file, old, new in (
        ("datapackage.json", '"name": "value",\n      "type": "number"', f'"name": "value", "type": "{kind}"'),
        ("data/figures.csv", "exact,7,", f"exact,{number},"),
    ):
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")
    held_by_the_engine(monkeypatch)
    ours, theirs, here, there = both_ways(opening, returnees.open_package(folder))
    assert here == [] and [item.code for item in there] == ["F201"]
    assert ours[0] == theirs[0] - set(there)


@pytest.mark.parametrize(
    ("column", "stated", "here", "there"),
    [
        (pl.Series([1e-7, 0.5]), "date", "1e-07", "1e-7"),
        (
            pl.Series([1_999, 0]).cast(pl.Datetime("ns")).dt.replace_time_zone("UTC"), "year",
            "1970-01-01T00:00:00.000002Z", "1970-01-01T00:00:00.000001Z",
        ),
    ],
    ids=["floats", "moments"],
)  # fmt: skip
def test_duckdb_reads_some_columns_of_parquet_otherwise(
    tmp_path: Path, column: pl.Series, stated: str, here: str, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pl.DataFrame({"name": ["a", "b"], "cell": column}).write_parquet(tmp_path / "rows.parquet")
    fields = [{"name": "name", "type": "string"}, {"name": "cell", "type": stated}]
    rows = {"name": "rows", "path": "rows.parquet", "format": "parquet", "type": "table", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "example", "resources": [rows]}), "utf-8")
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(tmp_path)
    ours, theirs, *found = both_ways(duckdb.opened, package)
    # The message tells the cell, and is otherwise the same.
    assert [[item.message.split("'")[1] for item in side] for side in found] == [[here], [there]]
    assert_the_same(without(ours, *found[0]), without(theirs, *found[1]))
