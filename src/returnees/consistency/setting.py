"""What the rules of a package are laid over: its profile, its rule file, its figures as quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from returnees.consistency.effort import effort
from returnees.consistency.intervals import ABOUT
from returnees.consistency.profile import Profile
from returnees.consistency.quantities import Quantities, quantities
from returnees.consistency.rulefile import read_rules
from returnees.consistency.rules import Rule
from returnees.errors import PackageError
from returnees.figures.fields import fitting
from returnees.findings import Finding, Severity, finding
from returnees.package.jail import PathMissing, PathRefused, read_limited, resolve
from returnees.package.model import Package
from returnees.tables.model import Table

#: Where the rules are when the descriptor does not name a file under ``rules``.
RULE_FILE = "schemas/rules.toml"
#: What a table of figures must have for rules to be laid over it.
NEEDED = ("figure_id", "source_id", "measure_id", "qualifier", "value", "low", "high")


@dataclass(frozen=True)
class Setting:
    """A package ready for its rules: ``findings`` is what is wrong with the rule file or keeps it from being laid."""

    tables: Mapping[str, Table]
    profile: Profile
    rules: tuple[Rule, ...]
    about: float
    rule_file: str
    findings: tuple[Finding, ...]

    @cached_property
    def quantities(self) -> Quantities:
        """The figures as quantities."""
        sources = self.tables.get("sources")
        named = sources is not None and {"source_id", "publisher_id"} <= set(sources.frame.columns)
        publishers = sources.frame if sources is not None and named else None
        return quantities(self.tables["figures"].frame, self.profile, publishers, self.about)

    @cached_property
    def rule_of(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @property
    def firm(self) -> tuple[Rule, ...]:
        """The rules whose breach is an error: what is said of several edits together rests on these."""
        return tuple(rule for rule in self.rules if rule.severity is Severity.ERROR)


def setting_of(package: Package) -> Setting | None:
    """Return the setting of a package, None for one without figures, to which no rule between figures can apply."""
    tables, _ = fitting(package.tables)
    figures = tables.get("figures")
    if figures is None:
        return None
    lacking = _lacking(figures)
    profile = Profile.of(tables)
    about, findings = _about(package)
    file, text, trouble = rule_text(package)
    findings += trouble
    rules: tuple[Rule, ...] = ()
    if text is not None:
        read = read_rules(text, file, profile, package.limits)
        rules = read.rules
        findings += read.findings
    if lacking and text is not None:
        message = f"No rule was laid over the figures: {figures.file} lacks {lacking}."
        findings.append(finding("F300", message, resource="figures", file=figures.file))
        rules = ()
    setting = Setting(tables, profile, rules, about, file, tuple(findings))
    if rules and (why := _too_much(setting, package.limits.rule_steps)):
        message = f"No rule was laid over the figures: {why}."
        more = finding("F300", message, resource="figures", file=figures.file)
        return replace(setting, rules=(), findings=(*findings, more))
    return setting


def _too_much(setting: Setting, most: int) -> str | None:
    """Return why the rules cannot be laid over figures that are so many, or of so many kinds, or None."""
    try:
        needed = effort(setting.rules, setting.quantities, setting.profile, most)
    except PackageError as error:
        return str(error)
    if needed > most:
        return f"that makes up to {needed:,} rows, more than the limit rule_steps of {most:,}"
    return None


def ready_setting(package: Package) -> Setting:
    """Return the setting of a package whose figures can be taken for quantities, whatever else is wrong with it.

    Raises
    ------
    PackageError
        If the package has no figures, or they lack a field that is needed.
    """
    setting = setting_of(package)
    if setting is None:
        raise PackageError(f"{package.label} has no table 'figures' that can be read; 'returnees validate' says why")
    lacking = _lacking(setting.tables["figures"])
    if lacking:
        raise PackageError(f"{package.label} has figures without {lacking}; 'returnees validate' says more")
    return setting


def _lacking(figures: Table) -> str:
    """Return the fields, quoted, that figures need and do not have."""
    return ", ".join(f"'{name}'" for name in NEEDED if name not in figures.frame.columns)


def _about(package: Package) -> tuple[float, list[Finding]]:
    """Return the least relative half-width of "about" that the package sets, or the usual one."""
    stated = package.descriptor.get("about", ABOUT)
    if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated < 1:
        return float(stated), []
    message = f"'about' is {str(stated)[:60]!r}; {ABOUT} was used."
    return ABOUT, [finding("F416", message, file="datapackage.json")]


def rule_text(package: Package) -> tuple[str, str | None, list[Finding]]:
    """Return the path and the text of the rule file, and what keeps it from being read."""
    stated = package.descriptor.get("rules")
    path = stated if isinstance(stated, str) else RULE_FILE
    if stated is not None and not isinstance(stated, str):
        return path, None, [finding("F417", f"'rules' is {str(stated)[:60]!r}, not a path.", file="datapackage.json")]
    try:
        content = read_limited(resolve(package.root, path), package.limits.json_bytes)
        return path, content.decode("utf-8"), []
    except PathMissing as error:
        if stated is None:
            return path, None, [finding("F418", f"There is no {path}: no rule between figures was checked.")]
        return path, None, [finding("F417", f"The rule file '{path}' {error}.", file="datapackage.json")]
    except (PathRefused, UnicodeDecodeError) as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        return path, None, [finding("F417", f"The rule file '{path}' {reason}.", file="datapackage.json")]


def rows_of(setting: Setting, figures: pl.Series) -> dict[str, int]:
    """Return the row in ``figures`` of each of these figure ids."""
    return setting.tables["figures"].rows("figure_id", figures.unique().to_list())
