"""What changed between two versions: found by key and field, written, applied again, weighed for a version."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import returnees
from returnees.cli.diff import command
from returnees.diff import Bump, apply, diff, open_place, read_csv
from returnees.diff.csvform import render_csv
from returnees.diff.forms import render_changelog
from returnees.diff.tables import Content, compare
from returnees.diff.versions import Version, asked_version, parse_version
from returnees.errors import ReturneesError
from returnees.package.model import Package

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "packages" / "valid"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit | ReturneesError), result.exception
    return result


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the small valid package, to change."""
    return shutil.copytree(VALID, tmp_path / "copy")


def edit(folder: Path, **changes: Any) -> dict[str, Any]:
    """Change the descriptor; return it."""
    file = folder / "datapackage.json"
    descriptor: dict[str, Any] = json.loads(file.read_text("utf-8")) | changes
    file.write_text(json.dumps(descriptor))
    return descriptor


def table(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a table once."""
    file = folder / "data" / f"{name}.csv"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def bump_of(folder: Path) -> Bump:
    return diff(returnees.open_package(VALID), returnees.open_package(folder)).bump


def contents(package: Package) -> dict[str, pl.DataFrame]:
    from returnees.diff.tables import content

    found = [content(package.label, item) for item in package.tables.values()]
    return {item.file: item.text for item in found}


# What changed


def test_nothing_changed(copy: Path) -> None:
    result = run(str(VALID), str(copy), "--check")
    assert result.exit_code == 0
    assert result.stdout == "Nothing changed (1.0.0, 1.0.0).\n"


def test_rows_are_found_by_key_and_cells_by_field(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    table(copy, "areas", "USA,United States", "FRA,France,country,250\nUSA,United States")
    found = diff(returnees.open_package(VALID), returnees.open_package(copy))
    assert [(item.file, item.action, dict(item.identifier)) for item in found.changes] == [
        ("data/areas.csv", "add", {"area_id": "FRA"}),
        ("data/figures.csv", "update", {"figure_id": "alpha-2017-fin-returned"}),
    ]
    assert (found.changes[1].initial, found.changes[1].new) == ({"value": "40"}, {"value": "45"})
    text = run(str(VALID), str(copy)).stdout
    assert "  ~ alpha-2017-fin-returned: value 40 -> 45" in text
    assert "  + FRA" in text


def test_another_order_of_rows_is_no_difference(copy: Path) -> None:
    file = copy / "data" / "figures.csv"
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(rows)]) + "\n")
    assert bump_of(copy) is Bump.NONE


def test_a_release_and_a_folder_can_be_compared(copy: Path, tmp_path: Path) -> None:
    from returnees.releasing import release

    package = returnees.open_package(VALID)
    zipped = release(package, tmp_path, returnees.validate(package, conformance=False))
    table(copy, "figures", "about,40", "about,45")
    assert "1 row changed" in run(str(zipped), str(copy)).stdout
    assert "1 row changed" in run(str(copy / "datapackage.json"), str(zipped)).stdout


def test_text_is_capped_and_the_other_forms_are_not(copy: Path) -> None:
    with (copy / "data" / "areas.csv").open("a") as stream:
        stream.writelines(f"X{number:03},Name {number},region,\n" for number in range(300))
    text = run(str(VALID), str(copy), "--max-changes", "4").stdout
    assert text.count("  + X") == 4
    assert "  + ... 296 more" in text
    assert len(json.loads(run(str(VALID), str(copy), "--format", "json").stdout)["tables"]["areas"]["changes"]) == 300
    assert len(run(str(VALID), str(copy), "--format", "csv").stdout.splitlines()) == 301


def test_csv_has_the_columns_of_gtfs_diff(copy: Path) -> None:
    edit(copy, resources=[item for item in edit(copy)["resources"] if item["name"] != "readings"])
    table(copy, "figures", "about,40", "about,45")
    rows = list(csv.DictReader(io.StringIO(run(str(VALID), str(copy), "--format", "csv").stdout)))
    assert list(rows[0]) == ["id", "file", "action", "target", "identifier", "initial_value", "new_value", "note"]
    assert [row["id"] for row in rows] == ["1", "2"]
    assert [row["target"] for row in rows] == ["file", "row"]
    assert json.loads(rows[0]["identifier"]) == {"filename": "data/readings.csv"}
    assert json.loads(rows[1]["identifier"]) == {"figure_id": "alpha-2017-fin-returned"}
    assert (rows[1]["initial_value"], rows[1]["new_value"]) == ('{"value": "40"}', '{"value": "45"}')


def test_control_characters_are_shown_and_not_sent(copy: Path) -> None:
    with (copy / "data" / "areas.csv").open("a") as stream:
        stream.write("X\x1b[2J\u202e,name,region,\n")
    for option in ("--format=text", "--changelog"):
        text = run(str(VALID), str(copy), option).stdout
        assert "\x1b" not in text
        assert "\\x1b[2J\\u202e" in text


def test_a_table_that_does_not_read_is_not_compared(copy: Path) -> None:
    table(copy, "areas", "USA,United States", 'USA,"United States')
    result = run(str(VALID), str(copy))
    assert isinstance(result.exception, returnees.PackageError)
    assert "its table 'areas' does not read (F108)" in str(result.exception)
    (copy / "data" / "areas.csv").unlink()
    assert "cannot be read" in str(run(str(VALID), str(copy)).exception)


# Applied again

CELL = st.sampled_from(["", "a", "b", "a,b", 'say "b"', "zwei\nZeilen", "ß", "\U0001f600", " 1", "null"])
NAMES = ["id", "part", "value", "old id", "row", "note"]


@st.composite
def versions(draw: st.DrawFn) -> tuple[Content | None, Content | None]:
    """Two versions of a table: fields and rows in common and not, with a key, without, or with one that fails."""
    key = tuple(draw(st.sampled_from([(), ("id",), ("id", "part")])))

    def one(file: str) -> Content | None:
        if draw(st.integers(0, 7)) == 0:
            return None
        own_key = key if draw(st.integers(0, 5)) else ()
        others = [name for name in NAMES if name not in own_key]
        names = [*own_key, *draw(st.lists(st.sampled_from(others), unique=True, max_size=4))]
        names = draw(st.permutations(names or ["note"]))
        rows = draw(st.lists(st.tuples(*[CELL] * len(names)), max_size=6))
        if own_key and draw(st.integers(0, 5)):
            places = [names.index(name) for name in own_key]
            rows = list({tuple(row[place] for place in places): row for row in rows}.values())
        text = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
        return Content(file, text.sort(own_key, maintain_order=True) if own_key else text, own_key)

    return one("data/t.csv"), one(draw(st.sampled_from(["data/t.csv", "moved/t.csv"])))


@settings(max_examples=400, deadline=None)
@given(versions())
def test_the_csv_applied_to_the_old_version_gives_the_new(pair: tuple[Content | None, Content | None]) -> None:
    old, new = pair
    changes = compare("t", "T", old, new).changes
    before = {old.file: old.text} if old else {}
    after = apply(read_csv(render_csv(changes)), before)
    assert after.keys() == ({new.file} if new else set())
    if new:
        assert after[new.file].equals(new.text)
        assert after[new.file].columns == new.text.columns
    if old and new and old.file == new.file and old.key == new.key and old.text.equals(new.text):
        assert changes == () or old.text.columns != new.text.columns


JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, -1, 10**20, "", "a", "id", "data/t.csv"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from([*NAMES, "column", "position", "filename"]), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(versions(), st.data())
def test_a_difference_that_was_tampered_with_is_applied_or_refused_in_a_sentence(
    pair: tuple[Content | None, Content | None], data: st.DataObject
) -> None:
    changes = compare("t", "T", *pair).changes
    rows = list(csv.DictReader(io.StringIO(render_csv(changes), newline="")))
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    field = data.draw(st.sampled_from(["file", "action", "target", "identifier", "initial_value", "new_value"]))
    known = {"file": ["data/t.csv", "x"], "action": ["add", "delete", "update"], "target": ["file", "column", "row"]}
    row[field] = data.draw(st.sampled_from(known[field]) if field in known else JSON.map(json.dumps))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    with contextlib.suppress(ReturneesError):
        apply(read_csv(stream.getvalue()), {pair[0].file: pair[0].text} if pair[0] else {})


def test_the_csv_of_whole_packages_applied_gives_the_new(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    table(copy, "areas", "FIN,Finland,country,246\n", "")
    edit(copy, resources=[item for item in edit(copy)["resources"] if item["name"] != "readings"])
    package = returnees.open_package
    text = run(str(VALID), str(copy), "--format", "csv").stdout
    after = apply(read_csv(text), contents(package(VALID)))
    expected = contents(package(copy))
    assert after.keys() == expected.keys()
    assert all(after[file].equals(expected[file]) for file in expected)
    back = apply(read_csv(run(str(copy), str(VALID), "--format", "csv").stdout), expected)
    assert all(back[file].equals(frame) for file, frame in contents(package(VALID)).items())


def test_two_tables_may_swap_their_files() -> None:
    one, two = (pl.DataFrame({"id": [cell]}) for cell in "ab")
    changes = [
        *compare("one", "", Content("a.csv", one, ("id",)), Content("b.csv", one, ("id",))).changes,
        *compare("two", "", Content("b.csv", two, ("id",)), Content("a.csv", two, ("id",))).changes,
    ]
    after = apply(changes, {"a.csv": one, "b.csv": two})
    assert after["a.csv"].equals(two)
    assert after["b.csv"].equals(one)


def test_a_difference_that_does_not_fit_is_not_applied(copy: Path) -> None:
    table(copy, "figures", "about,40", "about,45")
    changes = diff(returnees.open_package(VALID), returnees.open_package(copy)).changes
    with pytest.raises(ReturneesError, match="'value' is '45' where '40' is expected"):
        apply(changes, contents(returnees.open_package(copy)))


@pytest.mark.parametrize(
    "text",
    [
        "", "a,b\n1,2\n", "file,action,target,identifier,initial_value,new_value\na,burn,row,{},,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row,[1],,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row," + "[" * 100_000 + ",,\n",
        "file,action,target,identifier,initial_value,new_value\na,add,row," + "[" * 200_000 + ",,\n",
        "file,action,target,identifier,initial_value,new_value\na,add\n",
    ],
)  # fmt: skip
def test_what_is_no_difference_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(returnees.UsageError):
        read_csv(text)


@pytest.mark.parametrize("name", sorted(file.parent.name for file in VALID.parent.glob("*/expected.json")))
def test_any_package_is_compared_or_refused_in_a_sentence(name: str) -> None:
    broken = returnees.open_package(VALID.parent / name)
    valid = returnees.open_package(VALID)
    for old, new in ((valid, broken), (broken, valid), (broken, broken)):
        try:
            found = diff(old, new)
            before, after = contents(old), contents(new)
        except returnees.PackageError as error:
            assert "cannot be compared" in str(error)
            continue
        result = apply(read_csv(render_csv(found.changes)), before)
        assert result.keys() == after.keys()
        assert all(result[file].equals(frame) for file, frame in after.items())
        assert old is not new or (found.changes == () and found.bump is Bump.NONE)


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


def test_a_hundred_thousand_rows_are_compared_in_seconds(tmp_path: Path) -> None:
    import time

    folders = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        fields = [{"name": "id", "type": "string"}, {"name": "value", "type": "integer"}]
        schema = {"fields": fields, "primaryKey": ["id"]}
        stated = {"name": "t", "path": "t.csv", "type": "table", "schema": schema}
        (folder / "datapackage.json").write_text(json.dumps({"name": "p", "version": "1.0.0", "resources": [stated]}))
        rows = (f"k{number:06},{number + (name == 'b' and number % 1000 == 0)}\n" for number in range(100_000))
        (folder / "t.csv").write_text("id,value\n" + "".join(rows))
        folders.append(str(folder))
    started = time.perf_counter()
    assert "100 rows changed" in run(*folders).stdout
    assert time.perf_counter() - started < 10
