"""The pages to look things up in: rules, codebook, finding codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from returnees.codebook import codebook
from returnees.consistency.rules import Rule
from returnees.consistency.rulewords import example_lines, scope
from returnees.findings import Finding
from returnees.outcome import VerdictCounts
from returnees.site.content import Content
from returnees.site.text import shown


@dataclass(frozen=True)
class RulePage:
    """One rule: what it asserts, over what, its examples in words, how its edits were judged, what breaks it."""

    rule: Rule
    scope: str
    passes: tuple[str, ...]
    breaks: tuple[str, ...]
    counts: VerdictCounts
    findings: tuple[Finding, ...]


def rule_pages(content: Content) -> Iterator[RulePage]:
    """Yield a page for each rule, in order of the rule file."""
    units = {code: content.unit_of(code) for code in content.measures}
    for rule in content.setting.rules:
        yield RulePage(
            rule=rule,
            scope=scope(rule),
            passes=tuple(example_lines(rule.passes, units)),
            breaks=tuple(example_lines(rule.breaks, units)),
            counts=content.report.verdicts.get(rule.id, VerdictCounts()),
            findings=tuple(item for item in content.contradictions if item.rule == rule.id),
        )


def codebook_html(content: Content) -> Markup:
    """Return the codebook as HTML; it is Markdown in which markup of the data's own does not count as any."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    # The title and the opening are those of a page of its own; the tables follow.
    tables = codebook(content.package).split("\n\n", 2)[2]
    html = markdown.render(shown(tables))
    # Wide tables scroll on their own; a box that scrolls must be one that the keyboard reaches.
    wrapped = html.replace("<table>", '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>')
    return Markup(wrapped.replace("</table>", "</table></div>"))
