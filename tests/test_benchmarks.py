"""The generator of packages writes what it says, so that what is measured is worth measuring."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class Kept:
    """Takes the lines of a benchmark as `Results` does, and only counts them."""

    def __init__(self) -> None:
        self.lines: dict[str, float] = {}
        self.told: dict[str, str] = {}

    def add(self, what: str, measured: float, limit: float, form: str = "{:.2f}", least: bool = False) -> None:
        assert measured > 0 and limit > 0 and form.format(measured)
        self.lines[what] = measured

    def tell(self, what: str, measured: str) -> None:
        self.told[what] = measured


@pytest.fixture
def benchmark(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a module of the benchmarks by its name."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    return importlib.import_module


@pytest.mark.parametrize("section", ["edits", "locating"])
def test_the_engine_is_measured(benchmark: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, section: str) -> None:
    """Locating is held against a plain program of each component, which must find the same weights."""
    engine = benchmark("engine_speed")
    monkeypatch.setattr(engine, "COMPONENTS", 40)
    monkeypatch.setattr(engine, "FIGURES", (500, 500))
    results = Kept()
    getattr(engine, section)(results, argparse.Namespace(million=False))
    assert len(results.lines) >= 2


def generated(root: Path, folder: Path, figures: int) -> Path:
    """Write a generated package to `folder`."""
    command = [sys.executable, str(root / "benchmarks/generate.py"), str(folder), "--figures", str(figures)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Return the hash of every file."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_same_seed_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    first, second = (generated(root, tmp_path / name, 300) for name in ("first", "second"))
    assert digests(first) == digests(second)


@pytest.mark.parametrize("figures", [100, 1237])
def test_a_generated_package_follows_the_profile(root: Path, tmp_path: Path, figures: int) -> None:
    import returnees
    from returnees.checking import table_findings

    package = returnees.open_package(generated(root, tmp_path / "package", figures))
    assert package.table("figures").height == package.table("readings").height == figures
    assert list(package.findings) == []
    assert table_findings(package.tables) == []


def test_pieces_are_one_package(
    benchmark: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few sources are made at once, the tables are whole, and in their order."""
    import returnees
    from returnees.checking import table_findings

    made = benchmark("generate")
    monkeypatch.setattr(made, "PIECE", 2 * made.SOURCES_OF_A_PUBLISHER)
    package = returnees.open_package(made.generate(tmp_path, 200))
    assert package.table("figures").height == package.table("readings").height == 200
    assert list(package.findings) == []
    assert table_findings(package.tables) == []
    for name, key in {"figures": "figure_id", "sources": "source_id", "publishers": "publisher_id"}.items():
        assert package.table(name)[key].is_sorted()


@pytest.mark.skipif(sys.platform != "linux", reason="what is left running can be waited for on Linux only")
def test_all_that_a_command_starts_is_counted(root: Path) -> None:
    """Also what it does not wait for itself, as Python does not wait for Spark's virtual machine."""
    child = """
import os, time
from pathlib import Path
held, file, end = bytearray(100_000_000), Path(os.environ["TMPDIR"], "file"), time.monotonic() + 0.6
file.write_bytes(bytes(3_000_000))
while time.monotonic() < end or time.process_time() < 0.5:
    pass
file.unlink()
"""
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]); sys.exit(1)"
    watch = [sys.executable, "-I", str(root / "benchmarks/watch.py"), sys.executable, "-c", parent]
    found = json.loads(subprocess.run(watch, check=True, capture_output=True).stdout)
    assert found["code"] == 1 and found["left"] == 0
    assert found["processor"] >= 0.5
    assert found["together"] >= found["memory"] >= 100_000_000
    assert found["disk"] >= 3_000_000


def test_growth_is_that_of_ten_times_as_many_figures(
    benchmark: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What starting takes is taken off, and every way to validate is told of."""
    growth, run, costs = benchmark("on_engines"), benchmark("measuring").Run, benchmark("costs")

    def ways(_: Path, size: int) -> Any:
        for name in growth.WAYS:
            took = run(1.0, 50.0, 1, 3.0 + size**1.05 / 1000, 60.0, 70.0)
            yield name, growth.Measured(took, costs.Spent(took.processor, dict.fromkeys(costs.STEPS, size / 1000)))

    monkeypatch.setattr(growth, "ways", ways)
    for name, sizes in {"FEWEST": 1, "USUAL": (200,), "MILLION": (2_000,)}.items():
        monkeypatch.setattr(growth, name, sizes)
    results = Kept()
    growth.engines(results, argparse.Namespace(million=True, ten_million=False, hundred_million_terms=False))
    exponents = [value for what, value in results.lines.items() if what.startswith("growth")]
    assert exponents == [pytest.approx(1.05, abs=0.005)] * 2
    assert all(any(what.startswith(f"{name}, 2,000 figures") for what in results.told) for name in growth.WAYS)


def test_spark_is_held_against_the_size_before(
    benchmark: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute does not grow, and ten seconds of both cores do."""
    spark, run, work = benchmark("on_spark"), benchmark("measuring").Run, benchmark("event_log").Work
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    def measured(times: int) -> Any:
        took = work(running=20.0 * times, read=1_000_000 * times, shuffled=1_000_000 * times)
        return spark.Measured(100 * times, 200.0 * times, run(60.0 + 10 * times, 1, 0, 1, 1, 1), took)

    results = Kept()
    spark.foretold(results, measured(1), measured(10))
    assert sorted(results.told.values()) == ["1.00", "1.00", "1.00", "10"]


_FAULTS = {
    "nothing": ("figures", {}),
    "no source": ("figures", {"source_id": ""}),
    "a figure twice": ("figures", {"figure_id": "publisher-0000000-report-1-remaining-all"}),
    "a name that is none": ("figures", {"figure_id": "No Name"}),
    "a qualifier that is none": ("readings", {"qualifier": "roughly"}),
    "less than nothing": ("readings", {"value": "-1"}),
    "a reading twice": (
        "readings",
        {
            "figure_id": "publisher-0000000-report-1-remaining-all",
            "document_id": "publisher-0000000-report-1",
            "as_printed": "about 150 people",
        },
    ),
}


@pytest.mark.parametrize("peer", ["pandera", "pointblank-polars", "pointblank-duckdb"])
def test_a_peer_checks_what_it_is_measured_by(benchmark: Callable[[str], Any], tmp_path: Path, peer: str) -> None:
    import polars as pl

    package = benchmark("generate").generate(tmp_path, 60)
    checks = benchmark("peer_checks")
    for fault, (name, cells) in _FAULTS.items():
        file = package / "data" / f"{name}.csv"
        sound = file.read_bytes()
        rows = pl.read_csv(file, infer_schema=False)
        last = pl.int_range(pl.len()) == pl.len() - 1
        rows.with_columns(
            pl.when(last).then(pl.lit(cell or None)).otherwise(pl.col(field)).alias(field)
            for field, cell in cells.items()
        ).write_csv(file)
        well = checks.PEERS[peer]([checks.table(package, each) for each in checks.TABLES])
        assert well == (fault == "nothing"), fault
        file.write_bytes(sound)
