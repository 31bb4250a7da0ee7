"""Write requirements/run.txt, test.txt and peers.txt: every dependency with its version and its hashes.

The resolver (uv) is installed beside the project, in .venv-lock, and solves for every platform and every Python
that pyproject.toml allows. The files name no index, so that pip takes whichever it is set to use.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by scripts/lock; do not edit.\n"


def resolve(uv: Path, lock: str, python: str, *arguments: str, more: Sequence[str] = ()) -> None:
    """Write the lock file `lock` for `python` and newer: what the arguments name, and the requirements `more`."""
    command = [
        str(uv), "pip", "compile", "--output-file", lock, "--quiet", "--universal", "--python-version", python,
        "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", *arguments,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, input="\n".join(more), text=True, check=True)
    file = ROOT / lock
    file.write_text(HEADER + file.read_text(encoding="utf-8").removeprefix(HEADER), encoding="utf-8")
    print(f"scripts/lock: wrote {lock}", file=sys.stderr)


def main(arguments: list[str]) -> None:
    """Install the resolver and write the lock files."""
    folder = ROOT / ".venv-lock"
    venv.create(folder, with_pip=True, clear=False)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", "uv>=0.5"], check=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    uv = scripts / "uv"
    resolve(uv, "requirements/run.txt", "3.11", "pyproject.toml", "-", *arguments, more=build)
    resolve(
        uv, "requirements/test.txt", "3.11", "pyproject.toml", "-", "--extra", "test",
        "--constraint", "requirements/run.txt", "--override", "requirements/overrides.txt", *arguments, more=build,
    )  # fmt: skip
    resolve(uv, "requirements/peers.txt", "3.12", "requirements/peers.in", *arguments)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"scripts/lock: {error.cmd[0]} failed; what it said is above.")
