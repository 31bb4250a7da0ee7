"""The summary of a job in Markdown: the outcome, the tables, the verdicts, the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from returnees.findings import catalogue
from returnees.outcome import SEVERITIES, Report
from returnees.report.escape import for_markdown
from returnees.report.view import View, groups, listed, outcome, summary, when

#: GitHub takes no summary above 1 MiB; what is said after the findings must fit, too.
_MOST_BYTES = 1_000_000


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield the summary; findings beyond what GitHub takes are only counted."""
    yield f"## {for_markdown(report.package)}: {for_markdown(outcome(report, view))}\n\n"
    for sentence in summary(report, view):
        yield f"{for_markdown(sentence)}\n"
    yield "\n"
    if report.tables:
        counts = [(each.name, (each.rows, each.errors, each.warnings, each.infos)) for each in report.tables]
        yield from _table(("table", "rows", "errors", "warnings", "infos"), _numbers(counts))
    if report.verdicts:
        yield "<details><summary>Verdicts of the rules</summary>\n\n"
        verdicts = [
            (rule, (each.edits, each.holds, each.broken, each.undecided, each.unverifiable))
            for rule, each in report.verdicts.items()
        ]
        yield from _table(("rule", "edits", "holds", "broken", "undecided", "unverifiable"), _numbers(verdicts))
        yield "</details>\n\n"
    yield from _findings(report, view)


def _findings(report: Report, view: View) -> Iterator[str]:
    """Yield a table of findings for each code, as many as fit."""
    listing = listed(report, view.most)
    left, size, unsaid = sum(listing.left_out.values()), 0, 0
    for group in groups(listing.findings):
        title = f"{group.severity.value} {group.code} {catalogue()[group.code].title}"
        head = f"{title}{when(group.new, report.since)} ({len(group.findings):,})"
        rows = (map(for_markdown, (item.place, item.key or "", item.message)) for item in group.findings)
        text = f"### {for_markdown(head)}\n\n" + "".join(_table(("place", "key", "what is wrong"), rows, numbers=False))
        size += len(text.encode("utf-8"))
        if size > _MOST_BYTES:
            unsaid += len(group.findings)
        else:
            yield text
    if left + unsaid:
        yield f"{left + unsaid:,} more findings are not listed here.\n"
    elif not report.findings:
        yield f"No {', no '.join(severity.value for severity in SEVERITIES)}.\n"


def _numbers(rows: Iterable[tuple[str, Iterable[int]]]) -> Iterator[Iterable[str]]:
    """Yield each row as cells: a name, then numbers."""
    for name, numbers in rows:
        yield [for_markdown(name), *(f"{number:,}" for number in numbers)]


def _table(names: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: bool = True) -> Iterator[str]:
    """Yield a table of cells that are Markdown already; `numbers` sets all columns but the first to the right."""
    names = list(names)
    right = "--:" if numbers else "---"
    yield f"| {' | '.join(names)} |\n| --- |{f' {right} |' * (len(names) - 1)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"
    yield "\n"
