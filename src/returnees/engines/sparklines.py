"""Whether each line of a CSV file is one sound row, told by Spark: the file does not pass through this program."""

from __future__ import annotations

import codecs
from typing import Any

from returnees.engines import shape
from returnees.engines.holding import Shape
from returnees.engines.sparksession import address, told
from returnees.package.jail import PathRefused, opened
from returnees.package.model import Resource
from returnees.package.parts import Part

#: A header longer than this is for the exact reader.
_LONGEST_HEADER = 2**20


def shape_of(session: Any, resource: Resource, part: Part) -> Shape | None:
    """Return the shape of a file in UTF-8 whose lines are one sound row each, None for any other: see `shape`.

    A compressed file is no good for Spark to share out, and is looked at here.

    Raises
    ------
    EngineError
        If Spark cannot read the file.
    """
    from pyspark.sql.connect import functions as F

    if resource.packed:
        return shape.shape_of(resource, part)
    names = _names(resource, part)
    if names is None:
        return None
    with told():
        lines = session.read.option("lineSep", "\n").text(address(part))
        value = F.col("value")
        ends = value.endswith("\r")
        bare = F.when(ends, F.expr("left(value, length(value) - 1)")).otherwise(value)
        sound = bare.rlike(_row(resource.delimiter, len(names))) & F.is_valid_utf8(value)
        if codecs.lookup(resource.encoding).name == "ascii":
            sound = sound & (F.octet_length(value) == F.length(value))
        counts = lines.agg(
            F.count(F.lit(1)).alias("lines"),
            F.sum((~sound).cast("bigint")).alias("wrong"),
            F.sum(ends.cast("bigint")).alias("returns"),
        )
        found = counts.collect()[0]
    returns = found["returns"]
    if not found["lines"] or found["wrong"] or returns not in (0, found["lines"]):
        return None
    return Shape(names, found["lines"] - 1, returns > 0)


def _row(delimiter: str, width: int) -> str:
    """Return a pattern of Java's for a row; what is possessive is never gone back into, for nothing new is found.

    Java counts off a group that is possessive; for any other it calls itself at each cell, until the stack is full.
    """
    mark = "\\" + delimiter
    cell = rf'(?:"[^"\r\x00]*+(?:""[^"\r\x00]*+)*+"|[^"{mark}\r\x00]*+)'
    # Spark leaves out lines of blanks only, also of tabs between cells, and the exact reader one cell of "" only.
    blank = r"[\x00-\x20]*\z" if width > 1 else r'(?:[\x00-\x20]*|"")\z'
    return rf"\A(?!{blank}){cell}(?:{mark}{cell}){{{width - 1}}}+\z"


def _names(resource: Resource, part: Part) -> tuple[str, ...] | None:
    """Return the columns of the header, None for one that only the exact reader can tell."""
    try:
        if codecs.lookup(resource.encoding).name not in ("utf-8", "ascii"):
            return None
        with opened(part.file) as stream:
            header = stream.read(_LONGEST_HEADER)
        if b"\n" not in header and len(header) == _LONGEST_HEADER:
            return None
        return shape.names_of(header.replace(b"\r\n", b"\n"), resource.delimiter)
    except (LookupError, ValueError, PathRefused, OSError):
        return None
