"""What makes two findings of two versions the same: everything but the place in the file."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from returnees.findings import Finding
from returnees.outcome import Report

#: Places within messages: ``data/figures.csv:33`` and ``line 12``.
_PLACES = re.compile(r"(?::|\blines? )\d+(?::\d+)?\b")


def identity(item: Finding, cells: tuple[tuple[str, str], ...] = ()) -> str:
    """Return a hash, as 32 hexadecimal digits, that a finding keeps when only lines and columns of the file shift.

    It is made of the code, the rule, the table, the field, the row's key, the figures and the words without the places
    in them; a row without a key is told by its `cells`.
    """
    row = item.key if item.key is not None else repr([cell for _, cell in cells])
    parts = (item.code, item.rule, item.resource, item.field, row, item.figures, _PLACES.sub("@", item.message))
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identities(report: Report) -> Iterator[tuple[str, int]]:
    """Yield, for each finding of a report, its identity and its number among those that share it, from 1."""
    seen: Counter[str] = Counter()
    for item in report.findings:
        name = identity(item, () if item.key is not None else report.cells(item))
        seen[name] += 1
        yield name, seen[name]
