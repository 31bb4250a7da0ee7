"""What ``returnees add`` writes: all files or none, and over nobody else's rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from adding import add_figure
from click.testing import CliRunner
from making import files_of

import returnees
from returnees.cli import main

pytestmark = pytest.mark.usefixtures("checked_once")


@pytest.fixture
def package(started: Path, tmp_path: Path) -> Path:
    return shutil.copytree(started, tmp_path / "package")


def faults(package: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Iterable[Callable[[], None]]:
    """Yield what makes the first, second, third ... file that is put in place fail."""
    put = Path.replace
    for number in range(3):
        count = iter(range(100))

        def failing(self: Path, target: Path, number: int = number, count: Iterable[int] = count) -> Path:
            if next(iter(count)) == number:
                raise error
            return put(self, target)

        yield lambda failing=failing: monkeypatch.setattr(Path, "replace", failing)  # type: ignore[misc]


@pytest.mark.parametrize("error", [OSError(30, "Read-only file system"), KeyboardInterrupt()], ids=["disk", "ctrl-c"])
def test_a_file_that_cannot_be_put_in_place_leaves_all_as_they_were(
    package: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before = files_of(package)
    for arrange in faults(package, monkeypatch, error):
        arrange()
        result = add_figure(package)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert files_of(package) == before


def test_rows_that_came_in_meanwhile_are_not_lost(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from returnees.adding import plan

    brought = plan.Plan.brought

    def meanwhile(self: plan.Plan, *arguments: object) -> object:
        with (package / "data" / "readings.csv").open("a", encoding="utf-8") as stream:
            stream.write("ministry-2025-xaa-quit,institute-2025,60,exact,60,,,,\n")
        return brought(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(plan.Plan, "brought", meanwhile)
    result = add_figure(package)
    assert result.exit_code == 2
    assert "was changed by someone else in the meantime; no file was written" in result.stderr
    assert "institute-2025,60,exact" in (package / "data" / "readings.csv").read_text("utf-8")
    assert "quit-women" not in (package / "data" / "figures.csv").read_text("utf-8")


def test_a_kill_between_two_files_is_seen_by_the_next_validation(package: Path) -> None:
    """The worst a kill can leave: one table is new, the others and the descriptor are old."""
    new = shutil.copytree(package, package.with_name("new"))
    assert add_figure(new).exit_code == 0
    shutil.copy(new / "data" / "figures.csv", package / "data" / "figures.csv")
    found = {item.code for item in returnees.validate(package, conformance=False).findings}
    assert {"F007", "F008", "F307"} <= found
    assert "data" in CliRunner().invoke(main, ["tidy", str(package), "--check"]).stdout
