"""Whether each line of a CSV file is one sound row, told in one pass that holds a piece of the file at a time."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator

import polars as pl

from returnees.engines.holding import Shape
from returnees.package.jail import PathRefused, opened
from returnees.package.model import Resource
from returnees.package.parts import Part
from returnees.tables.csvfile import BLANK, quoted_lines

#: How much of a file is looked at in one go.
_PIECE = 2**25


def shape_of(resource: Resource, part: Part) -> Shape | None:
    """Return the shape of a file in UTF-8 whose lines are one sound row each, None for any other.

    All else (a byte-order mark, NUL, carriage returns that end nothing, rows of several lines or of another width)
    is for the exact reader to tell.
    """
    try:
        if codecs.lookup(resource.encoding).name not in ("utf-8", "ascii"):
            return None
    except (LookupError, ValueError):
        return None
    names: tuple[str, ...] = ()
    rows = returns = 0
    try:
        for piece in _pieces(part, packed=resource.packed):
            lines = piece.count(b"\n")
            pairs = piece.count(b"\r\n")
            if piece.count(b"\r") != pairs or pairs not in (0, lines) or b"\0" in piece:
                return None
            piece = piece.replace(b"\r\n", b"\n") if pairs else piece
            if not names:
                found = names_of(piece, resource.delimiter)
                if found is None:
                    return None
                names, rows = found, -1
            elif (pairs > 0) != (returns > 0):
                return None
            piece.decode("ascii" if codecs.lookup(resource.encoding).name == "ascii" else "utf-8")
            if piece.startswith(b"\n") or b"\n\n" in piece or not sound(piece, resource.delimiter, len(names)):
                return None
            rows, returns = rows + lines, returns + pairs
    except (UnicodeDecodeError, PathRefused, OSError, EOFError, zlib.error):
        return None
    return Shape(names, rows, returns > 0) if names else None


def sound(content: bytes, delimiter: str, width: int) -> bool:
    """Whether each line of `content` is `width` cells, quoted as RFC 4180 asks."""
    if (width == 1 and BLANK.search(content)) or not quoted_lines(content, delimiter, width).sound:
        return False
    line = pl.col("line")
    plain = pl.scan_lines(content, name="line").filter(~line.str.contains('"', literal=True))
    return bool(plain.select((line.str.count_matches(delimiter, literal=True) == width - 1).all()).collect().item())


def _pieces(part: Part, *, packed: bool) -> Iterator[bytes]:
    """Yield the file in pieces of whole lines; the last line has an end even where the file's has none."""
    rest = b""
    with opened(part.file) as stream:
        source = gzip.GzipFile(fileobj=stream) if packed else stream
        while read := source.read(_PIECE):
            whole, end, after = (rest + read).rpartition(b"\n")
            rest = after
            if end:
                yield whole + end
            if len(rest) > _PIECE // 4:
                raise EOFError  # no line of a table is as long
    if rest:
        yield rest + b"\n"


def names_of(piece: bytes, delimiter: str) -> tuple[str, ...] | None:
    """Return the columns of the header; None when it has quotes, or names that are blank or stand twice."""
    header = piece.partition(b"\n")[0]
    if b'"' in header or header.startswith(codecs.BOM_UTF8):
        return None
    names = header.decode("utf-8").split(delimiter)
    return tuple(names) if all(name.strip() for name in names) and len(set(names)) == len(names) else None
