"""Every engine finds the same: the broken packages, the shipped one, generated ones, tables of cells without number."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import corpus
import polars as pl
import pytest
from click.testing import CliRunner
from differential.cells import CELLS
from differential.package import COUNTS, ROWS, csv
from differential.package import sound as given
from engines import (
    OPENINGS,
    SOURCES,
    all_broken_edits_come_back,
    assert_the_same,
    follow_ties_of_at_most,
    held_by_the_engine,
    in_memory,
    made_up,
    on_engine,
)
from making import PACKAGES
from starting import FULL_DISK, after

import returnees
from returnees.cli import main
from returnees.engines import duckdb as embedded
from returnees.engines import streaming
from returnees.engines.extracting import extracted
from returnees.engines.seam import Engine, Lazy
from returnees.package.model import Package
from returnees.schemas.regexes import portable


@pytest.fixture(params=OPENINGS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with request.param() as opened:
        yield opened


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with embedded.opened() as opened:
        yield opened


@pytest.mark.parametrize("name", corpus.ALONE)
def test_a_broken_package_gives_the_same_findings(name: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    package = returnees.open_package(PACKAGES / name)
    ruled = {"figures"} if any(code.startswith(("F2", "F4")) for code in corpus.codes(name)) else set()
    held_by_the_engine(monkeypatch, lambda item: item.name in corpus.CHANGED.get(name, set()) | ruled)
    assert_the_same(on_engine(engine, package), in_memory(package))


def test_the_rows_of_broken_packages_give_the_same_findings(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few rows come back: what an engine overlooks would be found in those that come for something else."""
    heights: dict[str, int] = {}

    def spied(*arguments: Any) -> Any:
        tables = extracted(*arguments)
        heights.update({name: table.frame.height for name, table in tables.items()})
        return tables

    monkeypatch.setattr("returnees.engines.checking.extracted", spied)
    monkeypatch.setattr("returnees.engines.pillars.LONGEST", 0)
    follow_ties_of_at_most(0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(corpus.rows_side_by_side(tmp_path / "rows"))
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert heights["figures"] < package.tables["figures"].height / 2
    # What is wrong with the file of a descriptor or of a hash is not in the rows.
    assert {code for code in corpus.codes(*corpus.ALIKE) if code >= "F1"} <= {item.code for item in found[0]}


def test_the_tables_of_broken_packages_give_the_same_findings(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, changed = corpus.tables_side_by_side(tmp_path)
    held_by_the_engine(monkeypatch, lambda item: item.name in changed)
    package = returnees.open_package(folder)
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert corpus.codes_of_tables(*corpus.IN_TABLES) <= {item.code for item in found[0]}


def test_what_is_not_true_together_is_found_where_ties_are_not_followed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_ties_of_at_most(0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(PACKAGES / "joint-contradiction")
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert "F203" in {item.code for item in found[0]}


def test_the_shipped_package_gives_the_same_findings(
    root: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once as it is, and once as if it had more figures than are looked at here with all their ties."""
    follow_ties_of_at_most(50_000 if engine.name == "polars" else 0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(root)
    assert_the_same(on_engine(engine, package), in_memory(package))


def test_a_generated_package_gives_the_same_findings(
    root: Path, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, str(root / "benchmarks/generate.py"), str(tmp_path / "made"), "--figures", "3000"]
    subprocess.run(command, check=True, capture_output=True)
    follow_ties_of_at_most(0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(tmp_path / "made")
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert sum(counts.broken for counts in found[1].values()) > 0


def test_figures_at_random_give_the_same_findings(
    root: Path, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_ties_of_at_most(0, monkeypatch)
    all_broken_edits_come_back(monkeypatch)
    held_by_the_engine(monkeypatch, lambda item: item.name in ("figures", "readings", "sources"))
    package = returnees.open_package(made_up(root, tmp_path / "made", SOURCES, 1))
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert {"F201", "F202", "F205"} <= {item.code for item in found[0]}


def test_cells_at_random_give_the_same_findings(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near misses of every type and constraint, and more of them than are named one by one."""
    chosen = random.Random(1)
    package = given()
    names = [item["name"] for item in COUNTS["fields"]]
    texts = {name: texts for (table, name), texts in CELLS.items() if table == "counts"}
    rows = []
    for number in range(3_000):
        row = list(chosen.choice(ROWS["counts"]))
        for name in chosen.sample(sorted(texts), 5):
            row[names.index(name)] = chosen.choice(texts[name]).replace("\n", " ").replace("\r", " ")
        row[0] = str(number) if chosen.random() < 0.9 else row[0]
        rows.append(row)
    package.files["counts"] = csv("counts", rows)
    for name, content in package.files.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    (tmp_path / "datapackage.json").write_text(json.dumps(package.descriptor), encoding="utf-8")
    held_by_the_engine(monkeypatch)
    opened = returnees.open_package(tmp_path)
    found = on_engine(engine, opened)
    assert_the_same(found, in_memory(opened))
    assert any("more rows" in item.message for item in found[0])


def one_table(folder: Path, names: list[str], rows: list[tuple[object, ...]], fields: list[dict[str, Any]]) -> Package:
    """Write a package of one table and open it."""
    lines = [",".join(map(str, row)) for row in [names, *rows]]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", "utf-8")
    table = {"name": "rows", "type": "table", "path": "rows.csv", "encoding": "utf-8", "schema": {"fields": fields}}
    (folder / "datapackage.json").write_text(json.dumps({"name": "example", "resources": [table]}), "utf-8")
    return returnees.open_package(folder)


def test_of_cells_that_an_engine_doubts_none_is_overlooked(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are shown of a kind: whole numbers of 19 digits, of which 64 bits hold some."""
    rows = [(2**62 + number, "x" if number % 5 else 2**62) for number in range(1_500)]
    package = one_table(
        tmp_path, ["a", "b"], [*rows, (10**19 - 1, 10**19 - 1)], [{"name": name, "type": "integer"} for name in "ab"]
    )
    held_by_the_engine(monkeypatch)
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert {item.line for item in found[0] if item.field == "a"} == {1_502}
    assert any("201 more rows" in item.message for item in found[0])


def test_columns_of_parquet_give_the_same_findings(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind of column, in two files of a folder, with nothing in some cells, and each told against a field."""
    moments = [datetime(2017, 10, 31, 12, 30, 0, 5), None, datetime(1969, 12, 31, 23, 59, 59), datetime(2020, 2, 29)]
    frame = pl.DataFrame(
        {
            "whole": pl.Series([129, None, -1, 2**63 - 1]), "small": pl.Series([1, 2, None, 1], dtype=pl.UInt8),
            "number": [49.5, None, float("inf"), float("nan")],
            "single": pl.Series([0.5, float("nan"), 7.25, None], dtype=pl.Float32),
            "day": [date(2017, 10, 31), None, date(1, 1, 1), date(9999, 12, 31)],
            "beyond": pl.Series([2_932_897, -719_163, 0, None]).cast(pl.Int32).cast(pl.Date),
            "fine": pl.Series([-1, 1_999_999_999, 1_000, None]).cast(pl.Datetime("ns")),
            "yes": [True, None, False, True],
            "moment": moments, "zoned": pl.Series(moments).dt.replace_time_zone("Europe/Paris"),
            "code": pl.Series(["NA", None, "", "ü"], dtype=pl.Categorical), "text": ["a", "b ", None, "a"],
        }
    )  # fmt: skip
    for number in range(2):
        folder = tmp_path / f"data/part={number}"
        folder.mkdir(parents=True)
        frame[2 * number : 2 * number + 2].write_parquet(folder / "rows.parquet")
    kinds = ["integer", "integer", "number", "number", "date", "date", "datetime", "boolean", "datetime", "datetime",
             "string", "string"]  # fmt: skip
    fields = [{"name": name, "type": kind} for name, kind in zip(frame.columns, kinds, strict=True)]
    # A key of all rows that repeat it brings them back with every cell; types that do not fit bring the others.
    wrong = [{**field, "name": field["name"], "type": "year"} for field in fields]
    resources = [
        {"name": f"table-{number}", "path": "data", "format": "parquet", "type": "table",
         "schema": {"fields": [*stated, {"name": "part", "type": "integer", "constraints": {"maximum": 0}}],
                    "uniqueKeys": [["text"], ["small"]]}}
        for number, stated in enumerate((fields, wrong))
    ]  # fmt: skip
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "example", "resources": resources}), "utf-8")
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(tmp_path)
    found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert {"F120", "F134", "F137"} <= {item.code for item in found[0]}


@pytest.mark.skipif(os.name == "nt", reason="no file can be called so")
def test_signs_in_a_file_name_stand_for_themselves(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGES / "valid", tmp_path / "made")
    file = tmp_path / "made/datapackage.json"
    sources = tmp_path / "made/data/sources.csv"
    (tmp_path / "made/data/s[o]*'?.csv").write_bytes(sources.read_bytes())
    (tmp_path / "made/data/so-more'x.csv").write_bytes(sources.read_bytes())
    file.write_text(file.read_text("utf-8").replace("data/sources.csv", "data/s[o]*'?.csv"), "utf-8")
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(tmp_path / "made")
    assert_the_same(on_engine(engine, package), in_memory(package))


def run(*arguments: str, first: str = "", **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run the program with nothing held but by the engine, in a process of its own that does as `starting.py` says."""
    code = (
        "import sys; from returnees.engines import holding; holding.SMALL = 0; import returnees.cli; "
        "returnees.cli.main(sys.argv[1:], prog_name='returnees')"
    )
    command = after(first, [sys.executable, "-c", code, *arguments])
    return subprocess.run(command, capture_output=True, text=True, check=False, **settings)


def test_the_report_is_that_of_polars_and_nothing_is_left_behind(tmp_path: Path) -> None:
    """Nothing stays in the folder for temporary files, nor in the one that the program is started in."""
    package, here, temporary = str(PACKAGES / "valid-in-other-forms"), tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    told = [run("validate", package, "--engine", name, cwd=here, env=environment) for name in ("polars", "duckdb")]
    assert {done.returncode for done in told} == {0}
    assert len({done.stdout for done in told}) == 1
    assert [*here.iterdir(), *temporary.iterdir()] == []


def test_steps_are_told_on_standard_error_when_asked_for() -> None:
    done = run("--verbose", "validate", str(PACKAGES / "figures-break-a-rule"), "--engine", "duckdb")
    assert done.returncode == 1 and "laying the rules over" in done.stderr and "laying" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--engine", "ducdb"], "there is no engine 'ducdb'; did you mean 'duckdb'? (there are polars, duckdb, spark)"),
        (["--engine", "duckdb", "--since", "HEAD"], "--since is not for --engine duckdb"),
    ],
)
def test_what_an_engine_cannot_is_said(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(main, ["validate", str(PACKAGES / "valid"), *arguments])
    assert done.exit_code == 2 and words in done.output


def test_known_issues_are_proposed_from_what_an_engine_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables are not read into memory for it, but for the one that has the ids which are taken."""
    held_by_the_engine(monkeypatch)
    command = ["validate", str(PACKAGES / "known-issue-stale"), "--propose-known-issues"]
    usual = CliRunner().invoke(main, command)
    monkeypatch.setattr("returnees.tables.reading.read_tables", None)
    done = CliRunner().invoke(main, [*command, "--engine", "duckdb"])
    assert (done.exit_code, done.output) == (usual.exit_code, usual.output)
    assert "issue_id,rule_id" in done.output


def test_an_engine_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnees.engines.choosing.find_spec", lambda _: None)
    done = CliRunner().invoke(main, ["validate", str(PACKAGES / "valid"), "--engine", "duckdb"])
    assert done.exit_code == 2 and "pip install 'returnees[duckdb]'" in done.output and "Traceback" not in done.output


@pytest.mark.skipif(os.name == "nt", reason="the system has no such limit")
def test_a_disk_that_is_full_is_one_sentence(tmp_path: Path) -> None:
    """As full as a disk is on which no file can grow beyond some kilobytes."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = run("validate", str(PACKAGES / "valid"), "--engine", "duckdb", first=FULL_DISK, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("returnees: DuckDB cannot go on: ") and len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_no_place_for_temporary_files_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    done = CliRunner().invoke(main, ["validate", str(PACKAGES / "valid"), "--engine", "duckdb"])
    assert done.exit_code == 2 and "there is no place for DuckDB's temporary files" in done.output


def test_tables_larger_than_the_memory_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    package = PACKAGES / "figures-break-a-rule"
    usual = returnees.validate(package, conformance=False)
    held_by_the_engine(monkeypatch)
    monkeypatch.setattr("returnees.engines.choosing.memory", lambda: 1_000.0)
    keep, kept = streaming.Streaming.keep, []

    def counting(self: streaming.Streaming, frame: Lazy) -> Lazy:
        kept.append(frame)
        return keep(self, frame)

    monkeypatch.setattr(streaming.Streaming, "keep", counting)
    streamed = returnees.validate(package, conformance=False)
    assert kept and streamed == usual


def test_the_default_engine_loads_none_of_the_others() -> None:
    code = (
        "import sys, returnees; returnees.validate(sys.argv[1], conformance=False); "
        "loaded = {'duckdb', 'pyspark', 'narwhals.sql', 'returnees.engines.checking'} & sys.modules.keys(); "
        "sys.exit(str(sorted(loaded)) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(PACKAGES / "bounds")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


#: Patterns that mean the same everywhere, and those that are left to Polars.
PORTABLE = [
    r"[a-z0-9]+(-[a-z0-9]+)*", r"\d{2,3}", r"\w+", r"[\w-]*", r"\S+", r"[^\s@]+", "a.c", "^a$|b", r"é+|\.", "x{2}",
]  # fmt: skip
LEFT = ["(?i)a", r"a\b", "[[:alpha:]]+", "[a-z&&[^b]]", "a{2000}", "(?P<n>a)", r"\p{Greek}", "[]a]", r"\x41"]
TEXTS = [
    "a", "abc", "a\nc", "ab\n", "12", "123", "٣٤", "été", "é", "_", "x-y", " ", "\u2028", "\u00a0", "a@b", ".", "xx",
    "b",
]  # fmt: skip


def test_a_portable_pattern_matches_what_it_matches_in_polars() -> None:
    import duckdb

    for pattern in PORTABLE:
        ported = portable(pattern)
        ours = pl.Series(TEXTS).str.contains(f"^(?:{pattern})$").to_list()
        theirs = [duckdb.execute("SELECT regexp_matches(?, ?)", [text, ported]).fetchone()[0] for text in TEXTS]  # type: ignore[index]
        assert theirs == ours, pattern
    assert [portable(pattern) for pattern in LEFT] == [None] * len(LEFT)


def test_a_pattern_that_is_not_portable_is_said_not_to_be_checked(
    tmp_path: Path, duckdb: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGES / "pattern", tmp_path / "made")
    file = tmp_path / "made/datapackage.json"
    descriptor = json.loads(file.read_text("utf-8"))
    fields = [field for item in descriptor["resources"] for field in item["schema"]["fields"]]
    for field in fields:
        if "pattern" in field.get("constraints", {}):
            field["constraints"]["pattern"] = f"(?i){field['constraints']['pattern']}"
    file.write_text(json.dumps(descriptor), "utf-8")
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(tmp_path / "made")
    findings = on_engine(duckdb, package)[0]
    assert any("the engine 'duckdb' reads it otherwise" in item.message for item in findings if item.code == "F122")
    with streaming.opened() as polars:
        assert_the_same(on_engine(polars, package), in_memory(package))
