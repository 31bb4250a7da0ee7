"""Make a virtual environment from a lock file, once: ``environment.py FOLDER LOCK CALLER [--bare]``.

The project itself is installed in it, too, unless it is to be bare. Nothing is done when the folder already holds what
the lock file, pyproject.toml and this Python ask for. The stamp that says so is written last, so that an interrupted
run is never taken for a finished one; a lock held by the system for as long as the process lives keeps two runs from
working on one folder. Prints the path of the new Python.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def digest(*parts: str | bytes) -> str:
    """Return one hash of all parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def version() -> bytes:
    """Return the line of the descriptor that states the version; an installed package carries it."""
    match = re.search(rb'(?m)^  "version": "[^"]+"', (ROOT / "datapackage.json").read_bytes())
    return match.group() if match else b""


@contextmanager
def alone(file: Path, caller: str) -> Iterator[None]:
    """Wait until no other process holds `file`, and hold it."""
    with file.open("a+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            def hold() -> None:
                handle.seek(0)
                msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            def hold() -> None:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

        told = False
        while True:
            try:
                hold()
                break
            except OSError:
                if not told:
                    print(f"{caller}: another run is making {file.stem}; waiting for it", file=sys.stderr)
                told = True
                time.sleep(0.2)
        yield


def pip(python: Path, *arguments: str) -> None:
    """Install with the environment's own pip, which says only what goes wrong, on stderr."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def make(folder: Path, lock: Path, caller: str, bare: bool) -> Path:
    """Make the environment, `bare` without the project, if it is not there yet, and return its Python."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    dependencies, project = folder / "dependencies.stamp", folder / "project.stamp"
    asked = digest(lock.read_bytes(), sys.version, sys.base_prefix, str(folder))
    wanted = digest((ROOT / "pyproject.toml").read_bytes(), version())

    def stands(stamp: Path, text: str) -> bool:
        return python.exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == text

    with alone(folder.with_name(folder.name + ".lock"), caller):
        if not stands(dependencies, asked):
            print(
                f"{caller}: making {folder.name} with Python {sys.version.split()[0]} from "
                f"{lock.relative_to(ROOT)} (this once; about a minute)",
                file=sys.stderr,
            )
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=sys.stderr)
            # The lock file names everything; what it overrides (requirements/overrides.txt) is not to be argued about.
            pip(python, "--require-hashes", "--no-deps", "--requirement", str(lock))
            dependencies.write_text(asked, encoding="utf-8")
        if not bare and not stands(project, wanted):
            pip(python, "--no-build-isolation", "--no-deps", "--editable", str(ROOT))
            project.write_text(wanted, encoding="utf-8")
    return python


def main(arguments: list[str]) -> int:
    """Make the environment that the arguments name, and print its Python."""
    folder, lock, caller, *bare = arguments
    # Settings of the person's shell would otherwise reach into the environment.
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"):
        os.environ.pop(name, None)
    try:
        print(make(ROOT / folder, ROOT / lock, caller, bare == ["--bare"]))
    except subprocess.CalledProcessError:
        print(
            f"{caller}: could not make {folder} from {lock}, for the reason above; "
            "a connection to a Python package index is needed the first time.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print(f"{caller}: interrupted; the next run starts {folder} again.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{caller}: could not make {folder}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
