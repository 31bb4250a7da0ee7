"""The scripts find a Python, make their environment once, and say in one sentence when they cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for a POSIX shell")

SCRIPTS = ("test", "validate", "lock")


def fake(folder: Path, name: str, body: str) -> Path:
    """Write an executable shell script that plays a Python."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


OLD = 'case "$2" in *print*) echo 3.8;; *) exit 1;; esac'
NO_VENV = f'case "$2" in *ensurepip*) exit 1;; *) exec "{sys.executable}" "$@";; esac'


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """A tiny project with the real scripts, and a lock file that asks for nothing."""
    project = tmp_path / "a checkout"
    shutil.copytree(root / "scripts", project / "scripts")
    (project / "requirements").mkdir()
    for name in ("run", "test"):
        (project / "requirements" / f"{name}.txt").write_text("", encoding="utf-8")
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    (project / "datapackage.json").write_text('{\n  "version": "0.1.0"\n}\n', encoding="utf-8")
    return project


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command from the root folder with additions to the environment."""
    return subprocess.run(
        [str(part) for part in command], cwd="/", env=os.environ | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_old_python_is_named_in_one_sentence(checkout: Path, tmp_path: Path, script: str) -> None:
    old = fake(tmp_path / "bin", "python3", OLD)
    done = run(checkout / "scripts" / script, RETURNEES_PYTHON=str(old))
    assert done.returncode == 2
    assert done.stderr.startswith(f"scripts/{script}: Python 3.11 or newer is needed, found 3.8 ({old})")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_python_that_does_not_run_is_named(checkout: Path) -> None:
    done = run(checkout / "scripts/test", RETURNEES_PYTHON="/nowhere/python")
    assert done.returncode == 2
    assert "found no Python that runs (/nowhere/python), as RETURNEES_PYTHON says" in done.stderr


def test_a_python_without_venv_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    bare = fake(tmp_path / "bin", "python3", NO_VENV)
    done = run(checkout / "scripts/test", RETURNEES_PYTHON=str(bare))
    assert done.returncode == 2
    assert "apt install python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_newer_python_on_the_path_is_taken_when_python3_is_old(checkout: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "python3", OLD)
    fake(tmp_path / "bin", "python3.13", f'exec "{sys.executable}" "$@"')
    command = f'cd "{checkout}" && . scripts/environment.sh && find_python x && echo "$python"'
    done = run("/bin/sh", "-c", command, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", RETURNEES_PYTHON="")
    assert done.stdout == "python3.13\n", done.stderr


def environment(checkout: Path) -> list[str | Path]:
    """Return the command that makes an environment without the project itself, which could not be installed."""
    return [sys.executable, checkout / "scripts/environment.py", ".venv", "requirements/run.txt", "a test", "--bare"]


def test_an_environment_is_made_once_by_one_of_two_runs_at_once_and_what_cannot_be_made_is_said(checkout: Path) -> None:
    half = checkout / ".venv" / "bin"
    half.mkdir(parents=True)
    (half / "python").symlink_to(sys.executable)
    command = [str(part) for part in environment(checkout)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    assert sum("making .venv with" in text for _, text in said) == 1
    assert (checkout / ".venv" / "pyvenv.cfg").is_file()
    # A further run makes nothing, until something else is asked for.
    again = run(*environment(checkout))
    assert (again.returncode, again.stdout, again.stderr) == (0, said[0][0], "")
    assert Path(again.stdout.strip()).exists()
    # What cannot be installed is one sentence after pip's own.
    (checkout / "requirements/run.txt").write_text("returnees==1 --hash=sha256:00\n", encoding="utf-8")
    done = run(*environment(checkout), PIP_NO_INDEX="1")
    assert done.returncode == 2
    assert "making .venv" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("a test: could not make .venv from requirements/run.txt")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["run", "test", "peers"])
def test_every_line_of_a_lock_file_is_pinned_and_hashed_and_names_no_index(root: Path, name: str) -> None:
    text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    pinned = [entry for entry in entries if entry and not entry.startswith("#")]
    assert pinned
    assert not [entry for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry]
    assert "://" not in text
    assert "index" not in text


def test_the_lock_files_hold_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "run": project["project"]["dependencies"] + project["build-system"]["requires"],
        "test": project["project"]["optional-dependencies"]["test"],
        "peers": (root / "requirements" / "peers.in").read_text(encoding="utf-8").splitlines()[1:],
    }
    for name, requirements in asked.items():
        text = "\n" + (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        for requirement in requirements:
            bare = requirement.split(">=")[0].split("[")[0]
            if bare == project["project"]["name"]:
                continue  # its own extras, which the resolver has taken apart
            assert f"\n{bare}==" in text, f"{bare} is not in requirements/{name}.txt; run scripts/lock"
