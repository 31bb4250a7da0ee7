"""Our package in readers that others wrote, and what each of them takes for right or wrong otherwise than we do.

Which faults a reader overlooks, and what it reads otherwise, stands in docs/interoperability.md and is held against it.
"""

from __future__ import annotations

import json
import re
import subprocess
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import returnees
from returnees.tables.model import Table

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = Path(__file__).parent / "packages"
READERS = Path(__file__).parent / "readers"

#: Faults that the standard does not know: limits of this software, checksums, and what is said of figures and rules.
_OURS = re.compile(r"F006|F01[1-5]|F118|F[2-9]..")
#: Those that can be seen in a descriptor and its schemas, without the tables.
_OF_DESCRIPTORS = re.compile(r"F001|F002|F003|F005|F010|F139")


def in_document(reader: str, words: str) -> set[str]:
    """Return the names in code's type that stand after `words` in the reader's section of the document."""
    text = (ROOT / "docs" / "interoperability.md").read_text("utf-8")
    section = text.split(f"\n## {reader}\n")[1].split("\n## ")[0]
    found = re.search(rf"{words}: (.*?)(?:\n\n|\Z)", section, re.DOTALL)
    assert found, f"the section {reader} has no paragraph that says '{words}: '"
    return set(re.findall(r"`([^`]+)`", found[1]))


def faulty(codes: re.Pattern[str] | None = None) -> dict[str, bool]:
    """Return the packages with one thing wrong, and whether it is an error by the standard (of a kind in `codes`)."""
    result = {}
    for file in sorted(PACKAGES.glob("*/expected.json")):
        # A package may lie at an address, says the standard; nothing here fetches it, and the reader must not, either.
        if file.parent.name != "path-url":
            errors = {item["code"] for item in json.loads(file.read_text("utf-8"))["findings"]
                      if item.get("severity", "error") == "error"}  # fmt: skip
            result[file.parent.name] = any(
                not _OURS.match(code) and (codes is None or codes.match(code)) for code in errors
            )
    return result


def judged_as_documented(
    reader: str, faults: Callable[[list[str]], dict[str, list[str]]], wrong: dict[str, bool]
) -> None:
    """Hold what a reader finds in the faulty packages against the document."""
    found = faults([str(PACKAGES / name) for name in wrong])
    rejected = {name for name in wrong if found[str(PACKAGES / name)]}
    assert {name for name, error in wrong.items() if error} - rejected == in_document(reader, "Accepts")
    assert rejected - {name for name, error in wrong.items() if error} == in_document(reader, "Rejects")


def printed(*command: str | Path) -> Any:
    """Return the JSON that a program prints."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return dict(returnees.open_package(ROOT).tables)


# Readers of data packages


def test_frictionless_reads_and_validates_every_table(tables: dict[str, Table]) -> None:
    from frictionless import Package

    package = Package(str(ROOT / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.to_summary()
    assert {resource.name: len(resource.read_rows()) for resource in package.resources} == {
        name: table.frame.height for name, table in tables.items()
    }


@pytest.mark.needs("datapackage (npm)")
def test_datapackage_for_javascript_reads_and_validates_every_table(
    tables: dict[str, Table], program: Callable[[str], str]
) -> None:
    found = printed(program("datapackage (npm)"), READERS / "datapackage.mjs", ROOT)[str(ROOT)]
    assert found == {"faults": [], "rows": {name: table.frame.height for name, table in tables.items()}}


@pytest.mark.needs("datapackage (npm)")
def test_datapackage_for_javascript_overlooks_what_is_documented(program: Callable[[str], str]) -> None:
    def faults(folders: list[str]) -> dict[str, list[str]]:
        found = printed(program("datapackage (npm)"), READERS / "datapackage.mjs", *folders)
        return {folder: found[folder]["faults"] for folder in folders}

    judged_as_documented("datapackage (JavaScript)", faults, faulty())


@pytest.mark.needs("check-datapackage")
def test_check_datapackage_finds_nothing_wrong(program: Callable[[str], str]) -> None:
    script = READERS / "check_datapackage_folders.py"
    assert printed(program("check-datapackage"), script, ROOT) == {str(ROOT): []}


@pytest.mark.needs("check-datapackage")
def test_check_datapackage_overlooks_what_is_documented(program: Callable[[str], str]) -> None:
    def faults(folders: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = printed(
            program("check-datapackage"), READERS / "check_datapackage_folders.py", *folders
        )
        return found

    judged_as_documented("check-datapackage", faults, faulty(_OF_DESCRIPTORS))


def dplib_faults(folders: Iterable[str]) -> dict[str, list[str]]:
    """Return what dplib-py finds wrong in the descriptors, by the copy of the standard's profiles that it carries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dplib.helpers.profile
        from dplib import settings
        from dplib.actions.package.check import check_package
        from dplib.error import Error

    def profile_file(address: str) -> str:
        version, name = address.rsplit("/", 2)[1:]
        return (Path(settings.PROFILE_BASEDIR) / version / name).read_text("utf-8")

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        # It looks for its copies under another name than it gives them, and would go to the network.
        patch.setattr(dplib.helpers.profile, "read_file", profile_file)
        for folder in folders:
            try:
                found[folder] = [error.message for error in check_package(f"{folder}/datapackage.json")]
            except Error as error:
                found[folder] = [str(error)]
    return found


def test_dplib_models_the_descriptor_without_loss() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from dplib.models import Package

    assert dplib_faults([str(ROOT)]) == {str(ROOT): []}
    descriptor = json.loads((ROOT / "datapackage.json").read_text("utf-8"))
    for resource in descriptor["resources"]:
        # What is stated and is the standard's default is left out when it is written again.
        assert resource["dialect"].pop("delimiter") == ","
    assert Package.from_path(str(ROOT / "datapackage.json")).to_dict() == descriptor


def test_dplib_overlooks_what_is_documented() -> None:
    judged_as_documented("dplib-py", dplib_faults, faulty(_OF_DESCRIPTORS))


# Readers of CSV


def as_text(table: Table) -> pl.DataFrame:
    """Return the cells of a table as its file has them, null where there is none."""
    return table.raw.text.select(pl.when(pl.all() != "").then(pl.all()))


def differing(table: Table, read: pl.DataFrame) -> set[str]:
    """Return the fields in which what was read is not what the table says, as ``table.field``."""
    assert read.columns == table.frame.columns
    assert read.height == table.frame.height
    found = set()
    for name in read.columns:
        ours, theirs = table.frame[name], read[name]
        if theirs.dtype == pl.Null:
            same = ours.null_count() == ours.len()
        elif ours.dtype.is_numeric() and theirs.dtype.is_numeric():
            same = ours.cast(pl.Float64).equals(theirs.cast(pl.Float64))
        else:
            same = ours.dtype == theirs.dtype and ours.equals(theirs)
        if not same:
            found.add(f"{table.name}.{name}")
    return found


def pandas_read(table: Table, **options: Any) -> pl.DataFrame:
    import pandas as pd

    return pl.from_pandas(pd.read_csv(ROOT / table.file, **options))


def duckdb_read(table: Table, **options: Any) -> pl.DataFrame:
    import duckdb

    with duckdb.connect() as connection:
        return connection.read_csv(str(ROOT / table.file), **options).pl()


@pytest.mark.parametrize(
    ("reader", "read", "text"),
    [("pandas", pandas_read, {"dtype": "str"}), ("DuckDB", duckdb_read, {"all_varchar": True})],
)
def test_csv_readers_read_every_cell(
    reader: str, read: Callable[..., pl.DataFrame], text: dict[str, Any], tables: dict[str, Table]
) -> None:
    for table in tables.values():
        assert as_text(table).equals(read(table, **text)), table.name
    guessed = set().union(*(differing(table, read(table)) for table in tables.values()))
    assert guessed == in_document(reader, "Reads otherwise")
