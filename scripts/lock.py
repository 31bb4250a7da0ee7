"""Write requirements/run.txt and requirements/test.txt: every dependency with its version and its hashes.

The resolver (uv) is installed beside the project, in .venv-lock, and solves for every platform and every Python
that pyproject.toml allows. The files name no index, so that pip takes whichever it is set to use.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by scripts/lock from pyproject.toml; do not edit.\n"


def resolve(uv: Path, lock: str, build: list[str], *arguments: str) -> None:
    """Write the lock file `lock` for the project and the build requirements."""
    command = [
        str(uv), "pip", "compile", "pyproject.toml", "-", "--output-file", lock, "--quiet", "--universal",
        "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url",
        *arguments,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, input="\n".join(build), text=True, check=True)
    file = ROOT / lock
    file.write_text(HEADER + file.read_text(encoding="utf-8").removeprefix(HEADER), encoding="utf-8")
    print(f"scripts/lock: wrote {lock}", file=sys.stderr)


def main(arguments: list[str]) -> None:
    """Install the resolver and write both lock files."""
    folder = ROOT / ".venv-lock"
    venv.create(folder, with_pip=True, clear=False)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", "uv>=0.5"], check=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    resolve(scripts / "uv", "requirements/run.txt", build, *arguments)
    resolve(
        scripts / "uv", "requirements/test.txt", build,
        "--extra", "test", "--constraint", "requirements/run.txt", "--override", "requirements/overrides.txt", *arguments,
    )  # fmt: skip


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"scripts/lock: {error.cmd[0]} failed; what it said is above.")
