"""Whether the names in a rule are names of the package: measures, dimensions, codes."""

from __future__ import annotations

from collections.abc import Collection

from returnees.consistency.language import Name, RuleError
from returnees.consistency.profile import Profile
from returnees.consistency.rules import HIERARCHIES, TIME, Rule
from returnees.errors import nearest


def resolve(rule: Rule, profile: Profile) -> None:
    """Check every name of `rule` against `profile`.

    Raises
    ------
    RuleError
        At the first measure, dimension or code that is not known (F404), at a product that is not a share times a count
        (F405), or where the assertion does not fit what the rule runs along (F403).
    """
    _dimensions(rule, profile)
    for measure in rule.measures or ():
        _known(Name(measure), profile.measures, "measure")
    if rule.along == HIERARCHIES:
        _shape(rule, ("sum:parts", "whole"), "sum(parts) <= whole")
    elif rule.along == TIME:
        _shape(rule, ("earlier", "later"), "earlier <= later")
    elif rule.along is not None:
        for name in rule.comparison.names():
            if name.function:
                raise RuleError("F403", f"{name.function}(...) has no meaning along a dimension", name.column)
            _known(name, profile.codes[rule.along], f"code of {rule.along}")
        _linear(rule)
    else:
        _measures(rule, profile)


def _dimensions(rule: Rule, profile: Profile) -> None:
    """Check ``along``, ``dimension`` and ``where``."""
    known = profile.dimensions
    if rule.along not in (None, HIERARCHIES, TIME, *known):
        raise RuleError("F404", f"'{rule.along}' is no dimension{nearest(rule.along or '', known)}", None, "along")
    if rule.dimension is not None and rule.dimension not in known:
        hint = nearest(rule.dimension, known)
        raise RuleError("F404", f"'{rule.dimension}' is no dimension{hint}", None, "dimension")
    for dimension, codes in rule.where.items():
        if dimension not in known:
            raise RuleError("F404", f"'{dimension}' in where is no dimension{nearest(dimension, known)}", None, "where")
        for code in codes:
            _known(Name(code), profile.codes[dimension], f"code of {dimension}", "where")
    if rule.counted and rule.dimension is None:
        raise RuleError("F402", "a rule that counts lacks 'dimension', the one whose codes it counts", None)


def _known(name: Name, known: Collection[str], what: str, key: str = "assert") -> None:
    if name.name not in known:
        column = name.column if key == "assert" else None
        raise RuleError("F404", f"'{name.name}' is no {what}{nearest(name.name, known)}", column, key)


def _shape(rule: Rule, wanted: tuple[str, str], form: str) -> None:
    """Check that the assertion is of the one form that hierarchies, or time, have."""
    terms = {
        (f"{names[0].function}:" if names[0].function else "") + names[0].name: value
        for names, value in rule.comparison.left.terms.items()
        if len(names) == 1
    }
    if terms != {wanted[0]: 1.0, wanted[1]: -1.0} or rule.comparison.left.constant:
        raise RuleError("F403", f'along = "{rule.along}" has one form: {form}', 0)


def _linear(rule: Rule) -> None:
    for names in rule.comparison.left.terms:
        if len(names) > 1:
            raise RuleError("F405", "codes are multiplied: a rule is linear", names[1].column)


def _measures(rule: Rule, profile: Profile) -> None:
    """Check the names of a rule over measures, and that a product is of a share and a count."""
    for name in rule.comparison.names():
        if name.function == "sum":
            raise RuleError("F403", 'sum(...) needs along = "hierarchies"', name.column)
        _known(name, profile.measures, "measure")
    products = [names for names in rule.comparison.left.terms if len(names) > 1]
    for names in products:
        shares = sum(profile.measures[name.name].share for name in names)
        if shares != 1:
            what = "two shares" if shares else "two counts"
            raise RuleError(
                "F405", f"{what} are multiplied: a rule is linear, but for a share of a count", names[1].column
            )
    if len(products) > 1 or (products and rule.counted):
        raise RuleError("F405", "a rule has at most one share of a count", products[-1][0].column)
