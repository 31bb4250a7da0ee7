"""Packages made up by `chance`, written down: each table in one of the forms that tables are kept in."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from chance import Made, Row


def write(made: Made, folder: Path) -> Path:
    """Write the package, each table in one of the forms that tables are kept in."""
    (folder / "data").mkdir(parents=True)
    (folder / "schemas").mkdir()
    (folder / "schemas/rules.toml").write_text(made.rules, "utf-8")
    resources = [
        {"name": name, "type": "table", "schema": made.schemas[name], **_stored(made, folder, name)}
        for name in made.rows
    ]
    descriptor = {"name": "made-up", "rules": "schemas/rules.toml", "resources": resources}
    if made.about is not None:
        descriptor["about"] = made.about
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return folder


def _stored(made: Made, folder: Path, name: str) -> dict[str, Any]:
    """Write a table and return what the descriptor says of its files."""
    more = made.more.get(name, {})
    names = [item["name"] for item in made.schemas[name]["fields"] if item["name"] not in more.get("gone", ())]
    if more.get("shuffled"):
        made.chosen.shuffle(names)
    rows = [[row.get(one, "") for one in names] for row in made.rows[name]]
    if "more" in more:
        names = [*names, more["more"]]
        rows = [[*row, "more"] for row in rows]
    names, rows = (names, rows) if names else (["nothing"], [["x"]])
    form = made.chosen.choice(["csv"] * 5 + ["gz", "crlf", "quoted", "listed", "folder", "parquet", "typed", "parts"])
    ending = {"gz": "csv.gz", "parquet": "parquet", "typed": "parquet", "parts": "parquet"}.get(form, "csv")
    stated = {"format": "parquet"} if ending == "parquet" else {"format": "csv", "encoding": "utf-8"}

    def put(path: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_content(form, names, rows))
        return path

    if form not in ("listed", "folder", "parts"):
        return stated | {"path": put(f"data/{name}.{ending}", names, rows)}
    if form == "listed":
        cut = made.chosen.randint(0, len(rows))
        return stated | {
            "path": [put(f"data/{name}-{at}.csv", names, part) for at, part in enumerate((rows[:cut], rows[cut:]))]
        }
    for at, (keys, part) in enumerate(_partitions(made, names, rows)):
        left = [one for one in names if one not in keys]
        within = [[cell for one, cell in zip(names, row, strict=True) if one not in keys] for row in part]
        path = "".join(f"{one}={value}/" for one, value in keys.items())
        put(f"data/{name}/{path}{at}.{ending}", left, within)
    return stated | {"path": f"data/{name}"}


def _partitions(made: Made, names: Sequence[str], rows: list[list[str]]) -> Iterator[tuple[Row, list[list[str]]]]:
    """Yield the rows of each folder, and what its name says; as likely as not two files of one folder."""
    coded = [one for one in names[1:] if rows and all(row[names.index(one)].isalnum() for row in rows)]
    if not coded or len(names) < 3 or made.chance(0.4):
        yield {}, rows[: len(rows) // 2]
        yield {}, rows[len(rows) // 2 :]
        return
    key = made.chosen.choice(coded)
    at = names.index(key)
    for value in sorted({row[at] for row in rows}):
        yield {key: value}, [row for row in rows if row[at] == value]


def _content(form: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    if form in ("parquet", "typed", "parts"):
        return _parquet(names, rows, typed=form == "typed")
    stream = io.StringIO()
    quoting = csv.QUOTE_ALL if form == "quoted" else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, lineterminator="\r\n" if form == "crlf" else "\n", quoting=quoting)
    # A header in quotes is for the exact reader.
    csv.writer(stream, lineterminator="\r\n" if form == "crlf" else "\n").writerow(names)
    writer.writerows(rows)
    content = stream.getvalue().encode("utf-8")
    return gzip.compress(content, mtime=0) if form == "gz" else content


def _parquet(names: Sequence[str], rows: Sequence[Sequence[str]], *, typed: bool) -> bytes:
    columns = [pl.Series(name, [row[at] for row in rows], pl.String) for at, name in enumerate(names)]
    if typed:
        columns = [_typed(column) for column in columns]
    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def _typed(column: pl.Series) -> pl.Series:
    """Return a column as numbers, dates or truths where all that stands in it is so, with nothing where it is empty."""
    cells = column.replace("", None)
    there = cells.drop_nulls()
    for kind, form in ((pl.Int64, r"^(?:0|-?[1-9][0-9]{0,15})$"), (pl.Float64, r"^-?[0-9]{1,9}\.[0-9]{1,3}$"),
                       (pl.Date, r"^20[0-9]{2}-0[1-9]-[01][0-9]$")):  # fmt: skip
        if len(there) and there.str.contains(form).all():
            found = cells.str.to_date(strict=False) if kind == pl.Date else cells.cast(kind)
            if found.null_count() == cells.null_count():
                return found
    return cells
