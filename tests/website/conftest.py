"""Sites that the tests of the website share: that of the shipped package, and those of small and of hostile ones."""

from __future__ import annotations

import csv
import json
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from making import ROOT

import returnees
from returnees.package.opening import open_package
from returnees.site.plan import Site, build_site
from returnees.site.writing import write_site

ADDRESS = "https://example.org/figures/"


def build(package: returnees.Package, **options: Any) -> Site:
    """Build the site of a package, whatever is found in it."""
    return build_site(package, returnees.validate(package, conformance=False), **{"processes": 1, **options})


def build_shipped(place: Path) -> None:
    """Build the site of the shipped package, which may take twenty seconds of two processors."""
    before = sum(os.times()[:4])
    site = build(open_package(ROOT), address=ADDRESS, processes=2)
    assert sum(os.times()[:4]) - before < 40
    (place / "site.pickle").write_bytes(pickle.dumps(site))
    write_site(place / "site", site.files)


@pytest.fixture(scope="session")
def built(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """Where the site of the shipped package lies, as it was built and as files."""
    return once("shipped-site", build_shipped)


@pytest.fixture(scope="session")
def shipped(built: Path) -> Site:
    """The site of the shipped package."""
    site: Site = pickle.loads((built / "site.pickle").read_bytes())
    return site


@pytest.fixture(scope="session")
def folder(built: Path) -> Path:
    """The site of the shipped package in a folder."""
    return built / "site"


def make_package(folder: Path, tables: Mapping[str, list[dict[str, Any]]], keys: Mapping[str, list[str]],
                 references: Mapping[str, Mapping[str, str]], **descriptor: Any) -> returnees.Package:  # fmt: skip
    """Write and open a package; `references` has, by table, the table that each foreign key names."""
    resources = []
    for name, rows in tables.items():
        fields = list(dict.fromkeys(field for row in rows for field in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, fields, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)
        numbers = ("value", "low", "high")
        schema: dict[str, Any] = {
            "fields": [{"name": field, "type": "number" if field in numbers else "string"} for field in fields],
            "primaryKey": keys[name],
        }
        if name in references:
            schema["foreignKeys"] = [
                {"fields": [field], "reference": {"resource": target, "fields": keys[target]}}
                for field, target in references[name].items()
            ]
        resources.append({"name": name, "path": f"{name}.csv", "type": "table", "schema": schema})
    stated = {"name": "made", "version": "1.0.0", **descriptor, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(stated), encoding="utf-8")
    return open_package(folder)
