"""Paths that stay inside a package: the only door through which its files are reached."""

from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
#: How much of a packed file is unpacked at once, in bytes.
_PIECE = 2**24


class PathRefused(Exception):
    """A path that must not, or cannot, be followed; the message says why."""


class PathMissing(PathRefused):
    """A path inside the package at which there is nothing."""


def resolve(root: Path, path: str, *, folder: bool = False) -> Path:
    """Return the real path of the plain file, or of the `folder`, `path` below `root`.

    Data Package 2.0 (Resource, ``path``) allows relative POSIX paths without ``..``; remote paths it also allows
    are refused, for nothing here uses the network. What counts is the real path, after symbolic links.

    Raises
    ------
    PathRefused
        If the path is absolute, a URL, climbs, leads out of the package, or is not what is asked for.
    PathMissing
        If nothing is there.
    """
    if not path or "\0" in path:
        raise PathRefused("is not a path")
    if _SCHEME.match(path):
        raise PathRefused("is a URL or a drive; only files inside the package are read")
    if "\\" in path:
        raise PathRefused("has a backslash; paths are written with '/'")
    if path.startswith(("/", "~")):
        raise PathRefused("is absolute; paths are relative to the descriptor")
    if ".." in path.split("/"):
        raise PathRefused("climbs with '..'")
    base = root.resolve()
    try:
        real = (base / path).resolve()
        if not real.is_relative_to(base):
            raise PathRefused("leads out of the package through a symbolic link")
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise PathMissing("is not there") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise PathRefused(f"cannot be followed ({_reason(error)})") from None
    if folder and not stat.S_ISDIR(mode):
        raise PathRefused("is not a folder")
    if not folder and not stat.S_ISREG(mode):
        raise PathRefused("is not a plain file")
    return real


def _reason(error: BaseException) -> str:
    """Return what the system said, without the path."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """Open the plain file at a path that `resolve` gave, for reading.

    A pipe or a device that has taken its place in the meantime is neither waited for nor read, a link not followed.

    Raises
    ------
    PathRefused
        If it is no plain file any more, or cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(file, flags)
    except (OSError, ValueError) as error:
        raise PathRefused(f"cannot be read ({_reason(error)})") from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PathRefused("is not a plain file")
        yield stream


def _unpacked(stream: BufferedReader, most: int) -> bytes:
    """Return what a packed file unpacks to, up to so many bytes: no room is made for what is not there."""
    source, pieces, left = gzip.GzipFile(fileobj=stream), [], most
    while left and (piece := source.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def read_limited(file: Path, limit: int, *, packed: bool = False) -> bytes:
    """Return the bytes of `file`, or of what a `packed` one (gzip) unpacks to.

    Raises
    ------
    PathRefused
        If that is more than `limit` bytes or cannot be read.
    """
    try:
        with opened(file) as stream:
            if packed:
                content = _unpacked(stream, limit + 1)
            else:
                # Room is made at once for as much as is asked for: that is what the file should have.
                size = min(os.fstat(stream.fileno()).st_size, limit)
                content = stream.read(size + 1)
                if len(content) > size:
                    content += stream.read(limit + 1 - len(content))
    except (OSError, EOFError, zlib.error) as error:
        raise PathRefused(f"cannot be read ({_reason(error)})") from None
    if len(content) > limit:
        raise PathRefused(f"has more than {limit:,} bytes")
    return content
