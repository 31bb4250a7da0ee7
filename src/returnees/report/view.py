"""How a report is shown: what whoever asks for it may choose, and which findings are then listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from returnees.findings import Finding, Severity
from returnees.outcome import SEVERITIES, Report


@dataclass(frozen=True, slots=True)
class View:
    """How a report is shown.

    Parameters
    ----------
    most
        How many findings of one code are listed; None for the format's usual number.
    fail_on
        The least severity that fails.
    quiet, verbose
        For the terminal: only errors; or each finding with its row, its remedy and what its code means.
    colour
        Whether the terminal shows colours.
    folder
        Where the package is in its repository, with a slash at the end; empty at the top, and None when it is not in a
        folder, so that no line of a file can be pointed at.
    """

    most: int | None = None
    fail_on: Severity = Severity.ERROR
    quiet: bool = False
    verbose: bool = False
    colour: bool = False
    folder: str | None = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The findings to list, and how many of each code are left out."""

    findings: tuple[Finding, ...]
    left_out: Mapping[str, int]


def listed(report: Report, most: int | None) -> Listing:
    """Return at most `most` findings of each code (None: all), in the report's order.

    What a change brought in is chosen before what was there, and the weightier before the lighter.
    """
    if most is None:
        return Listing(report.findings, {})
    shown: Counter[str] = Counter()
    chosen: set[int] = set()
    ranked = sorted(enumerate(report.findings), key=lambda pair: _rank(pair[1]))
    for place, item in ranked:
        if shown[item.code] < most:
            shown[item.code] += 1
            chosen.add(place)
    left = Counter(item.code for item in report.findings)
    left.subtract(shown)
    return Listing(
        tuple(item for place, item in enumerate(report.findings) if place in chosen),
        {code: number for code, number in left.items() if number},
    )


def _rank(item: Finding) -> tuple[bool, int]:
    """Return what a finding is sorted by for a reader: smaller is read first."""
    return item.new is False, SEVERITIES.index(item.severity)


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code and severity, all alike in whether a change brought them in (``new``)."""

    new: bool | None
    severity: Severity
    code: str
    findings: tuple[Finding, ...]


def groups(findings: tuple[Finding, ...]) -> list[Group]:
    """Return the findings in groups, the weightiest first; all that a change brought in goes before all else."""

    def key(item: Finding) -> tuple[bool, int, str]:
        return *_rank(item), item.code

    return [
        Group(None if first.new is None else not there, SEVERITIES[severity], code, (first, *rest))
        for (there, severity, code), (first, *rest) in groupby(sorted(findings, key=key), key)
    ]


def when(new: bool | None, since: str | None) -> str:
    """Return, after a comma, whether a change brought findings in; nothing when none was asked about."""
    return {None: "", True: f", brought in since {since}", False: f", already there at {since}"}[new]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 error``, ``2 errors``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def outcome(report: Report, view: View) -> str:
    """Return how the validation ended, in a word or two."""
    if report.since is None:
        return "valid" if report.valid else "not valid"
    return "brought something in that fails" if report.fails(view.fail_on) else "brought in nothing that fails"


def summary(report: Report, view: View) -> list[str]:
    """Return what was checked and how it ended, in two or three sentences."""
    rows = sum(table.rows for table in report.tables)
    version = f" {report.version}" if report.version else ""
    tables = counted(len(report.tables), "table")
    sentences = [f"{report.package}{version}: {tables}, {counted(rows, 'row')} checked."]
    found = ", ".join(counted(report.count(severity), severity.value) for severity in SEVERITIES)
    if report.since is None:
        return [*sentences, f"{found}: {outcome(report, view)}."]
    brought = ", ".join(counted(report.count(severity, new=True), severity.value) for severity in SEVERITIES)
    return [*sentences, f"{found} in all.", f"Since {report.since}: {brought}; the change {outcome(report, view)}."]
