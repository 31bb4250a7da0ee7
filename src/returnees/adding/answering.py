"""One answer: given as an option or by a person, completed to a known code, refused in words when it cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from returnees.adding.cells import cell_fault, empty_cell
from returnees.adding.form import Form, Question
from returnees.errors import UsageError

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
class Answers:
    """Where answers come from: ``given`` are the options by name; without an asker only they count.

    ``rows`` are the new rows so far, whose keys are known codes as well; ``missing`` are the questions that must have
    an answer and have none.
    """

    form: Form
    given: Mapping[str, str]
    asker: Asker | None
    rows: list[NewRow] = field(default_factory=list)
    missing: list[Question] = field(default_factory=list)

    def to(self, question: Question, *, needed: bool, offered: str | None = None, follows: bool = False) -> str:
        """Return the answer to a question as the table writes it.

        Parameters
        ----------
        needed
            Whether there must be one.
        offered
            What a person is offered and may change.
        follows
            Whether the answer will follow from others that are missing, so that it is not missed itself.

        Raises
        ------
        UsageError
            If an option's value cannot be the answer.
        """
        if question.option in self.given:
            cell, fault = self._read(question, tidied(self.given[question.option]), self._is_described)
            if fault:
                raise UsageError(f"--{question.option}: {fault}")
            return cell
        if self.asker is not None:
            return self._asked(self.asker, question, offered, needed)
        if needed and not follows:
            self.missing.append(question)
        return empty_cell(question.field)

    def is_new(self, question: Question, answer: str) -> bool:
        """Whether an answer is a code that neither the package nor a row to be added has yet."""
        if not question.opens or not answer or question.codes is None or answer in question.codes.names:
            return False
        return not self._is_added(question.opens, answer)

    def _asked(self, asker: Asker, question: Question, default: str | None, needed: bool) -> str:
        """Return the answer of the person, asked until it can be one."""
        while True:
            answer = tidied(asker.ask(question, default, needed))
            if not answer and not needed:
                return empty_cell(question.field)
            cell, fault = self._read(question, answer, self._is_meant)
            if not fault:
                return cell
            asker.say(fault)
            near = question.codes.near(answer, 1) if question.codes and answer else []
            default = near[0] if near else default

    def _read(self, question: Question, answer: str, is_new: Newness) -> tuple[str, str | None]:
        """Return the cell that an answer makes, and what is wrong with it; `is_new` judges an unknown code."""
        codes = question.codes
        if codes is not None and (code := codes.complete(answer)) is not None:
            return code, None
        if question.opens and self._is_added(question.opens, answer):
            return answer, None
        if codes is not None and not (question.opens and answer and is_new(question, answer)):
            return answer, self._unknown(question, answer)
        opened = self.form.records[question.opens] if question.opens else None
        checked = opened.table.schema.field(opened.key) if opened else question.field
        return answer, cell_fault(question.table, checked, answer)

    def _is_described(self, question: Question, _: str) -> bool:
        """Whether the options say anything of the row that an unknown code would be of."""
        assert question.opens is not None
        return any(item.option in self.given for item in self.form.below(question.opens))

    def _is_meant(self, question: Question, answer: str) -> bool:
        """Whether the person means an unknown code as a new one; those that are near are shown."""
        assert self.asker is not None and question.codes is not None
        for code in question.codes.near(answer):
            self.asker.say(f"  {question.codes.shown(code)}")
        return self.asker.confirm(f"Is '{answer}' a new {question.codes.noun}?", default=False)

    def _is_added(self, record: str, key: str) -> bool:
        """Whether a row with this key is among those to be added."""
        opened = self.form.records[record]
        return any(table == opened.table.name and row[opened.key] == key for table, row in self.rows)

    def _unknown(self, question: Question, answer: str) -> str:
        """Say that a code is not known, and which may be meant."""
        assert question.codes is not None
        if not answer:
            return f"a {question.codes.noun} is needed"
        near = [question.codes.shown(code) for code in question.codes.near(answer, 3)]
        words = f"there is no {question.codes.noun} '{answer}'"
        words += f"; did you mean {' or '.join(near)}?" if near else "."
        if question.opens and self.asker is None:
            fields = self.form.records[question.opens].questions.values()
            needed = [f"--{item.option}" for item in fields if item.required]
            words += f" To add it as a new one, give {', '.join(needed)}." if needed else ""
        return words


class Newness(Protocol):
    """Judges whether an unknown code is meant as a new one."""

    def __call__(self, question: Question, answer: str, /) -> bool:
        """Return whether it is."""


def tidied(answer: str) -> str:
    """Return an answer on one line, without spaces around it: what was copied from a page may run over several."""
    return re.sub(r"[ \t\r\n]+", " ", answer).strip(" ")
