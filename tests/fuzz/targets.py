"""Each way in which a stranger's package is read, and what must be true of whatever comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from click.testing import CliRunner

import returnees
from fuzz import values
from fuzz.inputs import PACKAGES, Input
from returnees.checking import table_findings
from returnees.cli import COMMANDS, main
from returnees.consistency.profile import Profile
from returnees.consistency.rulefile import read_rules
from returnees.errors import ReturneesError
from returnees.findings import Finding, distinct
from returnees.outcome import Report
from returnees.package.model import Package
from returnees.package.opening import open_package
from returnees.report.forms import rendered
from returnees.tidying import tidying

TODAY = date(2026, 11, 24)
#: What no output may hold as it is: a terminal obeys it, or an eye is deceived by it.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
#: The most text that one small package may give.
MOST = 3_000_000


class Wrong(AssertionError):
    """What came out is not what may come out."""


def run(given: Input, place: Path, number: int) -> str:
    """Put one written input through its target and return in a word what became of it; raise on anything wrong."""
    try:
        return _TARGETS[given.target](given, place, number)
    except ReturneesError as error:
        _sound(str(error), "the error", escaped=False)
        return "refused"


def _sound(text: str, what: str, *, escaped: bool = True) -> None:
    """Raise when a text is too long, tells what stands outside the package, or holds what a terminal obeys."""
    if len(text) > MOST:
        raise Wrong(f"{what} has {len(text):,} characters")
    if values.CANARY in text:
        raise Wrong(f"{what} tells what stands in a file outside the package")
    if escaped and (found := UNSAFE.search(text)):
        raise Wrong(f"{what} holds {found[0]!a} as it is: {text[max(0, found.start() - 60) : found.end() + 20]!a}")


def _reported(name: str, findings: list[Finding]) -> str:
    """Render findings in every form and return whether any is an error."""
    report = Report(name, None, tuple(distinct(findings)))
    for form in ("text", "github", "markdown", "sarif", "junit", "html"):
        _sound(rendered(form, report), form)
    text = rendered("json", report)
    _sound(text, "the JSON")
    json.loads(text)
    return "sound" if report.valid else "found"


def _table(given: Input, place: Path, number: int) -> str:
    package = open_package(place)
    findings = [*package.findings, *table_findings(package.tables)]
    _tidied(package)
    return _reported(package.name, findings)


def _tidied(package: Package) -> None:
    """Whatever `tidy` would write must be JSON, and must keep every cell."""
    if package.keep is not None:
        return
    for change in tidying(package).changes:
        if change.file == "datapackage.json":
            json.loads(change.content, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise Wrong(f"{word} would be written to the descriptor")


@cache
def _profile() -> Profile:
    return Profile.of(open_package(PACKAGES / "valid").tables)


def _rules(given: Input, place: Path, number: int) -> str:
    text = given.files.get("schemas/rules.toml", b"").decode("utf-8", "replace")
    read = read_rules(text, "schemas/rules.toml", _profile())
    if read.rules and given.whole:
        return _whole(given, place, number)
    return _reported("rules", list(read.findings))


def _opened(given: Input, place: Path, number: int) -> str:
    package = open_package(place)
    if given.whole:
        return _whole(given, place, number)
    return _reported(package.name, list(package.findings))


def _whole(given: Input, place: Path, number: int) -> str:
    package = open_package(place)
    report = returnees.validate(package, conformance=False, today=TODAY)
    for form in ("text", "github", "markdown", "sarif", "junit", "html"):
        _sound(rendered(form, report), form)
    text = rendered("json", report)
    _sound(text, "the JSON")
    json.loads(text)
    _tidied(package)
    return "sound" if report.valid else "found"


#: What is called with a stranger's package; a command that is not here is called with the package alone.
_ARGUMENTS: dict[str, list[list[str]]] = {
    "validate": [[], ["--format", "json"]],
    "export": [["--to", "OUT", "--allow-invalid"]],
    "show": [[], ["--area", "FIN"], ["--format", "json"]],
    "cite": [[], ["--format", "bibtex"], ["--format", "csl"]],
    "tidy": [["--check"]],
    "catalogue": [["--check"]],
    "codebook": [["--check"]],
    "release": [["--to", "OUT", "--allow-invalid"]],
}
#: Commands that need more than a package, or that start another program.
_LEFT_OUT = ("diff", "explain", "new", "add", "validate", "release", "site")


def _command(given: Input, place: Path, number: int) -> str:
    random = Random(number)
    name = random.choice([item for item in COMMANDS if item not in _LEFT_OUT])
    arguments = random.choice(_ARGUMENTS.get(name, [[]]))
    out = str(place.parent / "out")
    result = CliRunner().invoke(main, [name, str(place), *(out if item == "OUT" else item for item in arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in (0, 1, 2):
        raise Wrong(f"{name} ends with exit code {result.exit_code}")
    _sound(result.output, name)
    return f"exit {result.exit_code}"


_TARGETS: dict[str, Callable[[Input, Path, int], str]] = {
    "table": _table,
    "rules": _rules,
    "zip": _opened,
    "descriptor": _opened,
    "package": _whole,
    "command": _command,
}
