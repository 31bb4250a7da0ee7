"""Mistakes made on purpose in the shipped figures, and which of them the rules find: ``python scripts/mutations.py``.

Each of some thousand mutations takes the figures of one source, with the earlier and later ones of its publisher, and
makes one mistake of the kinds in `KINDS`. The engine judges all of these copies at once. What it finds beyond what it
finds in the unchanged figures is counted, and written to ``docs/mutations.md``; the same figures give the same page.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import returnees
from returnees.consistency.edits import lay
from returnees.consistency.quantities import quantities
from returnees.consistency.setting import Setting, setting_of
from returnees.consistency.verdicts import BROKEN, verdicts

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutations.md"
SEED, EACH = 20171024, 250
NUMBERS = ("value", "low", "high")
Row = dict[str, Any]
#: A broken edit: its rule and its figures.
Broken = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Mutation:
    """One mistake: its kind, the rows of the copy after it, and the figures that it changed."""

    kind: str
    rows: tuple[Row, ...]
    changed: frozenset[str]


class Figures:
    """The shipped figures, and which of them are looked at together."""

    def __init__(self, setting: Setting) -> None:
        sources = setting.tables["sources"].frame
        series = {row["source_id"]: (row["publisher_id"], row.get("series")) for row in sources.iter_rows(named=True)}
        self.places = [*setting.profile.dimensions.values()]
        self.rows = [
            row | {"counting": series.get(row["source_id"])}
            for row in setting.tables["figures"].frame.iter_rows(named=True)
        ]
        self.parts = {(item.dimension, part): item.whole for item in setting.profile.sets for part in item.parts}
        self.dimensions = {field: name for name, field in setting.profile.dimensions.items()}
        self._of_source: dict[str, list[Row]] = {}
        self._of_line: dict[object, list[Row]] = {}
        for row in self.rows:
            self._of_source.setdefault(row["source_id"], []).append(row)
            self._of_line.setdefault(self._line(row), []).append(row)

    def _line(self, row: Row) -> tuple[object, ...]:
        return (row["counting"], row["measure_id"], *(row[place] for place in self.places))

    def source(self, row: Row) -> list[Row]:
        """Return the figures of the same source."""
        return self._of_source[row["source_id"]]

    def copy(self, changed: Sequence[Row]) -> tuple[Row, ...]:
        """Return the figures of the source after the change, and the others of the series of those that changed."""
        found = {row["figure_id"]: row for row in self.source(changed[0])}
        originals = [found[row["figure_id"]] for row in changed]
        for row in [*originals, *changed]:
            found |= {other["figure_id"]: other for other in self._of_line.get(self._line(row), ())}
        return tuple((found | {row["figure_id"]: row for row in changed}).values())


Change = Callable[[random.Random, Row, Figures], "list[Row] | None"]


def one_number(alter: Callable[[random.Random, str], str | float]) -> Change:
    """Return the mistake that alters one of the numbers of a figure."""

    def change(chance: random.Random, row: Row, _: Figures) -> list[Row] | None:
        field = chance.choice([name for name in NUMBERS if row[name] is not None])
        number = row[field]
        altered = float(alter(chance, f"{number:.0f}" if number == int(number) else f"{number}") or 0)
        new = row | {field: altered}
        backwards = new["low"] is not None and new["high"] is not None and new["low"] > new["high"]
        above = row["unit"] == "percent" and altered > 100
        return None if altered == number or backwards or above else [new]

    return change


def _digit(chance: random.Random, digits: str) -> int:
    return chance.choice([place for place, digit in enumerate(digits) if digit.isdigit()])


def drop_digit(chance: random.Random, digits: str) -> str:
    """Leave one digit out."""
    place = _digit(chance, digits)
    return digits[:place] + digits[place + 1 :] or digits


def add_digit(chance: random.Random, digits: str) -> str:
    """Put one digit more in."""
    place = _digit(chance, digits)
    return digits[:place] + str(chance.randrange(10)) + digits[place:]


def mistype_digit(chance: random.Random, digits: str) -> str:
    """Put another digit in the place of one."""
    place = _digit(chance, digits)
    return digits[:place] + str(chance.randrange(10)) + digits[place + 1 :]


def transpose_digits(chance: random.Random, digits: str) -> str:
    """Put two neighbouring digits the other way round."""
    place = _digit(chance, digits)
    pair = digits[place : place + 2]
    return digits[:place] + pair[::-1] + digits[place + 2 :] if pair.isdigit() else digits


def raise_number(chance: random.Random, digits: str) -> float:
    """Return two to ten times the number."""
    return float(digits) * chance.randint(2, 10)


def lower_number(chance: random.Random, digits: str) -> float:
    """Return the whole part of a half to a tenth of the number."""
    return float(int(float(digits) / chance.randint(2, 10)))


def swap(partner: Callable[[Row, Row, Figures], bool]) -> Change:
    """Return the mistake that swaps the numbers of two figures of one source and date, the second being a partner."""

    def change(chance: random.Random, row: Row, figures: Figures) -> list[Row] | None:
        others = [
            other for other in figures.source(row) if other["as_of"] == row["as_of"] and partner(row, other, figures)
        ]
        if not others:
            return None
        other = chance.choice(others)
        names = ("qualifier", *NUMBERS)
        if all(row[name] == other[name] for name in names) or row["unit"] != other["unit"]:
            return None
        return [row | {name: other[name] for name in names}, other | {name: row[name] for name in names}]

    return change


def _differing(row: Row, other: Row, figures: Figures) -> list[str]:
    return [name for name in ("measure_id", *figures.places) if row[name] != other[name]]


def is_whole(row: Row, other: Row, figures: Figures) -> bool:
    """Whether the other figure is of the whole that the one is a part of, all else equal."""
    differing = _differing(row, other, figures)
    name = differing[0] if len(differing) == 1 else ""
    return (figures.dimensions.get(name), row.get(name)) in figures.parts and other[name] == figures.parts[
        figures.dimensions[name], row[name]
    ]


def is_sibling(row: Row, other: Row, figures: Figures) -> bool:
    """Whether the two are of two parts of one whole, all else equal."""
    differing = _differing(row, other, figures)
    wholes = [
        figures.parts.get((figures.dimensions.get(name, ""), item[name])) for name in differing for item in (row, other)
    ]
    return len(differing) == 1 and wholes[0] is not None and wholes[0] == wholes[1]


def is_other_measure(row: Row, other: Row, figures: Figures) -> bool:
    """Whether the two count different things, all else equal."""
    return _differing(row, other, figures) == ["measure_id"]


def above_limit(chance: random.Random, row: Row, figures: Figures) -> list[Row] | None:
    """Set a figure above the whole that the same source prints for the same date."""
    limits = [
        other
        for other in figures.source(row)
        if other["as_of"] == row["as_of"] and is_whole(row, other, figures) and other["qualifier"] in ("exact", "up_to")
    ]
    if not limits or row["unit"] != "persons":
        return None
    limit = chance.choice(limits)
    number = float((limit["value"] or limit["high"] or 0) + chance.randint(1, 1000))
    return [row | {"qualifier": "exact", "value": number, "low": None, "high": None}]


def other_year(chance: random.Random, row: Row, _: Figures) -> list[Row] | None:
    """Date a figure one or two years off."""
    if not row["as_of"]:
        return None
    return [row | {"as_of": f"{int(row['as_of'][:4]) + chance.choice([-2, -1, 1, 2])}{row['as_of'][4:]}"}]


def vaguer(chance: random.Random, row: Row, _: Figures) -> list[Row] | None:
    """Read an exact number as at least, at most or about as much."""
    if row["qualifier"] != "exact":
        return None
    field, qualifier = chance.choice([("low", "at_least"), ("high", "up_to"), ("value", "about")])
    return [row | dict.fromkeys(NUMBERS) | {field: row["value"], "qualifier": qualifier}]


def all_times_ten(_: random.Random, row: Row, figures: Figures) -> list[Row] | None:
    """Multiply every number of persons of the source by ten."""
    counts = [other for other in figures.source(row) if other["unit"] == row["unit"] != "percent"]
    if row["unit"] != "persons":
        return None
    return [other | {name: other[name] and other[name] * 10 for name in NUMBERS} for other in counts]


#: Each kind of mistake, in words, and the change that makes it.
KINDS: Mapping[str, Change] = {
    "a figure set above the whole that its source prints": above_limit,
    "a part and its whole swapped (minors and all, a country and its area)": swap(is_whole),
    "two measures swapped (returned and travelled)": swap(is_other_measure),
    "two parts of one whole swapped (men and women, two countries)": swap(is_sibling),
    "a number two to ten times too large": one_number(raise_number),
    "a number two to ten times too small": one_number(lower_number),
    "a digit added": one_number(add_digit),
    "a digit dropped": one_number(drop_digit),
    "a digit mistyped": one_number(mistype_digit),
    "two digits transposed": one_number(transpose_digits),
    "a date one or two years off": other_year,
    "an exact number read as at least, up to or about": vaguer,
    "every number of a source times ten": all_times_ten,
}


def mutations(figures: Figures, each: int, seed: int = SEED) -> Iterator[Mutation]:
    """Yield `each` mutations of every kind, of figures chosen at random; fewer where few figures allow the mistake."""
    for kind, change in KINDS.items():
        chance = random.Random(f"{seed} {kind}")
        made = 0
        for _ in range(40 * each):
            changed = change(chance, chance.choice(figures.rows), figures)
            if changed:
                made += 1
                yield Mutation(kind, figures.copy(changed), frozenset(row["figure_id"] for row in changed))
            if made == each:
                break


def judged(setting: Setting, copies: Sequence[Sequence[Row]]) -> tuple[list[set[Broken]], list[set[str]]]:
    """Return, for each copy, the edits that are broken, and the figures that stand in an edit with another at all."""
    rows = [
        {
            name: row[name]
            for name in ("measure_id", *setting.profile.dimensions.values(), "as_of", "qualifier", "unit", *NUMBERS)
        }
        | {"figure_id": f"{number} {row['figure_id']}", "source_id": f"{number} {row['source_id']}"}
        | {"publisher_id": f"{number} {row['counting']}"}
        for number, copy in enumerate(copies)
        for row in copy
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=dict.fromkeys(NUMBERS, pl.Float64))
    found = quantities(frame, setting.profile, frame.select("source_id", "publisher_id").unique(), setting.about)
    system = lay(setting.rules, found, setting.profile).system
    terms = system.terms.join(system.quantities.select("quantity", "figure"), on="quantity").select("edit", "figure")
    of_edit = pl.concat([terms, system.guards]).group_by("edit").agg(pl.col("figure").unique())
    broken: list[set[Broken]] = [set() for _ in copies]
    tied: list[set[str]] = [set() for _ in copies]
    for rule, verdict, names in (
        verdicts(system).join(of_edit, on="edit").select("rule", "verdict", "figure").iter_rows()
    ):
        number = int(names[0].partition(" ")[0])
        own = frozenset(name.partition(" ")[2] for name in names)
        tied[number] |= own if len(own) > 1 else set()
        if verdict == BROKEN:
            broken[number].add((rule, own))
    return broken, tied


@dataclass(frozen=True)
class Outcome:
    """A mutation, the edits that it breaks anew, and whether the figures it changed stand in an edit with another."""

    mutation: Mutation
    anew: frozenset[Broken]
    tied: bool


def study(setting: Setting, each: int = EACH, seed: int = SEED) -> list[Outcome]:
    """Return the outcome of `each` mutations of every kind."""
    figures = Figures(setting)
    (known,), _ = judged(setting, [figures.rows])
    made = list(mutations(figures, each, seed))
    broken, tied = judged(setting, [item.rows for item in made])
    return [
        Outcome(item, _anew(item, found - known), not ties.isdisjoint(item.changed))
        for item, found, ties in zip(made, broken, tied, strict=True)
    ]


def _anew(mutation: Mutation, broken: set[Broken]) -> frozenset[Broken]:
    """Return the broken edits that have a changed figure; others only show in other words what was broken before."""
    return frozenset(item for item in broken if not mutation.changed.isdisjoint(item[1]))


TEXT = """# Which mistakes the rules find

Rules compare published figures with each other. Not every mistake in one of them makes a contradiction: this page says
how many do. It is made by `python scripts/mutations.py`, which makes {total:,} mistakes in copies of the shipped
figures, always the same ones, and lets the rules judge each copy. A mistake is found when an edit with the figure is
broken that is not broken in the figures as they are. A test holds the page against the figures, and holds what was
found against plain arithmetic: no mistake that breaks a rule is missed.

Only the rules are asked here. `validate` also holds every figure against its readings, and so sees each mistake in a
number that is made in one of the two tables only.

| mistake | made | found | figure beside another | of these, found |
|---|---:|---:|---:|---:|
{rows}

A figure stands *beside another* when a rule speaks of both: its source, or its publisher at another date, has printed
something that limits it.

## What cannot be found

- A mistake in a figure that stands alone. Nothing in the package says what it should have been.
- A mistake that keeps within what the others leave open: a wrong digit in a number that is far below its whole.
- Two parts of one whole swapped, as far as the sum alone is printed, which stays what it was. Where a figure of one of
  the parts is printed besides, of those killed among the women for instance, that can tell.
- A number that is read as vaguer than it was printed. That leaves more possible than before, never less.
- Every number of a source too large by one factor. Rules between counts hold at every scale; only a number of countries
  or the publisher's reports of other dates can tell.
- A wrong date, as long as the order of the publisher's reports stays what it was.
"""


def page(outcomes: Sequence[Outcome]) -> str:
    """Return the page: a line a kind."""
    rows = []
    for kind in KINDS:
        own = [item for item in outcomes if item.mutation.kind == kind]
        found, tied = sum(bool(item.anew) for item in own), sum(item.tied for item in own)
        both = sum(bool(item.anew) and item.tied for item in own)
        share = f"{100 * both / tied:.0f} %" if tied else ""
        rows.append(f"| {kind} | {len(own):,} | {found:,} | {tied:,} | {share} |")
    return TEXT.format(total=len(outcomes), rows="\n".join(rows))


def shipped() -> Setting:
    """Return the setting of the shipped package."""
    setting = setting_of(returnees.open_package(ROOT))
    assert setting is not None
    return setting


def main() -> int:
    """Write the page, or say that it is not current."""
    parser = argparse.ArgumentParser(description="Which mistakes the rules find: write docs/mutations.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is not current")
    text = page(study(shipped()))
    if parser.parse_args().check:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
