"""JUnit XML, as Jenkins, GitLab and others read it: a case a table and a case a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from returnees.findings import Finding
from returnees.outcome import Report
from returnees.report.escape import for_markup
from returnees.report.view import View, counted, listed

#: The case of findings that are of no table and no rule.
_WHOLE = "datapackage.json"


@dataclass(frozen=True, slots=True)
class _Case:
    """A case: its name, the findings that fail it, all others, and why it was skipped, if it was."""

    name: str
    failing: Sequence[Finding] = ()
    others: Sequence[Finding] = ()
    skipped: str = ""


def pieces(report: Report, view: View) -> Iterator[str]:
    """Yield the document; findings below what fails, or already there before the change, are output of their case."""
    suites = _suites(report, view)
    cases = [case for suite in suites.values() for case in suite]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="{for_markup(report.package)}" {_counts(cases, skipped=False)}>\n'
    for name, suite in suites.items():
        yield f'  <testsuite name="{name}" {_counts(suite)}>\n'
        for case in suite:
            yield from _case(name, case, report.since)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _suites(report: Report, view: View) -> Mapping[str, list[_Case]]:
    """Return the cases by suite; each finding is in one case."""
    listing = listed(report, view.most)
    rules = dict.fromkeys([*report.verdicts, *(item.rule for item in listing.findings if item.rule)])
    tables = dict.fromkeys(table.name for table in report.tables)
    found: dict[tuple[str, str], list[Finding]] = {}
    for item in listing.findings:
        if item.rule:
            place = ("rules", item.rule)
        else:
            place = ("tables", item.resource) if item.resource in tables else ("package", _WHOLE)
        found.setdefault(place, []).append(item)

    def case(suite: str, name: str) -> _Case:
        items = found.get((suite, name), [])
        failing = [item for item in items if report.failing(item, view.fail_on)]
        others = [item for item in items if not report.failing(item, view.fail_on)]
        counts = report.verdicts.get(name) if suite == "rules" else None
        nothing = counts is not None and counts.edits == counts.unverifiable and not items
        return _Case(name, failing, others, "No figures that this rule could be judged by." if nothing else "")

    return {
        "package": [case("package", _WHOLE)],
        "tables": [case("tables", name) for name in tables],
        "rules": [case("rules", name) for name in rules],
    }


def _counts(cases: Sequence[_Case], *, skipped: bool = True) -> str:
    """Return the attributes that count cases."""
    failures = sum(1 for case in cases if case.failing)
    left = f' skipped="{sum(1 for case in cases if case.skipped)}"' if skipped else ""
    return f'tests="{len(cases)}" failures="{failures}" errors="0"{left}'


def _case(suite: str, case: _Case, since: str | None) -> Iterator[str]:
    """Yield one case."""
    start = f'    <testcase classname="{suite}" name="{for_markup(case.name)}"'
    if not (case.failing or case.others or case.skipped):
        yield start + "/>\n"
        return
    yield start + ">\n"
    if case.skipped:
        yield f'      <skipped message="{for_markup(case.skipped)}"/>\n'
    if case.failing:
        codes = ", ".join(sorted({item.code for item in case.failing}))
        said = f"{counted(len(case.failing), 'finding')}: {case.failing[0].message.splitlines()[0]}"
        yield f'      <failure type="{codes}" message="{for_markup(said)}">'
        yield from _listed(case.failing, since)
        yield "</failure>\n"
    if case.others:
        yield "      <system-out>"
        yield from _listed(case.others, since)
        yield "</system-out>\n"
    yield "    </testcase>\n"


def _listed(items: Sequence[Finding], since: str | None) -> Iterator[str]:
    """Yield each finding: what, where, how to mend it."""
    for item in items:
        there = f" (already there at {since})" if item.new is False else ""
        place = ", ".join(part for part in (item.place, item.field and f"field {item.field}", item.key) if part)
        lines = [f"{item.severity.value} {item.code}{there}: {item.message}"]
        lines += [f"  at {place}"] if place else []
        lines += [f"  Mend: {item.remedy}"] if item.remedy else []
        yield for_markup("\n".join(lines) + "\n")
