"""The built wheel: carries the data package, and works without the tools of development, on every Python."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with what the lock file holds."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, root, cwd=folder)
    (file,) = folder.glob("*.whl")
    return file


def runtime(root: Path, folder: Path, python: str, environment: str) -> Path:
    """Return the Python of the runtime environment, which is made where it is not there yet."""
    script = root / "scripts" / "environment.py"
    made = run(python, script, environment, "requirements/run.txt", "tests/test_wheel.py", cwd=folder)
    return Path(made.stdout.strip())


def test_the_wheel_carries_the_package_byte_for_byte(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {
            name.removeprefix("returnees/_package/"): archive.read(name)
            for name in archive.namelist()
            if name.startswith("returnees/_package/")
        }
    files = [root / "datapackage.json", *(root / "data").rglob("*"), *(root / "schemas").rglob("*")]
    assert carried == {file.relative_to(root).as_posix(): file.read_bytes() for file in files if file.is_file()}


def test_the_wheel_states_the_descriptor_s_version_and_both_licences(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        fields = Parser().parsestr(archive.read(metadata).decode("utf-8"))
    assert fields["Version"] == json.loads((root / "datapackage.json").read_text(encoding="utf-8"))["version"]
    assert fields.get_all("License-File") == ["LICENSE", "LICENSE-DATA"]
    assert "returnees/py.typed" in names
    templates = root / "src" / "returnees" / "templates"
    carried = {name for name in names if name.startswith("returnees/templates/")}
    assert carried == {
        f"returnees/templates/{file.relative_to(templates).as_posix()}"
        for file in templates.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "scripts/"))]


def test_the_wheel_works_without_development_dependencies(root: Path, wheel: Path, tmp_path: Path) -> None:
    runner, library = runtime(root, tmp_path, sys.executable, ".venv"), tmp_path / "library"
    run(runner, "-m", "pip", "install", "--quiet", "--no-deps", "--target", library, wheel, cwd=tmp_path)
    absent = "import importlib.util as u; raise SystemExit(any(map(u.find_spec, ['pytest', 'hypothesis', 'mypy'])))"
    run(runner, "-c", absent, cwd=tmp_path)
    where = "from returnees.package.shipped import shipped_package as s; print(s())"
    found = run(runner, "-c", where, cwd=tmp_path, PYTHONPATH=str(library)).stdout.strip()
    assert Path(found) == library.resolve() / "returnees" / "_package"
    run(runner, "-m", "returnees", "--version", cwd=tmp_path, PYTHONPATH=str(library))
    run(runner, "-m", "returnees", "validate", cwd=tmp_path, PYTHONPATH=str(library))


@pytest.mark.needs("another python")
def test_two_pythons_write_the_same_bytes(
    root: Path, wheel: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    library = tmp_path / "library"  # what the wheel holds; that it installs is shown above
    shutil.unpack_archive(wheel, library, "zip")
    here = runtime(root, tmp_path, sys.executable, ".venv")
    other = runtime(root, tmp_path, program("another python"), ".venv-other")
    written = []
    for part, runner in (("first", here), ("again", here), ("other", other)):
        call = (runner, "-m", "returnees", "export", "--to", part, "--format", "csv,json")
        run(*call, cwd=tmp_path, PYTHONPATH=str(library))
        files = sorted(file for file in (tmp_path / part).rglob("*") if file.is_file())
        written.append([(f.relative_to(tmp_path / part), hashlib.sha256(f.read_bytes()).hexdigest()) for f in files])
    assert written[0]
    assert all(files == written[0] for files in written)
