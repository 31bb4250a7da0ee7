"""The rule file: TOML read into rules, with a finding, and a caret where there is a column, for all that is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from returnees.consistency.language import Comparison, RuleError, parse
from returnees.consistency.profile import Profile
from returnees.consistency.resolving import resolve
from returnees.consistency.rules import Example, Rule
from returnees.errors import nearest
from returnees.findings import Finding, Severity, finding
from returnees.package.limits import Limits

_REQUIRED = ("id", "assert", "label", "why", "severity")
_KEYS = (*_REQUIRED, "along", "dimension", "measures", "where", "passes", "breaks")
_QUALIFIERS = ("exact", "about", "at_least", "more_than", "up_to", "less_than", "range")
#: The largest number in an example: beyond it, not every whole number can be told from the next.
_LARGEST = 2**53
_ID = re.compile(r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")


class _Bad(Exception):
    """A rule that cannot be used: the code, the message, the key it is about and the column in its text, if known."""

    def __init__(self, code: str, message: str, key: str = "", column: int | None = None) -> None:
        super().__init__(message)
        self.code, self.key, self.column = code, key, column


@dataclass(frozen=True)
class RuleFile:
    """The rules of a package and what is wrong with the file; a rule that cannot be used is left out and said."""

    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]


def read_rules(text: str, file: str, profile: Profile, limits: Limits | None = None) -> RuleFile:
    """Return the rules that `text` (TOML, ``[[rule]]`` blocks) states, resolved against `profile`; `file` is named."""
    limits = limits or Limits()
    source = _Source(text.split("\n"), file)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return RuleFile((), (source.unreadable("it is nested too deeply"),))
    except ValueError as error:
        # Besides its own errors: numbers of too many digits, dates that no calendar has.
        return RuleFile((), (source.unreadable(str(error)),))
    findings = [
        source.finding("F401", _sentence(f"'{key}' is not a key of a rule file{nearest(key, ['rule'])}"), None, key)
        for key in data
        if key != "rule"
    ]
    blocks = data.get("rule", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return RuleFile((), (*findings, source.finding("F401", "Rules are written as [[rule]] blocks.", None, "rule")))
    if len(blocks) > limits.rules:
        words = f"The file states {len(blocks):,} rules; at most {limits.rules:,} are laid."
        findings.append(source.finding("F401", words, limits.rules))
    rules: dict[str, Rule] = {}
    for number, block in enumerate(blocks[: limits.rules]):
        try:
            rule = _rule(block, source.line(number), limits)
            if rule.id in rules:
                raise _Bad("F406", f"Two rules are called '{rule.id}'", "id")
            resolve(rule, profile)
        except _Bad as error:
            findings.append(source.bad(number, block, error))
            continue
        except RuleError as error:
            findings.append(source.bad(number, block, _Bad(error.code, str(error), error.key, error.column)))
            continue
        findings += [source.finding(code, words, number, rule=rule.id) for code, words in _examples_missing(rule)]
        rules[rule.id] = rule
    return RuleFile(tuple(rules.values()), tuple(findings))


def _examples_missing(rule: Rule) -> Iterator[tuple[str, str]]:
    missing = [name for name, example in (("passes", rule.passes), ("breaks", rule.breaks)) if not example]
    if missing:
        names = " and no ".join(f"[rule.{name}]" for name in missing)
        yield "F407", f"The rule '{rule.id}' has no {names}: nothing shows what it means."


def _rule(block: Mapping[str, Any], line: int | None, limits: Limits) -> Rule:
    """Return the rule of one block; raise _Bad when a key is missing, unknown or of the wrong kind."""
    for key in block:
        if key not in _KEYS:
            raise _Bad("F401", f"'{key}' is not a key of a rule{nearest(key, _KEYS)}", key)
    for key in _REQUIRED:
        if key not in block:
            raise _Bad("F402", f"The rule lacks '{key}'")
        if not isinstance(block[key], str) or not block[key].strip():
            raise _Bad("F401", f"'{key}' must be a text", key)
    if not _ID.match(block["id"]):
        raise _Bad("F401", f"'{block['id']}' cannot be an id: use small letters, digits and '-'", "id")
    if block["severity"] not in list(Severity):
        raise _Bad("F401", f"'{block['severity']}' is not a severity (error, warning, info)", "severity")
    for key in ("along", "dimension"):
        if key in block and not isinstance(block[key], str):
            raise _Bad("F401", f"'{key}' must be a text", key)
    if len(block["assert"]) > limits.rule_length:
        raise _Bad("F403", f"An assertion of more than {limits.rule_length:,} characters is not read", "assert")
    comparison: Comparison = parse(block["assert"])
    return Rule(
        id=block["id"],
        assertion=block["assert"],
        comparison=comparison,
        label=block["label"],
        why=block["why"],
        severity=Severity(block["severity"]),
        along=block.get("along"),
        dimension=block.get("dimension"),
        measures=_texts(block["measures"], "measures") if "measures" in block else None,
        where=_where(block.get("where", {})),
        passes=tuple(_example(block, "passes")),
        breaks=tuple(_example(block, "breaks")),
        line=line,
    )


def _texts(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Bad("F401", f"'{key}' must be a list of texts", key)
    return tuple(value)


def _where(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise _Bad("F401", "'where' must be a table such as { population = [\"all\"] }", "where")
    return {dimension: _texts(codes, "where") for dimension, codes in value.items()}


def _example(block: Mapping[str, Any], which: str) -> Iterator[Example]:
    """Yield the figures of an example."""
    stated = block.get(which, {})
    figures = stated.get("figures", []) if isinstance(stated, dict) else None
    if not isinstance(figures, list) or not all(isinstance(item, dict) for item in figures):
        raise _Bad("F401", f"[rule.{which}] must state figures = [{{ measure = ..., exact = ... }}, ...]", which)
    for item in figures:
        qualifiers = [name for name in _QUALIFIERS if name in item]
        if not isinstance(item.get("measure"), str) or len(qualifiers) != 1:
            raise _Bad("F401", f"A figure of [rule.{which}] needs a measure and one of {', '.join(_QUALIFIERS)}", which)
        qualifier = qualifiers[0]
        numbers = item[qualifier] if isinstance(item[qualifier], list) else [item[qualifier]]
        wanted = 2 if qualifier == "range" else 1
        if len(numbers) != wanted or not all(map(_is_number, numbers)):
            raise _Bad(
                "F401", f"'{qualifier}' in [rule.{which}] needs {'two numbers' if wanted == 2 else 'a number'}", which
            )
        special = {"measure", "as_of", "source", "publisher", *qualifiers}
        yield Example(
            measure=item["measure"],
            coordinates={key: str(value) for key, value in item.items() if key not in special},
            as_of=str(item.get("as_of", "2017")),
            source=str(item.get("source", "a")),
            publisher=str(item.get("publisher", "a")),
            qualifier=qualifier,
            numbers=tuple(float(number) for number in numbers),
        )


def _is_number(value: Any) -> bool:
    """Whether a value is a number that a figure can have."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _sentence(words: str, end: str = ".") -> str:
    """Return the words as a sentence; one that asks back keeps its own end."""
    return words[:1].upper() + words[1:] + ("" if words.endswith("?") else end)


@dataclass(frozen=True)
class _Source:
    """The lines of the file, to say where something stands: tomllib tells the place of its own errors only."""

    lines: list[str]
    file: str

    @cached_property
    def starts(self) -> list[int]:
        """The 0-based lines of the [[rule]] headers."""
        return [number for number, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]

    def line(self, number: int | None) -> int | None:
        """Return the 1-based line of a rule's header."""
        starts = self.starts
        return starts[number] + 1 if number is not None and number < len(starts) else None

    def of_key(self, number: int | None, key: str) -> int | None:
        """Return the 1-based line of a key of a rule (or of the file), or of its header when the key is not found."""
        starts = [*self.starts, len(self.lines)]
        inside = number is not None and number + 1 < len(starts)
        first, last = (starts[number], starts[number + 1]) if inside and number is not None else (0, starts[0])
        wanted = re.compile(rf"\s*(?:{re.escape(key)}\s*=|\[rule\.{re.escape(key)}\])")
        found = (at + 1 for at in range(first, last) if key and wanted.match(self.lines[at]))
        return next(found, self.line(number))

    def finding(self, code: str, message: str, number: int | None, key: str = "", rule: str | None = None) -> Finding:
        return finding(code, message, file=self.file, line=self.of_key(number, key), rule=rule)

    def bad(self, number: int, block: Mapping[str, Any], error: _Bad) -> Finding:
        """Return the finding on a rule that cannot be used, with a caret under the place in its assertion."""
        line = self.of_key(number, error.key)
        name = block.get("id")
        rule = name if isinstance(name, str) else None
        message, column = _sentence(str(error)), None
        if error.column is not None:
            text = block["assert"]
            message = f"{_sentence(str(error), ':')}\n  {text}\n  {' ' * error.column}^"
            shown = self.lines[line - 1] if line else ""
            column = shown.find(text) + error.column + 1 if text in shown else None
        return finding(error.code, message, file=self.file, line=line, column=column, rule=rule)

    def unreadable(self, words: str) -> Finding:
        """Return the finding on a file that is not TOML, with a caret under the place."""
        place = re.search(r"\(at line ([0-9]+), column ([0-9]+)\)", words)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        reason = words.split(" (at ")[0]
        message = f"{self.file} is not TOML: {reason}."
        if line and column and line <= len(self.lines):
            message = f"{self.file} is not TOML: {reason}:\n  {self.lines[line - 1]}\n  {' ' * (column - 1)}^"
        return finding("F400", message, file=self.file, line=line, column=column)
