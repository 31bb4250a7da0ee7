"""Finding codes in words: what each means, a broken example, how to mend it; and the page of all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from returnees.findings import Breakage, Code, catalogue
from returnees.report.escape import visible

_PAGE = """# Finding codes

Every finding has a code. Codes are public and stable: a code keeps its meaning, and one that is given up is not used
again. `returnees explain` with a code prints the same as this page. Made from the catalogue of codes by
`returnees explain --codes`; do not edit.

The severity is the usual one: what is found against a rule weighs as much as the rule says. Only errors fail a
validation unless it is told otherwise.

An example is a change to the package that `returnees new` writes: in the file named, the line after `-` becomes the
line after `+`. It brings the finding, often with others, such as F007 and F008 for a file that is no longer what its
descriptor says.
"""
#: What the codes of each hundred are about.
_PARTS = {
    "F0": "The package and its files",
    "F1": "Tables: shape, types, constraints, keys",
    "F2": "Figures against each other",
    "F3": "Figures, readings and codes, row by row",
    "F4": "Rules and hierarchies",
    "F5": "What frictionless finds",
}


def codes_page() -> str:
    """Return the page of all finding codes, as Markdown."""
    parts = [_PAGE]
    for code in catalogue().values():
        about = f"## {_PARTS[code.code[:2]]}\n"
        if about not in parts:
            parts.append(about)
        parts.append(f"### {code_entry(code)}")
    return "\n".join(parts)


def code_entry(code: Code) -> str:
    """Return one code in words, as Markdown that reads well as plain text."""
    lines = [f"{code.code} {code.title}", "", f"{code.severity.value.capitalize()}. {code.meaning}", ""]
    if code.example:
        lines += ["Example:", ""]
        lines += [f"    {line}".rstrip() for line in _example(code.example)]
        lines.append("")
    if code.situation:
        lines += [f"For instance: {code.situation}", ""]
    return "\n".join([*lines, f"Mend: {code.remedy}", ""])


def _example(changes: Sequence[Breakage]) -> Iterator[str]:
    """Yield the lines that show changes, the file of each first."""
    for number, change in enumerate(changes):
        if number == 0 or change.file != changes[number - 1].file:
            yield change.file
        if change.gone:
            yield "is removed"
        elif change.old is None and not change.new:
            yield "is emptied"
        else:
            yield from _difference(change)


def _difference(change: Breakage) -> Iterator[str]:
    """Yield the lines of one change: those that go after ``-``, those that come after ``+``, others after spaces."""
    if change.after:
        yield from (f"  {change.after}", "  ...")
    old = [] if change.old is None else _lines(change.old)
    new = _lines(change.new)
    for kind, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (f"  {visible(line)}" for line in old[first:last])
        else:
            yield from (f"- {visible(line)}" for line in old[first:last])
            yield from (f"+ {visible(line)}" for line in new[start:end])


def _lines(text: str) -> list[str]:
    """Return the lines of a text; only LF ends one, and what is after the last is no line."""
    return text.removesuffix("\n").split("\n") if text else []
