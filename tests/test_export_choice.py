"""What an export holds when less than all was asked for, and the wide table."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import returnees
from returnees.export import export
from returnees.export.contents import Contents, gather
from returnees.export.wide import PARTS
from returnees.package.opening import open_package

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "packages" / "valid"


@pytest.fixture(scope="module")
def shipped() -> returnees.Package:
    return open_package(ROOT)


def frames(contents: Contents) -> dict[str, pl.DataFrame]:
    return {content.name: content.table.frame for content in contents.tables}


def dangling(contents: Contents) -> list[str]:
    """Return every reference of the tables that leads nowhere."""
    tables = frames(contents)
    lost = []
    for content in contents.tables:
        for key in content.table.schema.foreign_keys:
            own = content.table.frame.select(key.fields).drop_nulls().unique()
            target = tables[key.target].select(key.target_fields)
            missing = own.join(target, left_on=key.fields, right_on=key.target_fields, how="anti")
            lost += [f"{content.name}.{key.fields}: {row}" for row in missing.rows()]
    return lost


@pytest.mark.parametrize("where", [["area=GBR,FRA"], ["area_id=FIN", "measure=returned"], ["source=soufan-2017"]])
def test_chosen_figures_come_with_all_that_belongs_to_them(shipped: returnees.Package, where: list[str]) -> None:
    contents = gather(shipped, where=where)
    tables = frames(contents)
    assert dangling(contents) == []
    every = shipped.table("figures")
    for condition in where:
        name, _, codes = condition.partition("=")
        every = every.filter(pl.col(name if name.endswith("_id") else f"{name}_id").is_in(codes.split(",")))
    assert tables["figures"].equals(every.sort("figure_id"))
    ids = tables["figures"]["figure_id"]
    readings = shipped.table("readings").filter(pl.col("figure_id").is_in(ids.implode()))
    assert tables["readings"].height == readings.height
    needed = {*tables["figures"]["source_id"], *readings["document_id"]}
    assert set(tables["sources"]["source_id"]) == needed
    assert set(tables["publishers"]["publisher_id"]) == set(tables["sources"]["publisher_id"])
    for name in ("areas", "measures", "populations", "hierarchies"):
        assert tables[name].height == shipped.table(name).height, name


def copied(folder: Path) -> Path:
    shutil.copytree(VALID, folder)
    return folder


def test_of_known_issues_those_stay_that_name_a_chosen_figure(tmp_path: Path) -> None:
    folder = copied(tmp_path / "package")
    fields = [{"name": name} for name in ("issue_id", "figure_ids")]
    (folder / "issues.csv").write_text(
        "issue_id,figure_ids\na,alpha-2017-fin-returned alpha-2017-usa-returned\nb,alpha-2017-usa-returned\n"
    )
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor["resources"].append({"name": "known_issues", "path": "issues.csv", "schema": {"fields": fields}})
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    contents = gather(open_package(folder), where=["area=FIN"])
    assert frames(contents)["known_issues"]["issue_id"].to_list() == ["a"]


def test_what_is_said_of_a_source_goes_with_it(tmp_path: Path) -> None:
    folder = copied(tmp_path / "package")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    sources = next(item for item in descriptor["resources"] if item["name"] == "sources")
    first = (folder / sources["path"]).read_text().splitlines()
    (folder / sources["path"]).write_text("\n".join([*first, first[1].replace("alpha-2017", "beta-2017")]) + "\n")
    (folder / "remarks.csv").write_text("source_id,remark\nalpha-2017,x\nbeta-2017,y\n,z\n")
    key = {"fields": ["source_id"], "reference": {"resource": "sources", "fields": ["source_id"]}}
    schema = {"fields": [{"name": "source_id"}, {"name": "remark"}], "foreignKeys": [key]}
    descriptor["resources"].append({"name": "remarks", "path": "remarks.csv", "schema": schema})
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    tables = frames(gather(open_package(folder), where=["area=FIN"]))
    assert tables["sources"]["source_id"].to_list() == ["alpha-2017"]
    assert tables["remarks"]["remark"].to_list() == ["x", "z"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"formats": []}, "no format is named; there are csv, json,"),
        ({"formats": ["jsn"]}, "no format 'jsn'; did you mean 'json'"),
        ({"tables": ["figure"]}, "no table 'figure'; did you mean 'figures'"),
        ({"tables": ["by_aera"]}, "no table 'by_aera'; did you mean 'by_area'"),
        ({"columns": ["area"], "tables": ["figures"]}, "no column 'area' in figures; did you mean 'area_id'"),
        ({"where": ["area=GBX"]}, "no figure has area 'GBX'; did you mean 'GBR'"),
        ({"where": ["arae=GBR"]}, "'arae=GBR' names no field of figures; did you mean 'area'"),
        ({"where": ["area"]}, "'area' names no code; write area=CODE,..."),
        ({"where": ["area=gbr"]}, "no figure has area 'gbr'; did you mean 'GBR' (United Kingdom)?"),
        (
            {"where": ["area=Untied Kingdom"]},
            "no figure has area 'Untied Kingdom'; did you mean 'GBR' (United Kingdom)?",
        ),
        ({"where": ["area=TUV"]}, "no figure has area 'TUV'; did you mean 'TUR'"),
        ({"where": ["country=GBR"]}, "'country=GBR' names no field of figures; did you mean 'area'?"),
        ({"where": ["land=germany"]}, "'land=germany' names no field of figures; did you mean 'area'?"),
        ({"where": ["nothing=x"]}, "'nothing=x' names no field of figures; there are figure, source, area, measure,"),
        ({"where": ["area="]}, "'area=' names no code; write area=CODE,..."),
        (
            {"where": ["area=WLD", "source=abc-australia-2022-10"]},
            "no figure meets area=WLD and source=abc-australia-2022-10",
        ),
        ({"columns": ["figure_id"]}, "would have no column left; choose tables, too: --table figures,readings"),
    ],
)
def test_what_is_not_known_names_the_nearest(
    shipped: returnees.Package, tmp_path: Path, arguments: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(returnees.UsageError) as raised:
        export(shipped, tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert message in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_columns_are_written_in_the_order_named_and_keys_stay_true(shipped: returnees.Package, tmp_path: Path) -> None:
    chosen = ["area_id", "figure_id", "low"]
    contents = gather(shipped, ["figures"], columns=chosen)
    (figures,) = contents.tables
    assert figures.table.frame.columns == chosen
    assert figures.table.frame.equals(shipped.table("figures").sort("figure_id").select(chosen))
    assert figures.stated["primaryKey"] == ["figure_id"]
    assert [key["fields"] for key in figures.stated["foreignKeys"]] == [["area_id"]]
    assert "uniqueKeys" not in figures.stated
    export(shipped, tmp_path, ["csv"], ["figures"], columns=chosen)
    assert (tmp_path / "figures.csv").read_text().startswith("area_id,figure_id,low\n")


def told_back(by_area: pl.DataFrame, measures: list[str]) -> Counter[tuple[object, ...]]:
    """Return the figures that a wide table holds: coordinates, measure, qualifier, the published numbers."""
    index = by_area.columns[: by_area.width - len(PARTS) * len(measures)]
    found: Counter[tuple[object, ...]] = Counter()
    for row in by_area.iter_rows(named=True):
        for measure in measures:
            low, high, qualifier = (row[f"{measure}_{part}"] for part in PARTS)
            if qualifier is None:
                assert low is None and high is None
                continue
            one = low == high and qualifier in ("exact", "about")
            numbers = (low, None, None) if one else (None, low, high)
            found[*(row[name] for name in index), measure, qualifier, *numbers] += 1
    return found


def test_every_figure_can_be_told_back_from_the_wide_table(shipped: returnees.Package) -> None:
    by_area = frames(gather(shipped, ["by_area"]))["by_area"]
    index = ["area_id", "source_id", "as_of", "population_id", "affiliation_id", "theatre_id"]
    assert by_area.columns[:6] == index
    figures = shipped.table("figures")
    whole = Counter(figures.select(*index, "measure_id", "qualifier", "value", "low", "high").iter_rows())
    assert told_back(by_area, shipped.table("measures")["measure_id"].to_list()) == whole
    assert by_area.select(index).is_unique().all()
    assert by_area.select(index).equals(by_area.select(index).sort(index))


@pytest.mark.parametrize("most", [1, 7, 100])
def test_the_wide_table_is_the_same_however_few_figures_are_put_together_at_a_time(
    most: int, shipped: returnees.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = gather(shipped, ["by_area"]).tables
    monkeypatch.setattr("returnees.export.wide.FIGURES_AT_A_TIME", most)
    (parts,) = gather(shipped, ["by_area"]).tables
    assert parts.table.raw.text.equals(whole.table.raw.text)


def test_the_wide_table_leaves_empty_what_was_not_published(tmp_path: Path) -> None:
    by_area = frames(gather(open_package(VALID), ["by_area"]))["by_area"]
    finland, states = by_area.rows(named=True)
    assert (finland["returned_low"], finland["returned_high"], finland["returned_qualifier"]) == (40, 40, "about")
    assert (finland["travelled_low"], finland["travelled_high"]) == (80, None)
    assert finland["travelled_qualifier"] == "at_least"
    assert (states["travelled_low"], states["travelled_high"]) == (129, 129)


def test_figures_of_the_same_coordinates_are_not_merged(tmp_path: Path) -> None:
    folder = copied(tmp_path / "package")
    with (folder / "data" / "figures.csv").open("a") as stream:
        stream.write("alpha-2017-fin-travelled-2,alpha-2017,FIN,travelled,2017-10,range,,70,90,persons\n")
    by_area = frames(gather(open_package(folder), ["by_area"]))["by_area"]
    finland = by_area.filter(pl.col("area_id") == "FIN").select("travelled_low", "travelled_high", "returned_low")
    assert finland.rows() == [(80, None, 40), (70, 90, None)]
    export(open_package(folder), tmp_path, ["sqlite"])
    from exports import read_sqlite

    assert read_sqlite(tmp_path, open_package(folder), "by_area") == by_area.rows()


def test_the_wide_table_is_named_after_the_first_coordinate(tmp_path: Path) -> None:
    resources = [
        {"name": "figures", "path": "figures.csv", "schema": {
            "fields": [{"name": name} for name in ("figure_id", "crop_id", "measure_id", "qualifier")]
            + [{"name": "value", "type": "number"}],
            "primaryKey": ["figure_id"],
            "foreignKeys": [{"fields": ["crop_id"], "reference": {"resource": "crops", "fields": ["crop_id"]}}],
        }},
        {"name": "crops", "path": "crops.csv", "schema": {"fields": [{"name": "crop_id"}], "primaryKey": ["crop_id"]}},
    ]  # fmt: skip
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "crops", "resources": resources}))
    (tmp_path / "crops.csv").write_text("crop_id\nrye\n")
    (tmp_path / "figures.csv").write_text(
        "figure_id,crop_id,measure_id,qualifier,value\na,rye,acres,exact,1\nb,rye,tons,about,2\n"
    )
    tables = frames(gather(open_package(tmp_path)))
    assert tables["by_crop"].rows() == [("rye", 1.0, 1.0, "exact", 2.0, 2.0, "about")]


def test_a_table_of_the_package_s_own_comes_before_the_wide_one(tmp_path: Path) -> None:
    folder = copied(tmp_path / "package")
    (folder / "own.csv").write_text("a\n1\n")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor["resources"].append({"name": "by_area", "path": "own.csv", "schema": {"fields": [{"name": "a"}]}})
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    package = open_package(folder)
    assert frames(gather(package))["by_area"].rows() == [("1",)]
    export(package, tmp_path / "out", ["sqlite", "duckdb", "xlsx"])
