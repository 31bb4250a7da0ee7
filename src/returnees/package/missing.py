"""Files that are not where a descriptor says, and the file that may be meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from returnees.errors import nearest

#: In a package of more files and folders than these no file is looked for: it would take long, and say little.
_MOST = 2_000


@dataclass(frozen=True)
class Folder:
    """The folder of a package, and the paths that its descriptor names as data or as schemas."""

    root: Path
    named: frozenset[str]

    @classmethod
    def of(cls, root: Path, descriptor: Mapping[str, Any]) -> Folder:
        """Return the folder at `root`, whose descriptor, itself among those named, may have any shape."""
        resources = descriptor.get("resources")
        items = [item for item in resources if isinstance(item, dict)] if isinstance(resources, list) else []
        stated = (item.get(what) for item in items for what in ("path", "schema"))
        return cls(root, frozenset(["datapackage.json", *(path for path in stated if isinstance(path, str))]))

    def nearest(self, path: str) -> str:
        """Return ``"; did you mean 'x'?"`` for the file nearest to a missing one, or an empty string.

        It is of the same kind, by its ending, and one that the descriptor does not name for something else.
        """
        kind = PurePosixPath(path).suffix.casefold()
        return nearest(path, (file for file in self._others if PurePosixPath(file).suffix.casefold() == kind))

    @cached_property
    def _others(self) -> list[str]:
        """The files that the descriptor does not name, sorted; none if there are too many to look at."""
        entries: list[os.DirEntry[str]] = []
        for entry in _below(self.root):
            entries.append(entry)
            if len(entries) > _MOST:
                return []
        paths = (Path(entry.path).relative_to(self.root).as_posix() for entry in entries if _is_file(entry))
        return sorted(path for path in paths if path not in self.named)


def _below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what is below a folder, no link followed and nothing hidden."""
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    yield entry
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False
