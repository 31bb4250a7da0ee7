"""The report for a person at a terminal: at most 80 columns, findings grouped by code, each group capped."""

from __future__ import annotations

from collections.abc import Iterator

from returnees.findings import Finding, Severity, catalogue
from returnees.outcome import SEVERITIES, Report
from returnees.report.escape import for_log, visible
from returnees.report.lines import WIDTH, wrapped
from returnees.report.view import Group, View, groups, listed, summary, when

#: What stands above the rules in the table of verdicts.
_RULES = "Rule"

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield the report line by line."""
    for line in _lines(report, view):
        yield line + "\n"


def _lines(report: Report, view: View) -> Iterator[str]:
    """Yield the findings, the verdicts and the summary."""
    yield from finding_lines(report, view, "; --format json lists them all")
    if report.verdicts and not view.quiet:
        yield from _verdicts(report)
    *checked, end = summary(report, view)
    for sentence in checked:
        yield from wrapped(sentence, "", "  ")
    colour = _COLOURS[Severity.ERROR] if report.fails(Severity.ERROR) else "32"
    yield from (_painted(line, colour, view.colour) for line in wrapped(end, "", "  "))


def finding_lines(report: Report, view: View, remark: str = "") -> Iterator[str]:
    """Yield the findings alone, line by line; `remark` is said with the number of those that are left out."""
    listing = listed(report, view.most)
    told: bool | None = None
    left = dict(listing.left_out)
    wanted = SEVERITIES[:1] if view.quiet else SEVERITIES
    shown = [group for group in groups(listing.findings) if group.severity in wanted]
    for number, group in enumerate(shown):
        if group.new is not None and group.new is not told:
            told = group.new
            yield from wrapped(_heading(told, report.since), "", "  ")
            yield ""
        last = all(group.code != other.code for other in shown[number + 1 :])
        more = left.pop(group.code, 0) if last else 0
        yield from _group(report, group, view, (more, remark))


def _heading(new: bool, since: str | None) -> str:
    words = when(new, since).removeprefix(", ")
    return words[:1].upper() + words[1:]


def _group(report: Report, group: Group, view: View, left_out: tuple[int, str]) -> Iterator[str]:
    """Yield the findings of one code and severity, and how many of the code are left out, with a remark on these."""
    entry, items = catalogue()[group.code], group.findings
    left, remark = left_out
    count = f" ({len(items) + left:,})" if len(items) + left > 1 else ""
    yield _painted(f"{group.severity.value} {group.code}  {entry.title}", _COLOURS[group.severity], view.colour) + count
    if view.verbose:
        yield from wrapped(entry.meaning, "  ", "  ")
    for item in items:
        yield from _finding(report, item, view)
    if left:
        yield f"  ... and {left:,} more of {group.code}{remark}."
    remedies = {item.remedy for item in items if item.remedy}
    if len(remedies) == 1 and not view.verbose:
        yield from wrapped(remedies.pop(), "  Mend: ", "        ")
    yield ""


def _finding(report: Report, item: Finding, view: View) -> Iterator[str]:
    """Yield the lines of one finding: what is wrong, then where; verbosely also the row and how to mend it."""
    yield from wrapped(item.message, "  - ", "    ")
    place = [item.place] if item.place else []
    if item.field:
        place.append(f"field {item.field}")
    if item.key:
        place.append(f"key {item.key}")
    if place:
        yield from wrapped(", ".join(place), "    at ", "       ")
    if view.verbose:
        cells = [f"{name} {' '.join(cell.split())}" for name, cell in report.cells(item) if cell]
        if cells:
            yield from wrapped("; ".join(cells), "    row ", "        ")
        if item.remedy:
            yield from wrapped(item.remedy, "    Mend: ", "          ")


def _verdicts(report: Report) -> Iterator[str]:
    """Yield the table of verdicts, a line a rule; a rule whose name is too long for the line has a line for itself."""
    heads = ("edits", "holds", "broken", "undecided", "unverifiable")
    rows = {
        rule: [f"{count:,}" for count in (each.edits, each.holds, each.broken, each.undecided, each.unverifiable)]
        for rule, each in report.verdicts.items()
    }
    widths = [max(map(len, cells)) for cells in zip(heads, *rows.values(), strict=True)]
    room = WIDTH - sum(widths) - len(widths) - 1
    longest = max(len(_RULES), *(len(visible(rule)) for rule in rows))
    first = min(longest, room)
    yield "Verdicts on edits; an edit is one rule laid over figures of one source."
    yield ""
    for rule, cells in [(_RULES, heads), *rows.items()]:
        name = visible(rule)
        if len(name) > first:
            yield for_log(name)
            name = ""
        numbers = " ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        yield for_log(f"{name:<{first}}  {numbers}")
    yield ""


def _painted(text: str, colour: str, on: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if on else text
