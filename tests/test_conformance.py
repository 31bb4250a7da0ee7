"""frictionless beside our own checks: what it adds, what it is not asked, and what is said when it does not answer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import returnees
from returnees.conformance import authority, judge
from returnees.findings import Finding
from returnees.package.limits import Limits

PACKAGES = Path(__file__).parent / "packages"
VALID = PACKAGES / "valid"

#: An empty part of a foreign key refers to nothing here; frictionless looks for a row with an empty cell.
HALF_A_KEY = {
    "fields": ["earlier", "place"],
    "reference": {"resource": "", "fields": ["id", "place"]},
}


def package(folder: Path, rows: str, *, key: dict[str, Any] | None = None, **about: Any) -> Path:
    """Write a package of one table, 'stays', with a number, an earlier number and a place in each row."""
    schema = {
        "fields": [
            {"name": "id", "type": "integer", "constraints": {"required": True}},
            {"name": "earlier", "type": "integer", "constraints": {"maximum": 10}},
            {"name": "place", "type": "string", "constraints": {"enum": ["FIN", "USA"]}},
        ],
        "primaryKey": ["id"],
        **({"foreignKeys": [key]} if key else {}),
    }
    resource = {"name": "stays", "path": "stays.csv", "type": "table", "encoding": "utf-8", "schema": schema}
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "example",
        "resources": [resource],
        **about,
    }
    (folder / "stays.csv").write_text("id,earlier,place\n" + rows, encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def conformance(folder: Path) -> list[Finding]:
    return [item for item in returnees.validate(folder).findings if item.code.startswith("F5")]


def about_tables(folder: Path) -> list[tuple[str, str | None, int | None, str | None]]:
    """Return what is found in the tables: F3xx and F2xx are of figures, which these packages do not have."""
    found = returnees.validate(folder).findings
    return [(item.code, item.resource, item.line, item.field) for item in found if item.code[:2] in ("F0", "F1", "F5")]


# What frictionless adds.


def test_sound_packages_have_nothing_to_add() -> None:
    assert conformance(VALID) == []


def test_what_only_frictionless_finds_is_shown_where_it_is(tmp_path: Path) -> None:
    rows = "1,,FIN\n2,1,FIN\n3,,\n"
    (found,) = conformance(package(tmp_path, rows, key=HALF_A_KEY))[:1]
    assert (found.code, found.severity, found.resource, found.file) == ("F501", "error", "stays", "stays.csv")
    assert found.line == 2
    assert found.message.startswith("frictionless finds: ")
    assert "violates the foreign key" in found.message


@pytest.mark.usefixtures("frictionless_here")
def test_a_row_after_a_cell_of_two_lines_is_named_by_its_own_line(tmp_path: Path) -> None:
    folder = package(tmp_path, '1,1,"FIN"\n2,2,"FIN"\n3,,FIN\n', key=HALF_A_KEY)
    schema = json.loads((folder / "datapackage.json").read_text("utf-8"))
    schema["resources"][0]["schema"]["fields"][2]["constraints"] = {}
    (folder / "datapackage.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "stays.csv").write_text('id,earlier,place\n1,1,"FIN\nLAND"\n2,2,FIN\n\n3,,FIN\n', encoding="utf-8")
    lines = [item.line for item in conformance(folder)]
    assert lines == [6]


# What is found by both is said once.


@pytest.mark.usefixtures("frictionless_here")
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("1,x,FIN\n", [("F120", 2)]),
        ("1,11,FIN\n", [("F134", 2)]),
        ("1,2,SWE\n", [("F132", 2)]),
        (",2,FIN\n", [("F130", 2)]),
        ("1,2,FIN\n1,3,FIN\n", [("F136", 3)]),
        ("1,2\n", [("F110", 2)]),
        ("1,2,FIN,4\n", [("F110", 2)]),
        ("1,2,FIN\n\n2,3,FIN\n", [("F111", 3)]),
        ("1,x,SWE\n2,11,FIN\n", [("F120", 2), ("F132", 2), ("F134", 3)]),
    ],
)
def test_what_both_find_is_said_once(tmp_path: Path, rows: str, expected: list[tuple[str, int]]) -> None:
    found = [(code, line) for code, _, line, _ in about_tables(package(tmp_path, rows))]
    assert found == expected


@pytest.mark.usefixtures("frictionless_here")
def test_many_faults_of_one_kind_are_not_said_again(tmp_path: Path) -> None:
    rows = "".join(f"{row},x,FIN\n" for row in range(1_500))
    found = about_tables(package(tmp_path, rows))
    assert {code for code, *_ in found} == {"F120"}
    assert len(found) == 1_001


@pytest.mark.usefixtures("frictionless_here")
def test_missing_values_of_the_package_hold_for_frictionless_too(tmp_path: Path) -> None:
    assert about_tables(package(tmp_path, "1,n/a,FIN\n", missingValues=["", "n/a"])) == []


@pytest.mark.usefixtures("frictionless_here")
def test_the_delimiter_is_not_guessed(tmp_path: Path) -> None:
    folder = package(tmp_path, "")
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"][0]["schema"] = {"fields": [{"name": "words;more;than;one", "type": "string"}]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (folder / "stays.csv").write_text("words;more;than;one\na;b;c;d\ne;f;g;h\n", encoding="utf-8")
    assert about_tables(folder) == []


# What frictionless is not asked.


@pytest.mark.usefixtures("frictionless_here")
def test_large_tables_are_skipped_and_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "MOST_ROWS", 30)
    rows = "1,,FIN\n2,1,FIN\n" + "".join(f"{row},{1},FIN\n" for row in range(3, 32))
    folder = package(tmp_path, rows, key=HALF_A_KEY)
    (found,) = conformance(folder)
    assert (found.code, found.severity, found.resource) == ("F502", "info", "stays")
    assert found.message == "'stays' has 31 rows; above 30, frictionless is not asked."
    monkeypatch.setattr(authority, "MOST_ROWS", 31)
    assert {item.code for item in conformance(folder)} == {"F501"}


@pytest.mark.usefixtures("frictionless_here")
def test_references_to_a_skipped_table_are_left_to_our_own_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "MOST_ROWS", 3)
    assert {(item.code, item.resource) for item in conformance(VALID)} >= {("F502", "figures")}
    assert {item.code for item in conformance(VALID)} == {"F502"}


# When frictionless does not answer.


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let another program stand in for the worker; give the processes that were started."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def stand_in(program: str) -> list[subprocess.Popen[bytes]]:
        def start(_: list[str], **options: Any) -> subprocess.Popen[bytes]:
            started.append(popen([sys.executable, "-c", program], **options))
            return started[-1]

        monkeypatch.setattr(judge.subprocess, "Popen", start)
        return started

    yield stand_in
    assert all(process.poll() is not None for process in started), "a process was left behind"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise SystemExit(3)", "it stopped with exit code 3"),
        ("import os; os.abort()", "it stopped with exit code -6"),
        ("import sys; sys.stdin.read(); raise ValueError", "it stopped with exit code 1"),
        ("import sys; sys.stdin.read(); print('Killed')", "its answer was not understood"),
        ("import sys; sys.stdin.read()", "its answer was not understood"),
    ],
)
def test_a_worker_that_fails_is_said_to(worker: Any, program: str, why: str) -> None:
    worker(program)
    (found,) = conformance(VALID)
    assert (found.code, found.severity) == ("F503", "warning")
    assert found.message == f"frictionless did not judge the package: {why}."


def test_a_worker_that_takes_too_long_is_ended(worker: Any) -> None:
    worker("import time; time.sleep(60)")
    report = returnees.validate(VALID, limits=Limits(judge_seconds=1))
    (found,) = (item for item in report.findings if item.code.startswith("F5"))
    assert found.code == "F503"
    assert found.message.startswith("frictionless did not judge the package: it took more than 1 seconds")


def test_our_own_findings_are_there_without_an_answer(worker: Any, tmp_path: Path) -> None:
    worker("raise SystemExit(1)")
    assert [code for code, *_ in about_tables(package(tmp_path, "1,x,FIN\n"))] == ["F120", "F503"]


def test_a_fault_inside_frictionless_is_no_traceback(tmp_path: Path) -> None:
    folder = package(tmp_path, "1,2,FIN\n")
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    descriptor["resources"][0]["schema"]["fields"][2]["constraints"] = {"pattern": "["}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    assert [code for code, *_ in about_tables(folder)] == ["F122", "F503"]


def test_without_conformance_no_process_is_started(worker: Any) -> None:
    started = worker("raise SystemExit(1)")
    assert returnees.validate(VALID, conformance=False).valid
    assert started == []


def test_a_package_that_is_none_leaves_no_process_behind(worker: Any, tmp_path: Path) -> None:
    started = worker("import sys; sys.stdin.read()")
    with pytest.raises(returnees.PackageError):
        returnees.validate(tmp_path / "nothing")
    assert len(started) == 1


# No network.


def ask_worker(task: dict[str, Any]) -> list[dict[str, Any]]:
    """Hand a task to a worker that would connect if it could, and return the errors."""
    command = [sys.executable, "-m", "returnees.conformance.worker"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "http_proxy": "", "https_proxy": ""}
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    errors: list[dict[str, Any]] = json.loads(done.stdout)["errors"]
    return errors


def test_the_worker_connects_to_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/stays.csv"
        schema = {"fields": [{"name": "id", "type": "integer"}]}
        descriptor = {"name": "example", "resources": [{"name": "stays", "path": address, "schema": schema}]}
        errors = ask_worker({"root": str(tmp_path), "descriptor": descriptor})
        assert errors
        assert "the network is not used" in " ".join(item["message"] for item in errors)
        with pytest.raises(TimeoutError):
            server.accept()


def test_links_in_a_package_are_not_handed_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        link = f"http://127.0.0.1:{server.getsockname()[1]}/profile.json"
        folder = package(tmp_path, "1,2,FIN\n", profile=link, licenses=[{"path": link}])
        returnees.validate(folder)
        with pytest.raises(TimeoutError):
            server.accept()
