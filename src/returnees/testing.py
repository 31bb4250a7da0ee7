"""A pytest plugin: a package's checks as tests, so that each finding is a failing test with a readable name.

A test file of three lines is enough; the package is the one in whose folder the file stands::

    from returnees.testing import package_tests

    test_package = package_tests(__file__)
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from returnees.findings import Finding
    from returnees.outcome import Report

_SEVERITIES = ("error", "warning", "info")
_OPTION = "returnees_fail_on"
_DESCRIPTOR = "datapackage.json"
#: How long the name of a test may be; the whole finding is in its message.
LONGEST_NAME = 160


class FindingWarning(UserWarning):
    """A finding that does not fail its test, in pytest's summary of warnings."""


@dataclass(frozen=True)
class PackageTests:
    """What a test file says of the package to test; the plugin turns it into tests."""

    folder: Path
    fail_on: str | None
    conformance: bool


def package_tests(place: str | Path, *, fail_on: str | None = None, conformance: bool = True) -> PackageTests:
    """Return the tests of the package at `place`, to be given a name that starts with ``test``.

    Parameters
    ----------
    place
        The folder of a package, or any file below it: ``__file__`` finds the package that the test file belongs to.
    fail_on
        The least severity that fails a test (``error``, ``warning``, ``info``); by default pytest's option
        ``--returnees-fail-on``, else its setting ``returnees_fail_on``, else ``error``.
    conformance
        Whether frictionless, the independent authority, judges the package, too.

    Raises
    ------
    ValueError
        If `fail_on` is no severity.
    """
    if fail_on is not None and fail_on not in _SEVERITIES:
        raise ValueError(f"fail_on is '{fail_on}'; it can be {', '.join(_SEVERITIES)}")
    start = Path(place).resolve()
    above = (folder for folder in (start, *start.parents) if (folder / _DESCRIPTOR).is_file())
    return PackageTests(next(above, start), fail_on, conformance)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that say which findings fail a test."""
    words = "the least severity of a package's findings that fails a test: error, warning or info"
    group = parser.getgroup("returnees", "packages of published figures")
    group.addoption("--returnees-fail-on", dest=_OPTION, choices=_SEVERITIES, help=words)
    parser.addini(_OPTION, words, default="error")


def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> pytest.Collector | None:
    """Collect a `PackageTests` as the tests of a package."""
    if not isinstance(obj, PackageTests):
        return None
    made: pytest.Collector = PackageCollector.from_parent(collector, name=name, stated=obj)
    return made


class PackageCollector(pytest.Collector):
    """The tests of one package: one for each finding, and one for each table and rule in which nothing was found."""

    def __init__(self, *, stated: PackageTests, **more: Any) -> None:
        super().__init__(**more)
        self._stated = stated

    def collect(self) -> Iterator[pytest.Item]:
        """Validate the package and yield its tests."""
        from returnees.errors import ReturneesError
        from returnees.validation import validate

        try:
            report = validate(self._stated.folder, conformance=self._stated.conformance)
        except ReturneesError as error:
            raise self.CollectError(f"returnees: {error}") from None
        limit = self._fail_on()
        shown = [item for item in report.findings if item.severity != "info" or limit == "info"]
        names: dict[str, int] = {}
        for item in shown:
            name = _name(item)
            names[name] = names.get(name, 0) + 1
            numbered = name if names[name] == 1 else f"{name} ({names[name]})"
            fails = _SEVERITIES.index(item.severity) <= _SEVERITIES.index(limit)
            yield FindingItem.from_parent(self, name=numbered, finding=item, fails=fails, folder=self._stated.folder)
        for name in _sound(report, shown):
            yield SoundItem.from_parent(self, name=name)

    def _fail_on(self) -> str:
        """Return the least severity that fails: as the file says, else the option, else the setting."""
        setting = str(self.config.getini(_OPTION))
        if setting not in _SEVERITIES:
            raise self.CollectError(f"{_OPTION} is '{setting}'; it can be {', '.join(_SEVERITIES)}")
        return self._stated.fail_on or self.config.getoption(_OPTION) or setting


class FindingItem(pytest.Item):
    """A test that one finding fails, or about which it warns."""

    def __init__(self, *, finding: Finding, fails: bool, folder: Path, **more: Any) -> None:
        super().__init__(**more)
        self._finding = finding
        self._fails = fails
        self._folder = folder

    def runtest(self) -> None:
        """Fail with the finding in words, or warn of it."""
        from returnees.report.single import finding_words

        if self._fails:
            pytest.fail(finding_words(self._finding), pytrace=False)
        warnings.warn(FindingWarning(finding_words(self._finding)), stacklevel=1)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the finding stands, so that editors lead there."""
        line = None if self._finding.line is None else self._finding.line - 1
        return self._folder / (self._finding.file or _DESCRIPTOR), line, self.name


class SoundItem(pytest.Item):
    """A test that passes: nothing was found in one table, or against one rule."""

    def runtest(self) -> None:
        """Pass: that it is collected says that nothing was found."""


def _name(item: Finding) -> str:
    """Return the name of a finding's test, ``F302[data/figures.csv:6 low KEY]``, in letters that no terminal obeys."""
    from returnees.report.escape import visible

    about = [item.place, item.rule or "", item.field or "", item.key or " ".join(item.figures)]
    words = " ".join(filter(None, about))
    # Two colons would look like another level of the test's name; pytest leaves alone what is in brackets.
    shown = visible(words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…").replace("::", ": :")
    return f"{item.code}[{shown}]" if shown else item.code


def _sound(report: Report, shown: Iterable[Finding]) -> Iterator[str]:
    """Yield the name of each passing test: the descriptor, the tables and the rules without a finding among `shown`."""
    from returnees.report.escape import visible

    shown = list(shown)
    if all(item.file != _DESCRIPTOR for item in shown):
        yield _DESCRIPTOR
    found = {item.resource for item in shown}
    for table in report.tables:
        if table.name not in found:
            yield visible(f"table {table.name}: {table.rows:,} {'row' if table.rows == 1 else 'rows'}")
    broken = {item.rule for item in shown}
    for rule, counts in report.verdicts.items():
        if rule not in broken:
            yield visible(f"rule {rule}: {counts.edits:,} {'edit' if counts.edits == 1 else 'edits'}, none broken")
