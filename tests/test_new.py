"""A fresh package: valid at once, in canonical form, with its own tests, and never written over anything."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

import returnees
from returnees.cli import main
from returnees.package.opening import open_package
from returnees.package.shipped import shipped_package
from returnees.starting import fresh, start
from returnees.tidying import tidying


def new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def test_a_fresh_package_is_valid_without_any_finding(tmp_path: Path) -> None:
    folder = tmp_path / "My Package"
    result = new(folder)
    assert result.exit_code == 0, result.stderr
    report = returnees.validate(folder)
    assert report.findings == ()
    assert (report.package, report.version) == ("my-package", "0.1.0")
    assert all(counts.edits and not counts.broken for counts in report.verdicts.values())
    assert tidying(open_package(folder)).changes == ()
    assert set(result.stdout.splitlines()) == {str(file) for file in folder.rglob("*") if file.is_file()}


def test_name_and_title_are_put_where_they_belong(tmp_path: Path) -> None:
    assert new(tmp_path / "p", "--name", "courses", "--title", 'Courses & "those" who finish').exit_code == 0
    descriptor = json.loads((tmp_path / "p" / "datapackage.json").read_text("utf-8"))
    assert (descriptor["name"], descriptor["title"]) == ("courses", 'Courses & "those" who finish')
    assert descriptor["contributors"][0]["title"] == 'Courses & "those" who finish maintainers'
    assert (tmp_path / "p" / "README.md").read_text("utf-8").startswith('# Courses & "those" who finish\n')


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = new(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not empty (it holds 'notes.txt')" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
    assert new(tmp_path / "notes.txt").exit_code == 2


def test_an_empty_folder_under_version_control_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert new(tmp_path, "--name", "p").exit_code == 0
    assert (tmp_path / "datapackage.json").is_file()


def test_a_name_that_cannot_be_a_package_s_is_refused(tmp_path: Path) -> None:
    result = new(tmp_path / "p", "--name", "../Two Words")
    assert result.exit_code == 2
    assert "cannot be the name of a package" in result.stderr
    assert not (tmp_path / "p").exists()


def test_same_name_same_bytes() -> None:
    assert fresh("p") == fresh("p")


def test_the_schemas_are_the_shipped_ones_cut_to_the_example() -> None:
    """A change of a shipped schema reaches fresh packages: no field is written a second time by hand."""
    shipped = open_package(shipped_package())
    contents = fresh("p")
    for resource in json.loads(contents["datapackage.json"])["resources"]:
        schema = json.loads(contents[resource["schema"]])
        own = next(item.schema for item in shipped.resources if item.name == resource["name"])
        assert own is not None
        fields = {field["name"]: field for field in own["fields"]}
        for field in schema["fields"]:
            for key in field.keys() - {"description", "constraints"}:
                assert field[key] == fields[field["name"]][key]


def test_the_workflow_s_steps_pass(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    start(folder)
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "validate.yml").read_text("utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["validate"]["steps"] if "run" in step]
    assert steps[0] == "python -m pip install returnees pytest"
    for step in steps[1:]:
        program, *arguments = shlex.split(step)
        call = ["-m", "returnees", *arguments] if program == "returnees" else arguments
        # The package's own pytest must not take itself for a part of this one.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        environment["PYTEST_ADDOPTS"] = "-p no:pointblank"  # which is here for other reasons, and loads much
        done = subprocess.run([sys.executable, *call], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_unwritable_place_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    result = new(tmp_path / "p")
    assert result.exit_code == 2
    assert "cannot be written: No space left on device" in result.stderr
    assert not [file for file in (tmp_path / "p").rglob("*") if file.is_file()]
