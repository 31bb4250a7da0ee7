"""Writing files so that a reader sees the old one or the new one and never a part of either."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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


def write_all(contents: Mapping[Path, bytes], *, expected: Mapping[Path, bytes] | None = None) -> None:
    """Write every file or none: all are written aside first, and only then put in place one after the other.

    When one cannot be put in place, or the person interrupts, those that were are put back. A process that is killed
    while files are put in place leaves the old or the new one of each.

    Parameters
    ----------
    contents
        What each file is to hold.
    expected
        What files held when `contents` was made from them; when one has changed since, nothing is written.

    Raises
    ------
    ReturneesError
        If a file cannot be written or has changed since.
    """
    before = {target: _content(target) for target in contents}
    try:
        with ExitStack() as asides:
            # A stack ends its blocks last first, and each puts its file in place when it ends: entered in reverse, the
            # files come into place in the order given.
            for target in reversed(list(contents)):
                asides.enter_context(replacing(target)).write_bytes(contents[target])
            for target, content in (expected or {}).items():
                if _content(target) != content:
                    raise ReturneesError(f"{target} was changed by someone else meanwhile; nothing was written")
    except BaseException:
        for target, old in before.items():
            _put_back(target, old)
        raise


def _content(target: Path) -> bytes | None:
    """Return what a file holds, None when there is none; raise ReturneesError when it cannot be read."""
    try:
        return target.read_bytes() if target.exists() else None
    except OSError as error:
        raise ReturneesError(f"{target} cannot be read: {error.strerror or error}") from None


def _put_back(target: Path, content: bytes | None) -> None:
    """Make `target` hold what it held before, if it does not."""
    if _content(target) == content:
        return
    if content is None:
        target.unlink(missing_ok=True)
    else:
        write_bytes(target, content)
