"""The page of rules: what each says and why, where it is laid, and its examples, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from returnees.consistency.rules import Rule
from returnees.consistency.rulewords import example_lines, scope
from returnees.consistency.setting import setting_of
from returnees.errors import PackageError
from returnees.markdown import code, text
from returnees.package.model import Package

#: Where the page of rules stands in a package.
RULEBOOK = "docs/rules.md"


def rulebook(package: Package) -> str:
    """Return the rules of `package` as Markdown, in the order of the rule file.

    Raises
    ------
    PackageError
        If the package has no rule that can be used.
    """
    setting = setting_of(package)
    if setting is None or not setting.rules:
        raise PackageError(f"{package.label} has no rule that can be used; 'returnees validate' says why")
    units = {name: measure.unit for name, measure in setting.profile.measures.items()}
    title = next((package.descriptor[key] for key in ("title", "name") if package.descriptor.get(key)), "data package")
    parts = [
        f"# Rules of {text(title)}",
        f"What must hold between published figures, made from {code(setting.rule_file)} by `returnees rules`; do not "
        "edit. `returnees explain RULE` says how the edits of a rule were judged.",
    ]
    for rule in setting.rules:
        parts += _section(rule, units)
    return "\n\n".join(parts) + "\n"


def _section(rule: Rule, units: dict[str, str]) -> Iterator[str]:
    """Yield the section of one rule."""
    yield f"## {code(rule.id)}"
    yield f"```text\n{' '.join(rule.assertion.split())}\n```"
    yield text(rule.why)
    yield f"{text(scope(rule))} A breach is of severity {rule.severity.value}: *{text(rule.label)}*."
    for title, figures in (("Passes:", rule.passes), ("Breaks:", rule.breaks)):
        if figures:
            yield "\n".join([title, "", *(f"- {text(line)}" for line in example_lines(figures, units))])
