"""The report for a person at a terminal: at most 80 columns, findings grouped by code, each group capped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from returnees.findings import Finding, Severity, catalogue
from returnees.outcome import SEVERITIES, Report
from returnees.report.escape import visible
from returnees.report.lines import wrapped

#: How many findings of one code are shown before the rest is only counted.
MOST_SHOWN = 10
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def render_text(report: Report, *, colour: bool = False, most: int = MOST_SHOWN, quiet: bool = False) -> str:
    """Return the report as text; `most` findings of each code are shown, and `quiet` leaves out all but errors."""
    wanted = SEVERITIES[:1] if quiet else SEVERITIES
    lines: list[str] = []
    for severity in wanted:
        lines += _severity(report, severity, colour, most)
    if report.verdicts and not quiet:
        lines += _verdicts(report)
    lines += _summary(report, colour)
    return "\n".join(lines) + "\n"


def _severity(report: Report, severity: Severity, colour: bool, most: int) -> Iterator[str]:
    """Yield the groups of findings of one severity."""
    chosen = [item for item in report.findings if item.severity is severity]
    for code, group in groupby(chosen, key=lambda item: item.code):
        items = list(group)
        head = f"{severity.value} {code}  {catalogue()[code].title}"
        count = f" ({len(items):,})" if len(items) > 1 else ""
        yield _painted(head, _COLOURS[severity], colour) + count
        for item in items[:most]:
            yield from _finding(item)
        remedies = {item.remedy for item in items if item.remedy}
        if len(items) > most:
            yield f"  ... and {len(items) - most:,} more of {code}; --format json lists them all."
        if len(remedies) == 1:
            yield from wrapped(remedies.pop(), "  Mend: ", "        ")
        yield ""


def _finding(item: Finding) -> Iterator[str]:
    """Yield the lines of one finding: what is wrong, then where."""
    yield from wrapped(item.message, "  - ", "    ")
    place = [item.place] if item.place else []
    if item.field:
        place.append(f"field {item.field}")
    if item.key:
        place.append(f"key {item.key}")
    if place:
        yield from wrapped(", ".join(place), "    at ", "       ")


def _verdicts(report: Report) -> Iterator[str]:
    """Yield the table of verdicts, a line a rule."""
    width = min(max((len(rule) for rule in report.verdicts), default=4), 38)
    yield f"{'Verdicts':<{width}}  {'edits':>7} {'holds':>7} {'broken':>6} {'undecided':>9}  {'unverif.':>8}"
    for rule, counts in report.verdicts.items():
        name = visible(rule if len(rule) <= width else rule[: width - 1] + "…")
        yield (
            f"{name:<{width}}  {counts.edits:>7,} {counts.holds:>7,} {counts.broken:>6,} "
            f"{counts.undecided:>9,}  {counts.unverifiable:>8,}"
        )
    yield ""


def _summary(report: Report, colour: bool) -> Iterator[str]:
    """Yield what was checked and the outcome, in two or three lines."""
    rows = sum(table.rows for table in report.tables)
    version = f" {report.version}" if report.version else ""
    tables = _count(len(report.tables), "table")
    yield from wrapped(f"{report.package}{version}: {tables}, {_count(rows, 'row')} checked.", "", "  ")
    counts = ", ".join(_count(report.count(severity), severity.value) for severity in SEVERITIES)
    outcome = _painted("valid", "32", colour) if report.valid else _painted("not valid", "31", colour)
    yield f"{counts}: {outcome}."


def _count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 error``, ``2 errors``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _painted(text: str, colour: str, on: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if on else text
