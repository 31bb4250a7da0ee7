"""Write a realistic package of any size: ``python benchmarks/generate.py FOLDER --figures 1000000``.

The tables, fields and schemas are those of the shipped package, whose code lists and hierarchies are taken over. Each
claiming source reports four to eight figures of one area at one date; sources of one publisher follow each other in
time. A third of the sources are documents in which figures were read second-hand. The same seed gives the same bytes.

Of what grows with the size only the numbers of the sources are held in memory; the rest is made and written piece by
piece.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
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

#: So many sources are made at once, of six figures each on average; no publisher's are in two pieces.
PIECE = 50_000 * SOURCES_OF_A_PUBLISHER


def claims(figures: int, random: np.random.Generator) -> pl.DataFrame:
    """Return the claiming sources as numbers: publisher, place in its series, area, month, how many figures."""
    # Six figures a source on average: more sources than needed, of which those beyond the last figure are dropped.
    count = figures // 5 + 8
    number = np.arange(count)
    publisher, place = number // SOURCES_OF_A_PUBLISHER, number % SOURCES_OF_A_PUBLISHER
    people = random.lognormal(5.5, 1.2, publisher[-1] + 1) + 60
    months = random.integers(0, 24, publisher[-1] + 1) + 24
    sizes = random.integers(4, 9, count)
    reached = np.minimum(np.cumsum(sizes), figures)
    return pl.DataFrame(
        {
            "publisher": publisher,
            "place": place,
            "month": months[publisher] + place * 14,
            "size": np.diff(reached, prepend=0),
            "people": people[publisher] * (1 + 0.2 * place),
            "broken": random.integers(0, ONE_BROKEN_IN, count) == 0,
        }
    ).filter(pl.col("size") > 0)


def named(works: pl.DataFrame) -> pl.DataFrame:
    """Return claiming sources with their names, areas and dates."""
    areas = pl.read_csv(ROOT / "data" / "areas.csv", infer_schema=False).filter(pl.col("kind") == "country")["area_id"]
    area = pl.col("publisher") % areas.len()
    month = (pl.col("month") % 12 + 1).cast(pl.String).str.zfill(2)
    return works.with_columns(
        area_id=area.replace_strict(dict(enumerate(areas)), return_dtype=pl.String),
        publisher_id=publisher_id(pl.col("publisher")),
        as_of=pl.format("{}-{}", 2011 + pl.col("month") // 12, month),
    ).with_columns(source_id=pl.format("{}-report-{}", "publisher_id", pl.col("place") + 1))


def publisher_id(number: pl.Expr) -> pl.Expr:
    """Return the names of publishers; in their order up to ten million of them."""
    return pl.format("publisher-{}", number.cast(pl.String).str.zfill(7))


def document_id(number: pl.Expr) -> pl.Expr:
    """Return the names of documents in which figures were read second-hand."""
    return pl.format("document-{}", number.cast(pl.String).str.zfill(7))


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
    return (
        printed(rows, random)
        .select(
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
        )
        .sort("figure_id")
    )


def source_table(works: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return sources of one kind, of which name, publisher and date are known."""
    return works.select(
        "source_id",
        "publisher_id",
        kind=pl.lit(kind),
        title=pl.format("Report {} on those who travelled", "source_id"),
        published="published",
        language=pl.lit("en"),
        url=pl.format("https://example.org/{}", "source_id"),
        authors=pl.lit(None, pl.String),
        series=pl.lit(None, pl.String),
    )


def reading_table(numbers: pl.DataFrame, documents: int, random: np.random.Generator) -> pl.DataFrame:
    """Return a reading of each figure, of which a third were read in one of so many documents."""
    second_hand = pl.Series(random.integers(0, 3, numbers.height) == 0)
    read_in = pl.Series("number", random.integers(0, documents, numbers.height))
    number = pl.coalesce("value", "low", "high").cast(pl.String)
    return numbers.with_columns(read_in).select(
        "figure_id",
        document_id=pl.when(second_hand).then(document_id(pl.col("number"))).otherwise("source_id"),
        as_printed=pl.format("{} {} people", pl.col("qualifier").str.replace("_", " "), number),
        qualifier="qualifier",
        value="value",
        low="low",
        high="high",
        locator=pl.lit("p. 7"),
        note=pl.lit(None, pl.String),
    )


def pieces(figures: int, seed: int) -> Iterator[Mapping[str, pl.DataFrame]]:
    """Yield pieces of the tables that grow with the size, each table in its canonical order."""
    random = np.random.default_rng(seed)
    works = claims(figures, random)
    documents, publishers = max(1, works.height // 2), int(works["publisher"][-1]) + 1
    for start in range(0, documents, PIECE):
        number = pl.DataFrame({"number": np.arange(start, min(start + PIECE, documents))})
        known = number.select(
            source_id=document_id(pl.col("number")),
            publisher_id=publisher_id(pl.col("number") % publishers),
            published=pl.lit("2018-03"),
        )
        yield {"sources": source_table(known, "document")}
    for part in works.iter_slices(PIECE):
        own = named(part)
        numbers = figure_table(own, random)
        yield {
            "figures": numbers,
            "readings": reading_table(numbers, documents, random),
            "sources": source_table(own.rename({"as_of": "published"}), "report"),
            "publishers": own.unique("publisher", keep="first", maintain_order=True).select(
                "publisher_id",
                name=pl.format("Institute {}", pl.col("publisher") + 1),
                kind=pl.lit("research"),
                area_id="area_id",
            ),
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
    with ExitStack() as open_files:
        files = {
            name: open_files.enter_context((folder / "data" / f"{name}.csv").open("wb"))
            for name in ("figures", "readings", "sources", "publishers")
        }
        for piece in pieces(figures, seed):
            for name, table in piece.items():
                table.write_csv(files[name], include_header=files[name].tell() == 0)
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
