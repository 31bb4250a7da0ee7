"""Validation: every check in order, one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from returnees.conformance import start
from returnees.figures.rows import row_findings
from returnees.findings import Finding, Severity, distinct
from returnees.outcome import Report, TableSummary
from returnees.package.model import Package
from returnees.package.opening import open_package
from returnees.tables.constraints import check_contract, check_references
from returnees.tables.model import Table


def validate(
    package: Package | str | Path | None = None, *, conformance: bool = True, today: date | None = None
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

    Raises
    ------
    PackageError
        If `package` is a path and there is no package.
    """
    if not isinstance(package, Package):
        package = open_package(package)
    authority = start(package) if conformance else None
    tables = package.tables
    findings = [*package.findings, *table_findings(tables)]
    findings += row_findings(tables, today or date.today())
    if authority is not None:
        findings = authority.merge(findings, tables)
    findings = distinct(findings)
    return Report(
        package=package.name,
        version=package.version,
        findings=tuple(findings),
        tables=tuple(_summary(table, findings) for table in tables.values()),
    )


def table_findings(tables: Mapping[str, Table]) -> list[Finding]:
    """Return what is wrong with the tables as the standard has it: shape, types, constraints, keys."""
    findings: list[Finding] = []
    for table in tables.values():
        findings += table.findings
        findings += check_contract(table)
    return findings + check_references(tables)


def _summary(table: Table, findings: Iterable[Finding]) -> TableSummary:
    """Return the size of a table and the number of findings in it."""
    severities = [item.severity for item in findings if item.resource == table.name]
    return TableSummary(
        name=table.name,
        file=table.file,
        rows=table.frame.height,
        fields=table.frame.width,
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
    )
