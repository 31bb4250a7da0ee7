"""Filling in the form: answers come as options or from a person, and become the cells of new rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from returnees.adding.cells import cell_fault, empty_cell
from returnees.adding.form import NUMBERS, Form, Question, Record
from returnees.adding.naming import propose, slug
from returnees.consistency.profile import Profile
from returnees.errors import UsageError, nearest
from returnees.figures.readings import printed
from returnees.figures.rows import PARTS
from returnees.package.model import Package

#: A row to be added: its table, and its cells by field.
NewRow = tuple[str, dict[str, str]]


class Asker(Protocol):
    """Who answers what the options do not: a person at a terminal."""

    def ask(self, question: Question, default: str | None, needed: bool) -> str:
        """Return the answer to a question, an empty one only where none is needed."""

    def confirm(self, words: str, *, default: bool) -> bool:
        """Return whether the person agrees."""

    def name(self, proposal: str) -> str:
        """Return the id of the new figure."""

    def say(self, words: str) -> None:
        """Tell the person something."""


@dataclass
class Filling:
    """The form of a package while it is filled in. ``given`` are the options by name; without an asker only they count."""

    package: Package
    form: Form
    given: Mapping[str, str]
    asker: Asker | None = None
    rows: list[NewRow] = field(default_factory=list)
    missing: list[Question] = field(default_factory=list)

    def fill(self) -> list[NewRow]:
        """Return the rows that the answers come to, those that others refer to first.

        Raises
        ------
        UsageError
            If an option is not known, an answer cannot be, or answers are missing and nobody can be asked; the message
            names all that are missing.
        """
        self._check_options()
        known = set(self.form.figures.table.raw.text["figure_id"].to_list())
        if (named := self.given.get("figure")) in known and named is not None:
            self._further_reading(named)
        else:
            self._figure(named)
        if self.missing:
            raise UsageError(self._lacking())
        return self.rows

    def _check_options(self) -> None:
        """Raise UsageError for an option that the form does not have."""
        known = {"figure", *self.form.questions}
        for option in self.given:
            if option not in known:
                near = nearest(option, known) or ";"
                raise UsageError(f"--{option} is no field that can be added{near} 'returnees add --fields' lists them")

    def _figure(self, named: str | None) -> None:
        """Fill in a new figure and its reading, or only a reading when the figure turns out to be there."""
        record = self.form.figures
        profile = Profile.of(self.package.tables)
        coordinates = [name for name in record.questions if name in self._coordinates(profile)]
        cells: dict[str, str] = {}
        for name in coordinates:
            self._answer(record, name, cells)
        there = self._same(coordinates, cells)
        if there is not None:
            self._met(there)
            return
        for name in record.questions:
            if name not in coordinates:
                self._answer(record, name, cells)
        if self.missing:
            if self.form.reading:
                self._reading(cells)
            return
        cells["figure_id"] = self._named(named, propose(record.table, profile, cells))
        self.rows.append(("figures", cells))
        if self.form.reading:
            self._reading(cells)

    def _coordinates(self, profile: Profile) -> set[str]:
        """Return the fields by which a figure is the same as another."""
        return {"source_id", "measure_id", "as_of", *profile.dimensions.values()}

    def _same(self, coordinates: list[str], cells: Mapping[str, str]) -> str | None:
        """Return the id of the figure with the same coordinates, or None."""
        if self.missing or not coordinates:
            return None
        text = self.form.figures.table.raw.text
        found = text.filter(pl.all_horizontal(pl.col(name) == cells[name] for name in coordinates))
        return str(found["figure_id"][0]) if found.height else None

    def _met(self, figure: str) -> None:
        """Go on with a further reading of a figure that is already there."""
        words = f"This figure is already there: {figure}, {self._printed(figure)}."
        if self.form.reading is None:
            raise UsageError(f"{words} The package has no readings to add to.")
        if self.asker is None:
            raise UsageError(f"{words} To add a further reading of it: --figure {figure}, and the reading's own options")
        if not self.asker.confirm(f"{words} Add a further reading of it?", default=True):
            raise UsageError(f"nothing was added; {figure} has the same coordinates")
        self._reading(self._cells_of(figure))

    def _further_reading(self, figure: str) -> None:
        """Fill in a reading of a figure that is already there."""
        if self.form.reading is None:
            raise UsageError(f"'{figure}' is already there, and {self.package.label} has no table 'readings' to add to")
        own = [item.option for item in self.form.below("figure") if item.option in self.given]
        if own:
            raise UsageError(
                f"'{figure}' is already there and is not changed, so --{own[0]} cannot be given; "
                "what the reading prints otherwise is said with --reading-qualifier and the like"
            )
        if self.asker:
            self.asker.say(f"A further reading of {figure}: {self._printed(figure)}.")
        self._reading(self._cells_of(figure))

    def _reading(self, figure: Mapping[str, str]) -> None:
        """Fill in a reading of the figure with these cells."""
        record = self.form.reading
        assert record is not None
        shared = [name for name in ("qualifier", *NUMBERS) if name in record.questions and name in self.form.figures.questions]
        cells = {"figure_id": figure.get("figure_id", "")}
        differs = any(record.questions[name].option in self.given for name in shared)
        for name in record.questions:
            if name == "qualifier" and shared and not differs and self.asker and not self.missing:
                differs = not self.asker.confirm(f"Does it print {_number_words(figure)}, as the figure?", default=True)
            if name not in shared or (differs and name != "qualifier"):
                self._answer(record, name, cells)
            elif differs:
                self._answer(record, name, cells, default=figure.get(name))
            else:
                cells[name] = figure.get(name, "")
        self.rows.append((record.table.name, cells))

    def _answer(self, record: Record, name: str, cells: dict[str, str], default: str | None = None) -> None:
        """Put the answer to one question into `cells`, and fill in the record that it opens."""
        question = record.questions[name]
        needed = question.required
        if name in NUMBERS and "qualifier" in record.questions:
            needed = name in PARTS.get(cells.get("qualifier", ""), ())
            if not needed and question.option not in self.given:
                cells[name] = empty_cell(question.field)
                return
        answer = self.given.get(question.option)
        if answer is None:
            answer = self._derived(record, name, cells) or (default if self.asker is None else None)
        if answer is not None:
            cells[name] = self._checked(question, tidied(answer))
        elif self.asker is not None:
            cells[name] = self._asked(question, default or self._usual(record, name, cells), needed)
        else:
            cells[name] = empty_cell(question.field)
            if needed and not self._will_follow(record, name):
                self.missing.append(question)
        if question.opens and cells[name] and question.codes and cells[name] not in question.codes.names:
            self._open(question, cells[name])

    def _derived(self, record: Record, name: str, cells: Mapping[str, str]) -> str | None:
        """Return what a field must be by the others: the unit is that of the measure."""
        if not self._will_follow(record, name):
            return None
        measures = self.package.tables["measures"].raw.text
        found = measures.filter(pl.col("measure_id") == cells.get("measure_id", ""))
        return str(found["unit"][0]) if found.height else None

    def _will_follow(self, record: Record, name: str) -> bool:
        """Whether the field follows from others once these are known."""
        measures = self.package.tables.get("measures")
        if name != "unit" or record.table.name != "figures" or measures is None:
            return False
        return {"measure_id", "unit"} <= set(measures.raw.text.columns)

    def _usual(self, record: Record, name: str, cells: Mapping[str, str]) -> str | None:
        """Return what figures of the same source mostly have, or the source itself for the document: to offer it."""
        text = self.form.figures.table.raw.text
        if record.table.name == "readings":
            new = next((row["source_id"] for table, row in self.rows if table == "figures" and "source_id" in row), None)
            return new if name == "document_id" else None
        if record.table.name != "figures" or not record.questions[name].required or "source_id" not in text.columns:
            return None
        if name in ("source_id", "measure_id", "qualifier"):
            return None
        same = text.filter(pl.col("source_id") == cells.get("source_id", ""))[name]
        counted = same.value_counts(sort=True)
        return str(counted[name][0]) if same.len() else None

    def _checked(self, question: Question, answer: str) -> str:
        """Return an answer as the table writes it; raise UsageError when it cannot be one."""
        cell, fault = self._read(question, answer)
        if fault:
            raise UsageError(f"--{question.option}: {fault}")
        return cell

    def _asked(self, question: Question, default: str | None, needed: bool) -> str:
        """Return the answer of the person, asked until it can be one."""
        assert self.asker is not None
        while True:
            answer = tidied(self.asker.ask(question, default, needed))
            if not answer and not needed:
                return empty_cell(question.field)
            cell, fault = self._read(question, answer, asked=True)
            if not fault:
                return cell
            self.asker.say(fault)
            near = question.codes.near(answer, 1) if question.codes and answer else []
            default = near[0] if near else default

    def _read(self, question: Question, answer: str, asked: bool = False) -> tuple[str, str | None]:
        """Return the cell that an answer makes, and what is wrong with it."""
        if question.codes and (code := question.codes.complete(answer)) is not None:
            return code, None
        if question.opens and self._is_added(question.opens, answer):
            return answer, None
        if question.codes and not (question.opens and self._is_new(question, answer, asked)):
            return answer, self._unknown(question, answer)
        opened = self.form.records[question.opens] if question.opens else None
        checked = opened.table.schema.field(opened.key) if opened else question.field
        return answer, cell_fault(question.table, checked, answer)

    def _is_new(self, question: Question, answer: str, asked: bool) -> bool:
        """Whether an unknown code is meant as a new one: the person says so, or the options describe it."""
        assert question.opens is not None and question.codes is not None
        if not asked or self.asker is None:
            return any(item.option in self.given for item in self.form.below(question.opens))
        for code in question.codes.near(answer):
            self.asker.say(f"  {question.codes.shown(code)}")
        return bool(answer) and self.asker.confirm(f"Is '{answer}' a new {question.codes.noun}?", default=False)

    def _unknown(self, question: Question, answer: str) -> str:
        """Say that a code is not known, and which may be meant."""
        assert question.codes is not None
        if not answer:
            return f"a {question.codes.noun} is needed"
        near = [question.codes.shown(code) for code in question.codes.near(answer, 3)]
        words = f"there is no {question.codes.noun} '{answer}'"
        words += f"; did you mean {' or '.join(near)}?" if near else "."
        if question.opens and self.asker is None:
            needed = [f"--{item.option}" for item in self.form.records[question.opens].questions.values() if item.required]
            words += f" To add it as a new one, give {', '.join(needed)}." if needed else ""
        return words

    def _open(self, question: Question, key: str) -> None:
        """Fill in the new row that an answer refers to, unless it is filled in already."""
        assert question.opens is not None
        record = self.form.records[question.opens]
        if self._is_added(record.name, key):
            return
        if self.asker:
            self.asker.say(f"A new {record.noun}, '{key}':")
        cells = {record.key: key}
        for name in record.questions:
            self._answer(record, name, cells)
        self.rows.append((record.table.name, cells))

    def _is_added(self, record: str, key: str) -> bool:
        """Whether a row with this key is among those to be added."""
        opened = self.form.records[record]
        return any(table == opened.table.name and row[opened.key] == key for table, row in self.rows)

    def _named(self, named: str | None, proposal: str) -> str:
        """Return the id of the new figure: as given, as the person says, or as proposed."""
        field = self.form.figures.table.schema.field("figure_id")
        known = set(self.form.figures.table.raw.text["figure_id"].to_list())
        name = named
        while True:
            if name is None:
                name = tidied(self.asker.name(proposal)) if self.asker else proposal
            fault = cell_fault("figures", field, name) or (f"'{name}' is another figure" if name in known else None)
            if fault is None:
                return name
            if self.asker is None:
                raise UsageError(f"--figure: {fault}")
            self.asker.say(fault)
            name = None

    def _cells_of(self, figure: str) -> dict[str, str]:
        """Return the cells of a figure that is there."""
        text = self.form.figures.table.raw.text
        return {name: cell or "" for name, cell in text.filter(pl.col("figure_id") == figure).row(0, named=True).items()}

    def _printed(self, figure: str) -> str:
        """Return a figure's number in words."""
        return _number_words(self._cells_of(figure))

    def _lacking(self) -> str:
        """Name in one sentence what is missing."""
        options = list(dict.fromkeys(f"--{item.option}" for item in self.missing))
        listed = options[0] if len(options) == 1 else f"{', '.join(options[:-1])} and {options[-1]}"
        verb = "is" if len(options) == 1 else "are"
        return f"{listed} {verb} missing; give them, or run this at a terminal to be asked"


def _number_words(cells: Mapping[str, str]) -> str:
    """Return the number of a row of text in words."""
    if "qualifier" not in cells:
        return "the same number"
    numbers = {name: float(cell) for name in NUMBERS if re.fullmatch(r"[0-9.]+", cell := cells.get(name, ""))}
    return printed({"qualifier": cells["qualifier"], **{name: numbers.get(name) for name in NUMBERS}})


def tidied(answer: str) -> str:
    """Return an answer on one line, without spaces around it: what was copied from a page may run over several."""
    return re.sub(r"[ \t\r\n]+", " ", answer).strip(" ")
