"""Finding codes: each documented, each example true, the page current, and no code that nothing produces."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

import returnees
from returnees import checking, contradictions
from returnees.cli import main
from returnees.conformance import authority
from returnees.findings import Breakage, Code, catalogue
from returnees.package.limits import Limits
from returnees.package.model import Package
from returnees.package.opening import open_package
from returnees.report.codes import code_entry, codes_page
from returnees.starting import fresh

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 24)


def broken(package: Path, change: Breakage) -> None:
    """Make one change to a package, which must fit at exactly one place."""
    file = package / change.file
    if change.gone:
        file.unlink()
        return
    if change.old is None:
        file.write_bytes(change.new.encode())
        return
    text = file.read_bytes().decode("utf-8")
    start = text.index(change.after) if change.after else 0
    assert change.old in text[start:]
    assert change.after or text.count(change.old) == 1, "say with 'after' which place is meant"
    file.write_bytes((text[:start] + text[start:].replace(change.old, change.new, 1)).encode("utf-8"))


def example(folder: Path, changes: Iterable[Breakage] = ()) -> Path:
    """Write the package of `returnees new` into a folder, with some changes."""
    for path, content in fresh("example").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for change in changes:
        broken(folder, change)
    return folder


@pytest.mark.parametrize("code", [code for code in catalogue().values() if code.example], ids=lambda code: code.code)
def test_the_example_of_a_code_gives_the_finding(code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example(tmp_path, code.example)
    if code.code[:2] in ("F0", "F1", "F3"):
        # It is of the descriptor, of a table or of a row: the rules, which take the most time, are left out.
        monkeypatch.setattr(checking, "setting_of", lambda _: None)
    report = returnees.validate(tmp_path, conformance=code.code.startswith("F5"), today=TODAY)
    assert code.code in {item.code for item in report.findings}


def codes_of(package: Path | Package, conformance: bool = False) -> set[str]:
    return {item.code for item in returnees.validate(package, conformance=conformance, today=TODAY).findings}


def file_too_large(folder: Path, _: pytest.MonkeyPatch) -> set[str]:
    return codes_of(open_package(example(folder), limits=Limits(table_bytes=500)))


def too_many_columns(folder: Path, _: pytest.MonkeyPatch) -> set[str]:
    return codes_of(open_package(example(folder), limits=Limits(columns=9)))


def solver_out_of_time(folder: Path, patch: pytest.MonkeyPatch) -> set[str]:
    patch.setattr(contradictions, "joint_conflicts", partial(contradictions.joint_conflicts, seconds=0.0))
    return codes_of(example(folder, catalogue()["F203"].example))


def more_figures_than_are_followed(folder: Path, patch: pytest.MonkeyPatch) -> set[str]:
    patch.setattr(contradictions, "MOST_FOLLOWED", 10)
    return codes_of(example(folder))


def more_rows_than_frictionless_is_asked_about(folder: Path, patch: pytest.MonkeyPatch) -> set[str]:
    patch.setattr(authority, "MOST_ROWS", 10)
    return codes_of(example(folder), conformance=True)


def frictionless_too_slow(folder: Path, _: pytest.MonkeyPatch) -> set[str]:
    return codes_of(open_package(example(folder), limits=Limits(judge_seconds=0)), conformance=True)


def too_many_cells(folder: Path, _: pytest.MonkeyPatch) -> set[str]:
    return codes_of(open_package(example(folder), limits=Limits(cells=9)))


def zip_without_checksums(folder: Path, _: pytest.MonkeyPatch) -> set[str]:
    package = example(folder / "package")
    with zipfile.ZipFile(folder / "package.zip", "w") as archive:
        for file in sorted(package.rglob("*")):
            archive.write(file, file.relative_to(package))
    return codes_of(folder / "package.zip")


#: Codes that no change to a package shows, and what brings them.
SITUATIONS: dict[str, Callable[[Path, pytest.MonkeyPatch], set[str]]] = {
    "F015": zip_without_checksums,
    "F100": file_too_large,
    "F118": too_many_columns,
    "F119": too_many_cells,
    "F208": solver_out_of_time,
    "F209": more_figures_than_are_followed,
    "F502": more_rows_than_frictionless_is_asked_about,
    "F503": frictionless_too_slow,
}


@pytest.mark.parametrize("code", SITUATIONS)
def test_the_situation_of_a_code_gives_the_finding(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code in SITUATIONS[code](tmp_path, monkeypatch)


def test_the_package_of_the_examples_has_no_finding(tmp_path: Path) -> None:
    assert codes_of(example(tmp_path), conformance=True) == set()


def test_every_code_has_an_example_or_says_when_it_comes() -> None:
    without = [code.code for code in catalogue().values() if bool(code.example) == bool(code.situation)]
    assert without == [], "give each code an [[example]] or a situation in src/returnees/codes"
    assert {code.code for code in catalogue().values() if code.situation} == SITUATIONS.keys()


def test_every_code_is_produced_and_every_produced_code_is_documented() -> None:
    sources = (file.read_text(encoding="utf-8") for file in (ROOT / "src" / "returnees").rglob("*.py"))
    written = {code for text in sources for code in re.findall(r"\"(F[0-9]{3})\"", text)}
    assert written == set(catalogue())


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert page == codes_page(), "docs/findings.md is stale; 'returnees explain --codes > docs/findings.md' writes it"


@pytest.mark.parametrize("code", ["F201", "F302", "F502"])
def test_explain_prints_what_the_page_says(code: str) -> None:
    said = CliRunner().invoke(main, ["explain", code]).stdout
    written = code_entry(catalogue()[code])
    assert said.split() == written.split()  # at most 80 columns wide here, a line a paragraph there
    assert f"### {written}" in (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")


def test_explain_names_the_nearest_code_and_what_it_needs() -> None:
    unknown = CliRunner().invoke(main, ["explain", "F299"])
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "did you mean 'F" in unknown.stderr
    nothing = CliRunner().invoke(main, ["explain"])
    assert nothing.exit_code == 2
    assert "name what to explain" in nothing.stderr
