"""The rule language: a linear comparison, read from text and told apart from everything that is not one.

comparison := sum ("<=" | ">=" | "==") sum
sum        := ["+" | "-"] product (("+" | "-") product)*
product    := factor ("*" factor)*
factor     := number | name | function "(" name ")" | "(" sum ")"
function   := "sum" | "count"

A name that is no word, such as a code with a hyphen, stands in quotes: 'SYR-IRQ'.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<quote>['\"])(?P<quoted>[^'\"]+)(?P=quote)|(?P<sign><=|>=|==|[-+*()<>=/!]+?))"
)
_FUNCTIONS = ("sum", "count")
_COMPARISONS = ("<=", ">=", "==")


class RuleError(Exception):
    """A rule says what it cannot; ``code`` is the finding code, ``key`` the key of the rule that is at fault.

    ``column`` (0-based) is where its text goes wrong, None for a key other than ``assert``.
    """

    def __init__(self, code: str, message: str, column: int | None, key: str = "assert") -> None:
        super().__init__(message)
        self.code = code
        self.column = column
        self.key = key


@dataclass(frozen=True, slots=True)
class Name:
    """A measure or a code in a rule, with the function applied to it, if any, and where it stands (0-based column)."""

    name: str
    function: str = ""
    column: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Linear:
    """A sum: a constant, coefficients of names, and coefficients of products of two names (a share and a count)."""

    constant: float = 0.0
    terms: Mapping[tuple[Name, ...], float] = field(default_factory=dict)

    def plus(self, other: Linear, sign: float = 1.0) -> Linear:
        """Return this sum with `sign` times another added."""
        terms = dict(self.terms)
        for names, coefficient in other.terms.items():
            terms[names] = terms.get(names, 0.0) + sign * coefficient
        return Linear(self.constant + sign * other.constant, {key: value for key, value in terms.items() if value})


@dataclass(frozen=True)
class Comparison:
    """A rule's assertion brought to one side: ``left`` is at most (or equal to) zero."""

    left: Linear
    equal: bool

    def names(self) -> list[Name]:
        """Return every name in it, once, in the order of the text."""
        found = {name for names in self.left.terms for name in names}
        return sorted(found, key=lambda name: name.column)


def parse(text: str) -> Comparison:
    """Return the comparison that `text` states.

    Raises
    ------
    RuleError
        If it is not of the language (F403), or multiplies two sums that hold names in a way no edit can (F405).
    """
    reader = _Reader(text)
    left = reader.sum()
    kind, sign, column = reader.take()
    if kind != "sign" or sign not in _COMPARISONS:
        hint = "a comparison is written <=, >= or ==" if sign in ("<", ">", "=", "!=", "=<", "=>") else "<=, >= or =="
        raise RuleError("F403", f"expected {hint}", column)
    right = reader.sum()
    kind, _, column = reader.take()
    if kind:
        raise RuleError("F403", "expected the end of the rule: a rule has one comparison", column)
    difference = left.plus(right, -1.0) if sign != ">=" else right.plus(left, -1.0)
    if not all(map(math.isfinite, (difference.constant, *difference.terms.values()))):
        raise RuleError("F403", "its numbers multiply to one that is too large", 0)
    if not difference.terms:
        raise RuleError("F403", "the rule names no measure, or its measures cancel out", 0)
    return Comparison(difference, sign == "==")


class _Reader:
    """The tokens of a rule and the place reached: a recursive descent over the grammar above."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def peek(self) -> tuple[str, str, int]:
        return self._tokens[self._at]

    def take(self) -> tuple[str, str, int]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def sum(self) -> Linear:
        sign = 1.0
        if self.peek()[1] in ("+", "-"):
            sign = -1.0 if self.take()[1] == "-" else 1.0
        constant, terms = 0.0, dict[tuple[Name, ...], float]()
        while True:
            part = self.product()
            constant += sign * part.constant
            for names, coefficient in part.terms.items():
                terms[names] = terms.get(names, 0.0) + sign * coefficient
            if self.peek()[1] not in ("+", "-"):
                return Linear(constant, {names: value for names, value in terms.items() if value})
            sign = -1.0 if self.take()[1] == "-" else 1.0

    def product(self) -> Linear:
        total = self.factor()
        while self.peek()[1] == "*":
            _, _, column = self.take()
            total = _times(total, self.factor(), column)
        return total

    def factor(self) -> Linear:
        kind, text, column = self.take()
        if kind == "number":
            if not math.isfinite(float(text)):
                raise RuleError("F403", "the number is too large", column)
            return Linear(float(text))
        if kind == "name":
            if self.peek()[1] == "(":
                return Linear(0.0, {(self._call(text, column),): 1.0})
            return Linear(0.0, {(Name(text, "", column),): 1.0})
        if text == "(":
            self._depth += 1
            if self._depth > 50:
                raise RuleError("F403", "brackets are nested more than 50 deep", column)
            inner = self.sum()
            self._close()
            self._depth -= 1
            return inner
        raise RuleError("F403", "expected a number, a name or '('" if kind else "the rule ends too early", column)

    def _call(self, function: str, column: int) -> Name:
        if function not in _FUNCTIONS:
            raise RuleError("F403", f"'{function}' is not a function; there are sum(...) and count(...)", column)
        self.take()
        kind, name, where = self.take()
        if kind != "name":
            raise RuleError("F403", f"expected a name within {function}(...)", where)
        self._close()
        return Name(name, function, column)

    def _close(self) -> None:
        _, text, column = self.take()
        if text != ")":
            raise RuleError("F403", "expected ')'", column)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, text, column) of each token, and an empty one at the end."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise RuleError("F403", f"'{text[column]}' has no meaning in a rule", column)
        kind = match.lastgroup or ""
        word, start, at = match[kind], match.start(kind), match.end()
        if kind == "sign" and word in "<>=!" and text[start : start + 2] in ("<=", ">=", "==", "!=", "=<", "=>"):
            word, at = text[start : start + 2], start + 2
        yield "name" if kind == "quoted" else kind, word, start
    yield "", "", end


def _times(left: Linear, right: Linear, column: int) -> Linear:
    """Return the product of two sums; one of them must be a number, or both a single name."""
    for number, other in ((left, right), (right, left)):
        if not number.terms:
            scaled = {names: number.constant * value for names, value in other.terms.items() if number.constant * value}
            return Linear(number.constant * other.constant, scaled)
    if left.constant or right.constant or len(left.terms) > 1 or len(right.terms) > 1:
        raise RuleError("F405", "sums of measures are multiplied: a rule is linear", column)
    (first, one), (second, two) = next(iter(left.terms.items())), next(iter(right.terms.items()))
    if len(first) + len(second) > 2 or any(name.function for name in (*first, *second)):
        raise RuleError("F405", "more than two measures are multiplied: a rule is linear", column)
    return Linear(0.0, {(*first, *second): one * two})
