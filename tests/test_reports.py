"""Every format shows the same report, is what its readers expect, and sends nothing of a stranger's text unescaped."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
import xmlschema
from effort import tried
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from returnees.findings import Finding, Severity, catalogue, finding
from returnees.outcome import Report, TableSummary, VerdictCounts
from returnees.report.escape import visible, visible_lines
from returnees.report.forms import FORMATS, rendered
from returnees.report.view import View, listed

ROOT = Path(__file__).parents[1]
SCHEMAS = Path(__file__).parent / "data" / "reports"

#: What a cell of a stranger may hold: escapes of terminals, directions, markup, commands of runners, links.
EVIL = (
    "\x1b]8;;https://example.org\x07\x1b[2J\u202egnol\u2066 \x9b31m\x00\x7f\u200b\U000e0041 <script>alert(1)</script> "
    "]]> --> &amp; \" ' | `x` **b** [a](javascript:alert) ![i](//x) @someone #1 www.example.org :bomb: $x$ "
    "%0A::set-output name=a::b ##[add-mask]x ##vso[task.setvariable variable=a]b ##teamcity[x]"
)
LINES = "first\n::error::injected\n   ::add-mask::x\n##[error]y\n| a | b |\n# head\n- item\r\n::set-env name=PATH::/tmp"

text_of_strangers = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\n\r\x1b\u202e::##[[]%<>|`*_&\"'\\~@$ -")),
    min_size=1,
    max_size=60,
) | st.sampled_from([EVIL, LINES])


def report_of(*findings: Finding, package: str = "p", since: str | None = None, cell: str = "x") -> Report:
    """Return a report with two tables, of which one holds the rows of the findings, and two rules."""
    rows = {("figures", item.line): ("id", cell) for item in findings if item.line}
    tables = (
        TableSummary("figures", "data/figures.csv", 3, 2, len(findings), 0, 0, ("figure_id", "note")),
        TableSummary("areas", "data/areas.csv", 1, 1, 0, 0, 0, ("area_id",)),
    )
    verdicts = {"parts": VerdictCounts(3, 1, 1, 0, 1), "unused": VerdictCounts(2, 0, 0, 0, 2)}
    return Report(package, "1.0.0", findings, tables, verdicts, rows, since)


def three(**changes: Any) -> tuple[Finding, ...]:
    """Return an error of a rule, a warning of a table and an info of the package."""
    return (
        finding("F201", "7 at least,\nagainst 5 at most.", rule="parts", resource="figures", file="data/figures.csv",
                line=12, key="a", figures=["a", "b"]),
        finding("F308", "Printed here: 50; the figure says 51.", resource="figures", file="data/figures.csv", line=3,
                column=4, field="note", key="b"),
        finding("F209", "Ties were not followed."),
    )  # fmt: skip


def test_the_table_of_verdicts_fits_and_cuts_no_rule_and_no_number() -> None:
    long = "a-rule-whose-name-is-longer-than-what-the-numbers-leave-of-the-line"
    verdicts = {"short": VerdictCounts(1, 1), long: VerdictCounts(12_345_678, 12_345_670, 8), "Rule": VerdictCounts(2)}
    lines = rendered("text", replace(report_of(), verdicts=verdicts)).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[lines.index(long) + 1].split() == ["12,345,678", "12,345,670", "8", "0", "0"]
    heads = next(
        line for line in lines if line.split() == ["Rule", "edits", "holds", "broken", "undecided", "unverifiable"]
    )
    numbers = [line for line in lines if line.endswith(" 0")]
    assert [line.split()[0] for line in numbers] == ["short", "12,345,678", "Rule"]
    assert {len(line) for line in numbers} == {len(heads)}


@cache
def sarif_schema() -> Draft4Validator:
    return Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


@cache
def json_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8")))


def page(text: str) -> ElementTree.Element:
    """Return a page of HTML that must have no error of syntax."""
    tree: ElementTree.Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return tree


def words(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_of_every_finding(form: str) -> None:
    text = rendered(form, report_of(*three()))
    for item in three():
        assert item.code in text
        assert item.message.split("\n")[-1] in text.replace("&#58;", ":")
    assert rendered(form, report_of(*three())) == text


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_without_findings_is_sound(form: str) -> None:
    report = Report("p", None, ())
    text = rendered(form, report)
    assert text.endswith("\n")
    assert "not valid" not in text
    if form == "sarif":
        sarif_schema().validate(json.loads(text))
    if form == "json":
        json_schema().validate(json.loads(text))
    if form == "junit":
        junit_schema().validate(text)
    if form == "html":
        page(text)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("evil", [EVIL, LINES])
def test_no_control_reaches_a_reader_and_no_command_a_runner(form: str, evil: str) -> None:
    check_output(form, evil)


@tried(60)
@given(st.sampled_from(sorted(FORMATS)), text_of_strangers)
def test_whatever_the_text_nothing_unsafe_is_sent(form: str, text: str) -> None:
    check_output(form, text)


def check_output(form: str, evil: str) -> None:
    """Render a report that holds a stranger's text wherever it can stand, and look for what must not be there."""
    item = finding("F132", evil, remedy=evil, rule=evil, resource="figures", file=f"data/{evil}", line=2, field=evil,
                   key=evil, figures=[evil])  # fmt: skip
    other = finding("F120", evil, resource=evil, file=evil, key=evil)
    report = report_of(item, other, package=evil, since=evil, cell=evil)
    text = rendered(form, report, View(verbose=True, folder="sub/"))
    unsafe = [character for character in text if character != "\n" and visible(character) != character]
    assert not unsafe
    for line in text.split("\n"):
        command = line.lstrip().startswith("::")
        assert not command or (form == "github" and re.match(r"::(error|warning|notice) title=[^:]*::", line))
        # The commands of older runners stand anywhere in a line that is no newer command.
        assert command or not re.search(r"##\w*\[", line)


@tried(60)
@given(text_of_strangers)
def test_formats_for_machines_keep_the_text(text: str) -> None:
    item = replace(three()[0], message=text, key=text, rule=None)
    report = report_of(item)
    assert json.loads(rendered("json", report))["findings"][0]["message"] == text
    log = json.loads(rendered("sarif", report))
    sarif_schema().validate(log)
    assert log["runs"][0]["results"][0]["message"]["text"] == visible_lines(text)
    document = rendered("junit", report)
    junit_schema().validate(document)
    case = next(case for case in ElementTree.fromstring(document).iter("testcase") if case.get("name") == "figures")
    assert visible_lines(text) in words(case)


@tried(60)
@given(text_of_strangers)
def test_html_shows_the_text_and_nothing_else(text: str) -> None:
    item = replace(three()[0], message=text, key=text)
    tree = page(rendered("html", report_of(item, cell=text)))
    assert [words(p) for p in tree.iter("p") if p.get("class") == "message"] == [visible_lines(text)]
    assert visible_lines(text) in [words(cell) for cell in tree.iter("dd")]
    assert not {"script", "img", "iframe", "object", "form", "base"} & {element.tag for element in tree.iter()}
    links = [link.get("href", "") for link in tree.iter("a")]
    assert links and all(link.startswith("#") for link in links)


@tried(60)
@given(text_of_strangers)
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    markdown = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    report = report_of(replace(three()[1], message=text))
    tree = page("<!DOCTYPE html><title>t</title>" + markdown.render(rendered("markdown", report)))
    (table,) = [table for table in tree.iter("table") if words(next(table.iter("th"))) == "place"]
    cell = list(table.iter("td"))[-1]
    lines = [cell.text or "", *(line.tail or "" for line in cell)]
    assert {line.tag for line in cell} <= {"br"}
    assert [line.strip() for line in lines] == [visible(line).strip() for line in text.split("\n")]


def test_html_says_what_a_reader_with_a_screen_reader_needs() -> None:
    tree = page(rendered("html", report_of(*three(), package="<figures>")))
    assert tree.get("lang") == "en"
    assert words(next(tree.iter("title"))) == "Validation of <figures> 1.0.0"
    assert len(list(tree.iter("h1"))) == len(list(tree.iter("main"))) == 1
    levels = [int(element.tag[1]) for element in tree.iter() if element.tag in ("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in tree.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in table.iter("th"))
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert {link.get("href") for link in tree.iter("a")} <= {f"#{name}" for name in ids}


def test_html_shows_the_row_with_its_field_marked_and_the_verdicts() -> None:
    tree = page(rendered("html", report_of(*three(), cell="said twice")))
    (marked,) = [cell for cell in tree.iter("dd") if cell.get("class") == "at"]
    assert words(marked) == "said twice"
    rows = [[words(cell) for cell in row] for row in tree.iter("tr")]
    assert ["parts", "3", "1", "1", "0", "1"] in rows


def test_the_row_of_a_finding_is_the_one_that_starts_on_its_line(tmp_path: Path) -> None:
    from returnees.validation import validate

    folder = shutil.copytree(Path(__file__).parent / "packages" / "valid", tmp_path / "p")
    rows = 'BEL,"Bel\ngium",country,056\nCHE,Switzerland,state,756\n'
    areas = folder / "data" / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8") + rows, encoding="utf-8")
    report = validate(folder, conformance=False)
    (item,) = [item for item in report.findings if item.code == "F132"]
    assert dict(report.cells(item)) == {"area_id": "CHE", "name": "Switzerland", "kind": "state", "m49": "756"}


@pytest.mark.needs("chromium")
def test_html_is_laid_out_without_running_anything(tmp_path: Path, program: Any) -> None:
    import subprocess

    file = tmp_path / "report.html"
    file.write_text(rendered("html", report_of(*three(), cell=EVIL)), encoding="utf-8")
    command = [program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
               f"--user-data-dir={tmp_path}/profile", "--dump-dom", file.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "Figures that break a rule" in done.stdout
    assert "CONSOLE" not in done.stderr


def test_github_names_the_line_in_the_repository() -> None:
    error, warning, notice, *rest = rendered("github", report_of(*three()), View(folder="sub/")).splitlines()
    properties = f"title=F201 {catalogue()['F201'].title},file=sub/data/figures.csv,line=12"
    assert error.startswith(f"::error {properties}::7 at least,%0Aagainst 5 at most.")
    assert warning.startswith("::warning title=") and "line=3,col=4::" in warning
    assert notice.startswith("::notice title=") and "file=" not in notice
    assert rest[-1] == "1 error, 1 warning, 1 info: not valid."
    zipped = rendered("github", report_of(*three()), View(folder=None))
    assert "file=" not in zipped


def test_github_puts_what_the_change_brought_in_first() -> None:
    old, new = replace(three()[0], new=False), replace(three()[1], new=True)
    lines = rendered("github", report_of(old, new, since="main")).splitlines()
    assert lines[0].startswith("::warning title=F308")
    assert lines[1].startswith("::notice title=F201 ") and "(already there at main)" in lines[1]


def test_sarif_is_valid_and_says_where_and_whether_it_is_new() -> None:
    items = (replace(three()[0], new=False), replace(three()[1], new=True), replace(three()[2], new=True))
    log = json.loads(rendered("sarif", report_of(*items, since="main"), View(folder="a b/")))
    sarif_schema().validate(log)
    (run,) = log["runs"]
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert [result["baselineState"] for result in run["results"]] == ["unchanged", "new", "new"]
    assert second["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/data/figures.csv", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 4},
    }
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/datapackage.json"
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [item.code for item in items]
    assert first["properties"]["figures"] == ["a", "b"]


def test_fingerprints_survive_a_shift_of_lines_and_tell_findings_apart() -> None:
    def prints(*items: Finding) -> list[str]:
        log = json.loads(rendered("sarif", report_of(*items)))
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in log["runs"][0]["results"]]

    message = "7 at least.\n7: a (source s, data/figures.csv:12)\nas on line 4"
    item = replace(three()[0], message=message)
    moved = replace(item, line=99, column=7, message=message.replace(":12", ":99").replace("line 4", "line 91"))
    assert prints(item) == prints(moved)
    changed = (
        replace(item, key="c"), replace(item, code="F202"), replace(item, rule="other"), replace(item, figures=("a",)),
        replace(item, message=message.replace("7 at", "8 at")), replace(item, field="low"),
    )  # fmt: skip
    assert not {name for other in changed for name in prints(other)} & set(prints(item))
    twice = prints(item, item)
    assert len(set(twice)) == 2 and twice[0] == prints(item)[0]


def test_a_row_without_a_key_is_told_by_its_cells() -> None:
    from returnees.identity import identities

    item = finding("F110", "The row has 2 cells.", resource="figures", file="data/figures.csv", line=5)
    names = {next(identities(report_of(replace(item, line=line), cell=cell)))[0] for line in (5, 9) for cell in "xy"}
    assert len(names) == 2


def test_junit_has_a_case_for_each_table_and_each_rule() -> None:
    text = rendered("junit", report_of(*three()))
    junit_schema().validate(text)
    suites = {suite.name: {case.name: case for case in suite} for suite in JUnitXml.fromstring(text.encode())}
    assert {name: set(cases) for name, cases in suites.items()} == {
        "package": {"datapackage.json"},
        "tables": {"figures", "areas"},
        "rules": {"parts", "unused"},
    }
    (failure,) = suites["rules"]["parts"].result
    assert failure.type == "F201" and failure.message == "1 finding: 7 at least,"
    assert suites["rules"]["unused"].is_skipped
    assert suites["tables"]["figures"].is_passed
    assert "Printed here: 50" in suites["tables"]["figures"].system_out
    strict = JUnitXml.fromstring(rendered("junit", report_of(*three()), View(fail_on=Severity.WARNING)).encode())
    assert (strict.tests, strict.failures) == (5, 2)


def test_junit_fails_only_what_the_change_brought_in() -> None:
    items = (replace(three()[0], new=False), replace(three()[1], new=True))
    suites = JUnitXml.fromstring(rendered("junit", report_of(*items, since="main")).encode())
    assert suites.failures == 0
    assert "already there at main" in rendered("junit", report_of(*items, since="main"))


def test_the_weightiest_findings_stay_when_not_all_are_listed() -> None:
    error, warning = three()[0], replace(three()[0], severity=Severity.WARNING, key="w")
    report = report_of(*(replace(warning, key=f"w{number}") for number in range(5)), error, *three()[1:])
    listing = listed(report, 2)
    assert [item.severity for item in listing.findings if item.code == "F201"] == [Severity.WARNING, Severity.ERROR]
    assert listing.left_out == {"F201": 4}
    stated = json.loads(rendered("json", report, View(most=2)))
    json_schema().validate(stated)
    assert stated["left_out"] == {"F201": 4}
    assert stated["summary"]["warnings"] == 6
    new = replace(warning, new=True)
    marked = report_of(*(replace(item, new=False) for item in report.findings), new, since="main")
    assert new in listed(marked, 1).findings


def test_text_tells_what_is_new_apart_from_what_was_there() -> None:
    items = (replace(three()[0], new=False), replace(three()[1], new=True))
    text = rendered("text", report_of(*items, since="main"))
    assert text.index("Brought in since main") < text.index("F308") < text.index("Already there at main")
    assert text.index("Already there at main") < text.index("F201")
    assert text.endswith("Since main: 0 errors, 1 warning, 0 infos; the change brought in nothing that\n  fails.\n")


def test_verbose_text_shows_the_row_and_what_the_code_means() -> None:
    text = rendered("text", report_of(*three(), cell="said twice"), View(verbose=True))
    assert "row figure_id id; note said twice" in text
    assert " ".join(catalogue()["F308"].meaning.split()[:5]) in text
    assert max(map(len, text.splitlines())) <= 80
    assert "F308" not in rendered("text", report_of(*three()), View(quiet=True))


def test_markdown_stays_below_what_github_takes() -> None:
    items = [replace(three()[0], message="x" * 600, key=str(number)) for number in range(3_000)]
    text = rendered("markdown", report_of(*items), View(most=5_000))
    assert len(text.encode()) < 1_048_576
    assert "3,000 more findings are not listed here." in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_quick(form: str, tmp_path: Path) -> None:
    # benchmarks/reports.py measures the promise at a hundred thousand; this only sees that nothing grows faster.
    import sys
    import time

    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        from reports import made_up
    finally:
        sys.path.pop(0)
    report = made_up(5_000)
    start = time.process_time()
    text = rendered(form, report)
    assert time.process_time() - start < 2
    if form == "json":
        json_schema().validate(json.loads(text) | {"findings": []})
