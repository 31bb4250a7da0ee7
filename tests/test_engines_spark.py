"""Spark finds what Polars finds, keeps its rows to itself, and leaves nothing behind; see test_engines.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyspark
import pytest
import test_engines as of_all
from effort import times
from engines import (
    BRIEF,
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
from test_engine_parity import codes_of_the_same

import returnees
from returnees.engines import spark as sparks
from returnees.engines import sparkserver
from returnees.engines.seam import Lazy
from returnees.errors import EngineError

pytestmark = [
    pytest.mark.needs("java 17"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

#: Whether more is tried than usual: a check on Spark takes ten seconds for what takes others one.
MORE = times(1) > 1
#: How many small packages side by side Spark is held to memory by, which is slow with small tables.
SOURCES = 2_000
#: What makes short work of small tables; what is found is the same.
QUICK = """
spark.sql.codegen.wholeStage     false
spark.sql.codegen.factoryMode    NO_CODEGEN
spark.sql.adaptive.enabled       false
spark.buffer.pageSize            2m
"""
#: Has Spark write down what it does, with every plan.
LOGGED = """
spark.eventLog.enabled           true
spark.eventLog.compress          false
spark.eventLog.rolling.enabled   false
spark.eventLog.dir               {}
"""
#: What no plan may have: rows that Python sees one by one, and joins of every row with every row.
FORBIDDEN = re.compile(r"Python|Pandas|InArrow|CartesianProduct|BroadcastNestedLoopJoin")


@pytest.fixture(scope="module", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every Spark of this file be quick about small tables."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "spark-defaults.conf").write_text(QUICK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("JAVA_TOOL_OPTIONS", BRIEF)
        yield


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server that the tests of this file share writes what it does."""
    return tmp_path_factory.mktemp("events")


@pytest.fixture(scope="module")
def address(quick: None, events: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of that server."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "spark-defaults.conf").write_text(QUICK + LOGGED.format(events.as_uri()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        with sparkserver.server("local[2]") as started:
            yield started


@pytest.fixture(scope="module")
def spark(address: str) -> Iterator[sparks.Spark]:
    with sparks.opened(None, address) as opened:
        yield opened


@pytest.fixture
def engine(spark: sparks.Spark) -> sparks.Spark:
    """The engine that the tests of all engines are run with here."""
    return spark


test_cells_at_random_give_the_same_findings = of_all.test_cells_at_random_give_the_same_findings
test_the_rows_of_broken_packages_give_the_same_findings = of_all.test_the_rows_of_broken_packages_give_the_same_findings
test_the_tables_of_broken_packages_give_the_same_findings = (
    of_all.test_the_tables_of_broken_packages_give_the_same_findings
)
if MORE:
    test_a_broken_package_gives_the_same_findings = of_all.test_a_broken_package_gives_the_same_findings
    test_the_shipped_package_gives_the_same_findings = of_all.test_the_shipped_package_gives_the_same_findings
    test_a_generated_package_gives_the_same_findings = of_all.test_a_generated_package_gives_the_same_findings
    test_columns_of_parquet_give_the_same_findings = of_all.test_columns_of_parquet_give_the_same_findings
    test_signs_in_a_file_name_stand_for_themselves = of_all.test_signs_in_a_file_name_stand_for_themselves

    @pytest.mark.parametrize("seed", range(times(1)))
    def test_a_package_at_random_gives_the_same_findings(
        seed: int, spark: sparks.Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        codes_of_the_same(spark, range(seed, seed + 1), tmp_path, monkeypatch)


def planned(events: Path) -> list[str]:
    """Return the plans of all that a server has done so far, from its log."""
    (file,) = events.iterdir()
    started = (json.loads(line) for line in file.read_text("utf-8").splitlines() if "SQLExecutionStart" in line)
    return [event["physicalPlanDescription"] for event in started]


def test_figures_at_random_give_the_same_findings_and_stay_where_they_are(
    root: Path, tmp_path: Path, spark: sparks.Spark, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plan has rows that Python sees one by one or joins every row with every row, and few rows come back."""
    heights = []
    fetch = sparks.Spark.fetch

    def fetched(self: sparks.Spark, frame: Lazy) -> pl.DataFrame:
        found = fetch(self, frame)
        heights.append(found.height)
        return found

    monkeypatch.setattr(sparks.Spark, "fetch", fetched)
    follow_ties_of_at_most(0, monkeypatch)
    all_broken_edits_come_back(monkeypatch)
    held_by_the_engine(monkeypatch, lambda item: item.name in ("figures", "readings", "sources"))
    package = returnees.open_package(made_up(root, tmp_path / "made", SOURCES, 7))
    before = len(planned(events))
    found = on_engine(spark, package)
    assert_the_same(found, in_memory(package))
    assert {"F201", "F205"} <= {item.code for item in found[0]}
    assert max(heights) < package.tables["figures"].height / 2
    plans = planned(events)[before:]
    assert len(plans) > 50 and any("HashAggregate" in plan for plan in plans), "the plans are those of Spark"
    assert [plan for plan in plans if FORBIDDEN.search(plan)] == []


def test_a_cell_that_is_too_long_for_java_is_matched_elsewhere(
    tmp_path: Path, spark: sparks.Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Java calls itself for each part of such a pattern; without room for that Spark would end."""
    long = "ab" * 50_000
    rows = [(f"{long}c", long), (long, f"{long}="), ("ab", "YQ=="), ("c", "=")]
    fields = [
        {"name": "a", "type": "string", "constraints": {"pattern": "(a|b)*"}},
        {"name": "b", "type": "string", "format": "binary"},
    ]
    package = of_all.one_table(tmp_path, ["a", "b"], rows, fields)
    held_by_the_engine(monkeypatch)
    found = on_engine(spark, package)
    assert_the_same(found, in_memory(package))
    assert {(item.field, item.line) for item in found[0] if item.field} == {("a", 2), ("b", 3), ("a", 5), ("b", 5)}


def test_lines_of_very_many_cells_are_sound(spark: sparks.Spark) -> None:
    """Java would call itself for each cell, if it were to go back over them."""
    package = returnees.open_package(PACKAGES / "too-many-columns")
    wide = max(package.resources, key=lambda item: len(item.files[0].file.read_bytes()))
    shape = spark.shape(wide, wide.files[0])
    assert shape is not None and len(shape.names) > 2_000


def test_a_file_that_spark_leaves_out_is_named(
    tmp_path: Path, spark: sparks.Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    pl.DataFrame({"a": ["x"]}).write_parquet(tmp_path / "_rows.parquet")
    rows = {"name": "rows", "path": "_rows.parquet", "format": "parquet", "schema": {"fields": [{"name": "a"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "example", "resources": [rows]}), "utf-8")
    held_by_the_engine(monkeypatch)
    with pytest.raises(EngineError, match=r"leaves out files .* as _rows.parquet does; rename it"):
        on_engine(spark, returnees.open_package(tmp_path))


def test_a_server_that_runs_gives_the_report_of_polars(address: str, tmp_path: Path) -> None:
    package, here = str(PACKAGES / "valid-in-other-forms"), tmp_path / "here"
    here.mkdir()
    ours = run("validate", package, "--engine", "spark", "--spark-remote", address, tables="figures sources", cwd=here)
    theirs = run("validate", package, cwd=here)
    assert (ours.returncode, ours.stdout, ours.stderr) == (0, theirs.stdout, "")
    assert list(here.iterdir()) == []


#: Runs the program with the tables handed over that are named first, or all, however small.
PROGRAM = """
import sys
from returnees.engines import holding
named = sys.argv.pop(1).split()
holding.is_small = lambda resource, size: bool(named) and resource.name not in named
import returnees.cli
returnees.cli.main(sys.argv[1:], prog_name='returnees')
"""
PYTHON = [sys.executable, "-c", PROGRAM]


def run(*arguments: str, tables: str = "", first: str = "", **settings: Any) -> subprocess.CompletedProcess[str]:
    command = after(first, [*PYTHON, tables, *arguments])
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **settings)


def processes() -> dict[int, tuple[int, str]]:
    """Return the processes of this machine: of each its parent and its command."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    return {
        int(own): (int(parent), said) for own, parent, said in (line.split(None, 2) for line in listed.splitlines())
    }


def started_by(program: int, what: str) -> list[int]:
    """Return the processes of `what` that a program has started, or one that it has started, and so on."""
    known = processes()
    found = [own for own, (_, said) in known.items() if what in said]

    def above(own: int) -> Iterator[int]:
        while own in known:
            own = known[own][0]
            yield own

    return [own for own in found if program in above(own)]


def begun(folder: Path, package: str, step: str, *options: str) -> subprocess.Popen[str]:
    """Start a check on Spark and return when it has come to a step."""
    process = subprocess.Popen(
        [*PYTHON, "figures", "--verbose", "validate", str(PACKAGES / package), "--engine", "spark", *options],
        text=True, env={**os.environ, "TMPDIR": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert any(step in line for line in process.stderr), "it came to that step"
    return process


def test_a_worker_that_is_lost_is_one_sentence(tmp_path: Path) -> None:
    """With a process of its own for a worker, which is killed when it has kept something."""
    process = begun(tmp_path, "joint-contradiction", "checking", "--spark-master", "local-cluster[1,1,1024]")
    try:
        for worker in started_by(process.pid, "CoarseGrainedExecutorBackend"):
            os.kill(worker, signal.SIGKILL)
        _, errors = process.communicate(timeout=200)
    finally:
        process.kill()
        # A cluster of this kind, which is for tests, has its workers write where Spark is installed.
        shutil.rmtree(Path(pyspark.__file__).parent / "work", ignore_errors=True)
    assert process.returncode == 2
    assert "Spark cannot go on: a worker was lost" in errors and "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, *([signal.SIGKILL, signal.SIGINT] if MORE else [])])
def test_what_is_stopped_leaves_nothing_behind(sent: signal.Signals, tmp_path: Path) -> None:
    process = begun(tmp_path, "valid", "reading")
    started = started_by(process.pid, "SparkConnectServer")
    assert started
    process.send_signal(sent)
    _, errors = process.communicate(timeout=100)
    assert process.returncode != 0 and "Traceback" not in errors
    until = time.monotonic() + 60
    while (left := set(started) & set(processes())) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left
    # Nobody can remove anything after a signal that cannot be caught.
    assert sent == signal.SIGKILL or list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="the system has no such limit")
def test_a_disk_that_is_full_is_one_sentence(root: Path, tmp_path: Path) -> None:
    """As full as a disk is on which no file can grow beyond some kilobytes."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = run("validate", str(root), "--engine", "spark", tables="figures", first=FULL_DISK, env=environment)
    assert (done.returncode, done.stderr) == (2, "returnees: Spark cannot go on: File too large\n")
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = run("validate", str(PACKAGES / "valid"), "--engine", "spark", "--spark-master", "nonsense", env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("returnees: Spark does not start: ") and "Master must" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and list(tmp_path.iterdir()) == []
