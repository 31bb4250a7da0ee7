"""Annotations for GitHub: a workflow command a finding, on the line it stands on, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator

from returnees.findings import Finding, Severity, catalogue
from returnees.outcome import Report
from returnees.report.escape import for_log, for_workflow, for_workflow_property, visible
from returnees.report.view import View, groups, listed, summary

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield a command for each finding, then what was checked; what was there before the change is only noticed."""
    listing = listed(report, view.most)
    for group in groups(listing.findings):
        level = "notice" if group.new is False else _LEVELS[group.severity]
        title = f"{group.code} {catalogue()[group.code].title}"
        if group.new is False:
            title += f" (already there at {report.since})"
        for item in group.findings:
            yield f"::{level} {_properties(item, title, view.folder)}::{for_workflow(_message(item))}\n"
    for code, number in listing.left_out.items():
        yield for_log(f"{number:,} more of {code} are not annotated.") + "\n"
    for sentence in summary(report, view):
        yield for_log(visible(sentence)) + "\n"


def _properties(item: Finding, title: str, folder: str | None) -> str:
    """Return the properties of a command: the title, and the place if it is one in the repository."""
    stated = {"title": title}
    if item.file is not None and folder is not None:
        stated["file"] = folder + item.file
        stated |= {name: str(place) for name, place in (("line", item.line), ("col", item.column)) if place is not None}
    return ",".join(f"{name}={for_workflow_property(value)}" for name, value in stated.items())


def _message(item: Finding) -> str:
    """Return what is wrong, in which row and field, and how to mend it."""
    row = ", ".join(f"{name} {value}" for name, value in (("field", item.field), ("key", item.key)) if value)
    mend = f"Mend: {item.remedy}" if item.remedy else ""
    return "\n".join(part for part in (item.message, row, mend) if part)
