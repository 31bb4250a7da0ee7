"""The generator of packages writes what it says, so that what is measured is worth measuring."""

from __future__ import annotations

import argparse
import hashlib
import importlib
import subprocess
import sys
from pathlib import Path

import pytest


class Kept:
    """Takes the lines of a benchmark as `Results` does, and only counts them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, what: str, measured: float, limit: float, form: str = "{:.2f}", least: bool = False) -> None:
        assert measured > 0 and limit > 0 and form.format(measured)
        self.lines.append(what)


@pytest.mark.parametrize("section", ["edits", "locating"])
def test_the_engine_is_measured(root: Path, monkeypatch: pytest.MonkeyPatch, section: str) -> None:
    """Locating is held against a plain program of each component, which must find the same weights."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    engine = importlib.import_module("engine_speed")
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
