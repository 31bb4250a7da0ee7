"""Unpacking a zip that a stranger sent: bounded, and nowhere but into its own folder."""

from __future__ import annotations

import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from pathlib import Path

from returnees.errors import PackageError
from returnees.package.limits import Limits
from returnees.package.temporary import made

#: Below this size a high compression ratio is harmless (an empty table of a hundred columns packs well, too).
_RATIO_MATTERS_FROM = 2**20
_CHUNK = 2**20
#: How long a name of an entry may be, and how many folders deep: each folder is made.
_NAME = 1_000
_DEPTH = 20
#: How much of a zip's table of contents one entry may take; the table is read as a whole before it can be counted.
_LISTING = 1_000
#: What the readers of zips and of packed data raise when these are not what they claim to be.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, IndexError, NotImplementedError, RuntimeError, ValueError, OverflowError,
    struct.error,
)  # fmt: skip


def unpacked(file: Path, limits: Limits) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    """Unpack `file` into a temporary folder; return the folder that holds ``datapackage.json``, and what keeps it.

    Raises
    ------
    PackageError
        If it is not a zip, is encrypted, breaks a limit, holds links, names that leave the folder, or the same
        name twice (also by case or Unicode form, for some file systems cannot tell these apart), or no descriptor;
        or if there is no place for temporary files.
    """
    try:
        folder = made("returnees-")
    except OSError as error:
        reason = error.strerror or error
        raise PackageError(f"{file} cannot be unpacked, as there is no place for it: {reason}") from None
    try:
        return _unpack(file, Path(folder.name).resolve(), limits), folder
    except BaseException:
        folder.cleanup()
        raise


def _unpack(file: Path, target: Path, limits: Limits) -> Path:
    """Unpack `file` into the empty folder `target`; return the folder of the descriptor."""
    try:
        _refuse_listing(file, limits)
        with zipfile.ZipFile(file) as archive:
            # An entry without a name breaks `is_dir`.
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            _refuse(file, entries, limits)
            for entry in entries:
                _extract(file, archive, entry, target)
    except OSError as error:
        raise PackageError(f"{file} cannot be unpacked: {error.strerror or error}") from None
    except _BROKEN as error:
        raise PackageError(f"{file} cannot be unpacked: {error or type(error).__name__}") from None
    return _root(file, target)


def _refuse_listing(file: Path, limits: Limits) -> None:
    """Raise PackageError when the zip's table of contents is too large to be read (APPNOTE 4.3.14 and 4.3.16)."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 2**16 - 2**10))
        tail = stream.read()
    # Whichever of the records the reader takes for the last one, none may promise too much.
    for signature, form, offset in ((b"PK\x05\x06", "<L", 12), (b"PK\x06\x06", "<Q", 40)):
        at = tail.find(signature)
        while at >= 0:
            field = tail[at + offset : at + offset + struct.calcsize(form)]
            stated = struct.unpack(form, field)[0] if len(field) == struct.calcsize(form) else 0
            if stated > limits.zip_entries * _LISTING and stated != 0xFFFFFFFF:
                raise PackageError(f"{file} has a table of contents of {stated:,} bytes, which is too large")
            at = tail.find(signature, at + 1)


def _refuse(file: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Raise PackageError when the table of contents alone shows that the zip must not be unpacked."""
    if len(entries) > limits.zip_entries:
        raise PackageError(f"{file} has {len(entries):,} entries; at most {limits.zip_entries:,} are unpacked")
    total = sum(entry.file_size for entry in entries)
    if total > limits.zip_bytes:
        raise PackageError(f"{file} unpacks to {total:,} bytes; at most {limits.zip_bytes:,} are unpacked")
    # Entries may overlap, each with a modest ratio of its own.
    if total > max(_RATIO_MATTERS_FROM, file.stat().st_size * limits.zip_ratio):
        raise PackageError(f"{file} grows more than {limits.zip_ratio} times when unpacked")
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.filename
        if why := _why_not(entry, limits):
            raise PackageError(f"{file} holds {name[:100]!a}, {why}")
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise PackageError(f"{file} holds the same name twice: {seen[folded]!a} and {name!a}")
        seen[folded] = name


def _why_not(entry: zipfile.ZipInfo, limits: Limits) -> str | None:
    """Return why an entry must not be unpacked, or None when it may."""
    name = entry.filename
    if not name or len(name) > _NAME or name.count("/") > _DEPTH:
        return "a name that is empty, too long or too deep"
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/"):
        return "a name that leaves the package"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "which is not a plain file"
    if entry.flag_bits & 0x1:
        return "which is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Of the other methods a few bytes may unpack to gigabytes before anything can be counted.
        return "which is packed by another method than deflate"
    if entry.file_size > max(_RATIO_MATTERS_FROM, entry.compress_size * limits.zip_ratio):
        return f"which grows more than {limits.zip_ratio} times when unpacked"
    return None


def _extract(file: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
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
    raise PackageError(f"{file} is not a data package: it holds no datapackage.json")
