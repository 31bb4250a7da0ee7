"""What a difference asks of the version, and the versions that a repository holds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from differing import bump_of, edit, run, table
from making import VALID

import returnees
from returnees.diff import Bump, diff, open_place
from returnees.diff.forms import render_changelog
from returnees.diff.versions import Version, asked_version, parse_version

# What it asks of the version


@pytest.mark.parametrize(
    ("old", "bump", "asked"),
    [
        ("1.2.3", Bump.NONE, "1.2.3"),
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("0.2.3", Bump.MAJOR, "0.3.0"),
        ("0.2.3", Bump.PATCH, "0.2.4"),
        ("1.0.0-rc.1", Bump.MAJOR, "1.0.0"),
        ("1.2.3+build.5", Bump.PATCH, "1.2.4"),
        ("2026-11", Bump.PATCH, "None"),
        ("01.2.3", Bump.PATCH, "None"),
    ],
)
def test_version_asked_for(old: str, bump: Bump, asked: str) -> None:
    assert str(asked_version(old, bump)) == asked


def test_versions_are_compared_as_numbers() -> None:
    assert Version(1, 10, 0) > Version(1, 9, 9)
    assert parse_version(None) is None


def fields_of(descriptor: dict[str, Any], name: str) -> dict[str, Any]:
    schema: dict[str, Any] = next(item for item in descriptor["resources"] if item["name"] == name)["schema"]
    return schema


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("the package has another name", Bump.MAJOR),
        ("a resource has another name", Bump.MAJOR),
        ("a field has another name", Bump.MAJOR),
        ("a field is new", Bump.MAJOR),
        ("the fields are in another order", Bump.MAJOR),
        ("a field has another type", Bump.MAJOR),
        ("a constraint is stricter", Bump.MAJOR),
        ("a constraint is looser", Bump.MINOR),
        ("an allowed value more", Bump.MINOR),
        ("an allowed value less", Bump.MAJOR),
        ("a key is no longer a foreign key", Bump.MINOR),
        ("a resource is new", Bump.MINOR),
        ("a title", Bump.PATCH),
        ("a file moved", Bump.NONE),
        ("the version and the date", Bump.NONE),
    ],
)
def test_structure_asks_for_what_the_recipe_says(what: str, expected: Bump, copy: Path) -> None:
    descriptor = edit(copy)
    areas = fields_of(descriptor, "areas")
    resource = descriptor["resources"][0]
    file = copy / "data" / "areas.csv"
    match what:
        case "the package has another name":
            descriptor["name"] = "another"
        case "a resource has another name":
            descriptor["resources"][-1]["name"] = "reading"
        case "a field has another name":
            areas["fields"][3]["name"] = "code"
            file.write_text(file.read_text().replace("m49", "code"))
        case "a field is new":
            areas["fields"].append({"name": "note", "type": "string"})
            header, *rows = file.read_text().splitlines()
            file.write_text("".join(f"{line}\n" for line in [f"{header},note", *(f"{row}," for row in rows)]))
        case "the fields are in another order":
            areas["fields"].reverse()
        case "a field has another type":
            areas["fields"][3]["type"] = "integer"
        case "a constraint is stricter":
            areas["fields"][3]["constraints"]["required"] = True
        case "a constraint is looser":
            areas["fields"][1]["constraints"]["required"] = False
        case "an allowed value more":
            areas["fields"][2]["constraints"]["enum"].append("city")
        case "an allowed value less":
            areas["fields"][2]["constraints"]["enum"].remove("world")
        case "a key is no longer a foreign key":
            fields_of(descriptor, "figures")["foreignKeys"].pop()
        case "a resource is new":
            descriptor["resources"].append({**resource, "name": "places"})
        case "a title":
            descriptor["title"] = "Another title"
        case "a file moved":
            resource["path"] = "places.csv"
            file.rename(copy / "places.csv")
        case "the version and the date":
            descriptor |= {"version": "1.0.1", "created": "2026-01-01T00:00:00Z"}
    edit(copy, **descriptor)
    assert bump_of(copy) is expected


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("areas", "USA,United States", "FRA,France,country,250\nUSA,United States", Bump.MINOR),
        ("areas", "Finland", "Suomi", Bump.PATCH),
        ("figures", "about,40", "about,45", Bump.PATCH),
        ("figures", "alpha-2017-fin-returned,alpha-2017,FIN", "alpha-2017-fin-returned,alpha-2017,USA", Bump.MINOR),
        ("areas", "FIN,Finland,country,246\n", "", Bump.MAJOR),
        ("readings", "alpha-2017-fin-returned,alpha-2017,around 40,about,40,,\n", "", Bump.MINOR),
    ],
)
def test_rows_ask_for_what_the_recipe_says(name: str, old: str, new: str, expected: Bump, copy: Path) -> None:
    table(copy, name, old, new)
    assert bump_of(copy) is expected


def test_check_fails_when_the_version_is_too_small(copy: Path) -> None:
    table(copy, "areas", "USA,United States", "FRA,France,country,250\nUSA,United States")
    for version, code in (("1.0.0", 1), ("1.0.9", 1), ("1.1.0", 0), ("2.0.0", 0), ("0.9.0", 1), ("next", 1)):
        edit(copy, version=version)
        result = run(str(VALID), str(copy), "--check")
        assert (version, result.exit_code) == (version, code)
        assert ("at least 1.1.0" in result.stderr) == bool(code)
    assert run(str(VALID), str(copy)).exit_code == 0


def test_changelog_entries_have_the_form_of_keep_a_changelog(copy: Path) -> None:
    with (copy / "data" / "areas.csv").open("a") as stream:
        stream.writelines(f"X{number},Name {number},region,\n" for number in range(7))
    table(copy, "figures", "about,40", "about,45")
    edit(copy, version="1.1.0", created="2026-12-01T00:00:00Z", title="Another title")
    found = diff(returnees.open_package(VALID), returnees.open_package(copy))
    assert render_changelog(found) == (
        "## [1.1.0] - 2026-12-01\n\n"
        "### Added\n\n"
        "- areas: 7 rows added: `X0`, `X1`, `X2`, `X3`, `X4` and 2 more.\n\n"
        "### Changed\n\n"
        "- figures: 1 row changed: `alpha-2017-fin-returned` (value 40 -> 45).\n"
        "- The descriptor says something else in title.\n"
    )
    assert run(str(VALID), str(copy), "--changelog").stdout == render_changelog(found)


# Revisions of a repository


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the package in a subfolder: v1.0.0, then v1.1.0 with one more area, then an edit."""
    if shutil.which("git") is None:
        pytest.fail("git is not installed; the comparison of revisions cannot be tested without it")
    package = shutil.copytree(VALID, tmp_path / "repository" / "package ä")
    git(package.parent, "init", "--quiet")
    git(package.parent, "add", ".")
    git(package.parent, "commit", "--quiet", "--message", "One")
    git(package.parent, "tag", "v1.0.0")
    table(package, "areas", "USA,United States", "FRA,France,country,250\nUSA,United States")
    edit(package, version="1.1.0")
    git(package.parent, "commit", "--quiet", "--all", "--message", "Two")
    git(package.parent, "tag", "v1.1.0")
    table(package, "figures", "about,40", "about,45")
    monkeypatch.chdir(package)
    return package


def test_revisions_are_compared_as_git_writes_them(repository: Path) -> None:
    for words in (["v1.0.0..v1.1.0"], ["v1.0.0", "v1.1.0"], ["HEAD~1..HEAD"]):
        result = run(*words, "--check")
        assert result.exit_code == 0
        assert "+ FRA" in result.stdout
        assert "about" not in result.stdout
    both = run("v1.0.0..").stdout
    assert "+ FRA" in both
    assert "value 40 -> 45" in both
    for words in (["HEAD.."], ["v1.1.0", "."], ["HEAD"]):
        assert "+ FRA" not in run(*words).stdout
        assert "value 40 -> 45" in run(*words).stdout
    assert run("v1.1.0..", "--check").exit_code == 1
    with pytest.MonkeyPatch.context() as hook:
        hook.setenv("GIT_DIR", "/nowhere")  # as where the hook of another repository calls
        assert "+ FRA" in run("v1.0.0..v1.1.0").stdout
    before = sorted(repository.parent.rglob("*"))
    assert open_place("v1.0.0", repository).version == "1.0.0"
    assert sorted(repository.parent.rglob("*")) == before


def test_an_unknown_revision_names_the_nearest(repository: Path) -> None:
    assert "did you mean 'v1.0.0'" in str(run("v1.0.00..").exception)
    assert "three dots" in str(run("v1.0.0...v1.1.0").exception)
    assert "does not exist" in str(run("nothing.zip", ".").exception)
    for word in ("--upload-pack=x..", "-x.."):
        result = run("--", word)
        assert isinstance(result.exception, returnees.PackageError)


def test_without_a_repository_or_git_it_is_said(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(copy.parent))
    assert "is not in a git repository" in str(run("v1.0.0..").exception)
    monkeypatch.setenv("PATH", "")
    assert "without git" in str(run("v1.0.0..").exception)


def test_a_revision_without_the_package_or_with_a_link_is_said(repository: Path) -> None:
    (repository / "data" / "areas.csv").unlink()
    (repository / "data" / "areas.csv").symlink_to("/etc/hostname")
    git(repository, "commit", "--quiet", "--all", "--message", "Link")
    assert "its table 'areas' cannot be read" in str(run("HEAD..").exception)
    git(repository, "rm", "--quiet", "--cached", "datapackage.json")
    git(repository, "commit", "--quiet", "--message", "Gone")
    assert "there was no datapackage.json in package ä/ at HEAD" in str(run("HEAD..").exception)
