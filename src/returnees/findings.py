"""The one thing every check produces: a finding, and the public catalogue of finding codes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

#: How many characters a message has at most: it may quote names of a stranger's package, which can have any length.
LONGEST = 5_000


class Severity(StrEnum):
    """How much a finding weighs: only errors fail a validation unless asked otherwise."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Breakage:
    """One change that breaks a sound package: in `file`, `old` becomes `new`.

    Without `old` the whole file becomes `new`; `after` is a text that stands somewhere before `old`, where `old` alone
    would not say which place is meant; with `gone` the file is removed.
    """

    file: str
    old: str | None = None
    new: str = ""
    after: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """One public finding code: stable, documented, never used again for something else.

    ``example`` are changes to a fresh package (``returnees new``) that produce it; ``situation`` says when it is
    produced where no change to a package can show it.
    """

    code: str
    title: str
    severity: Severity
    meaning: str
    remedy: str
    example: tuple[Breakage, ...] = ()
    situation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or worth knowing, and where it stands.

    Parameters
    ----------
    code
        A code of the catalogue, for instance ``F201``.
    severity
        ``error``, ``warning`` or ``info``.
    message
        What is wrong, in the field's words and with the numbers.
    remedy
        How to mend it.
    resource, file, line, column, field, key
        Where: the resource's name, its file relative to the package, the line and the column in that file
        (1-based), the field, and the row's primary key as text.
    rule
        The rule that a consistency finding is about.
    figures
        The ids of the figures it is about.
    new
        Whether the change that was asked about brought it in; None when none was.
    """

    code: str
    severity: Severity
    message: str
    remedy: str = ""
    rule: str | None = None
    resource: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None
    key: str | None = None
    figures: tuple[str, ...] = ()
    new: bool | None = None

    @property
    def place(self) -> str:
        """Where the finding stands, as ``file:line:column``, as far as it is known."""
        parts = [self.file or self.resource or "", self.line, self.column]
        return ":".join(str(part) for part in parts if part not in (None, ""))

    def order(self) -> tuple[object, ...]:
        """Return the key by which findings are sorted: code, then place, then words."""
        return (
            self.code,
            self.file or "",
            self.line or 0,
            self.column or 0,
            self.field or "",
            self.key or "",
            self.rule or "",
            self.figures,
            self.message,
        )


@cache
def catalogue() -> dict[str, Code]:
    """Return every finding code, in order, as the files of ``returnees/codes`` state them."""
    codes: dict[str, Code] = {}
    for file in sorted(Path(__file__).with_name("codes").glob("*.toml")):
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            example = tuple(Breakage(**change) for change in entry.pop("example", ()))
            codes[code] = Code(code, **{**entry, "severity": Severity(entry["severity"])}, example=example)
    return dict(sorted(codes.items()))


def finding(
    code: str,
    message: str,
    *,
    severity: Severity | None = None,
    remedy: str | None = None,
    rule: str | None = None,
    resource: str | None = None,
    file: str | None = None,
    line: int | None = None,
    column: int | None = None,
    field: str | None = None,
    key: str | None = None,
    figures: Iterable[str] = (),
) -> Finding:
    """Return a finding of `code`; severity and remedy are the catalogue's unless given.

    Raises
    ------
    KeyError
        If the code is not in the catalogue.
    """
    entry = catalogue()[code]
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]}… ({len(message) - LONGEST:,} more characters)"
    return Finding(
        code=code,
        severity=severity or entry.severity,
        message=message,
        remedy=entry.remedy if remedy is None else remedy,
        rule=rule,
        resource=resource,
        file=file,
        line=line,
        column=column,
        field=field,
        key=key,
        figures=tuple(figures),
    )


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings sorted by code and place, each once."""
    return sorted(set(findings), key=Finding.order)


def reworded(item: Finding, severity: Severity, note: str) -> Finding:
    """Return the finding with another severity and a note after its message."""
    return replace(item, severity=severity, message=f"{item.message} {note}")
