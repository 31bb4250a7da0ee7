"""Spark finds what Polars finds, keeps its rows to itself, and leaves nothing behind; see test_engines.py."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from engines import assert_the_same, held_by_the_engine, in_memory, made_up, on_engine

import returnees
from returnees.cli import main
from returnees.engines import spark as sparks
from returnees.engines import sparkserver, sparksession
from returnees.engines.seam import Lazy

needs_java = pytest.mark.needs("java 17")
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

PACKAGES = Path(__file__).parent / "packages"
#: Broken packages in which an engine has most to do; with more effort all are tried.
CHOSEN = ("joint-contradiction", "known-issue", "primary-key-twice")
#: What makes short work of small tables; what is found is the same.
QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
#: What no plan may have: rows that Python sees one by one, and joins of every row with every row.
FORBIDDEN = re.compile(r"Python|Pandas|InArrow|CartesianProduct|BroadcastNestedLoopJoin")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server that the tests of this file share."""
    with sparkserver.server("local[2]") as started:
        yield started


@pytest.fixture(scope="module")
def spark(address: str) -> Iterator[sparks.Spark]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICK.items():
            patch.setitem(sparksession.SETTINGS, name, value)
        with sparks.opened(None, address) as opened:
            yield opened


def changed_tables(name: str) -> set[str]:
    """Return the tables of a broken package whose files are not those of the sound one, and figures."""
    own, sound = PACKAGES / name / "data", PACKAGES / "valid/data"
    files = [file for file in own.iterdir() if file.is_file()]
    unlike = [f for f in files if not (sound / f.name).is_file() or (sound / f.name).read_bytes() != f.read_bytes()]
    return {"figures", *(file.stem for file in unlike)}


@needs_java
@pytest.mark.parametrize("name", CHOSEN)
def test_a_broken_package_gives_the_same_findings(
    name: str, spark: sparks.Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = returnees.open_package(PACKAGES / name)
    chosen = changed_tables(name)
    held_by_the_engine(monkeypatch, lambda item: item.name in chosen)
    assert_the_same(on_engine(spark, package), in_memory(package))


@needs_java
def test_figures_at_random_give_the_same_findings_and_stay_where_they_are(
    root: Path, tmp_path: Path, spark: sparks.Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plan has rows that Python sees one by one or joins every row with every row, and few rows come back."""
    plans, heights = [], []
    keep, numbered, fetch = sparks.Spark.keep, sparks.Spark.numbered, sparks.Spark.fetch

    def planned(frame: Lazy) -> Lazy:
        plans.append(frame.to_native()._explain_string(mode="simple"))
        return frame

    def fetched(self: sparks.Spark, frame: Lazy) -> pl.DataFrame:
        found = fetch(self, planned(frame))
        heights.append(found.height)
        return found

    monkeypatch.setattr(sparks.Spark, "keep", lambda self, frame: keep(self, planned(frame)))
    monkeypatch.setattr(sparks.Spark, "numbered", lambda self, frame, name: numbered(self, planned(frame), name))
    monkeypatch.setattr(sparks.Spark, "fetch", fetched)
    monkeypatch.setattr("returnees.contradictions.MOST_FOLLOWED", 0)
    monkeypatch.setattr("returnees.engines.judging.MOST_FOLLOWED", 0)
    held_by_the_engine(monkeypatch, lambda item: item.name in ("figures", "readings", "sources"))
    package = returnees.open_package(made_up(root, tmp_path / "made", 60, 7))
    found = on_engine(spark, package)
    assert_the_same(found, in_memory(package))
    assert {"F201", "F205"} <= {item.code for item in found[0]}
    assert len(plans) > 50 and any("HashAggregate" in plan for plan in plans), "the plans are those of Spark"
    assert [plan for plan in plans if FORBIDDEN.search(plan)] == []


@needs_java
def test_a_server_that_runs_gives_the_report_of_polars(address: str, tmp_path: Path) -> None:
    """Tables in other forms: compressed, in several files, in folders, as Parquet."""
    package, here = str(PACKAGES / "valid-in-other-forms"), tmp_path / "here"
    here.mkdir()
    ours = run("validate", package, "--engine", "spark", "--spark-remote", address, cwd=here)
    theirs = run("validate", package, cwd=here)
    assert (ours.returncode, ours.stdout, ours.stderr) == (0, theirs.stdout, "")
    assert list(here.iterdir()) == []


#: Runs the program with every table handed over, however small.
PROGRAM = """
import sys
from returnees.engines import holding
holding.SMALL = 0
import returnees.cli
returnees.cli.main(sys.argv[1:], prog_name='returnees')
"""


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **settings)  # type: ignore[call-overload, no-any-return]


