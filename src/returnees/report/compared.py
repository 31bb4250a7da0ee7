"""Where sources disagree and agree, as tables for a person, as JSON (``docs/compare.schema.json``) and as CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from returnees.comparing import Agreement, Compared, Comparison, Disagreement
from returnees.consistency.wording import clean, span
from returnees.figures.readings import number
from returnees.report.lines import grid, plain_number


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


def render_comparison(comparison: Comparison, form: str) -> str:
    """Return the comparison as ``text``, ``json`` or ``csv``."""
    if form == "json":
        return json.dumps(comparison_dict(comparison), ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        return _csv(comparison)
    parts = []
    if comparison.disagreements:
        gaps = [number(clean(item.gap)) for item in comparison.disagreements]
        parts += ["Disagreements, furthest apart first\n", _table(comparison.disagreements, "gap", gaps)]
    if comparison.agreements:
        common = [span(item.low, item.high) for item in comparison.agreements]
        parts += ["Agreements\n", _table(comparison.agreements, "in common", common)]
    return "\n".join(parts)


def _table(groups: Sequence[Disagreement | Agreement], name: str, cells: Sequence[str]) -> str:
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
    return grid(columns, shared=names, once=["", name, *names])


def _csv(comparison: Comparison) -> str:
    """Return a row a figure of each group."""
    rows: list[dict[str, object]] = []
    kinds = (("disagreement", comparison.disagreements), ("agreement", comparison.agreements))
    for kind, groups in kinds:
        for place, group in enumerate(groups, start=1):
            gap = clean(group.gap) if isinstance(group, Disagreement) else None
            common = (group.low, group.high) if isinstance(group, Agreement) else (None, None)
            rows += [
                {
                    "kind": kind, "group": place, **group.coordinates,
                    "gap": gap, "common_low": common[0], "common_high": _finite(common[1]),
                    "figure_id": item.figure, "source_id": item.source, "as_of": item.as_of,
                    "low": item.low, "high": _finite(item.high),
                }
                for item in group.figures
            ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).write_csv() if rows else ""


def _finite(value: float | None) -> float | None:
    return None if value is None or value == float("inf") else value


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
            said.append(f"{own:,} of the disagreements are within one publisher; --by publisher leaves them out.")
    if comparison.left_out:
        said.append(f"{comparison.left_out:,} figures lack a coordinate and were not compared.")
    return said
