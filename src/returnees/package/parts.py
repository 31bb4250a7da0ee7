"""The files that one table is kept in: a single file, several that are listed, or those of a partitioned folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from returnees.package.jail import PathRefused, resolve

#: The endings by which the files of a table are told from what else lies in a folder.
ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")
#: How Hive, and all who follow it, write that a row has no value in the column by which a folder is partitioned.
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table: its path as findings name it, the real one, and what its folders say of all its rows."""

    path: str
    file: Path
    keys: tuple[tuple[str, str], ...] = ()


def form_of(path: str) -> str | None:
    """Return what a file holds by its ending: ``csv``, ``tsv`` or ``parquet``; None for any other."""
    ending = next((ending for ending in ENDINGS if path.lower().endswith(ending)), None)
    return None if ending is None else ending.split(".")[1]


def parts_of_folder(root: Path, path: str, form: str | None, most: int) -> tuple[Part, ...]:
    """Return the files of a table below the folder `path` of the package at `root`, in the order of their paths.

    Files and folders whose names begin with ``.`` or ``_`` are not of the table (``_SUCCESS``, ``.crc``); a folder
    called ``field=value`` gives each row below it that value. `form` is what the files hold, None for the first form
    that is there.

    Raises
    ------
    PathRefused
        If it holds no such file, files of several forms, more than `most`, or a link that leads out of the package.
    """
    plain = path.rstrip("/")
    names = []
    for name in _walk(root / plain):
        if form_of(name):
            names.append(name)
        if len(names) > most:
            raise PathRefused(f"holds more than {most:,} files")
    forms = sorted({str(form_of(name)) for name in names})
    wanted = form or (forms[0] if len(forms) == 1 else None)
    chosen = [name for name in sorted(names) if form_of(name) == wanted]
    if not names or (form and not chosen):
        raise PathRefused(f"is a folder without a {form or 'table'} file")
    if wanted is None:
        raise PathRefused(f"is a folder with {' and '.join(forms)} files; 'format' must say which are meant")
    return tuple(Part(f"{plain}/{name}", resolve(root, f"{plain}/{name}"), _keys(name)) for name in chosen)


def _walk(folder: Path, inside: str = "") -> Iterator[str]:
    """Yield the paths, relative to `folder`, of the files below it that may be of a table; no link to a folder."""
    try:
        with os.scandir(folder / inside) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise PathRefused(f"cannot be listed ({error.strerror or error})") from None
    for entry in found:
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, f"{inside}{entry.name}/")
        else:
            yield f"{inside}{entry.name}"


def _keys(name: str) -> tuple[tuple[str, str], ...]:
    """Return the fields and values that the folders of a path state."""
    pairs = (folder.partition("=") for folder in name.split("/")[:-1])
    stated = ((unquote(field), unquote(value)) for field, sign, value in pairs if field and sign)
    return tuple((field, "" if value == _NO_VALUE else value) for field, value in stated)
