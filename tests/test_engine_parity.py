"""Every engine finds in a package what is found in memory: packages at random, and those in which one once did not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from chance import package_at_random
from effort import times
from engines import (
    OPENINGS,
    all_broken_edits_come_back,
    assert_the_same,
    follow_ties_of_at_most,
    held_by_the_engine,
    in_memory,
    on_engine,
)

import returnees
from returnees.engines import duckdb, streaming
from returnees.engines.seam import Engine, Opening

VALID = Path(__file__).parent / "packages" / "valid"
Descriptor = dict[str, Any]

#: How many packages at random each engine is held to memory by, of those that take longer fewer.
PACKAGES = {"polars": 4, "duckdb": 2}
#: Every so many of them has so many sources, which are as many small packages side by side.
EVERY, MANY = 5, 1_000


@pytest.mark.parametrize("part", range(times(1)))
@pytest.mark.parametrize("opening", OPENINGS)
def test_packages_at_random_give_the_same_findings(
    tmp_path: Path, opening: Opening, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opening() as engine:
        count = PACKAGES[engine.name]
        codes = codes_of_the_same(engine, range(part * count, (part + 1) * count), tmp_path, monkeypatch)
    assert len(codes) > 5


def codes_of_the_same(engine: Engine, seeds: range, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Hold an engine to memory by the packages of these numbers, and return the codes of all that was found."""
    codes: set[str] = set()
    all_broken_edits_come_back(monkeypatch)
    for seed in seeds:
        sources = None if seed % EVERY else MANY
        package = returnees.open_package(package_at_random(folder / str(seed), seed, sources))
        # Every other one as if it had more figures than are looked at here with all their ties; in every third some
        # tables are small.
        follow_ties_of_at_most(0 if seed % 2 else 50_000, monkeypatch)
        held_by_the_engine(monkeypatch, lambda item, seed=seed: seed % 3 or (seed + len(item.name)) % 2)  # type: ignore[misc]
        found = on_engine(engine, package)
        try:
            assert_the_same(found, in_memory(package))
        except AssertionError as error:
            raise AssertionError(f"the package of the number {seed}: {error}") from None
        codes |= {item.code for item in found[0]}
        shutil.rmtree(folder / str(seed))
    return codes


def resource(descriptor: Descriptor, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in descriptor["resources"] if item["name"] == name)
    return found


def replaced(folder: Path, table: str, old: str, new: str) -> None:
    file = folder / f"data/{table}.csv"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def without_what_is_referred_to(folder: Path, descriptor: Descriptor) -> None:
    """The areas lack their codes, and the readings a number; a key is -0 where the other is 0."""
    replaced(folder, "areas", "area_id", "code")
    replaced(folder, "readings", "value,low", "worth,low")
    replaced(folder, "figures", "exact,7,,", "exact,7,,0")
    replaced(folder, "readings", "7,exact,7,,", "7,exact,7,,-0")
    for table in ("figures", "readings"):
        del resource(descriptor, table)["schema"]["fields"][-2 if table == "figures" else -1]["constraints"]
    key = {"fields": ["high"], "reference": {"resource": "figures", "fields": ["high"]}}
    resource(descriptor, "readings")["schema"]["foreignKeys"].append(key)


def without_what_rules_need(folder: Path, descriptor: Descriptor) -> None:
    """The figures lack their measure, and the readings the figure that they are of."""
    replaced(folder, "figures", "measure_id", "measure")
    replaced(folder, "readings", "figure_id,", "id,")


def folders_that_state_other_fields(folder: Path, descriptor: Descriptor) -> None:
    for number, keys in enumerate(("area_id=USA/area_id=FIN", "area_id=USA", "area_id=USA/b=2")):
        part = folder / f"data/areas/{keys}/{number}.csv"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("name,kind,m49\nx,country,246\n", "utf-8")
    resource(descriptor, "areas")["path"] = "data/areas"


def columns_that_differ_in_case(folder: Path, descriptor: Descriptor) -> None:
    names = {"area_id": ["FIN", "USA"], "Name": ["a", "b"], "name": ["x", None], "kind": ["country"] * 2}
    pl.DataFrame(names).with_columns(m49=pl.Series(["246", "841"])).write_parquet(folder / "data/areas.parquet")
    resource(descriptor, "areas").update(path="data/areas.parquet", format="parquet")
    del resource(descriptor, "areas")["encoding"]


def a_rule_that_no_figure_fills(folder: Path, _: Descriptor) -> None:
    rules = folder / "schemas/rules.toml"
    over_sets = 'assert = "sum(parts) <= whole"\nalong = "hierarchies"\ndimension = "area"'
    rules.write_text(rules.read_text("utf-8").replace('assert = "returned <= travelled"', over_sets), "utf-8")


def known_issues_without_a_rule(folder: Path, descriptor: Descriptor) -> None:
    """The figures that they name are there."""
    (folder / "schemas/rules.toml").write_text("", "utf-8")
    issue = "issue-1,gone,alpha-2017-fin-returned alpha-2017-fin-travelled,It says so.,2026-01-01"
    (folder / "data/known_issues.csv").write_text(f"issue_id,rule_id,figure_ids,reason,recorded_on\n{issue}\n", "utf-8")
    fields = [
        {"name": name, "type": "string"} for name in ("issue_id", "rule_id", "figure_ids", "reason", "recorded_on")
    ]
    stated = {"type": "table", "path": "data/known_issues.csv", "encoding": "utf-8", "schema": {"fields": fields}}
    descriptor["resources"].append({"name": "known_issues", **stated})


def a_key_to_cells_that_are_not_checked(folder: Path, descriptor: Descriptor) -> None:
    """Of a format that there is not: what is referred to are the cells as they stand."""
    key = {"fields": ["a"], "reference": {"resource": "other", "fields": ["a"]}}
    own = {"fields": [{"name": "a", "type": "string"}], "foreignKeys": [key]}
    its = {"fields": [{"name": "a", "type": "datetime", "format": "other"}]}
    for name, schema in {"own": own, "other": its}.items():
        (folder / f"data/{name}.csv").write_text("a\nx\n", "utf-8")
        stated = {"name": name, "type": "table", "path": f"data/{name}.csv", "encoding": "utf-8", "schema": schema}
        descriptor["resources"].append(stated)


@pytest.mark.parametrize(
    ("change", "opening", "codes"),
    [
        (without_what_is_referred_to, streaming.opened, {"F114", "F138", "F308"}),
        (without_what_rules_need, streaming.opened, {"F114", "F307"}),
        (folders_that_state_other_fields, streaming.opened, {"F123"}),
        (a_rule_that_no_figure_fills, streaming.opened, {"F411"}),
        (a_key_to_cells_that_are_not_checked, streaming.opened, {"F121"}),
        (known_issues_without_a_rule, streaming.opened, {"F206"}),
        (columns_that_differ_in_case, duckdb.opened, {"F130", "F311"}),
    ],
)
def test_what_is_missing_is_missed_by_every_engine(
    tmp_path: Path, change: Callable[[Path, Descriptor], None], opening: Opening, codes: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What an engine once did not say, or stopped at."""
    folder = tmp_path / "made"
    shutil.copytree(VALID, folder)
    file = folder / "datapackage.json"
    descriptor = json.loads(file.read_text("utf-8"))
    change(folder, descriptor)
    file.write_text(json.dumps(descriptor), "utf-8")
    follow_ties_of_at_most(0, monkeypatch)
    held_by_the_engine(monkeypatch)
    package = returnees.open_package(folder)
    with opening() as engine:
        found = on_engine(engine, package)
    assert_the_same(found, in_memory(package))
    assert codes <= {item.code for item in found[0]}
