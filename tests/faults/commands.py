"""The commands that write, each with what it changes; a new one needs a line in `COMMANDS`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from making import copy_of_valid


class Writing(NamedTuple):
    """A command that writes: its arguments, with PACKAGE and OUT for the folders, and how its package is made."""

    arguments: list[str]
    package: Callable[[Path], Path]


def untidy(folder: Path) -> Path:
    """Return a package two of whose tables, and whose descriptor, are not in canonical form."""
    copy_of_valid(folder)
    for name in ("areas", "figures"):
        table = folder / "data" / f"{name}.csv"
        head, *rows = table.read_text().splitlines()
        table.write_text("\n".join([head, *reversed(rows)]) + "\n")
    return folder


COMMANDS: dict[str, Writing] = {
    "tidy": Writing(["tidy", "PACKAGE"], untidy),
    "export": Writing(["export", "PACKAGE", "--to", "OUT", "--format", "csv,json", "--table", "areas"], copy_of_valid),
    "release": Writing(["release", "PACKAGE", "--to", "OUT"], copy_of_valid),
    "codebook": Writing(["codebook", "PACKAGE"], copy_of_valid),
    "add": Writing(
        ["add", "PACKAGE", "--figure", "alpha-2017-usa-returned", "--document", "beta-2018", "--as-printed", "seven",
         "--yes"],
        copy_of_valid,
    ),  # fmt: skip
}
