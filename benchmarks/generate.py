"""Write a realistic package of any size: ``python benchmarks/generate.py FOLDER --figures 1000000``.

The tables, fields and schemas are those of the shipped package, whose code lists and hierarchies are taken over. Each
claiming source reports four to eight figures of one area at one date; sources of one publisher follow each other in
time. A third of the sources are documents in which figures were read second-hand. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
CODE_TABLES = ("affiliations", "areas", "hierarchies", "known_issues", "measures", "populations", "theatres")

#: What a source reports, in the order in which sources come to report it, and its share of those who travelled.
TEMPLATE = pl.DataFrame(
    [
        ("travelled", "all", 1.0),
        ("returned", "all", 0.3),
        ("killed", "all", 0.2),
        ("remaining", "all", 0.35),
        ("travelled", "women", 0.15),
        ("travelled", "minors", 0.2),
        ("returned", "women", 0.04),
        ("returned", "minors", 0.05),
    ],
    schema=["measure_id", "population_id", "share"],
    orient="row",
).with_row_index("slot")

#: How often each qualifier is printed.
QUALIFIERS = {"exact": 0.6, "about": 0.2, "at_least": 0.1, "up_to": 0.05, "range": 0.05}

#: One source in this many says that more returned than travelled; it breaks about two of some ten edits of that
#: source, so that about one edit in a thousand is broken.
ONE_BROKEN_IN = 200

SOURCES_OF_A_PUBLISHER = 3


def claims(figures: int, random: np.random.Generator) -> pl.DataFrame:
    """Return the claiming sources: publisher, place in its series, area, date, how many figures."""
    # Six figures a source on average: more sources than needed, of which those beyond the last figure are dropped.
    count = figures // 5 + 8
    areas = pl.read_csv(ROOT / "data" / "areas.csv", infer_schema=False).filter(pl.col("kind") == "country")["area_id"]
    number = np.arange(count)
    publisher, place = number // SOURCES_OF_A_PUBLISHER, number % SOURCES_OF_A_PUBLISHER
    people = random.lognormal(5.5, 1.2, publisher[-1] + 1) + 60
    months = random.integers(0, 24, publisher[-1] + 1) + 24
    sizes = random.integers(4, 9, count)
    reached = np.minimum(np.cumsum(sizes), figures)
    month = months[publisher] + place * 14
    return (
        pl.DataFrame(
            {
                "publisher": publisher,
                "place": place,
                "area": publisher % areas.len(),
                "month": month,
                "size": np.diff(reached, prepend=0),
                "people": people[publisher] * (1 + 0.2 * place),
                "broken": random.integers(0, ONE_BROKEN_IN, count) == 0,
            }
        )
        .filter(pl.col("size") > 0)
        .with_columns(
            area_id=pl.col("area").replace_strict(dict(enumerate(areas)), return_dtype=pl.String),
            publisher_id=pl.format("publisher-{}", pl.col("publisher").cast(pl.String).str.zfill(7)),
            as_of=pl.format(
                "{}-{}", 2011 + pl.col("month") // 12, (pl.col("month") % 12 + 1).cast(pl.String).str.zfill(2)
            ),
        )
        .with_columns(source_id=pl.format("{}-report-{}", "publisher_id", pl.col("place") + 1))
    )


def printed(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Return the frame with qualifier, value, low and high made from the number of people."""
    qualifier = pl.Series("qualifier", random.choice(list(QUALIFIERS), frame.height, p=list(QUALIFIERS.values())))
    count = pl.col("count")
    said = frame.with_columns(
        qualifier=pl.when(pl.col("broken") & (pl.col("slot") < 2)).then(pl.lit("exact")).otherwise(qualifier)
    )
    is_ = {name: pl.col("qualifier") == name for name in QUALIFIERS}
    return said.with_columns(
        value=pl.when(is_["exact"] | is_["about"]).then(count),
        low=pl.when(is_["at_least"]).then(count).when(is_["range"]).then(count * 9 // 10),
        high=pl.when(is_["up_to"]).then(count).when(is_["range"]).then(count * 11 // 10 + 1),
    )


def figure_table(sources: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Return the figures of all claiming sources."""
    rows = sources.with_columns(slot=pl.int_ranges(0, pl.col("size"))).explode("slot")
    rows = rows.with_columns(pl.col("slot").cast(pl.UInt32))
    rows = rows.join(TEMPLATE, on="slot", how="left", maintain_order="left")
    share = pl.when(pl.col("broken") & (pl.col("slot") == 1)).then(1.5).otherwise(pl.col("share"))
    rows = rows.with_columns(count=(pl.col("people") * share).floor().cast(pl.Int64))
    return printed(rows, random).select(
        figure_id=pl.format("{}-{}-{}", "source_id", "measure_id", "population_id"),
        source_id="source_id",
        area_id="area_id",
        measure_id="measure_id",
        population_id="population_id",
        affiliation_id=pl.lit("jihadist"),
        theatre_id=pl.lit("SYR-IRQ"),
        as_of="as_of",
        qualifier="qualifier",
        value="value",
        low="low",
        high="high",
        unit=pl.lit("persons"),
        basis=pl.lit("research"),
        note=pl.lit(None, pl.String),
    ).sort("figure_id")


def tables(figures: int, seed: int) -> dict[str, pl.DataFrame]:
    """Return the tables that grow with the size: figures, readings, sources, publishers."""
    random = np.random.default_rng(seed)
    works = claims(figures, random)
    numbers = figure_table(works, random)
    documents = pl.DataFrame({"number": np.arange(max(1, works.height // 2))}).select(
        source_id=pl.format("document-{}", pl.col("number").cast(pl.String).str.zfill(7)),
        publisher_id=pl.format(
            "publisher-{}", (pl.col("number") % works["publisher"].n_unique()).cast(pl.String).str.zfill(7)
        ),
        kind=pl.lit("document"),
        published=pl.lit("2018-03"),
    )
    reports = works.select("source_id", "publisher_id", kind=pl.lit("report"), published="as_of")
    sources = pl.concat([reports, documents]).select(
        "source_id",
        "publisher_id",
        "kind",
        title=pl.format("Report {} on those who travelled", "source_id"),
        published="published",
        language=pl.lit("en"),
        url=pl.format("https://example.org/{}", "source_id"),
        authors=pl.lit(None, pl.String),
        series=pl.lit(None, pl.String),
    )
    second_hand = pl.Series(random.integers(0, 3, numbers.height) == 0)
    read_in = documents["source_id"].gather(random.integers(0, documents.height, numbers.height))
    number = pl.coalesce("value", "low", "high").cast(pl.String)
    readings = numbers.select(
        "figure_id",
        document_id=pl.when(second_hand).then(read_in).otherwise("source_id"),
        as_printed=pl.format("{} {} people", pl.col("qualifier").str.replace("_", " "), number),
        qualifier="qualifier",
        value="value",
        low="low",
        high="high",
        locator=pl.lit("p. 7"),
        note=pl.lit(None, pl.String),
    )
    publishers = works.unique("publisher_id", maintain_order=True).select(
        "publisher_id",
        name=pl.format("Institute {}", pl.col("publisher") + 1),
        kind=pl.lit("research"),
        area_id="area_id",
    )
    return {
        "figures": numbers,
        "readings": readings.sort("figure_id", "document_id", "as_printed"),
        "sources": sources.sort("source_id"),
        "publishers": publishers.sort("publisher_id"),
    }


def generate(folder: Path, figures: int, seed: int = 1) -> Path:
    """Write a package with so many figures to `folder`, and return the folder."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "schemas", folder / "schemas", dirs_exist_ok=True)
    for name in CODE_TABLES:
        shutil.copy(ROOT / "data" / f"{name}.csv", folder / "data")
    # Issues known of the shipped figures are not issues of these.
    issues = folder / "data" / "known_issues.csv"
    issues.write_text(issues.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    for name, table in tables(figures, seed).items():
        table.write_csv(folder / "data" / f"{name}.csv")
    descriptor = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    descriptor |= {"name": f"generated-{figures}", "title": f"A generated package of {figures} figures"}
    for resource in descriptor["resources"]:
        file = folder / resource["path"]
        with file.open("rb") as stream:
            resource["hash"] = "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
        resource["bytes"] = file.stat().st_size
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return folder


def main() -> None:
    """Read the arguments and write the package."""
    parser = argparse.ArgumentParser(description="Write a realistic package of any size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--figures", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(generate(arguments.folder, arguments.figures, arguments.seed))


if __name__ == "__main__":
    main()
