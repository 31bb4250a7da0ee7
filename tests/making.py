"""Packages made on the spot, for what a folder in the repository cannot show."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starting import PERMISSIONS, after

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "tests" / "packages"
VALID = PACKAGES / "valid"


def zipped(target: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target


def valid_entries(prefix: str = "") -> dict[str, bytes]:
    files = (file for file in VALID.rglob("*") if file.is_file() and file.name != "expected.json")
    return {prefix + file.relative_to(VALID).as_posix(): file.read_bytes() for file in files}


def one_table(folder: Path, content: bytes, fields: list[dict[str, Any]], **resource: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "t.csv").write_bytes(content)
    stated = {"name": "t", "path": "t.csv", "type": "table", "schema": {"fields": fields}, **resource}
    (folder / "datapackage.json").write_text(json.dumps({"name": "one", "resources": [stated]}))
    return folder


def copy_of_valid(folder: Path) -> Path:
    return Path(shutil.copytree(VALID, folder, ignore=shutil.ignore_patterns("expected.json")))


def copy_of_shipped(folder: Path) -> Path:
    """Copy the shipped package without what is made from it."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "datapackage.json", folder)
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


Files = dict[str, bytes]


def files_of(folder: Path) -> Files:
    """Return what every file below `folder` holds, hidden ones too."""
    found = (item for item in folder.rglob("*") if item.is_file())
    return {item.relative_to(folder).as_posix(): item.read_bytes() for item in found}


def descriptor_of(folder: Path) -> Any:
    return json.loads((folder / "datapackage.json").read_text("utf-8"))


def describe(folder: Path, descriptor: Any) -> Path:
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return folder


def codes(findings: Iterable[Any]) -> list[str]:
    return [item.code for item in findings]


def run_bound_by_permissions(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as someone whom permissions bind: root without the right to pass over them, or oneself."""
    command = after(PERMISSIONS, [sys.executable, "-m", "returnees", *arguments])
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd,
                          env=os.environ | {"PYTHONWARNINGS": "ignore"})  # fmt: skip
