"""CSV read strictly (RFC 4180): quick when the file is sound, exact about the place when it is not."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import polars as pl

from returnees.findings import Finding, finding
from returnees.package.jail import PathRefused, read_limited
from returnees.package.limits import Limits
from returnees.package.model import Resource
from returnees.tables.model import RawTable
from returnees.tables.scanner import scan

_BOM = codecs.BOM_UTF8
#: Encodings of text that are read when declared; anything else is said to be unsupported.
_ENCODINGS = ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1250", "cp1252", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class CsvFile:
    """A CSV file's table, or None when its text cannot be told apart into cells, and the findings."""

    table: RawTable | None
    findings: list[Finding]


def read_csv(resource: Resource, limits: Limits) -> CsvFile:
    """Read the CSV file of `resource` as text, in its declared encoding and with its declared delimiter."""
    assert resource.file is not None
    here = _Here(resource.name, resource.path)
    try:
        content = read_limited(resource.file, limits.table_bytes)
    except PathRefused as error:
        return CsvFile(None, [here.finding("F100", f"{resource.path} {error}.")])
    decoded, findings = _as_utf8(content, resource.encoding, here)
    if decoded is None:
        return CsvFile(None, findings)
    if not decoded.strip():
        return CsvFile(None, [*findings, here.finding("F101", f"{resource.path} is empty: it has no header.", line=1)])
    content, more = _line_ends(decoded, here)
    findings += more
    delimiter = resource.delimiter
    if _columns(content, delimiter) > limits.columns:
        message = f"{resource.path} has more than {limits.columns:,} columns; it was not read."
        return CsvFile(None, [*findings, here.finding("F118", message, line=1)])
    cells = content.count(delimiter.encode()) + content.count(b"\n") + 1
    if cells > limits.cells:
        message = f"{resource.path} has up to {cells:,} cells, more than {limits.cells:,}; it was not read."
        return CsvFile(None, [*findings, here.finding("F119", message)])
    table = _quick(content, delimiter)
    if table is not None:
        return CsvFile(table, findings)
    if len(content) > limits.slow_bytes:
        message = (
            f"The lines of {resource.path} are not one sound row each, and it has more than {limits.slow_bytes:,} "
            "bytes; it was not read."
        )
        return CsvFile(None, [*findings, here.finding("F119", message)])
    scanned = scan(content.decode("utf-8"), delimiter, here.finding, limits)
    return CsvFile(scanned.table, findings + scanned.findings)


@dataclass(frozen=True)
class _Here:
    """The file that findings speak of."""

    resource: str
    file: str

    def finding(self, code: str, message: str, line: int | None = None, column: int | None = None) -> Finding:
        return finding(code, message, resource=self.resource, file=self.file, line=line, column=column)


def _as_utf8(content: bytes, encoding: str, here: _Here) -> tuple[bytes | None, list[Finding]]:
    """Return the content in UTF-8 without a byte-order mark; None when it is not in its declared encoding."""
    try:
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        codec = ""
    if codec not in _ENCODINGS:
        return None, [here.finding("F102", f"{here.file} declares the encoding '{encoding}', which is not supported.")]
    findings = []
    if content.startswith(_BOM):
        findings.append(here.finding("F103", f"{here.file} starts with a byte-order mark.", line=1, column=1))
        content = content[len(_BOM) :]
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        message = f"{here.file} is declared as {encoding}, and byte {error.start + 1} (0x{byte:02x}) is not."
        return None, [*findings, here.finding("F104", message, line=line)]
    content = content if codec in ("utf-8", "ascii") else text.encode("utf-8")
    if "\0" in text:
        where = content.find(b"\0")
        message = f"{here.file} holds {content.count(0):,} NUL bytes."
        return None, [*findings, here.finding("F105", message, line=content.count(b"\n", 0, where) + 1)]
    return content, findings


def _line_ends(content: bytes, here: _Here) -> tuple[bytes, list[Finding]]:
    """Return the content with LF line ends, and findings for CRLF and for a carriage return that ends nothing."""
    returns = content.count(b"\r")
    if not returns:
        return content, []
    findings = []
    pairs = content.count(b"\r\n")
    if pairs:
        where = content.find(b"\r\n")
        message = f"{here.file} ends {pairs:,} lines with CRLF; the canonical end is LF."
        findings.append(here.finding("F106", message, line=content.count(b"\n", 0, where) + 1))
        content = content.replace(b"\r\n", b"\n")
    if returns > pairs:
        where = content.find(b"\r")
        message = f"{here.file} holds a carriage return that ends no line."
        findings.append(here.finding("F107", message, line=content.count(b"\n", 0, where) + 1))
    return content, findings


def _columns(content: bytes, delimiter: str) -> int:
    """Return how many columns the first line may have."""
    end = content.find(b"\n")
    return content.count(delimiter.encode(), 0, end if end >= 0 else len(content)) + 1


def _quick(content: bytes, delimiter: str) -> RawTable | None:
    """Return the table when every line is one sound row with as many cells as the header, else None.

    Each line is matched against the grammar of RFC 4180 before Polars splits it, because Polars alone forgives short
    rows and stray quotes.
    """
    width = _columns(content, delimiter)
    header = content[: content.find(b"\n")] if b"\n" in content else content
    if b'"' in header or (b"\n\n" in content) or content.startswith(b"\n"):
        return None
    names = header.decode("utf-8").split(delimiter)
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        return None
    if not _sound(content, delimiter, width):
        return None
    text = pl.read_csv(
        content,
        separator=delimiter,
        infer_schema=False,
        empty_string_is_null=False,
    )
    if text.columns != names:
        return None
    return RawTable(text)


def _sound(content: bytes, delimiter: str, width: int) -> bool:
    """Whether each line of `content` is `width` cells, quoted as RFC 4180 asks."""
    lines = pl.read_lines(content).to_series()
    mark = "\\" + delimiter
    quoted = lines.str.contains('"', literal=True)
    plain = lines.filter(~quoted)
    if not (plain.str.count_matches(delimiter, literal=True) == width - 1).all():
        return False
    rest = lines.filter(quoted)
    if not len(rest):
        return True
    # Grammar and width are looked at apart: one pattern for both is too large to compile for a wide table.
    cell = f'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    if not rest.str.contains(f"^(?:{cell}{mark})*{cell}$").all():
        return False
    bare = rest.str.replace_all('"(?:[^"]|"")*"', "")
    return bool((bare.str.count_matches(delimiter, literal=True) == width - 1).all())
