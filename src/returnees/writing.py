"""Writing files so that a reader sees the old one or the new one and never a part of either."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from returnees.errors import ReturneesError, UsageError

#: Seconds after which an unfinished file beside a target was left by a run that was killed.
_ABANDONED = 3_600


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to; on success it takes the target's place, else it is removed.

    Raises
    ------
    ReturneesError
        If the folder cannot be written to, the disk is full, or the like.
    """
    with _aside(target) as aside:
        try:
            yield aside
            _finish(aside, target)
            aside.replace(target)
            _settle(target.parent)
        except OSError as error:
            raise ReturneesError(f"{target} was not written and is as it was: {error.strerror or error}") from None


def write_all(contents: Mapping[Path, bytes], *, expected: Mapping[Path, bytes] | None = None) -> None:
    """Write several files that belong together, in their order, each in one step: all of them or none.

    All are written aside before the first takes its place, so that a full disk changes nothing; when one cannot take
    its place, or the person interrupts, those that have are put back. What cannot be had is one step for all: a process
    that is killed between two of them leaves the first ones new and the others old.

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
    before = {target: _held(target) for target in contents}
    with ExitStack() as stack:
        asides = {target: stack.enter_context(_aside(target)) for target in contents}
        for target, aside in asides.items():
            with _said_of(target):
                aside.write_bytes(contents[target])
                _finish(aside, target)
        for target, content in (expected or {}).items():
            if _held(target) != content:
                raise ReturneesError(
                    f"{target} was changed by someone else in the meantime; no file was written. Run this again"
                )
        try:
            for target, aside in asides.items():
                with _said_of(target):
                    aside.replace(target)
        except BaseException:
            for target, held in before.items():
                _put_back(target, held)
            raise
        for folder in {target.parent for target in contents}:
            _settle(folder)


@contextmanager
def _said_of(target: Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence about `target`, one of several files."""
    try:
        yield
    except OSError as error:
        raise ReturneesError(f"{target} was not written, and no file was changed: {error.strerror or error}") from None


def _put_back(target: Path, content: bytes | None) -> None:
    """Make `target` hold what it held before, if it does not."""
    if _held(target) == content:
        return
    if content is None:
        target.unlink(missing_ok=True)
    else:
        write_bytes(target, content)


@contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """Wait until no other run changes the files of `folder`, and let others wait until this one has.

    The system gives the turn back when the process ends, however it ends. Where the system or the file system knows no
    such lock, nobody waits: `write_all` still notices what was changed in the meantime.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Give an empty file beside `target`, which is gone afterwards unless it has taken the target's place."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except (OSError, ValueError) as error:
        raise ReturneesError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    aside = Path(name)
    try:
        os.close(handle)
        yield aside
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove what runs that were killed long ago have left beside `target`."""
    unfinished = re.compile(rf"\.{re.escape(target.name)}\.[a-z0-9_]{{8}}\.part")
    for item in target.parent.iterdir():
        if unfinished.fullmatch(item.name):
            with suppress(OSError):
                if time.time() - item.stat().st_mtime > _ABANDONED:
                    item.unlink()


def _finish(aside: Path, target: Path) -> None:
    """Bring what was written aside to the disk, with the permissions of the file that it will replace."""
    with aside.open("rb") as written:
        os.fsync(written.fileno())
    aside.chmod(_mode(target))


def _settle(folder: Path) -> None:
    """Bring the names in `folder` to the disk, where the system can: the files themselves are already there."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _held(target: Path) -> bytes | None:
    """Return what a file holds, None when it is not there or cannot be read."""
    try:
        return target.read_bytes()
    except OSError:
        return None


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


_FILE_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\Z")


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
