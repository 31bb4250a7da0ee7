"""Filling in the form: which questions are put in which order, and the new rows that the answers come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from returnees.adding.answering import Answers, Asker, NewRow, tidied
from returnees.adding.cells import cell_fault, empty_cell
from returnees.adding.form import NUMBERS, Form, Question, Record
from returnees.adding.naming import propose
from returnees.consistency.profile import Profile
from returnees.errors import UsageError, nearest
from returnees.figures.readings import printed
from returnees.figures.rows import PARTS
from returnees.package.model import Package


def fill(package: Package, form: Form, given: Mapping[str, str], asker: Asker | None = None) -> list[NewRow]:
    """Return the rows that a figure comes to, those that others refer to first.

    Parameters
    ----------
    given
        Answers by the option of their question; ``figure`` is the id of the figure.
    asker
        Who is asked for the other answers; without one, all that are needed must be given.

    Raises
    ------
    UsageError
        If an option is not known, an answer cannot be, or answers are missing and nobody can be asked; the message
        names all that are missing.
    """
    known = {"figure", *form.questions}
    for option in given:
        if option not in known:
            near = nearest(option, known) or ";"
            raise UsageError(f"--{option} is no field that can be added{near} 'returnees add --fields' lists them")
    answers = Answers(form, given, asker)
    _Filling(package, form, answers).fill(given.get("figure"))
    if answers.missing:
        raise UsageError(_lacking(answers.missing))
    return answers.rows


class _Filling:
    """A form while it is filled in."""

    def __init__(self, package: Package, form: Form, answers: Answers) -> None:
        self._package = package
        self._form = form
        self._answers = answers
        self._asker = answers.asker
        self._figures = form.figures.table.raw.text
        self._profile = Profile.of(package.tables)

    def fill(self, named: str | None) -> None:
        """Fill in a new figure and its reading, or a further reading of the figure `named` if it is there."""
        if named is not None and self._is_there(named):
            self._further_reading(named)
            return
        record = self._form.figures
        same = {"source_id", "measure_id", "as_of", *self._profile.dimensions.values()}
        coordinates = [name for name in record.questions if name in same]
        cells: dict[str, str] = {}
        for name in coordinates:
            self._answer(record, name, cells)
        if (there := self._with(coordinates, cells)) is not None:
            self._met(there)
            return
        for name in record.questions:
            if name not in coordinates:
                self._answer(record, name, cells)
        if not self._answers.missing:
            cells["figure_id"] = self._named(named, propose(record.table, self._profile, cells))
        self._answers.rows.append((record.table.name, cells))
        if self._form.reading:
            self._reading(self._form.reading, cells)

    def _is_there(self, figure: str) -> bool:
        return figure in self._figures["figure_id"]

    def _with(self, coordinates: Sequence[str], cells: Mapping[str, str]) -> str | None:
        """Return the id of the figure with these coordinates, or None."""
        if self._answers.missing or not coordinates:
            return None
        found = self._figures.filter(pl.all_horizontal(pl.col(name) == cells[name] for name in coordinates))
        return str(found["figure_id"][0]) if found.height else None

    def _met(self, figure: str) -> None:
        """Go on with a further reading when the figure turns out to be there already."""
        cells = self._cells_of(figure)
        words = f"This figure is already there: {figure}, {_number_words(cells)}."
        if self._form.reading is None:
            raise UsageError(f"{words} The package has no readings to add to.")
        if self._asker is None:
            raise UsageError(
                f"{words} To add a further reading of it: --figure {figure}, and only the reading's options"
            )
        if not self._asker.confirm(f"{words} Add a further reading of it?", default=True):
            raise UsageError(f"nothing was added; {figure} has the same coordinates")
        self._reading(self._form.reading, cells)

    def _further_reading(self, figure: str) -> None:
        """Fill in a reading of a figure that was named and is there."""
        if self._form.reading is None:
            raise UsageError(f"'{figure}' is already there, and {self._package.label} has no 'readings' to add to")
        own = [item.option for item in self._form.below("figure") if item.option in self._answers.given]
        if own:
            raise UsageError(
                f"'{figure}' is already there and is not changed, so --{own[0]} cannot be given; "
                "what the reading prints otherwise is said with --reading-qualifier and the like"
            )
        cells = self._cells_of(figure)
        if self._asker:
            self._asker.say(f"A further reading of {figure}: {_number_words(cells)}.")
        self._reading(self._form.reading, cells)

    def _reading(self, record: Record, figure: Mapping[str, str]) -> None:
        """Fill in a reading of the figure with these cells, whose number it prints unless something else is said."""
        number = [name for name in ("qualifier", *NUMBERS) if name in record.questions and name in figure]
        given = {name for name in number if record.questions[name].option in self._answers.given}
        differs = bool(given)
        cells = {"figure_id": figure.get("figure_id", "")}
        for name in record.questions:
            if name == "qualifier" and name in number and not given and self._asker:
                words = f"Does it print {_number_words(figure)}, as the figure?"
                differs = not self._asker.confirm(words, default=True)
            # Who gives another number and no qualifier means the figure's.
            kept = name == "qualifier" and name not in given and self._asker is None
            if name in number and (kept or not differs):
                cells[name] = figure[name]
            else:
                self._answer(record, name, cells)
        self._answers.rows.append((record.table.name, cells))

    def _answer(self, record: Record, name: str, cells: dict[str, str]) -> None:
        """Put the answer to one question into `cells`, and fill in the row that it refers to if that is new."""
        question = record.questions[name]
        needed = question.required
        if name in NUMBERS and "qualifier" in record.questions:
            needed = name in PARTS.get(cells.get("qualifier", ""), ())
            if not needed and question.option not in self._answers.given:
                cells[name] = empty_cell(question.field)
                return
        follows = self._follows(record, name)
        unit = self._unit(cells) if follows else None
        if unit is not None and question.option not in self._answers.given:
            cells[name] = unit
            return
        offered = self._usual(record, name, cells)
        cells[name] = self._answers.to(question, needed=needed, offered=offered, follows=follows)
        if question.opens and self._answers.is_new(question, cells[name]):
            self._open(self._form.records[question.opens], cells[name])

    def _open(self, record: Record, key: str) -> None:
        """Fill in the new row that an answer refers to."""
        if self._asker:
            self._asker.say(f"A new {record.noun}, '{key}':")
        cells = {record.key: key}
        for name in record.questions:
            self._answer(record, name, cells)
        self._answers.rows.append((record.table.name, cells))

    def _follows(self, record: Record, name: str) -> bool:
        """Whether a field follows from others: the unit of a figure is that of its measure."""
        measures = self._package.tables.get("measures")
        if name != "unit" or record is not self._form.figures or measures is None:
            return False
        return {"measure_id", "unit"} <= set(measures.raw.text.columns)

    def _unit(self, cells: Mapping[str, str]) -> str | None:
        """Return the unit of the measure in `cells`, or None when it is not known."""
        measures = self._package.tables["measures"].raw.text
        found = measures.filter(pl.col("measure_id") == cells.get("measure_id", ""))
        return str(found["unit"][0]) if found.height else None

    def _usual(self, record: Record, name: str, cells: Mapping[str, str]) -> str | None:
        """Return what to offer: what figures of the same source mostly have; for the document, the source itself."""
        if name == "document_id":
            figures = (row for table, row in self._answers.rows if table == self._form.figures.table.name)
            return next((row["source_id"] for row in figures if row.get("source_id")), None)
        learned = record is self._form.figures and record.questions[name].required
        if not learned or name in ("source_id", "measure_id", "qualifier") or "source_id" not in self._figures.columns:
            return None
        same = self._figures.filter(pl.col("source_id") == cells.get("source_id", ""))[name]
        return str(same.value_counts(sort=True)[name][0]) if same.len() else None

    def _named(self, named: str | None, proposal: str) -> str:
        """Return the id of the new figure: as given, as the person says, or as proposed."""
        field = self._form.figures.table.schema.field("figure_id")
        while True:
            if named is None:
                named = tidied(self._asker.name(proposal)) if self._asker else proposal
            fault = cell_fault("figures", field, named)
            if fault is None and self._is_there(named):
                fault = f"'{named}' is another figure"
            if fault is None:
                return named
            if self._asker is None:
                raise UsageError(f"--figure: {fault}")
            self._asker.say(fault)
            named = None

    def _cells_of(self, figure: str) -> dict[str, str]:
        """Return the cells of a figure that is there."""
        row = self._figures.filter(pl.col("figure_id") == figure).row(0, named=True)
        return {name: cell or "" for name, cell in row.items()}


def _lacking(missing: Sequence[Question]) -> str:
    """Name in one sentence what is missing."""
    options = list(dict.fromkeys(f"--{item.option}" for item in missing))
    listed = options[0] if len(options) == 1 else f"{', '.join(options[:-1])} and {options[-1]}"
    verb = "is" if len(options) == 1 else "are"
    return f"{listed} {verb} missing; give them, or run this at a terminal to be asked"


def _number_words(cells: Mapping[str, str]) -> str:
    """Return the number of a row of text in words."""
    if "qualifier" not in cells:
        return "the same number"
    numbers = {name: float(cell) for name in NUMBERS if re.fullmatch(r"[0-9.]+", cell := cells.get(name, ""))}
    return printed({"qualifier": cells["qualifier"], **{name: numbers.get(name) for name in NUMBERS}})
