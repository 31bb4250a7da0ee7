"""What quantities can be, as a table for a person, as JSON (``docs/bounds.schema.json``) and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from returnees.bounding import CONTRADICTORY, UNDECIDED, Bounded, Bounds
from returnees.consistency.naming import coordinate_fields
from returnees.consistency.wording import span
from returnees.report.grid import grid
from returnees.report.jsontext import json_text
from returnees.report.lines import plain_number

#: How many figures that bind a quantity the table names.
MOST_NAMED = 3


def bounds_dict(bounds: Bounds) -> dict[str, Any]:
    """Return the bounds as plain values; null is unbounded, or unknown where the status is ``undecided``."""
    return {"quantities": [_quantity(item) for item in bounds.quantities]}


def _quantity(item: Bounded) -> dict[str, Any]:
    return {
        **item.coordinates,
        "figure_id": item.figure,
        "published": item.figure is not None,
        "low": None if item.low is None else plain_number(item.low),
        "high": None if item.high is None else plain_number(item.high),
        "binding": list(item.binding),
        "status": item.status,
    }


def render_bounds(bounds: Bounds, form: str, width: int | None = None) -> str:
    """Return the bounds as ``text``, in which rows wider than `width` are folded, ``json`` or ``csv``."""
    if form == "json":
        return json_text(bounds_dict(bounds))
    if form == "csv":
        rows = [{**_quantity(item), "binding": " ".join(item.binding)} for item in bounds.quantities]
        names = [*coordinate_fields(bounds.setting), "figure_id", "published", "low", "high", "binding", "status"]
        return pl.DataFrame(rows, schema=None if rows else names, infer_schema_length=None).write_csv()
    if not bounds.quantities:
        return ""
    fields = list(bounds.quantities[0].coordinates)
    names = [field.removesuffix("_id").replace("_", " ") for field in fields]
    columns = {
        name: [str(item.coordinates[field] or "") for item in bounds.quantities]
        for name, field in zip(names, fields, strict=True)
    }
    said = {
        "published": ["" if item.stated is None else span(*item.stated) for item in bounds.quantities],
        "can be": [_can_be(item) for item in bounds.quantities],
        "because of": [_binding(item) for item in bounds.quantities],
    }
    return grid({**columns, **said}, shared=names, width=width)


def _can_be(item: Bounded) -> str:
    if item.low is None or item.high is None:
        return "?"
    return span(item.low, item.high) + (" *" if item.status == CONTRADICTORY else "")


def _binding(item: Bounded) -> str:
    if item.status == UNDECIDED:
        return "no sure answer"
    if item.binding == (item.figure,):
        return "itself"
    more = len(item.binding) - MOST_NAMED
    return ", ".join(item.binding[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def remarks(bounds: Bounds) -> Iterator[str]:
    """Yield what the table does not say, a sentence each."""
    total = len(bounds.quantities)
    published = sum(item.figure is not None for item in bounds.quantities)
    narrower = sum(item.narrower for item in bounds.quantities)
    yield f"{total:,} quantities, {published:,} of them published, {narrower:,} of these narrower than printed."
    if bounds.free:
        yield f"Of {bounds.free:,} more, which were not published, nothing follows."
    if bounds.unasked:
        yield f"{bounds.unasked:,} that were not published were not asked about; choose some (--where), or --all."
    if not bounds.sought:
        yield "Unpublished quantities were not looked for: there are many figures; choose sources (--source), or --all."
    contradictory = sum(item.status == CONTRADICTORY for item in bounds.quantities)
    if contradictory:
        yield (
            f"* {contradictory:,} hang together with figures that contradict each other (returnees locate): this is "
            "what follows without these."
        )
    late = sum(item.status == UNDECIDED for item in bounds.quantities)
    if late:
        yield f"For {late:,} there was no sure answer, in the time or the precision; --seconds gives more time."
