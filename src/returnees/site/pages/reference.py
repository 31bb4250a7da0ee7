"""The pages to look things up in: rules, codebook, finding codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from returnees.codebook import codebook
from returnees.consistency.rules import Example, Rule
from returnees.figures.readings import printed
from returnees.findings import Finding
from returnees.outcome import VerdictCounts
from returnees.site.content import Content
from returnees.site.text import shown


@dataclass(frozen=True)
class RulePage:
    """One rule: what it asserts, its examples in words, how its edits were judged, what breaks it."""

    rule: Rule
    passes: tuple[str, ...]
    breaks: tuple[str, ...]
    counts: VerdictCounts
    findings: tuple[Finding, ...]


def rule_pages(content: Content) -> Iterator[RulePage]:
    """Yield a page for each rule, in order of the rule file."""
    for rule in content.setting.rules:
        yield RulePage(
            rule=rule,
            passes=tuple(_words(content, item) for item in rule.passes),
            breaks=tuple(_words(content, item) for item in rule.breaks),
            counts=content.report.verdicts.get(rule.id, VerdictCounts()),
            findings=tuple(item for item in content.contradictions if item.rule == rule.id),
        )


def _words(content: Content, example: Example) -> str:
    """Return a figure of an example in words: ``Travelled, All: at least 10``."""
    number: Mapping[str, float | str | None] = {"value": None, "low": None, "high": None}
    if example.qualifier == "range":
        number = {**number, "low": example.numbers[0], "high": example.numbers[1]}
    else:
        number = {**number, "value": example.numbers[0]}
    codes = [content.name_of(dimension, code) for dimension, code in example.coordinates.items()]
    source = [f"source {example.source}"] if example.source else []
    date = [example.as_of] if example.as_of else []
    head = ", ".join([content.name_of("measure", example.measure), *codes, *date, *source])
    return f"{head}: {printed({'qualifier': example.qualifier, **number})}"


def codebook_html(content: Content) -> Markup:
    """Return the codebook as HTML; it is Markdown in which markup of the data's own does not count as any."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink"])
    html = markdown.render(shown(codebook(content.package)))
    # Wide tables scroll on their own; a box that scrolls must be one that the keyboard reaches.
    wrapped = html.replace("<table>", '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>')
    return Markup(wrapped.replace("</table>", "</table></div>"))
