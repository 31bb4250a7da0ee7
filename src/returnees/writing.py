"""Writing files so that a reader sees the old one or the new one and never a part of either."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from returnees.errors import ReturneesError, UsageError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to; on success it takes the target's place, else it is removed.

    Raises
    ------
    ReturneesError
        If the folder cannot be written to, the disk is full, or the like.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise ReturneesError(f"{target} cannot be written: {error.strerror or error}") from None
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.chmod(_mode(target))
        aside.replace(target)
    except OSError as error:
        raise ReturneesError(f"{target} was not written and is as it was: {error.strerror or error}") from None
    finally:
        aside.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """Return the permissions of the file to replace, or those a new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_bytes(target: Path, content: bytes) -> None:
    """Write `content` to `target` in one step; raise ReturneesError when that cannot be done."""
    with replacing(target) as aside:
        aside.write_bytes(content)


def write_text(target: Path, content: str) -> None:
    """Write `content` to `target` as UTF-8 with LF, in one step; raise ReturneesError when that cannot be done."""
    write_bytes(target, content.encode("utf-8"))


def stands(target: Path, content: bytes) -> bool:
    """Whether the file `target` is there and holds just `content`."""
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except OSError:
        return False


_FILE_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$")


def file_name(name: str) -> str:
    """Return `name` when it can safely be a file's name on every system.

    Raises
    ------
    UsageError
        If it cannot: a stranger's package must not choose where its export is written.
    """
    if not _FILE_NAME.match(name):
        raise UsageError(f"{name!a} cannot be the name of a file; use letters, digits, '.', '_' and '-'")
    return name
