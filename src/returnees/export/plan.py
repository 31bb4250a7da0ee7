"""What an export writes: which tables of a package, in which formats, to which folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

from returnees.errors import UsageError, nearest
from returnees.package.model import Package
from returnees.tables.model import Table

Writer = Callable[[Package, list[Table], Path], list[Path]]

#: Each format's writer, found by name so that only the chosen ones import their libraries.
FORMATS: Mapping[str, str] = {
    "csv": "returnees.export.csvform:write_csv",
    "json": "returnees.export.jsonform:write_json",
}


def export(package: Package, folder: Path, formats: Iterable[str] = ("csv", "json"),
           tables: Iterable[str] = ()) -> list[Path]:  # fmt: skip
    """Write the tables of `package` (all of them, or those named) to `folder` in each of `formats`; return the files.

    Raises
    ------
    UsageError
        If a format or a table is not known; the message names the nearest one.
    ReturneesError
        If a file cannot be written. Each file is the old one or the new one, never a part.
    """
    chosen = [package.tables[name] for name in _known(tables, package.tables, "table") or package.tables]
    written: list[Path] = []
    for name in _known(formats, FORMATS, "format"):
        module, _, function = FORMATS[name].partition(":")
        writer: Writer = getattr(import_module(module), function)
        written += writer(package, chosen, folder)
    return written


def _known(names: Iterable[str], known: Mapping[str, object], what: str) -> list[str]:
    """Return `names`, each once; raise UsageError at the first that is not known."""
    names = list(dict.fromkeys(names))
    for name in names:
        if name not in known:
            raise UsageError(f"no {what} '{name}'{nearest(name, known)} (there are {', '.join(known)})")
    return names
