"""The pytest plugin: a test file of three lines, every finding a failing test, passing checks visible."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import returnees
from returnees.package.opening import open_package
from returnees.starting import start
from returnees.tidying import tidying

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True, scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load what a validation needs before a pytest within this one does: it would unload it again each time.

    Pandas, which plugins of other libraries bring, could not be loaded again.
    """
    import_module("pandas")
    folder = tmp_path_factory.mktemp("first")
    start(folder, name="example")
    returnees.validate(folder, conformance=False)


@pytest.fixture
def fresh(pytester: pytest.Pytester) -> Path:
    """A fresh package, with the test file that comes with it, where pytest is run."""
    start(pytester.path / "package", name="example")
    return pytester.path / "package"


@pytest.fixture
def package(fresh: Path) -> Path:
    """The same without frictionless, which takes the most time and finds nothing more here."""
    change(fresh / "tests" / "test_package.py", "(__file__)", "(__file__, conformance=False)")
    return fresh


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8", newline="")


def test_the_test_file_has_three_lines(fresh: Path) -> None:
    lines = (fresh / "tests" / "test_package.py").read_text("utf-8").splitlines()
    assert len([line for line in lines if line]) <= 3


def test_a_sound_package_passes_and_every_table_and_rule_is_seen(pytester: pytest.Pytester, fresh: Path) -> None:
    result = pytester.runpytest_inprocess("-v", fresh)
    result.stdout.fnmatch_lines_random([
        "*test_package::datapackage.json PASSED*",
        "*test_package::table figures: 11 rows PASSED*",
        "*test_package::rule finished-quit-within-started: 2 edits, none broken PASSED*",
    ])  # fmt: skip
    result.assert_outcomes(passed=15)


def test_each_error_is_a_failing_test_with_a_readable_name(pytester: pytest.Pytester, package: Path) -> None:
    change(package / "data" / "figures.csv", "range,,150,170", "range,,170,150")
    change(package / "data" / "readings.csv", "range,,150,170", "range,,170,150")
    result = pytester.runpytest_inprocess("-v", package)
    result.stdout.fnmatch_lines_random([
        "*test_package::F302[[]data/figures.csv:5 low institute-2025-xab-started] FAILED*",
        "*test_package::table sources: 2 rows PASSED*",
        "error F302 A range that runs backwards",
        "The range runs from 170 to 150.",
        "at data/figures.csv:5, field low, key institute-2025-xab-started",
        "Mend: Check the reading and exchange or correct the two.",
    ])  # fmt: skip
    assert "table figures" not in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    # The two files, each by itself, and their hashes, which the change made untrue.
    result.assert_outcomes(failed=4, passed=13)
    assert result.ret == 1


def test_a_finding_is_chosen_by_its_name(pytester: pytest.Pytester, package: Path) -> None:
    change(package / "data" / "figures.csv", "range,,150,170", "range,,170,150")
    result = pytester.runpytest_inprocess(package, "-k", "F302 and figures")
    result.assert_outcomes(failed=1, deselected=15)


@pytest.fixture
def warned(package: Path) -> Path:
    """A package with one warning."""
    change(package / "data" / "readings.csv", "exact,159", "exact,158")
    tidying(open_package(package)).write()
    return package


def test_a_warning_passes_and_is_told(pytester: pytest.Pytester, warned: Path) -> None:
    result = pytester.runpytest_inprocess("-v", warned)
    result.stdout.fnmatch_lines(["*F308[[]data/readings.csv:*] PASSED*", "*Printed here: 158; the figure says 159.*"])
    result.assert_outcomes(passed=15, warnings=1)


@pytest.mark.parametrize("how", ["option", "setting", "argument"])
def test_what_fails_can_be_said_in_three_ways(pytester: pytest.Pytester, warned: Path, how: str) -> None:
    arguments = ["--returnees-fail-on", "warning"] if how == "option" else []
    if how == "setting":
        (warned / "pytest.ini").write_text("[pytest]\nreturnees_fail_on = warning\n")
    if how == "argument":
        change(warned / "tests" / "test_package.py", "(__file__", '(__file__, fail_on="warning"')
    result = pytester.runpytest_inprocess(*arguments, "--rootdir", warned, warned)
    result.assert_outcomes(failed=1, passed=14)


def test_a_setting_that_is_no_severity_is_said(pytester: pytest.Pytester, package: Path) -> None:
    (package / "pytest.ini").write_text("[pytest]\nreturnees_fail_on = fatal\n")
    result = pytester.runpytest_inprocess("--rootdir", package, package)
    result.stdout.fnmatch_lines(["*returnees_fail_on is 'fatal'; it can be error, warning, info*"])
    assert result.ret == 2


def test_no_package_is_one_sentence(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("from returnees.testing import package_tests\ntest_package = package_tests(__file__)\n")
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(["*returnees: * is not a data package: *"])
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 2


def test_names_obey_no_terminal(pytester: pytest.Pytester, package: Path) -> None:
    with (package / "data" / "areas.csv").open("a", encoding="utf-8") as stream:
        stream.write("X\x1b[2J::\u202eX,name,country,\n")
    result = pytester.runpytest_inprocess("-v", package)
    text = result.stdout.str()
    assert "\x1b[2J" not in text and "\u202e" not in text
    assert "X\\x1b[2J: :\\u202eX" in text


def test_each_run_collects_the_same_tests_as_runs_side_by_side_need(pytester: pytest.Pytester, package: Path) -> None:
    change(package / "data" / "figures.csv", "range,,150,170", "range,,170,150")
    first, second = (pytester.runpytest_inprocess("--collect-only", "-q", package).outlines[:-1] for _ in range(2))
    assert first == second
    assert len([line for line in first if "::test_package::" in line]) == 16
