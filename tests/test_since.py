"""``validate --since``: what a change brought in fails, what was there before is listed."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from returnees.cli import main
from returnees.diff.places import open_place
from returnees.findings import Finding
from returnees.package.opening import open_package
from returnees.validation import validate

PACKAGES = Path(__file__).parent / "packages"

pytestmark = pytest.mark.usefixtures("frictionless_here")

#: A rule and figures of which no edit is broken alone, and which cannot all be true: 10 <= 5..20 <= 8.
CHAIN_RULE = """
[[rule]]
id = "travelled-within-departed"
assert = "travelled <= departed"
label = "No more travel than departed"
why = "Whoever travelled had departed."
severity = "error"

[rule.passes]
figures = [{ measure = "travelled", exact = 5 }, { measure = "departed", exact = 7 }]

[rule.breaks]
figures = [{ measure = "travelled", exact = 7 }, { measure = "departed", exact = 5 }]
"""
CHAIN_FIGURES = (
    "beta-fin-departed,beta-2018,FIN,departed,2018,exact,8,,,persons\n"
    "beta-fin-returned,beta-2018,FIN,returned,2018,exact,10,,,persons\n"
    "beta-fin-travelled,beta-2018,FIN,travelled,2018,range,,5,20,persons\n"
)
CHAIN_READINGS = (
    "beta-fin-departed,beta-2018,8,exact,8,,\n"
    "beta-fin-returned,beta-2018,10,exact,10,,\n"
    "beta-fin-travelled,beta-2018,5 to 20,range,,5,20\n"
)
KNOWN = {
    "name": "known_issues",
    "path": "data/known_issues.csv",
    "type": "table",
    "schema": {
        "fields": [
            {"name": name, "type": "string"} for name in ("issue_id", "rule_id", "figure_ids", "reason", "recorded_on")
        ],
        "primaryKey": ["issue_id"],
    },
}


@dataclass(frozen=True)
class Repository:
    """A repository whose ``sub`` folder is a package."""

    top: Path

    @property
    def package(self) -> Path:
        return self.top / "sub"

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.top), "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Change")

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.package / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def append(self, file: str, rows: str) -> None:
        with (self.package / file).open("a", encoding="utf-8") as stream:
            stream.write(rows)

    def declare(self, resource: dict[str, object]) -> None:
        path = self.package / "datapackage.json"
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        descriptor["resources"].append(resource)
        path.write_text(json.dumps(descriptor, indent=1), encoding="utf-8")

    def since(self, revision: str = "HEAD") -> dict[bool | None, list[Finding]]:
        """Return our own findings, those that the change brought in under True."""
        before = open_place(revision, self.package)
        report = validate(open_package(self.package), conformance=False, since=before)
        return {new: [item for item in report.findings if item.new is new] for new in (True, False)}

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(main, ["validate", str(self.package), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with a valid package, committed."""
    made = Repository(tmp_path)
    shutil.copytree(PACKAGES / "valid", made.package)
    made.git("init", "-q")
    made.commit()
    return made


def codes(findings: list[Finding]) -> list[str]:
    return [item.code for item in findings]


def test_what_was_there_is_listed_and_does_not_fail(repository: Repository) -> None:
    repository.edit("data/areas.csv", "Finland,country", "Finland,state")
    assert repository.run().exit_code == 1
    repository.commit()
    result = repository.run("--since", "HEAD")
    assert result.exit_code == 0
    assert "Already there at HEAD" in result.stdout
    assert "F132" in result.stdout


def test_a_new_mistake_fails_and_is_told_apart_from_an_old_one_like_it(repository: Repository) -> None:
    repository.edit("data/areas.csv", "Finland,country", "Finland,state")
    repository.commit()
    repository.edit("data/areas.csv", "States,country", "States,state")
    result = repository.run("--since", "HEAD", "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [(item["key"], item["new"]) for item in report["findings"]] == [("FIN", False), ("USA", True)]
    assert report["since"] == "HEAD"
    assert (report["valid"], report["summary"]["errors"], report["summary"]["new"]["errors"]) == (False, 2, 1)
    assert repository.run("--since", "HEAD~1").exit_code == 1


def test_lines_that_shift_make_nothing_new(repository: Repository) -> None:
    repository.edit("data/areas.csv", "Finland,country", "Finland,state")
    repository.edit("data/figures.csv", "exact,7,", "exact,700,")
    repository.commit()
    repository.edit("data/areas.csv", "m49\n", "m49\nAAA,A land,country,\n")
    row = "aaa-returned,alpha-2017,AAA,returned,2017-10,exact,1,,,persons\n"
    repository.edit("data/figures.csv", "unit\n", f"unit\n{row}")
    repository.append("data/readings.csv", "aaa-returned,alpha-2017,1,exact,1,,\n")
    found = repository.since()
    assert codes(found[False]) == ["F132", "F201", "F308"]
    assert codes(found[True]) == []


def test_of_two_findings_alike_the_second_is_new(repository: Repository) -> None:
    repository.append("data/areas.csv", "FIN,Finland,country,246\n")
    repository.commit()
    repository.append("data/areas.csv", "FIN,Finland,country,246\n")
    found = repository.since()
    assert found[False] and codes(found[True]) == codes(found[False])


def test_a_row_without_a_key_is_known_by_its_cells(repository: Repository) -> None:
    repository.append("data/areas.csv", ",Nowhere,country,\n")
    repository.commit()
    repository.edit("data/areas.csv", ",Nowhere", "BEL,Belgium,country,056\n,Nowhere")
    assert not repository.since()[True]


def test_a_contradiction_is_new_when_its_figures_changed(repository: Repository) -> None:
    repository.edit("data/figures.csv", "exact,7,", "exact,700,")
    found = repository.since()
    assert codes(found[True]) == ["F201", "F308"]
    repository.commit()
    repository.edit("data/figures.csv", "exact,129,", "exact,130,")
    assert "F201" in codes(repository.since()[True])


def test_a_contradiction_that_a_rule_brought_in_is_new(repository: Repository) -> None:
    repository.edit("data/figures.csv", "exact,7,", "exact,700,")
    rules = (repository.package / "schemas" / "rules.toml").read_text(encoding="utf-8")
    (repository.package / "schemas" / "rules.toml").write_text("", encoding="utf-8")
    repository.commit()
    (repository.package / "schemas" / "rules.toml").write_text(rules, encoding="utf-8")
    assert codes(repository.since()[True]) == ["F201"]


def test_a_comment_above_a_rule_makes_nothing_new(repository: Repository) -> None:
    repository.edit("data/figures.csv", "exact,7,", "exact,700,")
    repository.commit()
    repository.edit("schemas/rules.toml", "[[rule]]", "# A comment.\n[[rule]]")
    assert not repository.since()[True]


def joint(repository: Repository) -> None:
    """Add figures that cannot all be true together."""
    repository.append("data/measures.csv", "departed,Departed,persons,true\n")
    repository.append("data/figures.csv", CHAIN_FIGURES)
    repository.append("data/readings.csv", CHAIN_READINGS)
    repository.append("schemas/rules.toml", CHAIN_RULE)


def test_figures_that_cannot_all_be_true_are_new_once(repository: Repository) -> None:
    joint(repository)
    assert "F203" in codes(repository.since()[True])
    repository.commit()
    repository.edit("data/figures.csv", "exact,7,", "exact,8,")
    found = repository.since()
    assert "F203" in codes(found[False]) and "F203" not in codes(found[True])
    repository.edit("data/figures.csv", "2018,exact,8,,,", "2018,exact,9,,,")
    assert "F203" in codes(repository.since()[True])


def test_figures_that_cannot_all_be_true_are_compared_when_rules_change(repository: Repository) -> None:
    joint(repository)
    repository.commit()
    repository.edit("schemas/rules.toml", 'why = "Whoever travelled', 'why = "All who travelled')
    found = repository.since()
    assert "F203" in codes(found[False]) and "F203" not in codes(found[True])


def test_an_issue_that_is_known_no_longer_is_new(repository: Repository) -> None:
    repository.edit("data/figures.csv", "exact,7,", "exact,700,")
    repository.declare(KNOWN)
    head = "issue_id,rule_id,figure_ids,reason,recorded_on\n"
    row = "i,returned-within-travelled,alpha-2017-usa-returned alpha-2017-usa-travelled,So it is printed.,2020-01-01\n"
    known = repository.package / "data" / "known_issues.csv"
    known.write_text(head + row, encoding="utf-8")
    repository.commit()
    assert not repository.since()[True]
    known.write_text(head, encoding="utf-8")
    assert codes(repository.since()[True]) == ["F201"]


def test_an_issue_that_a_correction_made_stale_is_new(repository: Repository) -> None:
    joint(repository)
    repository.declare(KNOWN)
    figures = "beta-fin-departed beta-fin-returned"
    (repository.package / "data" / "known_issues.csv").write_text(
        "issue_id,rule_id,figure_ids,reason,recorded_on\n"
        f"i,returned-within-travelled,{figures},So it is printed.,2020-01-01\n",
        encoding="utf-8",
    )
    repository.commit()
    assert not repository.since()[True]
    repository.edit("data/figures.csv", "exact,8,", "exact,80,")
    repository.edit("data/readings.csv", "beta-2018,8,exact,8,", "beta-2018,80,exact,80,")
    assert codes(repository.since()[True]) == ["F205"]


def test_what_only_frictionless_finds_is_compared_too(repository: Repository) -> None:
    # An empty part of a foreign key refers to nothing for our checks; frictionless looks for a row with an empty cell.
    key = {"fields": ["earlier", "place"], "reference": {"resource": "", "fields": ["id", "place"]}}
    fields = [{"name": name, "type": "string"} for name in ("id", "earlier", "place")]
    schema = {"fields": fields, "primaryKey": ["id"], "foreignKeys": [key]}
    repository.declare({"name": "stays", "path": "data/stays.csv", "type": "table", "schema": schema})
    (repository.package / "data" / "stays.csv").write_text("id,earlier,place\na,,FIN\n", encoding="utf-8")
    repository.commit()
    repository.append("data/stays.csv", "b,,USA\n")
    report = json.loads(repository.run("--since", "HEAD", "--format", "json").stdout)
    marks = {item["line"]: item["new"] for item in report["findings"] if item["code"] == "F501"}
    assert marks == {2: False, 3: True}


def test_an_older_package_serves_as_well_as_a_revision(repository: Repository, tmp_path: Path) -> None:
    older = shutil.copytree(repository.package, tmp_path / "older")
    repository.edit("data/areas.csv", "Finland,country", "Finland,state")
    result = repository.run("--since", str(older), "--format", "json")
    assert [item["new"] for item in json.loads(result.stdout)["findings"]] == [True]


def test_a_revision_that_is_not_there_is_told_in_one_sentence(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.git("branch", "published")
    result = repository.run("--since", "publishd")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert "did you mean 'published'" in result.stderr
    outside = shutil.copytree(PACKAGES / "valid", tmp_path_factory.mktemp("outside") / "p")
    result = CliRunner().invoke(main, ["validate", str(outside), "--since", "HEAD"])
    assert result.exit_code == 2 and "not in a git repository" in result.stderr


def test_without_a_change_asked_about_nothing_is_marked(repository: Repository) -> None:
    repository.edit("data/areas.csv", "Finland,country", "Finland,state")
    report = json.loads(repository.run("--format", "json").stdout)
    assert report["since"] is None and report["summary"]["new"] is None
    assert [item["new"] for item in report["findings"]] == [None]
