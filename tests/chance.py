"""Small whole packages at random, sound and unsound, in every form that tables are kept in.

Each is written from one number, so that a package that shows something can be written again.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chancefiles import write
from differential.cells import CELLS, DATES, NUMERALS
from differential.package import COUNTS, PLACES, ROWS
from engines import TODAY

from returnees.checking import check
from returnees.consistency.known import is_contradiction
from returnees.figures.rows import PARTS
from returnees.package.opening import open_package

Row = dict[str, str]

MEASURES = {
    "travelled": "persons", "returned": "persons", "killed": "persons", "share_returned": "percent",
    "countries": "countries",
}  # fmt: skip
#: The dimensions, the tables that list their codes, and the sets of these: whole and parts.
DIMENSIONS = {
    "area_id": ("areas", ["WLD", "EUROPE", "FIN", "FRA", "USA"], {"WLD": ["EUROPE", "USA"], "EUROPE": ["FIN", "FRA"]}),
    "population_id": ("populations", ["all", "men", "women"], {"all": ["men", "women"]}),
    "sector_id": ("sectors", ["any", "a", "b"], {"any": ["a", "b"]}),
}
M49 = {"FIN": "246", "FRA": "250", "USA": "840"}
#: What rules may say, for packages that have the dimension, None for all.
RULES: list[tuple[str | None, str]] = [
    (None, 'assert = "returned <= travelled"'),
    (None, 'assert = "returned + killed <= travelled"'),
    (None, 'assert = "killed <= 0.4 * travelled"'),
    (None, 'assert = "returned >= killed"'),
    (None, 'assert = "travelled >= 3"'),
    (None, 'assert = "killed == returned"'),
    (None, 'assert = "returned == share_returned * travelled"'),
    (None, 'assert = "share_returned <= 60"'),
    (None, 'assert = "earlier <= later"\nalong = "as_of"'),
    (None, 'assert = "earlier <= later"\nalong = "as_of"\nmeasures = ["travelled"]'),
    ("area_id", 'assert = "sum(parts) <= whole"\nalong = "hierarchies"\ndimension = "area"'),
    ("area_id", 'assert = "sum(parts) == whole"\nalong = "hierarchies"\ndimension = "area"\nmeasures = ["returned"]'),
    ("area_id", 'assert = "count(returned) <= countries"\nalong = "hierarchies"\ndimension = "area"'),
    ("population_id", 'assert = "sum(parts) == whole"\nalong = "hierarchies"\ndimension = "population"'),
    ("population_id", 'assert = "men + women <= all"\nalong = "population"'),
    ("population_id", 'assert = "returned <= travelled"\nwhere = { population = ["men", "women"] }'),
    ("sector_id", 'assert = "a <= 2 * b"\nalong = "sector"'),
]
SPANS = ["2014", "2014-06", "2014-06-30", "2015", "2015-01", "2015-01-15", "2016-02-29", ""]


def field(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **({"constraints": constraints} if constraints else {})}


class Made:
    """A package that is being made up: its tables as rows, their schemas, and what its descriptor says of them."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chosen = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.schemas: dict[str, dict[str, Any]] = {}
        self.more: dict[str, dict[str, Any]] = {}
        self.rules = ""
        self.about: float | None = None

    def chance(self, share: float) -> bool:
        return self.chosen.random() < share

    def some(self, values: Sequence[Any], least: int = 1) -> list[Any]:
        return self.chosen.sample(list(values), self.chosen.randint(min(least, len(values)), len(values)))

    def table(self, name: str, fields: list[dict[str, Any]], key: Sequence[str], rows: list[Row]) -> None:
        self.rows[name] = rows
        self.schemas[name] = {"fields": fields, "primaryKey": list(key)}


def made(seed: int, sources: int | None = None) -> Made:
    """Return the package of a number, with so many sources, or some.

    Each source, or two of one publisher, is to the rules a package of its own: many sources are many small packages
    side by side.
    """
    made = Made(seed)
    dimensions = made.some(DIMENSIONS, 0)
    _codes(made, dimensions)
    _sources(made, made.chosen.randint(1, 4) if sources is None else sources)
    _figures(made, dimensions)
    _rules(made, dimensions)
    if made.chance(0.5):
        _cells(made)
    for spoil in made.some(SPOILS, 0) if made.chance(0.8) else ():
        # A package that has no row left has nothing more to spoil.
        if made.chance(0.4) and any(made.rows.values()):
            spoil(made)
    return made


def _codes(made: Made, dimensions: Sequence[str]) -> None:
    measures = [{"measure_id": name, "unit": unit, "cumulative": str(name in ("travelled", "killed")).lower()}
                for name, unit in MEASURES.items()]  # fmt: skip
    if made.chance(0.9):
        fields = [field("measure_id", required=True), field("unit"), field("cumulative", "boolean")]
        made.table("measures", fields, ["measure_id"], measures)
    sets: list[Row] = []
    for name in dimensions:
        table, codes, wholes = DIMENSIONS[name]
        fields, rows = [field(name), field("title")], [{name: code, "title": code} for code in codes]
        if name == "area_id":
            fields += [field("kind", enum=["country", "region"]), field("m49", pattern="[0-9]{3}")]
            rows = [
                row | {"kind": "country" if row[name] in M49 else "region", "m49": M49.get(row[name], "")}
                for row in rows
            ]
        made.table(table, fields, [name], rows)
        sets += [
            {"dimension": name.removesuffix("_id"), "set_id": f"{whole}-parts", "part_id": part, "whole_id": whole,
             "exhaustive": exhaustive}
            for whole, parts in wholes.items() for exhaustive in [made.chosen.choice(["true", "false"])]
            for part in parts
        ]  # fmt: skip
    if sets and made.chance(0.9):
        fields = [*map(field, ("dimension", "set_id", "part_id", "whole_id")), field("exhaustive", "boolean")]
        made.table("hierarchies", fields, ["dimension", "set_id", "part_id"], sets)


def _sources(made: Made, count: int) -> None:
    fields = [field("source_id"), field("title", minLength=2), field("published"), field("publisher_id")]
    rows = [
        {"source_id": f"source-{number}", "title": "Made up", "published": made.chosen.choice(SPANS),
         "publisher_id": f"publisher-{number // 2}", "series": made.chosen.choice(["", "", "other"])}
        for number in range(count)
    ]  # fmt: skip
    if made.chance(0.3):
        fields.append(field("series"))
    made.table("sources", fields, ["source_id"], rows)
    if made.chance(0.6):
        publishers = [{"publisher_id": f"publisher-{number}", "name": 'P, "Q"'} for number in range(max(2, count // 2))]
        made.table("publishers", [field("publisher_id"), field("name")], ["publisher_id"], publishers)
        key = {"fields": ["publisher_id"], "reference": {"resource": "publishers", "fields": ["publisher_id"]}}
        made.schemas["sources"]["foreignKeys"] = [key]


def _figures(made: Made, dimensions: Sequence[str]) -> None:
    dated = made.chance(0.85)
    numbers = [field(name, made.chosen.choice(["number", "number", "integer"]), minimum=0)
               for name in ("value", "low", "high")]  # fmt: skip
    fields = [field("figure_id"), field("source_id"), *map(field, dimensions), field("measure_id"),
              field("qualifier", enum=list(PARTS)), *numbers, field("unit")]  # fmt: skip
    if dated:
        fields.insert(3, field("as_of", made.chosen.choice(["string"] * 4 + ["any", "date", "year", "yearmonth"])))
    figures: list[Row] = []
    readings: list[Row] = []
    for source in made.rows["sources"]:
        dates = made.some(SPANS)[: made.chosen.choice([1, 1, 2, 3])]
        places = [{name: made.chosen.choice(DIMENSIONS[name][1]) for name in dimensions} for _ in range(2)]
        for number in range(made.chosen.randint(0, 8)):
            row = {"figure_id": f"{source['source_id']}-{number}", "source_id": source["source_id"]}
            row |= made.chosen.choice(places)
            if dimensions and made.chance(0.5):
                name = made.chosen.choice(dimensions)
                row[name] = made.chosen.choice(DIMENSIONS[name][1])
            measure = made.chosen.choice(list(MEASURES))
            row |= {"measure_id": measure, "as_of": made.chosen.choice(dates), "unit": MEASURES[measure]}
            row |= _printed(made, measure)
            figures.append(row)
            for again in range(made.chosen.choice([1, 1, 1, 2, 0] if made.chance(0.2) else [1])):
                printed = _printed(made, measure) if made.chance(0.05) else {}
                readings.append(row | printed | {"document_id": source["source_id"], "as_printed": f"so {again}"})
    made.table("figures", fields, ["figure_id"], figures)
    targets = {"source_id": "sources", "measure_id": "measures"} | {name: DIMENSIONS[name][0] for name in dimensions}
    made.schemas["figures"]["foreignKeys"] = [
        {"fields": [name], "reference": {"resource": table, "fields": [name]}} for name, table in targets.items()
    ]
    if made.chance(0.3):
        made.schemas["figures"]["uniqueKeys"] = [[*targets, *(["as_of"] if dated else [])]]
    if made.chance(0.8):
        names = [field("figure_id"), field("document_id"), field("as_printed"), field("qualifier"), *numbers]
        made.table("readings", names, ["figure_id", "document_id", "as_printed"], readings)
        made.schemas["readings"]["foreignKeys"] = [
            {"fields": ["figure_id"], "reference": {"resource": "figures", "fields": ["figure_id"]}},
            {"fields": ["document_id"], "reference": {"resource": "sources", "fields": ["source_id"]}},
        ]


def _printed(made: Made, measure: str) -> Row:
    """Return a qualifier and its numbers, small enough to contradict others."""
    qualifier = made.chosen.choice(list(PARTS))
    low = made.chosen.choice([0, 1, 2, 3] if MEASURES[measure] == "countries" else [0, 1, 2, 3, 5, 10, 40, 50])
    if MEASURES[measure] == "persons" and made.chance(0.2):
        low *= 10
    high = low + made.chosen.randint(0, 9)
    numbers = {"low": str(low), "high": str(high if qualifier == "range" else low), "value": str(low)}
    return {"qualifier": qualifier} | {name: numbers[name] if name in PARTS[qualifier] else "" for name in numbers}


def _rules(made: Made, dimensions: Sequence[str]) -> None:
    possible = [text for name, text in RULES if name is None or name in dimensions]
    made.rules = "\n".join(
        f'[[rule]]\nid = "rule-{number}"\n{text}\nlabel = "L"\nwhy = "W"\n'
        f'severity = "{made.chosen.choice(["error", "error", "warning"])}"\n'
        for number, text in enumerate(made.some(possible)[:3])
    )
    if made.chance(0.1):
        made.about = made.chosen.choice([0.0, 0.3, 2.0])


def _cells(made: Made) -> None:
    """Add the two tables of every type and constraint, with near misses in their cells."""
    for name, schema in (("places", PLACES), ("counts", COUNTS)):
        names = [item["name"] for item in schema["fields"]]  # type: ignore[index]
        rows = [dict(zip(names, row, strict=True)) for row in ROWS[name]]
        for _ in range(made.chosen.randint(0, 6)):
            row = dict(made.chosen.choice(rows))
            for (table, one), texts in CELLS.items():
                if table == name and made.chance(0.3):
                    row[one] = made.chosen.choice(texts)
            rows.append(row)
        made.rows[name] = rows
        made.schemas[name] = json.loads(json.dumps(schema))


def _some_cell(made: Made) -> tuple[str, Row, str]:
    """Return a table, a row of it, and a field."""
    name = made.chosen.choice([name for name, rows in made.rows.items() if rows])
    return name, made.chosen.choice(made.rows[name]), made.chosen.choice(made.schemas[name]["fields"])["name"]


def _cell(made: Made) -> None:
    for _ in range(made.chosen.randint(1, 6)):
        _, row, name = _some_cell(made)
        row[name] = made.chosen.choice(["", " ", "x", "é", 'a "b", c', "two\nlines", "XKX", *NUMERALS, *DATES])


def _date(made: Made) -> None:
    texts = ["2017-1-5", "0000", "2015-02-30", "2999", "2999-01", "15", "2014-13", " 2014", "x"]
    for row in made.some(made.rows.get("figures", []))[:3]:
        row["as_of"] = made.chosen.choice(texts)


def _twice(made: Made) -> None:
    for _ in range(made.chosen.randint(1, 3)):
        name, row, _ = _some_cell(made)
        again = dict(row)
        if made.chance(0.5):
            again[_name_of(made, name)] = made.chosen.choice(made.rows[name])[_name_of(made, name)]
        made.rows[name].insert(made.chosen.randint(0, len(made.rows[name])), again)


def _name_of(made: Made, table: str) -> str:
    name: str = made.schemas[table]["fields"][0]["name"]
    return name


def _lost(made: Made) -> None:
    for _ in range(made.chosen.randint(1, 3)):
        name, row, _ = _some_cell(made)
        made.rows[name].remove(row)


def _swapped(made: Made) -> None:
    for _ in range(made.chosen.randint(1, 3)):
        name, row, one = _some_cell(made)
        row[one] = made.chosen.choice(made.rows[name]).get(one, "")


def _no_column(made: Made) -> None:
    name, _, one = _some_cell(made)
    made.more.setdefault(name, {}).setdefault("gone", set()).add(one)


def _more_columns(made: Made) -> None:
    name, _, _ = _some_cell(made)
    made.more.setdefault(name, {})["more"] = made.chosen.choice(["extra", "Extra, and so on", "FIGURE_ID", "c0", "row"])


def _order(made: Made) -> None:
    name, _, _ = _some_cell(made)
    made.more.setdefault(name, {})["shuffled"] = True


def _type(made: Made) -> None:
    name, _, one = _some_cell(made)
    kind = made.chosen.choice(["string", "integer", "number", "boolean", "date", "year", "yearmonth", "datetime", "any",
                               "object"])  # fmt: skip
    for item in made.schemas[name]["fields"]:
        if item["name"] == one:
            item.pop("format", None)
            item["type"] = kind
            if made.chance(0.2):
                item["format"] = made.chosen.choice(["email", "other"])


def _constraint(made: Made) -> None:
    name, row, one = _some_cell(made)
    pattern = made.chosen.choice(["[a-z0-9-]+", r"\d+|[A-Z]{3}", "", r"\w+( \w+)*"])
    stated = {
        "required": True, "unique": True, "enum": [row.get(one, ""), "x"], "pattern": pattern, "minLength": 3,
        "maxLength": 8, "minimum": made.chosen.choice([2, "2015", "x"]), "exclusiveMaximum": 40,
    }  # fmt: skip
    for item in made.schemas[name]["fields"]:
        if item["name"] == one:
            what = made.chosen.choice(list(stated))
            item.setdefault("constraints", {})[what] = stated[what]


def _missing(made: Made) -> None:
    name, row, one = _some_cell(made)
    values = ["", made.chosen.choice(["-", row.get(one, "-"), "NA"])]
    if made.chance(0.5):
        made.schemas[name]["missingValues"] = values
    else:
        stated = next(item for item in made.schemas[name]["fields"] if item["name"] == one)
        stated["missingValues"] = values[made.chance(0.3) :]


def _keys(made: Made) -> None:
    """State keys of other fields, perhaps of several, perhaps to fields of another type."""
    name, other = (made.chosen.choice(list(made.rows)) for _ in range(2))
    names = [[item["name"] for item in made.schemas[table]["fields"]] for table in (name, other)]
    count = made.chosen.choice([1, 1, 2])
    if made.chance(0.3):
        made.schemas[name]["uniqueKeys"] = [made.chosen.sample(names[0], min(count, len(names[0])))]
    elif made.chance(0.3):
        made.schemas[name]["primaryKey"] = made.chosen.sample(names[0], min(count, len(names[0])))
    else:
        count = min(count, *map(len, names))
        reference = {"resource": other, "fields": made.chosen.sample(names[1], count)}
        key = {"fields": made.chosen.sample(names[0], count), "reference": reference}
        made.schemas[name].setdefault("foreignKeys", []).append(key)


def _no_table(made: Made) -> None:
    name = made.chosen.choice(list(made.rows))
    del made.rows[name], made.schemas[name]
    if not any(made.rows.values()):
        made.rows["other"], made.schemas["other"] = [{"a": "1"}], {"fields": [field("a")]}


def _no_rows(made: Made) -> None:
    made.rows[made.chosen.choice(list(made.rows))] = []


SPOILS: list[Callable[[Made], None]] = [
    _cell, _date, _twice, _lost, _swapped, _no_column, _more_columns, _order, _type, _constraint, _missing, _keys,
    _no_table, _no_rows,
]  # fmt: skip


def package_at_random(folder: Path, seed: int, sources: int | None = None) -> Path:
    """Write the package of a number, see `made`, into a folder that is not there yet."""
    package = made(seed, sources)
    write(package, folder)
    if package.chance(0.4):
        _acknowledge(package, folder)
        shutil.rmtree(folder)
        write(package, folder)
    return folder


def _acknowledge(made: Made, folder: Path) -> None:
    """Record some of the contradictions of a package as known issues, and some that it does not have."""
    found, _ = check(open_package(folder), TODAY)
    issues = [(item.rule or "", item.figures) for item in found if is_contradiction(item) and made.chance(0.6)]
    issues += made.some([("rule-0", ["source-0-0", "source-0-1"]), ("rule-9", ["source-0-0"]), ("rule-0", ["nobody"])])
    names = ("issue_id", "rule_id", "figure_ids", "reason", "recorded_on")
    rows = [
        dict(zip(names, (f"issue-{number}", rule, " ".join(figures), "It says so.", "2026-01-01"), strict=True))
        for number, (rule, figures) in enumerate(issues)
    ]
    made.table("known_issues", [*map(field, names)], ["issue_id"], rows)
