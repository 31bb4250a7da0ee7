"""CSV read strictly (RFC 4180): quick when the file is sound, exact about the place when it is not."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import NamedTuple

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


#: A byte that is no white space.
_SOMETHING = re.compile(rb"\S")
#: A line of a table of one column that is blank though there is something in it.
BLANK = re.compile(rb'^""$', re.MULTILINE)
#: How many bytes at least are decoded at once to see whether all can be.
_PIECE = 2**20


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
        content = read_limited(resource.file, limits.table_bytes, packed=resource.packed)
    except PathRefused as error:
        return CsvFile(None, [here.finding("F100", f"{resource.path} {error}.")])
    decoded, findings = _as_utf8(content, resource.encoding, here)
    if decoded is None:
        return CsvFile(None, findings)
    if not _SOMETHING.search(decoded):
        return CsvFile(None, [*findings, here.finding("F101", f"{resource.path} is empty: it has no header.", line=1)])
    content, more = _line_ends(decoded, here)
    findings += more
    delimiter = resource.delimiter
    if _columns(content, delimiter) > limits.columns:
        message = f"{resource.path} has more than {limits.columns:,} columns; it was not read."
        return CsvFile(None, [*findings, here.finding("F118", message, line=1)])
    # There are not more cells than bytes, but for one.
    cells = content.count(delimiter.encode()) + content.count(b"\n") + 1 if len(content) >= limits.cells else 0
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
    wrong = _undecodable(content, codec)
    if wrong is not None:
        line = content.count(b"\n", 0, wrong) + 1
        message = f"{here.file} is declared as {encoding}, and byte {wrong + 1} (0x{content[wrong]:02x}) is not."
        return None, [*findings, here.finding("F104", message, line=line)]
    content = content if codec in ("utf-8", "ascii") else content.decode(codec).encode("utf-8")
    where = content.find(b"\0")
    if where >= 0:
        message = f"{here.file} holds {content.count(0):,} NUL bytes."
        return None, [*findings, here.finding("F105", message, line=content.count(b"\n", 0, where) + 1)]
    return content, findings


def _undecodable(content: bytes, codec: str) -> int | None:
    """Return the place of the first byte that is not of the encoding `codec`, or None when all are.

    That is told some lines at a time: as a text, with one rare character in it, the whole can take four times its size.
    """
    wide = codec.startswith("utf-16")
    if content.isascii() and not wide:
        return None
    start = 0
    while start < len(content):
        end = len(content) if wide else content.find(b"\n", start + _PIECE) + 1 or len(content)
        try:
            content[start:end].decode(codec)
        except UnicodeDecodeError as error:
            return start + error.start
        start = end
    return None


def _line_ends(content: bytes, here: _Here) -> tuple[bytes, list[Finding]]:
    """Return the content with LF line ends, and findings for CRLF and for a carriage return that ends nothing."""
    if b"\r" not in content:
        return content, []
    returns = content.count(b"\r")
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

    Polars refuses a row with too many cells, but forgives short rows and stray quotes. So each line with a quote is
    matched against the grammar of RFC 4180 before; and in the lines without, there must be as many delimiters as so
    many rows have: where none is too long, none is too short then.
    """
    width = _columns(content, delimiter)
    header = content[: content.find(b"\n")] if b"\n" in content else content
    if b'"' in header or (b"\n\n" in content) or content.startswith(b"\n"):
        return None
    names = header.decode("utf-8").split(delimiter)
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        return None
    if width == 1 and BLANK.search(content):
        return None
    quoted = quoted_lines(content, delimiter, width)
    if not quoted.sound:
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if content.count(delimiter.encode()) - quoted.delimiters != (width - 1) * (lines - quoted.lines):
        return None
    try:
        text = pl.read_csv(content, separator=delimiter, infer_schema=False, empty_string_is_null=False)
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError):
        return None
    if text.columns != names or text.height != lines - 1:
        return None
    return RawTable(text)


class _Quoted(NamedTuple):
    """The lines with a quote in them: how many, with how many delimiters in all, and whether each is a sound row."""

    lines: int
    delimiters: int
    sound: bool


def quoted_lines(content: bytes, delimiter: str, width: int) -> _Quoted:
    """Return what is to be known of the lines of `content` that have quotes: each should be `width` cells."""
    if b'"' not in content:
        return _Quoted(0, 0, True)
    line, mark = pl.col("line"), "\\" + delimiter
    # Grammar and width are looked at apart: one pattern for both is too large to compile for a wide table.
    cell = f'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    cells = line.str.replace_all('"(?:[^"]|"")*"', "").str.count_matches(delimiter, literal=True) + 1
    sound = line.str.contains(f"^(?:{cell}{mark})*{cell}$").all() & (cells == width).all()
    found = (
        pl.scan_lines(content, name="line")
        .filter(line.str.contains('"', literal=True))
        .select(pl.len(), line.str.count_matches(delimiter, literal=True).sum(), sound.alias("sound"))
        .collect()
    )
    return _Quoted(*found.row(0))
