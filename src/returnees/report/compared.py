"""Where sources disagree and agree, as tables for a person, as JSON (``docs/compare.schema.json``) and as CSV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from returnees.comparing import Agreement, Compared, Comparison, Disagreement
from returnees.consistency.wording import clean, span
from returnees.figures.readings import number
from returnees.report.grid import grid
from returnees.report.jsontext import json_text
from returnees.report.lines import plain_number


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain values; null is unbounded."""
    return {
        "disagreements": [
            {**item.coordinates, "figures": _ids(item.figures), "gap": plain_number(clean(item.gap))}
            for item in comparison.disagreements
        ],
        "agreements": [
            {
                **item.coordinates,
                "figures": _ids(item.figures),
                "low": plain_number(item.low),
                "high": plain_number(item.high),
            }
            for item in comparison.agreements
        ],
    }


def _ids(figures: Sequence[Compared]) -> list[str]:
    return [item.figure for item in figures]


def render_comparison(comparison: Comparison, form: str, width: int | None = None) -> str:
    """Return the comparison as ``text``, in which rows wider than `width` are folded, ``json`` or ``csv``."""
    if form == "json":
        return json_text(comparison_dict(comparison))
    if form == "csv":
        return _csv(comparison)
    parts = []
    if comparison.disagreements:
        gaps = [number(clean(item.gap)) for item in comparison.disagreements]
        parts += ["Disagreements, furthest apart first\n", _table(comparison.disagreements, "gap", gaps, width)]
    if comparison.agreements:
        common = [span(item.low, item.high) for item in comparison.agreements]
        parts += ["Agreements\n", _table(comparison.agreements, "in common", common, width)]
    return "\n".join(parts)


def _table(groups: Sequence[Disagreement | Agreement], name: str, cells: Sequence[str], width: int | None) -> str:
    """Return a table with a row a figure; what its group shares stands in the first row of the group."""
    rows = [(place, figure) for place, group in enumerate(groups) for figure in group.figures]
    fields = list(groups[0].coordinates)
    names = [field.removesuffix("_id").replace("_", " ") for field in fields]
    shared = {
        title: [groups[place].coordinates[field] for place, _ in rows]
        for title, field in zip(names, fields, strict=True)
    }
    columns = {
        "": [str(place + 1) for place, _ in rows],
        name: [cells[place] for place, _ in rows],
        **shared,
        "as of": [figure.as_of or "" for _, figure in rows],
        "figure": [figure.printed for _, figure in rows],
        "source": [figure.source for _, figure in rows],
    }
    return grid(columns, shared=names, once=["", name, *names], width=width)


def _csv(comparison: Comparison) -> str:
    """Return a row a figure of each group."""
    ends = ["gap", "common_low", "common_high"]
    names = ["kind", "group", *comparison.fields, *ends, "figure_id", "source_id", "as_of", "low", "high"]
    rows: list[tuple[object, ...]] = []
    for place, apart in enumerate(comparison.disagreements, start=1):
        head = ("disagreement", place, *apart.coordinates.values(), clean(apart.gap), None, None)
        rows += [(*head, *_cells(item)) for item in apart.figures]
    for place, together in enumerate(comparison.agreements, start=1):
        common = (None, together.low, _finite(together.high))
        head = ("agreement", place, *together.coordinates.values(), *common)
        rows += [(*head, *_cells(item)) for item in together.figures]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None).write_csv()


def _cells(item: Compared) -> tuple[object, ...]:
    return item.figure, item.source, item.as_of, item.low, _finite(item.high)


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def remarks(comparison: Comparison) -> list[str]:
    """Return what was compared, and what was not, a sentence each."""
    window = comparison.window
    days = "whose dates agree" if window == 0 else f"dated at most {window:,} day{'' if window == 1 else 's'} apart"
    disagreements, agreements = len(comparison.disagreements), len(comparison.agreements)
    said = [
        f"{disagreements:,} disagreement{'' if disagreements == 1 else 's'} and {agreements:,} "
        f"agreement{'' if agreements == 1 else 's'} of different {comparison.by}s, among figures {days}."
    ]
    if comparison.by == "source":
        own = sum(len({item.publisher for item in group.figures}) == 1 for group in comparison.disagreements)
        if own:
            said.append(f"Disagreements within one publisher: {own:,}; --by publisher leaves them out.")
    if comparison.left_out:
        said.append(f"Figures that lack a coordinate and were not compared: {comparison.left_out:,}.")
    return said
