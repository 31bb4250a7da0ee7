"""Tables that are kept as Parquet, compressed, or in several files: read as one, and named by the file of the row."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import returnees
from returnees.cli import main
from returnees.outcome import Report
from returnees.package.limits import Limits

VALID = Path(__file__).parent / "packages" / "valid"
Change = Callable[[Path, dict[str, dict[str, Any]]], None]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Path]:
    """Make a copy of the sound package with its files and its resources, by name, changed."""

    def make(change: Change) -> Path:
        folder = tmp_path / "package"
        shutil.copytree(VALID, folder)
        descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
        change(folder, {item["name"]: item for item in descriptor["resources"]})
        (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
        return folder

    return make


def report_of(folder: Path, **limits: int) -> Report:
    return returnees.validate(folder, conformance=False, today=date(2026, 11, 24), limits=Limits(**limits))


def codes(report: Report) -> set[str]:
    return {item.code for item in report.findings}


def to_parquet(folder: Path, resources: dict[str, dict[str, Any]], name: str, **columns: pl.Expr) -> Path:
    """Put a table as Parquet in the place of its CSV."""
    old = folder / resources[name]["path"]
    new = old.with_suffix(".parquet")
    pl.read_csv(old, infer_schema=False).with_columns(**columns).write_parquet(new)
    old.unlink()
    resources[name] |= {"path": f"data/{new.name}", "format": "parquet"}
    return new


def packed(folder: Path, resources: dict[str, dict[str, Any]], name: str) -> Path:
    """Put a compressed table in the place of the plain one."""
    old = folder / resources[name]["path"]
    new = old.with_suffix(".csv.gz")
    new.write_bytes(gzip.compress(old.read_bytes()))
    old.unlink()
    resources[name]["path"] = f"data/{new.name}"
    return new


def test_parquet_is_read_as_the_text_that_the_schema_would_write(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        new = to_parquet(folder, resources, "sources")
        moments = [datetime(2017, 10, 31, 12, 30, 0, 5), None]
        columns = {
            "whole": pl.Series([129, None], dtype=pl.Int16), "number": pl.Series([49.5, float("inf")]),
            "day": pl.Series([date(2017, 10, 31), None]), "yes": pl.Series([True, None]),
            "moment": pl.Series(moments), "zoned": pl.Series(moments).dt.replace_time_zone("Europe/Paris"),
            "code": pl.Series(["NA", None], dtype=pl.Categorical),
        }  # fmt: skip
        pl.read_parquet(new).with_columns(**columns).write_parquet(new)
        kinds = ("integer", "number", "date", "boolean", "datetime", "datetime", "string")
        resources["sources"]["schema"]["fields"] += [
            {"name": name, "type": kind} for name, kind in zip(columns, kinds, strict=True)
        ]

    package = returnees.open_package(changed(change))
    table = package.tables["sources"]
    assert table.findings == ()
    assert table.raw.text.select("whole", "number", "day", "yes", "moment", "zoned", "code").rows() == [
        ("129", "49.5", "2017-10-31", "true", "2017-10-31T12:30:00.000005", "2017-10-31T11:30:00.000005Z", "NA"),
        ("", "INF", "", "", "", "", ""),
    ]
    assert table.frame["number"].to_list() == [49.5, float("inf")]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"source_id\nalpha\n"])
def test_what_is_no_parquet_is_said(changed: Callable[[Change], Path], content: bytes) -> None:
    folder = changed(lambda folder, resources: to_parquet(folder, resources, "sources").write_bytes(content) and None)
    (item,) = [item for item in report_of(folder).findings if item.code == "F100"]
    assert item.message.startswith("data/sources.parquet is not readable Parquet (")


def test_a_column_that_no_field_can_hold_is_said(changed: Callable[[Change], Path]) -> None:
    folder = changed(lambda f, r: to_parquet(f, r, "sources", more=pl.lit([1, 2])) and None)
    (item,) = [item for item in report_of(folder).findings if item.code == "F100"]
    assert "the column 'more' of type List(Int64)" in item.message


def test_parquet_beyond_a_limit_is_not_read(changed: Callable[[Change], Path]) -> None:
    folder = changed(lambda f, r: to_parquet(f, r, "readings", note=pl.lit("x" * 30_000)) and None)
    assert "F100" in codes(report_of(folder, cells=12))
    assert "F100" in codes(report_of(folder, table_bytes=100_000)), "it is small on the disk and large as text"
    assert "F100" not in codes(report_of(folder))


def test_compressed_csv_that_unpacks_beyond_the_limit_is_not_read(changed: Callable[[Change], Path]) -> None:
    def bomb(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        packed(folder, resources, "sources").write_bytes(gzip.compress(b"source_id\n" + b"a" * 2**22))

    (item,) = [item for item in report_of(changed(bomb), table_bytes=2**20).findings if item.code == "F100"]
    assert item.message == "data/sources.csv.gz has more than 1,048,576 bytes."


@pytest.mark.parametrize("content", [b"", b"source_id\nalpha\n", gzip.compress(b"a" * 9_999, mtime=0)[:-9]],
                         ids=["empty", "plain", "cut"])  # fmt: skip
def test_compressed_csv_that_is_none_or_cut_short_is_said(changed: Callable[[Change], Path], content: bytes) -> None:
    folder = changed(lambda f, r: packed(f, r, "sources").write_bytes(content) and None)
    assert codes(report_of(folder)) & {"F100", "F101"}


def test_a_folder_that_states_no_value_gives_none(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        old = pl.read_csv(folder / "data/areas.csv", infer_schema=False)
        for kind in ("country", "__HIVE_DEFAULT_PARTITION__"):
            (folder / f"data/areas/kind={kind}").mkdir(parents=True)
            old.drop("kind").head(1).write_csv(folder / f"data/areas/kind={kind}/_no-part.csv")
            old.drop("kind")[int(kind != "country")].write_csv(folder / f"data/areas/kind={kind}/part.csv")
        resources["areas"]["path"] = "data/areas"

    table = returnees.open_package(changed(change)).tables["areas"]
    assert table.raw.text["kind"].to_list() == ["", "country"]
    assert [item.code for item in table.findings] == []


def test_rows_of_several_files_are_named_by_file_and_line(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        rows = (folder / "data/sources.csv").read_text("utf-8").splitlines()
        (folder / "data/a.csv").write_text(f'{rows[0]}\n{rows[1].replace("alpha", chr(34) + "al" + chr(10), 1)}"\n')
        (folder / "data/b.csv").write_text(f"{rows[0]}\n{rows[2]}\n{rows[2]}\nshort\n", "utf-8")
        resources["sources"]["path"] = ["data/b.csv", "data/a.csv"]

    places = {(item.code, item.place) for item in report_of(changed(change)).findings if item.resource == "sources"}
    assert ("F136", "data/b.csv:3") in places
    assert ("F110", "data/b.csv:4") in places
    assert ("F110", "data/a.csv:2") in places, "a quote that closes on a later line, and a row that is too short"


def test_a_listed_file_that_is_missing_leaves_the_table_unread(changed: Callable[[Change], Path]) -> None:
    folder = changed(lambda _, r: r["areas"].update(path=["data/areas.csv", "data/no.csv"]))
    report = report_of(folder)
    assert "F004" in codes(report) and "areas" not in {table.name for table in report.tables}


def test_a_folder_of_two_forms_must_say_which(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        (folder / "data/areas").mkdir()
        (folder / "data/areas.csv").rename(folder / "data/areas/1.csv")
        pl.DataFrame({"area_id": ["A"]}).write_parquet(folder / "data/areas/1.parquet")
        resources["areas"]["path"] = "data/areas"
        del resources["areas"]["format"]

    folder = changed(change)
    assert any("csv and parquet files" in item.message for item in report_of(folder).findings if item.code == "F003")


def test_links_in_a_folder_do_not_lead_out_of_the_package(changed: Callable[[Change], Path], tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("area_id\nsecret\n", "utf-8")

    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        (folder / "data/areas").mkdir()
        (folder / "data/areas/1.csv").symlink_to(tmp_path / "secret.csv")
        resources["areas"]["path"] = "data/areas"

    folder = changed(change)
    assert "F003" in codes(report_of(folder)) and "areas" not in returnees.open_package(folder).tables


def test_hashes_and_sizes_of_several_files(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        (folder / "data/areas").mkdir()
        (folder / "data/areas.csv").rename(folder / "data/areas/1.csv")
        resources["areas"] |= {"path": "data/areas", "bytes": 1, "hash": "sha256:" + "0" * 64}

    assert {"F007", "F009"} <= codes(report_of(changed(change)))


def test_tidy_leaves_and_add_refuses_what_is_not_plain_csv(changed: Callable[[Change], Path]) -> None:
    def change(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
        to_parquet(folder, resources, "figures")
        packed(folder, resources, "sources")

    folder = changed(change)
    before = (folder / "data/figures.parquet").read_bytes()
    tidied = CliRunner().invoke(main, ["tidy", str(folder)])
    assert "data/figures.parquet" in tidied.output and "Parquet" in tidied.output
    assert (folder / "data/figures.parquet").read_bytes() == before
    assert "F007" not in codes(report_of(folder)), "its size and hash are stated all the same"
    added = CliRunner().invoke(main, ["add", "figure", str(folder)])
    assert added.exit_code == 2


def test_what_is_not_plain_csv_is_not_asked_of_frictionless(changed: Callable[[Change], Path]) -> None:
    report = returnees.validate(changed(lambda f, r: to_parquet(f, r, "sources") and None))
    told = [item.message for item in report.findings if item.code == "F502"]
    assert told == ["'sources' is Parquet, frictionless is not asked."]


@pytest.mark.parametrize("limits", [[], ["--limit", "table_bytes=100000T"]])
def test_no_room_is_made_for_what_a_packed_table_could_be(limits: list[str]) -> None:
    """An engine's limits are far out of reach, and a small table is read here all the same."""
    package = Path(__file__).parent / "packages/valid-in-other-forms"
    done = CliRunner().invoke(main, ["validate", str(package), "--engine", "duckdb", *limits])
    assert done.exit_code == 0, done.output
