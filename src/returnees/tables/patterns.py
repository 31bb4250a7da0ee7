"""How much work a stranger's regular expressions are, told before they are run.

The engine (Rust's regex) never goes back, so it takes at most as many steps as a pattern has places, with repetitions
written out, times the characters it is run over. A pattern such as ``(a?){5000}a{5000}`` makes it take about that many.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import polars as pl

from returnees.tables.model import Table
from returnees.tables.schema import Field, TableSchema

#: A repetition, an escape, a class of characters, a bracket, or any other character.
_PART = re.compile(r"\\.|\{(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\}|\[\^?\]?(?:\\.|[^\]\\])*+\]|.", re.DOTALL)
#: Above this many places it is not worth telling how many there are.
_ENOUGH = 10**12


def pattern_size(pattern: str) -> int:
    """Return how many places `pattern` has with its repetitions written out: 6 for ``a(bc){2}d?``.

    For a pattern that is not well formed it is a number all the same; the engine refuses such a pattern.
    """
    # For each bracket that is open: the places within it so far, and of these the last part, which a repetition is of.
    open_brackets = [[0, 0]]
    for match in _PART.finditer(pattern):
        part, here = match[0], open_brackets[-1]
        if part == "(":
            open_brackets.append([0, 0])
        elif part == ")" and len(open_brackets) > 1:
            inner = max(1, open_brackets.pop()[0])
            here = open_brackets[-1]
            here[0], here[1] = here[0] + inner, inner
        elif match["least"] is not None and (match["least"] or match["most"]):
            times = max(1, *(int(number[:15]) for number in (match["least"], match["most"]) if number))
            here[0], here[1] = here[0] + here[1] * (times - 1), here[1] * times
        elif part not in "*+?|^$":
            here[0], here[1] = here[0] + 1, 1
        if here[0] > _ENOUGH:
            return _ENOUGH
    return sum(inner for inner, _ in open_brackets)


def too_heavy(table: Table, steps: int) -> tuple[list[str], int]:
    """Return the fields of `table` whose patterns take more than `steps` together, and the steps of the others."""
    taken = 0
    heavy = []
    for field in table.schema.fields:
        if "pattern" in field.constraints and table.frame.schema.get(field.name) == pl.String:
            needed = _steps(table, field)
            if taken + needed > steps:
                heavy.append(field.name)
            else:
                taken += needed
    return heavy, taken


def _steps(table: Table, field: Field) -> int:
    characters = table.frame.select(pl.col(field.name).str.len_bytes().sum()).item() or 0
    return pattern_size(str(field.constraints["pattern"])) * (characters + table.frame.height)


def without_patterns(schema: TableSchema, names: Collection[str]) -> TableSchema:
    """Return the schema without the patterns of the fields that `names` has."""
    if not names:
        return schema
    return replace(schema, fields=tuple(_plain(field) if field.name in names else field for field in schema.fields))


def _plain(field: Field) -> Field:
    return replace(field, constraints={key: value for key, value in field.constraints.items() if key != "pattern"})
