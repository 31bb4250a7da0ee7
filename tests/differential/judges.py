"""The two judges, and how what they find is compared."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import returnees
from differential.cells import case_of
from differential.package import Mutation, set_column, sound
from returnees.findings import Severity
from returnees.tables.model import Table

#: A place that both can judge: a table and the line its row starts on (None: the table as a whole).
Place = tuple[str | None, int | None]


class Judged(NamedTuple):
    """What each side finds: the places of its errors; None when it stopped with a fault of its own."""

    ours: frozenset[Place]
    theirs: frozenset[Place] | None

    @property
    def more(self) -> str:
        """Who finds more: "nobody" when both agree."""
        if self.theirs is None:
            return "frictionless stops"
        if self.theirs == {(None, None)}:
            # It refuses the descriptor and judges no table: all that can be compared is whether anything is wrong.
            return "nobody" if self.ours else "frictionless"
        if self.ours == self.theirs:
            return "nobody"
        if self.ours > self.theirs:
            return "returnees"
        return "frictionless" if self.theirs > self.ours else "each something"


def place(table: str | None, line: int | None) -> Place:
    """Return where an error stands; one of the header, the schema or the file is of the table as a whole."""
    return table, None if line == 1 else line


def judge(folder: Path, mutations: list[Mutation]) -> Judged:
    """Write a package with `mutations` into `folder` and have both sides judge it."""
    given = sound()
    for mutate in mutations:
        mutate(given)
    for name, content in given.files.items():
        (folder / f"{name}.csv").write_bytes(content)
    (folder / "datapackage.json").write_text(json.dumps(given.descriptor), encoding="utf-8")
    package = returnees.open_package(folder)
    report = returnees.validate(package, conformance=False)
    ours = {place(item.resource, item.line) for item in report.findings if item.severity is Severity.ERROR}
    return Judged(frozenset(ours), theirs(folder, given.descriptor, package.tables))


def theirs(folder: Path, descriptor: dict[str, Any], tables: Mapping[str, Table]) -> frozenset[Place] | None:
    """Return the places of the errors frictionless finds, each by the line where its row starts."""
    from frictionless import FrictionlessException, Package, system

    try:
        with system.use_context(trusted=True):
            report = Package.from_descriptor(descriptor, basepath=str(folder)).validate()
    except FrictionlessException:
        return frozenset({(None, None)})
    except Exception:
        return None
    found: set[Place] = {(None, None)} if report.errors else set()
    for task in report.tasks:
        for error in task.errors:
            row, table = getattr(error, "row_number", None), tables.get(task.name)
            found.add(place(task.name, table.raw.line_of_record(row) if row and table is not None else row))
    return frozenset(found)


def judge_column(folder: Path, table: str, name: str, texts: list[str]) -> dict[str, Judged]:
    """Return what each side finds in the row of each text."""
    texts = list(dict.fromkeys(texts))
    judged = judge(folder, [set_column(table, name, texts)])
    assert judged.theirs is not None
    lines = itertools.accumulate((text.count("\n") + 1 for text in texts), initial=2)
    return {
        case_of(name, text): Judged(*(frozenset({(table, line)} & found) for found in (judged.ours, judged.theirs)))
        for text, line in zip(texts, lines, strict=False)
    }
