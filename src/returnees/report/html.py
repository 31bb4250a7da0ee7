"""The report as one page of HTML that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from returnees.findings import Finding, Severity, catalogue
from returnees.outcome import SEVERITIES, Report
from returnees.report.escape import for_markup
from returnees.report.view import Group, View, counted, groups, listed, outcome, summary, when

_NOUNS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Infos"}


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield the page."""
    yield from _head(report)
    yield from _summary(report, view)
    yield from _findings(report, view)
    if report.tables:
        yield from _tables(report)
    if report.verdicts:
        yield from _verdicts(report)
    yield "</main>\n</body>\n</html>\n"


def _head(report: Report) -> Iterator[str]:
    style = files("returnees.report").joinpath("report.css").read_text(encoding="utf-8")
    title = for_markup(f"{report.package} {report.version or ''}".strip())
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing may be loaded or run, even if an escape were missing somewhere.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Validation of {title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#findings">Skip to the findings</a>\n<header>\n<h1>Validation of {title}</h1>\n'
    )


def _summary(report: Report, view: View) -> Iterator[str]:
    """Yield the outcome, what was checked, and the number of findings of each severity."""
    good = not report.fails(view.fail_on)
    said = outcome(report, view)
    said = f"The package is {said}." if report.since is None else f"The change {said}."
    yield f'<p class="outcome {"fine" if good else "error"}">{"✓" if good else "✗"} {for_markup(said)}</p>\n'
    yield f'<p class="soft">{for_markup(summary(report, view)[0])}</p>\n</header>\n<main>\n<dl class="counts">\n'
    for severity in SEVERITIES:
        number = f"{report.count(severity):,}"
        if report.since is not None:
            number += f"<small>{report.count(severity, new=True):,} brought in</small>"
        yield f'<div><dt>{_NOUNS[severity]}</dt><dd class="{severity.value}">{number}</dd></div>\n'
    yield "</dl>\n"
    links = [("findings", "Findings"), ("tables", "Tables"), ("verdicts", "Verdicts")]
    there = {"findings": True, "tables": bool(report.tables), "verdicts": bool(report.verdicts)}
    items = "".join(f'<li><a href="#{anchor}">{name}</a></li>' for anchor, name in links if there[anchor])
    yield f'<nav aria-label="Parts of the report"><ul>{items}</ul></nav>\n'


def _tables(report: Report) -> Iterator[str]:
    rows = [(each.name, (each.rows, each.fields, each.errors, each.warnings, each.infos)) for each in report.tables]
    yield '<h2 id="tables">Tables</h2>\n'
    yield from _table("Rows and fields of each table, and the findings in it", "table",
                      ("rows", "fields", "errors", "warnings", "infos"), rows)  # fmt: skip


def _verdicts(report: Report) -> Iterator[str]:
    rows = [
        (rule, (each.edits, each.holds, each.broken, each.undecided, each.unverifiable))
        for rule, each in report.verdicts.items()
    ]
    yield '<h2 id="verdicts">Verdicts</h2>\n'
    yield from _table("How the edits that each rule made were judged", "rule",
                      ("edits", "holds", "broken", "undecided", "unverifiable"), rows)  # fmt: skip


def _table(
    caption: str, first: str, columns: Iterable[str], rows: Iterable[tuple[str, Iterable[int]]]
) -> Iterator[str]:
    """Yield a table of numbers that scrolls on a narrow screen, with the keyboard, too."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in (first, *columns))
    yield f'<section class="wide" tabindex="0" aria-label="{caption}">\n'
    yield f"<table>\n<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for name, numbers in rows:
        cells = "".join(f"<td>{n:,}</td>" if n else '<td class="zero">0</td>' for n in numbers)
        yield f'<tr><th scope="row">{for_markup(name)}</th>{cells}</tr>\n'
    yield "</tbody>\n</table>\n</section>\n"


def _findings(report: Report, view: View) -> Iterator[str]:
    """Yield the findings by severity and code; with a change asked about, what it brought in first."""
    listing = listed(report, view.most)
    left = dict(listing.left_out)
    told: object = ()
    for group in groups(listing.findings):
        if (group.new, group.severity) != told:
            first, told = told == (), (group.new, group.severity)
            anchor = ' id="findings"' if first else ""
            yield f"<h2{anchor}>{_NOUNS[group.severity]}{for_markup(when(group.new, report.since))}</h2>\n"
        yield from _group(report, group)
    if told == ():
        yield '<h2 id="findings">Findings</h2>\n<p>Nothing was found.</p>\n'
    if left:
        said = "; ".join(f"{number:,} of {code}" for code, number in left.items())
        yield f'<h2 id="more">Not listed</h2>\n<p>{said}. The JSON report lists every finding.</p>\n'


def _group(report: Report, group: Group) -> Iterator[str]:
    """Yield the findings of one code."""
    entry = catalogue()[group.code]
    yield f'<h3><span class="{group.severity.value}">{group.code}</span> {for_markup(entry.title)}</h3>\n'
    yield f'<p class="soft">{for_markup(entry.meaning)}</p>\n'
    remedies = {item.remedy for item in group.findings}
    shared = remedies.pop() if len(remedies) == 1 else ""
    if shared:
        yield f"<p><strong>Mend:</strong> {for_markup(shared)}</p>\n"
    yield f'<p class="soft">{counted(len(group.findings), "finding")}</p>\n<ul class="findings">\n'
    for item in group.findings:
        yield from _finding(report, item, tell_remedy=not shared)
    yield "</ul>\n"


def _finding(report: Report, item: Finding, *, tell_remedy: bool) -> Iterator[str]:
    """Yield one finding with its place and its row."""
    yield f'<li class="{item.severity.value}">\n<p class="message" dir="auto">{for_markup(item.message)}</p>\n'
    place = [f"<code>{for_markup(item.place)}</code>"] if item.place else []
    facts = (("field", item.field), ("key", item.key), ("rule", item.rule))
    place += [f"{name} <bdi><code>{for_markup(value)}</code></bdi>" for name, value in facts if value]
    if place:
        yield f'<p class="place">{", ".join(place)}</p>\n'
    if tell_remedy and item.remedy:
        yield f"<p><strong>Mend:</strong> {for_markup(item.remedy)}</p>\n"
    cells = report.cells(item)
    if cells:
        marked = (item.field or "").split(", ")
        yield f'<details>\n<summary>The row in {for_markup(item.resource or "")}</summary>\n<dl class="row">\n'
        for name, cell in cells:
            at = ' class="at"' if name in marked else ""
            yield f'<dt>{for_markup(name)}</dt><dd{at} dir="auto">{for_markup(cell)}</dd>\n'
        yield "</dl>\n</details>\n"
    yield "</li>\n"
