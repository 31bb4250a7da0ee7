"""What the tests of engines share: a package checked by an engine and in memory, and how the two are compared."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from returnees.checking import check
from returnees.engines import duckdb, holding, streaming
from returnees.engines.checking import check_on
from returnees.engines.seam import Engine
from returnees.figures.rows import PARTS
from returnees.findings import Finding
from returnees.outcome import VerdictCounts
from returnees.package.model import Package, Resource
from returnees.tables.model import Table

TODAY = date(2026, 11, 24)
#: Has Java make less of what runs for a short time only, keep what it has made, and believe that classes are sound.
BRIEF = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
#: What opens each engine but Spark, which starts too slowly for each test.
OPENINGS = [pytest.param(duckdb.opened, id="duckdb"), pytest.param(streaming.opened, id="polars, streaming")]
#: How many small packages side by side an engine is held to memory by at once.
SOURCES = 3_000
Found = tuple[frozenset[Finding], Mapping[str, VerdictCounts], Mapping[str, int]]


def in_memory(package: Package) -> Found:
    findings, verdicts = check(package, TODAY)
    return frozenset(findings), verdicts, _sizes(package.tables)


def on_engine(engine: Engine, package: Package, told: list[str] | None = None) -> Found:
    findings, verdicts, tables = check_on(engine, package, TODAY, [].append if told is None else told.append)
    return frozenset(findings), verdicts, _sizes(tables)


def _sizes(tables: Mapping[str, Table]) -> dict[str, int]:
    return {name: table.height for name, table in tables.items()}


def held_by_the_engine(monkeypatch: Any, chosen: Callable[[Resource], bool] = lambda _: True) -> None:
    """Have the engine hold the chosen tables, however small they are."""
    monkeypatch.setattr(holding, "is_small", lambda resource, size: not chosen(resource))


def follow_ties_of_at_most(figures: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ties through what was never published be followed in packages of so many figures, on both sides."""
    monkeypatch.setattr("returnees.contradictions.MOST_FOLLOWED", figures)
    monkeypatch.setattr("returnees.engines.judging.MOST_FOLLOWED", figures)


def all_broken_edits_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all broken edits be shown, on both sides: of more than a thousand of a rule an engine shows other ones."""
    monkeypatch.setattr("returnees.contradictions.MOST_BROKEN", 10**6)
    monkeypatch.setattr("returnees.engines.judging.MOST_BROKEN", 10**6)


def told(findings: Iterable[Finding]) -> str:
    return "\n".join(f"{item.code} {item.place} {item.field} {item.key} {item.message}" for item in findings)


def assert_the_same(ours: Found, theirs: Found) -> None:
    assert not ours[0] ^ theirs[0], f"only here:\n{told(ours[0] - theirs[0])}\nonly there:\n{told(theirs[0] - ours[0])}"
    assert ours[1:] == theirs[1:]


def made_up(root: Path, folder: Path, sources: int, seed: int) -> Path:
    """Write the shipped package and beside its sources such as each claim figures at random.

    Each of them is a small package of its own: dates of every precision, several of one source, figures that have all
    coordinates in common, every measure and qualifier, numbers small enough to contradict each other.
    """
    chosen = random.Random(seed)
    shutil.copytree(root / "schemas", folder / "schemas")
    shutil.copytree(root / "data", folder / "data")
    shutil.copy(root / "datapackage.json", folder)
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in descriptor["resources"]:
        resource.pop("bytes", None)
        resource.pop("hash", None)
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    codes = {
        name: pl.read_csv(folder / f"data/{table}.csv", infer_schema=False)[f"{name}_id"].to_list()
        for name, table in (
            ("area", "areas"), ("population", "populations"), ("affiliation", "affiliations"), ("theatre", "theatres"),
        )
    }  # fmt: skip
    measures = pl.read_csv(folder / "data/measures.csv", infer_schema=False).select("measure_id", "unit").rows()
    few = {name: values[:4] if name != "area" else chosen.sample(values, 6) for name, values in codes.items()}
    dates = ["2014", "2014-12", "2014-06", "2014-06-30", "2015", "2015-01", "2015-01-15", "2016-02-29", ""]
    figures, works, read = [], [], []
    for number in range(sources):
        works.append((f"made-{number}", f"publisher-{number // 3}", "report", "Made up", "2018", "en", "", "", ""))
        own = chosen.sample(dates, chosen.choice([1, 1, 2, 3]))
        places = [{name: chosen.choice(values) for name, values in few.items()} for _ in range(2)]
        for item in range(chosen.randint(3, 12)):
            place = dict(chosen.choice(places))
            if chosen.random() < 0.4:
                place["population"] = chosen.choice(few["population"])
            measure, unit = chosen.choice(measures)
            qualifier = chosen.choice(["exact", *PARTS])
            low = chosen.randint(0, 100 if unit == "percent" else 400)
            numbers = {"exact": (low, "", ""), "about": (low, "", ""), "range": ("", low, low + chosen.randint(0, 30)),
                       "at_least": ("", low, ""), "more_than": ("", low, "")}.get(qualifier, ("", "", low))  # fmt: skip
            name = f"made-{number}-{item}"
            figures.append((
                name, f"made-{number}", place["area"], measure, place["population"], place["affiliation"],
                place["theatre"], chosen.choice(own), qualifier, *map(str, numbers), unit, "research", "",
            ))  # fmt: skip
            if chosen.random() < 0.95:
                read.append((name, f"made-{number}", f"{low}", qualifier, *map(str, numbers), "", ""))
    issues = pl.read_csv(folder / "data/known_issues.csv", infer_schema=False)
    added = {
        "figures": figures, "sources": works, "readings": read,
        "publishers": [(f"publisher-{number}", "P", "research", "") for number in range(sources)],
        "known_issues": [("stale", issues["rule_id"][0], "made-0-0 made-0-1", "never so", "2026-01-01")],
    }  # fmt: skip
    for table, rows in added.items():
        file = folder / f"data/{table}.csv"
        shipped = pl.read_csv(file, infer_schema=False)
        pl.concat([shipped, pl.DataFrame(rows, shipped.schema, orient="row")]).write_csv(file)
    return folder
