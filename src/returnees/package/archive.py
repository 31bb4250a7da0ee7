"""Unpacking a zip that a stranger sent: bounded, and nowhere but into its own folder."""

from __future__ import annotations

import shutil
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path

from returnees.errors import PackageError
from returnees.package.limits import Limits

#: Below this size a high compression ratio is harmless (an empty table of a hundred columns packs well, too).
_RATIO_MATTERS_FROM = 2**20
_CHUNK = 2**20


def unpack(file: Path, target: Path, limits: Limits) -> Path:
    """Unpack `file` into the empty folder `target`; return the folder that holds ``datapackage.json``.

    Raises
    ------
    PackageError
        If it is not a zip, is encrypted, breaks a limit, holds links, names that leave the folder, or the same
        name twice (also by case or Unicode form, for some file systems cannot tell these apart), or no descriptor.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse(file, entries, limits)
            for entry in entries:
                _extract(file, archive, entry, target, limits)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise PackageError(f"{file} cannot be unpacked: {error}") from None
    except OSError as error:
        raise PackageError(f"{file} cannot be unpacked: {error.strerror or error}") from None
    return _root(file, target)


def _refuse(file: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raise PackageError when the table of contents alone shows that the zip must not be unpacked."""
    if len(entries) > limits.zip_entries:
        raise PackageError(f"{file} has {len(entries):,} entries; at most {limits.zip_entries:,} are unpacked")
    total = sum(entry.file_size for entry in entries)
    if total > limits.zip_bytes:
        raise PackageError(f"{file} unpacks to {total:,} bytes; at most {limits.zip_bytes:,} are unpacked")
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/"):
            raise PackageError(f"{file} holds {name!a}, a name that leaves the package")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            raise PackageError(f"{file} holds {name!a}, which is not a plain file")
        if entry.flag_bits & 0x1:
            raise PackageError(f"{file} holds {name!a}, which is encrypted")
        if entry.file_size > max(_RATIO_MATTERS_FROM, entry.compress_size * limits.zip_ratio):
            raise PackageError(f"{file} holds {name!a}, which grows more than {limits.zip_ratio} times when unpacked")
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise PackageError(f"{file} holds the same name twice: {seen[folded]!a} and {name!a}")
        seen[folded] = name


def _extract(file: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, limits: Limits) -> None:
    """Write one entry below `target`, counting what really comes out rather than trusting the stated size."""
    path = target / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as source, path.open("xb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > entry.file_size:
                raise PackageError(f"{file} holds {entry.filename!a}, which is larger than it states")
            sink.write(chunk)


def _root(file: Path, target: Path) -> Path:
    """Return the folder of the descriptor: the top of the zip, or its only folder."""
    if (target / "datapackage.json").is_file():
        return target
    folders = list(target.iterdir())
    if len(folders) == 1 and (folders[0] / "datapackage.json").is_file():
        return folders[0]
    shutil.rmtree(target, ignore_errors=True)
    raise PackageError(f"{file} is not a data package: it holds no datapackage.json")
