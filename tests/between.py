"""Small packages of figures for tests of what figures say against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

FIRMS = Path(__file__).parent / "data" / "firms"

_FIELDS = {
    "figures": (
        "figure_id",
        "source_id",
        "place_id",
        "measure_id",
        "as_of",
        "qualifier",
        "value",
        "low",
        "high",
        "unit",
    ),
    "sources": ("source_id", "publisher_id"),
    "places": ("place_id",),
    "measures": ("measure_id", "unit", "cumulative"),
    "readings": ("figure_id", "document_id"),
    "known_issues": ("issue_id", "rule_id", "figure_ids", "reason", "recorded_on"),
}
_NUMBERS = ("value", "low", "high")


def figure(
    name: str, measure: str, number: str, *, source: str = "a", place: str = "x", as_of: str = "2017"
) -> list[str]:
    """Return a row of figures; `number` is ``5``, ``~5``, ``5+``, ``-5`` (up to) or ``3..5``."""
    low, dots, high = number.partition("..")
    if dots:
        parts = ("range", "", low, high)
    elif number.endswith("+"):
        parts = ("at_least", "", number[:-1], "")
    elif number.startswith("-"):
        parts = ("up_to", "", "", number[1:])
    else:
        parts = ("about" if number.startswith("~") else "exact", number.lstrip("~"), "", "")
    return [name, source, place, measure, as_of, *parts, "persons"]


def package(folder: Path, figures: Sequence[Sequence[str]], rules: str = "", **others: Sequence[Sequence[str]]) -> Path:
    """Write a package of one coordinate, place, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = {row[1]: row[1] for row in figures} | dict(others.get("sources", ()))  # type: ignore[arg-type]
    tables: Mapping[str, Sequence[Sequence[str]]] = {
        "figures": figures,
        "places": [[place] for place in sorted({row[2] for row in figures} | {"x"})],
        "measures": [[name, "persons", "false"] for name in sorted({row[3] for row in figures} | {"a", "b", "c"})],
        **others,
        "sources": sorted(sources.items()),
    }
    resources = []
    for name, rows in tables.items():
        fields = [{"name": field, "type": "number" if field in _NUMBERS else "string"} for field in _FIELDS[name]]
        schema: dict[str, object] = {"fields": fields, "primaryKey": [_FIELDS[name][0]]}
        if name == "readings":
            schema["primaryKey"] = ["figure_id", "document_id"]
        if name == "figures":
            schema["foreignKeys"] = [
                {"fields": [f"{one}_id"], "reference": {"resource": f"{one}s", "fields": [f"{one}_id"]}}
                for one in ("source", "place", "measure")
            ]
        lines = [",".join(_FIELDS[name]), *(",".join(row) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        resources.append({"name": name, "path": f"{name}.csv", "type": "table", "schema": schema})
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    descriptor = {"name": "small", "rules": "rules.toml", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def rule(assertion: str, name: str = "the-rule", severity: str = "error") -> str:
    """Return a rule without examples."""
    return (
        f'[[rule]]\nid = "{name}"\nassert = "{assertion}"\nlabel = "too much"\nwhy = "So."\nseverity = "{severity}"\n'
    )
