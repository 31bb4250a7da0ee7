"""Validation: our own checks and those of frictionless, side by side, in one report."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from returnees.conformance.authority import Authority
from returnees.conformance.judge import Judge
from returnees.findings import distinct
from returnees.outcome import Report
from returnees.package.limits import Limits
from returnees.package.model import Package
from returnees.package.opening import open_package

if TYPE_CHECKING:
    from returnees.engines.seam import Opening

_log = logging.getLogger(__name__)


def validate(
    package: Package | str | Path | None = None,
    *,
    conformance: bool = True,
    today: date | None = None,
    since: Package | None = None,
    limits: Limits | None = None,
) -> Report:
    """Check everything in `package` and return the report.

    Parameters
    ----------
    package
        An opened package, or what `open_package` takes.
    conformance
        Whether frictionless, the independent authority, judges the package, too.
    today
        The last day that is not in the future; by default the day of the check.
    since
        An older version of the package: each finding is marked as brought in since then or not, and only those that
        were make the report fail.
    limits
        How much is read of a package that is not opened yet; an opened one has its own.

    Raises
    ------
    PackageError
        If `package` is a path and there is no package.
    """
    # Frictionless loads while the package is opened and our own libraries load: on two cores neither waits.
    with Judge() if conformance else nullcontext() as judge:
        if not isinstance(package, Package):
            package = open_package(package, limits=limits)
        return judged(package, judge, today=today, since=since)


def judged(
    package: Package,
    judge: Judge | None,
    *,
    today: date | None = None,
    since: Package | None = None,
    engine: Opening | None = None,
) -> Report:
    """Return what `validate` does, for a package that is open, with frictionless already started or left out.

    `engine` opens the engine that holds the tables; without one they are in memory, or streamed where they do not fit.
    """
    today = today or date.today()
    authority = Authority(judge) if judge is not None else None
    if authority is not None:
        authority.ask(package)
    from returnees.checking import check, rows_of, summaries
    from returnees.engines.choosing import opening_for

    _log.info("opened %s", package.label)
    if engine is None and since is None and (engine := opening_for(package)) is not None:
        _log.info("the tables are larger than the memory, and streamed")
    if engine is None:
        findings, verdicts = check(package, today)
        tables = package.tables
    else:
        from returnees.engines.checking import check_on

        with engine() as opened:
            findings, verdicts, tables = check_on(opened, package, today, _log.info)
    _log.info("checked tables (%s) and rules (%s)", len(tables), len(verdicts))
    if authority is not None:
        findings = authority.merge(findings, tables)
        _log.info("heard what frictionless finds")
    findings = distinct(findings)
    rows = rows_of(tables, findings)
    report = Report(package.name, package.version, tuple(findings), summaries(tables, findings), verdicts, rows)
    if since is None:
        return report
    from returnees.since import marked

    report = marked(report, package, since, today)
    _log.info("compared with %s", since.label)
    return report
